"""The face of documents: Source Sans Pro (OFL), embedded; a letter it lacks is spelled out.

The typeface is the package's own, so that a document looks the same on every computer, and its text
can be searched and copied. A character the face lacks would be an empty box: it is written as its
code point, ``[U+6F22]``, because a letter lost is a name changed.
"""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

from lottrack.errors import LottrackError
from lottrack.rules.reading.text import is_harmful

TEXT, BOLD = "lottrack-text", "lottrack-bold"
"""Names the two weights are registered under."""

_FILES = {TEXT: "SourceSansPro-Regular.ttf", BOLD: "SourceSansPro-Semibold.ttf"}


@cache
def register() -> None:
    """Make the face known to reportlab, once.

    Raises:
        LottrackError: ``typeface-missing``: the package is not installed.
    """
    # Only where the package lies is asked: its own module globs for every face at import.
    spec = find_spec("font_source_sans_pro")
    if spec is None or spec.origin is None:
        raise LottrackError(
            "The typeface of documents, the package font-source-sans-pro, is not installed.",
            code="typeface-missing",
            hint="Install lottrack again with all its dependencies.",
        )
    folder = Path(spec.origin).parent / "files"
    for name, file in _FILES.items():
        pdfmetrics.registerFont(TTFont(name, str(folder / file)))


@cache
def _has(character: str) -> bool:
    register()
    glyphs = pdfmetrics.getFont(TEXT).face.charToGlyph
    return ord(character) in glyphs and not is_harmful(character)


def spelled(text: str) -> str:
    """A text in which every character that cannot be printed stands as its code point."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(one if _has(one) else f"[U+{ord(one):04X}]" for one in text)
