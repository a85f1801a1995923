"""``lottrack bench``: the loop a scanner drives, the scanner's doctor, reasons of the site."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from lottrack.commands.base import Answer, verb

if TYPE_CHECKING:
    from lottrack.context import Context


class _Bench(click.Group):
    """A group whose first word may be a lot: ``lottrack bench L01`` is ``bench open L01``."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put ``open`` before anything that is neither a verb nor a question for help."""
        if not args or (args[0] not in self.commands and args[0] not in {"--help", "-h"}):
            args = ["open", *args]
        return super().parse_args(ctx, args)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The verb, or ``open`` for what is no verb."""
        if args and args[0] not in self.commands:
            return "open", self.commands["open"], args
        return super().resolve_command(ctx, args)


bench = _Bench("bench", help="The bench: one lot in focus, driven by a scanner.")


@verb(bench, "open", writes="bench open")
@click.argument("lot", metavar="[LOT]", required=False, default="")
def open_(context: Context, lot: str) -> Answer:
    """Work at a bench, scan by scan, with one lot in focus.

    `lottrack bench` alone does it as well. The next action is always on the screen. A label is
    scanned, stuck on, and compared with what it stands on; record copies are attached; containers
    are stored, handed over, received; a harvest and planned fills are counted (NEXT). Scan commands
    from the sheet of `lottrack label commands`, or type them: YES, NO, NEXT, UNDO, DONE, SIGN. UNDO
    takes the last act back as a new event. After a quarter of an hour without a scan the bench
    locks and keeps the step. LEAVE ends it.

    \b
    Example:
      lottrack bench open L01
      lottrack bench L01
    """
    from lottrack.commands.bench.loop import bench_loop
    from lottrack.terminal import is_terminal, read_code

    context.writing_desk.role_for("bench open")
    if not is_terminal():
        raise click.UsageError("The bench is a conversation: run it at a terminal.")
    return bench_loop(context, lot, read_code)


@verb(bench, "doctor", writes="bench doctor")
@click.option(
    "--out", type=click.Path(path_type=Path), help="Draw the page with the test code (PDF or PNG)."
)
@click.option("--show", is_flag=True, help="Tell the profile in use at this computer.")
def doctor(context: Context, out: Path | None, show: bool) -> Answer:  # noqa: FBT001 - click's flag
    """Find out what the scanner at this computer does to every code, and undo it from now on.

    Its suffix and prefix, a keyboard country that differs, lost characters, double reads. Draw and
    print the page with --out, then run the command again and scan the test code twice. What was
    found is kept for this computer and used wherever codes are scanned.

    \b
    Example:
      lottrack bench doctor --out scanner-test.pdf
      lottrack bench doctor
      lottrack bench doctor --show
    """
    from lottrack.terminal import is_terminal

    if show:
        from lottrack.actions.benching.profiles import show_profile

        return Answer(show_profile(context.desk.store, context.desk.host))
    if out is not None:
        from lottrack.actions.benching.sheets import draw_check
        from lottrack.actions.labelling.files import Output

        made = draw_check(context.desk.store, Output("", out), Path.cwd())
        return Answer(made, f"Drawn: {made['path']}. Print it, then run lottrack bench doctor.")
    context.writing_desk.role_for("bench doctor")
    if not is_terminal():
        raise click.UsageError("Give --out PATH to draw the test page, or run it at a terminal.")
    return Answer(_examined(context))


def _examined(context: Context) -> dict[str, Any]:
    """Have the test code scanned until two readings agree, and keep what they show."""
    from lottrack.actions.benching.profiles import keep_profile
    from lottrack.rules.bench.doctor import diagnose
    from lottrack.terminal import read_burst

    desk = context.writing_desk
    first = None
    while True:
        which = "Scan the test code" if first is None else "Scan it once more"
        arrived = read_burst(f"{which} (Ctrl-D leaves): ")
        found = diagnose(arrived.decode(errors="replace"))
        for finding in found.findings:
            context.say(f"  - {finding}")
        if found.profile is None:
            context.say("\aThis cannot be undone here. Mend it at the scanner, and scan again.")
            first = None
        elif first is not None and found.profile == first:
            return keep_profile(desk, found, arrived)
        elif first is not None:
            context.say("\aThe two readings differ. Begin again.")
            first = None
        else:
            first = found.profile


@verb(bench, "reason", writes="bench reason")
@click.argument("text")
def reason(context: Context, text: str) -> Answer:
    """Register a reason that is scanned from the sheet of command codes instead of typed.

    It gets the next number for good; `lottrack strike` takes it off the next sheet.

    \b
    Example:
      lottrack bench reason "label torn when taken off its backing"
    """
    from lottrack.actions.benching.reasons import register_reason

    return Answer(register_reason(context.writing_desk, text))
