"""What a document is laid out in: headings, statements, fields, tables, signature blocks.

A layout turns a document's content into these blocks; ``pdf`` and ``plain`` draw them. No block
knows how it is drawn.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from lottrack.reports.paper.wording import told, when, words

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

GOOD, BAD, WAITING, QUIET = "good", "bad", "waiting", "quiet"
"""How a text is meant: it is met, it is not, it is open, it matters less."""


class Cell(NamedTuple):
    """One text of a field or table.

    Attributes:
        text: what stands now.
        earlier: what stood before, oldest first; shown struck through before it.
        marks: numbers of the notes that tell who changed it and why.
        tone: one of the tones above, or "".
        struck: the text itself counts for nothing any more.
        more: what is told behind it, each with marks of its own.
    """

    text: str
    earlier: tuple[str, ...] = ()
    marks: tuple[int, ...] = ()
    tone: str = ""
    struck: bool = False
    more: tuple[Cell, ...] = ()

    @property
    def plain(self) -> str:
        """The text alone with the number of its note, as a terminal shows it."""
        marks = "".join(f" [{mark}]" for mark in self.marks)
        own = f"{'STRUCK: ' if self.struck else ''}{self.text}{marks}"
        return "; ".join([own, *(each.plain for each in self.more)])


class Column(NamedTuple):
    """A column of a table: its title, and its share of the width."""

    title: str
    share: int


class Heading(NamedTuple):
    """The title of a section."""

    text: str


class Statement(NamedTuple):
    """A sentence that everything else is there for."""

    text: str
    tone: str = ""


class Note(NamedTuple):
    """A smaller sentence that explains."""

    text: str


class Fields(NamedTuple):
    """Names and values side by side."""

    rows: tuple[tuple[str, Cell], ...]


class Table(NamedTuple):
    """A table; its head stands on every page it reaches.

    Attributes:
        columns: the columns.
        rows: cells, one for each column.
        notes: what the marks in it stand for.
        empty: what is said where there are no rows.
    """

    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    notes: tuple[str, ...] = ()
    empty: str = "None."


class Signatures(NamedTuple):
    """Signature blocks, as the content holds them; ``hand`` leaves a line for ink in addition."""

    blocks: tuple[dict[str, Any], ...]
    hand: bool = False


class Verbatim(NamedTuple):
    """Lines exactly as somebody was shown them."""

    lines: tuple[str, ...]


Block = Heading | Statement | Note | Fields | Table | Signatures | Verbatim


class Marks:
    """The notes of a document: every changed value gets the next number.

    A value that stands in several places has one note.
    """

    def __init__(self) -> None:
        self._numbers: dict[tuple[str, str], int] = {}
        self._fresh: list[str] = []

    def cell(
        self,
        fact: dict[str, Any],
        shown: str,
        tone: str = "",
        /,
        **fields: Callable[[str], str],
    ) -> Cell:
        """Values of a fact as a cell, with what they were before a correction.

        Args:
            fact: the fact with its ``id`` and ``corrected`` values.
            shown: how its values are shown now.
            tone: how it is meant.
            fields: keys of the values that the text tells, each with how an earlier one is shown.
        """
        earlier: list[str] = []
        numbers: list[int] = []
        for change in fact.get("corrected", ()):
            show = fields.get(change["field"])
            if show is not None:
                before = ["none" if value is None else show(value) for value in change["earlier"]]
                now = "none" if change["now"] is None else show(change["now"])
                record = change.get("record", fact["id"])
                earlier += before
                numbers.append(self._number(record, change, ", ".join(before), now))
        return Cell(shown, tuple(earlier), tuple(numbers), tone, bool(fact.get("struck")))

    def _number(self, record: str, change: dict[str, Any], earlier: str, now: str) -> int:
        key = (record, change["field"])
        if key not in self._numbers:
            self._numbers[key] = number = len(self._numbers) + 1
            name = change["field"].replace("_", " ")
            self._fresh.append(
                f"[{number}] {record}, {name}: was {earlier}, corrected to {now} by"
                f" {change['by']}, {when(change['at'])} ({change['correction']}). Reason:"
                f" {change['reason']}"
            )
        return self._numbers[key]

    def notes(self) -> tuple[str, ...]:
        """The notes that were made since they were asked for last."""
        fresh, self._fresh = tuple(self._fresh), []
        return fresh


def grid(
    columns: Mapping[str, int],
    rows: Sequence[tuple[Cell, ...]],
    marks: Marks,
    empty: str = "None.",
) -> Table:
    """A table of titles and their shares of the width, with the notes that its cells made."""
    titles = tuple(Column(title, share) for title, share in columns.items())
    return Table(titles, tuple(rows), marks.notes(), empty)


def told_cell(fact: dict[str, Any], marks: Marks) -> Cell:
    """A fact's number, when it happened and who took part."""
    text = f"{fact['id']}, {told(fact)}"
    return marks.cell(fact, text, at=when, performed_by=str, entry=words)
