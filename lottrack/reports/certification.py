"""Conditions, the register of certifications, call sheets and dossiers as a person reads them."""

from __future__ import annotations

from typing import Any

from lottrack.reports.output import fields, shown, table

_LOUD = frozenset({"overdue", "failed"})
_OPEN = frozenset({"owed", "overdue"})


def conditions_text(data: list[dict[str, Any]]) -> str:
    """The ledger, one condition a line; what is overdue or failed stands out."""
    rows = [
        {
            "id": entry["id"],
            "lot": entry["lot"],
            "fill": entry["fill"],
            "test": entry["test"],
            "due on": entry["due_on"],
            "state": _state(entry["state"]),
            "closed by": entry["closed_by"],
            "released by": entry["released_by"],
        }
        for entry in data
    ]
    return table(rows) if rows else "(no condition)"


def register_text(data: list[dict[str, Any]]) -> str:
    """The register, one decision a line."""
    rows = [
        {
            "at": entry["at"],
            "lot": entry["lot"],
            "product": entry["product"],
            "fill": entry["fill"] or "whole lot",
            "decision": entry["decision"].replace("_", " "),
            "name": f"{entry['name']} ({entry['user']})",
            "role": entry["role"],
            "signature": entry["signature"] + ("" if entry["signature_stands"] else ", VOID"),
        }
        for entry in data
    ]
    return table(rows) if rows else "(no decision)"


def calls_text(data: list[dict[str, Any]]) -> str:
    """Calls, one a line."""
    rows = [
        {
            "id": entry["id"],
            "tell": " ".join(filter(None, [entry["whom"], entry["addressee"]])),
            "patient": entry["patient"],
            "by": entry["due_at"],
            "state": _state(entry["state"]),
            "reached": _reached(entry),
            "because of": entry["because_of"],
        }
        for entry in data
    ]
    return table(rows) if rows else "(no call is owed)"


def sheet_text(data: dict[str, Any]) -> str:
    """A call, or a whole sheet: what happened, who was given some, what stopped, whom to tell."""
    if data["kind"] == "notification":
        return fields(data)
    head = {key: value for key, value in data.items() if not isinstance(value, list)}
    lines = [fields(head)]
    for key in ("faults", "given", "stopped"):
        if data.get(key):
            lines += ["", f"{key}:", table(data[key])]
    lines += ["", "calls:", calls_text(data["calls"])]
    lines += [
        f"{call['id']}, what to tell: {call['text']}\n"
        f"    once made: lottrack notify record {call['id']} --reached NAME --what TEXT"
        for call in data["calls"]
        if call["state"] in _OPEN
    ]
    return "\n".join(lines)


def supplies_text(data: list[dict[str, Any]]) -> str:
    """Dossiers, one a line."""
    rows = [
        {
            "id": entry["id"],
            "container": entry["container"],
            "patient": entry["patient"],
            "state": entry["state"].replace("_", " "),
            "requested by": entry["requested_by"],
            "requested at": entry["requested_at"],
            "assessed by": entry["assessed_by"],
            "decided by": entry["decided_by"],
        }
        for entry in data
    ]
    return table(rows) if rows else "(no dossier)"


def _state(state: str) -> str:
    words = state.replace("_", " ")
    return words.upper() if state in _LOUD else words


def _reached(call: dict[str, Any]) -> str:
    """Who was reached and when; "" where nobody was."""
    return f"{call['reached']}, {shown(call['told_at'])}" if call["reached"] else ""
