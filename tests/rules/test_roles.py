"""Roles: who may do which act, and since when."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lottrack.assets import folder
from lottrack.errors import BadValue, Conflict
from lottrack.rules.roles import (
    ROLES,
    RoleAct,
    allowed_roles,
    parse_roles,
    permitting_roles,
    require_roles,
    role_sentence,
)

TODAY = date(2026, 2, 3)
SHIPPED = parse_roles((folder("db") / "roles.toml").read_text(encoding="utf-8"))

RULE = """
[[act]]
acts = ["lot release", "lot reject"]
roles = ["qp"]
signed = true
second = false
"""

# Every command of the command line that writes, with who may do it, read out of the table of roles
# in the design ("Roles, and who does what") and not out of the file under test.
REGISTRARS = {"technician", "clinician", "responsible_person"}
PRODUCTION = {"technician", "production_lead"}
CUSTODY = {"technician", "courier", "pharmacist", "nurse", "clinician"}
BEDSIDE = {"pharmacist", "technician", "nurse", "clinician"}
WORKERS = set(ROLES) - {"administrator", "inspector", "courier"}
EXPECTED: dict[str, tuple[set[str], bool, bool]] = {
    **dict.fromkeys(
        ("patient register", "patient type", "patient consent", "donor register", "donor type",
         "donor consent", "donor screen", "pair register", "course open", "course amend",
         "course close", "collection plan", "collection record"),
        (REGISTRARS, False, False),
    ),
    "patient weigh": (REGISTRARS | {"pharmacist", "nurse"}, False, False),
    "patient band": (REGISTRARS | {"pharmacist", "nurse"}, False, True),
    "donor decide": ({"responsible_person"}, True, False),
    **dict.fromkeys(
        ("collection receive", "collection count"), (REGISTRARS | PRODUCTION, False, False)
    ),
    **dict.fromkeys(
        ("collection accept", "collection reject"), ({"responsible_person", "qa"}, True, False)
    ),
    **dict.fromkeys(
        ("lot register", "lot seed", "lot observe", "lot harvest", "lot passage", "lot sample",
         "lot discard", "lot fill", "lot fill-confirm"),
        (PRODUCTION, False, False),
    ),
    **dict.fromkeys(
        ("material register", "material receive", "material open", "material use",
         "material discard"),
        (PRODUCTION, False, False),
    ),
    **dict.fromkeys(("material release", "material reject"), ({"qc", "qa"}, True, False)),
    "material recall": (
        PRODUCTION | {"qc", "qa", "responsible_person", "qp", "pharmacist"}, False, False,
    ),
    "lot close": (PRODUCTION | {"qa", "qp"}, False, False),
    **dict.fromkeys(("label print", "label send"), (PRODUCTION | {"pharmacist"}, False, False)),
    "label clear": ({"production_lead", "qa"}, True, False),
    "label approve": ({"qp"}, True, False),
    "audit review": ({"qa"}, True, False),
    **dict.fromkeys(
        ("lot certificate", "lot certification"),
        ({"production_lead", "qc", "qa", "qp", "pharmacist"}, False, False),
    ),
    "label reconcile": ({"technician", "production_lead", "qc", "qa", "qp"}, False, False),
    "lot dossier": ({"production_lead", "qc", "qa", "qp"}, False, False),
    "place line-clearance": ({"qa"}, False, False),
    "printer test": (PRODUCTION | {"administrator", "pharmacist", "qa"}, False, False),
    **dict.fromkeys(("printer register", "printer retire"), ({"administrator"}, False, False)),
    **dict.fromkeys(
        ("label apply", "label void"),
        (PRODUCTION | {"pharmacist", "clinician", "nurse"}, False, False),
    ),
    "place register": (PRODUCTION | {"administrator"}, False, False),
    **dict.fromkeys(
        ("result record", "result import", "oos open"), ({"technician", "qc"}, False, False)
    ),
    "oos investigate": ({"production_lead", "qc", "qa"}, False, False),
    "oos plan": ({"qc", "qa", "qp"}, True, False),
    "oos conclude": ({"qa", "qp"}, True, False),
    "result review": ({"qc"}, True, False),
    **dict.fromkeys(
        ("spec load", "protocol load"),
        (PRODUCTION | {"administrator", "qc", "qa", "responsible_person", "qp"}, False, False),
    ),
    **dict.fromkeys(("spec approve", "spec retire", "protocol approve"), ({"qp"}, True, False)),
    "lot review": ({"production_lead", "qa", "qc"}, True, False),
    "lot attest": ({"production_lead", "qc", "qa", "responsible_person", "qp"}, False, False),
    "hold open": (
        {"technician", "qc", "qa", "qp", "responsible_person", "pharmacist"}, False, False,
    ),
    "hold lift": ({"qa", "qp"}, True, False),
    **dict.fromkeys(
        ("lot release", "lot certify", "lot reject", "lot recall", "lot discontinue",
         "lot respecify", "container extend", "notify load", "supply assess"),
        ({"qp"}, True, False),
    ),
    **dict.fromkeys(
        ("custody store", "custody transfer", "custody receive", "custody inspect",
         "custody return", "custody retain", "custody lose"),
        (CUSTODY, False, False),
    ),
    "custody destroy": (CUSTODY - {"courier"} | {"production_lead"}, True, True),
    "order place": ({"clinician"}, True, False),
    "order waive": ({"clinician"}, True, True),
    "order cancel": ({"clinician"}, False, False),
    **dict.fromkeys(
        ("prepare start", "prepare count", "prepare finish", "verify"), (BEDSIDE, False, False)
    ),
    **dict.fromkeys(
        ("supply request", "supply accept", "supply decline"), ({"clinician"}, True, False)
    ),
    "notify record": (WORKERS - {"technician"}, False, False),
    "dispense": ({"pharmacist"}, True, True),
    "infusion record": ({"clinician", "nurse"}, True, True),
    **dict.fromkeys(
        ("deviation open", "deviation link", "deviation done"),
        (WORKERS | {"courier"}, False, False),
    ),
    **dict.fromkeys(
        ("deviation investigate", "deviation action"),
        ({"production_lead", "qc", "qa", "responsible_person", "qp"}, False, False),
    ),
    **dict.fromkeys(
        ("deviation reclassify", "deviation check", "deviation limit", "training require",
         "training withdraw", "training record"),
        ({"qa"}, False, False),
    ),
    "deviation close": ({"qa"}, True, False),
    **dict.fromkeys(
        ("equipment register", "equipment retire"),
        ({"production_lead", "qc", "qa"}, False, False),
    ),
    "equipment calibrate": (PRODUCTION | {"qc", "qa"}, False, False),
    **dict.fromkeys(("bench open", "bench doctor"), (WORKERS | {"courier"}, False, False)),
    "bench reason": ({"production_lead", "qa"}, False, False),
    "attach": (WORKERS | {"courier"}, False, False),
    **dict.fromkeys(("correct", "strike"), (WORKERS, False, False)),
    **dict.fromkeys(
        ("user add", "user role", "user unlock", "user reset", "user deactivate", "admin backup",
         "admin restore", "admin migrate", "site set", "site isbt"),
        ({"administrator"}, False, False),
    ),
    "user passwd": (set(ROLES), False, False),
}  # fmt: skip


def refused(text: str) -> str:
    with pytest.raises(BadValue) as caught:
        parse_roles(text)
    assert caught.value.code == "roles-invalid"
    assert caught.value.sentence.startswith("roles.toml")
    return caught.value.sentence


# -- what lottrack ships ---------------------------------------------------------------------------


def test_the_shipped_table_has_every_writing_command_and_no_other() -> None:
    assert {rule.act for rule in SHIPPED} == set(EXPECTED)


@pytest.mark.parametrize("act", sorted(EXPECTED))
def test_an_act_is_for_the_roles_the_design_gives_it_to(act: str) -> None:
    (rule,) = [entry for entry in SHIPPED if entry.act == act]

    assert (set(rule.roles), rule.signed, rule.second) == EXPECTED[act]
    assert allowed_roles(SHIPPED, act, TODAY) == rule.roles


def test_an_inspector_changes_nothing_but_the_own_secret() -> None:
    assert [rule.act for rule in SHIPPED if "inspector" in rule.roles] == ["user passwd"]


def test_an_administrator_makes_no_record_of_cells_or_people_and_signs_nothing() -> None:
    acts = {rule.act for rule in SHIPPED if "administrator" in rule.roles}

    assert acts == {
        "user add", "user role", "user unlock", "user reset", "user deactivate", "user passwd",
        "admin backup", "admin restore", "admin migrate", "site set", "site isbt", "place register",
        "spec load", "protocol load", "printer register", "printer retire", "printer test",
    }  # fmt: skip
    assert not any(rule.signed for rule in SHIPPED if "administrator" in rule.roles)


@pytest.mark.parametrize(
    ("act", "role"), [("result review", "technician"), ("lot release", "qc"), ("lot release", "qa")]
)
def test_nobody_reviews_or_certifies_out_of_role(act: str, role: str) -> None:
    """Event E13: a technician tries to review, quality control tries to certify."""
    assert permitting_roles(SHIPPED, act, [role], TODAY) == ()


# -- reading ---------------------------------------------------------------------------------------


def test_one_rule_may_be_for_several_acts() -> None:
    assert parse_roles(RULE) == (
        RoleAct("lot release", ("qp",), signed=True),
        RoleAct("lot reject", ("qp",), signed=True),
    )


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ('roles = ["qp"]', 'roles = ["QP"]', "'QP' is none of"),
        ('roles = ["qp"]', "roles = []", "each name at least one"),
        ('roles = ["qp"]', 'roles = "qp"', "not a list"),
        ('roles = ["qp"]', 'roles = ["qp", "qp"]', "twice"),
        ('acts = ["lot release", "lot reject"]', "acts = []", "each name at least one"),
        ('acts = ["lot release", "lot reject"]', "acts = [1]", "not a text"),
        ('acts = ["lot release", "lot reject"]', "", "acts is missing"),
        ("signed = true", 'signed = "no"', "neither true nor false"),
        ("signed = true", "", "signed is missing"),
        ("second = false", "", "second is missing"),
        ("second = false", "second = false\nwitness = true", "unknown key: witness"),
        ("second = false", 'second = false\nvalid_from = "2026-01-01"', "not a date"),
        ("second = false", "second = false\nvalid_from = 2026-01-01T08:00:00", "not a date"),
        (
            "second = false",
            "second = false\nvalid_from = 2026-01-02\nvalid_until = 2026-01-01",
            "before valid_from",
        ),
        ("[[act]]", "[act]", "[[act]]"),
        ("[[act]]", "[[acts]]", "no [[act]]"),
        ("[[act]]", "[[act]", "not TOML"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(old: str, new: str, reason: str) -> None:
    assert reason in refused(RULE.replace(old, new, 1))


def dated(valid_from: str | None, valid_until: str | None, role: str = "qa") -> str:
    lines = [f"valid_from = {valid_from}"] if valid_from else []
    lines += [f"valid_until = {valid_until}"] if valid_until else []
    return RULE.replace('["qp"]', f'["{role}"]') + "\n".join(lines)


def test_an_act_changes_hands_on_a_day() -> None:
    rules = parse_roles(dated(None, "2026-02-02", "qa") + dated("2026-02-03", None, "qp"))

    assert allowed_roles(rules, "lot release", date(2026, 2, 2)) == ("qa",)
    assert allowed_roles(rules, "lot release", date(2026, 2, 3)) == ("qp",)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ((None, None), (None, None)),
        ((None, None), ("2026-01-01", "2026-01-01")),
        ((None, "2026-02-03"), ("2026-02-03", None)),
        (("2026-01-01", None), (None, "2026-01-01")),
        (("2026-01-01", "2026-12-31"), ("2026-03-01", "2026-04-01")),
    ],
)
def test_two_rules_for_one_act_on_one_day_are_refused(
    one: tuple[str | None, str | None], other: tuple[str | None, str | None]
) -> None:
    assert "'lot release' stands in it twice" in refused(dated(*one) + dated(*other))


# -- who may ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "role"),
    [
        (date(2025, 12, 31), None),
        (date(2026, 1, 1), "qa"),
        (date(2026, 6, 30), "qa"),
        (date(2026, 7, 1), None),
    ],
)
def test_a_rule_holds_from_its_first_to_its_last_day(day: date, role: str | None) -> None:
    rules = parse_roles(dated("2026-01-01", "2026-06-30"))

    assert permitting_roles(rules, "lot release", ["qa"], day) == ((role,) if role else ())


def test_an_act_is_recorded_under_the_first_of_the_roles_that_permit_it() -> None:
    roles = ["nurse", "pharmacist", "qc"]

    assert permitting_roles(SHIPPED, "verify", roles, TODAY)[0] == "pharmacist"
    assert permitting_roles(SHIPPED, "infusion record", roles, TODAY)[0] == "nurse"
    assert permitting_roles(SHIPPED, "result review", roles, TODAY)[0] == "qc"


def test_what_is_in_no_rule_nobody_may_do() -> None:
    for role in ROLES:
        assert permitting_roles(SHIPPED, "lot forget", [role], TODAY) == ()


def test_one_row_for_each_role_means_the_same_as_one_rule_for_all() -> None:
    rows = [RoleAct("hold lift", ("qp",)), RoleAct("hold lift", ("qa",))]

    assert allowed_roles(rows, "hold lift", TODAY) == ("qa", "qp")


def test_a_refusal_names_the_person_the_act_and_who_may() -> None:
    sentence = role_sentence(SHIPPED, "hold lift", "NURSE1", ["nurse", "clinician"], TODAY)

    assert sentence == "NURSE1 (clinician, nurse) may not do 'hold lift': that is for qa or qp."


def test_a_refusal_says_when_nobody_may() -> None:
    rules = parse_roles(dated("2027-01-01", None))

    sentence = role_sentence(rules, "lot release", "QA1", [], TODAY)
    assert sentence == "QA1 (no role) may not do 'lot release': on 2026-02-03 no role may."


# -- roles of one person ---------------------------------------------------------------------------


def test_roles_are_kept_once_and_in_one_order() -> None:
    assert require_roles(["QP", " qa", "qp"]) == ("qa", "qp")
    assert require_roles(["administrator", "administrator"]) == ("administrator",)


def test_an_administrator_has_no_other_role() -> None:
    with pytest.raises(Conflict) as caught:
        require_roles(["qp", "administrator"])

    assert caught.value.code == "administrator-alone"
    assert "qp" in caught.value.sentence


@pytest.mark.parametrize("name", ["", "boss", "qp,qa", "\x1b[2J"])
def test_an_unknown_role_is_refused_with_the_roles_there_are(name: str) -> None:
    with pytest.raises(BadValue) as caught:
        require_roles(["qa", name])

    assert caught.value.code == "role-unknown"
    assert "responsible_person" in caught.value.hint
    assert "\x1b" not in caught.value.sentence


def test_a_person_without_a_role_is_refused() -> None:
    with pytest.raises(BadValue) as caught:
        require_roles([])

    assert caught.value.code == "role-none"


@given(names=st.lists(st.sampled_from(ROLES), min_size=1, max_size=6))
def test_roles_are_kept_or_the_administrator_was_among_several(names: list[str]) -> None:
    if "administrator" in names and len(set(names)) > 1:
        with pytest.raises(Conflict):
            require_roles(names)
    else:
        assert set(require_roles(names)) == set(names)
