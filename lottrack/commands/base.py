"""What every command is made of: options, asking, printing, and the person who writes.

A command module declares ``group = noun("donor", "...")`` and its verbs with ``@verb(group, ...)``.
A verb's function takes the ``Context`` and parsed values, calls one action and returns an
``Answer``; everything around it happens here, once.
"""

from __future__ import annotations

import functools
import os
import sys
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from lottrack.errors import Declined, LottrackError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import TypeGuard

    from lottrack.actions.desk import Telling
    from lottrack.context import Context

ENTRIES = ("scanned", "typed", "imported", "from_paper")


class Answer(NamedTuple):
    """What a command found or did.

    Attributes:
        data: the value ``--json`` prints: a dictionary for one thing, a list for a list.
        text: what a person reads; "" lets the report room lay the data out.
        exit_code: the status of the program.
        tells_warnings: the text says the warnings itself.
        is_of_earlier: it tells what was recorded by then, and marks what was corrected by itself.
    """

    data: Any
    text: str = ""
    exit_code: int = 0
    tells_warnings: bool = False
    is_of_earlier: bool = False


class AskingCommand(click.Command):
    """A command that asks for what is missing, one question at a time, when there is a terminal.

    Attributes:
        writes: the act it does, as in the table of roles; "" for a reading command.
        signed: whether it is signed, or begins or ends a person's access: it has no dry run.
    """

    writes = ""
    signed = False

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse; ask for a missing value and parse again."""
        given = list(args)
        while True:
            try:
                return super().parse_args(ctx, list(given))
            except click.MissingParameter as missing:
                answer = _asked(ctx, missing.param)
                if answer is None:
                    raise
                given = [*given, *answer]


def _asked(ctx: click.Context, parameter: click.Parameter | None) -> list[str] | None:
    """Ask for one missing value until it is one; None where nobody can be asked."""
    from lottrack.context import Context
    from lottrack.terminal import is_terminal, read_line, read_valid

    if parameter is None or not is_terminal():
        return None
    question = getattr(parameter, "help", None) or parameter.human_readable_name
    choices = f" ({', '.join(parameter.type.choices)})" if _chooses(parameter.type) else ""
    context = ctx.find_object(Context)
    is_scan = context is not None and "SCAN" in (parameter.metavar or "")
    answer = read_valid(
        f"{question.rstrip('.')}{choices}: ",
        lambda text: _reason_against(ctx, parameter, text),
        context.read_scan if context is not None and is_scan else read_line,
    )
    if isinstance(parameter, click.Option):
        return [parameter.opts[-1], answer]
    return [answer]


def _chooses(kind: click.ParamType[Any]) -> TypeGuard[click.Choice[str]]:
    return isinstance(kind, click.Choice)


def _reason_against(ctx: click.Context, parameter: click.Parameter, text: str) -> str:
    """Why a text is no value of a parameter, or ""."""
    several = parameter.nargs != 1 or getattr(parameter, "multiple", False)
    if text.startswith("-") and isinstance(parameter, click.Argument):
        return f"{text} begins with a hyphen and would be taken for an option."
    try:
        parameter.process_value(ctx, (text,) if several else text)
    except click.ClickException as error:
        return error.format_message()
    except LottrackError as error:
        return f"{error.sentence} {error.hint}".strip()
    return ""


def noun(name: str, help_: str) -> click.Group:
    """A noun group of the root command."""
    return click.Group(name, help=help_)


def verb(
    group: click.Group | None,
    name: str,
    *,
    writes: str = "",
    signed: bool = False,
    lists: bool = False,
) -> Callable[[Callable[..., Answer]], click.Command]:
    """Make a function a command.

    Args:
        group: the noun it belongs to; None for a root command.
        name: the verb.
        writes: the act it does, as in the table of roles; empty for a reading command.
        signed: it is signed, so that it has no ``--dry-run``.
        lists: it prints a list, with ``--format``.
    """

    def decorate(function: Callable[..., Answer]) -> click.Command:
        @functools.wraps(function)
        @click.pass_obj
        def run(context: Context, /, **values: Any) -> None:
            context.json_wanted = values.pop("json_wanted")
            context.dry_run = bool(values.pop("dry_run", False))
            context.writing_act = writes
            if writes:
                context.desk.call = repr(sorted(values.items(), key=lambda item: item[0]))
            style = values.pop("list_format", None)
            answer = function(context, **values)
            _finish(context, answer, style, writes=bool(writes))

        command: Any = run
        if lists:
            formats = click.Choice(["table", "json", "csv"])
            command = click.option(
                "--format", "list_format", type=formats, default="table", help="How it is printed."
            )(command)
        if writes and not signed:
            command = click.option(
                "--dry-run", is_flag=True, help="Check everything, record nothing."
            )(command)
        command = click.option("--json", "json_wanted", is_flag=True, help="Answer as JSON.")(
            command
        )
        made: AskingCommand = click.command(name, cls=AskingCommand)(command)
        made.writes, made.signed = writes, signed
        if group is not None:
            group.add_command(made)
        return made

    return decorate


def _finish(context: Context, answer: Answer, style: str | None, *, writes: bool) -> None:
    from lottrack.reports.marks import by_name, marked_text
    from lottrack.reports.output import as_csv, as_json

    data = answer.data
    corrected = [] if writes or context.json_wanted else _corrected(context, answer)
    if writes and isinstance(data, dict):
        besides = [*context.desk.notices, *_hold_warnings(context)]
        data["warnings"] = [*data.get("warnings", []), *besides]
        account = context.desk.account
        if account:
            data["recorded_by"] = account
        if context.dry_run:
            data["dry_run"] = True
    if context.json_wanted or style == "json":
        _print(as_json(data))
    elif style == "csv":
        _print(as_csv(data), nl=False)
    else:
        text = marked_text(data, answer.text, corrected)
        _print(context.for_people(text, by_name([data, corrected])))
    if writes and not context.json_wanted and isinstance(data, dict):
        _say_recorded(context, [] if answer.tells_warnings else data["warnings"])
    if answer.exit_code:
        click.get_current_context().exit(answer.exit_code)


def _corrected(context: Context, answer: Answer) -> list[dict[str, Any]]:
    """What was corrected of the things an answer tells of, to be marked where it is printed."""
    told = answer.data.get("corrected") if isinstance(answer.data, dict) else None
    if isinstance(told, list):
        return told
    if answer.is_of_earlier or not context.has_record:
        return []
    from lottrack.actions.record.corrected import corrected_in

    return corrected_in(context.desk.store, answer.data)


def _hold_warnings(context: Context) -> list[dict[str, str]]:
    """The holds that the act opened by itself, each as a sentence."""
    opened = context.desk.holds_opened
    if not opened:
        return []
    from lottrack.actions.releasing.holds import opened_warning

    return [opened_warning(hold) for hold in opened]


def _print(text: str, *, nl: bool = True) -> None:
    """Write an answer; a reader who has seen enough (``| head``) changes nothing of it."""
    try:
        click.echo(text, nl=nl)
    except BrokenPipeError:
        # What is left in the buffer would break again when Python leaves.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _say_recorded(context: Context, warnings: list[dict[str, str]]) -> None:
    if context.understood:
        read = "read as" if context.dry_run else "recorded as"
        context.say(f"Numbers {read}: {'; '.join(context.understood)}.")
    for warning in warnings:
        context.say(f"Warning ({warning['code']}): {warning['sentence']}")
    if context.dry_run:
        context.say("Dry run: nothing was recorded.")
    elif context.desk.account:
        context.say(f"Recorded by {name_of_actor(context)}.")


def name_of_actor(context: Context) -> str:
    """Name and code of the person whose act it is."""
    row = context.desk.store.find("account", context.desk.account)
    return context.desk.account if row is None else f"{row.name} ({row.root})"


def say_struck(context: Context, table: str) -> None:
    """Tell a person which things a list leaves out because they were struck."""
    struck = [str(row.root) for row in context.desk.store.struck(table)]
    if struck and not context.json_wanted:
        context.say(
            f"Struck, and not listed: {', '.join(struck)}. `lottrack audit show NUMBER` tells why."
        )


# -- options that many commands share --------------------------------------------------------------


def told(*, witness: bool = True) -> Callable[[Callable[..., Answer]], Callable[..., Answer]]:
    """Add ``--at``, ``--performed-by``, ``--witness``, ``--entry``; the verb gets ``telling``."""

    def decorate(function: Callable[..., Answer]) -> Callable[..., Answer]:
        @functools.wraps(function)
        def run(context: Context, /, **values: Any) -> Answer:
            values["telling"] = _telling(
                context,
                values.pop("at"),
                values.pop("performed_by"),
                values.pop("witness") if witness else "",
                values.pop("entry"),
            )
            return function(context, **values)

        wrapped: Any = run
        for option in reversed(_TOLD if witness else [o for o in _TOLD if o is not _WITNESS]):
            wrapped = option(wrapped)
        result: Callable[..., Answer] = wrapped
        return result

    return decorate


_WITNESS = click.option("--witness", metavar="USER", default="", help="Who watched it.")
_TOLD: Sequence[Callable[[Any], Any]] = [
    click.option(
        "--at",
        metavar="TIME",
        help="When it happened (2026-02-03T10:15, site's time); left out: now.",
    ),
    click.option("--performed-by", metavar="USER", default="", help="Who did it, if not you."),
    _WITNESS,
    click.option("--entry", type=click.Choice(ENTRIES), default="typed", help="How it came in."),
]


def _telling(
    context: Context, at: str | None, performed_by: str, witness: str, entry: str
) -> Telling:
    from lottrack.actions.desk import Telling
    from lottrack.actions.signing import require_second
    from lottrack.rules.reading.times import parse_time

    desk = context.writing_desk
    moment = None if at is None else parse_time(at, desk.zone, desk.now())
    code = ""
    if witness:
        performer = (performed_by or desk.account).upper()
        code = require_second(desk, context.ask_second(witness, "as witness"), performer).account
    return Telling(moment, performed_by, code, entry)


def reason_option(*, required: bool = True) -> Callable[[Any], Any]:
    """Add ``--reason TEXT``."""
    return click.option("--reason", required=required, help="Why.")


def require_confirmed(number: str, confirm: str, question: str) -> None:
    """Have a thing's own number typed or scanned back before an act that cannot be undone.

    Raises:
        Declined: another number came back.
        click.UsageError: there is no terminal and no ``--confirm``.
    """
    from lottrack.terminal import confirm_by_number, is_terminal

    if confirm:
        same = confirm.strip().upper().replace("-", "") == number.upper().replace("-", "")
    elif is_terminal():
        same = confirm_by_number(number, question)
    else:
        raise click.UsageError(f"Give --confirm {number}.")
    if not same:
        raise Declined(
            f"That is not {number}. Nothing was recorded.",
            hint=f"To go on, give --confirm {number}.",
        )
