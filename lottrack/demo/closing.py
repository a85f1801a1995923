"""What came of it, read from the record as every command reads it; nothing is remembered here."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from lottrack.actions.custody.containers import state_of
from lottrack.actions.families.donors import donor_state
from lottrack.actions.giving.doses import source_containers
from lottrack.actions.giving.infusions import list_infusions
from lottrack.actions.giving.orders import list_orders
from lottrack.actions.making.views import list_lots, show_lot

if TYPE_CHECKING:
    from lottrack.actions.desk import Desk
    from lottrack.store.reader import Reader
    from lottrack.store.rows import Row

MILLION = 1_000_000
IN_STOCK = ("filled", "stored", "received", "in_transit")


def infusion_table(desk: Desk) -> list[dict[str, Any]]:
    """Every infusion ordered, by patient: planned, given, from which bag, dose, how it ended."""
    given = {row["order"]: row for row in list_infusions(desk, "")}
    rows = [_row(desk.store, order, given.get(order["id"])) for order in list_orders(desk)]
    return sorted(rows, key=lambda row: (row["patient"], row["number"]))


def _row(reader: Reader, order: dict[str, Any], given: dict[str, Any] | None) -> dict[str, Any]:
    per_kg = None if given is None else Decimal(given["cells_per_kg"]) / MILLION
    return {
        "patient": order["patient"],
        "number": order["number"],
        "planned_on": order["planned_on"],
        "given_on": given["started"][:10] if given else None,
        "thawed": ", ".join(_thawed(reader, order["id"])),
        "container": ", ".join(given["containers"]) if given else None,
        "million_per_kg": None if per_kg is None else f"{per_kg:.2f}",
        "status": _status(order, given),
    }


def _status(order: dict[str, Any], given: dict[str, Any] | None) -> str:
    if given is None:
        return f"not given, order {order['state']}"
    return f"given, grade {given['grade']} reaction" if given["grade"] else "given"


def _thawed(reader: Reader, order: str) -> list[str]:
    """The bags prepared for an order; of one that was not infused, what became of it."""
    names = []
    for preparation in reader.rows("preparation", infusion_order=order):
        for link in reader.rows("preparation_input", preparation=preparation.root):
            row = reader.get("container", link.container)
            state = state_of(reader, row.root).state
            names.append(bag_name(reader, row) + ("" if state == "infused" else f" ({state})"))
    return names


def bag_name(reader: Reader, container: Row) -> str:
    """A container as people in the unit call it: ``L02 bag 4``, ``L04 fresh dose``."""
    source = source_containers(reader, container)[0]
    fill = reader.get("fill", source.fill)
    if fill.presentation == "fresh":
        return f"{source.lot} fresh dose"
    return f"{source.lot} {source.kind} {source.ordinal}"


def totals(desk: Desk) -> dict[str, Any]:
    """How many of everything there are, and what became of the bags."""
    reader = desk.store
    donors = [donor_state(reader, row.root, desk.today()) for row in reader.rows("donor")]
    lots = [show_lot(desk, lot["id"]) for lot in list_lots(desk)]
    bags: Counter[str] = Counter()
    fresh: Counter[str] = Counter()
    for lot in lots:
        presentation = {fill["id"]: fill["state"] for fill in lot["fills"]}
        for container in lot["containers"]:
            if container["fill"] is not None:
                counted = fresh if presentation[container["fill"]] == "fresh" else bags
                counted[container["location_state"]] += 1
    infusions = list_infusions(desk, "")
    return {
        "donors": len(donors),
        "donors_deferred": donors.count("deferred_temporary"),
        "pairs": len(reader.rows("pair")),
        "lots": len(lots),
        "bags_filled": bags.total(),
        "bags_infused": bags["infused"],
        "bags_destroyed": bags["destroyed"],
        "bags_in_stock": sum(bags[state] for state in IN_STOCK),
        "fresh_doses": fresh.total(),
        "fresh_doses_infused": fresh["infused"],
        "infusions_planned": len(list_orders(desk)),
        "infusions_given": len(infusions),
        "incidents": sum(row["incident"] for row in infusions),
        "material_lots": len(reader.rows("material_lot")),
        "holds": len(reader.rows("hold")),
        "holds_open": len(reader.rows("hold")) - len(reader.rows("hold_lift")),
        "documents": len(reader.rows("document_issue")),
        "corrections": len(reader.rows("correction")),
        "refusals": len(reader.rows("refusal")),
        "labels": len(reader.rows("label")),
        "signatures": len(reader.rows("signature")),
        "audit_entries": int(reader.sql("SELECT count(*) AS n FROM audit_entry")[0].n),
    }
