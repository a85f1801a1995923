"""How a refusal or failure reaches a person: text or JSON, an exit status, an entry in the record.

No traceback ever reaches a user: a bug is one sentence on the screen and a file to send.
"""

from __future__ import annotations

import contextlib
import json
import sys
import tempfile
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lottrack.errors import AccessRefused, BadValue, LottrackError

if TYPE_CHECKING:
    from lottrack.context import Context

RECORDED = range(30, 70)
"""Exit statuses of refusals that are written to the record."""


def ended(context: Context | None, error: Exception) -> int:
    """Tell the person how the command ended, record a refusal, and return the exit status."""
    if not isinstance(error, LottrackError):
        error = _explained(context, error)
    if not isinstance(error, LottrackError):
        return _bug(error, as_json=context is not None and context.json_wanted)
    if context is not None:
        error = _recorded(context, error)
    say(error, context, as_json=context is not None and context.json_wanted)
    return error.exit_code


def _explained(context: Context | None, error: Exception) -> Exception:
    """A database or disk error as a sentence; anything else as it is."""
    if isinstance(error, OSError) and error.filename is not None:
        from lottrack.rules.reading.text import printable

        return BadValue(
            f"{printable(str(error.filename))} cannot be used: {error.strerror}.",
            code="file-not-usable",
            hint="Check the path, and that you may read and write there.",
        )
    if context is not None and "peewee" in sys.modules:
        from lottrack.store.connection import translated

        return translated(error, context.path)
    return error


def _recorded(context: Context, error: LottrackError) -> LottrackError:
    """Write a refused act into the record, in a transaction of its own.

    A record that cannot be written hides no reason: the refusal is shown all the same.
    """
    if error.exit_code not in RECORDED or not context.writing_act or context.dry_run:
        return error
    desk = context.__dict__.get("desk")
    if desk is None or not desk.account or (isinstance(error, AccessRefused) and not desk.account):
        return error
    from lottrack.actions.refusals import record_refusal

    try:
        record_refusal(desk, context.writing_act, error)
    except LottrackError as trouble:
        error.hint = f"{error.hint} The refusal itself could not be recorded: {trouble}".strip()
    return error


def as_data(error: LottrackError) -> dict[str, Any]:
    """An error as scripts read it."""
    return {
        "error": {
            "code": error.code,
            "sentence": error.sentence,
            "hint": error.hint,
            "blockers": [blocker.as_data() for blocker in error.blockers],
        }
    }


def say(error: LottrackError, context: Context | None = None, *, as_json: bool) -> None:
    """Print an error: JSON on standard output, text on standard error as the site writes it."""
    if as_json:
        sys.stdout.write(json.dumps(as_data(error), ensure_ascii=False) + "\n")
        return
    lines = [f"Refused ({error.code}): {error.sentence}"]
    for blocker in error.blockers:
        said = (blocker.code, blocker.sentence) == (error.code, error.sentence)
        lines += [] if said else [f"  - {blocker.code}: {blocker.sentence}"]
        lines += [f"    -> {blocker.mending}"] if blocker.mending else []
    if error.hint:
        lines.append(f"  {error.hint}")
    text = "\n".join(lines)
    sys.stderr.write((text if context is None else context.for_people(text)) + "\n")


def _bug(error: Exception, *, as_json: bool) -> int:
    report = "".join(traceback.format_exception(error))
    where = ""
    with (
        contextlib.suppress(OSError),
        tempfile.NamedTemporaryFile(
            "w", prefix="lottrack-", suffix=".log", delete=False, encoding="utf-8"
        ) as file,
    ):
        file.write(report)
        where = str(Path(file.name))
    sentence = f"lottrack met a fault of its own ({type(error).__name__})."
    hint = f"What happened is in {where}; send it to whoever keeps lottrack." if where else ""
    problem = LottrackError(sentence, code="internal-fault", hint=hint)
    say(problem, as_json=as_json)
    return 1
