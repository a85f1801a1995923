"""The answer to the pharmacist's question, for a person at arm's length: one word, then why."""

from __future__ import annotations

from typing import Any

from lottrack.errors import Blocker
from lottrack.reports.letters import large


def verdict(data: dict[str, Any]) -> str:
    """A verdict: the word very large, every reason against it, the dose, what to look at twice."""
    lines = ["", large(data["verdict"].upper()), ""]
    lines.append(f"Patient {data['patient'] or 'unknown'}, order {data['order'] or 'none'}")
    lines.append(f"Container {', '.join(data['containers']) or 'unknown'}")
    lines += [supply["sentence"] for supply in data["supplies"]]
    dose = data["dose"]
    if dose is not None:
        basis = "counted after thawing" if dose["basis"] == "post_thaw" else "estimated"
        lines.append(
            f"Dose {_millions(dose['cells_per_kg'])} million viable cells per kg at"
            f" {dose['weight_kg']} kg ({basis})"
        )
    lines += [limit["sentence"] for limit in data["patient_limits"]]
    if data["blockers"]:
        lines += ["", "Against it:"]
        for blocker in data["blockers"]:
            lines.append(f"  - {blocker['sentence']}  [{blocker['code']}]")
            mending = Blocker(**blocker).mending
            lines += [f"    -> {mending}"] if mending else []
    told = {supply["sentence"] for supply in data["supplies"]}
    for warning in (each for each in data["warnings"] if each["sentence"] not in told):
        lines.append(f"Look twice: {warning['sentence']}  [{warning['code']}]")
    return "\n".join(lines)


def _millions(text: str) -> str:
    from decimal import Decimal

    return format(Decimal(text) / 1_000_000, ".2f")
