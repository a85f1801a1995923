"""What the container holds: is it released, sound, in date and meant to be given?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lottrack.errors import Blocker
from lottrack.rules.administration.schedule import (
    expiry_findings,
    post_thaw_findings,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lottrack.rules.administration.facts import Case, ContainerCase


_NOT_RELEASED = {
    "quarantine": ("lot-not-released", "was not released"),
    "discontinued": ("lot-not-released", "was discontinued"),
    "rejected": ("lot-rejected", "was rejected"),
    "recalled": ("lot-recalled", "was recalled"),
}
_ENDED = {
    "destroyed": ("destroyed", "was destroyed"),
    "lost": ("destroyed", "was recorded as lost"),
    "returned": ("returned", "was returned and is not issued again"),
    "not_filled": ("not-for-infusion", "was never filled"),
    "planned": ("not-for-infusion", "is planned and not yet filled"),
    "used_in_testing": ("not-for-infusion", "was used in testing"),
    "retained": ("not-for-infusion", "is kept as a retained container"),
}


def product_blockers(case: Case, container: ContainerCase) -> Iterator[Blocker]:
    """Is this product released, unstopped, in date, and still there?"""
    yield from _release_blockers(container)
    yield from _result_blockers(case, container)
    yield from _use_blockers(case, container)
    yield from _time_blockers(case, container)


def _release_blockers(container: ContainerCase) -> Iterator[Blocker]:
    number, lot = container.container, container.lot
    if container.disposition in _NOT_RELEASED:
        code, words = _NOT_RELEASED[container.disposition]
        yield Blocker(code, f"Lot {lot} ({number}) {words}.", "disposition by a qualified person")
    for test in container.overdue:
        yield Blocker(
            "release-condition-overdue",
            f"Lot {lot} was released on condition of {test}, and that is overdue.",
            "conditional release",
        )
    for hold in container.holds:
        lift = f"Once its cause is judged: `lottrack hold lift {hold.hold} --reason TEXT`."
        yield Blocker(
            "on-hold",
            f"{hold.kind} {hold.record} is on hold ({hold.hold}, {hold.cause}): {hold.reason}",
            f"hold {hold.hold}",
            hint=lift,
        )
        if hold.cause == "damage" and hold.kind == "container":
            yield Blocker(
                "container-damaged",
                f"{number} was found damaged: {hold.reason}",
                f"hold {hold.hold}",
            )
        if hold.cause == "excursion":
            yield Blocker(
                "temperature-excursion-open",
                f"A temperature excursion of {hold.record} is not yet judged: {hold.reason}",
                f"hold {hold.hold}",
                hint=lift,
            )


def _result_blockers(case: Case, container: ContainerCase) -> Iterator[Blocker]:
    number = container.container
    for test in container.failed_lot:
        yield Blocker(
            "result-failed-after-release",
            f"{test} of {number} (lot {container.lot}) is outside its specification.",
            f"specification of lot {container.lot}",
        )
    for test in container.failed_preparation:
        yield Blocker(
            "container-out-of-specification",
            f"{test} of the prepared {number} is outside its specification.",
            f"specification of lot {container.lot}",
        )
    # A bag still frozen may be asked about; it is dispensed only after it was counted.
    not_yet = case.stage == "prepare" or (case.stage == "verify" and container.thawed_at is None)
    for test in () if not_yet else container.missing:
        yield Blocker(
            "result-missing-at-infusion",
            f"{test} of the prepared {number} is required before the infusion and has no result.",
            f"specification of lot {container.lot}",
        )


def _use_blockers(case: Case, container: ContainerCase) -> Iterator[Blocker]:
    number, order = container.container, case.plan.order
    if container.infused_in or container.state == "infused":
        yield Blocker(
            "already-infused", f"{number} was already infused.", container.infused_in or "record"
        )
        return
    if container.state in _ENDED:
        code, words = _ENDED[container.state]
        yield Blocker(code, f"{number} {words}.", "record of the container")
    if container.purpose != "infusion":
        yield Blocker(
            "not-for-infusion",
            f"{number} is a {container.purpose} container.",
            "purpose of the fill",
        )
    if container.is_input_of:
        yield Blocker(
            "not-for-infusion",
            f"The cells of {number} went into another container ({container.is_input_of});"
            " scan the prepared dose.",
            f"preparation {container.is_input_of}",
        )
    if container.prepared_for and order and container.prepared_for != order:
        yield Blocker(
            "dispensed-for-another-order",
            f"{number} was prepared for order {container.prepared_for}, not for {order}.",
            f"order {container.prepared_for}",
        )
    if container.dispensed_for and order and container.dispensed_for != order:
        yield Blocker(
            "dispensed-for-another-order",
            f"{number} was dispensed for order {container.dispensed_for}, not for {order}.",
            f"order {container.dispensed_for}",
        )
    elif container.dispensed_for and case.stage == "dispense":
        yield Blocker(
            "already-dispensed",
            f"{number} was already dispensed for order {container.dispensed_for}.",
            f"order {container.dispensed_for}",
        )


def _time_blockers(case: Case, container: ContainerCase) -> Iterator[Blocker]:
    number, plan = container.container, case.plan
    minutes = 0 if case.stage == "infuse" else plan.infusion_minutes
    yield from expiry_findings(container.expires_at, case.now, minutes, number).blockers
    if plan.order:
        limit = plan.post_thaw_limit_minutes
        yield from post_thaw_findings(container.thawed_at, case.now, limit, number).blockers
