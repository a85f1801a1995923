"""``lottrack custody``: where containers are and in whose hands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from lottrack.commands.base import Answer, noun, reason_option, require_confirmed, told, verb
from lottrack.commands.types import TEMPERATURE, whole

if TYPE_CHECKING:
    from collections.abc import Callable
    from decimal import Decimal

    from lottrack.actions.custody.steps import Measured
    from lottrack.actions.desk import Telling
    from lottrack.actions.giving.incidents import Happened
    from lottrack.context import Context

custody = noun("custody", "Where containers are and in whose hands.")
THINGS = click.argument("things", metavar="ID...", nargs=-1, required=True)
CONDITIONS = ("intact", "leaking", "damaged")
FINDINGS = ("none", "leak", "crack", "clumps", "label-loose")


def _answer(made: list[dict[str, Any]]) -> Answer:
    if len(made) == 1:
        return Answer(made[0])
    warnings = [warning for each in made for warning in each["warnings"]]
    return Answer(
        {"id": made[0]["id"], "kind": "custody_event", "events": made, "warnings": warnings}
    )


def _measured(**values: Any) -> Measured:
    from lottrack.actions.custody.steps import Measured

    return Measured(**{name: value for name, value in values.items() if value is not None})


def happened_options(function: Callable[..., Answer]) -> Callable[..., Answer]:
    """Add ``--happened``, ``--reason`` and ``--second``: for what should not have been."""
    for option in (
        click.option("--second", default="", metavar="USER", help="The second person."),
        click.option("--reason", default=None, help="Why it is recorded all the same."),
        click.option("--happened", is_flag=True, help="It happened: record it with its blockers."),
    ):
        function = option(function)
    return function


def happened_word(
    context: Context,
    happened: bool,  # noqa: FBT001 - click's flag
    reason: str | None,
    second: str,
    *others: str,
) -> Happened | None:
    """A person's word that a refused act happened, with the second person's secret checked."""
    if not happened:
        return None
    from lottrack.actions.giving.incidents import Happened
    from lottrack.actions.signing import require_second
    from lottrack.rules.reading.text import clean_text

    if not reason or not second:
        raise click.UsageError("--happened needs --reason TEXT and --second USER.")
    desk = context.writing_desk
    proof = context.ask_second(second, "as second person")
    person = require_second(desk, proof, desk.account, *others)
    return Happened(clean_text(reason, "the reason"), person.account)


@verb(custody, "store", writes="custody store")
@THINGS
@click.option("--position", required=True, help="Where exactly: tank, rack, box, slot.")
@click.option("--place", default="", metavar="PLACE", help="The place, if not where it is now.")
@told()
def store(
    context: Context, things: tuple[str, ...], position: str, place: str, telling: Telling
) -> Answer:
    """Put things into storage.

    \b
    Example:
      lottrack custody store CN-MAD-0001-X --position "tank 1, rack 2, box 3, slot 4"
    """
    from lottrack.actions.custody.movements import store as put

    return _answer(put(context.writing_desk, things, position, place, telling))


@verb(custody, "transfer", writes="custody transfer")
@THINGS
@click.option("--to", default="", metavar="USER|PLACE", help="Who or where it goes to.")
@click.option("--to-outside", default="", metavar="TEXT", help="A party without an account.")
@click.option("--temperature-c", type=TEMPERATURE, help="Temperature at the hand-over, °C.")
@click.option("--seal", default="", help="Number of the seal.")
@told()
def transfer(
    context: Context,
    things: tuple[str, ...],
    to: str,
    to_outside: str,
    temperature_c: Decimal | None,
    seal: str,
    telling: Telling,
) -> Answer:
    """Hand things over to a place, a person or a party outside.

    \b
    Example:
      lottrack custody transfer CN-MAD-0001-X --to PHARMACY --temperature-c -190 --seal S-4711
    """
    from lottrack.actions.custody.movements import transfer as hand_over
    from lottrack.actions.custody.steps import find_target

    desk = context.writing_desk
    target = find_target(desk.store, to, to_outside)
    measured = _measured(temperature_c=temperature_c, seal=seal)
    return _answer(hand_over(desk, things, target, measured, telling))


@verb(custody, "receive", writes="custody receive")
@THINGS
@click.option("--temperature-c", type=TEMPERATURE, help="Temperature at the hand-over, °C.")
@click.option("--max-c", type=TEMPERATURE, help="Highest temperature on the way, °C.")
@click.option("--minutes-above", type=whole(0, 1_000_000), help="Minutes above the limit.")
@click.option("--condition", type=click.Choice(CONDITIONS), help="What it looks like.")
@click.option("--place", default="", metavar="PLACE", help="Where, if the transfer named none.")
@happened_options
@told()
def receive(
    context: Context,
    things: tuple[str, ...],
    temperature_c: Decimal | None,
    max_c: Decimal | None,
    minutes_above: int | None,
    condition: str | None,
    place: str,
    happened: bool,  # noqa: FBT001
    reason: str | None,
    second: str,
    telling: Telling,
) -> Answer:
    """Receive things that somebody else handed over.

    \b
    Example:
      lottrack custody receive CN-MAD-0001-X --temperature-c -188 --condition intact
    """
    from lottrack.actions.custody.movements import receive as take

    desk = context.writing_desk
    measured = _measured(
        temperature_c=temperature_c,
        max_c=max_c,
        minutes_above=minutes_above,
        condition=condition,
    )
    word = happened_word(context, happened, reason, second)
    telling = telling._replace(reason=reason or "")
    return _answer(take(desk, things, measured, telling, place=place, happened=word))


@verb(custody, "inspect", writes="custody inspect")
@THINGS
@click.option("--finding", type=click.Choice(FINDINGS), required=True, help="What was found.")
@told()
def inspect(context: Context, things: tuple[str, ...], finding: str, telling: Telling) -> Answer:
    """Look at things; a finding opens a hold by itself.

    \b
    Example:
      lottrack custody inspect CN-MAD-0001-X --finding none
    """
    from lottrack.actions.custody.movements import inspect as look

    return _answer(look(context.writing_desk, things, finding, telling))


def _add_reasoned(act: str, says: str, example: str) -> None:
    """Add a verb of which the reason is all there is to say."""

    @THINGS
    @reason_option()
    @told()
    def taken(context: Context, things: tuple[str, ...], reason: str, telling: Telling) -> Answer:
        from lottrack.actions.custody.movements import take_away

        return _answer(take_away(context.writing_desk, act, things, reason, telling))

    taken.__doc__ = f"""{says}

    \b
    Example:
      lottrack custody {act} {example}
    """
    verb(custody, act, writes=f"custody {act}")(taken)


_add_reasoned(
    "return",
    "Take things back from a pharmacy or ward; they are not issued again.",
    'CN-MAD-0001-X --reason "patient has a fever"',
)
_add_reasoned(
    "retain",
    "Keep containers as retained containers.",
    'CN-MAD-0006-X --reason "retention sample of the lot"',
)
_add_reasoned(
    "lose",
    "Record that things cannot be found.",
    'CN-MAD-0006-X --reason "not in its slot at the yearly count"',
)


@verb(custody, "destroy", writes="custody destroy", signed=True)
@THINGS
@reason_option()
@click.option("--witness", required=True, metavar="USER", help="Who watches and signs, too.")
@click.option("--signer", default="", metavar="USER", help="Who destroys, if not you.")
@click.option("--confirm", default="", metavar="NUMBER", help="The number again, for scripts.")
@click.option("--happened", is_flag=True, help="It happened: record it with its blockers.")
@click.option("--second", default="", metavar="USER", help="The second person for --happened.")
@told(witness=False)
def destroy(
    context: Context,
    things: tuple[str, ...],
    reason: str,
    witness: str,
    signer: str,
    confirm: str,
    happened: bool,  # noqa: FBT001
    second: str,
    telling: Telling,
) -> Answer:
    """Destroy things, signed by the performer and a witness.

    \b
    Example:
      lottrack custody destroy CN-MAD-0002-X --reason "viability 64 %" --witness QA1
    """
    from lottrack.actions.custody.movements import destroy as end
    from lottrack.actions.custody.movements import prepare_destruction

    desk = context.writing_desk
    for thing in things:
        require_confirmed(thing, confirm, f"This destroys {thing}.")
    prepared = prepare_destruction(desk, things, reason)
    proofs = (
        context.ask_signature(prepared, signer),
        context.ask_second(witness, "as witness"),
    )
    word = happened_word(context, happened, reason, second)
    telling = telling._replace(reason=reason)
    return _answer(end(desk, things, prepared, proofs, telling, happened=word))


@verb(custody, "show")
@click.argument("thing", metavar="ID")
def show(context: Context, thing: str) -> Answer:
    """Show the life of a container, collection or sample, step by step.

    \b
    Example:
      lottrack custody show CN-MAD-0001-X
    """
    from lottrack.actions.custody.views import show_custody

    return Answer(show_custody(context.desk, thing))
