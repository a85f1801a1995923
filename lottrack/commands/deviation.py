"""``lottrack deviation``: what departed from a procedure, and what was done about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from lottrack.commands.base import Answer, noun, reason_option, told, verb
from lottrack.commands.types import DATE, whole

if TYPE_CHECKING:
    from datetime import date

    from lottrack.actions.desk import Telling
    from lottrack.context import Context

deviation = noun("deviation", "Deviations: opened, investigated, mended, closed.")

CLASSES = ("minor", "major", "critical")
_DEVIATION = click.argument("number", metavar="DEVIATION")
_CLASS = click.option(
    "--class", "severity", type=click.Choice(CLASSES), required=True, help="How grave it is."
)
_TEXT = click.option("--text", required=True, help="What happened, was found, done or concluded.")
_CONCERNS = click.option(
    "--concerns",
    multiple=True,
    metavar="ID",
    help="What it concerns: any number, code or scan; KIND:CODE where two things share a code.",
)


@verb(deviation, "open", writes="deviation open")
@_CLASS
@click.option("--title", required=True, help="What it is about, in a few words.")
@_TEXT
@_CONCERNS
@told()
def open_(
    context: Context,
    severity: str,
    title: str,
    text: str,
    concerns: tuple[str, ...],
    telling: Telling,
) -> Answer:
    """Say that something departed from a procedure or a rule.

    While a major or critical one is open, no lot it concerns is released.

    \b
    Example:
      lottrack deviation open --class major --title "Incubator at 39 °C" \\
          --text "overnight, alarm not heard" --concerns LT-MAD-0001-3 --concerns IC-MAD-0001-7
    """
    from lottrack.actions.deviating.deviations import open_deviation

    desk = context.writing_desk
    return Answer(open_deviation(desk, severity, title, text, concerns, telling))


@verb(deviation, "link", writes="deviation link")
@_DEVIATION
@click.option(
    "--concerns", multiple=True, required=True, metavar="ID", help="What else it concerns."
)
@told(witness=False)
def link(context: Context, number: str, concerns: tuple[str, ...], telling: Telling) -> Answer:
    """Say what else a deviation concerns.

    \b
    Example:
      lottrack deviation link DV-MAD-0001-7 --concerns CN-MAD-0002-T --concerns equipment:INC-01
    """
    from lottrack.actions.deviating.deviations import link_deviation

    return Answer(link_deviation(context.writing_desk, number, concerns, telling))


@verb(deviation, "reclassify", writes="deviation reclassify")
@_DEVIATION
@_CLASS
@reason_option()
def reclassify(context: Context, number: str, severity: str, reason: str) -> Answer:
    """Class a deviation anew; whoever opened it cannot make it less grave.

    \b
    Example:
      lottrack deviation reclassify DV-MAD-0001-7 --class minor --reason "no culture was affected"
    """
    from lottrack.actions.deviating.deviations import reclassify as class_anew

    return Answer(class_anew(context.writing_desk, number, severity, reason))


@verb(deviation, "investigate", writes="deviation investigate")
@_DEVIATION
@click.option("--cause", required=True, help="The cause found, or that none was found.")
@_TEXT
@told()
def investigate(context: Context, number: str, cause: str, text: str, telling: Telling) -> Answer:
    """Record what the investigation of a deviation found; the latest one counts.

    \b
    Example:
      lottrack deviation investigate DV-MAD-0001-7 --cause "door seal worn" \\
          --text "temperature log read; cultures of two lots were inside for nine hours"
    """
    from lottrack.actions.deviating.deviations import investigate as record_investigation

    return Answer(record_investigation(context.writing_desk, number, cause, text, telling))


@verb(deviation, "action", writes="deviation action")
@_DEVIATION
@_TEXT
@click.option("--owner", required=True, metavar="USER", help="Who carries it out.")
@click.option("--due", type=DATE, required=True, help="Its last day.")
@told(witness=False)
def action(
    context: Context, number: str, text: str, owner: str, due: date, telling: Telling
) -> Answer:
    """Say what is to be done about a deviation, by whom and by which day.

    \b
    Example:
      lottrack deviation action DV-MAD-0001-7 --text "replace the seal" --owner TECHNICIAN1 \\
          --due 2026-03-01
    """
    from lottrack.actions.deviating.deviations import plan_action

    return Answer(plan_action(context.writing_desk, number, text, owner, due, telling))


@verb(deviation, "done", writes="deviation done")
@click.argument("number", metavar="ACTION")
@_TEXT
@told()
def done(context: Context, number: str, text: str, telling: Telling) -> Answer:
    """Say that a corrective action was carried out, and how.

    \b
    Example:
      lottrack deviation done AC-MAD-0001-7 --text "seal replaced, work order 4711"
    """
    from lottrack.actions.deviating.deviations import finish_action

    return Answer(finish_action(context.writing_desk, number, text, telling))


@verb(deviation, "check", writes="deviation check")
@_DEVIATION
@click.option(
    "--effective", type=click.Choice(["yes", "no"]), required=True, help="Whether it helped."
)
@_TEXT
@told(witness=False)
def check(context: Context, number: str, effective: str, text: str, telling: Telling) -> Answer:
    """Say whether what was done had an effect; a closed deviation without any is open again.

    \b
    Example:
      lottrack deviation check DV-MAD-0001-7 --effective yes --text "no alarm in 60 days"
    """
    from lottrack.actions.deviating.deviations import check_effect

    desk = context.writing_desk
    return Answer(check_effect(desk, number, text, telling, effective=effective == "yes"))


@verb(deviation, "close", writes="deviation close", signed=True)
@_DEVIATION
@_TEXT
@click.option("--check-due", type=DATE, help="The last day to check that what was done helped.")
@click.option("--signer", default="", metavar="USER", help="Who signs, if not you.")
def close(context: Context, number: str, text: str, check_due: date | None, signer: str) -> Answer:
    """Close a deviation by signature of somebody who had no part in it.

    \b
    Example:
      lottrack deviation close DV-MAD-0001-7 --text "no effect on the cells" --check-due 2026-06-01
    """
    from lottrack.actions.deviating.closing import close_deviation, prepare_closing

    desk = context.writing_desk
    prepared = prepare_closing(desk, number, text, check_due, signer or desk.require_actor())
    proof = context.ask_signature(prepared, signer)
    return Answer(close_deviation(desk, number, text, check_due, prepared, proof))


@verb(deviation, "limit", writes="deviation limit")
@click.option("--days", type=whole(0, 3650), required=True, help="How many; 0 for no limit.")
@reason_option()
def limit(context: Context, days: int, reason: str) -> Answer:
    """Set within how many days a deviation is to be closed; `lottrack due` lists the open ones.

    \b
    Example:
      lottrack deviation limit --days 30 --reason "SOP-QA-007, edition 3"
    """
    from lottrack.actions.deviating.deviations import set_limit

    return Answer(set_limit(context.writing_desk, days, reason))


@verb(deviation, "list", lists=True)
@click.option("--open", "only_open", is_flag=True, help="Only those that are open.")
@click.option("--concerning", default="", metavar="ID", help="Only those that concern a thing.")
def list_(context: Context, only_open: bool, concerning: str) -> Answer:  # noqa: FBT001 - click's flag
    """List the deviations.

    \b
    Example:
      lottrack deviation list --open
      lottrack deviation list --concerning LT-MAD-0001-3
    """
    from lottrack.actions.deviating.views import list_deviations

    return Answer(list_deviations(context.desk, concerning, only_open=only_open))


@verb(deviation, "show")
@_DEVIATION
def show(context: Context, number: str) -> Answer:
    """Show everything recorded of a deviation.

    \b
    Example:
      lottrack deviation show DV-MAD-0001-7
    """
    from lottrack.actions.deviating.deviations import find_deviation
    from lottrack.actions.deviating.views import show_deviation

    desk = context.desk
    return Answer(show_deviation(desk, find_deviation(desk, number)))
