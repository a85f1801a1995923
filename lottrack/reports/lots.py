"""Lots and collections as a person reads them: sections of tables, corrected values marked."""

from __future__ import annotations

from typing import Any

from lottrack.reports.marks import legend, with_marks
from lottrack.reports.output import fields, table
from lottrack.rules.reading.quantities import format_cells

_CELLS = (
    *("seeded", "harvested", "seeded_on", "child_lots", "filled", "sampled", "discarded"),
    *("remainder", "viable_cells", "cells", "tnc", "mnc"),
)
_SECTIONS: dict[str, tuple[str, ...]] = {
    "holds": ("id", "on", "cause", "reason", "opened_by", "opened_at"),
    "passages": (
        *("passage", "seeded_at", "seeded", "seeding_density_per_cm2", "harvested_at"),
        *("harvested", "viability_pct", "population_doublings"),
        *("cumulative_population_doublings", "seeding", "harvest"),
    ),
    "cell_balance": (
        *("passage", "harvested", "seeded_on", "child_lots", "filled", "sampled"),
        *("discarded", "remainder"),
    ),
    "fills": ("id", "container_kind", "state", "purpose", "disposition", "filled_at", "expires"),
    "containers": (
        *("id", "kind", "location_state", "place", "position", "viable_cells", "volume_ml"),
        *("expires", "filling"),
    ),
    "samples": ("id", "of", "container", "cells", "tests", "taken_at", "performed_by"),
    "discards": ("id", "cells", "reason", "discarded_at", "performed_by"),
    "observations": ("id", "passage", "text", "observed_at", "performed_by"),
    "external_numbers": (),
    "receipt": (),
    "decision": (),
    "counts": ("id", "counted_at", "tnc", "mnc", "viability_pct"),
}
_HEADS = {
    "seeding_density_per_cm2": "per_cm2",
    "viability_pct": "viable_%",
    "population_doublings": "PD",
    "cumulative_population_doublings": "CPD",
}
"""Short heads for wide tables."""

_APART = frozenset({*_SECTIONS, "warnings", "corrected", "struck", "doublings_convention"})


def record_text(data: dict[str, Any]) -> str:
    """A lot or a collection with everything recorded of it."""
    shown = with_marks(_readable(data), data["corrected"])
    lines = [fields({name: value for name, value in shown.items() if name not in _APART})]
    for name, columns in _SECTIONS.items():
        rows = shown.get(name)
        if not rows:
            continue
        if isinstance(rows, dict):
            told = {key: value for key, value in rows.items() if key != "kind"}
            lines += ["", f"{name.replace('_', ' ')}:", fields(told)]
        else:
            heads = [{_HEADS.get(c, c): row.get(c) for c in columns} for row in rows]
            lines += ["", f"{name.replace('_', ' ')}:", table(heads)]
        if name == "passages":
            lines += _notes(data)
    if data["warnings"]:
        lines += ["", "warnings shown:"]
        lines += [
            f"  {each['record']} ({each['code']}): {each['sentence']}" for each in data["warnings"]
        ]
    if data["corrected"]:
        lines += ["", "corrected:", *(f"  {line}" for line in legend(data["corrected"]))]
    if data["struck"]:
        lines += ["", "struck (counts for nothing any more):", *_struck_lines(data["struck"])]
    return "\n".join(lines)


def _struck_lines(struck: list[dict[str, Any]]) -> list[str]:
    return [
        f"  {each['kind'].replace('_', ' ')} {each['id']}, by {each['struck_by']},"
        f" {_as_read('struck_at', each['struck_at'])}: {each['reason']}"
        for each in struck
    ]


def _notes(data: dict[str, Any]) -> list[str]:
    """What stands under the passages: the convention of their doublings, the basis of counts."""
    notes = [data["doublings_convention"], "Counts are viable cells."]
    converted = [
        row["passage"]
        for row in data["passages"]
        if "total" in {row.get("seeding_count_basis"), row.get("harvest_count_basis")}
    ]
    if converted:
        notes.append(f"Converted from total counts: {', '.join(converted)}.")
    return notes


def _readable(node: Any) -> Any:
    """A copy in which counts of cells and times are written as people read them."""
    if isinstance(node, list):
        return [_readable(each) for each in node]
    if not isinstance(node, dict):
        return node
    return {
        key: _as_read(key, value) if isinstance(value, str) else _readable(value)
        for key, value in node.items()
    }


def _as_read(key: str, value: str) -> str:
    if key in _CELLS:
        return format_cells(int(value))
    if key.endswith("_at") or key == "expires":
        return f"{value[:10]} {value[11:16]} {value[-6:]}"  # day, minute, offset
    return value


def tree_text(node: dict[str, Any]) -> str:
    """A lot's family as lines with branches; the lot asked for is pointed at."""
    return "\n".join([_line(node), *_branches(node, "")])


def _branches(node: dict[str, Any], indent: str) -> list[str]:
    lines = []
    for child in node["children"]:
        is_last = child is node["children"][-1]
        lines.append(f"{indent}{'└─ ' if is_last else '├─ '}{_line(child)}")
        lines += _branches(child, f"{indent}{'   ' if is_last else '│  '}")
    return lines


def _line(node: dict[str, Any]) -> str:
    pointer = "  ◀" if node.get("asked") else ""
    return f"{node['kind']} {node['id']}  {node['note']}{pointer}"
