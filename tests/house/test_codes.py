"""The catalogue of refusals: codes, exit statuses, the rules of the lot check, all spelled once."""

from __future__ import annotations

import ast
from collections import Counter

import pytest

from lottrack import errors
from lottrack.commands.lot import quality as lot_quality
from lottrack.rules.administration.refusal_codes import ALL_CODES, REFUSALS
from lottrack.rules.release.verdict import ATTESTED, RULES
from tests.house.tree import PACKAGE, ROOT, sources

CLASSES = {
    name: value
    for name, value in vars(errors).items()
    if isinstance(value, type) and issubclass(value, errors.LottrackError)
}

STATUSES = {
    2: {"Usage", "BadValue"},
    3: {"Declined"},
    20: {"NotFound"},
    30: {"Conflict"},
    31: {"NumberUsed"},
    32: {"Changed"},
    33: {"AlreadyDone"},
    40: {"LottrackError", "Refused"},
    41: {"DispositionRefused"},
    42: {"InfusionRefused"},
    43: {"CustodyRefused"},
    44: {"LabelRefused"},
    50: {"AccessRefused"},
    51: {"NotSignedIn"},
    52: {"RoleMissing"},
    53: {"SignatureRejected"},
    54: {"SamePerson"},
    60: {"LabelError"},
    61: {"TemplateInvalid"},
    62: {"TextDoesNotFit"},
    63: {"CodeUnreadable"},
    64: {"WrongKindOfCode"},
    70: {"StoreError"},
    71: {"NoDatabase"},
    72: {"SchemaOlder"},
    73: {"SchemaNewer"},
    74: {"StoreBusy"},
    90: {"IntegrityBroken"},
    91: {"ChainBroken"},
    92: {"RecordAltered"},
    93: {"MigrationAltered"},
}
"""What scripts rely on: an exit status, and what ends with it (0, 1 and 130 are no refusals)."""

CODES = {
    "Identity": """
        wrong-patient not-the-pair patient-band-unknown identifier-check-failed unknown-code
        wrong-kind-of-code label-void label-wrong-copy label-not-applied typed-entry
        """,
    "Product": """
        lot-not-released lot-rejected lot-recalled release-condition-overdue on-hold
        container-out-of-specification container-damaged result-missing-at-infusion
        result-failed-after-release not-for-infusion expired would-expire-during-infusion
        post-thaw-limit-passed already-dispensed dispensed-for-another-order already-infused
        destroyed returned
        """,
    "Person and plan": """
        donor-not-eligible haploidentity-not-met consent-missing consent-withdrawn course-closed
        protocol-not-approved order-missing order-cancelled infusion-number-already-given
        weight-missing weight-too-old dose-below-range dose-above-range
        endotoxin-above-patient-limit dmso-above-patient-limit interval-too-short
        interval-too-long
        """,
    "Chain": """
        not-received not-the-holder custody-gap temperature-excursion-open not-dispensed
        second-person-missing same-person
        """,
}
"""What ``verify``, ``dispense`` and ``infusion record`` refuse with: what SOPs rely on."""

LOT_RULES = """
    course-open consent-recorded donor-eligible screening-window haploidentity
    collection-accepted passages-recorded cells-reconciled population-doublings-limit
    materials-in-date equipment-in-calibration specification-approved results-complete
    results-reviewed results-within-specification oos-closed deviations-closed holds-none-open
    labels-reconciled custody-unbroken expiry-within-shelf-life signatures-valid record-reviewed
    """
"""The rules of ``lot check``, in the order in which they are told."""

SEVERAL_STATUSES = {
    "unknown-code": "a scan at verify, dispense or infusion (42) and a number anywhere else (20)",
    "out-of-order": "a custody event (43), any other act (30), two times on one line (2)",
    "struck": "what is looked up (20), what is to be corrected or struck again (30)",
    "installation-incomplete": "the typeface of labels (60), a folder of the record (70)",
}
"""Codes that come with more than one exit status, and when with which."""


# -- classes and exit statuses ---------------------------------------------------------------------


def test_every_exit_status_is_the_one_scripts_rely_on() -> None:
    found: dict[int, set[str]] = {}
    for name, value in CLASSES.items():
        found.setdefault(value.exit_code, set()).add(name)
    assert found == STATUSES


def test_no_two_classes_share_their_code() -> None:
    own = [value.default_code for value in CLASSES.values() if "default_code" in vars(value)]
    assert [code for code, times in Counter(own).items() if times > 1] == []


@pytest.mark.parametrize("name", CLASSES)
def test_a_class_says_what_it_refuses_and_has_a_code(name: str) -> None:
    value = CLASSES[name]
    assert (value.__doc__ or "").strip()
    assert value.default_code == value.default_code.lower().replace("_", "-").strip()


@pytest.mark.parametrize("name", sorted(set(CLASSES) - {"LottrackError"}))
def test_a_kind_of_refusal_keeps_within_its_ten(name: str) -> None:
    """A script that knows 70 understands 74: statuses of a family share their ten."""
    for parent in CLASSES[name].__mro__[1:]:
        if parent is errors.LottrackError:
            break
        assert CLASSES[name].exit_code // 10 == parent.exit_code // 10  # type: ignore[attr-defined]


# -- the codes of an infusion ----------------------------------------------------------------------


def test_the_catalogue_holds_the_codes_that_sops_rely_on() -> None:
    assert {group: set(codes) for group, codes in REFUSALS.items()} == {
        group: set(codes.split()) for group, codes in CODES.items()
    }


def test_no_code_stands_in_two_groups() -> None:
    assert sum(len(codes) for codes in REFUSALS.values()) == len(ALL_CODES)


@pytest.mark.parametrize("code", sorted(ALL_CODES))
def test_a_code_of_the_catalogue_is_raised_somewhere(code: str) -> None:
    catalogue = PACKAGE / "rules" / "administration" / "refusal_codes.py"
    spelled = [
        path for path, text in sources().items() if path != catalogue and f'"{code}"' in text
    ]
    assert spelled


@pytest.mark.parametrize("code", sorted(ALL_CODES))
def test_a_code_of_the_catalogue_is_met_in_a_test(code: str) -> None:
    here = ROOT / "tests" / "house"
    texts = [text for path, text in sources(ROOT / "tests").items() if here not in path.parents]
    assert any(f'"{code}"' in text for text in texts)


def test_what_blocks_an_infusion_is_in_the_catalogue() -> None:
    """Every blocker that the rules of an infusion spell is one that SOPs can look up."""
    room = sources(PACKAGE / "rules" / "administration")
    spelled = {
        str(call.args[0].value)
        for text in room.values()
        for call in ast.walk(ast.parse(text))
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and call.func.id == "Blocker"
        and isinstance(call.args[0], ast.Constant)
    }
    assert len(spelled) >= 30
    assert spelled <= ALL_CODES


# -- the rules of the lot check --------------------------------------------------------------------


def test_a_lot_is_checked_by_its_rules_in_their_order() -> None:
    assert [code for code, _ in RULES] == LOT_RULES.split()
    assert len(RULES) == 23


def test_the_rules_a_person_may_attest_are_the_ones_the_command_offers() -> None:
    assert set(lot_quality.ATTESTED) == set(ATTESTED)
    assert set(ATTESTED) <= set(LOT_RULES.split())


# -- codes that are raised -------------------------------------------------------------------------


def raised() -> dict[str, set[int]]:
    """Every code that is spelled where an error is made -> the exit statuses it comes with."""
    found: dict[str, set[int]] = {}
    for text in sources().values():
        for call in ast.walk(ast.parse(text)):
            if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Name)):
                continue
            kind = CLASSES.get(call.func.id)
            given = {word.arg: word.value for word in call.keywords}
            code = given.get("code", ast.Constant(kind.default_code if kind else ""))
            if kind is not None and isinstance(code, ast.Constant):
                found.setdefault(str(code.value), set()).add(kind.exit_code)
    return found


def test_a_code_has_one_exit_status_but_for_those_listed() -> None:
    assert {code for code, statuses in raised().items() if len(statuses) > 1} == set(
        SEVERAL_STATUSES
    )


def test_codes_are_short_names_in_lower_case() -> None:
    spelled = raised()
    assert len(spelled) > 100
    wrong = [
        code
        for code in spelled
        if not code.replace("-", "").isalpha() or code != code.lower() or len(code) > 40
    ]
    assert wrong == []
