"""Codes of other systems as a scan finds them: what they say, and whether it is sound."""

from __future__ import annotations

from typing import Any

from lottrack.errors import LottrackError
from lottrack.rules.codes.isbt128 import DIN_LENGTH, is_typed_din, read_din, read_isbt128
from lottrack.rules.codes.scans import unwrapped
from lottrack.rules.codes.sec import read_sec


def read_foreign(scheme: str, text: str) -> dict[str, Any]:
    """What a code of another system says, by scheme: ``structures``, ``fields`` or ``ais``.

    ``valid`` tells whether it is sound by that system's own rules. lottrack keeps such numbers as
    external numbers of a collection; none of them names a thing of this record.
    """
    said: dict[str, Any] = {"scheme": scheme, "kind": "", "valid": True, "reason": None}
    try:
        if scheme == "isbt128":
            said["structures"] = [each._asdict() for each in read_isbt128(unwrapped(text))]
        elif scheme == "sec":
            said["fields"] = read_sec(unwrapped(text))._asdict()
        else:
            said["ais"] = _ais(text)
    except LottrackError as error:
        return said | {"valid": False, "reason": error.sentence}
    return said


def _ais(text: str) -> list[list[str]]:
    from lottrack.interchange.gs1 import read_gs1

    return [[each.ai, each.value] for each in read_gs1(text)]


def read_typed_din(text: str) -> dict[str, Any] | None:
    """What a donation number says that was typed from a label with its check character, or None.

    Any site may number its own things so; whoever asks has looked in the record before.
    """
    if not is_typed_din(text):
        return None
    fields = read_din(text[:DIN_LENGTH])._asdict()
    return {
        "scheme": "isbt128",
        "kind": "din",
        "valid": True,
        "reason": None,
        "structures": [],
        "fields": fields,
    }
