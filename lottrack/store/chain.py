"""The audit chain: how an entry is spelled, and what its hash covers."""

from __future__ import annotations

import hashlib
import json
from typing import Any

GENESIS = "0" * 64
"""The previous hash of a chain's first entry."""

_ENCODER = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def _refuse_floats(value: Any) -> None:
    if isinstance(value, float):
        raise TypeError("an audit entry never holds a float")
    if isinstance(value, dict):
        for item in value.values():
            _refuse_floats(item)
    elif isinstance(value, list | tuple):
        for item in value:
            _refuse_floats(item)


def canonical(value: Any) -> str:
    """Canonical JSON: sorted keys, no spaces, UTF-8, no floats (decimals travel as strings)."""
    _refuse_floats(value)
    return _ENCODER.encode(value)


def sha256(text: str) -> str:
    """The SHA-256 of a text's UTF-8 bytes, as lower-case hexadecimal.

    Bytes that are no text (a damaged file's) count as they lie there.
    """
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()


def masked(value: str | None) -> str | None:
    """How a secret's hash stands in an audit entry: as a hash of the hash."""
    return None if value is None else "sha256:" + sha256(value)
