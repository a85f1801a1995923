"""Protocols: what is read out of a file, and which files nobody may approve."""

from __future__ import annotations

from decimal import Decimal

import pytest

from lottrack.assets import database_folder
from lottrack.errors import BadValue
from lottrack.rules.administration.protocol import Protocol, parse_protocol, patient_consents_asked

EVERY_21_DAYS = (database_folder("protocols") / "MSC-EB-21D.toml").read_text(encoding="utf-8")
WEEKLY = (database_folder("protocols") / "MSC-EB-7D.toml").read_text(encoding="utf-8")


def read(text: str) -> Protocol:
    return parse_protocol(text, "own.toml")


def changed(old: str, new: str) -> str:
    assert EVERY_21_DAYS.count(f"\n{old}") == 1
    return EVERY_21_DAYS.replace(f"\n{old}", f"\n{new}")


def refused(text: str) -> str:
    with pytest.raises(BadValue) as caught:
        read(text)
    assert caught.value.code == "protocol-invalid"
    assert caught.value.sentence.startswith("own.toml")
    return caught.value.sentence


# -- what lottrack ships ---------------------------------------------------------------------------


def test_the_trial_gives_three_doses_of_two_to_three_million_cells_per_kg_21_days_apart() -> None:
    """NCT04153630, primary outcome; window, recovery and thaw limit are the demonstration's."""
    protocol = read(EVERY_21_DAYS)

    assert protocol.infusions == 3
    assert protocol.dose_min_cells_per_kg == 2_000_000
    assert protocol.dose_max_cells_per_kg == 3_000_000
    assert (protocol.interval_days, protocol.window_days) == (21, 3)
    assert protocol.expected_recovery == Decimal("0.85")
    assert protocol.post_thaw_limit_minutes == 60


def test_the_weekly_reading_of_the_register_differs_in_its_schedule_only() -> None:
    """NCT04153630, detailed description: three consecutive weeks."""
    weekly, three_weekly = read(WEEKLY), read(EVERY_21_DAYS)
    same = {"name": "", "title": "", "default": False, "interval_days": 0, "window_days": 0}

    assert (weekly.interval_days, weekly.window_days) == (7, 1)
    assert weekly._replace(**same) == three_weekly._replace(**same)


def test_exactly_one_shipped_protocol_is_the_default_and_each_is_named_like_its_file() -> None:
    files = sorted(database_folder("protocols").glob("*.toml"))
    protocols = {path.stem: read(path.read_text(encoding="utf-8")) for path in files}

    assert [name for name, entry in protocols.items() if entry.default] == ["MSC-EB-21D"]
    assert all(entry.name == name for name, entry in protocols.items())


def test_the_shipped_protocols_ask_for_one_consent_of_each_person_and_for_haploidentity() -> None:
    for text in (EVERY_21_DAYS, WEEKLY):
        protocol = read(text)
        assert protocol.donor_consents == ("donation",)
        assert protocol.patient_consents == ("treatment",)
        assert protocol.assent_from_age is None
        assert protocol.accepted_findings == ("haplo_compatible",)


# -- files nobody may approve ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "key", [line.split(" = ")[0] for line in EVERY_21_DAYS.splitlines() if " = " in line[:40]
            and not line.startswith("#")]
)  # fmt: skip
def test_a_missing_key_is_refused_or_optional(key: str) -> None:
    lines = [line for line in EVERY_21_DAYS.splitlines() if not line.startswith(f"{key} = ")]

    if key in {"investigator", "form", "excipients"}:
        assert getattr(read("\n".join(lines)), key) == ""
        return
    assert f"{key} is missing" in refused("\n".join(lines))


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("name = ", 'alias = "x"\nname = ', "unknown key: alias"),
        ('name = "MSC-EB-21D"', 'name = "MSC EB"', "space"),
        ("edition = 1", "edition = 0", "below 1"),
        ("default = true", "default = 1", "neither true nor false"),
        ('basis = "trial"', 'basis = "compassionate"', "none of trial"),
        ("infusions = 3", "infusions = 0", "below 1"),
        ("infusions = 3", "infusions = 2.5", "not a whole number"),
        ("infusions = 3", 'infusions = "three"', "not a number"),
        ("dose_min_cells_per_kg = 2_000_000", "dose_min_cells_per_kg = 2.6e6", "rising order"),
        ("dose_max_cells_per_kg = 3_000_000", "dose_max_cells_per_kg = 2.4e6", "rising order"),
        ("dose_max_cells_per_kg = 3_000_000", "dose_max_cells_per_kg = inf", "not a number"),
        ("dose_min_cells_per_kg = 2_000_000", "dose_min_cells_per_kg = nan", "not a number"),
        ("dose_min_cells_per_kg = 2_000_000", "dose_min_cells_per_kg = -1", "below 1"),
        ("expected_recovery = 0.85", "expected_recovery = 85", "above 1"),
        ("expected_recovery = 0.85", "expected_recovery = 0", "no cell survives"),
        ("expected_recovery = 0.85", 'expected_recovery = "0,85"', "0,85"),
        ("interval_days = 21", "interval_days = 2", "longer than interval_days"),
        ("window_days = 3", "window_days = -1", "below 0"),
        ("infusion_minutes = 30", "infusion_minutes = 61", "longer than post_thaw_limit"),
        ("weight_max_age_days = 1", "weight_max_age_days = -1", "below 0"),
        ("weight_change_warning_pct = 10", "weight_change_warning_pct = 101", "above 100"),
        ("accepted_findings = [", "accepted_findings = []  # [", "could ever be treated"),
        ('accepted_findings = ["haplo_compatible"]', 'accepted_findings = ["any"]', "none of"),
        ('donor_consents = ["donation"]', 'donor_consents = "donation"', "not a list"),
        ('donor_consents = ["donation"]', 'donor_consents = ["marrow"]', "none of donation"),
        ('donor_consents = ["donation"]', 'donor_consents = ["data", "data"]', "twice"),
        ('trial_number = "', '# "', "trial_number is missing"),
        ("waivable = [", 'waivable = ["wrong-patient"]  # [', "'wrong-patient' is none of"),
        ("waivable = [", 'waivable = ["expired"]  # [', "'expired' is none of"),
        ("waivable = [", "assent_from_age = 18\nwaivable = [", "adults give consent"),
        ("route = ", "route = 3 # ", "not a text"),
    ],
)
def test_a_protocol_that_makes_no_sense_is_refused_with_the_reason(
    old: str, new: str, reason: str
) -> None:
    assert reason in refused(changed(old, new))


def test_what_is_no_toml_is_refused() -> None:
    assert "not TOML" in refused("name = ")


def test_a_treatment_outside_a_trial_needs_no_trial_number() -> None:
    text = changed('trial_number = "', '# "').replace('basis = "trial"', 'basis = "named-patient"')

    assert read(text).trial_number == ""


# -- assent ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("born", "is_asked"),
    [(2015, False), (2014, True), (2013, True), (2008, True), (2007, False), (1990, False)],
)
def test_a_minor_is_asked_from_the_age_the_protocol_names(born: int, is_asked: bool) -> None:
    """In 2026 who was born in 2014 turns 12, and who was born in 2008 may still be 17."""
    protocol = read(changed("waivable = [", "assent_from_age = 12\nwaivable = ["))

    asked = patient_consents_asked(protocol, born, 2026)
    assert asked == (("treatment", "assent") if is_asked else ("treatment",))


def test_no_assent_is_asked_where_the_protocol_says_nothing_of_it() -> None:
    assert patient_consents_asked(read(EVERY_21_DAYS), 2013, 2026) == ("treatment",)


def test_an_assent_asked_of_everybody_is_asked_once() -> None:
    text = changed("patient_consents = [", 'patient_consents = ["assent"]  # [')
    protocol = read(text.replace("\nwaivable", "\nassent_from_age = 12\nwaivable"))

    assert patient_consents_asked(protocol, 2013, 2026) == ("assent",)
