"""What quality assurance and control do in several events: investigate, conclude, lift, destroy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from lottrack.actions.custody import movements as custody
from lottrack.actions.deviating import closing, deviations
from lottrack.actions.releasing import hold_acts
from lottrack.actions.releasing.holds import open_holds_on
from lottrack.actions.testing import oos_acts
from lottrack.demo.stage import NOW, day_of
from lottrack.rules.specification.investigation import CONFIRMED

if TYPE_CHECKING:
    from lottrack.demo.stage import Bag, Stage


class Departure(NamedTuple):
    """A deviation: its class, what it is about, what happened, what it concerns."""

    severity: str
    title: str
    text: str
    concerns: tuple[str, ...]


def deviate(stage: Stage, person: str, departure: Departure) -> str:
    """Open a deviation; returns its number."""
    desk = stage.desk(person)
    made = deviations.open_deviation(desk, *departure, NOW)
    number = str(made["id"])
    stage.narrator.add(f"{person} opens the deviation {number}: {departure.title}.")
    return number


def find_cause(stage: Stage, person: str, deviation: str, cause: str, text: str) -> None:
    """Record what the investigation of a deviation found."""
    deviations.investigate(stage.desk(person), deviation, cause, text, NOW)


def close(stage: Stage, deviation: str, conclusion: str, *, check_by: str = "") -> None:
    """Quality assurance closes a deviation by signature."""
    desk = stage.desk("QA1")
    day = day_of(check_by) if check_by else None
    prepared = closing.prepare_closing(desk, deviation, conclusion, day, "QA1")
    closing.close_deviation(desk, deviation, conclusion, day, prepared, stage.proof("QA1"))
    effect = f" Its effect is checked by {check_by}." if check_by else ""
    stage.narrator.add(f"QA1 closes {deviation}: {conclusion}.{effect}")


def confirm(stage: Stage, oos: str, finder: str, finding: str, why: str) -> None:
    """The laboratory finds no fault of its own; the result out of specification is confirmed.

    Args:
        stage: where.
        oos: the investigation.
        finder: who of the laboratory looked; not who concludes.
        finding: what was looked at and found.
        why: the conclusion, signed by quality assurance.
    """
    oos_acts.investigate(stage.desk(finder), oos, finding, NOW, assignable=False)
    desk = stage.desk("QA1")
    prepared = oos_acts.prepare_conclusion(desk, oos, CONFIRMED, why, "QA1")
    oos_acts.conclude(desk, oos, CONFIRMED, why, prepared, stage.proof("QA1"))
    stage.narrator.add(f"{finder} investigates {oos}: {finding}.")
    stage.narrator.add(f"QA1 concludes {oos}, confirmed: {why}.")


def mend(stage: Stage, deviation: str, text: str, *, owner: str, due_on: str) -> None:
    """Agree on what is done about a deviation, and have it done by its owner."""
    desk = stage.desk("LEAD1")
    action = deviations.plan_action(desk, deviation, text, owner, day_of(due_on), NOW)["id"]
    deviations.finish_action(stage.desk(owner), action, "Instruction changed, all trained", NOW)


def lift_holds(
    stage: Stage, kind: str, record: str, reason: str, *, because_of: str = ""
) -> list[str]:
    """Quality assurance lifts open holds on a thing, each by a signature of its own.

    Args:
        stage: where.
        kind: what the thing is.
        record: its number.
        reason: why.
        because_of: only the holds opened because of this record; "" for all.

    Returns:
        The holds that were lifted.
    """
    lifted = []
    for hold in open_holds_on(stage.store, kind, record):
        if because_of and hold.because_of != because_of:
            continue
        desk = stage.desk("QA1")
        prepared = hold_acts.prepare_lift(desk, hold.root, reason, "QA1")
        hold_acts.lift_hold(desk, hold.root, reason, prepared, stage.proof("QA1"))
        lifted.append(str(hold.root))
    return lifted


def destroy(stage: Stage, bag: Bag, reason: str) -> None:
    """Destroy a bag in the pharmacy, signed by two pharmacists."""
    desk = stage.desk("PHARMACIST1")
    prepared = custody.prepare_destruction(desk, [bag.scan], reason)
    proofs = (stage.proof("PHARMACIST1"), stage.proof("PHARMACIST2"))
    custody.destroy(desk, [bag.scan], prepared, proofs, NOW._replace(reason=reason))
    stage.narrator.add(f"{bag.number} destroyed, signed by two people: {reason}.")


def failing(counted: dict[str, Any]) -> dict[str, Any]:
    """The result of a count that does not meet its specification."""
    return next(result for result in counted["results"] if result["verdict"] == "fail")
