"""Labels for Zebra printers: the picture itself, in the printer's language.

The printer gets the very dots that were drawn and read back, as a graphic field (``^GF``). No text
of the record ever stands in the commands, so nothing can be injected and no accent can turn into a
question mark: the printer's own fonts are not used. The commands are digits and hexadecimal alone.
"""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING

from lottrack.errors import LabelError
from lottrack.printing.codes import read_printed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PIL.Image import Image

    from lottrack.printing.rendering import Rendered

_LABEL = (
    r"\^XA\^PW(?P<width>[0-9]+)\^LL(?P<height>[0-9]+)\^LH0,0\^FO0,0"
    r"\^GFA,(?P<total>[0-9]+),[0-9]+,(?P<row>[0-9]+),(?P<dots>[0-9A-F]+)\^FS\^PQ1\^XZ\n"
)


def zpl(labels: Sequence[Rendered]) -> bytes:
    """One print job for labels, one copy of each, at the resolution they were drawn for.

    Raises:
        LabelError: the dots in the job do not read as the payload (it never leaves lottrack).
    """
    job = "".join(_label(_dots(label.png)) for label in labels)
    for label, image in zip(labels, read_back(job.encode("ascii")), strict=True):
        found = read_printed(image)
        if not found or set(found) != {label.payload}:
            raise LabelError(
                f"The print job of a label reads {found or 'nothing'} instead of {label.payload};"
                " it was not sent.",
                code="code-unreadable-after-rendering",
                hint="Print as PNG or PDF, and report this template.",
            )
    return job.encode("ascii")


def read_back(job: bytes) -> list[Image]:
    """The pictures in a print job that ``zpl`` made, as the printer will lay them.

    Raises:
        LabelError: the job is not one of them, or not whole (``print-job-damaged``).
    """
    from PIL import Image, ImageChops

    text = job.decode("ascii", "replace")
    images: list[Image.Image] = []
    end = 0
    for label in re.finditer(_LABEL, text):
        row, height = int(label["row"]), int(label["height"])
        dots = bytes.fromhex(label["dots"]) if len(label["dots"]) % 2 == 0 else b""
        if label.start() != end or len(dots) != int(label["total"]) or row * height != len(dots):
            raise _damaged()
        end = label.end()
        drawn = Image.frombytes("1", (row * 8, height), dots)
        images.append(ImageChops.invert(drawn.crop((0, 0, int(label["width"]), height))))
    if end != len(text):
        raise _damaged()
    return images


def _dots(png: bytes) -> Image:
    from PIL import Image

    with Image.open(io.BytesIO(png)) as image:
        image.load()
        return image.convert("1")


def _label(image: Image) -> str:
    """The commands for one label: width, length, and its dots, 1 for black."""
    from PIL import Image, ImageChops

    row = (image.width + 7) // 8
    padded = Image.new("1", (row * 8, image.height), 1)
    padded.paste(image, (0, 0))
    dots = ImageChops.invert(padded).tobytes()
    return (
        f"^XA^PW{image.width}^LL{image.height}^LH0,0^FO0,0"
        f"^GFA,{len(dots)},{len(dots)},{row},{dots.hex().upper()}^FS^PQ1^XZ\n"
    )


def _damaged() -> LabelError:
    return LabelError(
        "The print job is not whole; it was not sent.",
        code="print-job-damaged",
        hint="Print again; if it stays so, report it.",
    )
