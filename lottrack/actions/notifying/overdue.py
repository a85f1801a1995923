"""What is overdue, in one line: it stands under every command until somebody settles it.

Asked at the end of every command, so that it reads two short indexed lists and, only where one of
them has an entry whose day has come, what the results say.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from lottrack.rules.reading.times import to_text

if TYPE_CHECKING:
    from datetime import datetime

    from lottrack.store.reader import Reader

_FURTHEST_EAST = timedelta(hours=14)
# A condition's day is the site's: what is not past in the east of the world is past nowhere.
_SUSPECTS = """
SELECT 'condition' AS kind, s.fill AS record FROM condition_standing AS s WHERE s.due_on < :day
UNION ALL
SELECT 'notification', n.root FROM notification_now AS n WHERE n.due_at < :now
    AND NOT EXISTS (SELECT 1 FROM notification_call_now AS c
        WHERE c.notification = n.root AND c.outcome = 'reached')
"""


def overdue_sentence(reader: Reader, now: datetime) -> str:
    """What is overdue at a moment, in one line; "" where nothing is."""
    suspects = reader.sql(
        _SUSPECTS, day=(now + _FURTHEST_EAST).date().isoformat(), now=to_text(now)
    )
    if not suspects:
        return ""
    fills = dict.fromkeys(str(row.record) for row in suspects if row.kind == "condition")
    said = _conditions(reader, list(fills), now) if fills else []
    if len(fills) < len(suspects):
        said += _calls(reader, now)
    return f"OVERDUE: {'; '.join(said)}." if said else ""


def _conditions(reader: Reader, fills: list[str], now: datetime) -> list[str]:
    from zoneinfo import ZoneInfo

    from lottrack.actions.releasing.conditions import conditions_of_fill
    from lottrack.rules.certification.conditions import OVERDUE, condition_state

    today = now.astimezone(ZoneInfo(reader.setting("zone"))).date()
    late = [
        condition
        for fill in fills
        for condition in conditions_of_fill(reader, fill)
        if condition_state(condition, today) == OVERDUE
    ]
    if not late:
        return []
    lots = ", ".join(dict.fromkeys(condition.lot for condition in late))
    tests = f"{len(late)} condition{'s' * (len(late) != 1)}"
    return [f"{tests} of a release (lot {lots}): lottrack lot conditions"]


def _calls(reader: Reader, now: datetime) -> list[str]:
    from lottrack.actions.notifying.calls import OWED_NOW

    late = [row for row in reader.sql(OWED_NOW) if row.due_at < to_text(now)]
    if not late:
        return []
    return [f"{len(late)} call{'s' * (len(late) != 1)} nobody has made: lottrack notify list"]
