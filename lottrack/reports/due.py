"""What is owed, as a person reads it: the most urgent first."""

from __future__ import annotations

from typing import Any


def due_text(data: list[dict[str, Any]], days: int) -> str:
    """One paragraph an obligation: when, what, who, and the command that settles it."""
    if not data:
        return f"Nothing is owed in the next {days} days."
    lines: list[str] = []
    for entry in data:
        when = f"OVERDUE {entry['due_on']}" if entry["overdue"] else entry["due_on"] or "now"
        lines.append(f"{when}: {entry['sentence']}")
        lines.append(f"    {entry['who']}: {entry['command']}")
    overdue = sum(entry["overdue"] for entry in data)
    lines.append(f"{len(data)} owed in the next {days} days, {overdue} of them overdue.")
    return "\n".join(lines)
