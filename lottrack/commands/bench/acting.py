"""The bench: what it listens with, the lot in focus, the last act and what takes it back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from lottrack.commands.bench.ear import ACT, Ear

if TYPE_CHECKING:
    from collections.abc import Callable

    from lottrack.commands.bench.ear import Reading
    from lottrack.context import Context


class Recorded(NamedTuple):
    """The last act of this loop: what UNDO takes back.

    Attributes:
        facts: the numbers of what it recorded.
        sentence: what it was, as the screen told it.
    """

    facts: tuple[str, ...]
    sentence: str


class Bench(Ear):
    """The bench: what it listens with, the lot in focus, and the last act."""

    def __init__(self, context: Context, read: Reading) -> None:
        super().__init__(context, read)
        self.last: Recorded | None = None
        self.acts: list[dict[str, Any]] = []
        self.acting = ACT

    def changed_hands(self) -> None:
        """Nobody takes back at the bench what another person recorded there."""
        self.last = None

    def act(
        self,
        call: tuple[str, ...],
        run: Callable[[], dict[str, Any] | list[dict[str, Any]]],
        word: str,
        sentence: str,
    ) -> None:
        """Do an act through the same action its command uses, and tell it in one word.

        Args:
            call: the act and what tells it from another of its kind: repeated within three seconds
                it is one record.
            run: the action.
            word: what happened, shown large.
            sentence: the same in full.

        Raises:
            LottrackError: it is refused.
        """
        from lottrack.actions.releasing.holds import opened_warning
        from lottrack.reports.bench import done

        self.acting = call[0]
        self.clear()
        self.desk.call = repr(call)
        made = run()
        rows = made if isinstance(made, list) else [made]
        self.say(done(word, sentence))
        warnings = [warning for row in rows for warning in row["warnings"]]
        for warning in [*warnings, *(opened_warning(hold) for hold in self.desk.holds_opened)]:
            self.say(f"Warning ({warning['code']}): {warning['sentence']}")
        if self.desk.dry_run:
            self.say("Dry run: nothing was recorded.")
            return
        self.say(f"Recorded by {self.desk.account}. UNDO takes it back.")
        self.last = Recorded(tuple(str(row["id"]) for row in rows), sentence)
        self.acts += [{"id": row["id"], "kind": row["kind"], "act": call[0]} for row in rows]
        self.clear()
