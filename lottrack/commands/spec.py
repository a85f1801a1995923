"""``lottrack spec``: specifications as approved documents."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from lottrack.commands.base import Answer, noun, verb

if TYPE_CHECKING:
    from lottrack.context import Context

spec = noun("spec", "Specifications as approved documents.")


@verb(spec, "list", lists=True)
def list_(context: Context) -> Answer:
    """List the specifications and their versions.

    \b
    Example:
      lottrack spec list
    """
    from lottrack.actions.testing.documents import list_documents

    return Answer(list_documents(context.desk, "specification"))


@verb(spec, "show")
@click.argument("name", metavar="NAME[@VERSION]")
def show(context: Context, name: str) -> Answer:
    """Show one specification with its tests and limits.

    \b
    Example:
      lottrack spec show BM-MSC
    """
    from lottrack.actions.testing.specifications import show_specification
    from lottrack.reports.quality import specification_text

    data = show_specification(context.desk, name)
    return Answer(data, specification_text(data))


@verb(spec, "load", writes="spec load")
@click.argument("file", type=click.Path(path_type=Path))
def load(context: Context, file: Path) -> Answer:
    """Load a specification's file as a draft.

    \b
    Example:
      lottrack spec load our-specification.toml
    """
    from lottrack.actions.testing.documents import load_document

    return Answer(load_document(context.writing_desk, "specification", file))


@verb(spec, "approve", writes="spec approve", signed=True)
@click.argument("name", metavar="NAME[@VERSION]")
@click.option("--signer", default="", metavar="USER", help="Who signs, if not you.")
def approve(context: Context, name: str, signer: str) -> Answer:
    """Approve a specification by signature.

    \b
    Example:
      lottrack spec approve BM-MSC
    """
    from lottrack.actions.testing.documents import approve_document, prepare_approval

    desk = context.writing_desk
    prepared = prepare_approval(desk, "specification", name)
    proof = context.ask_signature(prepared, signer)
    return Answer(approve_document(desk, "specification", name, prepared, proof))
