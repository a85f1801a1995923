"""Every reason against an infusion says who can mend it and what comes next."""

from __future__ import annotations

import re
from datetime import date, timedelta

import click
import pytest

from lottrack.cli import main
from lottrack.errors import Blocker
from lottrack.rules.administration.mending import MENDING, NOBODY, mended
from lottrack.rules.administration.refusal_codes import ALL_CODES
from lottrack.rules.administration.verdict import judge
from lottrack.rules.roles import ROLES
from tests.rules.test_administration import ALONE, LABEL, NOW, TODAY, case

COMMAND = r"`(lottrack [^`]+)`"
FOR_GOOD = {
    *("wrong-patient", "expired", "would-expire-during-infusion", "post-thaw-limit-passed"),
    *("already-infused", "destroyed", "returned", "lot-rejected", "lot-recalled"),
    *("course-closed", "interval-too-short", "dispensed-for-another-order"),
    "container-out-of-specification",
}
"""What nobody mends: it has happened, or only time goes on."""


def leaf(words: list[str]) -> click.Command | None:
    """The command that words begin with, or None."""
    found: click.Command | None = main
    for word in words:
        if not isinstance(found, click.Group):
            break
        found = found.get_command(click.Context(found), word)
    return None if isinstance(found, click.Group) else found


def blocker_of(code: str, **changes: object) -> Blocker:
    return next(b for b in judge(case("verify", **changes)).blockers if b.code == code)


@pytest.mark.parametrize("code", sorted(ALL_CODES))
def test_every_code_of_the_catalogue_says_who_and_what(code: str) -> None:
    who, hint = MENDING[code]
    assert who
    assert hint.endswith((".", "USER"))


@pytest.mark.parametrize(("code", "changes"), ALONE)
def test_each_situation_names_its_own_records_and_leaves_no_gap(
    code: str, changes: dict[str, object]
) -> None:
    blocker = blocker_of(code, **changes)
    assert blocker.who_can_mend
    assert blocker.hint
    assert not re.search(r"[{}]", blocker.who_can_mend + blocker.hint)


@pytest.mark.parametrize(("code", "changes"), ALONE)
def test_the_commands_it_names_are_commands_with_these_options(
    code: str, changes: dict[str, object]
) -> None:
    for line in re.findall(COMMAND, blocker_of(code, **changes).hint):
        words = line.split()[1:]
        command = leaf(words)
        assert command is not None, line
        options = {name for parameter in command.params for name in parameter.opts}
        assert {word for word in words if word.startswith("--")} <= options, line


@pytest.mark.parametrize("code", sorted(FOR_GOOD))
def test_what_nothing_can_mend_is_told_so(code: str) -> None:
    assert MENDING[code][0] == NOBODY


def test_who_can_mend_it_are_people_of_the_table_of_roles() -> None:
    known = {*ROLES, "and", "or", "a", "second", "person", "who", "withdrew", "it", "nobody"}
    known |= {"whoever", "scans", "acts", "keeps", "this", "computer", "the", "else", "{holder}"}
    said = {word for who, _ in MENDING.values() for word in re.findall(r"[\w{}]+", who)}
    assert said <= known


def test_an_expired_bag_is_not_mended_and_says_what_to_do_with_it() -> None:
    blocker = blocker_of("expired", expires_at=NOW - timedelta(days=1))
    assert blocker.who_can_mend == NOBODY
    assert "lottrack custody destroy CN-TST-0001-X" in blocker.hint


def test_a_bag_already_given_names_the_infusion_that_would_have_to_be_wrong() -> None:
    blocker = blocker_of("already-infused", infused_in="IN-TST-0001-X", state="infused")
    assert blocker.who_can_mend == NOBODY
    assert "lottrack strike IN-TST-0001-X" in blocker.hint


def test_too_early_names_the_first_day_that_is_allowed() -> None:
    """21 ± 3 days after 24 January: not before 11 February."""
    blocker = blocker_of(
        "interval-too-short", plan_number=2, plan_given=(1,), plan_previous_on=date(2026, 1, 24)
    )
    assert "Wait until 2026-02-11" in blocker.hint


def test_a_consent_names_the_person_it_is_asked_of() -> None:
    blocker = blocker_of("consent-missing", course_consents=(("donor D01", "donation", "missing"),))
    assert "`lottrack donor consent D01 --kind donation" in blocker.hint


@pytest.mark.parametrize(
    ("state", "words"), [("in_transit", "custody receive"), ("stored", "custody transfer")]
)
def test_a_bag_elsewhere_is_received_or_first_sent(state: str, words: str) -> None:
    blocker = blocker_of("not-received", state=state, place="GMP", place_kind="gmp")
    assert f"lottrack {words} CN-TST-0001-X" in blocker.hint


def test_a_discontinued_lot_is_not_sent_to_the_qualified_person() -> None:
    assert blocker_of("lot-not-released", disposition="quarantine").who_can_mend == "qp"
    assert blocker_of("lot-not-released", disposition="discontinued").who_can_mend == NOBODY


def test_a_short_expiry_is_extended_for_a_frozen_bag_and_for_no_prepared_dose() -> None:
    soon = NOW + timedelta(minutes=29)
    frozen = {"thawed_at": None, "prepared_for": "", "state": "received"}
    dose = blocker_of("would-expire-during-infusion", expires_at=soon)
    bag = blocker_of("would-expire-during-infusion", expires_at=soon, **frozen)

    assert dose.who_can_mend == NOBODY
    assert bag.who_can_mend == "qp"
    assert "lottrack container extend CN-TST-0001-X" in bag.hint


def test_two_containers_are_each_told_of_by_their_own_number() -> None:
    one = case().containers[0]
    other = one._replace(container="CN-TST-0002-Z", label=LABEL._replace(state="printed"))
    first = one._replace(label=LABEL._replace(state="printed"))
    hints = [b.hint for b in judge(case()._replace(containers=(first, other))).blockers]
    assert ["CN-TST-0001-X" in hints[0], "CN-TST-0002-Z" in hints[1]] == [True, True]


def test_a_reason_that_knows_better_keeps_its_own_words() -> None:
    own = Blocker("unknown-code", "No label.", "scan", hint="It is of another site.")
    assert mended(own, case()).hint == "It is of another site."
    assert mended(own).who_can_mend == MENDING["unknown-code"][0]


def test_a_weight_too_old_is_mended_for_the_patient_of_the_case() -> None:
    blocker = blocker_of("weight-too-old", plan_weighed_on=TODAY - timedelta(days=9))
    assert "lottrack patient weigh P01" in blocker.hint
