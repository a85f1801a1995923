"""``lottrack equipment``: what takes part in making and testing, and its calibration."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from lottrack.commands.base import Answer, noun, reason_option, told, verb
from lottrack.commands.types import DATE

if TYPE_CHECKING:
    from datetime import date

    from lottrack.actions.desk import Telling
    from lottrack.context import Context

equipment = noun("equipment", "Equipment and its calibration.")

_CODE = click.argument("code", metavar="CODE")


@verb(equipment, "register", writes="equipment register")
@_CODE
@click.option("--name", required=True, metavar="TEXT", help="Its name.")
@click.option("--kind", required=True, metavar="TEXT", help="What it is: incubator, balance, ...")
@click.option("--place", required=True, metavar="CODE", help="Where it stands.")
@click.option(
    "--no-calibration", is_flag=True, help="It measures and controls nothing that is calibrated."
)
def register(
    context: Context,
    code: str,
    name: str,
    kind: str,
    place: str,
    no_calibration: bool,  # noqa: FBT001 - click's flag
) -> Answer:
    """Register equipment under a code; it is used once its calibration is recorded.

    \b
    Example:
      lottrack equipment register INC-01 --name "CO2 incubator 1" --kind incubator --place GMP
    """
    from lottrack.actions.laboratory.equipment import register_equipment

    needs = not no_calibration
    desk = context.writing_desk
    return Answer(register_equipment(desk, code, name, kind, place, needs_calibration=needs))


@verb(equipment, "calibrate", writes="equipment calibrate")
@_CODE
@click.option("--on", type=DATE, required=True, help="The day of the calibration.")
@click.option("--due", type=DATE, required=True, help="The last day it holds.")
@click.option("--certificate", required=True, metavar="TEXT", help="Number of the certificate.")
@click.option(
    "--result", type=click.Choice(["pass", "fail"]), default="pass", help="What came out."
)
@told()
def calibrate(
    context: Context,
    code: str,
    on: date,
    due: date,
    certificate: str,
    result: str,
    telling: Telling,
) -> Answer:
    """Record a calibration; a failed one answers what was used since the last good one.

    \b
    Example:
      lottrack equipment calibrate INC-01 --on 2026-01-12 --due 2027-01-11 --certificate KAL-4711
    """
    from lottrack.actions.laboratory.equipment import NewCalibration
    from lottrack.actions.laboratory.equipment import calibrate as record_calibration

    new = NewCalibration(on, due, certificate, result)
    return Answer(record_calibration(context.writing_desk, code, new, telling))


@verb(equipment, "retire", writes="equipment retire")
@_CODE
@reason_option()
@told(witness=False)
def retire(context: Context, code: str, reason: str, telling: Telling) -> Answer:
    """Take equipment out of use for good.

    \b
    Example:
      lottrack equipment retire INC-01 --reason "replaced by INC-02"
    """
    from lottrack.actions.laboratory.equipment import retire as take_out

    return Answer(take_out(context.writing_desk, code, reason, telling))


@verb(equipment, "list", lists=True)
@click.option("--all", "retired", is_flag=True, help="What is out of use, too.")
def list_(context: Context, retired: bool) -> Answer:  # noqa: FBT001 - click's flag
    """List the equipment and until when its calibration holds.

    \b
    Example:
      lottrack equipment list --all
    """
    from lottrack.actions.laboratory.equipment import list_equipment

    return Answer(list_equipment(context.desk, retired=retired))


@verb(equipment, "show")
@_CODE
def show(context: Context, code: str) -> Answer:
    """Show equipment, its calibrations, its uses, and what is in doubt since the last good one.

    \b
    Example:
      lottrack equipment show INC-01
    """
    from lottrack.actions.laboratory.equipment import show_equipment

    return Answer(show_equipment(context.desk, code))
