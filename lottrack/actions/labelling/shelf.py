"""The templates a site may print with: the shipped ones, and its own, once they were signed for.

A site's own templates lie in a folder beside the database. One of a shipped template's name takes
its place. Shipped templates, unchanged, print as they are; one that a qualified person ever signed
for by its name prints exactly as it was signed last, whether it is the site's own or the shipped
one: neither a changed file nor a lost one alters a label.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from lottrack.actions import signing
from lottrack.actions.moments import shown_time
from lottrack.actions.secrets import require_account
from lottrack.errors import AlreadyDone, LabelRefused, LottrackError, NotFound, TemplateInvalid

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from lottrack.actions.desk import Desk
    from lottrack.printing.templates import Template
    from lottrack.store.change import Change
    from lottrack.store.reader import Reader
    from lottrack.store.rows import Row

APPROVE: Final = "label approve"
MEANING: Final = "approval of a label template"
LARGEST_TEMPLATE: Final = 200_000
"""Bytes a template's file may have."""


class Kept(NamedTuple):
    """One template on the shelf.

    Attributes:
        name: its file's stem.
        template: as read; None when its file breaks a rule.
        source: the file's text.
        own: it lies in the site's own folder.
        fault: what is wrong with the file, or None.
    """

    name: str
    template: Template | None
    source: str
    own: bool
    fault: LottrackError | None = None


Shelf = dict[str, Kept]
"""Templates by name; the site's own come first."""


# -- what there is ---------------------------------------------------------------------------------


def folder_of_own(database: Path) -> Path:
    """The folder beside a database where the site's own templates lie."""
    return database.with_name(database.name + ".templates").absolute()


def shelf_of(database: Path | None) -> Shelf:
    """The site's own templates and the shipped ones that none of them takes the place of.

    Without a database, the shipped ones.
    """
    own = () if database is None else _own(folder_of_own(database))
    shelf = {kept.name: kept for kept in own}
    for name, (template, source) in shipped_templates().items():
        shelf.setdefault(name, Kept(name, template, source, own=False))
    return shelf


@cache
def shipped_templates() -> dict[str, tuple[Template, str]]:
    """Every shipped template with its text, by name."""
    from lottrack.assets import label_template_names
    from lottrack.printing.templates import shipped_template

    return {name: shipped_template(name) for name in label_template_names()}


def _own(folder: Path) -> Iterator[Kept]:
    from lottrack.printing.templates import load_template

    for path in sorted(folder.glob("*.toml")) if folder.is_dir() else ():
        source = ""
        try:
            if path.stat().st_size > LARGEST_TEMPLATE:
                raise TemplateInvalid(f"Label template {path.name} is too large for one.")
            source = path.read_text(encoding="utf-8")
            yield Kept(path.stem, load_template(path.stem, source), source, own=True)
        except (OSError, UnicodeDecodeError) as error:
            fault = TemplateInvalid(f"Label template {path} cannot be read: {error}.")
            yield Kept(path.stem, None, source, own=True, fault=fault)
        except LottrackError as error:
            yield Kept(path.stem, None, source, own=True, fault=error)


# -- what may print --------------------------------------------------------------------------------


def approval_of(reader: Reader, name: str) -> Row | None:
    """The edition a qualified person signed for last under this name, or None."""
    signed = [
        (int(approval.seq), row)
        for row in reader.rows("label_template", name=name)
        for approval in reader.rows("template_approval", label_template=row.root)
        if signing.is_valid(reader, approval.signature)
    ]
    return max(signed, key=lambda each: each[0])[1] if signed else None


def prints(reader: Reader, kept: Kept) -> bool:
    """Whether labels may be printed with a template as it lies there."""
    if kept.template is None:
        return False
    approved = approval_of(reader, kept.name)
    if approved is None:
        return not kept.own
    return bool(approved.source_sha256 == kept.template.sha256)


def require_printing(reader: Reader, kept: Kept) -> tuple[Template, str]:
    """A template that may print, with its text.

    Raises:
        TemplateInvalid: its file breaks a rule.
        LabelRefused: ``template-not-approved``: nobody signed for it, or for another text.
    """
    if kept.template is None:
        assert kept.fault is not None
        raise kept.fault
    if prints(reader, kept):
        return kept.template, kept.source
    approved = approval_of(reader, kept.name)
    file = "is the site's own" if kept.own else "is the shipped one"
    why = f"Label template {kept.name} {file}, and nobody signed for it."
    if approved is not None:
        why = (
            f"Label template {kept.name} ({'own file' if kept.own else 'shipped'}, SHA-256"
            f" {kept.template.sha256[:16]}…) is not what was approved as edition"
            f" {approved.edition} (SHA-256 {approved.source_sha256[:16]}…)."
        )
    raise LabelRefused(
        why,
        code="template-not-approved",
        hint="A qualified person looks at it (`lottrack label proof`) and signs:"
        f" `lottrack label approve {kept.name}`. Or put the approved file back; `lottrack label"
        " templates` shows what is where.",
    )


def named_template(reader: Reader, shelf: Mapping[str, Kept], name: str) -> tuple[Template, str]:
    """A template by its name, if it may print.

    Raises:
        NotFound: there is none.
        TemplateInvalid, LabelRefused: see ``require_printing``.
    """
    return require_printing(reader, _found(shelf, name))


def _found(shelf: Mapping[str, Kept], name: str) -> Kept:
    if name not in shelf:
        raise NotFound(
            f"There is no label template {name!r}.",
            code="template-unknown",
            hint=f"There are {', '.join(sorted(shelf))}.",
        )
    return shelf[name]


def fitting_template(
    reader: Reader, shelf: Mapping[str, Kept], subject: str, copy: str, kind: str
) -> tuple[Template, str]:
    """The template that prints a copy of a subject when none is named.

    One of the site's own that takes the place of a shipped one counts whether it was signed or not:
    printing what it replaces would be printing what the site gave up. A draft under a name of its
    own does not count.

    Raises:
        NotFound: no template prints it.
        TemplateInvalid, LabelRefused: see ``require_printing``.
    """
    from lottrack.printing.templates import default_template

    shipped = shipped_templates()
    counting = [kept for kept in shelf.values() if kept.name in shipped or prints(reader, kept)]
    # A broken file under a shipped name stands for the shipped template when one is looked for.
    looks = {kept.name: kept.template or shipped[kept.name][0] for kept in counting}
    found = default_template(looks.values(), subject, copy, kind)
    return require_printing(reader, shelf[found.name])


# -- approval --------------------------------------------------------------------------------------


def prepare_template(
    desk: Desk, name: str, account: str, reader: Reader | None = None
) -> signing.Prepared:
    """What a qualified person signs when approving a template: its whole text and its hash.

    Raises:
        NotFound: there is no template of this name.
        TemplateInvalid: it breaks a rule, or its edition was used with another text.
        LabelError: its sample cannot be drawn or read back.
        AlreadyDone: it prints already.
        RoleMissing: the signer may not.
    """
    from lottrack.printing.rendering import render_sample

    record = reader or desk.store
    desk.role_for(APPROVE, require_account(desk, account))
    kept = _found(shelf_of(desk.store.path), name)
    if kept.template is None:
        assert kept.fault is not None
        raise kept.fault
    template = kept.template
    if reader is None:
        drawn = render_sample(template)
        assert drawn.payload == template.sample_payload
    if prints(record, kept):
        signed = approval_of(record, name) is not None
        raise AlreadyDone(
            f"Label template {name}, edition {template.edition}, prints"
            f" {'as it was approved' if signed else 'as it was shipped'}.",
            code="already-approved",
            hint="Nothing to do.",
        )
    require_edition(record, template)
    before = approval_of(record, name)
    lines = [
        f"Label template: {name}, edition {template.edition}: {template.title}",
        f"From: {'the site’s own folder' if kept.own else 'lottrack, as shipped'}",
        f"Prints: {', '.join(template.copies)} of a {template.subject};"
        f" {template.width_mm} × {template.height_mm} mm on {template.stock}",
        f"In place of: {_instead_of(name, before, own=kept.own)}",
        f"SHA-256 of the file: {template.sha256}",
    ]
    source = kept.source.replace("\r\n", "\n")
    return signing.prepared(record, APPROVE, MEANING, lines, [], source)


def _instead_of(name: str, before: Row | None, *, own: bool) -> str:
    if before is not None:
        return f"edition {before.edition} (SHA-256 {before.source_sha256})"
    return "the shipped one" if own and name in shipped_templates() else "nothing"


def approve_template(
    desk: Desk, name: str, prepared: signing.Prepared, proof: signing.Proof
) -> dict[str, Any]:
    """Approve a template by signature; from now on it prints exactly as it was signed.

    Raises:
        Changed: the file is not the one shown.
        NotFound, TemplateInvalid, AlreadyDone: see ``prepare_template``.
    """
    with signing.signed(
        desk, prepared, proof, lambda change, account: prepare_template(desk, name, account, change)
    ) as (change, told, signature):
        kept = _found(shelf_of(desk.store.path), name)
        template, source = kept.template, kept.source
        assert template is not None
        number = template_row(change, template, source)
        signing.cover(change, signature, number)
        change.record("template_approval", told, label_template=number, signature=signature)
        change.mention(number)
    return {
        "id": number,
        "kind": "label_template",
        "name": name,
        "edition": template.edition,
        "sha256": template.sha256,
        "approved": True,
        "signature": signature,
        "warnings": [],
    }


def require_edition(reader: Reader, template: Template) -> str:
    """The number under which this very text is on record, or "" when it is new.

    Raises:
        TemplateInvalid: the same edition was used with another text.
    """
    for row in reader.rows("label_template", name=template.name):
        if row.source_sha256 == template.sha256:
            return str(row.root)
        if row.edition == template.edition:
            raise TemplateInvalid(
                f"Label template {template.name} was altered, but is still edition"
                f" {template.edition}, which is on record with another text.",
                hint="Whoever owns the template raises its edition in the file.",
            )
    return ""


def template_row(change: Change, template: Template, source: str) -> str:
    """The number under which this edition of a template is on record; recorded at its first use.

    Raises:
        TemplateInvalid: the same edition was used with another text.
    """
    there = require_edition(change, template)
    if there:
        return there
    return change.record(
        "label_template",
        name=template.name,
        edition=template.edition,
        source=source.replace("\r\n", "\n"),
        source_sha256=template.sha256,
    )


# -- the list --------------------------------------------------------------------------------------


def list_templates(desk: Desk) -> list[dict[str, Any]]:
    """Every template with where it lies, whether it prints, and who signed for it."""
    reader = desk.store
    return [_listed(reader, kept) for _, kept in sorted(shelf_of(reader.path).items())]


def _listed(reader: Reader, kept: Kept) -> dict[str, Any]:
    template = kept.template
    approved = approval_of(reader, kept.name)
    approval = None
    if approved is not None:
        approval = reader.rows("template_approval", label_template=approved.root)[-1]
    state = "prints" if prints(reader, kept) else "not approved"
    if template is None:
        state = "broken"
    elif state != "prints" and approved is not None:
        state = "changed since it was approved"
    return {
        "id": kept.name,
        "kind": "label_template",
        "edition": None if template is None else template.edition,
        "title": "" if template is None else template.title,
        "jurisdiction": "" if template is None else template.jurisdiction,
        "origin": "own" if kept.own else "shipped",
        "state": state,
        "approved_by": None if approval is None else approval.performed_by,
        "approved_at": None if approval is None else shown_time(reader, approval.occurred_at),
        "sha256": None if template is None else template.sha256,
    }
