"""What stands on paper of the audit chain: the number of an entry and the beginning of its hash.

A chain proves nothing against someone who rewrites all of it, unless a part of it is kept where he
cannot reach: on every label and document that ever left the unit. Fifty bits of a hash (ten base32
characters, RFC 4648) are too many to be met by chance, and few enough to be typed.
"""

from __future__ import annotations

import base64
import re
from typing import NamedTuple

from lottrack.errors import BadValue
from lottrack.rules.reading.text import ascii_upper, quoted

HEAD_CHARACTERS = 10

_CODE = rf"#?\s*([0-9]{{1,12}})\s*[-·/ ]\s*([A-Z2-7]{{{HEAD_CHARACTERS}}})"


class Witness(NamedTuple):
    """An entry's number, and the first characters of its hash in base32."""

    seq: int
    head: str


def short_head(head: str) -> str:
    """The beginning of a hash (64 hexadecimal digits) as it stands on paper."""
    return base64.b32encode(bytes.fromhex(head)).decode("ascii")[:HEAD_CHARACTERS]


def witness_code(seq: int, head: str) -> str:
    """What is printed: ``1212-K7QHX2MNPA``."""
    return f"{seq}-{short_head(head)}"


def read_witness(text: str) -> Witness:
    """A witness as somebody copied it from paper; lower case and a blank for the hyphen will do.

    Raises:
        BadValue: it is none (``bad-witness``).
    """
    match = re.fullmatch(_CODE, ascii_upper(text.strip()))
    if match is None:
        raise BadValue(
            f"{quoted(text)} is no witness of the audit trail.",
            code="bad-witness",
            hint="Copy it from a label or the foot of a document: a number, a hyphen, and ten"
            " characters out of A-Z and 2-7, such as 1212-K7QHX2MNPA. There is no 0, 1, 8 or 9"
            " among them: an O looks like 0, an I like 1, a B like 8.",
        )
    return Witness(int(match[1]), match[2])
