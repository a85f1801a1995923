"""Answers that take more than one code: a choice, a number, a text, a reason, a yes."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from lottrack.commands.bench.ear import DIGITS, REASON, TEXT
from lottrack.errors import LottrackError
from lottrack.rules.bench.commands import DONE, NEXT, UNDO, YES, digit_of, reason_of
from lottrack.rules.reading.notation import written

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from decimal import Decimal

    from lottrack.commands.bench.ear import Ear

T = TypeVar("T")

NUMBER_HELP = "digits by their codes, then DONE; or type it"


def confirmed(ear: Ear, sentence: str, yes: str = "YES records it, NO leaves it.") -> None:
    """Have an act said back before it is done.

    Raises:
        StepLeft: anything but YES.
    """
    ear.doing = sentence
    ear.ask("YES OR NO", yes, YES)


def chosen(ear: Ear, words: Sequence[str], question: str) -> str:
    """One of a few words: NEXT shows the next, YES takes the one shown, typing one takes it.

    Raises:
        StepLeft: NO.
    """
    place = 0
    while True:
        word = words[place % len(words)]
        others = f" NEXT: {words[(place + 1) % len(words)]}." if len(words) > 1 else ""
        explained = f"{question} YES: {word}.{others} NO leaves it."
        first = word.upper().split()[0]  # what stands large is of letters only
        heard = ear.ask(f"{first}?", explained, YES, NEXT, TEXT)
        if heard.command == YES:
            return word
        if heard.command == NEXT:
            place += 1
        elif heard.text.lower() in {each.lower() for each in words}:
            return next(each for each in words if each.lower() == heard.text.lower())
        else:
            ear.say(f"{heard.text!r} is none of {', '.join(words)}.")


def number(ear: Ear, action: str, what: str, unit: str) -> Decimal | None:
    """A temperature or the like with its unit, scanned or typed; None when NEXT leaves it out."""
    from lottrack.rules.reading.quantities import parse_decimal

    mark = ear.context.decimal_mark

    def parse(text: str) -> Decimal:
        return parse_decimal(text, what, minimum=-273, maximum=200, unit=unit, mark=mark)

    explained = f"{what} in {unit}: {NUMBER_HELP}. NEXT leaves it out."
    return _gathered(ear, action, explained, parse, lambda so_far: f"{so_far} {unit}", NEXT)


def counted(ear: Ear, action: str, what: str, none: str = "") -> int | None:
    """A count of cells, scanned digit by digit or typed (``44000000``, ``4.4e7``).

    Args:
        ear: where.
        action: what stands on the screen in large letters.
        what: what is counted.
        none: what NEXT means ("it stayed empty"); left out, NEXT is no answer. It gives None.
    """
    from lottrack.rules.reading.quantities import exact_cells, parse_count

    mark = ear.context.decimal_mark

    def told(so_far: str) -> str:
        return f"{so_far} = {exact_cells(int(so_far))} cells" if so_far.isdecimal() else so_far

    explained = f"{what}, with all zeros: {NUMBER_HELP}. {_next(none)}NO leaves it."
    return _gathered(
        *(ear, action, explained, lambda text: parse_count(text, what, mark=mark), told),
        *([NEXT] if none else []),
    )


def measured(
    ear: Ear, action: str, what: str, unit: str, maximum: Decimal | int | None = None
) -> Decimal:
    """A quantity with its unit that must be told, scanned digit by digit or typed."""
    from lottrack.rules.reading.quantities import parse_decimal

    mark = ear.context.decimal_mark

    def parse(text: str) -> Decimal:
        return parse_decimal(text, what, maximum=maximum, unit=unit, mark=mark)

    explained = f"{what} in {unit}: {NUMBER_HELP}. NO leaves it."
    found = _gathered(ear, action, explained, parse, lambda so_far: f"{so_far} {unit}")
    assert found is not None  # only NEXT gives nothing, and it is not taken here
    return found


def text_or_digits(ear: Ear, action: str, explained: str) -> str:
    """A short text, typed or scanned whole, or digits by their codes and then DONE."""
    from lottrack.rules.reading.text import clean_text

    def parse(text: str) -> str:
        return clean_text(text, "the position", limit=80)

    found = _gathered(ear, action, f"{explained}; {NUMBER_HELP}. NO leaves it.", parse, str)
    assert found is not None  # only NEXT gives nothing, and it is not taken here
    return found


def _next(none: str) -> str:
    return f"NEXT: {none}. " if none else ""


def _gathered(
    ear: Ear,
    action: str,
    explained: str,
    parse: Callable[[str], T],
    told: Callable[[str], str],
    *takes: str,
) -> T | None:
    """Digits and marks until DONE, or one typed line; told back, and asked again when bad.

    UNDO takes the last digit back; without one it leaves the step. NEXT gives None.
    """
    before, so_far = ear.doing, ""
    while True:
        ear.doing = before + (f"\nSo far: {told(so_far)}. UNDO takes a sign back." * bool(so_far))
        heard = ear.ask(action, explained, TEXT, DIGITS, DONE, *takes, *[UNDO] * bool(so_far))
        if heard.command == UNDO:
            so_far = so_far[:-1]
            continue
        if digit_of(heard.command):
            so_far += written(digit_of(heard.command), ear.context.decimal_mark)
            continue
        ear.doing = before
        if heard.command == NEXT:
            return None
        text = so_far if heard.command == DONE else heard.text
        ear.has_typed = ear.has_typed or heard.command != DONE
        try:
            return parse(text)
        except LottrackError as error:
            ear.refuse(error)
            so_far = ""


def reason(ear: Ear, question: str) -> str:
    """Why: a reason of the site by its code, or a few typed words."""
    from lottrack.actions.benching.reasons import reason_text
    from lottrack.rules.reading.text import clean_text

    explained = f"{question} Scan a reason, or type one. NO leaves it."
    while True:
        heard = ear.ask("REASON", explained, TEXT, REASON)
        try:
            if reason_of(heard.command):
                return reason_text(ear.desk.store, reason_of(heard.command))
            return clean_text(heard.text, "the reason")
        except LottrackError as error:
            ear.refuse(error)
