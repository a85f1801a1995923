"""What a hand-held scanner types, and the payload of the codes lottrack prints.

A label's code holds no data about anybody, only what the record is asked for:

    LT.<thing>.<label>.<copy><check>

The *thing* is the number of a container, sample, preparation or collection without hyphens, a
site's own number as given, or ``PT-`` and a patient's code; the *label* is the number of this one
printed label; *copy* is a letter; *check* is MOD 37-2 over all letters and digits before it.

A scanner types like a keyboard, and some layouts put another sign where it means ``*``, so no code
ends in one. Skipping the serial, as for numbers, would not help: both numbers are sound in
themselves, so their check characters cancel what sets them apart, and all labels of one kind of
copy at one site end alike. Instead a ``0`` stands behind the copy's letter, and the check character
over it is another one (always ``Y``).

Only characters of QR's alphanumeric set are used: lower case would enlarge the symbol (ISO/IEC
18004). The check character does not see separators: whoever acts on a scan compares the thing
with the one the label's record names.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from lottrack.errors import BadValue, CodeUnreadable
from lottrack.rules.codes.checkchar import check_character, has_valid_check
from lottrack.rules.codes.identifiers import PATIENT_MARK, compact, has_number_shape
from lottrack.rules.reading.text import ascii_upper, quoted

COPIES: dict[str, str] = {
    "primary": "P",
    "overwrap": "O",
    "chart": "C",
    "record": "R",
    "transport": "T",
    "wristband": "W",
    "sample": "S",
}
"""Copy kind -> its letter in the payload."""

_COPY_OF = {letter: copy for copy, letter in COPIES.items()}
_START = "LT."
# '_' is no character of QR's alphanumeric set, '$' is, and no code of people holds a '$'.
_UNDERSCORE_AS = "$"
# Patterns are texts, compiled (and kept by re) at first use: compiling all at import would cost
# every start of the program several milliseconds.
_THING = r"[A-Z0-9][A-Z0-9._/-]*"
_PAYLOAD = r"LT\.(?P<thing>[A-Z0-9][A-Z0-9.$/-]*)\.(?P<label>[A-Z0-9]+)\.(?P<copy>[A-Z])0?[0-9A-Z]"
_SEPARATORS = r"[.$/-]"
# What scanners put around a code: C0 and C1 control characters (CR, LF, tab, STX, GS) and spaces.
_WRAPPING = "".join(map(chr, (*range(0x21), *range(0x7F, 0xA1)))) + "\ufeff"
_AIM = r"\][A-Za-z][0-9A-Za-z]"
_AIM_OF_GS1 = ("]d2", "]C1", "]e0", "]Q3", "]J1")
_SEC = r"(?:SEC[:\s]*)?[A-Z]{2}[A-Z0-9]{6}[A-Za-z0-9]{13}\s?[ABE][A-Za-z0-9]{10}[0-9]{8}"
_GS1_BRACKETED = r"\([0-9]{2,4}\)"
_GS1_LINK = r"(?i)https?://\S+/01/[0-9]{14}\b"
_GTIN = r"01([0-9]{14})"


class Scan(NamedTuple):
    """One scan or typed code, told apart by its form.

    Attributes:
        raw: exactly what arrived, for the record of refusals and for ``foreign_scheme``.
        text: without wrapping and AIM identifier, upper-case.
        form: ``label`` (a sound payload of a lottrack label), ``number`` (anything else: a number
            or a code to be looked up) or ``unknown`` (nothing was left).
        thing: on a label: the number without hyphens, a site's own number, or ``PT-`` and a
            patient's code; else "".
        label: on a label: the label's number without hyphens; else "".
        copy: on a label: a key of ``COPIES``; else "".
    """

    raw: str
    text: str
    form: str
    thing: str = ""
    label: str = ""
    copy: str = ""


def patient_thing(code: str) -> str:
    """The thing a wristband names: ``PT-`` and the patient's code."""
    return PATIENT_MARK + code


def patient_of(thing: str) -> str | None:
    """The patient's code when the thing of a scan is a patient, else None."""
    return thing.removeprefix(PATIENT_MARK) if thing.startswith(PATIENT_MARK) else None


def label_payload(thing: str, label: str, copy: str) -> str:
    """What the code on one printed label says.

    Args:
        thing: the number of the labelled thing, a site's own number, or ``patient_thing(code)``.
        label: the number of this label.
        copy: a key of ``COPIES``.

    Raises:
        BadValue: the thing or the label holds characters no number holds.
        KeyError: the copy is none of ``COPIES``.
    """
    spelled = compact(thing) if has_number_shape(thing) else thing
    serial = compact(label)
    if not re.fullmatch(_THING, spelled) or not (serial.isascii() and serial.isalnum()):
        raise BadValue(f"No label code can be made for {quoted(thing)} with label {quoted(label)}.")
    body = f"{_START}{spelled.replace('_', _UNDERSCORE_AS)}.{serial}.{COPIES[copy]}"
    if check_character(_letters_and_digits(body)) == "*":
        body += "0"
    return body + check_character(_letters_and_digits(body))


def read_scan(raw: str) -> Scan:
    """Tell what a scan is, from the code itself.

    Control characters and spaces around the code and an AIM identifier (``]Q1``) are stripped,
    a-z is raised to A-Z. What begins with ``LT.`` is a label of lottrack and must be sound.

    Raises:
        CodeUnreadable: the text begins as a label's code, but its check character is wrong or a
            part is missing (``identifier-check-failed``).
    """
    text = ascii_upper(unwrapped(raw))
    if not text.startswith(_START):
        return Scan(raw, text, "number" if text else "unknown")
    match = re.fullmatch(_PAYLOAD, text)
    if match is None:
        raise _unreadable(text, "it is not whole, or holds characters a label's code never holds")
    if not has_valid_check(_letters_and_digits(text)):
        raise _unreadable(text, "its check character does not go with the rest")
    copy = _COPY_OF.get(match["copy"])
    if copy is None:
        raise _unreadable(text, f"it names a kind of copy ({match['copy']}) that is not known here")
    thing = match["thing"].replace(_UNDERSCORE_AS, "_")
    return Scan(raw, text, "label", thing, match["label"], copy)


def foreign_scheme(text: str) -> str | None:
    """The other system a code seems to come from: ``isbt128``, ``sec``, ``gs1``, or None.

    Takes the raw scan, for case and AIM identifier tell. Only good for saying "this is the code
    of another system": nothing is validated.
    """
    whole = text.strip(_WRAPPING)
    content = unwrapped(text)
    if content.upper().startswith(_START):
        return None
    if content[:1] in {"=", "&"} and len(content) > 1:
        return "isbt128"
    if re.fullmatch(_SEC, content) or re.match(r"SEC[:\s]", content):
        return "sec"
    if whole.startswith(_AIM_OF_GS1) or _looks_like_gs1(content):
        return "gs1"
    return None


def _looks_like_gs1(content: str) -> bool:
    if re.match(_GS1_BRACKETED, content) or re.match(_GS1_LINK, content):
        return True
    gtin = re.match(_GTIN, content)
    if gtin is None:
        return False
    # The GTIN's own check digit keeps a lab's long number from being taken for one: GS1 mod 10.
    weighted = sum(int(digit) * (3, 1)[place % 2] for place, digit in enumerate(gtin[1]))
    return weighted % 10 == 0


def unwrapped(raw: str) -> str:
    """A scan without the control characters and spaces around it and its AIM identifier."""
    text = raw.strip(_WRAPPING)
    return re.sub(_AIM, "", text, count=1).strip(_WRAPPING) if re.match(_AIM, text) else text


def _letters_and_digits(text: str) -> str:
    return re.sub(_SEPARATORS, "", text)


def _unreadable(text: str, why: str) -> CodeUnreadable:
    return CodeUnreadable(
        f"The label code {quoted(text)} cannot be trusted: {why}.",
        code="identifier-check-failed",
        hint=_OTHER_KEYBOARD
        if _is_of_other_keyboard(text)
        else "Scan the label again; if it stays so, the label is damaged: void it and print anew.",
    )


_OTHER_KEYBOARD = (
    "It would be sound with Y and Z exchanged: the scanner types for another country's keyboard."
    " Run `lottrack bench doctor` at this computer, then scan again. If other labels are read well"
    " here, this one is damaged: void it and print anew."
)
_Y_AND_Z = str.maketrans("YZ", "ZY")


def _is_of_other_keyboard(text: str) -> bool:
    """Whether a German keyboard explains the fault: then a good label must not be thrown away."""
    swapped = text.translate(_Y_AND_Z)
    return re.fullmatch(_PAYLOAD, swapped) is not None and has_valid_check(
        _letters_and_digits(swapped)
    )
