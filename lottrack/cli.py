"""The program ``lottrack``: the root command, and the one place where an error becomes text.

Commands are loaded when they are called, so that every start is quick.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from lottrack import __version__
from lottrack.context import Context

if TYPE_CHECKING:
    from collections.abc import Sequence

COMMANDS: dict[str, tuple[str, str]] = {
    "init": ("site:init", "Make a new database for a site."),
    "demo": ("site:demo", "Make a training database and play the trial through it."),
    "site": ("site_settings:site", "The site: its decimal mark, its own numbers, ISBT 128."),
    "login": ("user:login", "Sign in at this computer."),
    "logout": ("user:logout", "Sign out."),
    "whoami": ("user:whoami", "Say who is signed in."),
    "user": ("user:user", "People who act: accounts, roles, secrets."),
    "place": ("place:place", "Places that cells can be at."),
    "patient": ("patient:patient", "Patients, under codes."),
    "donor": ("donor:donor", "Donors, their screening and eligibility."),
    "pair": ("pair:pair", "One donor directed to one patient."),
    "course": ("course:course", "Treatments, each with its chain-of-identity id."),
    "protocol": ("protocol:protocol", "Treatment protocols as approved documents."),
    "collection": ("collection:collection", "Marrow collections."),
    "lot": ("lot:lot", "Lots: culture, fills, review, release."),
    "material": ("material:material", "Materials and reagents: receipt, release, use, recall."),
    "hold": ("hold:hold", "Open stops on donors, collections, lots, fills, containers."),
    "spec": ("spec:spec", "Specifications as approved documents."),
    "result": ("result:result", "Test results and their review."),
    "oos": ("oos:oos", "Results out of specification: investigation, retests, conclusion."),
    "chart": ("chart:chart", "How lots grow, and how a test behaves from lot to lot."),
    "notify": ("notify:notify", "Calls that are owed: to physicians, sponsor, authority."),
    "supply": ("supply:supply", "Supply of a container that is out of specification."),
    "label": ("label:label", "Labels: print, apply, void, read, reconcile."),
    "printer": ("printer:printer", "Printers that labels may be sent to."),
    "bench": ("bench:bench", "The bench: one lot in focus, driven by a scanner."),
    "container": ("container:container", "Decisions on single containers."),
    "custody": ("custody:custody", "Where containers are and in whose hands."),
    "order": ("order:order", "Orders: the prescription of one infusion."),
    "prepare": ("prepare:prepare", "Thaw, count and finish a dose for one order."),
    "verify": ("verify:verify", "May this container go into this patient now?"),
    "dispense": ("verify:dispense", "Issue containers for one order."),
    "infusion": ("infusion:infusion", "What was given to whom."),
    "deviation": ("deviation:deviation", "Deviations: opened, investigated, mended, closed."),
    "equipment": ("equipment:equipment", "Equipment and its calibration."),
    "training": ("training:training", "Training of people, and what needs it."),
    "due": ("due:due", "What is owed by when, and who can settle it."),
    "trace": ("trace:trace", "Follow a thing forward to patients or back to donors."),
    "attach": ("record:attach", "Keep a file with a record, by its hash."),
    "correct": ("record:correct", "Correct a recorded fact; the old value stays visible."),
    "strike": ("record:strike", "Say that a recorded fact never happened."),
    "audit": ("audit:audit", "The audit trail: show, verify, export."),
    "admin": ("admin:admin", "Backup, restore, check, migrate."),
}
"""Root commands: where each is, and its help in one line (so that ``--help`` loads none)."""


class Root(click.Group):
    """The root group: loads commands lazily, turns errors into text and an exit status."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The root commands, in the order people meet them."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load one command."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        from importlib import import_module

        module, attribute = COMMANDS[cmd_name][0].split(":")
        command = getattr(import_module(f"lottrack.commands.{module}"), attribute)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without loading them."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, help_) for name, (_, help_) in COMMANDS.items()])

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; every refusal and failure ends here."""
        from lottrack.failures import ended

        # A value refused while it is read comes before the command knows its own options.
        wants_json = "--json" in ctx.args
        try:
            return super().invoke(ctx)
        except (click.exceptions.Exit, click.exceptions.Abort, click.ClickException, EOFError):
            raise
        except Exception as error:  # noqa: BLE001 - no traceback ever reaches a user
            context = ctx.find_object(Context)
            if context is not None:
                context.json_wanted = context.json_wanted or wants_json
            ctx.exit(ended(context, error))
        finally:
            context = ctx.find_object(Context)
            if context is not None:
                context.say_overdue()
                context.close()

    def main(  # type: ignore[override]
        self, args: Sequence[str] | None = None, **extra: Any
    ) -> Any:
        """Run the program; usage errors and Ctrl-C speak like everything else."""
        arguments = list(sys.argv[1:] if args is None else args)
        standalone = extra.pop("standalone_mode", True)
        try:
            result = super().main(arguments, standalone_mode=False, **extra)
            code = result if isinstance(result, int) else 0
        except click.ClickException as error:
            code = _usage(error, as_json="--json" in arguments)
        except click.exceptions.Abort:
            sys.stderr.write("\nStopped. Nothing more was recorded.\n")
            code = 130
        if standalone:
            sys.exit(code)
        return code


def _usage(error: click.ClickException, *, as_json: bool) -> int:
    if as_json:
        body = {"code": "usage", "sentence": error.format_message(), "hint": "", "blockers": []}
        sys.stdout.write(json.dumps({"error": body}) + "\n")
    else:
        error.show(sys.stderr)
    return error.exit_code


@click.group(cls=Root, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--db",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The database file. Else LOTTRACK_DB, else the user-data folder.",
)
@click.option("--as", "account", metavar="USER", default="", help="Act as USER for one command.")
@click.option(
    "--password-stdin", is_flag=True, help="Read secrets from standard input, one a line."
)
@click.version_option(__version__, message="lottrack %(version)s")
@click.pass_context
def main(ctx: click.Context, db: Path | None, account: str, password_stdin: bool) -> None:  # noqa: FBT001
    """Keep the record of a cell therapy, from the donor's marrow to the patient's vein.

    \b
    Example:
      lottrack init --site "Hospital GMP unit" --site-code MAD --admin ANA
      lottrack demo training
    """
    if ctx.obj is None:
        ctx.obj = Context(db=db, account=account, password_stdin=password_stdin)
