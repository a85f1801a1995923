"""What quality found and decided, for a dossier: results, investigations, deviations, decisions."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from lottrack.actions.deviating.concerning import class_of
from lottrack.actions.moments import shown_time
from lottrack.actions.papers.keeping import blocker_lines
from lottrack.actions.papers.results import Judged, result_block, struck_results
from lottrack.actions.papers.telling import told
from lottrack.actions.releasing.checks import judged, rule_data
from lottrack.actions.releasing.conditions import open_tests
from lottrack.actions.releasing.dispositions import lot_disposition
from lottrack.actions.supplying.dossiers import dossier_of, faults_from
from lottrack.actions.testing.quality_states import result_rows
from lottrack.rules.reading.times import iso_local

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from lottrack.actions.papers.basis import Basis
    from lottrack.actions.papers.things import Things
    from lottrack.store.reader import Reader
    from lottrack.store.rows import Row

_REFUSED = """
SELECT * FROM {refusal} AS r WHERE r.seq IN (SELECT m.seq FROM audit_mention AS m
    WHERE m.record IN (SELECT value FROM json_each(:records)))
ORDER BY r.seq
"""


def judging_blocks(basis: Basis, things: Things, supplied: Iterable[str]) -> dict[str, Any]:
    """Everything a dossier tells of what was tested, found, investigated and decided.

    Args:
        basis: the lot, and the record as it stood.
        things: what belongs to the lot.
        supplied: the equipment, materials and material lots it was made with.
    """
    reader = basis.reader
    rows = result_rows(reader, basis.lot)
    beside = Judged.of(reader, reader.get("lot", basis.lot), rows)
    return {
        "results": [result_block(reader, row, beside) for row in rows],
        "struck_results": struck_results(reader, basis.lot, beside),
        "specification_moves": [
            told(reader, "lot_respecification", row)
            | {
                "moved_from": row.moved_from,
                "moved_to": row.specification,
                "reason": row.reason,
                "signature": row.signature,
            }
            for row in reader.rows("lot_respecification", lot=basis.lot)
        ],
        "investigations": investigations(reader, basis.lot),
        "deviations": list(_deviations(reader, things, supplied)),
        "alarms": [_alarm(reader, row) for row in reader.rows("late_positive", lot=basis.lot)],
        "supplies": [
            _supply(reader, row)
            for number in things.containers
            for row in reader.rows("supply", container=number)
        ],
        "attestations": [
            told(reader, "attestation", row) | {"rule": row.rule, "text": row.text}
            for row in reader.rows("attestation", lot=basis.lot)
        ],
        "incidents": list(_incidents(reader, things)),
        "refusals": _refusals(reader, [basis.lot, *things.containers]),
        "check": _check(basis),
        "reviews": [
            told(reader, "lot_review", row)
            | {"reviewed_as": row.reviewed_as, "signature": row.signature}
            for row in reader.rows("lot_review", lot=basis.lot)
        ],
        "dispositions": list(dispositions(basis, things.fills)),
        "disposition": lot_disposition(reader, basis.lot),
    }


# -- out of specification, deviations --------------------------------------------------------------


def investigations(reader: Reader, lot: str) -> list[dict[str, Any]]:
    """Investigations of the results of a lot that are out of specification."""
    return [_oos(reader, row) for row in reader.rows("oos", lot=lot)]


def _oos(reader: Reader, row: Row) -> dict[str, Any]:
    """An investigation of a result out of specification, step by step."""
    links = reader.rows("oos_result", oos=row.root)
    return told(reader, "oos", row) | {
        "test": row.test,
        "of": row.container or row.preparation or row.lot,
        "verdict": row.verdict,
        "automatic": bool(row.automatic),
        "results": [str(link.result) for link in links if not link.retest],
        "retests": [str(link.result) for link in links if link.retest],
        "steps": [
            *_steps(reader, "oos_investigation", row.root, _investigated),
            *_steps(reader, "oos_plan", row.root, _planned),
            *_steps(reader, "oos_conclusion", row.root, _concluded),
        ],
    }


def _steps(reader: Reader, table: str, oos: str, words: Any) -> Iterator[dict[str, Any]]:
    for row in reader.rows(table, oos=oos):
        signature = row.values().get("signature")
        yield told(reader, table, row) | {"step": words(row), "signature": signature}


def _investigated(row: Row) -> str:
    cause = "assignable cause" if row.assignable else "no assignable cause"
    return f"Laboratory investigation, {cause}: {row.finding}"


def _planned(row: Row) -> str:
    return f"Retest plan, {row.retests} retests: {row.text}"


def _concluded(row: Row) -> str:
    return f"Conclusion, {row.outcome}: {row.text}"


def _deviations(
    reader: Reader, things: Things, supplied: Iterable[str]
) -> Iterator[dict[str, Any]]:
    """Deviations that concern the lot, where it comes from or what it was made with, each once."""
    concerned: dict[str, list[str]] = {}
    source = (things.donor, things.patient, things.pair, things.course)
    for number in dict.fromkeys((*source, *things.makings, *supplied)):
        for row in reader.rows("deviation_concern", record=number):
            concerned.setdefault(str(row.deviation), []).append(number)
    for number, concerns in concerned.items():
        deviation = reader.find("deviation", number)
        if deviation is not None:
            yield told(reader, "deviation", deviation) | {
                "severity": class_of(reader, deviation),
                "title": deviation.title,
                "text": deviation.text,
                "concerns": list(dict.fromkeys(concerns)),
                "steps": list(_deviation_steps(reader, number)),
            }


def _deviation_steps(reader: Reader, number: str) -> Iterator[dict[str, Any]]:
    for row in reader.rows("deviation_class", deviation=number):
        said = f"Classed {row.severity}: {row.reason}"
        yield told(reader, "deviation_class", row) | {"step": said, "signature": None}
    for row in reader.rows("deviation_investigation", deviation=number):
        said = f"Cause: {row.cause}. {row.text}"
        yield told(reader, "deviation_investigation", row) | {"step": said, "signature": None}
    for row in reader.rows("corrective_action", deviation=number):
        said = f"Action by {row.owner}, due on {row.due_on}: {row.text}"
        yield told(reader, "corrective_action", row) | {"step": said, "signature": None}
        for done in reader.rows("action_done", corrective_action=row.root):
            said = f"Done ({row.root}): {done.text}"
            yield told(reader, "action_done", done) | {"step": said, "signature": None}
    for row in reader.rows("effectiveness_check", deviation=number):
        said = f"Check, {'effective' if row.effective else 'NOT EFFECTIVE'}: {row.text}"
        yield told(reader, "effectiveness_check", row) | {"step": said, "signature": None}
    for row in reader.rows("deviation_closure", deviation=number):
        said = f"Closed: {row.text}"
        yield told(reader, "deviation_closure", row) | {"step": said, "signature": row.signature}


# -- late positives, supply outside the specification ----------------------------------------------


def _alarm(reader: Reader, row: Row) -> dict[str, Any]:
    """A late positive and its calls; the names of those called stand in the call sheet alone."""
    return told(reader, "late_positive", row) | {
        "result": row.result,
        "steps": [
            step
            for call in reader.rows("notification", late_positive=row.root)
            for step in _calls(reader, call)
        ],
    }


def _calls(reader: Reader, call: Row) -> Iterator[dict[str, Any]]:
    due = shown_time(reader, call.due_at)
    yield told(reader, "notification", call) | {
        "step": f"To be told: {call.whom.replace('_', ' ')}",
        "due_at": due,
        "signature": None,
    }
    for made in reader.rows("notification_call", notification=call.root):
        yield told(reader, "notification_call", made) | {
            "step": f"Called ({call.root}): {made.outcome.replace('_', ' ')}",
            "due_at": None,
            "signature": None,
        }


def _supply(reader: Reader, row: Row) -> dict[str, Any]:
    """A supply outside the specification; what a physician wrote stands in its own dossier."""
    return told(reader, "supply", row) | {
        "container": row.container,
        "patient": row.patient,
        "state": dossier_of(reader, row).state,
        "steps": [
            _signed_step(reader, "supply", row, "Requested by the physician"),
            *(
                _signed_step(reader, "supply_assessment", each, _assessed(each))
                for each in reader.rows("supply_assessment", supply=row.root)
            ),
            *(
                _signed_step(reader, "supply_decision", each, f"Physician: {each.decision}")
                for each in reader.rows("supply_decision", supply=row.root)
            ),
        ],
    }


def _signed_step(reader: Reader, table: str, row: Row, words: str) -> dict[str, Any]:
    return told(reader, table, row) | {"step": words, "due_at": None, "signature": row.signature}


def _assessed(row: Row) -> str:
    faults = "; ".join(fault.sentence for fault in faults_from(row))
    return f"Risk evaluated by the manufacturer: {faults}"


# -- what happened against a rule, what was refused ------------------------------------------------


def _incidents(reader: Reader, things: Things) -> Iterator[dict[str, Any]]:
    facts = [
        str(row.root)
        for kind, numbers in (
            ("container", things.containers),
            ("sample", things.samples),
            ("collection", (things.collection,)),
        )
        for number in numbers
        for row in reader.rows("custody_event", **{kind: number})
    ]
    for record in (*things.makings, *facts):
        for row in reader.rows("incident", record=record):
            yield told(reader, "incident", row) | {
                "record": row.record,
                "act": row.act,
                "second": row.second,
                "reason": row.reason,
                "against": blocker_lines(row.blockers),
            }


def _refusals(reader: Reader, records: list[str]) -> list[dict[str, Any]]:
    """Acts refused on a lot or on any of its containers."""
    rows = reader.facts_in(_REFUSED, records=json.dumps(records))
    return [
        told(reader, "refusal", row) | {"act": row.act, "against": blocker_lines(row.blockers)}
        for row in rows
    ]


# -- decisions -------------------------------------------------------------------------------------


def _check(basis: Basis) -> dict[str, Any]:
    """What every rule of the lot check says when the document is drawn."""
    verdict, _ = judged(basis.reader, basis.lot, (), basis.at)
    return {
        "as_of": iso_local(basis.at, basis.zone),
        "verdict": verdict.verdict,
        "rules": [rule_data(finding) for finding in verdict.findings],
    }


def dispositions(basis: Basis, fills: Iterable[str]) -> Iterator[dict[str, Any]]:
    """The signed decisions on a lot and its fills, in order, with what each release waits for."""
    reader = basis.reader
    rows = reader.rows("disposition", lot=basis.lot)
    rows += [row for fill in fills for row in reader.rows("disposition", fill=fill)]
    for row in sorted(rows, key=lambda each: (int(each.seq), len(each.root), each.root)):
        yield told(reader, "disposition", row) | {
            "of": row.fill or row.lot,
            "of_kind": "lot" if row.fill is None else "fill",
            "decision": row.decision,
            "reason": row.reason,
            "signature": row.signature,
            "conditions": [
                _condition(basis, row, condition)
                for condition in reader.rows("release_condition", disposition=row.root)
            ],
        }


def _condition(basis: Basis, disposition: Row, row: Row) -> dict[str, Any]:
    """A test a release waits for: the day it is due, and whether every result of it is there."""
    reader = basis.reader
    fill = reader.get("fill", disposition.fill)
    lot = reader.get("lot", fill.lot)
    met = not open_tests(reader, str(fill.root), [str(row.test)])
    closing = _closing(reader, lot, str(row.test)) if met else None
    today = iso_local(basis.at, basis.zone)[:10]
    return {
        "id": row.root,
        "test": row.test,
        "due_on": row.due_on,
        "met": met,
        "overdue": not met and str(row.due_on) < today,
        "met_at": closing,
    }


def _closing(reader: Reader, lot: Row, test: str) -> str | None:
    """When the last final result of a test was there."""
    finals = [
        str(row.occurred_at)
        for row in result_rows(reader, lot.root)
        if row.test.casefold() == test.casefold() and row.reading == "final"
    ]
    return shown_time(reader, max(finals, default=None))
