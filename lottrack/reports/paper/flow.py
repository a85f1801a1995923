"""Blocks as reportlab's flowables: paragraphs that wrap, tables that break over pages."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import (
    CondPageBreak,
    Flowable,
    KeepTogether,
    Paragraph,
    Spacer,
    TableStyle,
)
from reportlab.platypus import Table as Grid

from lottrack.reports.paper import face
from lottrack.reports.paper.blocks import (
    BAD,
    GOOD,
    QUIET,
    WAITING,
    Cell,
    Fields,
    Heading,
    Note,
    Signatures,
    Statement,
    Table,
    Verbatim,
)
from lottrack.reports.paper.wording import role

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lottrack.reports.paper.blocks import Block

_COLOURS = {GOOD: "#1b5e20", BAD: "#b00020", WAITING: "#8a5a00", QUIET: "#5b6770", "": "#1b2a33"}
_RULE, _PALE = HexColor(0xC3CBD0), HexColor(0xEEF2F4)
_FIRST_COLUMN = 110
_PAGE_ROOM = A4[1] * 0.75
"""Nearly the room of an empty page, in points."""


def _style(name: str, size: float, leading: float, **more: Any) -> ParagraphStyle:
    # Words longer than a line (a code, a hash, a path) are broken, never cut or let over the edge.
    return ParagraphStyle(
        name,
        fontName=more.pop("font", face.TEXT),
        fontSize=size,
        leading=leading,
        textColor=HexColor(0x1B2A33),
        splitLongWords=1,
        embeddedHyphenation=1,
        uriWasteReduce=0,
        **more,
    )


_BODY = _style("body", 8.5, 10.6)
_CELL = _style("cell", 7.8, 9.4)
_HEAD = _style("head", 7.8, 9.4, font=face.BOLD)
_NOTE = _style("note", 7.6, 9.4, spaceAfter=3)
_HEADING = _style("heading", 11.5, 14, font=face.BOLD, spaceBefore=11, spaceAfter=4)
_STATEMENT = _style("statement", 10.5, 13.5, font=face.BOLD)
_VERBATIM = _style("verbatim", 7.6, 9.4)


def flowables(blocks: Sequence[Block], width: float) -> list[Flowable]:
    """The flowables of blocks on lines so wide; a heading never ends a page."""
    parts = [list(_flow(block, width)) for block in blocks]
    found: list[Flowable] = []
    for place, block in enumerate(blocks):
        if isinstance(block, Heading):
            found.append(CondPageBreak(min(_beginning(blocks, parts, place, width), _PAGE_ROOM)))
        found += parts[place]
    return found


def _beginning(
    blocks: Sequence[Block], parts: list[list[Flowable]], place: int, width: float
) -> float:
    """The room that a heading, its notes and the first row beneath them take."""
    room: float = _HEADING.spaceBefore + _HEADING.spaceAfter
    for block, part in zip(blocks[place:], parts[place:], strict=True):
        first = part[0]
        room += first.opening(width) if isinstance(first, _Rows) else first.wrap(width, A4[1])[1]
        if not isinstance(block, Heading | Note):
            break
    return room


def _flow(block: Block, width: float) -> Iterator[Flowable]:
    match block:
        case Heading():
            yield _Section(_markup(block.text), block.text)
        case Statement():
            yield _statement(block, width)
            yield Spacer(0, 4)
        case Note():
            yield Paragraph(_coloured(_markup(block.text), QUIET), _NOTE)
        case Fields():
            yield _fields(block, width)
            yield Spacer(0, 4)
        case Table():
            yield from _table(block, width)
            yield Spacer(0, 4)
        case Signatures():
            yield from _signatures(block, width)
        case Verbatim():
            for line in block.lines:
                indent = len(line) - len(line.lstrip(" "))
                style = ParagraphStyle("line", _VERBATIM, leftIndent=4 * indent)
                yield Paragraph(_markup(line) or "&nbsp;", style)


class _Section(Paragraph):  # type: ignore[misc]  # reportlab tells no types
    """A heading that stands in the reader's list of sections, too."""

    def __init__(self, markup: str, title: str) -> None:
        super().__init__(markup, _HEADING)
        self._title = face.spelled(title)

    def draw(self) -> None:
        """Draw the heading and remember its place."""
        canvas = self.canv
        key = f"section-{canvas.getPageNumber()}-{self._title}"
        canvas.bookmarkHorizontal(key, 0, self.height + 4)
        canvas.addOutlineEntry(self._title, key, 0, closed=False)
        super().draw()


class _Rows(Grid):  # type: ignore[misc]  # reportlab tells no types
    """A table whose rows stay whole; one that not even an empty page holds is broken."""

    def split(self, width: float, height: float) -> list[Flowable]:
        """What of it fits here, and the rest; nothing where it shall begin on the next page."""
        self.splitInRow = int(height > _PAGE_ROOM)
        parts: list[Flowable] = super().split(width, height)
        return parts

    def opening(self, width: float) -> float:
        """The height of its head and its first row."""
        self.wrap(width, A4[1])
        return float(sum(self._rowHeights[: self.repeatRows + 1]))


# -- text ------------------------------------------------------------------------------------------


_TOGETHER = re.compile(
    r"(?<=[0-9]{4}-[0-9]{2}-[0-9]{2}) (?=[0-9]{2}:[0-9]{2})"
    r"|(?<= [0-9]{2}:[0-9]{2}) (?=[+-][0-9]{2}:)|(?<=[0-9]) (?=[×%])|(?<=[<>≤≥]) (?=[0-9])"
)
"""Spaces at which no line breaks: within a time, before a unit, behind a sign."""


def _markup(text: str) -> str:
    return escape(_TOGETHER.sub("\N{NO-BREAK SPACE}", face.spelled(text)))


def _coloured(markup: str, tone: str) -> str:
    return f'<font color="{_COLOURS[tone]}">{markup}</font>' if tone else markup


def _cell_markup(cell: Cell) -> str:
    """What stood before struck through, what stands now, and the number of the note."""
    now = _markup(cell.text)
    if cell.tone in {GOOD, BAD, WAITING}:
        now = f'<font name="{face.BOLD}">{now}</font>'
    now = f"<strike>{now}</strike>" if cell.struck else now
    parts = [f"<strike>{_coloured(_markup(text), QUIET)}</strike>" for text in cell.earlier]
    parts.append(_coloured(now, cell.tone))
    parts += [f'<font name="{face.BOLD}">[{mark}]</font>' for mark in cell.marks]
    return "; ".join([" ".join(parts), *(_cell_markup(each) for each in cell.more)])


# -- blocks ----------------------------------------------------------------------------------------


def _statement(block: Statement, width: float) -> Flowable:
    grid = Grid([[Paragraph(_coloured(_markup(block.text), block.tone), _STATEMENT)]], [width])
    bar = HexColor(int(_COLOURS[block.tone][1:], 16))
    grid.setStyle(
        TableStyle(
            [
                ("BACKGROUND", (0, 0), (-1, -1), _PALE),
                ("LINEBEFORE", (0, 0), (0, -1), 3, bar),
                ("LEFTPADDING", (0, 0), (-1, -1), 9),
                ("TOPPADDING", (0, 0), (-1, -1), 5),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 7),
            ]
        )
    )
    return grid


def _fields(block: Fields, width: float) -> Flowable:
    rows = [
        [Paragraph(_coloured(_markup(name), QUIET), _BODY), Paragraph(_cell_markup(cell), _BODY)]
        for name, cell in block.rows
    ]
    grid = _Rows(rows, [_FIRST_COLUMN, width - _FIRST_COLUMN])
    grid.setStyle(TableStyle([*_TIGHT, ("LINEBELOW", (0, 0), (-1, -1), 0.25, _RULE)]))
    return grid


_TIGHT = (
    ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ("LEFTPADDING", (0, 0), (-1, -1), 2.5),
    ("RIGHTPADDING", (0, 0), (-1, -1), 3.5),
    ("TOPPADDING", (0, 0), (-1, -1), 1.6),
    ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
)
_HEADED = (
    *_TIGHT,
    ("BACKGROUND", (0, 0), (-1, 0), _PALE),
    ("LINEBELOW", (0, 0), (-1, 0), 0.8, HexColor(0x5B6770)),
    ("LINEBELOW", (0, 1), (-1, -1), 0.25, _RULE),
)


def _table(block: Table, width: float) -> Iterator[Flowable]:
    if not block.rows:
        yield Paragraph(_coloured(_markup(block.empty), QUIET), _BODY)
    else:
        shares = sum(column.share for column in block.columns)
        widths = [width * column.share / shares for column in block.columns]
        head = [Paragraph(_markup(column.title), _HEAD) for column in block.columns]
        body = [[Paragraph(_cell_markup(cell), _CELL) for cell in row] for row in block.rows]
        grid = _Rows([head, *body], widths, repeatRows=1)
        grid.setStyle(TableStyle(_HEADED))
        yield grid
    if block.notes:
        yield Spacer(0, 3)
    for note in block.notes:
        yield Paragraph(_markup(note), _NOTE)


_SIGNED = (("Signed by", 40), ("Meaning", 48), ("Local time and zone", 40), ("Signature", 48))


def _signatures(block: Signatures, width: float) -> Iterator[Flowable]:
    shares = sum(share for _, share in _SIGNED)
    widths = [width * share / shares for _, share in _SIGNED]
    rows = [[Paragraph(_markup(title), _HEAD) for title, _ in _SIGNED]]
    rows += [[Paragraph(text, _CELL) for text in _signed(each)] for each in block.blocks]
    if len(rows) > 1:
        grid = _Rows(rows, widths, repeatRows=1)
        grid.setStyle(TableStyle(_HEADED))
        yield grid
    else:
        yield Paragraph(_coloured("No signature is on record.", WAITING), _BODY)
    if block.hand:
        yield KeepTogether([Spacer(0, 16), _ink(width)])


def _signed(block: dict[str, Any]) -> tuple[str, str, str, str]:
    """A signature: who in which role, meaning, time with zone, number, and whether it stands."""
    stands = _coloured("stands", GOOD)
    if not block["valid"]:
        since = ", ".join(block["voided_by"])
        stands = f'<font name="{face.BOLD}">{_coloured("VOID", BAD)}</font>, corrected since: '
        stands += _markup(since)
    typed = "; secret given by a script" if block["scripted"] else ""
    name = f'<font name="{face.BOLD}">{_markup(block["name"])}</font>'
    return (
        f"{name} ({_markup(block['account'])}), {_markup(role(block['role']))}",
        _markup(block["meaning"]),
        f"{_markup(block['local_time'])}, {_markup(block['zone'])}",
        f"{_markup(block['id'])}{typed}; {stands}",
    )


def _ink(width: float) -> Flowable:
    """A line for a signature in ink, where local rules ask for one in addition."""
    titles = (
        "In ink, where local rules ask for it in addition: name",
        "Date and time",
        "Signature",
    )
    widths = [width * 0.45, width * 0.22, width * 0.33]
    grid = Grid([["", "", ""], [Paragraph(_coloured(t, QUIET), _NOTE) for t in titles]], widths)
    grid.setStyle(TableStyle([*_TIGHT, ("LINEBELOW", (0, 0), (-1, 0), 0.6, _RULE)]))
    return grid
