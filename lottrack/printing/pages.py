"""Pages of codes for a bench: command codes with their words, and a scanner's test code.

A page is drawn as one picture and accepted only after every code on it has been read back from the
very dots, each as often as it was put there and none besides.
"""

from __future__ import annotations

import hashlib
from decimal import Decimal
from typing import TYPE_CHECKING, Final, NamedTuple

from lottrack.errors import LabelError
from lottrack.printing import carriers, codes
from lottrack.printing.fonts import Place, fit, font, missing_characters
from lottrack.printing.layout import dots
from lottrack.printing.rendering import Rendered
from lottrack.printing.sheets import A4_HEIGHT_MM, A4_WIDTH_MM
from lottrack.printing.texts import INK, PAPER

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


DPI: Final = 300
_MODULE_DOTS: Final = 6  # half a millimetre: read at arm's length, through a sleeve
_COLUMNS: Final = 3
_MARGIN_MM: Final = Decimal(12)
_PITCH_X_MM: Final = Decimal(63)
_PITCH_Y_MM: Final = Decimal(29)
_HEADING_MM: Final = Decimal(12)
_WORDS_MM: Final = (Decimal(36), Decimal(13))
_SMALL_MM: Final = (Decimal(36), Decimal(8))
_LARGEST, _SMALLEST = 96, 26  # dots an em: 8.1 and 2.2 mm


class Entry(NamedTuple):
    """One code with what stands beside it.

    Attributes:
        payload: what the code says.
        words: in large type.
        meaning: in small type below, or "".
    """

    payload: str
    words: str
    meaning: str = ""


class Group(NamedTuple):
    """Codes under one heading."""

    heading: str
    entries: tuple[Entry, ...]


class _Spot(NamedTuple):
    """Where something stands: page from 0, and dots from the upper left corner."""

    page: int
    left: int
    top: int


def command_pages(title: str, groups: Sequence[Group]) -> list[Rendered]:
    """The codes on A4 pages, three beside each other, under their headings.

    Raises:
        LabelError: a text cannot be printed or does not fit, or a code could not be read back.
    """
    placed = list(_placed(groups))
    pages = [_Page(title) for _ in range(placed[-1][0].page + 1)]
    for spot, what in placed:
        page = pages[spot.page]
        if isinstance(what, str):
            page.write(what, "bold", spot.left, spot.top, (Decimal(180), Decimal(7)), 60)
        else:
            page.put(what, spot.left, spot.top, _MODULE_DOTS)
    return [page.finished() for page in pages]


def check_page(title: str, payload: str, lines: Sequence[str]) -> Rendered:
    """One A4 page with one code in two sizes, the largest and the finest that labels carry.

    Raises:
        LabelError: the code could not be read back.
    """
    page = _Page(title)
    top = dots(Decimal(35), DPI)
    for line in lines:
        page.write(line, "regular", _left(), top, (Decimal(186), Decimal(8)), 56)
        top += dots(Decimal(9), DPI)
    for words, module in (("large", 8), ("small", 4), ("as fine as on a vial", 3)):
        entry = Entry(payload, words)
        page.put(entry, _left(), top + dots(Decimal(8), DPI), module)
        top += dots(Decimal(60), DPI)
    return page.finished()


def matrix_page(title: str, lines: Sequence[str], message: str, words: str) -> Rendered:
    """One A4 page with the Data Matrix of another system's message and the same in words.

    Raises:
        LabelError: a text cannot be printed or does not fit, or the code could not be read back.
    """
    page = _Page(title)
    top = dots(Decimal(35), DPI)
    for line in lines:
        page.write(line, "regular", _left(), top, (Decimal(186), Decimal(24)), 56)
        top += dots(Decimal(26), DPI)
    code = carriers.data_matrix(message, _MODULE_DOTS)
    page.image.paste(code, (_left(), top))
    page.write(words, "bold", _left() + code.width + 40, top, (Decimal(150), Decimal(13)), _LARGEST)
    if carriers.read_back(page.image, {carriers.DATA_MATRIX}) != [message]:
        raise LabelError(
            "The code on the page could not be read back as it is; the page was not made.",
            code="code-unreadable-after-rendering",
            hint="Report this as a bug.",
        )
    return page.finished()


class _Page:
    """One A4 page being drawn."""

    def __init__(self, title: str) -> None:
        from PIL import Image, ImageDraw

        size = dots(A4_WIDTH_MM, DPI), dots(A4_HEIGHT_MM, DPI)
        self.image = Image.new("1", size, PAPER)
        self.pen = ImageDraw.Draw(self.image)
        self.payloads: list[str] = []
        self.texts: list[str] = []
        self.write(title, "bold", _left(), _left(), (Decimal(186), Decimal(10)), 90)

    def put(self, entry: Entry, left: int, top: int, module_dots: int) -> None:
        """A code with its words to the right of it."""
        code = codes.draw_code(entry.payload, module_dots)
        self.image.paste(code, (left, top))
        self.payloads.append(entry.payload)
        beside = left + code.width
        self.write(entry.words, "bold", beside, top + 24, _WORDS_MM, _LARGEST)
        if entry.meaning:
            below = top + 24 + dots(_WORDS_MM[1], DPI)
            self.write(entry.meaning, "regular", beside, below, _SMALL_MM, 44)

    def write(
        self, text: str, weight: str, left: int, top: int, room: tuple[Decimal, Decimal], size: int
    ) -> None:
        """A text at the largest size at which it fits its room.

        Raises:
            LabelError: it does not, or holds a character that cannot be printed.
        """
        missing = missing_characters(text, weight)
        place = Place(dots(room[0], DPI), dots(room[1], DPI), size, _SMALLEST, wrap=True)
        block = None if missing else fit((text,), weight, place)
        if block is None:
            raise LabelError(
                f"{text!r} cannot be printed on the sheet: it is too long or holds a character"
                " that the typeface lacks.",
                code="text-unprintable",
                hint="Give it in shorter or plainer words.",
            )
        base = top + block.rise
        for line in block.lines:
            self.pen.text((left, base), line, fill=INK, font=font(weight, block.size), anchor="ls")
            base += block.pitch
        self.texts.append(text)

    def finished(self) -> Rendered:
        """The page, once every code was read back from it.

        Raises:
            LabelError: they are not what was put there (``code-unreadable-after-rendering``).
        """
        found = codes.read_printed(self.image)
        if sorted(found) != sorted(self.payloads):
            raise LabelError(
                f"Of {len(self.payloads)} codes on the page {len(found)} could be read back as"
                " they are; the page was not made.",
                code="code-unreadable-after-rendering",
                hint="Report this as a bug.",
            )
        packed = self.image.tobytes()
        size = f"{self.image.width}x{self.image.height}:".encode("ascii")
        return Rendered(
            dots=packed,
            width=self.image.width,
            height=self.image.height,
            image_sha256=hashlib.sha256(size + packed).hexdigest(),
            width_mm=A4_WIDTH_MM,
            height_mm=A4_HEIGHT_MM,
            dpi=DPI,
            text=tuple(self.texts),
            payload="",
        )


def _left() -> int:
    return dots(_MARGIN_MM, DPI)


def _placed(groups: Sequence[Group]) -> Iterator[tuple[_Spot, str | Entry]]:
    """Headings and codes with their places; a heading stays with its first row."""
    page, top = 0, _MARGIN_MM + Decimal(14)
    bottom = A4_HEIGHT_MM - _MARGIN_MM
    for group in groups:
        if not (top + _HEADING_MM + _PITCH_Y_MM <= bottom):
            page, top = page + 1, _MARGIN_MM + Decimal(14)
        yield _Spot(page, _left(), dots(top, DPI)), group.heading
        top += _HEADING_MM
        for number, entry in enumerate(group.entries):
            column = number % _COLUMNS
            if number and not column:
                top += _PITCH_Y_MM
            if not column and not (top + _PITCH_Y_MM <= bottom):
                page, top = page + 1, _MARGIN_MM + Decimal(14)
            left = dots(_MARGIN_MM + column * _PITCH_X_MM, DPI)
            yield _Spot(page, left, dots(top, DPI)), entry
        top += _PITCH_Y_MM
