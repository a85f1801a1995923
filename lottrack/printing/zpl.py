"""Labels for Zebra printers: the picture itself, in the printer's language.

The printer gets the very dots that were drawn and read back, as a graphic field (``^GF``). No text
of the record ever stands in the commands, so nothing can be injected and no accent can turn into a
question mark: the printer's own fonts are not used. The commands are digits and hexadecimal alone.
"""

from __future__ import annotations

import re
from binascii import hexlify, unhexlify
from typing import TYPE_CHECKING, NamedTuple

from lottrack.errors import LabelError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lottrack.printing.rendering import Rendered

_HEAD = re.compile(
    rb"\^XA\^PW(?P<width>[0-9]{1,5})\^LL(?P<height>[0-9]{1,5})\^LH0,0\^FO0,0"
    rb"\^GFA,(?P<total>[0-9]{1,8}),(?P=total),(?P<row>[0-9]{1,5}),"
)
_TAIL = b"^FS^PQ1^XZ\n"
_WHITE_AND_BLACK = bytes(range(255, -1, -1))
"""Turns 1 for paper, as lottrack draws, into 1 for black, as the printer prints, and back."""


class Dots(NamedTuple):
    """What a printer will lay on one label, as ``rendering.Rendered`` holds it."""

    dots: bytes
    width: int
    height: int


def zpl(labels: Sequence[Rendered]) -> bytes:
    """One print job for labels, one copy of each, at the resolution they were drawn for.

    Raises:
        LabelError: the job does not hold the very dots that were read (``print-job-damaged``); it
            never leaves lottrack.
    """
    job = b"".join(_label(label) for label in labels)
    drawn = [Dots(label.dots, label.width, label.height) for label in labels]
    if read_back(job) != drawn:
        raise _damaged()
    return job


def read_back(job: bytes) -> list[Dots]:
    """The dots in a print job that ``zpl`` made, as the printer will lay them.

    Raises:
        LabelError: the job is not one of them, or not whole (``print-job-damaged``).
    """
    labels: list[Dots] = []
    at = 0
    while at < len(job):
        head = _HEAD.match(job, at)
        if head is None:
            raise _damaged()
        width, height, total, row = (
            int(head[part]) for part in ("width", "height", "total", "row")
        )
        end = head.end() + 2 * total
        if row != (width + 7) // 8 or total != row * height or job[end : end + len(_TAIL)] != _TAIL:
            raise _damaged()
        try:
            dots = unhexlify(job[head.end() : end])
        except ValueError:
            raise _damaged() from None
        if len(dots) != total:
            raise _damaged()
        labels.append(Dots(_turned(dots, width, row), width, height))
        at = end + len(_TAIL)
    return labels


def _label(label: Rendered) -> bytes:
    """The commands for one label: width, length, and its dots, 1 for black."""
    row = (label.width + 7) // 8
    dots = _turned(label.dots, label.width, row)
    head = (
        f"^XA^PW{label.width}^LL{label.height}^LH0,0^FO0,0^GFA,{len(dots)},{len(dots)},{row},"
    ).encode("ascii")
    return b"".join((head, hexlify(dots).upper(), _TAIL))


def _turned(dots: bytes, width: int, row: int) -> bytes:
    """Black for white; what fills the last byte of a row stays empty."""
    turned = bytearray(dots.translate(_WHITE_AND_BLACK))
    spare = row * 8 - width
    if spare:
        kept = bytes(byte >> spare << spare for byte in range(256))
        turned[row - 1 :: row] = turned[row - 1 :: row].translate(kept)
    return bytes(turned)


def _damaged() -> LabelError:
    return LabelError(
        "The print job is not whole; it was not sent.",
        code="print-job-damaged",
        hint="Print again; if it stays so, report it.",
    )
