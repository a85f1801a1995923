"""``lottrack trace``: follow a thing forward to patients or back to donors."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from lottrack.commands.base import Answer, verb
from lottrack.errors import StoreError

if TYPE_CHECKING:
    from lottrack.actions.record.traces import Trace
    from lottrack.context import Context

FORMATS = ("table", "json", "dot", "svg", "png")
SUFFIXES = {".json": "json", ".dot": "dot", ".gv": "dot", ".svg": "svg", ".png": "png"}
_FOR_PICTURES = frozenset({"caption", "training"})


@verb(None, "trace")
@click.argument("thing", metavar="ID")
@click.option("--forward", is_flag=True, help="Towards patients only.")
@click.option("--backward", is_flag=True, help="Towards donors only.")
@click.option("--as-of", metavar="TIME", help="As it was recorded by then, or by the end of a day.")
@click.option(
    "--format",
    "style",
    type=click.Choice(FORMATS),
    help="How it is written; left out: as the file is named, else a table.",
)
@click.option("--out", type=click.Path(path_type=Path), help="Write to this file.")
def trace(
    context: Context,
    thing: str,
    forward: bool,  # noqa: FBT001 - click's flags
    backward: bool,  # noqa: FBT001
    as_of: str | None,
    style: str | None,
    out: Path | None,
) -> Answer:
    """Follow a donor, collection, lot, container or infusion through the record.

    \b
    Example:
      lottrack trace P01 --backward
      lottrack trace LT-MAD-0001-K --out lot.svg
    """
    from lottrack.actions.record.traces import trace as follow
    from lottrack.rules.reading.times import parse_as_of

    style = style_of(style, out, SUFFIXES)
    desk = context.desk
    moment = None if as_of is None else parse_as_of(as_of, desk.zone, desk.now())
    direction = {(True, False): "forward", (False, True): "backward"}.get(
        (forward, backward), "both"
    )
    found = follow(desk, thing, direction, moment)
    data = {key: value for key, value in found._asdict().items() if key not in _FOR_PICTURES}
    if style == "json":
        context.json_wanted = True
    if style in {"table", "json"} and out is None:
        return Answer(data, _table(found), is_of_earlier=True)
    written = _written(context, found, data, style, out)
    return Answer(data | written, written["path"], is_of_earlier=True)


def style_of(style: str | None, out: Path | None, suffixes: dict[str, str]) -> str:
    """How an answer is written: as was asked for, or as the name of its file says.

    Raises:
        click.UsageError: the name of a file belongs to another format than the one asked for.
    """
    named = None if out is None else suffixes.get(out.suffix.lower())
    if style is not None and named is not None and style != named:
        raise click.UsageError(
            f"{out} is not named like {style}: name it otherwise, or leave out --format."
        )
    return style or named or "table"


def _table(found: Trace) -> str:
    from lottrack.reports.output import table

    parents: dict[str, list[str]] = {}
    for parent, child in found.edges:
        parents.setdefault(child, []).append(parent)
    rows = [
        {
            "kind": node["kind"].replace("infusion_order", "order"),
            "id": node["id"],
            "what": node["label"],
            "note": node.get("note", ""),
            "from": ", ".join(parents.get(node["id"], [])),
        }
        for node in found.nodes
    ]
    lines = [table(rows, ("kind", "id", "what", "note", "from"))]
    if found.unknown:
        lines += ["", "What the record cannot tell:", *(f"  - {text}" for text in found.unknown)]
    return "\n".join(lines)


def _written(
    context: Context, found: Trace, data: dict[str, Any], style: str, out: Path | None
) -> dict[str, str]:
    """Draw the trace and write it: text to standard output, a picture to a file."""
    from lottrack.reports.output import as_json
    from lottrack.reports.tracing import drawn

    if style == "table":
        content = (_table(found) + "\n").encode()
    elif style == "json":
        content = as_json(data).encode()
    else:
        content = drawn(found, style)
    if out is None and style == "png":
        out = Path(f"trace-{found.root}.png")
    if out is None:
        click.echo(content.decode())
        click.get_current_context().exit(0)
    try:
        out.write_bytes(content)
    except OSError as error:
        raise StoreError(
            f"The file {out} cannot be written ({error.strerror}).",
            code="file-not-writable",
            hint="Choose a folder you may write, on a disk that is not full.",
        ) from None
    context.say(f"Wrote {out}.")
    return {"path": str(out)}
