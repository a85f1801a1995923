"""``--equipment``: what an act was done with, named in the command of the act."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Callable

    from lottrack.commands.base import Answer
    from lottrack.context import Context


def equipment_used(function: Callable[..., Answer]) -> Callable[..., Answer]:
    """Add ``--equipment``; what is named is linked with the facts the act records.

    Equipment out of calibration at the time told is refused. ``--happened --reason --second`` tell
    that it was used all the same. Stands beneath ``@told()``, so that a witness is asked first.
    """

    @functools.wraps(function)
    def run(context: Context, /, **values: Any) -> Answer:
        codes = values.pop("equipment")
        happened, reason, second = (values.pop(name) for name in _WORD)
        if not codes:
            if happened or reason or second:
                raise click.UsageError("--happened, --reason and --second go with --equipment.")
            return function(context, **values)
        from lottrack.actions.laboratory.equipment import require_codes
        from lottrack.actions.laboratory.uses import Used, write_uses
        from lottrack.commands.custody import happened_word

        desk = context.writing_desk
        telling = values["telling"]
        others = [code.upper() for code in (telling.performed_by, telling.witness) if code]
        word = happened_word(context, happened, reason, second, *others)
        used, incidents = Used(require_codes(desk, codes), word), [""]
        desk.before_commit = lambda change: incidents.append(write_uses(change, used))
        answer = function(context, **values)
        answer.data["equipment"] = list(used.codes)
        answer.data["incident"] = incidents[-1] or None
        return answer

    wrapped: Any = run
    for option in reversed(_OPTIONS):
        wrapped = option(wrapped)
    result: Callable[..., Answer] = wrapped
    return result


_WORD = ("happened", "reason", "second")
_OPTIONS = (
    click.option("--equipment", metavar="CODE", multiple=True, help="Equipment it was done with."),
    click.option(
        "--happened", is_flag=True, help="It was used though it is out of calibration: record it."
    ),
    click.option("--reason", default=None, help="Why it was used all the same."),
    click.option("--second", default="", metavar="USER", help="Who confirms that it was."),
)
