"""``lottrack label``: print, apply, void, read, reconcile."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from lottrack.commands.base import Answer, noun, reason_option, told, verb
from lottrack.commands.types import whole

if TYPE_CHECKING:
    from lottrack.actions.desk import Desk, Telling
    from lottrack.context import Context

label = noun("label", "Labels: print, apply, void, read, reconcile.")

COPIES = ("primary", "overwrap", "chart", "record", "transport")
NOT_RECONCILED = 44
NOT_VALID = 63

_FORMAT = click.option(
    "--format", "form", type=click.Choice(["png", "pdf"]), help="png (as a rule) or pdf."
)
_OUT = click.option(
    "--out", type=click.Path(path_type=Path), help="A file, if it has a suffix; else a folder."
)


@verb(label, "preview")
@click.argument("template")
@_FORMAT
@_OUT
def preview(context: Context, template: str, form: str | None, out: Path | None) -> Answer:
    """Draw a template with sample values; nothing is recorded.

    TEMPLATE is the name of a shipped template, or a .toml file in the making.

    \b
    Example:
      lottrack label preview cryobag --out cryobag.png
    """
    from lottrack.actions.labelling.files import Output
    from lottrack.actions.labelling.views import preview_label

    del context
    made = preview_label(template, Output(form or "", out), Path.cwd())
    return Answer([made], f"Drawn: {made['path']}")


@verb(label, "print", writes="label print")
@click.argument("things", metavar="ID...", nargs=-1, required=True)
@click.option("--template", default="", metavar="NAME", help="If not the one that fits.")
@click.option("--copy", "copy_", type=click.Choice(COPIES), help="Which copy; as a rule, primary.")
@_FORMAT
@_OUT
@click.option("--reason", default="", help="Why it is printed anew; the label before is void.")
@click.option("--destination", default="", help="Of a transport copy, if no transfer says.")
@click.option("--sheet", metavar="COLSxROWS", help="As PDF on A4 sheets of so many labels.")
@click.option("--margins-mm", metavar="LEFT,TOP", help="To the first label; else centred.")
@click.option("--gaps-mm", metavar="ACROSS,DOWN", help="Between the labels; as a rule, none.")
@click.option("--skip", type=whole(0, 9999), help="Positions used up on the first sheet.")
def print_(
    context: Context,
    things: tuple[str, ...],
    template: str,
    copy_: str | None,
    form: str | None,
    out: Path | None,
    reason: str,
    destination: str,
    sheet: str | None,
    margins_mm: str | None,
    gaps_mm: str | None,
    skip: int | None,
) -> Answer:
    """Print labels to files, each with a number of its own.

    ID is a container, a fill or lot (all its containers), a collection (a planned one, too), a
    sample, a patient (a wristband) or a preparation (the prepared dose). Without --out the files go
    into the folder DATABASE.labels beside the database.

    With --sheet all labels stand on A4 sheets of label stock, side by side along the rows; print
    them at their actual size (100 %). --skip leaves out positions whose labels were used before.

    A transport copy says where the thing goes: what --destination says, else the place or party of
    the transfer it is on.

    \b
    Example:
      lottrack label print CN-MAD-0001-X
      lottrack label print L01 --format pdf --out L01.pdf
      lottrack label print L01 --copy chart --sheet 2x5 --gaps-mm 5,0 --skip 3 --out L01.pdf
      lottrack label print CN-MAD-0001-X --reason "smeared by ethanol"
    """
    from lottrack.actions.labelling.files import Output, read_grid
    from lottrack.actions.labelling.plans import Wish
    from lottrack.actions.labelling.printing import print_labels

    if destination and copy_ != "transport":
        raise click.UsageError("--destination goes with --copy transport.")
    desk = context.writing_desk
    if copy_ == "transport" and not destination:
        destination = _asked_destination(desk, things)
    wish = Wish(things, template, copy_ or "", reason, destination)
    if sheet is None and (margins_mm, gaps_mm, skip) != (None, None, None):
        raise click.UsageError("--margins-mm, --gaps-mm and --skip go with --sheet COLSxROWS.")
    if sheet is not None and form == "png":
        raise click.UsageError("--sheet goes with --format pdf: a sheet is a page.")
    output = Output(form or "", out)
    if sheet is not None:
        grid = read_grid(sheet, margins_mm or "", gaps_mm or "", skip or 0)
        output = Output("pdf", out, grid)
    made = print_labels(desk, wish, output)
    if not context.json_wanted:
        _tell(context, made)
    mark = {"recorded_by": desk.account} | ({"dry_run": True} if context.dry_run else {})
    return Answer([row | mark for row in made], _printed_text(made))


def _asked_destination(desk: Desk, things: tuple[str, ...]) -> str:
    """Where things are sent, from the person at the terminal if no transfer says it."""
    from lottrack.actions.labelling.plans import without_destination
    from lottrack.terminal import is_terminal, read_line

    if not is_terminal() or not without_destination(desk, things):
        return ""
    destination = ""
    while not destination:
        destination = read_line("Where it goes (organisation, address, telephone): ").strip()
    return destination


def _printed_text(made: list[dict[str, Any]]) -> str:
    from lottrack.reports.output import table

    return table(
        [
            {
                "label": row["id"],
                "for": next(row[kind] for kind in _THINGS if kind in row),
                "copy": row["copy"],
                "template": row["template"],
                **{place: row[place] for place in ("page", "position") if place in row},
                "file": row["path"],
            }
            for row in made
        ]
    )


_THINGS = ("container", "collection", "sample", "patient")


def _tell(context: Context, made: list[dict[str, Any]]) -> None:
    for warning in (each for row in made for each in row["warnings"]):
        context.say(f"Warning ({warning['code']}): {warning['sentence']}")
    for row in made:
        for old in row["replaces"]:
            context.say(f"{old} is void now; take it off and destroy it.")
    if context.dry_run:
        context.say("Dry run: nothing was recorded, and no file was written.")
    else:
        context.say(f"Recorded by {context.desk.account}.")


@verb(label, "apply", writes="label apply")
@click.argument("scan", metavar="SCAN")
@click.option(
    "--to",
    required=True,
    metavar="CONTAINER|LOT",
    help="What it stands on: its number, or the scan of another of its labels.",
)
@told()
def apply(context: Context, scan: str, to: str, telling: Telling) -> Answer:
    """Scan a label back after sticking it on.

    With a lot's number after --to, a chart, record or transport copy is attached to the lot's batch
    record; a chart copy may also go to its patient's chart.

    \b
    Example:
      lottrack label apply LT.CNMAD0001X.LBMAD0001Y.PZ --to CN-MAD-0001-X
      lottrack label apply LT.CNMAD0001X.LBMAD0002Y.R7 --to L01
    """
    from lottrack.actions.labelling.applying import apply_label

    return Answer(apply_label(context.writing_desk, scan, to, telling))


@verb(label, "void", writes="label void")
@click.argument("label_id", metavar="LABEL")
@reason_option()
@click.option("--destroyed", is_flag=True, help="It was physically destroyed.")
@told()
def void(
    context: Context,
    label_id: str,
    reason: str,
    destroyed: bool,  # noqa: FBT001 - click's flag
    telling: Telling,
) -> Answer:
    """Take a label out of use; its code is refused everywhere from now on.

    \b
    Example:
      lottrack label void LB-MAD-0001-Y --reason "misprinted" --destroyed
    """
    from lottrack.actions.labelling.applying import void_label

    desk = context.writing_desk
    return Answer(void_label(desk, label_id, reason, telling, destroyed=destroyed))


@verb(label, "list", lists=True)
@click.argument("thing", metavar="ID")
def list_(context: Context, thing: str) -> Answer:
    """List the labels of a thing with what became of each.

    \b
    Example:
      lottrack label list CN-MAD-0001-X
    """
    from lottrack.actions.labelling.views import list_labels

    return Answer(list_labels(context.desk, thing))


@verb(label, "reconcile")
@click.argument("lot", metavar="LOT")
def reconcile(context: Context, lot: str) -> Answer:
    """Account for every label of a lot: printed = applied + attached + void + destroyed.

    Exit status 44 while a label is outstanding.

    \b
    Example:
      lottrack label reconcile L01
    """
    from lottrack.actions.labelling.views import reconcile_lot

    data = reconcile_lot(context.desk, lot)
    return Answer(data, _reconciled_text(data), 0 if data["reconciled"] else NOT_RECONCILED)


def _reconciled_text(data: dict[str, Any]) -> str:
    from lottrack.reports.output import table

    lines = [f"Labels of lot {data['id']}", "", table(data["copies"])]
    if data["reconciled"]:
        return "\n".join([*lines, "", "They reconcile."])
    loose = [{k: v for k, v in row.items() if k != "kind"} for row in data["outstanding"]]
    return "\n".join(
        [
            *lines,
            "",
            "They do NOT reconcile. Outstanding (apply, attach or void them):",
            table(loose),
        ]
    )


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
