"""Whose cells these are: the label, the scan and the patient, compared."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lottrack.errors import Blocker
from lottrack.rules.culture.plausibility import ShownWarning

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lottrack.rules.administration.facts import Case, ContainerCase

INFUSION_COPIES = frozenset({"primary", "overwrap"})
"""The copies of a label that may speak for a container at a bedside."""


def identity_blockers(case: Case, container: ContainerCase) -> Iterator[Blocker]:
    """Is this the recipient's container, and does its label say so?

    The intended recipient of a directed donation stands on the label (Dir. 2006/86/EC Annex II.E
    1(e)); a container goes to that patient or to nobody.
    """
    number = container.container
    if case.patient and container.patient != case.patient:
        yield Blocker(
            "wrong-patient",
            f"{number} is for patient {container.patient}, not for {case.patient}.",
            f"course {container.course}; Dir. 2006/86/EC Annex II.E",
        )
    plan = case.plan
    if plan.order and plan.order_course != container.course:
        yield Blocker(
            "not-the-pair",
            f"{number} belongs to course {container.course} (pair {container.pair}); order"
            f" {plan.order} is for course {plan.order_course} (pair {plan.order_pair}).",
            f"order {plan.order}",
        )
    label = container.label
    if label is None:
        return
    if label.state in {"void", "destroyed"}:
        yield Blocker(
            "label-void",
            f"Label {label.label} on {number} is {label.state}; another label replaced it or it"
            " was withdrawn.",
            f"label {label.label}",
        )
    elif label.copy not in INFUSION_COPIES:
        yield Blocker(
            "label-wrong-copy",
            f"Label {label.label} is the {label.copy} copy; scan the one on the container itself.",
            f"label {label.label}",
        )
    elif label.state != "applied" or label.applied_to not in {"", number}:
        yield Blocker(
            "label-not-applied",
            f"Label {label.label} was printed for {number}, but nobody has recorded that it was"
            " stuck on it.",
            f"label {label.label}",
        )


def label_warnings(container: ContainerCase) -> Iterator[ShownWarning]:
    """A typed number leaves the label's own rules unchecked, and says so."""
    if container.label is None:
        yield ShownWarning(
            "typed-entry",
            f"{container.container} was typed, not scanned: whether its label is the right copy,"
            " applied and not void was not checked.",
        )


def supply_warnings(container: ContainerCase) -> Iterator[ShownWarning]:
    """A container supplied out of specification is told as such, in words, wherever it is asked of.

    GMP for ATMP (EudraLex Vol. 4 Part IV) 11.53 and 11.54: it is supplied at the physician's
    request, and never released.
    """
    if container.supply is not None:
        yield ShownWarning("out-of-specification-supply", container.supply.words)
