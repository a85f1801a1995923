"""The check of a whole record: that it proves itself, and that its invariants hold.

The invariants: 1 released and free of holds when given, 2 given to the right patient, 3 given once,
in date and not destroyed, 4 signatures and pairs of people, 5 one place and one holder, 6 cells,
containers and labels reconcile, 7 an author, a reason and a place in the chain.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from lottrack.actions.custody.container_cases import expiry_of
from lottrack.actions.custody.containers import first_place
from lottrack.actions.giving.doses import preparation_of, source_containers
from lottrack.actions.labelling.labels import derived_label_state
from lottrack.actions.labelling.pictures import kept_pictures
from lottrack.actions.making.closing import close_blockers
from lottrack.actions.making.lineage import lineage_of
from lottrack.actions.materials.findings import material_findings
from lottrack.actions.record.audits import proof_data
from lottrack.actions.releasing.conditions import standing_differences
from lottrack.actions.releasing.dispositions import fill_disposition
from lottrack.actions.releasing.holds import open_holds_of_container
from lottrack.actions.supplying.dossiers import complete_supply
from lottrack.errors import LottrackError
from lottrack.rules.certification.supply import covers_disposition, covers_hold
from lottrack.rules.reading.times import from_text
from lottrack.store.checks import prove_file, reference_findings
from lottrack.store.files import files_folder, kept_findings
from lottrack.store.invariants import (
    correction_findings,
    incident_notes,
    order_findings,
    query_findings,
)
from lottrack.store.lives import derived_standing, standing_of
from lottrack.store.proofs import Finding
from lottrack.store.reader import Reader

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from lottrack.store.rows import Row
    from lottrack.store.store import Store

LIVE_RELEASES = frozenset({"released", "conditionally_released"})


def check_record(
    path: Path, open_store: Callable[[], Store], progress: Callable[[int], None] | None = None
) -> dict[str, Any]:
    """Prove a record as ``audit verify`` does, then references, files beside it and invariants.

    A file too damaged to be opened is answered with what the proof found.

    Args:
        path: the file.
        open_store: opens it as every command does.
        progress: called with the number of entries done since the last call.

    Raises:
        SchemaOlder, SchemaNewer, MigrationAltered: the invariants of another schema are not known.
    """
    proof = prove_file(path, progress)
    findings = list(proof.findings)
    incidents: list[Finding] = []
    damaged = any(finding.code == "database-damaged" for finding in findings)
    if not damaged:
        store = open_store()
        findings += reference_findings(store.database)
        attached = [(str(row.root), str(row.sha256)) for row in store.rows("attachment")]
        findings += kept_findings(files_folder(path), attached)
        findings += kept_pictures(store, path).findings
        findings += invariant_findings(store)
        incidents = incident_notes(store)
    data = proof_data(proof._replace(findings=tuple(findings)))
    were = "were not checked: the file is damaged" if damaged else "were checked"
    what = "references, attached files, pictures of labels and the seven invariants"
    data["assurance"].insert(-1, f"{what} {were}")
    return data | {"incidents": [note._asdict() for note in incidents]}


def invariant_findings(reader: Reader) -> Iterator[Finding]:
    """Everything that breaks an invariant."""
    yield from _given_findings(reader)
    yield from query_findings(reader)
    yield from correction_findings(reader)
    yield from order_findings(reader)
    yield from _label_findings(reader)
    yield from _place_findings(reader)
    yield from _condition_findings(reader)
    yield from _closed_lot_findings(reader)
    yield from material_findings(reader)


# -- 1 and 3: what was given, as it was then ------------------------------------------------------


class _Given(NamedTuple):
    """A dispensing or infusion of one container, as it was first told."""

    kind: str
    record: str
    container: str
    seq: int
    at: str


def _given(reader: Reader) -> list[_Given]:
    rows = reader.sql(
        "SELECT 'dispensing' AS kind, d.root AS record, l.container, o.seq, o.occurred_at AS at"
        " FROM dispensing_now AS d JOIN dispensing AS o ON o.id = d.root"
        " JOIN dispensed_container AS l ON l.dispensing = d.root"
        " UNION ALL SELECT 'infusion', i.root, l.container, o.seq, o.started_at"
        " FROM infusion_now AS i JOIN infusion AS o ON o.id = i.root"
        " JOIN infused_container AS l ON l.infusion = i.root"
        " WHERE NOT EXISTS (SELECT 1 FROM incident_now AS x WHERE x.record = i.root)"
    )
    return [_Given(**row.values()) for row in rows]


def _given_findings(reader: Reader) -> Iterator[Finding]:
    """Containers given without a live release, under a hold or after expiry (1 and 3).

    A complete out-of-specification supply takes the place of the release, and of the holds that its
    evaluation named.

    Judged by what was recorded when the event was: what came later forbids nothing in the past. A
    release that stood at the time told and ended before the event was entered counts, too.
    """
    for given in _given(reader):
        then = Reader(reader.database, given.seq - 1)
        container = then.find("container", given.container)
        if container is None:
            continue
        where = f"{given.kind} {given.record}"
        for code, sentence in _against(then, container, given):
            yield Finding(code, where, f"{sentence} ({where})")


def _against(then: Reader, container: Row, given: _Given) -> Iterator[tuple[str, str]]:
    told = Reader(then.database, _entries_by(then, given.at))
    supply = complete_supply(then, container)
    for fill in _source_fills(then, container):
        disposition = fill_disposition(then, fill)
        live = disposition in LIVE_RELEASES or _was_released(told, fill)
        if not live and not covers_disposition(supply):
            yield (
                "given-without-release",
                f"Invariant 1: {container.root} was given while its fill {fill} was {disposition}.",
            )
    for hold in open_holds_of_container(then, container, lineage_of(then, container.lot)):
        if hold.occurred_at <= given.at and not covers_hold(supply, str(hold.root)):
            yield (
                "given-on-hold",
                f"Invariant 1: {container.root} was given under the open hold {hold.root}.",
            )
    expiry = expiry_of(then, container, preparation_of(then, container))
    if given.kind == "infusion" and not (from_text(given.at) <= expiry):
        yield "infused-after-expiry", f"Invariant 3: {container.root} was infused after its expiry."


def _entries_by(reader: Reader, at: str) -> int:
    """The last entry written by a moment."""
    sql = "SELECT coalesce(max(seq), 0) AS seq FROM audit_entry WHERE at <= :at"
    return int(reader.sql(sql, at=at)[0].seq)


def _was_released(told: Reader, fill: str) -> bool:
    known = told.find("fill", fill) is not None
    return known and fill_disposition(told, fill) in LIVE_RELEASES


def _source_fills(reader: Reader, container: Row) -> list[str]:
    """The fills a container's cells come from: its own, or those of what went into the dose."""
    sources = source_containers(reader, container)
    return list(dict.fromkeys(str(row.fill) for row in sources if row.fill is not None))


# -- 5: one place, one holder ---------------------------------------------------------------------


def _place_findings(reader: Reader) -> Iterator[Finding]:
    """Containers whose events do not lead to where they stand."""
    start = first_place(reader)
    for row in reader.rows("container_standing"):
        where = f"container_standing {row.container}"
        if reader.find("container", row.container) is None:
            continue  # said by a query of the store
        derived = derived_standing(reader, row.container, start)
        if derived is None or not derived.state:
            sentence = f"Invariant 5: the events of container {row.container} do not go together."
            yield Finding("life-broken", where, sentence)
            continue
        stands, leads = standing_of(row)._asdict(), derived._asdict()
        for name, value in leads.items():
            if stands[name] != value:
                sentence = (
                    f"Invariant 5: container {row.container} stands with {name}"
                    f" {stands[name] or '(none)'}; what was recorded leads to {value or '(none)'}."
                )
                yield Finding("standing-differs", where, sentence)


def _condition_findings(reader: Reader) -> Iterator[Finding]:
    """Conditions of releases that do not bind what the dispositions make them bind."""
    for number, stands, derived in standing_differences(reader):
        sentence = f"Invariant 5: condition {number} stands as {stands}; the dispositions make it"
        yield Finding("standing-differs", f"condition_standing {number}", f"{sentence} {derived}.")


def _label_findings(reader: Reader) -> Iterator[Finding]:
    """Labels that do not stand as what was recorded of them makes them stand."""
    for row in reader.rows("label_standing"):
        stands = (row.state, row.container)
        derived = derived_label_state(reader, row.label)
        if stands != derived:
            sentence = (
                f"Invariant 5: label {row.label} stands as {_placed(*stands)}; what was recorded"
                f" makes it {_placed(*derived)}."
            )
            yield Finding("standing-differs", f"label_standing {row.label}", sentence)


def _placed(state: str, container: str | None) -> str:
    return state if container is None else f"{state} on {container}"


# -- 6: everything is somewhere -------------------------------------------------------------------


def _closed_lot_findings(reader: Reader) -> Iterator[Finding]:
    """Closed lots whose cells, containers or labels do not reconcile."""
    for row in reader.rows("lot_closure"):
        try:
            blockers = list(close_blockers(reader, str(row.lot)))
        except LottrackError as error:
            yield Finding("lot-not-reconciled", f"lot {row.lot}", f"Invariant 6: {error.sentence}")
            continue
        for blocker in blockers:
            sentence = f"Invariant 6: {blocker.sentence}"
            yield Finding("lot-not-reconciled", f"lot {row.lot}", sentence)
