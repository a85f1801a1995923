"""Traces: from a donor to every patient, from an infusion back to the donor."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from lottrack.actions.custody.views import custody_gaps
from lottrack.actions.finding import Found, find, word_for
from lottrack.actions.record.corrected import corrected_values, strike_of
from lottrack.actions.releasing.dispositions import lot_disposition
from lottrack.actions.releasing.holds import HELD, open_holds_on
from lottrack.actions.scanning import scanned_record
from lottrack.errors import NotFound
from lottrack.rules.culture.growth import passage_name
from lottrack.rules.reading.quantities import format_cells
from lottrack.rules.reading.times import from_text, iso_local
from lottrack.store.lives import derived_standing
from lottrack.store.trace import RELATIONS, Node, walk

if TYPE_CHECKING:
    from datetime import datetime

    from lottrack.actions.desk import Desk
    from lottrack.store.reader import Reader
    from lottrack.store.rows import Row

KINDS = frozenset({kind for relation in RELATIONS for kind in (relation.parent, relation.child)})


class Trace(NamedTuple):
    """A traced graph: its root, nodes and edges, what it cannot tell, whose record it is.

    ``training`` says that nothing of it is real.
    """

    root: str
    nodes: list[dict[str, str]]
    edges: list[list[str]]
    unknown: list[str]
    caption: str
    training: bool = False


def trace(desk: Desk, text: str, direction: str, moment: datetime | None) -> Trace:
    """Follow a record forward, backward, or both ways.

    Args:
        desk: where.
        text: number, code or scan of what to follow.
        direction: forward, backward or both.
        moment: as it was recorded by then; None for now.

    Raises:
        NotFound: nothing has this number, or it is of a kind that is not traced.
    """
    reader = desk.store.at(moment)
    start = _start(desk, reader, text)
    nodes: dict[Node, None] = {}
    edges: dict[tuple[Node, Node], None] = {}
    for forward in (True, False):
        if direction in ("both", "forward" if forward else "backward"):
            more_nodes, more_edges = walk(reader, start, forward=forward)
            nodes |= dict.fromkeys(more_nodes)
            edges |= dict.fromkeys(more_edges)
    if start[0] == "patient" and direction != "forward":
        _add_pairs(reader, start, nodes, edges)
    if start[0] == "infusion":
        _add_patient(reader, start, nodes, edges)
    names = _names(list(nodes))
    listed = [_described(desk, reader, node, names[node], start) for node in nodes]
    when = iso_local(moment or desk.now(), desk.zone)[:16].replace("T", " ")
    training = bool(reader.setting("training"))
    return Trace(
        names[start],
        listed,
        [[names[parent], names[child]] for parent, child in edges],
        _unknown(reader, list(nodes)),
        f"{'TRAINING, ' if training else ''}{reader.setting('site_name')}, as recorded by {when}",
        training,
    )


def _add_pairs(
    reader: Reader,
    patient: Node,
    nodes: dict[Node, None],
    edges: dict[tuple[Node, Node], None],
) -> None:
    """The pairs and donors of a patient, also of one to whom nothing was given yet."""
    for row in reader.rows("pair", patient=patient[1]):
        pair = ("pair", str(row.root))
        more_nodes, more_edges = walk(reader, pair, forward=False)
        nodes |= dict.fromkeys(more_nodes)
        edges |= dict.fromkeys([*more_edges, (pair, patient)])


def _add_patient(
    reader: Reader, infusion: Node, nodes: dict[Node, None], edges: dict[tuple[Node, Node], None]
) -> None:
    """Who was given an infusion belongs to it, whichever way it is followed."""
    row = reader.find("infusion", infusion[1])
    if row is not None:
        patient = ("patient", str(row.patient))
        nodes.setdefault(patient)
        edges.setdefault((infusion, patient))


def _names(nodes: list[Node]) -> dict[Node, str]:
    """One name per node: its number, with its kind where two things share a code."""
    used: dict[str, int] = {}
    for _, record in nodes:
        used[record] = used.get(record, 0) + 1
    return {
        (kind, record): record if used[record] == 1 else f"{kind} {record}"
        for kind, record in nodes
    }


def _start(desk: Desk, reader: Reader, text: str) -> Node:
    record, scanned = scanned_record(desk, text)
    if record.upper().startswith("PT-") and scanned:
        record = record[3:]
    found = find(reader, record)
    if reader.as_of is not None and reader.versions(*found)[0].seq > reader.as_of:
        raise NotFound(
            f"There was no {word_for(found.table)} {found.record} yet by then.",
            hint="Look back at a later time, or leave --as-of out.",
        )
    if found.table in KINDS:
        return found.table, found.record
    row = reader.find(found.table, found.record)
    for column in (
        "material_lot",
        "container",
        "lot",
        "preparation",
        "collection",
        "donor",
        "patient",
    ):
        if row is not None and getattr(row, column, None) is not None:
            return column, str(getattr(row, column))
    raise NotFound(
        f"{found.record} is a {word_for(found.table)}, and those are not traced.",
        hint="Trace a donor, patient, collection, lot, container, material, preparation or"
        " infusion.",
    )


# -- what a node says ------------------------------------------------------------------------------


def _described(desk: Desk, reader: Reader, at: Node, name: str, start: Node) -> dict[str, str]:
    kind, record = at
    row = reader.find(kind, record)
    strike = None if row is not None else strike_of(reader, kind, record)
    if strike is not None:
        why = f"struck by {strike['struck_by']}: {strike['reason']}"
        return {"kind": kind, "id": name, "label": "STRUCK", "flag": "stop", "note": why}
    describe = _DESCRIPTIONS.get(kind)
    label = "" if row is None or describe is None else describe(desk, reader, row)
    holds = open_holds_on(reader, kind, record) if kind in HELD else []
    node = {"kind": kind, "id": name, "label": label}
    if holds:
        node |= {"flag": "stop", "note": f"on hold: {', '.join(str(h.root) for h in holds)}"}
    elif kind == "infusion" and reader.first("incident", record=record) is not None:
        node |= {"flag": "warning", "note": "incident"}
    if row is not None:
        _mark_corrected(reader, kind, row, node)
    if at == start:
        node.setdefault("flag", "root")
    return node


def _mark_corrected(reader: Reader, kind: str, row: Row, node: dict[str, str]) -> None:
    """Mark a thing whose values, or those its words tell, were corrected; say what they were."""
    facts = [(kind, row)]
    for table in _TOLD_OF.get(kind, ()):
        last = reader.last(table, **{kind: row.root})
        facts += [] if last is None else [(table, last)]
    corrected = [value for table, fact in facts for value in corrected_values(reader, table, fact)]
    if not corrected:
        return
    was = [f"{value['field'].replace('_', ' ')} was {_was(value)}" for value in corrected]
    told = f"corrected: {', '.join(was)}"
    node["label"] += "*"
    node["note"] = "; ".join(filter(None, (node.get("note", ""), told)))


def _was(value: dict[str, Any]) -> str:
    earlier = value["earlier"][-1]
    if earlier is None:
        return "not told"
    if value["field"].endswith("_at"):
        return str(earlier)[:16].replace("T", " ")
    in_cells = value["field"] in {"viable_cells", "total_cells", "tnc", "mnc"}
    return format_cells(int(earlier)) if in_cells else str(earlier)


_TOLD_OF = {
    "collection": ("collection_taking",),
    "container": ("filling",),
    "preparation": ("preparation_count", "preparation_finish"),
}
"""Facts of which the words beside a thing tell."""


def _person(_desk: Desk, _reader: Reader, row: Row) -> str:
    return f"{row.sex}, born {row.born_year}"


def _pair(_desk: Desk, _reader: Reader, row: Row) -> str:
    return f"{row.relation} {row.donor} for {row.patient}"


def _course(_desk: Desk, _reader: Reader, row: Row) -> str:
    return f"{row.protocol}, {row.basis}"


def _collection(desk: Desk, reader: Reader, row: Row) -> str:
    taking = reader.last("collection_taking", collection=row.root)
    if taking is None:
        return f"planned on {row.planned_on}"
    return f"taken {_day(desk, taking.occurred_at)}"


def _lot(_desk: Desk, reader: Reader, row: Row) -> str:
    passages = [int(harvest.passage) for harvest in reader.rows("harvest", lot=row.root)]
    grown = f", to {passage_name(max(passages))}" if passages else ""
    return f"{row.product}{grown}, {lot_disposition(reader, row.root).replace('_', ' ')}"


def _fill(desk: Desk, reader: Reader, row: Row) -> str:
    containers = len(reader.rows("container", fill=row.root))
    return f"{containers} {row.kind}(s), {row.presentation}, {_day(desk, row.occurred_at)}"


def _container(_desk: Desk, reader: Reader, row: Row) -> str:
    from lottrack.actions.custody.containers import first_place

    standing = derived_standing(reader, row.root, first_place(reader))
    state = "unclear" if standing is None else standing.state.replace("_", " ")
    filling = reader.last("filling", container=row.root)
    cells = None if filling is None else filling.viable_cells
    amount = "" if cells is None else f", {format_cells(cells)}"
    return f"{row.kind} {row.ordinal}{amount}, {state}"


def _sample(_desk: Desk, _reader: Reader, row: Row) -> str:
    return str(row.kind)


def _preparation(desk: Desk, reader: Reader, row: Row) -> str:
    count = reader.last("preparation_count", preparation=row.root)
    finish = reader.last("preparation_finish", preparation=row.root)
    counted = "" if count is None else f", {format_cells(int(count.viable_cells))} counted"
    into = "the same container" if finish is not None and finish.into_kind == "same" else ""
    made = "" if finish is None else f", into {into or 'a ' + str(finish.into_kind)}"
    return f"thawed {_day(desk, row.occurred_at)}{counted}{made}"


def _dispensing(desk: Desk, _reader: Reader, row: Row) -> str:
    return f"issued {_day(desk, row.occurred_at)} by {row.performed_by}"


def _order(_desk: Desk, _reader: Reader, row: Row) -> str:
    return f"infusion {row.number}, planned {row.planned_on}"


def _infusion(desk: Desk, _reader: Reader, row: Row) -> str:
    cells = "" if row.viable_cells is None else f", {format_cells(row.viable_cells)}"
    return f"infusion {row.number or '?'} on {_day(desk, row.started_at)}{cells}"


def _material(_desk: Desk, _reader: Reader, row: Row) -> str:
    return f"{row.name}, {row.kind}"


def _material_lot(_desk: Desk, reader: Reader, row: Row) -> str:
    recalled = reader.first("material_recall", material_lot=row.root) is not None
    return f"lot {row.supplier_lot} of {row.supplier}{', recalled' if recalled else ''}"


_DESCRIPTIONS = {
    "donor": _person,
    "patient": _person,
    "pair": _pair,
    "course": _course,
    "collection": _collection,
    "lot": _lot,
    "fill": _fill,
    "container": _container,
    "sample": _sample,
    "material": _material,
    "material_lot": _material_lot,
    "preparation": _preparation,
    "dispensing": _dispensing,
    "infusion_order": _order,
    "infusion": _infusion,
}


def _day(desk: Desk, stored: str) -> str:
    return iso_local(from_text(stored), desk.zone)[:10]


def _unknown(reader: Reader, nodes: list[Node]) -> list[str]:
    """What the record cannot tell about these things: gaps, losses, cells outside."""
    sentences = []
    for kind, record in nodes:
        if kind not in {"container", "collection"}:
            continue
        sentences += custody_gaps(reader, Found(kind, record))
        if kind == "container":
            last = reader.last("custody_event", container=record)
            if last is not None and last.act == "lose":
                sentences.append(f"{record} was recorded as lost ({last.root}).")
            if last is not None and last.act == "transfer" and last.to_outside is not None:
                sentences.append(f"{record} is with {last.to_outside}, outside ({last.root}).")
    return sentences
