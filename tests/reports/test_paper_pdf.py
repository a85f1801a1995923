"""Documents as PDF, read back with another library: text, pages, faces, margins, bytes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lottrack.reports.paper.blocks import (
    BAD,
    Cell,
    Fields,
    Heading,
    Marks,
    Note,
    Signatures,
    Statement,
    Verbatim,
    grid,
)
from lottrack.reports.paper.pdf import LEFT, RIGHT, Furniture, draw
from tests.reports.paper import Paper

PAGE = 595.27
FURNITURE = Furniture(
    title="Certificate of analysis, final",
    number="DN-TST-0001-7",
    site="Unit of Łódź",
    lot="L01",
    record="Record TST, audit trail entry 12, head ABCDEFGHIJ",
    issued="Issued 2026-02-03 10:15 +01:00 by QA1",
    issued_at="2026-02-03T10:15:20.123456+01:00",
    training=False,
)
COLUMNS = {"Test": 40, "Result": 20, "By": 60}


def paper(*blocks, **furniture) -> Paper:
    return Paper(draw(blocks, FURNITURE._replace(**furniture)).content)


def rows(count: int, text: str = "a value") -> list[tuple[Cell, ...]]:
    return [
        (Cell(f"row {n}"), Cell(text), Cell("QC1, 2026-02-03 10:15 +01:00")) for n in range(count)
    ]


# -- pages -----------------------------------------------------------------------------------------


def test_every_page_says_which_document_it_is_a_part_of() -> None:
    made = paper(Heading("Results"), grid(COLUMNS, rows(300), Marks()))
    assert len(made.pages) > 4
    for number, page in enumerate(made.pages, start=1):
        assert f"page {number} of {len(made.pages)}" in page
        for said in ("DN-TST-0001-7", "Unit of Łódź", "lot L01", "entry 12, head ABCDEFGHIJ"):
            assert said in page
        assert "Certificate of analysis, final" in page
        assert "Issued 2026-02-03 10:15 +01:00 by QA1" in page


def test_the_number_of_pages_is_told() -> None:
    drawn = draw([grid(COLUMNS, rows(300), Marks())], FURNITURE)
    assert drawn.pages == len(Paper(drawn.content).pages)
    assert draw([Note("alone")], FURNITURE).pages == 1


def test_the_head_of_a_table_stands_on_every_page_it_reaches() -> None:
    made = paper(grid(COLUMNS, rows(300), Marks()))
    for page in made.pages:
        assert page.index("Test") < page.index("Result") < page.index("row ")
    assert all(made.says(f"row {n}") for n in range(300))


def test_a_heading_never_ends_a_page() -> None:
    made = paper(*(block for n in range(40) for block in (Heading(f"Part {n}"), _small(n))))
    for page in made.pages:
        for n in range(40):
            if f"Part {n}\n" in page:
                assert f"inside {n}." in page


def _small(n: int):
    return grid(COLUMNS, [(Cell(f"inside {n}."), Cell("x " * 120), Cell(""))], Marks())


def test_a_row_stays_whole_unless_no_page_could_hold_it() -> None:
    tall = "word " * 150
    made = paper(
        grid(
            COLUMNS, [(Cell(f"<{n}>"), Cell(tall + f"end{n}"), Cell("")) for n in range(9)], Marks()
        )
    )
    for n in range(9):
        (begun,) = [number for number, page in enumerate(made.pages) if f"<{n}>" in page]
        assert f"end{n}" in made.pages[begun]


def test_a_row_longer_than_a_page_goes_on_to_the_next() -> None:
    made = paper(
        grid(COLUMNS, [(Cell("one"), Cell("word " * 3000 + "the-end"), Cell(""))], Marks())
    )
    assert len(made.pages) > 2
    assert made.says("the-end")


def test_a_training_record_says_so_on_every_page_and_another_does_not() -> None:
    blocks = [grid(COLUMNS, rows(100), Marks())]
    for page in paper(*blocks, training=True).pages:
        assert "TRAINING RECORD - NOT FOR CLINICAL USE" in page
    assert not paper(*blocks).says("TRAINING")


# -- text ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["Łukasz", "38.2 ×10⁶", "µg ≥ 95 %", "12 720 cm²", "ñ é ß ø Ş č", "a < b & c > d"]
)
def test_letters_and_signs_are_printed_and_can_be_copied(text: str) -> None:
    blocks = (
        Statement(text),
        Fields((("name", Cell(text)),)),
        grid(COLUMNS, [(Cell(text), Cell("x"), Cell("y"))], Marks()),
        Verbatim((text,)),
        Note(text),
        Heading(text),
    )
    for block in blocks:
        assert paper(block).says(text)


def test_a_letter_the_face_lacks_is_spelled_out() -> None:
    made = paper(Note("donor 漢 and \u202e"))
    assert made.says("donor [U+6F22] and [U+202E]")


@settings(max_examples=40)
@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=200))
def test_whatever_people_wrote_can_be_drawn(text: str) -> None:
    marks = Marks()
    blocks = [
        Heading(text or "x"),
        Statement(text),
        Note(text),
        Fields(((text, Cell(text)),)),
        grid(COLUMNS, [(Cell(text), Cell(text, (text,), (1,), BAD, struck=True), Cell(""))], marks),
        Verbatim(tuple(text.split("\n"))),
    ]
    assert draw(blocks, FURNITURE._replace(site=text, lot=text)).pages >= 1


@pytest.mark.parametrize(
    "word", ["X" * 400, "CN-ABCDEFGH-123456-7" * 20, "a750d2fa0a72e264d80e4339e22758ea" * 8]
)
def test_nothing_runs_out_of_its_cell(word: str) -> None:
    """A word longer than its column is broken, and no character leaves the margins."""
    marked = Cell(word, (word,), (1,))
    made = paper(
        Statement(word),
        Fields((("name", marked),)),
        grid(COLUMNS, [(marked, Cell("RIGHT"), marked)], Marks()),
        Verbatim((f"      {word}",)),
    )
    assert made.says(word)
    for _, left, _, right, _ in made.boxes():
        assert left >= LEFT - 1
        assert right <= PAGE - RIGHT + 1
    middle = list(_boxes_of(made, "RIGHT"))
    width = PAGE - LEFT - RIGHT
    assert min(box[1] for box in middle) >= LEFT + width * 40 / 120
    assert max(box[3] for box in middle) <= LEFT + width * 60 / 120


def _boxes_of(made: Paper, word: str):
    text = "".join(page for page in made.pages)
    assert word in text
    pages = made._pdf
    for number, page in enumerate(pages):
        searcher = page.get_textpage().search(word)
        found = searcher.get_next()
        while found:
            start, count = found
            for place in range(start, start + count):
                yield (number, *page.get_textpage().get_charbox(place))
            found = searcher.get_next()


def test_no_row_is_drawn_over_the_foot_of_a_page() -> None:
    made = paper(grid(COLUMNS, rows(200, "several lines " * 12), Marks()))
    from lottrack.reports.paper.pdf import BOTTOM

    inside = [box for box in made.boxes() if box[4] > BOTTOM - 1]
    assert len(inside) > 1000
    foot = [box for box in made.boxes() if box[4] <= BOTTOM - 1]
    # Only the record and the issue stand beneath the line.
    per_page = len("".join((FURNITURE.record + FURNITURE.issued).split()))
    assert len(foot) == per_page * len(made.pages)


# -- changes ---------------------------------------------------------------------------------------

FACT = {
    "id": "HV-TST-0005-4",
    "corrected": [
        {
            "field": "harvested",
            "earlier": ["703000000", None],
            "now": "70300000",
            "correction": "CO-TST-0001-L",
            "by": "TECHNICIAN2",
            "at": "2026-02-03T10:15:20+01:00",
            "reason": "typed ten times too large",
        }
    ],
}


def test_a_changed_value_stands_behind_the_earlier_ones_with_the_reason_beneath() -> None:
    marks = Marks()
    cell = marks.cell(FACT, "70.3", harvested=lambda text: f"{int(text) / 1e6:g}")
    assert cell == Cell("70.3", ("703", "none"), (1,))
    made = paper(grid(COLUMNS, [(cell, Cell(""), Cell(""))], marks))
    assert made.says("703 none 70.3 [1]")
    assert made.says(
        "[1] HV-TST-0005-4, harvested: was 703, none, corrected to 70.3 by TECHNICIAN2,"
        " 2026-02-03 10:15 +01:00 (CO-TST-0001-L). Reason: typed ten times too large"
    )


def test_the_earlier_value_is_struck_through() -> None:
    """A line is drawn across it: more is painted than the same letters without one."""
    plain, struck = (
        _ink(Fields((("name", cell),))) for cell in (Cell("703"), Cell("703", struck=True))
    )
    assert struck > plain


def _ink(block) -> int:
    page = Paper(draw([block], FURNITURE).content)._pdf[0]
    picture = page.render(scale=4).to_pil().convert("L")
    return sum(picture.histogram()[:128])


def test_a_value_told_twice_has_one_note() -> None:
    marks = Marks()
    first = marks.cell(FACT, "70.3", harvested=str)
    assert marks.notes()
    assert marks.cell(FACT, "70.3", harvested=str).marks == first.marks == (1,)
    assert marks.notes() == ()


def test_a_change_of_another_value_does_not_mark_this_one() -> None:
    assert Marks().cell(FACT, "93 %", viability_pct=str) == Cell("93 %")


# -- signatures ------------------------------------------------------------------------------------

SIGNED = {
    "id": "SG-TST-0001-H",
    "name": "Qualified Person One",
    "account": "QP1",
    "role": "qp",
    "meaning": "certification and release of the fills named here",
    "local_time": "2026-02-03 10:15 CET (+01:00)",
    "zone": "Europe/Madrid",
    "scripted": False,
    "valid": True,
    "voided_by": [],
}


def test_a_signature_block_tells_name_role_meaning_time_zone_and_number() -> None:
    made = paper(Signatures((SIGNED,)))
    for said in ("Qualified Person One (QP1), qualified person", SIGNED["meaning"]):
        assert made.says(said)
    assert made.says("2026-02-03 10:15 CET (+01:00), Europe/Madrid SG-TST-0001-H; stands")


def test_a_void_signature_says_what_voided_it() -> None:
    void = SIGNED | {"valid": False, "voided_by": ["RS-TST-0009-K"], "scripted": True}
    made = paper(Signatures((void,)))
    assert made.says("secret given by a script; VOID, corrected since: RS-TST-0009-K")


def test_a_document_without_a_signature_says_so() -> None:
    assert paper(Signatures(())).says("No signature is on record.")


# -- the file --------------------------------------------------------------------------------------


def test_the_faces_are_embedded_and_no_others_used() -> None:
    made = paper(Heading("x"), Statement("y", BAD), grid(COLUMNS, rows(3), Marks()), training=True)
    assert made.fonts() == {("SourceSansPro-Regular", True), ("SourceSansPro-Semibold", True)}


def test_the_file_tells_its_title_its_site_and_nothing_of_anybody() -> None:
    said = paper(Note("x")).metadata
    assert said.pop("Producer")
    assert said == {
        "Title": "Certificate of analysis, final DN-TST-0001-7",
        "Author": "Unit of Łódź",
        "Creator": "lottrack",
        "CreationDate": "D:20260203101520+01'00'",
        "ModDate": "D:20260203101520+01'00'",
    }


ALIKE = """
import sys
from tests.reports.test_paper_pdf import *
blocks = [Heading("x"), Statement("ö"), grid(COLUMNS, rows(80), Marks()), Signatures((SIGNED,))]
sys.stdout.buffer.write(draw(blocks, FURNITURE).content)
"""


def test_the_same_content_gives_the_same_bytes_in_every_process() -> None:
    root = Path(__file__).parent.parent.parent
    runs = [
        subprocess.run([sys.executable, "-c", ALIKE], cwd=root, capture_output=True, check=True)
        for _ in range(2)
    ]
    assert runs[0].stdout.startswith(b"%PDF")
    assert runs[0].stdout == runs[1].stdout


def test_the_sections_are_listed_for_a_reader() -> None:
    made = paper(Heading("Passages"), Note("x"), Heading("Results"), Note("y"))
    titles = [entry.get_title() for entry in made._pdf.get_toc()]
    assert titles == ["Passages", "Results"]
