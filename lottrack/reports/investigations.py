"""Investigations of results out of specification as a person reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lottrack.reports.output import shown, table

if TYPE_CHECKING:
    from collections.abc import Iterator


def oos_list_text(data: list[dict[str, Any]]) -> str:
    """Investigations, one line each."""
    rows = [
        {
            "id": entry["id"],
            "test": entry["test"],
            "of": entry["container"] or entry["preparation"] or entry["lot"],
            "lot": entry["lot"],
            "results": ", ".join(entry["results"]),
            "opened at": entry["opened_at"],
            "state": entry["said"],
        }
        for entry in data
    ]
    return table(rows) if rows else "(none)"


def oos_text(data: dict[str, Any]) -> str:
    """An investigation: where it stands, what became of it in order, and what is next."""
    return "\n".join(_lines(data))


def _lines(data: dict[str, Any]) -> Iterator[str]:
    subject = data["container"] or data["preparation"] or data["lot"]
    yield f"{data['id']}  {data['test']} of {subject}, lot {data['lot']}: {data['said'].upper()}"
    by = "by itself" if data["automatic"] else "by hand"
    yield f"Opened {shown(data['opened_at'])} {by}: {data['reason']}"
    yield "Out of specification:"
    yield from (f"  {_result(each)}" for each in data["results"])
    for each in data["investigations"]:
        cause = "assignable cause" if each["assignable"] else "no assignable cause"
        yield f"Laboratory ({each['id']}, {_by(each)}): {cause}; {each['finding']}"
    for each in data["plans"]:
        yield f"Plan ({each['id']}, {_by(each)}){_void(each)}: {each['retests']} x; {each['text']}"
    if data["retests"]:
        yield "Retests:"
        yield from (f"  {_result(each)}" for each in data["retests"])
    for each in data["conclusions"]:
        said = f"{each['outcome'].upper()}; {each['text']}"
        yield f"Conclusion ({each['id']}, {_by(each)}){_void(each)}: {said}"
    for hold in data["holds"]:
        state = "OPEN" if hold["open"] else "lifted"
        yield f"Hold {hold['id']} on {hold['on_kind']} {hold['on']}: {state}"
    if data["next"]:
        yield f"-> {data['who']}: {data['next']}"
        yield from (f"   To invalidate: {sentence}" for sentence in data["lacking_to_invalidate"])


def _result(entry: dict[str, Any]) -> str:
    said = str(entry["verdict"]).upper()
    if entry["verdict"] != entry["first_verdict"]:
        said += f", first told as {entry['first_verdict'].upper()}"
    if entry["corrected"]:
        said += ", corrected"
    if not entry["struck"]:
        said += ", reviewed" if entry["reviewed"] else ", not reviewed"
    return f"{entry['id']}  {entry['value']}: {said} ({_by(entry | {'by': entry['performed_by']})})"


def _by(entry: dict[str, Any]) -> str:
    return f"{entry['by']}, {shown(entry['at'])}"


def _void(entry: dict[str, Any]) -> str:
    return "" if entry["stands"] else " VOID, corrected since"
