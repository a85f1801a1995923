"""The family of a lot: what it was grown from, what was grown from it, what it was filled into."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lottrack.actions.custody.containers import filling_of, state_of
from lottrack.actions.making.lineage import lineage_of
from lottrack.actions.making.lots import find_lot
from lottrack.actions.releasing.dispositions import fill_disposition, lot_disposition

if TYPE_CHECKING:
    from lottrack.actions.desk import Desk
    from lottrack.store.reader import Reader
    from lottrack.store.rows import Row

Node = dict[str, Any]


def lot_tree(desk: Desk, text: str) -> Node:
    """A lot's family as a tree: its collection at the root, its containers at the tips.

    Above the lot only what it comes from is shown, below it everything. Each node has ``id``,
    ``kind``, ``note`` and ``children``; the lot asked for has ``asked`` set.
    """
    reader = desk.store
    lot = find_lot(desk, text)
    lineage = lineage_of(reader, lot)
    node = _lot(reader, lineage.lot)
    node["asked"] = True
    for ancestor in lineage.ancestors[1:]:
        node = _node(str(ancestor.root), "lot", _lot_note(reader, ancestor), [node])
    collection = lineage.collection
    note = f"of donor {collection.donor}"
    return _node(str(collection.root), "collection", note, [node])


def _lot(reader: Reader, row: Row) -> Node:
    children = [_fill(reader, fill) for fill in reader.rows("fill", lot=row.root)]
    children += [
        _container(reader, container)
        for container in reader.rows("container", lot=row.root, fill=None)
    ]
    children += [_lot(reader, child) for child in reader.rows("lot", parent=row.root)]
    return _node(str(row.root), "lot", _lot_note(reader, row), children)


def _lot_note(reader: Reader, row: Row) -> str:
    return f"{row.product}, {lot_disposition(reader, row.root).replace('_', ' ')}"


def _fill(reader: Reader, fill: Row) -> Node:
    disposition = fill_disposition(reader, fill.root).replace("_", " ")
    containers = reader.rows("container", fill=fill.root)
    note = f"{fill.presentation}, for {fill.purpose}, {disposition}"
    return _node(str(fill.root), "fill", note, [_container(reader, row) for row in containers])


def _container(reader: Reader, row: Row) -> Node:
    filling = filling_of(reader, row.root)
    state = state_of(reader, row.root).state.replace("_", " ")
    held = filling is not None and filling.outcome == "filled"
    cells = f", {filling.viable_cells} viable cells" if filling and held else ""
    prepared = f" prepared in {row.preparation}" if row.preparation is not None else ""
    return _node(str(row.root), "container", f"{row.kind}{prepared}, {state}{cells}", [])


def _node(number: str, kind: str, note: str, children: list[Node]) -> Node:
    return {"id": number, "kind": kind, "note": note, "children": children}
