"""``lottrack label read``, ``commands``: what a code says, and the sheet of command codes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from lottrack.commands.base import Answer, verb
from lottrack.commands.label.group import label

if TYPE_CHECKING:
    from lottrack.context import Context

NOT_VALID = 63


@verb(label, "commands")
@click.option(
    "--out", type=click.Path(path_type=Path), help="A PDF file; else bench-commands.pdf here."
)
def commands(context: Context, out: Path | None) -> Answer:
    """Draw the sheet of command codes for a bench: answers, digits, reasons, badges.

    A4, each code with its words beside it, each read back before the file is accepted. Put it into
    a sleeve that can be wiped. Print it anew when a reason or a person was added.

    \b
    Example:
      lottrack label commands --out commands.pdf
    """
    from lottrack.actions.benching.sheets import draw_commands
    from lottrack.actions.labelling.files import Output

    made = draw_commands(context.desk.store, Output("pdf", out), Path.cwd())
    return Answer(made, f"Drawn: {made['path']}, {len(made['codes'])} codes, {made['pages']} pages")


@verb(label, "read")
@click.argument("source", metavar="IMAGE|SCAN")
def read(context: Context, source: str) -> Answer:
    """Say what a code is: from a picture (PNG, JPEG) or as a scanner types it.

    Codes of ISBT 128, GS1 and the Single European Code are taken apart and checked as well. With a
    database also what the record knows of it. Exit status 63 when a code is not valid. A picture
    with several codes answers a list.

    \b
    Example:
      lottrack label read LT.CNMAD0001X.LBMAD0001Y.PZ
      lottrack label read photo.jpg --json
    """
    from lottrack.actions.labelling.views import read_code, read_texts

    texts = read_texts(source, Path.cwd())
    reader = _record(context)
    answers = [read_code(reader, text) for text in texts]
    code = 0 if all(answer["valid"] for answer in answers) else NOT_VALID
    data = answers[0] if len(answers) == 1 else answers
    return Answer(data, "\n\n".join(_read_text(answer) for answer in answers), code)


def _read_text(answer: dict[str, Any]) -> str:
    from lottrack.reports.output import fields

    said = dict(answer)
    inside = said.pop("fields", {})
    inside |= {f"structure {each['ds']}": each["content"] for each in said.pop("structures", [])}
    inside |= {f"({ai})": value for ai, value in said.pop("ais", [])}
    return fields(said | inside)


def _record(context: Context) -> Any:
    """The record, or None where there is none: a code's structure can be read without."""
    from lottrack.errors import NoDatabase

    try:
        return context.desk.store
    except NoDatabase:
        return None
