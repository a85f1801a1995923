"""What the demo leaves on disk beside the labels: documents, traces, charts, a page, a register."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from lottrack.actions.making.growth_views import growth
from lottrack.actions.making.views import show_lot
from lottrack.actions.papers.certificate import certificate
from lottrack.actions.papers.dossier import dossier
from lottrack.actions.papers.issuing import Wanted, issue_document
from lottrack.actions.record.traces import trace
from lottrack.actions.releasing.register import register_of_certifications
from lottrack.actions.testing.control_charts import control_chart
from lottrack.demo.stage import at
from lottrack.reports.charts import control_chart as drawn_control
from lottrack.reports.charts import growth_chart as drawn_growth
from lottrack.reports.charts import picture
from lottrack.reports.lots import record_text
from lottrack.reports.output import as_csv
from lottrack.reports.paper.rendering import as_pdf
from lottrack.reports.tracing import drawn

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from lottrack.actions.desk import Desk
    from lottrack.actions.papers.basis import Basis
    from lottrack.demo.stage import Stage, Story

PAPERS = "papers"
"""The folder of what is signed for, certified or assessed."""

TRACES = (("D01", "forward"), ("P02", "backward"), ("L09", "both"))
"""What is traced, and which way."""

PAGES = ("L02",)
"""Lots whose page is written; a corrected count is marked on this one (event E03)."""

GROWN, CHARTED = "L09", "viability-post-thaw"
"""The lot whose growth is drawn beside that of all before it, and the test that is charted."""


# -- issued while the scenario goes on -------------------------------------------------------------


def issue_documents(stage: Stage) -> Story:
    """Issue a final certificate, an interim one (event E04), and the dossier of a lot with a past.

    Each is numbered, drawn as PDF and recorded by its hash.
    """
    yield at("2025-10-18", "15:00")
    _issue(stage, "QC2", "lot certificate", "L01", partial(certificate, stage="final"))
    yield at("2025-11-14", "07:10")
    _issue(stage, "QC2", "lot certificate", "L04", partial(certificate, stage="interim"))
    yield at("2026-05-04", "10:00")
    _issue(stage, "QA1", "lot dossier", "L03", dossier)


def _issue(
    stage: Stage, person: str, act: str, lot: str, gather: Callable[[Basis], dict[str, Any]]
) -> None:
    name = act.removeprefix("lot ")
    out = stage.folder / PAPERS / f"{lot}-{name}.pdf"
    made = issue_document(stage.desk(person), Wanted(act, lot, gather, out), as_pdf)
    document, phase = made["document"], f"{made['stage']} " if made.get("stage") else ""
    stage.tell(
        f"{person} issues the {phase}{name} of {lot}: {document['number']},"
        f" {document['pages']} pages."
    )


# -- written at the end ----------------------------------------------------------------------------


def write_papers(desk: Desk, folder: Path) -> list[Path]:
    """Draw traces and charts, write pages and the register; returns every file but the labels."""
    for record, direction in TRACES:
        found = trace(desk, record, direction, None)
        for style in ("svg", "png"):
            _write(folder / "traces" / f"{record}-{direction}.{style}", drawn(found, style))
    for lot in PAGES:
        _write(folder / "pages" / f"{lot}.txt", record_text(show_lot(desk, lot)).encode())
    grown = picture(drawn_growth(growth(desk, GROWN)), "png")
    _write(folder / "charts" / f"growth-{GROWN}.png", grown)
    charted = picture(drawn_control(control_chart(desk, CHARTED)), "png")
    _write(folder / "charts" / f"{CHARTED}.png", charted)
    register = as_csv(register_of_certifications(desk, None, None))
    _write(folder / PAPERS / "register-of-certifications.csv", register.encode())
    folders = (PAPERS, "traces", "charts", "pages")
    return [path for name in folders for path in sorted((folder / name).iterdir())]


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
