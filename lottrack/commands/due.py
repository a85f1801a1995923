"""``lottrack due``: what is owed, by when, and who can settle it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from lottrack.commands.base import Answer, verb
from lottrack.commands.types import whole

if TYPE_CHECKING:
    from lottrack.context import Context


@verb(None, "due", lists=True)
@click.option(
    "--days",
    type=whole(0, 3660),
    default=7,
    show_default=True,
    help="How many days to look ahead.",
)
def due(context: Context, days: int) -> Answer:
    """List what is owed by when: results, receipts, expiries, infusions, calls, actions.

    What is overdue, and what has no day, is always among it.

    \b
    Example:
      lottrack due
      lottrack due --days 30 --format csv
    """
    from lottrack.actions.due.gathering import due as owed
    from lottrack.reports.due import due_text

    data = owed(context.desk, days)
    return Answer(data, due_text(data, days))
