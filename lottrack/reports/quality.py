"""Specifications, results, holds and lot checks as a person reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lottrack.reports.output import fields, shown, table
from lottrack.rules.reading.quantities import shown_unit

if TYPE_CHECKING:
    from collections.abc import Iterator

_MARKS = {"pass": "ok", "fail": "FAIL", "pending": "PENDING", "not_applicable": "-"}


_LAID_OUT = frozenset({"criteria", "presentations", "patient_limits"})


def specification_text(data: dict[str, Any]) -> str:
    """A specification: its head, its presentations and patient limits, then one line per test."""
    head = {key: value for key, value in data.items() if key not in _LAID_OUT}
    rows = [
        {
            "test": entry["test"],
            "name": entry["name"],
            "stage": entry["stage"],
            "sample": entry["sample"],
            "level": entry["level"],
            "limit": entry["limit_text"],
            "required": entry["required"],
            "one of": entry["alternative"],
            "pending": "" if entry["pending_days"] is None else f"{entry['pending_days']} days",
            "incubated": _incubation(entry),
        }
        for entry in data["criteria"]
    ]
    for column in ("sample", "incubated"):
        if not any(row[column] for row in rows):
            rows = [{key: row[key] for key in row if key != column} for row in rows]
    kept = [_presentation(entry) for entry in data["presentations"]]
    kept += [
        f"Limit per patient: {entry['quantity']} at most {entry['limit']} {entry['unit']}"
        + (f" (from {entry['test']})" if entry["test"] else "")
        for entry in data["patient_limits"]
    ]
    return "\n".join([fields(head), *kept, "", table(rows)])


def _incubation(entry: dict[str, Any]) -> str:
    if entry["incubation_days"] is None:
        return ""
    rapid = " or ".join(entry["rapid_methods"])
    return f"{entry['incubation_days']} days" + (f", but {rapid}" if rapid else "")


def _presentation(entry: dict[str, Any]) -> str:
    life = entry["shelf_life"]
    lasts = "told at each fill" if life is None else f"{life['length']} {life['unit']}"
    return f"Shelf life, {entry['presentation']}: {lasts}; {entry['storage']}"


def comparison_text(data: dict[str, Any]) -> str:
    """Two versions of a specification: what was added, removed and changed, a line each."""
    if data["same"]:
        return f"{data['before']} and {data['after']} differ in nothing but their version."
    lines = [f"From {data['before']} to {data['after']}:"]
    for entry in data["changes"]:
        lines += ["", f"{entry['change'].upper()} {entry['part']} {entry['name']}".rstrip()]
        for each in entry["differences"]:
            before, after = each["before"] or "(none)", each["after"] or "(none)"
            said = {"added": after, "removed": before}.get(entry["change"], f"{before} -> {after}")
            direction = f"  [{each['direction']}]" if each["direction"] else ""
            lines.append(f"  {each['field']}: {said}{direction}")
    return "\n".join(lines)


def results_text(data: list[dict[str, Any]]) -> str:
    """Results, one line each; corrected and struck ones say so."""
    rows = [
        {
            "id": entry["id"],
            "test": entry["test"],
            "of": entry["container"] or entry["preparation"] or entry["lot"],
            "value": " ".join(filter(None, [entry["value"], shown_unit(entry["unit"] or "")])),
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
        lines += _details(entry)
        for value in entry["corrected"]:
            earlier = ", ".join(str(each) for each in value["earlier"])
            lines.append(
                f"Corrected {entry['id']} {value['field']}: {earlier} -> {value['now']}"
                f" ({value['reason']})"
            )
    return "\n".join(lines)


def _details(entry: dict[str, Any]) -> Iterator[str]:
    """How a value came about, what its reading is worth, whether it is under investigation."""
    if entry["told_as"]:
        yield f"Interim {entry['id']}: told as final before its incubation was over"
    if entry["reported"]:
        yield f"Converted {entry['id']}: the laboratory reported {entry['reported']}"
    if entry["replicates"]:
        yield f"Readings of {entry['id']}: {' / '.join(entry['replicates'])}"
    if entry["raw"]:
        raw = ", ".join(f"{name} {value}" for name, value in entry["raw"].items())
        yield f"Raw data of {entry['id']}: {raw}"
    if entry["oos"]:
        aside = ", SET ASIDE" if entry["set_aside"] else ""
        yield f"Under {entry['oos']}: {entry['id']}{aside}"


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
            "on": f"{entry['on_kind']} {entry['on']}{' (STRUCK)' if entry['on_struck'] else ''}",
            "cause": entry["cause"],
            "reason": entry["reason"],
            "opened by": entry["opened_by"],
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
    lines = [f"Lot {data['lot']}, as of {shown(data['as_of'])}: {verdict}", ""]
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
