"""A call sheet as people read it, by its own number, its cause's or one of its calls'."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lottrack.actions.finding import find_one_of
from lottrack.actions.notifying.calls import notification_data
from lottrack.actions.notifying.late_positives import late_positive_data
from lottrack.rules.reading.times import to_text

if TYPE_CHECKING:
    from lottrack.actions.desk import Desk


def show_sheet(desk: Desk, text: str) -> dict[str, Any]:
    """What stands behind a call, a late positive or a supply, with its calls.

    Raises:
        NotFound: nothing has the number.
        WrongKindOfCode: it is something else's.
    """
    reader, now = desk.store, to_text(desk.now())
    found = find_one_of(reader, text, "notification", "late_positive", "supply")
    if found.table == "notification":
        return notification_data(reader, reader.get("notification", found.record), now)
    if found.table == "supply":
        from lottrack.actions.supplying.dossiers import supply_data

        return supply_data(reader, reader.get("supply", found.record), now)
    return late_positive_data(reader, reader.get("late_positive", found.record), now)
