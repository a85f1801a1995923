"""Data Matrix and Code 128: the carriers a label may have besides QR, drawn and read back.

Every code on a label says the same payload, whatever carries it. A Data Matrix (ISO/IEC 16022, ECC
200, always square) holds it on about half the area of a QR code, for what is too small for one; a
Code 128 (ISO/IEC 15417) is for scanners that read lines only, and long: eleven modules a character.

zxing-cpp ends the whole process on a malformed option, so its options here are constants; text of
users never reaches them.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from lottrack.errors import LabelError
from lottrack.printing import codes
from lottrack.printing.layout import area_dots, module_mm
from lottrack.rules.reading.text import printable

if TYPE_CHECKING:
    from collections.abc import Collection

    from PIL.Image import Image

    from lottrack.printing.layout import Area, Dots

QR, DATA_MATRIX, CODE_128 = "qr", "datamatrix", "code128"

LEAST_LINEAR_MM: Final = Decimal("0.17")
"""Least width of one module of a Code 128 (ISBT 128 and GS1 health care)."""

_MATRIX_QUIET: Final = 2  # one is asked for; two to four where it is noisy
_LINEAR_QUIET: Final = 10
_LEAST_HEIGHT_MM: Final = Decimal(5)
_LEAST_HEIGHT_PERCENT: Final = 15

# Side of the square symbols of ECC 200 and how many code words each holds (ISO/IEC 16022, table 7).
_MATRIX: Final = (
    (10, 3), (12, 5), (14, 8), (16, 12), (18, 18), (20, 22), (22, 30), (24, 36), (26, 44),
    (32, 62), (36, 86), (40, 114), (44, 144), (48, 174), (52, 204), (64, 280),
)  # fmt: skip


class Modules(NamedTuple):
    """How many modules a symbol has across and down, quiet zone included; down 0 for bars."""

    across: int
    down: int


def modules_for(carrier: str, length: int) -> Modules:
    """The most modules a payload of so many characters can take.

    A Data Matrix packs digits and capitals closer, so that it usually takes fewer.

    Raises:
        LabelError: no symbol of this kind holds so many.
    """
    if carrier == QR:
        side = codes.symbol_modules(length)
        return Modules(side, side)
    if carrier == CODE_128:
        # A start, a check and a stop character (13 modules) beside the payload.
        return Modules(11 * (length + 2) + 13 + 2 * _LINEAR_QUIET, 0)
    for side, words in _MATRIX:
        if length <= words:
            return Modules(side + 2 * _MATRIX_QUIET, side + 2 * _MATRIX_QUIET)
    raise LabelError(f"A Data Matrix of {length} characters is too large for a label.")


def least_module_mm(carrier: str, minimum_mm: Decimal) -> Decimal:
    """The least printed size of a module: a template's own for squares, the standards' for bars."""
    return LEAST_LINEAR_MM if carrier == CODE_128 else minimum_mm


def room_blocker(carrier: str, area: Area, modules: Modules, dpi: int, minimum_mm: Decimal) -> str:
    """Why a symbol of so many modules cannot be printed in an area, or ""."""
    place = area_dots(area, dpi)
    each = place.width // modules.across
    if modules.down:
        each = min(each, place.height // modules.down)
    printed, least = module_mm(each, dpi), least_module_mm(carrier, minimum_mm)
    if not (printed >= least):
        return (
            f"{modules.across} modules leave {printed:.3f} mm a module; {least} mm are needed at"
            f" {dpi} dpi"
        )
    tall = max(_LEAST_HEIGHT_MM, area.width * _LEAST_HEIGHT_PERCENT / 100)
    if carrier == CODE_128 and not (area.height >= tall):
        return f"bars {area.width} mm long must be {tall} mm high, and are {area.height} mm"
    return ""


def draw_into(
    image: Image, place: Dots, carrier: str, payload: str, dpi: int, minimum_mm: Decimal
) -> None:
    """Draw a Data Matrix or Code 128 in the middle of its place, in whole dots a module.

    Raises:
        LabelError: the payload cannot stand in a code, or its modules would be too fine
            (``code-too-fine``).
    """
    from PIL import Image as Images

    symbol = _symbol(carrier, payload)
    quiet = _MATRIX_QUIET if carrier == DATA_MATRIX else _LINEAR_QUIET
    each = place.width // (symbol.width + 2 * quiet)
    if carrier == DATA_MATRIX:
        each = min(each, place.height // (symbol.height + 2 * quiet))
    least = least_module_mm(carrier, minimum_mm)
    if not (module_mm(each, dpi) >= least):
        raise LabelError(
            f"At {dpi} dpi a {carrier} code of {printable(payload)} would have modules of"
            f" {module_mm(each, dpi):.3f} mm; it needs {least} mm.",
            code="code-too-fine",
            hint="Print at the resolution the template is laid out for.",
        )
    height = symbol.height * each if carrier == DATA_MATRIX else place.height
    drawn = symbol.resize((symbol.width * each, height), Images.Resampling.NEAREST)
    left = place.left + (place.width - drawn.width) // 2
    image.paste(drawn, (left, place.top + (place.height - drawn.height) // 2))


def read_back(image: Image, carriers: Collection[str]) -> list[str]:
    """The texts of all upright codes of these kinds in a picture lottrack has just drawn."""
    import zxingcpp

    names = {
        QR: zxingcpp.BarcodeFormat.QRCode,
        DATA_MATRIX: zxingcpp.BarcodeFormat.DataMatrix,
        CODE_128: zxingcpp.BarcodeFormat.Code128,
    }
    grey = image.convert("L")
    # Given as memory: zxing-cpp would have Pillow copy a picture twice.
    shades: Any = memoryview(grey.tobytes()).cast("B", (grey.height, grey.width))
    return [
        found.text
        for carrier in sorted(carriers)
        for found in zxingcpp.read_barcodes(
            shades,
            formats=zxingcpp.BarcodeFormats(names[carrier]),
            try_rotate=False,
            try_downscale=False,
            try_invert=False,
        )
    ]


def _symbol(carrier: str, payload: str) -> Image:
    """The symbol without its quiet zone, one dot a module; bars one dot high."""
    import zxingcpp

    if not codes.is_payload(payload):
        raise LabelError(
            f"The payload {printable(payload)!r} cannot stand in a label's code.",
            hint="Payloads are made by lottrack; report this as a bug.",
        )
    if carrier == DATA_MATRIX:
        return _dots(
            zxingcpp.create_barcode(payload, zxingcpp.BarcodeFormat.DataMatrix, force_square=True)
        )
    symbol = _dots(zxingcpp.create_barcode(payload, zxingcpp.BarcodeFormat.Code128))
    return symbol.crop((0, 0, symbol.width, 1))


def data_matrix(message: str, module_dots: int) -> Image:
    """A Data Matrix of another system's message with its quiet zone, in whole dots a module.

    Raises:
        LabelError: the message is not of printable ASCII characters.
    """
    import zxingcpp
    from PIL import Image as Images

    if not (message.isascii() and message.isprintable()):
        raise LabelError(f"The message {printable(message)!r} cannot stand in a Data Matrix.")
    symbol = _dots(
        zxingcpp.create_barcode(message, zxingcpp.BarcodeFormat.DataMatrix, force_square=True)
    )
    side = (symbol.width + 2 * _MATRIX_QUIET) * module_dots
    code = Images.new("1", (side, side), 1)
    drawn = symbol.resize((symbol.width * module_dots,) * 2, Images.Resampling.NEAREST)
    code.paste(drawn, (_MATRIX_QUIET * module_dots,) * 2)
    return code


def _dots(made: Any) -> Image:
    """A symbol as zxing-cpp made it, one dot a module and without its quiet zone."""
    from PIL import Image as Images

    shades: Any = made.to_image(scale=1, add_quiet_zones=False)
    height, width = shades.shape
    grey = Images.frombytes("L", (width, height), bytes(shades))
    return grey.convert("1", dither=Images.Dither.NONE)
