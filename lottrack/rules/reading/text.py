"""Free text written by people, and how any text is shown without harm.

A control character can drive a terminal or a printer, a bidirectional override can show a text in
another order than it is stored, and a zero-width character makes two different texts look alike.
None of them may enter the record; where one must be shown, it is shown escaped.
"""

from __future__ import annotations

from lottrack.errors import BadValue

# Seen as nothing at all although Unicode files them under letters, marks or symbols.
_BLANKS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
# Control, format (zero-width, bidirectional), lone surrogate, line and paragraph separator.
_HARMFUL_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_CONTROL_NAMES = {
    "\0": "NUL",
    "\t": "a tab",
    "\n": "a line break",
    "\r": "a carriage return",
    "\x1b": "ESC",
    "\x1d": "GS",
    " ": "a space",
    "\u00a0": "a no-break space",
}


def clean_text(text: str, what: str, limit: int = 500) -> str:
    """An operator's own words in the one spelling the record keeps: NFC, without outer spaces.

    Args:
        text: as typed, pasted or read from a file.
        what: what the text is, for the sentence of a refusal ("the reason").
        limit: most characters allowed.

    Raises:
        BadValue: the text is empty or too long, or holds a control character, a line break, a
            bidirectional override or a character that cannot be seen.
    """
    cleaned = nfc(text).strip()
    for place, character in enumerate(cleaned, start=1):
        if is_harmful(character):
            raise BadValue(
                f"{sentence_start(what)} holds {describe_character(character)} at place {place}:"
                f" {printable(cleaned)}",
                hint="Type it again in one line, without control or invisible characters.",
            )
    if not cleaned:
        raise BadValue(f"{sentence_start(what)} is empty.", hint="Give it in a few words.")
    if len(cleaned) > limit:
        raise BadValue(
            f"{sentence_start(what)} is {len(cleaned)} characters long; at most {limit} are kept.",
            hint="Shorten it, or attach a document: lottrack attach ID FILE --what TEXT.",
        )
    return cleaned


def printable(text: str) -> str:
    """The text with everything that could drive a terminal or hide from the eye escaped."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        _escaped(character) if is_harmful(character) else character for character in text
    )


def quoted(text: str) -> str:
    """The text as it stands in a message: escaped where needed, between quotation marks."""
    return f"'{printable(text)}'"


def is_harmful(character: str) -> bool:
    """Whether one character drives a terminal, reorders its neighbours or cannot be seen."""
    if character.isascii():
        return not character.isprintable()
    import unicodedata

    return unicodedata.category(character) in _HARMFUL_CATEGORIES or character in _BLANKS


def describe_character(character: str) -> str:
    """One character in words for a refusal: ``CYRILLIC CAPITAL LETTER A (U+0410)``, ``a space``."""
    if character in _CONTROL_NAMES:
        return _CONTROL_NAMES[character]
    if character.isascii() and character.isprintable():
        return f"{character!r}"
    import unicodedata

    name = unicodedata.name(character, "the control character" if character < "\xa0" else "")
    return f"{name or 'the character'} (U+{ord(character):04X})"


def nfc(text: str) -> str:
    """The text in Unicode's composed form, so that one word has one spelling."""
    if text.isascii():
        return text
    import unicodedata

    return unicodedata.normalize("NFC", text)


def ascii_upper(text: str) -> str:
    """Upper case of a-z only: full case mapping would turn other letters into A-Z (ß, ı, ſ)."""
    if text.isascii():
        return text.upper()
    return "".join(character.upper() if character.isascii() else character for character in text)


def sentence_start(what: str) -> str:
    """``the reason`` as it begins a sentence: ``The reason``."""
    return what[:1].upper() + what[1:]


def _escaped(character: str) -> str:
    code = ord(character)
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
