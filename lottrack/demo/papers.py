"""What the demo leaves on disk beside the labels: traces as pictures, a lot's page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lottrack.actions.making.views import show_lot
from lottrack.actions.record.traces import trace
from lottrack.reports.lots import record_text
from lottrack.reports.tracing import drawn

if TYPE_CHECKING:
    from pathlib import Path

    from lottrack.actions.desk import Desk

TRACES = (("D01", "forward"), ("P02", "backward"), ("L09", "both"))
"""What is traced, and which way."""

PAGES = ("L02",)
"""Lots whose page is written; a corrected count is marked on this one (event E03)."""


def write_papers(desk: Desk, folder: Path) -> list[Path]:
    """Draw the traces as SVG and PNG and write the lots' pages; returns the files."""
    written = []
    for record, direction in TRACES:
        found = trace(desk, record, direction, None)
        for style in ("svg", "png"):
            written.append(folder / "traces" / f"{record}-{direction}.{style}")
            _write(written[-1], drawn(found, style))
    for lot in PAGES:
        written.append(folder / "pages" / f"{lot}.txt")
        _write(written[-1], record_text(show_lot(desk, lot)).encode())
    return written


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
