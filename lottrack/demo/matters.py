"""What quality assurance dealt with, matter by matter, read from the record as commands read it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lottrack.actions.deviating.views import list_deviations
from lottrack.actions.materials.reach import reach_data, touched_lots
from lottrack.actions.materials.stock import read_material_lot
from lottrack.actions.notifying.late_positives import late_positive_data
from lottrack.actions.supplying.acts import list_supplies
from lottrack.actions.testing.oos_views import list_oos
from lottrack.rules.reading.times import from_text, iso_local, to_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lottrack.actions.desk import Desk


def matters(desk: Desk) -> list[dict[str, Any]]:
    """Investigations, deviations, late positives, recalls and dossiers, in the order they came."""
    found = [
        *_investigations(desk),
        *_late_positives(desk),
        *_deviations(desk),
        *_recalls(desk),
        *_supplies(desk),
    ]
    return sorted(found, key=lambda matter: (matter["since"], matter["id"]))


def _matter(since: str, what: str, number: str, about: str, ended: str) -> dict[str, Any]:
    return {"since": since, "what": what, "id": number, "about": about, "state": ended}


def _investigations(desk: Desk) -> Iterator[dict[str, Any]]:
    for case in list_oos(desk, "", open_only=False):
        about = f"{case['test']} of {case['preparation'] or case['lot']}, {case['lot']}"
        what = "out of specification"
        yield _matter(case["opened_at"], what, case["id"], about, str(case["state"]))


def _late_positives(desk: Desk) -> Iterator[dict[str, Any]]:
    now = to_text(desk.now())
    for row in desk.store.rows("late_positive"):
        alarm = late_positive_data(desk.store, row, now)
        given = ", ".join(dict.fromkeys(each["patient"] for each in alarm["given"]))
        told = [call["state"] for call in alarm["calls"]].count("told")
        about = f"{alarm['test']}, {alarm['lot']}, given to {given}"
        state = f"{told} of {len(alarm['calls'])} told"
        yield _matter(alarm["known_at"], "late positive", alarm["id"], about, state)


def _deviations(desk: Desk) -> Iterator[dict[str, Any]]:
    for each in list_deviations(desk, "", only_open=False):
        state = f"{each['state']} {each['closed_at'][:10]}" if each["closed_at"] else each["state"]
        what = f"{each['class']} deviation"
        yield _matter(each["happened_at"], what, each["id"], each["title"], state)


def _recalls(desk: Desk) -> Iterator[dict[str, Any]]:
    reader = desk.store
    for row in reader.rows("material_recall"):
        lot = read_material_lot(reader, str(row.material_lot))
        reached = reach_data(reader, touched_lots(reader, [lot]))["lots"]
        lots = ", ".join(f"{each['id']} of {each['patient']}" for each in reached)
        about = f"{lot.name} {lot.supplier_lot}: {lots}"
        holds = [hold for hold in reader.rows("hold") if hold.because_of == row.root]
        still = [hold for hold in holds if reader.first("hold_lift", hold=hold.root) is None]
        since = iso_local(from_text(row.occurred_at), desk.zone)
        state = f"{len(holds)} holds, {len(still)} open"
        yield _matter(since, "recall", str(row.root), about, state)


def _supplies(desk: Desk) -> Iterator[dict[str, Any]]:
    for each in list_supplies(desk):
        about = f"{each['container']} of {each['lot']} for {each['patient']}"
        state = each["state"].replace("_", " ")
        what = "supply out of specification"
        yield _matter(each["requested_at"], what, each["id"], about, state)
