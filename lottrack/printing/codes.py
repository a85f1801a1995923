"""QR codes: made dot by dot for printing, and read back from pictures.

Every code lottrack prints is a QR symbol in alphanumeric mode with four quiet modules around it
(ISO/IEC 18004), each module a whole number of printer dots: of error level H (about 30 % of its
codewords may be lost) where there is room for it, else of level Q (about 25 %).

A local damage is worse than these numbers say. Measured with one white square at 300 random places
clear of the three finder patterns, for the payloads that labels carry: at level Q a tenth of the
symbol is read in 86 % (version 2) to 96 % (version 3), at level H in 399 of 400. The finder
patterns are protected by no level: of symbols that lost a part of one, four in five are not read,
however small the part. So the number is printed beside the code.

The mask is fixed at 4. The standard asks the encoder to try all eight and take the best; readers
accept any. Trying costs seven eighths of the time of making a symbol, and measured on 8 × 200
blurred, rotated and noisy pictures, mask 4 was read 172 times, mask 2 173 times, the tried ones
116 times and mask 0 47 times. Fixed, the same payload also gives the same dots everywhere.

zxing-cpp ends the whole process on a malformed option, so its options here are constants; text of
users never reaches them.
"""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Final

from lottrack.errors import CodeUnreadable, LabelError
from lottrack.rules.reading.text import printable

if TYPE_CHECKING:
    from PIL.Image import Image

QUIET_MODULES: Final = 4
MAXIMUM_PIXELS: Final = 60_000_000
"""Pictures larger than an A4 page at 600 dpi (35 million) are not looked at."""

_MASK: Final = 4
_ALPHANUMERIC: Final = re.compile(r"[0-9A-Z $%*+\-./:]+")
# Characters a symbol of version 1, 2, ... holds at level Q in alphanumeric mode (ISO/IEC 18004).
_CAPACITY: Final = (16, 29, 47, 67, 87, 108, 125, 157, 189, 221)
_CAPACITY_H: Final = (10, 20, 35, 50, 64, 84, 93, 122, 143, 174)
LONGEST_PAYLOAD: Final = _CAPACITY[-1]


def is_payload(text: str) -> bool:
    """Whether a text is upper-case QR alphanumeric and short enough to be printed as a code."""
    return len(text) <= LONGEST_PAYLOAD and _ALPHANUMERIC.fullmatch(text) is not None


def symbol_modules(length: int) -> int:
    """Modules along one side of the smallest symbol for so many characters, quiet zone included.

    Raises:
        LabelError: no symbol lottrack prints holds so many.
    """
    return _modules(length, _CAPACITY)


def roomy_modules(length: int) -> int:
    """Modules along one side of the smallest symbol of level H that lottrack prints, else of Q.

    Raises:
        LabelError: no symbol lottrack prints holds so many.
    """
    return _modules(length, _CAPACITY_H if length <= _CAPACITY_H[-1] else _CAPACITY)


def _modules(length: int, capacities: tuple[int, ...]) -> int:
    for version, capacity in enumerate(capacities, start=1):
        if length <= capacity:
            return 17 + 4 * version + 2 * QUIET_MODULES
    raise LabelError(f"A payload of {length} characters is too long; {LONGEST_PAYLOAD} are held.")


def draw_code(payload: str, dots_per_module: int, modules: int = 0) -> Image:
    """The symbol with its quiet zone as a 1-bit picture, of the highest level that it can hold.

    Args:
        payload: what it says.
        dots_per_module: whole printer dots along one module.
        modules: along one side, quiet zone included; 0 for the fewest.

    Raises:
        LabelError: the payload holds other than upper-case QR-alphanumeric characters, or too many.
    """
    import qrcode
    from PIL import Image
    from qrcode.util import MODE_ALPHA_NUM, QRData

    if not is_payload(payload):
        raise LabelError(
            f"The payload {printable(payload)!r} cannot stand in a label's code: it holds"
            f" other than upper-case QR-alphanumeric characters, or more than {LONGEST_PAYLOAD}.",
            hint="Payloads are made by lottrack; report this as a bug.",
        )
    side = modules or symbol_modules(len(payload))
    version = (side - 2 * QUIET_MODULES - 17) // 4
    level_h = len(payload) <= _CAPACITY_H[version - 1]
    symbol = qrcode.QRCode(
        version=version,
        error_correction=qrcode.ERROR_CORRECT_H if level_h else qrcode.ERROR_CORRECT_Q,
        border=QUIET_MODULES,
        mask_pattern=_MASK,
    )
    symbol.add_data(QRData(payload.encode("ascii"), mode=MODE_ALPHA_NUM), optimize=0)
    symbol.make(fit=False)
    shades = bytes(0 if dark else 255 for row in symbol.get_matrix() for dark in row)
    drawn = Image.frombytes("L", (side, side), shades).convert("1", dither=Image.Dither.NONE)
    dots = side * dots_per_module
    return drawn.resize((dots, dots), Image.Resampling.NEAREST)


def read_printed(image: Image) -> list[str]:
    """The texts of all upright QR codes in a picture lottrack has just drawn, top to bottom."""
    import zxingcpp

    found = zxingcpp.read_barcodes(
        image.convert("L"),
        formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode),
        try_rotate=False,
        try_downscale=False,
        try_invert=False,
    )
    return [code.text for code in found]


def read_codes(image_bytes: bytes) -> list[str]:
    """The texts of the codes in a PNG or JPEG file: photograph, scan or printed label.

    Any common kind of code is read, in any direction; control characters (GS in GS1 codes) stay
    in the text. Each text is given once.

    Raises:
        CodeUnreadable: the file is no PNG or JPEG, is too large, or shows no readable code.
    """
    import zxingcpp

    found = zxingcpp.read_barcodes(_greyscale(image_bytes), text_mode=zxingcpp.TextMode.Plain)
    texts = list(dict.fromkeys(code.text for code in found if code.valid))
    if not texts:
        raise CodeUnreadable(
            "No code could be read in the picture.",
            code="code-unreadable",
            hint="Take it again: closer, sharp, without glare, the white margin around the code"
            " included. The number printed beside the code can be typed instead.",
        )
    return texts


def _greyscale(image_bytes: bytes) -> Image:
    """The picture in shades of grey, if it is a PNG or JPEG of bearable size."""
    import warnings

    from PIL import Image

    try:
        with warnings.catch_warnings():
            # Pillow warns before its own limit refuses; a compressed bomb is refused at once.
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(image_bytes), formats=("PNG", "JPEG")) as image:
                if image.width * image.height > MAXIMUM_PIXELS:
                    raise _too_large(f"{image.width} × {image.height} pixels")
                return image.convert("L")
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        raise _too_large("far too many pixels") from error
    except (OSError, SyntaxError, ValueError) as error:
        raise CodeUnreadable(
            "The file is not a whole PNG or JPEG picture.",
            code="code-unreadable",
            hint="Give a picture saved as .png or .jpg.",
        ) from error


def _too_large(size: str) -> CodeUnreadable:
    return CodeUnreadable(
        f"The picture has {size}; at most {MAXIMUM_PIXELS} are looked at.",
        code="code-unreadable",
        hint="Cut the picture down to the label.",
    )
