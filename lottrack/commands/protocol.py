"""``lottrack protocol``: treatment protocols as approved documents."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from lottrack.commands.base import Answer, noun, verb

if TYPE_CHECKING:
    from lottrack.context import Context

protocol = noun("protocol", "Treatment protocols as approved documents.")


@verb(protocol, "list", lists=True)
def list_(context: Context) -> Answer:
    """List the protocols and their editions.

    \b
    Example:
      lottrack protocol list
    """
    from lottrack.actions.testing.documents import list_documents

    return Answer(list_documents(context.desk, "protocol"))


@verb(protocol, "show")
@click.argument("name", metavar="NAME[@EDITION]")
def show(context: Context, name: str) -> Answer:
    """Show one protocol.

    \b
    Example:
      lottrack protocol show MSC-EB-21D
    """
    from lottrack.actions.testing.documents import find_document, is_approved, protocol_of

    reader = context.desk.store
    row = find_document(reader, "protocol", name)
    read = protocol_of(reader, row.root)
    approved = is_approved(reader, "protocol", row.root)
    data = {"id": row.root, "kind": "protocol", "version": row.edition, "approved": approved}
    return Answer(data | {k: v for k, v in read._asdict().items() if k != "edition"}, row.source)


@verb(protocol, "load", writes="protocol load")
@click.argument("file", type=click.Path(path_type=Path))
def load(context: Context, file: Path) -> Answer:
    """Load a protocol's file as a draft.

    \b
    Example:
      lottrack protocol load our-protocol.toml
    """
    from lottrack.actions.testing.documents import load_document

    return Answer(load_document(context.writing_desk, "protocol", file))


@verb(protocol, "approve", writes="protocol approve", signed=True)
@click.argument("name", metavar="NAME[@EDITION]")
@click.option("--signer", default="", metavar="USER", help="Who signs, if not you.")
def approve(context: Context, name: str, signer: str) -> Answer:
    """Approve a protocol by signature.

    \b
    Example:
      lottrack protocol approve MSC-EB-21D
    """
    from lottrack.actions.testing.documents import approve_document, prepare_approval

    desk = context.writing_desk
    prepared = prepare_approval(desk, "protocol", name)
    proof = context.ask_signature(prepared, signer)
    return Answer(approve_document(desk, "protocol", name, prepared, proof))
