"""How far a record reaches: what stands on it, and which lots and signatures it concerns."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from lottrack.actions.finding import word_for
from lottrack.actions.giving.doses import preparation_of
from lottrack.actions.labelling.labels import ENDED, derived_label_state
from lottrack.actions.making.lineage import descendants_of_lot, lots_of_donor
from lottrack.store.tables import FACTS, LINKS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lottrack.store.reader import Reader
    from lottrack.store.rows import Row

_NAMES_TABLE = {
    "parent": "lot",
    "donor_typing": "typing",
    "patient_typing": "typing",
    "from_place": "place",
    "to_place": "place",
    "to_account": "account",
    "replaces": "label",
    "template": "label_template",
    "review": "result_review",
    "second_signature": "signature",
    "owner": "account",
}
"""Columns that refer to a table of another name."""

# What was answered, shown or found about a record, and what follows from it by itself, stands on
# its own: it neither keeps a record from being struck nor falls with it.
_STANDS_ALONE = frozenset(
    {
        *("hla_finding", "verification", "hold", "shown_warning", "refusal", "incident"),
        *("correction", "document_issue", "oos", "result_import", "late_positive", "notification"),
        *("print_job", "print_job_end", "print_job_scan", "line_clearance"),
    }
)


_FOR_THEMSELVES = frozenset(
    {"account", "place", "protocol", "specification", "label_template", "signature"}
)
"""Facts that are referred to from everywhere, and of which no other is a part."""

_BELONGS_BY_NUMBER = ("equipment_use",)
"""Facts that belong to another one of any kind, which their column `record` names."""

_GIVING = {"dispensing": "dispensed_container", "infusion": "infused_container"}


class Dependent(NamedTuple):
    """A fact that refers to another: its table and its current row."""

    table: str
    row: Row

    @property
    def name(self) -> str:
        """As messages name it."""
        return f"{word_for(self.table)} {self.row.root}"


@cache
def _references(table: str) -> tuple[tuple[str, str], ...]:
    """Tables and columns that refer to a table."""
    found = [
        (other, column)
        for other, columns in FACTS.items()
        for column in columns
        if _NAMES_TABLE.get(column, column) == table and column != other
    ]
    links = [
        (other, column)
        for other, columns in LINKS.items()
        for column in columns[1:]
        if _NAMES_TABLE.get(column, column) == table
    ]
    return tuple(found + links)


def dependents(reader: Reader, table: str, record: str) -> Iterator[Dependent]:
    """Facts that stand on a record: those that refer to it, and those whose links do."""
    for other, column in _references(table):
        if other in _STANDS_ALONE:
            continue
        if other in FACTS:
            yield from (Dependent(other, row) for row in reader.rows(other, **{column: record}))
            continue
        owner_column = LINKS[other][0]
        owner = _NAMES_TABLE.get(owner_column, owner_column)
        if owner in _STANDS_ALONE or other in {"signature_cover", "rejudged_result"}:
            continue
        for link in reader.rows(other, **{column: record}):
            row = reader.find(owner, getattr(link, owner_column))
            if row is not None:
                yield Dependent(owner, row)
    for other in _BELONGS_BY_NUMBER:
        yield from (Dependent(other, row) for row in reader.rows(other, record=record))


def referred_to(reader: Reader, table: str, row: Row) -> Iterator[Dependent]:
    """Facts that a fact refers to: the container of a filling, the lot of a harvest.

    People, places and documents stand for themselves and are left out.
    """
    for column in FACTS[table]:
        other = _NAMES_TABLE.get(column, column)
        if other not in FACTS or other in _FOR_THEMSELVES or other == column == table:
            continue
        number = getattr(row, column)
        found = None if number is None else reader.find(other, str(number))
        if found is not None:
            yield Dependent(other, found)


def is_live(reader: Reader, dependent: Dependent) -> bool:
    """Whether a dependent counts: a void or destroyed label does not any more."""
    if dependent.table != "label":
        return True
    return derived_label_state(reader, str(dependent.row.root))[0] not in ENDED


# -- containers, lots, fills -----------------------------------------------------------------------


def containers_of(reader: Reader, table: str, row: Row) -> list[str]:
    """The containers whose life a fact is part of."""
    record = str(row.root)
    if table in {"container", "fill"}:
        filled = [str(each.root) for each in reader.rows("container", fill=record)]
        return filled if table == "fill" else [record]
    if table in {"filling", "custody_event"}:
        return [] if row.container is None else [str(row.container)]
    if table in _GIVING:
        links = reader.rows(_GIVING[table], **{table: record})
        return list(dict.fromkeys(n for x in links for n in _with_sources(reader, x.container)))
    if table in {"preparation", "preparation_count", "preparation_finish"}:
        number = record if table == "preparation" else str(row.preparation)
        return containers_of_preparation(reader, number)
    return []


def _with_sources(reader: Reader, container: str) -> list[str]:
    """A container, and those whose cells went into it."""
    row = reader.find("container", container)
    if row is None or row.preparation is None:
        return [container]
    links = reader.rows("preparation_input", preparation=row.preparation)
    return [container, *(str(link.container) for link in links)]


def containers_of_preparation(reader: Reader, preparation: str) -> list[str]:
    """The containers that went into a preparation, and the one it made."""
    links = reader.rows("preparation_input", preparation=preparation)
    made = reader.rows("container", preparation=preparation)
    return [str(link.container) for link in links] + [str(row.root) for row in made]


def lots_of(reader: Reader, table: str, row: Row) -> list[str]:
    """The lots a fact concerns, with every lot grown from them."""
    roots = dict.fromkeys(_lots(reader, table, row))
    return list(dict.fromkeys(n for lot in roots for n in descendants_of_lot(reader, lot)))


def _lots(reader: Reader, table: str, row: Row) -> Iterator[str]:
    record = str(row.root)
    if table in {"lot", "collection", "donor", "patient", "pair", "course"}:
        yield from _lots_from(reader, table, record)
        return
    for number in containers_of(reader, table, row):
        container = reader.find("container", number)
        if container is not None:
            yield str(container.lot)
    if table in {"material_lot", "material_decision"}:
        number = record if table == "material_lot" else str(row.material_lot)
        uses = reader.rows("material_use", material_lot=number)
        yield from (str(use.lot) for use in uses if use.preparation is None)
    if table == "marker":
        yield from _lots_from(reader, "donor", reader.get("screening", row.screening).donor)
    values = row.values()
    if values.get("oos") is not None:
        yield from _lots_from(reader, "lot", str(reader.get("oos", values["oos"]).lot))
    for column in ("lot", "container", "collection", "donor", "patient", "pair", "course"):
        if values.get(column) is not None:
            yield from _lots_from(reader, column, str(values[column]))


def _lots_from(reader: Reader, table: str, record: str) -> Iterator[str]:
    if table == "lot":
        yield record
    elif table == "container":
        yield str(reader.get("container", record).lot)
    elif table == "collection":
        yield from (str(row.root) for row in reader.rows("lot", collection=record))
    elif table == "donor":
        yield from lots_of_donor(reader, record)
    elif table == "course":
        yield from (str(row.root) for row in reader.rows("lot", course=record))
    else:
        pairs = [record] if table == "pair" else _pairs_of_patient(reader, record)
        for pair in pairs:
            for course in reader.rows("course", pair=pair):
                yield from _lots_from(reader, "course", str(course.root))


def _pairs_of_patient(reader: Reader, patient: str) -> list[str]:
    return [str(row.root) for row in reader.rows("pair", patient=patient)]


def fills_of(reader: Reader, table: str, row: Row) -> list[str]:
    """The fills whose release a fact concerns: its own, else those of all its lots."""
    if table == "fill":
        return [str(row.root)]
    own = [reader.find("container", number) for number in containers_of(reader, table, row)]
    if own:
        return list(dict.fromkeys(str(c.fill) for c in own if c is not None and c.fill is not None))
    return [
        str(fill.root)
        for lot in lots_of(reader, table, row)
        for fill in reader.rows("fill", lot=lot)
    ]


def preparations_of(reader: Reader, table: str, row: Row) -> list[str]:
    """The preparations whose dose a fact concerns."""
    if table == "weight":
        return [
            str(preparation.root)
            for pair in _pairs_of_patient(reader, str(row.patient))
            for course in reader.rows("course", pair=pair)
            for order in reader.rows("infusion_order", course=course.root)
            for preparation in reader.rows("preparation", infusion_order=order.root)
        ]
    if table in {"preparation_count", "preparation_finish"}:
        return [str(row.preparation)]
    if table == "filling":
        container = reader.find("container", row.container)
        preparation = None if container is None else preparation_of(reader, container)
        return [] if preparation is None else [str(preparation.root)]
    return []


# -- signatures ------------------------------------------------------------------------------------


class Covering(NamedTuple):
    """A signature that covers a fact as it stands: who gave it, meaning what, in which act."""

    number: str
    meaning: str
    by: str
    at: str
    act: str


def covering(reader: Reader, row: Row) -> list[Covering]:
    """The signatures that a correction or strike of a fact makes void."""
    found = reader.sql(
        "SELECT s.id, s.meaning, s.performed_by, s.occurred_at, e.act FROM signature_cover AS c"
        " CROSS JOIN signature AS s ON s.id = c.signature"
        " CROSS JOIN audit_entry AS e ON e.seq = s.seq"
        " WHERE c.record = :record AND c.version = :version ORDER BY s.seq, s.id",
        record=row.root,
        version=row.version,
    )
    return [Covering(r.id, r.meaning, r.performed_by, r.occurred_at, r.act) for r in found]
