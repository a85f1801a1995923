"""Materials as people read them: what became of a delivery, and whom a recall reaches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lottrack.reports.marks import as_read, with_marks
from lottrack.reports.output import fields, table

if TYPE_CHECKING:
    from collections.abc import Iterator

_LOT = ("lot", "certainty", "patient", "containers", "still there", "hold")
_BAG = ("container", "lot", "certainty", "state", "place", "hold")
_GIVEN = ("patient", "infusion", "number", "given", "containers", "lot", "certainty")


def recall_text(data: dict[str, Any]) -> str:
    """A recall: what was recalled, which cells it touched, who was given some of them."""
    lines = [f"Recall {data['id']}: {data['reason']}"]
    lines += [
        f"  {lot['id']}, {lot['name']}, lot {lot['supplier_lot']} of {lot['supplier']};"
        f" {lot['on_hand']} {lot['unit']} on hand, not to be used any more"
        for lot in data["material_lots"]
    ]
    return "\n".join([*lines, *_reached(data["lots"], data["infused"])])


def _reached(lots: list[dict[str, Any]], infused: list[dict[str, Any]]) -> Iterator[str]:
    yield ""
    if not lots:
        yield "It reached no cells, as far as the record tells."
        return
    yield "Lots it went into, or may have:"
    yield table([_lot_row(lot) for lot in lots], _LOT)
    bags = [_bag_row(lot, bag) for lot in lots for bag in lot["containers"]]
    if bags:
        yield ""
        yield "Containers:"
        yield table(bags, _BAG)
    yield ""
    if not infused:
        yield "Nobody was given any of these cells."
        return
    yield "Given to patients:"
    yield table([_given_row(given) for given in infused], _GIVEN)


def _lot_row(lot: dict[str, Any]) -> dict[str, Any]:
    bags = lot["containers"]
    return {
        "lot": lot["id"],
        "certainty": lot["certainty"],
        "patient": lot["patient"],
        "containers": len(bags),
        "still there": sum(bag["in_stock"] for bag in bags),
        "hold": lot.get("hold"),
    }


def _bag_row(lot: dict[str, Any], bag: dict[str, Any]) -> dict[str, Any]:
    return {
        "container": bag["id"],
        "lot": lot["id"],
        "certainty": lot["certainty"],
        "state": bag["location_state"].replace("_", " "),
        "place": bag["place"],
        "hold": bag.get("hold") or lot.get("hold"),
    }


def _given_row(given: dict[str, Any]) -> dict[str, Any]:
    return {
        "patient": given["patient"],
        "infusion": given["id"],
        "number": given["number"],
        "given": given["started"][:16].replace("T", " "),
        "containers": given["containers"],
        "lot": given["lot"],
        "certainty": given["certainty"],
    }


def shown_text(data: dict[str, Any]) -> str:
    """A material, or a material lot with what it reached."""
    if data["kind"] == "material":
        return fields(data)
    own = {k: v for k, v in data.items() if k not in {"reached", "infused", "corrected"}}
    own = with_marks(as_read(own), data["corrected"])
    return "\n".join([fields(own), *_reached(data["reached"], data["infused"])])
