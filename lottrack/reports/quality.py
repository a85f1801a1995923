"""Specifications, results, holds and lot checks as a person reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lottrack.reports.output import fields, table

if TYPE_CHECKING:
    from collections.abc import Iterator

_MARKS = {"pass": "ok", "fail": "FAIL", "pending": "PENDING", "not_applicable": "-"}


def specification_text(data: dict[str, Any]) -> str:
    """A specification: its head, then one line per test."""
    head = {key: value for key, value in data.items() if key not in {"criteria", "shelf_life"}}
    rows = [
        {
            "test": entry["test"],
            "name": entry["name"],
            "stage": entry["stage"],
            "level": entry["level"],
            "limit": entry["limit_text"],
            "required": entry["required"],
            "pending": "" if entry["pending_days"] is None else f"{entry['pending_days']} days",
        }
        for entry in data["criteria"]
    ]
    lives = [
        f"Shelf life, {life['presentation']}: {life['length']} {life['unit']}, {life['storage']}"
        for life in data["shelf_life"]
    ]
    return "\n".join([fields(head), *lives, "", table(rows)])


def results_text(data: list[dict[str, Any]]) -> str:
    """Results, one line each; corrected and struck ones say so."""
    rows = [
        {
            "id": entry["id"],
            "test": entry["test"],
            "of": entry["container"] or entry["preparation"] or entry["lot"],
            "value": " ".join(filter(None, [entry["value"], entry["unit"]])),
            "limit": entry["limit"],
            "verdict": _verdict(entry),
            "reading": entry["reading"],
            "by": entry["performed_by"],
            "reviewed by": entry["reviewed_by"],
        }
        for entry in data
    ]
    lines = [table(rows)] if rows else ["(none)"]
    for entry in data:
        for value in entry["corrected"]:
            earlier = ", ".join(str(each) for each in value["earlier"])
            lines.append(
                f"Corrected {entry['id']} {value['field']}: {earlier} -> {value['now']}"
                f" ({value['reason']})"
            )
    return "\n".join(lines)


def _verdict(entry: dict[str, Any]) -> str:
    if entry["struck"]:
        return "STRUCK"
    said = entry["verdict"].upper() if entry["verdict"] == "fail" else entry["verdict"]
    return f"{said}, corrected" if entry["corrected"] else str(said)


def holds_text(data: list[dict[str, Any]]) -> str:
    """Holds, one line each."""
    rows = [
        {
            "id": entry["id"],
            "on": f"{entry['on_kind']} {entry['on']}",
            "cause": entry["cause"],
            "reason": entry["reason"],
            "opened by": "lottrack" if entry["automatic"] else entry["opened_by"],
            "opened at": entry["opened_at"],
            "lifted": " ".join(filter(None, [entry["lifted_by"], entry["lifted_at"]])),
        }
        for entry in data
    ]
    return table(rows) if rows else "(no open hold)"


def check_text(data: dict[str, Any], *, whole: bool = False) -> str:
    """A lot check: the verdict, then the exceptions, and who can mend what stands in the way.

    What passes or does not apply is counted and named; ``whole`` tells its sentences, too.
    """
    verdict = data["verdict"].replace("_", " ").upper()
    lines = [f"Lot {data['lot']}, as of {data['as_of']}: {verdict}", ""]
    width = max(len(rule["code"]) for rule in data["rules"])
    for rule in data["rules"]:
        is_exception = rule["outcome"] in {"fail", "pending"}
        if whole or is_exception:
            lines.append(f"{_MARKS[rule['outcome']]:<8}{rule['code']:<{width}}  {rule['sentence']}")
        if is_exception:
            lines.append(f"{'':<{width + 10}}-> {rule['who_can_mend']}")
    if not whole:
        lines += _unexceptional(data["rules"])
    return "\n".join(lines)


def _unexceptional(rules: list[dict[str, Any]]) -> Iterator[str]:
    """The rules in nobody's way, by name only."""
    for outcome, words in (("pass", "Met"), ("not_applicable", "Not applicable")):
        codes = [rule["code"] for rule in rules if rule["outcome"] == outcome]
        if codes:
            yield f"{words} ({len(codes)}): {', '.join(codes)}."
    yield "`--all` tells the sentence of every rule."
