"""The label that tries a printer out: a frame, a ruler, the printer's name, and a code to scan.

It names no product and no person, and its code is the number of the print job it was sent in, so
it can be taken for no other label.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from lottrack.errors import LabelError
from lottrack.printing import codes
from lottrack.printing.fonts import font
from lottrack.printing.layout import dots, font_dots
from lottrack.printing.rendering import Rendered, image_sha256
from lottrack.printing.texts import INK, PAPER

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw

WIDTH_MM: Final = Decimal(50)
HEIGHT_MM: Final = Decimal(25)
RULER_MM: Final = 20

_EDGE_MM = Decimal(1)
_LINE_MM = Decimal("0.2")
_CODE_MM = Decimal(17)


def calibration_label(job: str, lines: tuple[str, ...], dpi: int) -> Rendered:
    """Draw a calibration label for stock of at least 50 × 25 mm.

    Args:
        job: number of the print job, which the code says.
        lines: what is written beside the code: the printer, its resolution, the time.
        dpi: dots per inch.

    Raises:
        LabelError: its own code cannot be read (``code-unreadable-after-rendering``).
    """
    from PIL import Image
    from PIL.ImageDraw import Draw

    def mm(measure: Decimal | int) -> int:
        return dots(Decimal(measure), dpi)

    image = Image.new("1", (mm(WIDTH_MM), mm(HEIGHT_MM)), PAPER)
    pen = Draw(image)
    stroke = max(1, mm(_LINE_MM))
    edge = mm(_EDGE_MM)
    frame = (edge, edge, image.width - 1 - edge, image.height - 1 - edge)
    pen.rectangle(frame, outline=INK, width=stroke)
    modules = codes.symbol_modules(len(job))
    symbol = codes.draw_code(job, mm(_CODE_MM) // modules)
    image.paste(symbol, (edge + mm(1), (image.height - symbol.height) // 2))
    left = mm(21)
    face = font("regular", font_dots(Decimal(7), dpi))
    for number, line in enumerate((*lines, job)):
        pen.text(
            (left, mm(5) + number * mm(Decimal("3.2"))), line, font=face, fill=INK, anchor="ls"
        )
    _draw_ruler(pen, (left, mm(22)), [mm(each) for each in range(RULER_MM + 1)], stroke)
    if codes.read_printed(image) != [job]:
        raise LabelError(
            f"The code of a calibration label cannot be read at {dpi} dpi.",
            code="code-unreadable-after-rendering",
            hint="Report this with the version of lottrack.",
        )
    packed = image.tobytes()
    return Rendered(
        dots=packed,
        width=image.width,
        height=image.height,
        image_sha256=image_sha256(packed, image.width, image.height),
        width_mm=WIDTH_MM,
        height_mm=HEIGHT_MM,
        dpi=dpi,
        text=(*lines, job),
        payload=job,
    )


def _draw_ruler(pen: ImageDraw, start: tuple[int, int], ticks: list[int], stroke: int) -> None:
    """Millimetres to hold a ruler against: every fifth tick is longer, every tenth longest."""
    left, base = start
    pen.rectangle((left, base, left + ticks[-1] + stroke - 1, base + stroke - 1), fill=INK)
    for number, tick in enumerate(ticks):
        height = ticks[3] if number % 10 == 0 else ticks[2] if number % 5 == 0 else ticks[1]
        pen.rectangle((left + tick, base - height, left + tick + stroke - 1, base), fill=INK)
