"""``lottrack spec``: specifications as approved documents."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from lottrack.commands.base import Answer, noun, reason_option, verb

if TYPE_CHECKING:
    from lottrack.context import Context

spec = noun("spec", "Specifications as approved documents.")


@verb(spec, "list", lists=True)
def list_(context: Context) -> Answer:
    """List the specifications and their versions, with what each is today.

    \b
    Example:
      lottrack spec list
    """
    from lottrack.actions.testing.specifications import list_specifications

    return Answer(list_specifications(context.desk))


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


@verb(spec, "compare")
@click.argument("before", metavar="NAME@VERSION")
@click.argument("after", metavar="NAME@VERSION")
def compare(context: Context, before: str, after: str) -> Answer:
    """Compare two versions, criterion by criterion: what was added, removed, changed.

    \b
    Example:
      lottrack spec compare MSC-EB-TRIAL@1 MSC-EB-TRIAL@2
    """
    from lottrack.actions.testing.specifications import compare_specifications
    from lottrack.reports.quality import comparison_text

    data = compare_specifications(context.desk, before, after)
    return Answer(data, comparison_text(data))


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


@verb(spec, "retire", writes="spec retire", signed=True)
@click.argument("name", metavar="NAME@VERSION")
@reason_option()
@click.option("--signer", default="", metavar="USER", help="Who signs, if not you.")
def retire(context: Context, name: str, reason: str, signer: str) -> Answer:
    """Take a version out of use by signature; lots that run keep it, new ones cannot take it.

    \b
    Example:
      lottrack spec retire MSC-EB-TRIAL@1 --reason "replaced by version 2, amendment 4"
    """
    from lottrack.actions.testing.retirements import prepare_retirement
    from lottrack.actions.testing.retirements import retire as retire_by

    desk = context.writing_desk
    prepared = prepare_retirement(desk, name, reason, signer or desk.require_actor())
    proof = context.ask_signature(prepared, signer)
    return Answer(retire_by(desk, name, reason, prepared, proof))
