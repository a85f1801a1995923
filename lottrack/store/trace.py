"""Follow cells and identities through the record, along indexed relations only.

A relation is a pair of kinds and the rows that join them. A walk goes frontier by frontier, asking
each relation once per step for all records found so far, so that it reads what it returns and no
more, however large the database is. A record met twice is walked once; cycles end by themselves.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from lottrack.store.reader import Reader


class Relation(NamedTuple):
    """One kind of step: from a parent's kind to a child's, and the query that joins them.

    The query yields columns ``parent`` and ``child``; ``{table}`` in braces stands for the facts
    as they are now or as they were recorded by then.
    """

    parent: str
    child: str
    query: str


def _column(parent: str, child: str, column: str) -> Relation:
    query = f"SELECT {column} AS parent, root AS child FROM {{{child}}}"
    return Relation(parent, child, query)


RELATIONS = (
    _column("donor", "pair", "donor"),
    _column("donor", "collection", "donor"),
    _column("pair", "course", "pair"),
    _column("course", "lot", "course"),
    _column("collection", "lot", "collection"),
    _column("lot", "lot", "parent"),
    _column("lot", "fill", "lot"),
    _column("lot", "sample", "lot"),
    _column("fill", "container", "fill"),
    _column("container", "sample", "container"),
    Relation(
        "container",
        "preparation",
        "SELECT l.container AS parent, l.preparation AS child FROM preparation_input AS l"
        " CROSS JOIN {preparation} AS p ON p.root = l.preparation",
    ),
    _column("preparation", "container", "preparation"),
    Relation(
        "container",
        "infusion",
        "SELECT l.container AS parent, l.infusion AS child FROM infused_container AS l"
        " CROSS JOIN {infusion} AS i ON i.root = l.infusion",
    ),
    # What was prepared and stayed in its container: the bag itself is what the preparation made.
    Relation(
        "preparation",
        "infusion",
        "SELECT l.preparation AS parent, g.infusion AS child FROM preparation_input AS l"
        " JOIN infused_container AS g ON g.container = l.container"
        " CROSS JOIN {preparation} AS p ON p.root = l.preparation"
        " CROSS JOIN {infusion} AS i ON i.root = g.infusion",
    ),
    Relation(
        "container",
        "dispensing",
        "SELECT l.container AS parent, l.dispensing AS child FROM dispensed_container AS l"
        " CROSS JOIN {dispensing} AS d ON d.root = l.dispensing",
    ),
    Relation(
        "dispensing",
        "infusion",
        "SELECT l.dispensing AS parent, g.infusion AS child FROM dispensed_container AS l"
        " JOIN infused_container AS g ON g.container = l.container"
        " CROSS JOIN {dispensing} AS d ON d.root = l.dispensing"
        " CROSS JOIN {infusion} AS i ON i.root = g.infusion",
    ),
    _column("material", "material_lot", "material"),
    # What went into a culture went into the lot; a fill and a preparation stand on their own.
    Relation(
        "material_lot",
        "lot",
        "SELECT material_lot AS parent, lot AS child FROM {material_use} WHERE passage IS NOT NULL",
    ),
    Relation(
        "material_lot",
        "fill",
        "SELECT material_lot AS parent, fill AS child FROM {material_use} WHERE fill IS NOT NULL",
    ),
    Relation(
        "material_lot",
        "preparation",
        "SELECT material_lot AS parent, preparation AS child FROM {material_use}"
        " WHERE preparation IS NOT NULL",
    ),
    _column("course", "infusion_order", "course"),
    _column("infusion_order", "preparation", "infusion_order"),
    _column("infusion_order", "dispensing", "infusion_order"),
    _column("infusion_order", "infusion", "infusion_order"),
    Relation("infusion", "patient", "SELECT root AS parent, patient AS child FROM {infusion}"),
)
"""Every step a trace can take."""

Node = tuple[str, str]
Edge = tuple[Node, Node]


def step_query(relation: Relation, *, forward: bool) -> str:
    """The query for one step from a set of records, given as JSON in ``:ids``."""
    side = "parent" if forward else "child"
    among = "(SELECT value FROM json_each(:ids))"
    return f"SELECT parent, child FROM ({relation.query}) WHERE {side} IN {among}"


def step(reader: Reader, relation: Relation, records: list[str], *, forward: bool) -> list[Edge]:
    """The edges of one relation that leave (or enter) some records.

    A lot grown from a collection has no parent lot, and a prepared dose no fill: no edge there.
    """
    rows = reader.facts_in(step_query(relation, forward=forward), ids=json.dumps(records))
    return [
        ((relation.parent, row.parent), (relation.child, row.child))
        for row in rows
        if row.parent is not None
    ]


def walk(reader: Reader, start: Node, *, forward: bool) -> tuple[list[Node], list[Edge]]:
    """Everything that can be reached from a record, forward to patients or back to donors."""
    nodes: dict[Node, None] = {start: None}
    edges: dict[Edge, None] = {}
    frontier = [start]
    while frontier:
        found: list[Edge] = []
        for relation in RELATIONS:
            kind = relation.parent if forward else relation.child
            records = [record for node_kind, record in frontier if node_kind == kind]
            if records:
                found += step(reader, relation, records, forward=forward)
        frontier = []
        for edge in found:
            edges[edge] = None
            reached = edge[1] if forward else edge[0]
            if reached not in nodes:
                nodes[reached] = None
                frontier.append(reached)
    return list(nodes), list(edges)
