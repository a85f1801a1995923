"""The check character of every number lottrack makes: ISO/IEC 7064 MOD 37-2.

It finds every single wrong character and every swap of two neighbours, because 37 is a prime and
neighbouring places weigh differently (powers of two) modulo 37.
"""

from __future__ import annotations

from lottrack.errors import BadValue

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ*"
"""Character at place ``v`` has the value ``v``; ``*`` (36) may only be a check character."""

_MODULUS = 37
_RADIX = 2
_VALUES = {character: value for value, character in enumerate(ALPHABET)}


def check_value(text: str) -> int:
    """The check value, 0 to 36, of a text without its check character.

    Source: ISO/IEC 7064 MOD 37-2, as worked through in ICCBBA ST-001 appendix A.

    Raises:
        BadValue: the text is empty, or holds anything but 0-9 and A-Z.
    """
    if not text:
        raise BadValue("There is no check character for an empty text.")
    product = 0
    for place, character in enumerate(text, start=1):
        if character == "*" or character not in _VALUES:
            raise BadValue(
                f"A check character is computed over 0-9 and A-Z only; character {place} of"
                f" {text!r} is {character!r}."
            )
        product = (product + _VALUES[character]) * _RADIX % _MODULUS
    return (_MODULUS + 1 - product) % _MODULUS


def check_character(text: str) -> str:
    """The check character of a text without one; ``*`` is possible.

    Raises:
        BadValue: the text is empty, or holds anything but 0-9 and A-Z.
    """
    return ALPHABET[check_value(text)]


def has_valid_check(text_with_check: str) -> bool:
    """Whether the last character is the check character of those before it.

    A text too short or with characters outside the alphabet has no valid check character.
    """
    body, check = text_with_check[:-1], text_with_check[-1:]
    if not body or not all(character in _VALUES and character != "*" for character in body):
        return False
    return check_character(body) == check
