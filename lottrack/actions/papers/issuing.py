"""Issuing a document: numbered, drawn, recorded by its hash, and only then given its name.

The order is that of printing labels. The number is taken in a short change of its own, because it
stands on every page; the file is drawn and written under a passing name; one change records what
was issued; then the file gets its name. Whatever stops it on the way leaves a number that was never
used, and no file that the record does not know.
"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from lottrack.actions.papers.basis import Basis, basis_of
from lottrack.errors import StoreError, Usage
from lottrack.rules.reading.times import iso_local
from lottrack.store.backup import require_free
from lottrack.store.chain import canonical, sha256

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from lottrack.actions.desk import Desk

RESERVE = "document reserve"
"""The act under which a document's number is taken before it is drawn."""


class Drawn(Protocol):
    """A document as a file."""

    @property
    def content(self) -> bytes:
        """The file's bytes."""

    @property
    def pages(self) -> int:
        """How many pages it has."""


class Wanted(NamedTuple):
    """A document somebody wants.

    Attributes:
        act: the act, as in the table of roles.
        lot: the lot, as typed.
        gather: what it says of a lot, from the record as it stood.
        out: the folder or the .pdf file it goes to.
    """

    act: str
    lot: str
    gather: Callable[[Basis], dict[str, Any]]
    out: Path


def shown_document(
    desk: Desk, lot: str, gather: Callable[[Basis], dict[str, Any]]
) -> dict[str, Any]:
    """What a document would say now; nothing is issued and nothing recorded."""
    return _with_id(gather(basis_of(desk, lot)))


def issue_document(
    desk: Desk, wanted: Wanted, draw: Callable[[dict[str, Any]], Drawn]
) -> dict[str, Any]:
    """Issue a document as a file and record its number and its hash.

    Args:
        desk: where, and by whom.
        wanted: what is wanted.
        draw: draws the content, with the document's own block, as a file.

    Returns:
        The content, with the document's own block and where its file is.

    Raises:
        RoleMissing: the actor may not issue it.
        Conflict: there is something already where the file goes (``file-exists``).
        Usage: the file is not named like a PDF (``file-name-unfit``).
        StoreError: the file cannot be written (``file-not-writable``).
    """
    role = desk.role_for(wanted.act)
    _require_fit(wanted.out)
    basis = basis_of(desk, wanted.lot)
    data = wanted.gather(basis)
    with desk.change(RESERVE, role=role) as change:
        number = change.number("document_issue")
    path = _path(wanted.out, number)
    require_free(path)
    content_sha256 = sha256(canonical(data))
    data["document"] = {
        "number": number,
        "issued_at": iso_local(desk.now(), desk.zone),
        "issued_by": desk.require_actor(),
        "content_sha256": content_sha256,
    }
    drawn = draw(data)
    file_sha256 = hashlib.sha256(drawn.content).hexdigest()
    passing = None if desk.dry_run else _written(path, drawn.content)
    try:
        with desk.change(wanted.act, role=role) as change:
            change.get("lot", basis.lot)
            change.record(
                "document_issue",
                number=number,
                lot=basis.lot,
                document=data["kind"],
                stage=data.get("stage"),
                rests_on=basis.entry,
                head=basis.head,
                content_sha256=content_sha256,
                file_name=path.name,
                file_sha256=file_sha256,
                pages=drawn.pages,
            )
    except BaseException:
        _remove(passing)
        raise
    if passing is not None:
        _named(passing, path, number)
    data["document"] |= {"path": str(path), "file_sha256": file_sha256, "pages": drawn.pages}
    return _with_id(data)


def _with_id(data: dict[str, Any]) -> dict[str, Any]:
    """Content as an answer: its number if it was issued, else the lot's."""
    document = data.get("document")
    return {"id": document["number"] if document else data["lot"], **data, "warnings": []}


# -- the file --------------------------------------------------------------------------------------


def _path(out: Path, number: str) -> Path:
    """Where the document goes: into a folder under its number, or to the file named."""
    return (out / f"{number}.pdf" if _is_folder(out) else out).absolute()


def _is_folder(out: Path) -> bool:
    return out.is_dir() or not out.suffix


def _require_fit(out: Path) -> None:
    """Refuse a file that cannot be the document's before a number is taken for it."""
    if _is_folder(out):
        return
    if out.suffix.lower() != ".pdf":
        raise Usage(
            f"The file {out} is not named like a PDF.",
            code="file-name-unfit",
            hint="Name it .pdf, or name a folder.",
        )
    require_free(out)


def _written(path: Path, content: bytes) -> Path:
    """Write a file under its passing name."""
    passing = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        passing.write_bytes(content)
    except OSError as error:
        _remove(passing)
        raise StoreError(
            f"The document {path} cannot be written ({error.strerror}). Nothing was issued.",
            code="file-not-writable",
            hint="Name another folder with --out.",
        ) from error
    return passing


def _remove(passing: Path | None) -> None:
    if passing is not None:
        with suppress(OSError):
            passing.unlink(missing_ok=True)


def _named(passing: Path, path: Path, number: str) -> None:
    try:
        passing.replace(path)
    except OSError as error:
        raise StoreError(
            f"{number} is on record, but its file cannot be named {path} ({error.strerror}). It"
            f" lies at {passing}.",
            code="file-not-writable",
            hint="Use it from there, or issue the document again with another --out.",
        ) from error
