"""The duties to tell: lottrack's own at first, then the edition a qualified person signed."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from lottrack.actions import signing
from lottrack.assets import database_folder
from lottrack.errors import BadValue, NumberUsed
from lottrack.rules.certification.duties import DutyList, parse_duties
from lottrack.rules.reading.text import printable
from lottrack.store.chain import sha256

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from lottrack.actions.desk import Desk
    from lottrack.store.change import Change
    from lottrack.store.reader import Reader

LOAD = "notify load"
_LONGEST_SOURCE = 100_000
_NOBODY = DutyList("", 0, "", ())


@lru_cache(maxsize=8)
def _parsed(source: str) -> DutyList:
    return parse_duties(source, "the record")


def duties_in_force(reader: Reader) -> DutyList:
    """The last edition loaded; empty in a record that was made without one."""
    rows = reader.rows("duty_list")
    return _parsed(max(rows, key=lambda row: int(row.seq)).source) if rows else _NOBODY


def write_own_duties(change: Change) -> None:
    """Write the duties that lottrack ships into a new record."""
    for path in sorted(database_folder("duties").glob("*.toml")):
        _write(change, path.read_text(encoding="utf-8"), path.name, None)


def list_duties(desk: Desk) -> list[dict[str, Any]]:
    """The duties that hold, one entry each, in the order of the file."""
    read = duties_in_force(desk.store)
    return [
        {
            "id": f"{read.name}@{read.edition}",
            "kind": "duty",
            "event": duty.event,
            "whom": duty.whom,
            "hours": duty.hours,
            "courses": list(duty.courses),
            "only_if_given": duty.only_if_given,
            "text": duty.text,
            "basis": duty.basis,
        }
        for duty in read.duties
    ]


def prepare_load(desk: Desk, path: Path, reader: Reader | None = None) -> signing.Prepared:
    """What a qualified person signs: every duty of the new edition.

    Raises:
        BadValue: the file cannot be read or breaks a rule; nothing is loaded.
        NumberUsed: this edition is there already.
    """
    record = reader or desk.store
    source = _source(path)
    read = parse_duties(source, path.name)
    number = _number(read)
    if record.versions("duty_list", number):
        raise NumberUsed(
            f"{number} was loaded before.", hint="A change is a new edition: raise `edition`."
        )
    return signing.prepared(record, LOAD, "duties to tell that hold here", _lines(read), [])


def load_duties(
    desk: Desk, path: Path, prepared: signing.Prepared, proof: signing.Proof
) -> dict[str, Any]:
    """Load an edition of the duties by signature; it holds for what happens from now on.

    Raises:
        Changed: the file is not what was shown.
        BadValue, NumberUsed: see ``prepare_load``.
    """
    source = _source(path)
    with signing.signed(
        desk, prepared, proof, lambda change, _: prepare_load(desk, path, change)
    ) as (change, _told, signature):
        number = _write(change, source, path.name, signature)
        signing.cover(change, signature, number)
    return {"id": number, "kind": "duty_list", "signature": signature, "warnings": []}


def _source(path: Path) -> str:
    try:
        raw = path.read_bytes()
        if len(raw) > _LONGEST_SOURCE:
            raise BadValue(
                f"The file {printable(str(path))} is too large for a list of duties.",
                code="file-too-large",
            )
        return raw.decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadValue(
            f"The file {printable(str(path))} cannot be read: {error}.", code="file-unreadable"
        ) from None


def _lines(read: DutyList) -> Iterator[str]:
    yield f"Duties: {read.name}, edition {read.edition}"
    yield f"Title: {read.title}"
    for duty in read.duties:
        given = ", only where a patient was given cells" if duty.only_if_given else ""
        yield ""
        yield f"{duty.event}: tell the {duty.whom} within {duty.hours} hours{given}"
        yield f"  For: {', '.join(duty.courses)}"
        yield f"  What: {duty.text}"
        yield f"  Because: {duty.basis}"


def _number(read: DutyList) -> str:
    return f"{read.name}@{read.edition}"


def _write(change: Change, source: str, file: str, signature: str | None) -> str:
    read = parse_duties(source, file)
    return change.record(
        "duty_list",
        number=_number(read),
        name=read.name,
        edition=read.edition,
        source=source,
        source_sha256=sha256(source),
        signature=signature,
    )
