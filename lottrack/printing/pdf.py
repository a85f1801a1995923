"""Pictures of one bit a dot on the pages of a PDF file, and back.

A page of labels needs pages, pictures and where they stand, and nothing else of what a PDF can be.
The dots go in as they are, so a printer of the same resolution prints whole dots; the file carries
no date, so the same labels give the same bytes (ISO 32000-1, clauses 7.3, 7.5 and 8.9).
"""

from __future__ import annotations

import hashlib
import re
import zlib
from typing import TYPE_CHECKING, Final, NamedTuple

from lottrack.errors import LabelError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from decimal import Decimal

_COMPRESSION: Final = 1
_PLACES: Final = 5
_FIRST: Final = 4
"""Number of the first object after catalogue, list of pages and information."""

_PICTURE: Final = re.compile(
    rb"<< /Type /XObject /Subtype /Image /Width ([0-9]{1,5}) /Height ([0-9]{1,5})"
    rb" /ColorSpace /DeviceGray /BitsPerComponent 1 /Filter /FlateDecode /Length ([0-9]{1,9}) >>"
    rb"\nstream\n"
)


class Picture(NamedTuple):
    """A picture on a page.

    Attributes:
        dots: row by row from the top, eight dots a byte, 1 for paper; rows end with a whole byte.
        width, height: in dots.
        left_pt, bottom_pt: of its lower left corner, from the lower left corner of the page.
        width_pt, height_pt: as large as it is printed.
    """

    dots: bytes
    width: int
    height: int
    left_pt: Decimal
    bottom_pt: Decimal
    width_pt: Decimal
    height_pt: Decimal


class Page(NamedTuple):
    """A page of its own size, in points of 1/72 inch."""

    width_pt: Decimal
    height_pt: Decimal
    pictures: tuple[Picture, ...]


def pdf(pages: Sequence[Page], title: str) -> bytes:
    """The pages as a PDF file that tells viewers not to scale it.

    Raises:
        LabelError: the file does not hold the very dots (``print-job-damaged``).
    """
    objects: list[bytes] = []
    kids = []
    for page in pages:
        first = _FIRST + len(objects)
        objects += _page_objects(page, first)
        kids.append(f"{first} 0 R")
    head = (
        b"<< /Type /Catalog /Pages 2 0 R /ViewerPreferences << /PrintScaling /None >> >>",
        f"<< /Type /Pages /Count {len(pages)} /Kids [{' '.join(kids)}] >>".encode("ascii"),
        f"<< /Title ({title}) /Creator (lottrack) >>".encode("ascii"),
    )
    file = _written([*head, *objects])
    drawn = [(each.dots, each.width, each.height) for page in pages for each in page.pictures]
    if list(pictures_in(file)) != drawn:
        raise _damaged()
    return file


def pictures_in(file: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Dots, width and height of the pictures in a file that ``pdf`` made, in their order.

    Raises:
        LabelError: one of them is not whole (``print-job-damaged``).
    """
    at = 0
    while (found := _PICTURE.search(file, at)) is not None:
        width, height, length = (int(number) for number in found.groups())
        at = found.end() + length
        try:
            dots = zlib.decompress(file[found.end() : at])
        except zlib.error:
            raise _damaged() from None
        yield dots, width, height


def _page_objects(page: Page, number: int) -> list[bytes]:
    """The page, what is drawn on it, and its pictures, numbered from ``number``."""
    names = [f"/P{place} {number + 2 + place} 0 R" for place in range(len(page.pictures))]
    drawn = "\n".join(
        f"q {_number(each.width_pt)} 0 0 {_number(each.height_pt)}"
        f" {_number(each.left_pt)} {_number(each.bottom_pt)} cm /P{place} Do Q"
        for place, each in enumerate(page.pictures)
    )
    size = f"{_number(page.width_pt)} {_number(page.height_pt)}"
    return [
        (
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {size}] /Contents {number + 1} 0 R"
            f" /Resources << /XObject << {' '.join(names)} >> >> >>"
        ).encode("ascii"),
        _stream("", drawn.encode("ascii")),
        *(_picture(each) for each in page.pictures),
    ]


def _picture(picture: Picture) -> bytes:
    head = (
        f"/Type /XObject /Subtype /Image /Width {picture.width} /Height {picture.height}"
        " /ColorSpace /DeviceGray /BitsPerComponent 1 /Filter /FlateDecode "
    )
    return _stream(head, zlib.compress(picture.dots, _COMPRESSION))


def _stream(head: str, content: bytes) -> bytes:
    return (
        f"<< {head}/Length {len(content)} >>\nstream\n".encode("ascii") + content + b"\nendstream"
    )


def _number(points: Decimal) -> str:
    """A measure as PDF writes numbers, to less than a hundredth of the finest dot."""
    return f"{points:.{_PLACES}f}".rstrip("0").rstrip(".")


def _written(objects: Sequence[bytes]) -> bytes:
    """Objects, numbered from 1, as a file: head, objects, their places, and where to begin."""
    parts = [b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"]
    places = []
    at = len(parts[0])
    for number, content in enumerate(objects, start=1):
        places.append(at)
        parts.append(b"%d 0 obj\n%b\nendobj\n" % (number, content))
        at += len(parts[-1])
    name = hashlib.sha256(b"".join(parts)).hexdigest()[:32]
    rows = "".join(f"{place:010d} 00000 n \n" for place in places)
    parts.append(
        (
            f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{rows}"
            f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R /Info 3 0 R"
            f" /ID [<{name}> <{name}>] >>\nstartxref\n{at}\n%%EOF\n"
        ).encode("ascii")
    )
    return b"".join(parts)


def _damaged() -> LabelError:
    return LabelError(
        "The PDF of the labels is not whole; it was not taken.",
        code="print-job-damaged",
        hint="Print the labels anew; if it stays so, report it.",
    )
