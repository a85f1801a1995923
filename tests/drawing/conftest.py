"""The trace a hospital would print."""

from __future__ import annotations

import pytest

from lottrack.drawing.graphs.graph import Graph, Node


@pytest.fixture
def whole_course() -> Graph:
    """One lot from donor to patient: six bags, three given, one destroyed, one on hold."""
    nodes = [
        Node("donor", "D-014", "F, born 1981"),
        Node("pair", "PA00017-K", "mother D-014 for EB-07"),
        Node("course", "COI00021-4", "MesenSistem-EB, trial"),
        Node("collection", "COL00033-X", "taken 2026-02-03"),
        Node("lot", "LOT00041-7", "BM-MSC, to P2, released", "", "root"),
        Node("passage", "LOT00041-7/P0", "4.1e7 harvested, 97.5 %"),
        Node("passage", "LOT00041-7/P1", "1.9e8 harvested, 96.1 %"),
        Node("passage", "LOT00041-7/P2", "7.4e8 harvested, 96.8 %"),
        Node("fill", "FIL00052-2", "6 bags, cryopreserved, 2026-03-02"),
        Node("container", "BAG00061-1", "bag 1, 4.4 × 10⁷ cells, infused"),
        Node("container", "BAG00062-2", "bag 2, 4.4 × 10⁷ cells, infused"),
        Node("container", "BAG00063-3", "bag 3, 4.4 × 10⁷ cells, infused"),
        Node("container", "BAG00064-4", "bag 4, 4.4 × 10⁷ cells, stored"),
        Node("container", "BAG00065-5", "bag 5, stored", "on hold: HLD00003-M", "stop"),
        Node("container", "BAG00066-6", "bag 6", "destroyed 2026-04-11, leak at thaw", "stop"),
        Node("hold", "HLD00003-M", "opened 2026-04-02, excursion"),
        Node("patient", "EB-07", "M, born 2014"),
    ]
    edges = [
        ("D-014", "PA00017-K"),
        ("D-014", "COL00033-X"),
        ("PA00017-K", "COI00021-4"),
        ("COI00021-4", "COL00033-X"),
        ("COL00033-X", "LOT00041-7"),
        ("LOT00041-7", "LOT00041-7/P0"),
        ("LOT00041-7/P0", "LOT00041-7/P1"),
        ("LOT00041-7/P1", "LOT00041-7/P2"),
        ("LOT00041-7/P2", "FIL00052-2"),
        ("HLD00003-M", "BAG00065-5"),
    ]
    edges += [("FIL00052-2", node.id) for node in nodes if node.kind == "container"]
    for number in (1, 2, 3):
        order, preparation, infusion = (f"{kind}0007{number}" for kind in ("ORD", "PRE", "INF"))
        nodes += [
            Node("order", order, f"infusion {number}, planned 2026-04-14"),
            Node("preparation", preparation, "thawed 2026-04-14, 91 % viable"),
            Node("infusion", infusion, f"infusion {number}, 3.8 × 10⁷ cells"),
        ]
        edges += [
            (f"BAG0006{number}-{number}", preparation),
            (order, preparation),
            (preparation, infusion),
            (infusion, "EB-07"),
        ]
    nodes[-1] = nodes[-1]._replace(note="incident", flag="warning")
    return Graph(
        "LOT00041-7",
        tuple(nodes),
        tuple(edges),
        "Hospital A · as recorded by 2026-06-20T14:05+02:00 · TRAINING",
        ("BAG00064-4 has a gap in custody of 2 days.",),
    )
