"""``lottrack printer``: the list of printers that labels may be sent to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from lottrack.commands.base import Answer, noun, reason_option, told, verb

if TYPE_CHECKING:
    from lottrack.actions.desk import Telling
    from lottrack.context import Context

printer = noun("printer", "Printers that labels may be sent to.")

LANGUAGES = ("zpl", "pdf", "png")
DPIS = ("203", "300", "600")

_CODE = click.argument("code", metavar="CODE")


@verb(printer, "register", writes="printer register")
@_CODE
@click.option("--name", required=True, metavar="TEXT", help="What and where it is.")
@click.option(
    "--at",
    required=True,
    metavar="ADDRESS",
    help="tcp://HOST[:PORT] (9100 as a rule), cups:QUEUE, or file:FOLDER.",
)
@click.option("--dpi", type=click.Choice(DPIS), required=True, help="Dots per inch.")
@click.option(
    "--language", type=click.Choice(LANGUAGES), default="zpl", help="What it is sent; zpl."
)
def register(context: Context, code: str, name: str, at: str, dpi: str, language: str) -> Answer:
    """Register a printer; labels are sent to registered printers alone.

    A network printer takes raw jobs from whoever reaches its port: keep it in a network of its own.

    \b
    Example:
      lottrack printer register ZEBRA1 --name "Clean room" --at tcp://10.0.0.7 --dpi 300
    """
    from lottrack.actions.labelling.printers import NewPrinter, register_printer

    new = NewPrinter(code, name, at, int(dpi), language)
    return Answer(register_printer(context.writing_desk, new))


@verb(printer, "test", writes="printer test")
@_CODE
@click.option("--scan", metavar="SCAN", default="", help="The code of the calibration label.")
def test(context: Context, code: str, scan: str) -> Answer:
    """Print a calibration label, or with --scan record that its code was read from it.

    The label carries a frame 1 mm from the edge of 50 × 25 mm and a ruler of 20 mm to hold another
    ruler against. Its code is the number of its own print job.

    \b
    Example:
      lottrack printer test ZEBRA1
      lottrack printer test ZEBRA1 --scan PJ-MAD-0001-1
    """
    from lottrack.actions.labelling.calibrations import print_test, read_test

    desk = context.writing_desk
    if scan:
        return Answer(read_test(desk, code, scan))
    made = print_test(desk, code)
    if not (context.json_wanted or context.dry_run):
        context.say(f"Scan the label: lottrack printer test {made['printer']} --scan {made['id']}")
    return Answer(made)


@verb(printer, "retire", writes="printer retire")
@_CODE
@reason_option()
@told(witness=False)
def retire(context: Context, code: str, reason: str, telling: Telling) -> Answer:
    """Take a printer off the list for good.

    \b
    Example:
      lottrack printer retire ZEBRA1 --reason "print head worn; replaced by ZEBRA2"
    """
    from lottrack.actions.labelling.printers import retire_printer

    return Answer(retire_printer(context.writing_desk, code, reason, telling))


@verb(printer, "list", lists=True)
@click.option("--all", "retired", is_flag=True, help="What is retired, too.")
def list_(context: Context, retired: bool) -> Answer:  # noqa: FBT001 - click's flag
    """List the printers, and when a calibration label of each was last read back.

    \b
    Example:
      lottrack printer list --all
    """
    from lottrack.actions.labelling.printers import list_printers

    return Answer(list_printers(context.desk, retired=retired))


@verb(printer, "show")
@_CODE
def show(context: Context, code: str) -> Answer:
    """Show a printer and what was sent to it, with what became of each job.

    \b
    Example:
      lottrack printer show ZEBRA1
    """
    from lottrack.actions.labelling.printers import show_printer

    return Answer(show_printer(context.desk, code))
