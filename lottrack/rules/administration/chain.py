"""Where the container has been, who has it, and who is there to give it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lottrack.errors import Blocker

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lottrack.rules.administration.facts import Case, ContainerCase

BEDSIDE_PLACES = frozenset({"pharmacy", "ward"})


def chain_blockers(case: Case, container: ContainerCase) -> Iterator[Blocker]:
    """Is the container where it must be, in the right hands, with no gap behind it?"""
    if case.stage == "prepare" or container.state in {"infused", "destroyed", "lost"}:
        return
    number = container.container
    if container.state == "in_transit" or container.place_kind not in BEDSIDE_PLACES:
        where = f"at {container.place}" if container.place else "on the way"
        yield Blocker(
            "not-received",
            f"{number} is {where}; it was not received at a pharmacy or ward.",
            "chain of custody",
        )
    holder_takes_part = container.handed_to in {"", case.actor, case.second}
    if case.stage in {"dispense", "infuse"} and not holder_takes_part:
        yield Blocker(
            "not-the-holder",
            f"{number} was handed to {container.handed_to}, who holds it and takes no part.",
            "chain of custody",
        )
    for gap in container.gaps:
        yield Blocker("custody-gap", gap, "chain of custody")
    if case.stage == "infuse" and not container.dispensed_for and not container.infused_in:
        yield Blocker("not-dispensed", f"{number} was not dispensed.", "pharmacy record")


def people_blockers(case: Case) -> Iterator[Blocker]:
    """Two people dispense, and two stand at the bedside."""
    if case.stage not in {"dispense", "infuse"}:
        return
    if not case.second:
        yield Blocker(
            "second-person-missing", "A second person must take part; name one.", "four-eyes rule"
        )
    elif case.second == case.actor:
        yield Blocker(
            "same-person",
            f"{case.actor} cannot be both people of this act.",
            "four-eyes rule",
        )
