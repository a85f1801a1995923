"""Balances: every cell and every container is somewhere.

Cells of a lot: harvested = seeded on + filled + sampled + discarded (+ what is left), passage by
passage. Containers of a lot: filled = infused + destroyed + used in testing + lost + on hand +
in transit. A lot cannot be closed while a side differs (invariant 6; 21 CFR 211.125 and the
reconciliation of EU GMP chapter 5 ask the same of labels).

All counts are viable cells. Nothing is clipped at 0: a remainder below it is kept, shown, and
refused with its reason.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from lottrack.errors import BadValue, Blocker
from lottrack.rules.culture.growth import passage_name
from lottrack.rules.reading.quantities import exact_cells, format_cells

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

STATES_BEFORE_FILLING = frozenset({"planned", "not_filled"})
"""Location states of containers that never held cells: outside the balance."""

STATES_ON_HAND = frozenset(
    {"filled", "stored", "received", "thawed", "prepared", "dispensed", "returned", "retained"}
)
"""Location states in which a container still exists at a place of ours."""

STATES_GONE = frozenset({"infused", "destroyed", "used_in_testing", "lost"})
"""Location states that end a container's life."""

_IN_TRANSIT = "in_transit"
_RETAINED = "retained"
_BASIS = "harvested = seeded on + filled + sampled + discarded"


class PassageCells(NamedTuple):
    """Viable cells put into, or harvested from, one passage of a lot."""

    passage: int
    cells: int


class CellUse(NamedTuple):
    """Viable cells taken out of a lot: a fill, a sample, a discard, the seeding of a child lot.

    Attributes:
        cells: how many.
        passage: from the harvest of which passage (:func:`passage_drawn_on`); None for the
            latest one.
    """

    cells: int
    passage: int | None = None


class PassageBalance(NamedTuple):
    """Where the cells of one harvest went.

    Attributes:
        passage: the passage harvested.
        harvested: viable cells harvested; 0 if no harvest is recorded.
        seeded_on: put into the next passage of this lot.
        child_lots: put into culture or taken over by child lots.
        filled: filled into containers.
        sampled: taken for tests.
        discarded: thrown away.
    """

    passage: int
    harvested: int
    seeded_on: int = 0
    child_lots: int = 0
    filled: int = 0
    sampled: int = 0
    discarded: int = 0

    @property
    def used(self) -> int:
        """Cells whose whereabouts are recorded."""
        return self.seeded_on + self.child_lots + self.filled + self.sampled + self.discarded

    @property
    def remainder(self) -> int:
        """Cells harvested and not accounted for; below 0 when more were used than harvested."""
        return self.harvested - self.used


class Balance(NamedTuple):
    """The cell balance of a lot, by rising passage."""

    passages: tuple[PassageBalance, ...]

    @property
    def remainder(self) -> int:
        """Cells of all passages not accounted for, over-use not set off against left-overs."""
        return sum(max(passage.remainder, 0) for passage in self.passages)

    @property
    def is_reconciled(self) -> bool:
        """Whether every cell harvested is accounted for, and none twice."""
        return all(passage.remainder == 0 for passage in self.passages)


class ContainerBalance(NamedTuple):
    """The containers of a lot by what became of them.

    Attributes:
        filled: containers that were filled, as the fills say.
        infused, destroyed, used_in_testing, lost: ends of a container's life.
        on_hand: at a place of ours, retained ones included.
        retained: kept as retention samples, a part of ``on_hand``.
        in_transit: handed over and not yet received.
    """

    filled: int
    infused: int
    destroyed: int
    used_in_testing: int
    lost: int
    on_hand: int
    retained: int
    in_transit: int

    @property
    def unaccounted(self) -> int:
        """Filled containers without a state; below 0 when there are more than were filled."""
        accounted = self.infused + self.destroyed + self.used_in_testing + self.lost
        return self.filled - accounted - self.on_hand - self.in_transit

    @property
    def undecided(self) -> int:
        """Containers whose end is still open: on hand and not retained, or in transit."""
        return self.on_hand - self.retained + self.in_transit

    @property
    def is_reconciled(self) -> bool:
        """Whether the states add up to the number filled."""
        return self.unaccounted == 0


def cell_balance(
    harvests: Sequence[PassageCells],
    *,
    seedings: Sequence[PassageCells] = (),
    fills: Sequence[CellUse] = (),
    samples: Sequence[CellUse] = (),
    discards: Sequence[CellUse] = (),
    child_lots: Sequence[CellUse] = (),
) -> Balance:
    """Set every recorded use of a lot's cells against the harvest it drew on.

    The seeding of a passage draws on the harvest of the passage before. The lot's first passage
    draws on something outside the lot (the collection's mononuclear cells, or the parent lot, in
    whose balance it stands among ``child_lots``) and is left out. Fills, samples, discards and
    child lots draw on the harvest they name, else on the latest.

    Args:
        harvests: of this lot; several of one passage add up.
        seedings: of this lot's own passages.
        fills: viable cells filled, one entry a fill or a container.
        samples: viable cells taken for tests from the lot, not from its containers.
        discards: viable cells thrown away.
        child_lots: viable cells that child lots took from this lot's harvests.

    Raises:
        BadValue: a count or a passage is below 0 (``bad-count``).
    """
    _require_counts(harvests, seedings, fills, samples, discards, child_lots)
    latest = max((harvest.passage for harvest in harvests), default=_first(seedings))
    first = _first([*seedings, *harvests])
    seeded_on = [
        CellUse(seeding.cells, seeding.passage - 1)
        for seeding in seedings
        if seeding.passage > first
    ]
    columns = {
        "seeded_on": _by_passage(seeded_on, latest),
        "child_lots": _by_passage(child_lots, latest),
        "filled": _by_passage(fills, latest),
        "sampled": _by_passage(samples, latest),
        "discarded": _by_passage(discards, latest),
    }
    harvested: dict[int, int] = {}
    for harvest in harvests:
        harvested[harvest.passage] = harvested.get(harvest.passage, 0) + harvest.cells
    passages = sorted(set(harvested).union(*columns.values()))
    return Balance(
        tuple(
            PassageBalance(
                passage,
                harvested.get(passage, 0),
                **{name: column.get(passage, 0) for name, column in columns.items()},
            )
            for passage in passages
        )
    )


def passage_drawn_on(harvested_at: Mapping[int, datetime], at: datetime) -> int | None:
    """Which passage's harvest a fill, a sample or a discard drew on: the latest one by then.

    Args:
        harvested_at: when each passage was harvested.
        at: when the cells were taken.

    Returns:
        The passage; None if nothing had been harvested yet: such cells were in culture and belong
        to no harvest's balance.
    """
    return max(
        (passage for passage, harvested in harvested_at.items() if harvested <= at), default=None
    )


def balance_blockers(balance: Balance, what: str) -> list[Blocker]:
    """Why a lot's cells cannot be as recorded: more were used than were harvested.

    Cells left over are no blocker here: they may still be in the vessel. Closing a lot asks for
    more, see :func:`closing_blockers`.

    Args:
        balance: the lot's balance.
        what: the lot, for the sentence ("lot L01").
    """
    return [
        Blocker(
            "more-cells-than-harvested",
            f"{passage_name(passage.passage)} of {what} {_harvested(passage)}, but"
            f" {format_cells(passage.used)} are recorded as used ({_uses(passage)}):"
            f" {_exact(-passage.remainder)} too many.",
            _BASIS,
        )
        for passage in balance.passages
        if not (passage.remainder >= 0)
    ]


def closing_blockers(balance: Balance, containers: ContainerBalance, what: str) -> list[Blocker]:
    """Why a lot cannot be closed: cells or containers whose whereabouts are open.

    Args:
        balance: the lot's cell balance.
        containers: the lot's container balance.
        what: the lot, for the sentence ("lot L01").
    """
    blockers = balance_blockers(balance, what)
    blockers += [
        Blocker(
            "cells-not-accounted-for",
            f"{_exact(passage.remainder)} of {passage_name(passage.passage)} of {what} are neither"
            " seeded on, filled, sampled nor discarded.",
            _BASIS,
        )
        for passage in balance.passages
        if passage.remainder > 0
    ]
    if not containers.is_reconciled:
        blockers.append(
            Blocker(
                "containers-not-accounted-for",
                f"{containers.filled} containers of {what} were filled, and"
                f" {containers.filled - containers.unaccounted} have a known whereabouts.",
            )
        )
    if containers.undecided:
        blockers.append(
            Blocker(
                "containers-undecided",
                f"{containers.undecided} containers of {what} are still in stock or in transit:"
                " infuse, retain, test or destroy them first.",
            )
        )
    return blockers


def container_balance(states: Mapping[str, int], filled: int | None = None) -> ContainerBalance:
    """Add up a lot's containers by location state.

    Args:
        states: how many containers are in each location state of ``lifecycle.STATES``; planned
            containers destroyed unfilled are left out, they never held cells.
        filled: how many the fills say were filled; left out, as many as there are states for.

    Raises:
        BadValue: a state lottrack does not know, or a number below 0 (``bad-count``): neither may
            drop out of a balance unseen.
    """
    known = STATES_BEFORE_FILLING | STATES_ON_HAND | STATES_GONE | {_IN_TRANSIT}
    for state, number in states.items():
        if state not in known or not (number >= 0):
            raise BadValue(
                f"{number} containers in state {state!r} cannot be balanced.", code="bad-count"
            )
    counted = sum(number for state, number in states.items() if state not in STATES_BEFORE_FILLING)
    return ContainerBalance(
        filled=counted if filled is None else filled,
        infused=states.get("infused", 0),
        destroyed=states.get("destroyed", 0),
        used_in_testing=states.get("used_in_testing", 0),
        lost=states.get("lost", 0),
        on_hand=sum(states.get(state, 0) for state in STATES_ON_HAND),
        retained=states.get(_RETAINED, 0),
        in_transit=states.get(_IN_TRANSIT, 0),
    )


def _first(counts: Sequence[PassageCells]) -> int:
    return min((each.passage for each in counts), default=0)


def _by_passage(uses: Sequence[CellUse], latest: int) -> dict[int, int]:
    totals: dict[int, int] = {}
    for use in uses:
        passage = latest if use.passage is None else use.passage
        totals[passage] = totals.get(passage, 0) + use.cells
    return totals


def _require_counts(*columns: Sequence[PassageCells] | Sequence[CellUse]) -> None:
    for column in columns:
        for each in column:
            if not (each.cells >= 0) or not (each.passage is None or each.passage >= 0):
                raise BadValue(
                    f"{each.cells} cells of passage {each.passage} cannot be balanced.",
                    code="bad-count",
                )


def _harvested(passage: PassageBalance) -> str:
    return (
        f"yielded {format_cells(passage.harvested)} cells"
        if passage.harvested
        else "has no cells on record as harvested"
    )


def _uses(passage: PassageBalance) -> str:
    named = (
        ("seeded on", passage.seeded_on),
        ("to child lots", passage.child_lots),
        ("filled", passage.filled),
        ("sampled", passage.sampled),
        ("discarded", passage.discarded),
    )
    return ", ".join(f"{format_cells(cells)} {name}" for name, cells in named if cells)


def _exact(cells: int) -> str:
    """All digits, in words of cells: a remainder of one cell must not be rounded away."""
    return "1 cell" if cells == 1 else f"{exact_cells(cells)} cells"
