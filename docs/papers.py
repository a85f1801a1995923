"""Draw the pictures of documents in README.md: a page of a certificate, a page of a dossier.

python docs/papers.py

A training record is played in a passing folder, the documents are issued from it, and the page that
shows most of each is drawn. The numbers in them are those of the training scenario.
"""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pypdfium2

from lottrack.actions.desk import Argon2Hasher, Desk
from lottrack.actions.papers.certificate import certificate
from lottrack.actions.papers.dossier import dossier
from lottrack.actions.papers.issuing import Wanted, issue_document
from lottrack.demo.narrator import Narrator
from lottrack.demo.scenario import DATABASE, run_demo
from lottrack.reports.paper.rendering import as_pdf
from lottrack.store.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from lottrack.actions.papers.basis import Basis

HERE = Path(__file__).parent
ISSUED_AT = datetime(2026, 5, 5, 9, tzinfo=UTC)
PIXELS_PER_POINT = 1.6


def final_certificate(basis: Basis) -> dict[str, Any]:
    """The certificate of a lot that is tested and released."""
    return certificate(basis, "final")


PICTURES: tuple[tuple[str, str, str, Callable[[Basis], dict[str, Any]], str], ...] = (
    ("certificate.png", "lot certificate", "L01", final_certificate, "Lot L01 meets"),
    ("dossier.png", "lot dossier", "L02", dossier, "703.0"),
)
"""Picture, act, lot, content, and what the page to be drawn says."""


def draw_pictures(folder: Path) -> None:
    """Play the training scenario in a folder, issue the documents there, draw a page of each."""
    run_demo(folder, Argon2Hasher(), "docs", Narrator(lambda _: None))
    store = Store(folder / DATABASE)
    desk = Desk(lambda: store, lambda: ISSUED_AT, Argon2Hasher(), host="docs", account="QA1")
    try:
        for picture, act, lot, gather, said in PICTURES:
            wanted = Wanted(act, lot, gather, folder / "papers")
            issued = issue_document(desk, wanted, as_pdf)
            draw_page(Path(issued["document"]["path"]), said, HERE / picture)
    finally:
        store.close()


def draw_page(document: Path, said: str, picture: Path) -> None:
    """Draw the first page of a document that says something."""
    pdf = pypdfium2.PdfDocument(document)
    page = next(page for page in pdf if said in page.get_textpage().get_text_range())
    drawn = page.render(scale=PIXELS_PER_POINT).to_pil().convert("RGB").quantize(200)
    drawn.save(picture, optimize=True)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as passing:
        draw_pictures(Path(passing))
