"""``lottrack infusion``: what was given to whom."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from lottrack.commands.base import Answer, noun, say_struck, verb
from lottrack.commands.types import DECIMAL, whole

if TYPE_CHECKING:
    from decimal import Decimal

    from lottrack.context import Context

infusion = noun("infusion", "What was given to whom.")


@verb(infusion, "record", writes="infusion record", signed=True)
@click.argument("scans", metavar="SCAN...", nargs=-1, required=True)
@click.option("--patient", required=True, metavar="SCAN", help="The patient's wristband or code.")
@click.option("--order", default="", metavar="ORDER", help="The order; else the only open one.")
@click.option("--started", required=True, metavar="TIME", help="When it began.")
@click.option("--ended", required=True, metavar="TIME", help="When it ended.")
@click.option("--volume-ml", type=DECIMAL, required=True, help="Volume infused, mL.")
@click.option("--left-ml", type=DECIMAL, help="Volume left in bag and line, mL.")
@click.option("--reaction", default="", help="A reaction of the patient.")
@click.option("--grade", type=whole(1, 5), help="Its CTCAE grade.")
@click.option("--second", default="", metavar="USER", help="The second person at the bedside.")
@click.option("--signer", default="", metavar="USER", help="Clinician or nurse, if not you.")
@click.option("--happened", is_flag=True, help="It happened: record it with its blockers.")
@click.option("--reason", default="", help="Why a number was typed, or why with --happened.")
def record(
    context: Context,
    scans: tuple[str, ...],
    patient: str,
    order: str,
    started: str,
    ended: str,
    volume_ml: Decimal,
    left_ml: Decimal | None,
    reaction: str,
    grade: int | None,
    second: str,
    signer: str,
    happened: bool,  # noqa: FBT001 - click's flag
    reason: str,
) -> Answer:
    """Record an infusion; clinician or nurse signs, a second person confirms.

    \b
    Example:
      lottrack infusion record LT.CNMAD0001X.LBMAD0001Y.PZ --patient P01 \\
        --started 2026-02-10T10:05 --ended 2026-02-10T10:35 --volume-ml 50 --second NURSE2
    """
    from lottrack.actions.giving.incidents import Happened
    from lottrack.actions.giving.infusions import Given, prepare_infusion, record_infusion
    from lottrack.actions.giving.pharmacy import known_person
    from lottrack.rules.reading.text import clean_text
    from lottrack.rules.reading.times import parse_time

    desk = context.writing_desk
    other = known_person(desk, second)
    if happened and not (reason and other):
        raise click.UsageError("--happened needs --reason TEXT and --second USER.")
    given = Given(
        scans,
        patient,
        order,
        parse_time(started, desk.zone, desk.now()),
        parse_time(ended, desk.zone, desk.now()),
        volume_ml,
        left_ml,
        reaction,
        grade,
        signer.upper() or desk.account,
        other,
        reason,
    )
    word = Happened(clean_text(reason, "the reason"), other) if happened else None
    prepared = prepare_infusion(desk, given, word)
    proofs = (
        context.ask_signature(prepared, given.signer),
        context.ask_second(other, "as second person"),
    )
    return Answer(record_infusion(desk, given, prepared, proofs, word))


@verb(infusion, "list", lists=True)
@click.option("--patient", default="", metavar="CODE", help="Only this patient's.")
def list_(context: Context, patient: str) -> Answer:
    """List the infusions given.

    \b
    Example:
      lottrack infusion list --patient P01
    """
    from lottrack.actions.finding import code_of
    from lottrack.actions.giving.infusions import list_infusions

    desk = context.desk
    code = code_of(desk.store, "patient", patient) if patient else ""
    say_struck(context, "infusion")
    return Answer(list_infusions(desk, code))
