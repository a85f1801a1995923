"""Files kept with a record: a scanned form, a certificate, a photograph."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lottrack.actions.finding import find, word_for
from lottrack.errors import AlreadyDone
from lottrack.rules.reading.text import clean_text
from lottrack.store.files import files_folder, keep_file, require_file

if TYPE_CHECKING:
    from pathlib import Path

    from lottrack.actions.desk import Desk, Telling
    from lottrack.store.files import Content
    from lottrack.store.reader import Reader

_LONGEST_NAME = 200


def attach_file(desk: Desk, text: str, path: Path, what: str, telling: Telling) -> dict[str, Any]:
    """Keep a file with a record, beside the database under its SHA-256.

    The file is copied in whole before it is recorded: a record never names a file that is not
    there. A copy that nothing came to name does no harm.

    Raises:
        NotFound: nothing has this number, or it was struck.
        BadValue: there is no such file, or it is too large.
        AlreadyDone: the same file is kept with this record already.
        StoreBusy: the file cannot be kept.
    """
    found = find(desk.store, text)
    desk.subjects.append(found.record)
    desk.store.get(found.table, found.record, word_for(found.table))
    desk.role_for("attach")
    said = clean_text(what, "what the file is", 200)
    name = clean_text(path.name, "the file's name", _LONGEST_NAME)
    content = require_file(path)
    told = desk.told(telling)
    _require_new(desk.store, found.record, content)
    if not desk.dry_run:
        keep_file(path, files_folder(desk.store.path), content)
    with desk.change("attach") as change:
        _require_new(change, found.record, content)
        number = change.record(
            "attachment",
            told,
            record=found.record,
            file_name=name,
            sha256=content.sha256,
            size_bytes=content.size_bytes,
            what=said,
        )
    return {
        "id": number,
        "kind": "attachment",
        "record": found.record,
        "file_name": name,
        "what": said,
        "sha256": content.sha256,
        "size_bytes": content.size_bytes,
        "warnings": [],
    }


def _require_new(reader: Reader, record: str, content: Content) -> None:
    known = reader.first("attachment", record=record, sha256=content.sha256)
    if known is not None:
        raise AlreadyDone(
            f"This file is kept with {record} already ({known.root}, {known.what}).",
            hint="Nothing to do.",
        )
