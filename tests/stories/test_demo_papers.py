"""What the demo leaves on disk, and what it says."""

from __future__ import annotations

import csv
import json
import re
import shlex
from collections import Counter
from pathlib import Path

import pytest
from click.testing import CliRunner

from lottrack.cli import main
from lottrack.context import Context
from lottrack.demo.people import SECRET
from tests.conftest import PlainHasher
from tests.reports.paper import Paper
from tests.stories.played import AFTERWARDS, LOTS, Played, copied

pytestmark = pytest.mark.slow


# -- what lies on disk -----------------------------------------------------------------------------


def test_every_label_on_disk_says_training_and_reads_back_as_recorded(demo: Played) -> None:
    from lottrack.printing.codes import read_codes

    labels = demo.rows("SELECT root, payload, shown, format, image_sha256 FROM label")
    folder = demo.folder / "labels"
    pictures = {path.stem: path for path in folder.glob("*.png")}
    assert set(pictures) == {row["root"] for row in labels if row["format"] == "png"}
    for row in labels:
        assert "TRAINING" in row["shown"]
        if row["format"] == "png":
            assert set(read_codes(pictures[row["root"]].read_bytes())) == {row["payload"]}


def test_one_lots_labels_are_a_pdf_with_a_page_for_each(demo: Played) -> None:
    (pdf,) = (demo.folder / "labels").glob("*.pdf")
    assert pdf.name == "L01.pdf"
    content = pdf.read_bytes()
    assert content.startswith(b"%PDF")
    assert len(re.findall(rb"/Type\s*/Page\b(?!s)", content)) == int(LOTS["L01"]["bags"])
    printed = demo.rows("SELECT count(*) FROM label WHERE format = 'pdf'")[0][0]
    assert printed == int(LOTS["L01"]["bags"])


def test_labels_of_many_kinds_are_printed(demo: Played) -> None:
    kinds = Counter(tuple(row) for row in demo.rows(
        "SELECT t.name, l.copy FROM label AS l JOIN label_template AS t ON t.root = l.template"
    ))  # fmt: skip
    assert kinds == {
        ("collection", "primary"): 9,
        ("cryobag", "primary"): 37,
        ("prepared-dose", "primary"): 26,
        ("prepared-dose", "chart"): 26,
        ("sample-tube", "sample"): 9,
        ("wristband", "wristband"): 9,
        ("transport-copy", "transport"): 1,
    }


def test_the_papers_named_are_there_and_are_pictures_of_the_record(demo: Played) -> None:
    papers = [Path(paper) for paper in demo.data["papers"]]
    assert {str(paper.relative_to(demo.folder)) for paper in papers} == {
        *("traces/D01-forward.svg", "traces/D01-forward.png", "traces/P02-backward.svg"),
        *("traces/P02-backward.png", "traces/L09-both.svg", "traces/L09-both.png"),
        *("charts/growth-L09.png", "charts/viability-post-thaw.png", "pages/L02.txt"),
        *("papers/L01-certificate.pdf", "papers/L04-certificate.pdf", "papers/L03-dossier.pdf"),
        *("papers/register-of-certifications.csv", "papers/RA-2025-12.txt"),
    }
    for paper in papers:
        content = paper.read_bytes()
        if paper.suffix == ".png":
            assert content.startswith(b"\x89PNG")
        if paper.suffix == ".svg":
            assert b"TRAINING" in content
    forward = (demo.folder / "traces" / "D01-forward.svg").read_text(encoding="utf-8")
    for row in demo.run("infusion", "list", "--patient", "P01"):
        assert row["id"] in forward


def test_the_documents_are_those_the_record_issued(demo: Played) -> None:
    issued = {}
    for name, lot in (
        ("L01-certificate", "L01"),
        ("L04-certificate", "L04"),
        ("L03-dossier", "L03"),
    ):
        file = demo.folder / "papers" / f"{name}.pdf"
        (found,) = demo.run("lot", "documents", lot, "--file", file)
        issued[name] = (found["document"], found["stage"], found["issued_at"][:10])
        assert Paper(file.read_bytes()).says("TRAINING RECORD")
    assert issued == {
        "L01-certificate": ("certificate", "final", "2025-10-18"),
        "L04-certificate": ("certificate", "interim", "2025-11-14"),
        "L03-dossier": ("dossier", None, "2026-05-04"),
    }


def test_the_interim_certificate_names_what_was_pending_and_until_when(demo: Played) -> None:
    paper = Paper((demo.folder / "papers" / "L04-certificate.pdf").read_bytes())
    assert paper.says("Nothing tested so far is outside MSC-EB-TRIAL@1")
    for words in ("due on 2025-11-27", "due on 2025-12-03", "conditionally released"):
        assert paper.says(words), words


def test_the_dossier_tells_what_happened_to_the_third_lot(demo: Played) -> None:
    paper = Paper((demo.folder / "papers" / "L03-dossier.pdf").read_bytes())
    (case,) = demo.run("oos", "list", "--lot", "L03")
    deviations = demo.run("deviation", "list", "--concerning", "L03")
    assert len(deviations) == 2
    for number in (case["id"], *(each["id"] for each in deviations)):
        assert paper.says(number)
    for words in ("HPL-2508", "RECALLED", "DOES NOT MEET", "RA-2025-12.txt"):
        assert paper.says(words), words


def test_the_register_of_certifications_can_be_read_as_a_table(demo: Played) -> None:
    path = demo.folder / "papers" / "register-of-certifications.csv"
    with path.open(encoding="utf-8", newline="") as file:
        register = list(csv.DictReader(file))
    assert [(row["lot"], row["decision"]) for row in register if row["lot"] == "L04"] == [
        ("L04", "conditionally_released"),
        ("L04", "released"),
        ("L04", "released"),
    ]
    assert {row["lot"] for row in register} == set(LOTS)
    assert {row["signature_stands"] for row in register} == {"yes"}


# -- how it talks ----------------------------------------------------------------------------------


def test_the_narration_names_every_event_and_draws_no_progress_for_nobody(demo: Played) -> None:
    for event in {f"E{number:02}" for number in range(1, 19)}:
        assert f"{event}:" in demo.told, event
    assert "\x1b" not in demo.told
    assert "\r" not in demo.told
    assert len(demo.told.splitlines()) < 150


def test_the_commands_to_try_run_as_printed(demo: Played, tmp_path: Path) -> None:
    copy = copied(demo, tmp_path)
    ended = []
    for command in demo.data["try"]:
        program, *words = shlex.split(command)
        assert program == "lottrack"
        words = [str(copy) if word == str(demo.db) else word for word in words]
        secrets = ["--password-stdin"] if "--as" in words else []
        context = Context(
            db=copy,
            account="PHARMACIST1" if secrets else "",
            password_stdin=True,
            clock=lambda: AFTERWARDS,
        )
        outcome = CliRunner().invoke(main, [*secrets, *words], obj=context, input=f"{SECRET}\n")
        ended.append(outcome.exit_code)
        assert "lottrack met a fault" not in outcome.stderr
    assert ended == [42, 0, 0, 0]


def test_the_last_page_is_for_a_person_to_read(demo: Played) -> None:
    from lottrack.demo.summary import summary_text

    text = summary_text(demo.data)
    for row in demo.data["infusions"]:
        assert re.search(
            rf"^{row['patient']} +{row['number']} .*{row['status']}$", text, re.MULTILINE
        )
    for matter in demo.data["matters"]:
        assert re.search(rf"{matter['id']} .*{matter['state']}$", text, re.MULTILINE)
    assert "36 bags filled = 25 infused + 3 destroyed + 8 in stock" in text
    assert "27 infusions planned, 26 given" in text
    for word in (str(demo.db), SECRET, *demo.data["try"], "audit verify"):
        assert word in text


def test_e14_the_row_that_was_changed_by_hand_in_a_copy_is_named(demo: Played) -> None:
    copy = Context(db=Path(demo.data["altered"]))
    outcome = CliRunner().invoke(main, ["audit", "verify", "--json"], obj=copy)

    assert outcome.exit_code == 91
    (finding,) = json.loads(outcome.stdout)["findings"]
    assert finding["where"].startswith("filling FC-")
    assert "viable_cells" in finding["sentence"]
    assert finding["sentence"] in " ".join(demo.told.split())
    assert "altered.sqlite" not in str(demo.db)


def test_a_database_that_is_there_is_never_overwritten(demo: Played) -> None:
    before = demo.db.read_bytes()
    outcome = CliRunner().invoke(
        main, ["demo", str(demo.folder), "--json"], obj=Context(hasher=PlainHasher())
    )
    assert outcome.exit_code == 30
    assert json.loads(outcome.stdout)["error"]["code"] == "database-exists"
    assert demo.db.read_bytes() == before
