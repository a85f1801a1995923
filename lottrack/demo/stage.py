"""The stage: a clock that follows the scenario, desks for its people, stories told side by side.

Every act is done at a desk of the person whose work it is, at the time of the scenario, through the
same action the command of that act calls. A story is a generator that yields the moment it goes on
at; the stories of all pairs run side by side, so that the record is written in the order of time.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple
from zoneinfo import ZoneInfo

from lottrack.actions.desk import Desk, Telling
from lottrack.actions.refusals import record_refusal
from lottrack.actions.signing import Proof
from lottrack.demo.people import SECRET
from lottrack.errors import LottrackError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from lottrack.actions.desk import Hasher
    from lottrack.demo.narrator import Narrator
    from lottrack.store.store import Store

ZONE = "Europe/Madrid"

NOW = Telling()
"""Said at the time it happens, by the person at the desk."""

BETWEEN_ACTS = timedelta(seconds=20)
"""How much time passes from one act to the next."""

Story = Iterator[datetime]
"""What happens to one pair, lot or infusion: it yields the moment at which it goes on."""


def at(day: str, clock: str) -> datetime:
    """A moment of the scenario: a day, and the time by the site's clock."""
    local = datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=ZoneInfo(ZONE))
    return local.astimezone(UTC)


def local_day(moment: datetime) -> str:
    """The day of a moment by the site's clock."""
    return moment.astimezone(ZoneInfo(ZONE)).date().isoformat()


def local_minute(moment: datetime) -> str:
    """The hour and minute of a moment by the site's clock."""
    return moment.astimezone(ZoneInfo(ZONE)).strftime("%H:%M")


def day_of(text: str) -> date:
    """A day of the scenario's tables."""
    return date.fromisoformat(text)


def days_after(day: str, days: int) -> str:
    """The day so many days later (or, below 0, earlier)."""
    return (day_of(day) + timedelta(days=days)).isoformat()


class SceneClock:
    """The scenario's clock: it never goes back."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        """The time now."""
        return self.now

    def reach(self, moment: datetime) -> None:
        """Wait until a moment; one that has passed is not waited for."""
        self.now = max(self.now, moment)


class RememberingHasher:
    """Keeps a real hash in the record, and remembers which secret it was made from.

    Hashing costs an eighth of a second by design, and the scenario signs several hundred times.
    Everybody here has the same secret, so that one hash serves all.
    """

    def __init__(self, hasher: Hasher) -> None:
        self._hasher = hasher
        self._made: dict[str, str] = {}

    def hash(self, secret: str) -> str:
        """A salted hash, the same whenever the secret is the same."""
        if secret not in self._made:
            self._made[secret] = self._hasher.hash(secret)
        return self._made[secret]

    def fits(self, hashed: str, secret: str) -> bool:
        """Whether the secret is the hash's."""
        return self._made.get(secret) == hashed or self._hasher.fits(hashed, secret)


class Bag(NamedTuple):
    """A container of cells: its number, and the code on its label."""

    number: str
    scan: str


class Props:
    """What the stories have made so far, for one another.

    Attributes:
        courses: patient -> chain-of-identity id.
        collections: patient -> number of the collection.
        bands: patient -> the code on the wristband.
        bags: lot -> number of the bag -> bag; ``FRESH`` is the fresh dose.
        doublings: lot -> cumulative doublings, two decimals.
        fills: lot -> number of the fill of its frozen bags.
        fresh_fills: lot -> number of the fill of its fresh dose.
        orders: patient and infusion -> order.
        preparations: patient and infusion -> preparation of the bag that is given.
        doses: patient and infusion -> what was prepared for it.
        material_lots: the supplier's number -> number of the material lot.
    """

    def __init__(self) -> None:
        self.courses: dict[str, str] = {}
        self.collections: dict[str, str] = {}
        self.bands: dict[str, str] = {}
        self.bags: dict[str, dict[int, Bag]] = {}
        self.doublings: dict[str, str] = {}
        self.fills: dict[str, str] = {}
        self.fresh_fills: dict[str, str] = {}
        self.orders: dict[tuple[str, int], str] = {}
        self.preparations: dict[tuple[str, int], str] = {}
        self.doses: dict[tuple[str, int], Bag] = {}
        self.material_lots: dict[str, str] = {}


class Stage:
    """Where the scenario is played.

    Args:
        store: the training record.
        clock: the scenario's clock.
        hasher: checks secrets.
        host: this computer, for the audit trail.
        folder: where labels and pictures go.
        narrator: says what happens.
    """

    def __init__(
        self,
        store: Store,
        clock: SceneClock,
        hasher: Hasher,
        *,
        host: str,
        folder: Path,
        narrator: Narrator,
    ) -> None:
        self.store = store
        self.clock = clock
        self.hasher = hasher
        self.host = host
        self.folder = folder
        self.narrator = narrator
        self.props = Props()

    def tell(self, words: str) -> None:
        """Say what happened, with the day it happened on."""
        self.narrator.tell(local_day(self.clock.now), words)

    def tell_warnings(self, made: Mapping[str, Any]) -> None:
        """Say the warnings an act answered with."""
        for warning in made["warnings"]:
            self.narrator.add(f"warning: {warning['sentence']}")

    def tell_refusal(self, refusal: LottrackError) -> None:
        """Say why an act was refused."""
        for blocker in refusal.blockers or (refusal,):
            self.narrator.add(f"refused ({blocker.code}): {blocker.sentence}")

    def tell_answer(self, answer: Mapping[str, Any]) -> None:
        """Say why the pharmacist's question was answered no."""
        for blocker in answer["blockers"]:
            self.narrator.add(f"refused ({blocker['code']}): {blocker['sentence']}")

    def desk(self, person: str) -> Desk:
        """A person's desk for one act, a little later than the act before."""
        self.clock.reach(self.clock.now + BETWEEN_ACTS)
        return Desk(lambda: self.store, self.clock, self.hasher, host=self.host, account=person)

    @staticmethod
    def proof(person: str) -> Proof:
        """A person and the secret they type to sign."""
        return Proof(person, SECRET)

    def refused(self, person: str, act: str, attempt: Callable[[Desk], Any]) -> LottrackError:
        """Try what must be refused; the refusal is recorded, as the program records it.

        Args:
            person: who tries.
            act: the act, as in the table of roles.
            attempt: what is tried, at the person's desk.

        Returns:
            The refusal, with its reasons.
        """
        desk = self.desk(person)
        try:
            attempt(desk)
        except LottrackError as error:
            record_refusal(desk, act, error)
            return error
        raise AssertionError(f"{act} by {person} should have been refused")


def play(stories: Iterable[Story], clock: SceneClock, narrator: Narrator) -> None:
    """Play stories side by side: the one whose moment comes first goes on first."""
    waiting: list[tuple[datetime, int, Story]] = []
    for order, story in enumerate(stories):
        _wait(waiting, order, story)
    while waiting:
        moment, order, story = heapq.heappop(waiting)
        clock.reach(moment)
        narrator.show_progress(local_day(moment))
        _wait(waiting, order, story)
    narrator.end_progress()


def _wait(waiting: list[tuple[datetime, int, Story]], order: int, story: Story) -> None:
    """Let a story go on to the next moment it waits for; one that has ended is left out."""
    moment = next(story, None)
    if moment is not None:
        heapq.heappush(waiting, (moment, order, story))
