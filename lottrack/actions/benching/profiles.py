"""How the scanner at each computer types: found out once by the doctor, kept in the record."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from lottrack.actions.moments import shown_time
from lottrack.errors import NotFound, Refused
from lottrack.rules.bench.doctor import Profile, said, suffix_name

if TYPE_CHECKING:
    from lottrack.actions.desk import Desk
    from lottrack.rules.bench.doctor import Diagnosis
    from lottrack.store.reader import Reader
    from lottrack.store.rows import Row


def profile_of(reader: Reader, host: str) -> Profile:
    """How to read what the scanner at a computer types; as it comes, where nobody found out."""
    row = reader.last("bench_profile", host=host)
    return Profile() if row is None else _profile(row)


def keep_profile(desk: Desk, diagnosis: Diagnosis, arrived: bytes) -> dict[str, Any]:
    """Record what the doctor found out about the scanner at this computer.

    Args:
        desk: where; its host is the bench.
        diagnosis: what the test code showed.
        arrived: the bytes it was seen in.

    Raises:
        Refused: something is wrong that no profile undoes (``scanner-unusable``).
    """
    profile = diagnosis.profile
    if profile is None:
        raise Refused(
            f"The scanner at {desk.host} cannot be used as it is: {'; '.join(diagnosis.faults)}.",
            code="scanner-unusable",
            hint="Mend it by the manual of the scanner (country, suffix), and scan again.",
        )
    with desk.change("bench doctor") as change:
        number = change.record(
            "bench_profile",
            host=desk.host,
            prefix_hex=profile.prefix.encode().hex(),
            suffix_hex=profile.suffix.encode().hex(),
            layout=json.dumps(profile.layout),
            doubled=int(diagnosis.is_doubled),
            arrived_hex=arrived.hex(),
        )
        return _shown(change, change.get("bench_profile", number))


def show_profile(reader: Reader, host: str) -> dict[str, Any]:
    """The profile in use at a computer.

    Raises:
        NotFound: nobody ran the doctor there.
    """
    row = reader.last("bench_profile", host=host)
    if row is None:
        raise NotFound(
            f"Nobody found out yet how the scanner at {host} types.",
            code="no-bench-profile",
            hint="`lottrack bench doctor --out test.pdf` draws the test page.",
        )
    return _shown(reader, row)


def _profile(row: Row) -> Profile:
    layout = tuple((str(came), str(wanted)) for came, wanted in json.loads(row.layout))
    return Profile(
        bytes.fromhex(row.prefix_hex).decode(), bytes.fromhex(row.suffix_hex).decode(), layout
    )


def _shown(reader: Reader, row: Row) -> dict[str, Any]:
    profile = _profile(row)
    return {
        "id": row.root,
        "kind": "bench_profile",
        "host": row.host,
        "prefix": profile.prefix,
        "suffix": suffix_name(profile.suffix),
        "layout": [f"{came} is {wanted}" for came, wanted in profile.layout],
        "double_reads": bool(row.doubled),
        "findings": list(said(profile)),
        "at": shown_time(reader, row.occurred_at),
        "found_by": row.performed_by,
        "warnings": [],
    }
