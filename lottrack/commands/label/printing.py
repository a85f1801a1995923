"""``lottrack label preview``, ``print``, ``send``: labels to files and printers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from lottrack.commands.base import Answer, name_of_actor, verb
from lottrack.commands.label.group import label
from lottrack.commands.types import whole

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from lottrack.actions.desk import Desk
    from lottrack.context import Context

COPIES = ("primary", "overwrap", "chart", "record", "transport")
NOT_TAKEN = 60
NOTHING_CAME_OUT = ("not-ready", "unreachable", "not-sent")
WORTH_A_BAR = 12
"""Labels that take long enough to show how many are done."""

_FORMAT = click.option(
    "--format",
    "form",
    type=click.Choice(["png", "pdf", "zpl"]),
    help="png (as a rule), pdf, or zpl.",
)
_DPI = click.option(
    "--dpi", type=click.Choice(["203", "300", "600"]), help="If not what the template is made for."
)
_OUT = click.option(
    "--out", type=click.Path(path_type=Path), help="A file, if it has a suffix; else a folder."
)


@verb(label, "preview")
@click.argument("template")
@_FORMAT
@_DPI
@_OUT
def preview(
    context: Context, template: str, form: str | None, dpi: str | None, out: Path | None
) -> Answer:
    """Draw a template with sample values; nothing is recorded.

    TEMPLATE is the name of a shipped template, or a .toml file in the making.

    \b
    Example:
      lottrack label preview cryobag --out cryobag.png
    """
    from lottrack.actions.labelling.files import Output
    from lottrack.actions.labelling.views import preview_label

    del context
    output = Output(form or "", out, dpi=int(dpi or 0))
    made = preview_label(template, output, Path.cwd())
    return Answer([made], f"Drawn: {made['path']}")


@verb(label, "print", writes="label print")
@click.argument("things", metavar="ID...", nargs=-1, required=True)
@click.option("--template", default="", metavar="NAME", help="If not the one that fits.")
@click.option("--copy", "copy_", type=click.Choice(COPIES), help="Which copy; as a rule, primary.")
@click.option("--set", "set_", metavar="COPY,...", help="Several: primary,chart,record of each.")
@_FORMAT
@_DPI
@_OUT
@click.option("--printer", default="", metavar="CODE", help="A registered printer, for a file.")
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
    set_: str | None,
    form: str | None,
    dpi: str | None,
    out: Path | None,
    printer: str,
    reason: str,
    destination: str,
    sheet: str | None,
    margins_mm: str | None,
    gaps_mm: str | None,
    skip: int | None,
) -> Answer:
    """Print labels to files or on a printer, each with a number of its own.

    ID is a container, a fill or lot (all its containers), a collection (a planned one, too), a
    sample, a patient (a wristband) or a preparation (the prepared dose). Without --out the files go
    into the folder DATABASE.labels beside the database.

    With --printer they go to a registered printer, at its resolution and in its language, and are
    printing until each is scanned back (label apply) or voided: that a printer took a job does not
    mean that a label exists. Exit status 60 when it did not take them all.

    With --sheet all labels stand on A4 sheets of label stock, side by side along the rows; print
    them at their actual size (100 %). --skip leaves out positions whose labels were used before.

    A transport copy says where the thing goes: what --destination says, else the place or party of
    the transfer it is on.

    \b
    Example:
      lottrack label print CN-MAD-0001-X
      lottrack label print L01 --printer ZEBRA1
      lottrack label print FL-MAD-0001-K --set primary,chart,record --format pdf
      lottrack label print L01 --format pdf --out L01.pdf
      lottrack label print L01 --copy chart --sheet 2x5 --gaps-mm 5,0 --skip 3 --out L01.pdf
      lottrack label print CN-MAD-0001-X --reason "smeared by ethanol"
    """
    from lottrack.actions.labelling.files import Output, read_grid
    from lottrack.actions.labelling.plans import Wish
    from lottrack.actions.labelling.printing import print_labels

    copies = _copies(copy_, set_)
    if destination and "transport" not in copies:
        raise click.UsageError("--destination goes with --copy transport.")
    desk = context.writing_desk
    if "transport" in copies and not destination:
        destination = _asked_destination(desk, things)
    wish = Wish(things, template, "", reason, destination, copies)
    if sheet is None and (margins_mm, gaps_mm, skip) != (None, None, None):
        raise click.UsageError("--margins-mm, --gaps-mm and --skip go with --sheet COLSxROWS.")
    if sheet is not None and form in {"png", "zpl"}:
        raise click.UsageError("--sheet goes with --format pdf: a sheet is a page.")
    if printer and (form, dpi, out, sheet) != (None, None, None, None):
        raise click.UsageError(
            "--printer goes without --format, --dpi, --out and --sheet: its registration says them."
        )
    output = Output(form or "", out, dpi=int(dpi or 0), printer=printer)
    if sheet is not None:
        measures = (margins_mm or "", gaps_mm or "")
        grid = read_grid(sheet, *measures, skip or 0, context.decimal_mark)
        output = output._replace(form="pdf", grid=grid)
    made = print_labels(desk, wish, output, _watched("Printing"))
    if not context.json_wanted:
        _tell(context, made)
    return Answer(_marked(context, made), _printed_text(made), _sent_code(made))


def _copies(copy: str | None, together: str | None) -> tuple[str, ...]:
    """The kinds of copy that were asked for; () for the one that stands on the thing."""
    if together is None:
        return (copy,) if copy else ()
    if copy:
        raise click.UsageError("Give --copy or --set, not both.")
    copies = tuple(word.strip().lower() for word in together.split(","))
    for word in copies:
        if word not in COPIES:
            raise click.UsageError(f"--set takes {', '.join(COPIES)}, parted by commas.")
    if len(set(copies)) < len(copies):
        raise click.UsageError("--set names a copy twice.")
    return copies


def _watched(words: str) -> Callable[[Sequence[Any]], Iterable[Any]]:
    """How to go through many things: with a progress bar on a terminal, silently when piped."""
    import sys

    def watched(things: Sequence[Any]) -> Iterable[Any]:
        if len(things) < WORTH_A_BAR or not sys.stderr.isatty():
            yield from things
            return
        with click.progressbar(things, label=words, file=sys.stderr) as bar:
            yield from bar

    return watched


def _marked(context: Context, made: list[dict[str, Any]]) -> list[dict[str, Any]]:
    mark = {"recorded_by": context.desk.account} | ({"dry_run": True} if context.dry_run else {})
    return [row | mark for row in made]


def _sent_code(made: list[dict[str, Any]]) -> int:
    """The exit status: 60 when a printer did not take what it was sent."""
    return NOT_TAKEN if any(row.get("sent") not in {None, "taken"} for row in made) else 0


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
                **({"sent": row["sent"]} if "sent" in row else {"file": row["path"]}),
            }
            for row in made
        ]
    )


_THINGS = ("container", "collection", "sample", "patient")


def _tell(context: Context, made: list[dict[str, Any]]) -> None:
    # What a printer lacked is one sentence for all labels of its job.
    warnings = {(each["code"], each["sentence"]): None for row in made for each in row["warnings"]}
    for code, sentence in warnings:
        context.say(f"Warning ({code}): {sentence}")
    for row in made:
        for old in row.get("replaces", ()):
            context.say(f"{old} is void now; take it off and destroy it.")
    _tell_next(context, made)
    if context.dry_run:
        context.say("Dry run: nothing was recorded, and no file was written.")
    else:
        context.say(f"Recorded by {name_of_actor(context)}.")


def _tell_next(context: Context, made: list[dict[str, Any]]) -> None:
    """What is to be done with labels that were sent to a printer."""
    waiting = [row for row in made if row.get("sent") in NOTHING_CAME_OUT]
    doubtful = [row for row in made if row.get("sent") == "cut"]
    if any(row.get("sent") == "taken" for row in made):
        context.say("They are printing until each is scanned back: label apply SCAN --to ID")
    if waiting:
        numbers = " ".join(row["id"] for row in waiting)
        context.say(f"Nothing came out of {len(waiting)}. When the printer is ready:")
        context.say(f"  lottrack label send {numbers}")
    if doubtful:
        context.say(f"{len(doubtful)} may have come out. Apply what is whole; of the others:")
        for row in doubtful:
            context.say(f"  lottrack label void {row['id']} --reason TEXT")


@verb(label, "send", writes="label send")
@click.argument("labels", metavar="LABEL...", nargs=-1, required=True)
@click.option("--printer", default="", metavar="CODE", help="If not the one they were sent to.")
def send(context: Context, labels: tuple[str, ...], printer: str) -> Answer:
    """Send labels again that a printer cannot have printed, under the same numbers.

    Only labels that are printing, and of which every sending certainly printed nothing: the printer
    could not be reached, or was not ready before anything was sent. What may have come out is
    applied, or voided and printed anew. Exit status 60 when the printer did not take them all.

    \b
    Example:
      lottrack label send LB-MAD-0001-Y LB-MAD-0002-W --printer ZEBRA2
    """
    from lottrack.actions.labelling.sending import send_labels

    made = send_labels(context.writing_desk, labels, printer, _watched("Sending"))
    if not context.json_wanted:
        _tell(context, made)
    return Answer(_marked(context, made), _sent_text(made), _sent_code(made))


def _sent_text(made: list[dict[str, Any]]) -> str:
    from lottrack.reports.output import table

    return table(
        [
            {
                "label": row["id"],
                "copy": row["copy"],
                "printer": row["printer"],
                "sent": row["sent"],
            }
            for row in made
        ]
    )
