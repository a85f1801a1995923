"""``lottrack label``: print, apply, void, read, reconcile."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from lottrack.commands.base import Answer, name_of_actor, noun, reason_option, told, verb
from lottrack.commands.types import whole

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from lottrack.actions.desk import Desk, Telling
    from lottrack.context import Context

label = noun("label", "Labels: print, apply, void, read, reconcile.")

COPIES = ("primary", "overwrap", "chart", "record", "transport")
NOT_TAKEN = 60
NOT_VALID = 63
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


@verb(label, "apply", writes="label apply")
@click.argument("scan", metavar="[SCAN]", required=False)
@click.option(
    "--to",
    metavar="CONTAINER|LOT",
    help="What it stands on: its number, or the scan of another of its labels.",
)
@told()
def apply(context: Context, scan: str | None, to: str | None, telling: Telling) -> Answer:
    """Scan a label back after sticking it on.

    A label of another container or lot is refused, and holds are opened on both lots until quality
    assurance lifted them by signature. Without a scan, at a terminal, it keeps asking for the next
    label and what it stands on until it is left with an empty line.

    With a lot's number after --to, a chart, record or transport copy is attached to the lot's batch
    record; a chart copy may also go to its patient's chart.

    \b
    Example:
      lottrack label apply LT.CNMAD0001X.LBMAD0001Y.PZ --to CN-MAD-0001-X
      lottrack label apply LT.CNMAD0001X.LBMAD0002Y.R7 --to L01
    """
    from lottrack.actions.labelling.applying import apply_label
    from lottrack.terminal import is_terminal

    asks = is_terminal() and not context.json_wanted
    if not scan and not to and asks:
        from lottrack.commands.label_loop import apply_loop

        return apply_loop(context, telling)
    if scan and not to and asks:
        from lottrack.commands.label_loop import thing_for
        from lottrack.commands.verify_loop import scan_text

        to = thing_for(context, scan_text(scan))
    if not scan or not to:
        raise click.UsageError("Give a label's SCAN, and with --to what it stands on.")
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


from lottrack.commands import (  # noqa: E402 - their verbs join the group above
    label_donation,  # noqa: F401
    label_ledger,  # noqa: F401
    label_templates,  # noqa: F401
)
