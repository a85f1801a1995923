"""Event E14: in a copy of the finished record, somebody changes a row by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lottrack.actions.record.audits import verify_file
from lottrack.rules.reading.quantities import format_cells
from lottrack.store.backup import copy_database
from lottrack.store.tampering import alter_row

if TYPE_CHECKING:
    from pathlib import Path

    from lottrack.demo.stage import Stage

ALTERED = "altered.sqlite"
"""The copy, kept for whoever wants to see what its proof says."""

LOT = "L02"
TOLD_CELLS = 84_000_000


def e14_row_changed_by_hand(stage: Stage, folder: Path) -> None:
    """The cells of L02's first bag are raised in the file itself, and the proof names the row."""
    bag = stage.store.rows("container", lot=LOT, ordinal=1)[0]
    filling = stage.store.rows("filling", container=bag.root)[0]
    copy = folder / ALTERED
    copy_database(stage.store.database, copy)
    alter_row(copy, "filling", str(filling.root), "viable_cells", TOLD_CELLS)
    stage.tell(
        f"E14: In a copy, a database tool turns {format_cells(int(filling.viable_cells))} cells of"
        f" {bag.root} into {format_cells(TOLD_CELLS)}."
    )
    proof = verify_file(copy)
    for finding in proof["findings"]:
        stage.narrator.add(f"{proof['verdict']} ({finding['code']}): {finding['sentence']}")
