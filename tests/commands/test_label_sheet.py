"""`lottrack label print --sheet`: labels side by side on sheets of label stock."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from lottrack.printing.codes import read_codes
from tests.commands.label_bench import T, count, print_one, query
from tests.conftest import Program
from tests.printing.test_sheets import page_sizes, pictures, placed
from tests.steps import Filled

Site = tuple[Program, Filled]
CHARTS = ("--copy", "chart")
BY_TWOS = ("--sheet", "2x5", "--gaps-mm", "5,2.5")


def payloads(pdf: bytes) -> list[str]:
    """What the codes on the sheets say, in the order their labels were placed."""
    read = []
    for drawn in pictures(pdf):
        file = io.BytesIO()
        drawn.save(file, "PNG")
        read += read_codes(file.getvalue())
    return read


class TestSheets:
    def test_labels_of_several_things_go_on_from_where_the_sheet_was_used(
        self, filled: Site, tmp_path: Path
    ) -> None:
        program, lot = filled
        file = tmp_path / "bags.pdf"
        made = program(
            *("label", "print", lot.lot, *CHARTS, *BY_TWOS, "--skip", 8, "--out", file),
            user=T,
        ).data

        assert [label["container"] for label in made] == list(lot.bags)
        assert len({label["id"] for label in made}) == 3
        assert [(label["page"], label["position"]) for label in made] == [(1, 9), (1, 10), (2, 1)]
        assert {label["path"] for label in made} == {str(file)}
        pdf = file.read_bytes()
        assert page_sizes(pdf) == [pytest.approx((210, 297), abs=0.01)] * 2
        assert sorted(payloads(pdf)) == sorted(label["payload"] for label in made)

    def test_labels_stand_in_the_middle_of_the_sheet_unless_margins_are_told(
        self, filled: Site, tmp_path: Path
    ) -> None:
        program, lot = filled
        words = ("label", "print", *lot.bags[:2], *CHARTS, *BY_TWOS)
        centred, told = tmp_path / "centred.pdf", tmp_path / "told.pdf"
        program(*words, "--out", centred, user=T)
        program(*words, "--margins-mm", "7.5,12", "--out", told, user=T)

        # Chart copies are 75 × 50 mm: (210 - 75 - 5 - 75) / 2 and (297 - 5 × 50 - 4 × 2.5) / 2.
        first, second = placed(centred.read_bytes())
        assert (first.left, first.top) == pytest.approx((27.5, 18.5), abs=0.05)
        assert (second.left, second.top) == pytest.approx((107.5, 18.5), abs=0.05)
        first, second = placed(told.read_bytes())
        assert (first.left, first.top) == pytest.approx((7.5, 12), abs=0.05)
        assert (second.left, second.top) == pytest.approx((87.5, 12), abs=0.05)

    def test_a_person_reads_page_and_position_of_each_label(self, filled: Site) -> None:
        program, lot = filled
        shown = program(
            *("label", "print", lot.bags[2], *CHARTS, "--sheet", "1x2", "--skip", 1),
            user=T,
            as_json=False,
        ).stdout.splitlines()

        assert shown[0].split() == ["label", "for", "copy", "template", "page", "position", "file"]
        assert shown[2].split()[1:6] == [lot.bags[2], "chart", "chart-copy", "1", "2"]
        assert shown[2].endswith(".pdf")

    def test_without_a_sheet_nothing_is_said_of_pages(self, filled: Site) -> None:
        program, lot = filled
        made = print_one(program, lot.bags[0], *CHARTS, "--format", "pdf")

        assert not {"page", "position"} & set(made)

    def test_a_sheet_that_cannot_hold_the_labels_is_refused_before_a_number_is_taken(
        self, filled: Site
    ) -> None:
        program, lot = filled
        series = "SELECT last FROM number_series WHERE kind = 'label'"
        before = query(program, series)
        words = ("label", "print", lot.bags[0], *CHARTS)
        for grid, says in (
            (("--sheet", "3x5"), "beyond the sheet"),
            (("--sheet", "2x6"), "beyond the sheet"),
            (("--sheet", "2x5", "--skip", 10), "10 of them used"),
            (("--sheet", "2x5", "--margins-mm", "60.5,10"), "beyond the sheet"),
        ):
            refused = program(*words, *grid, user=T, exit_code=60)
            assert refused.code == "sheet-does-not-fit"
            assert says in refused.data["error"]["sentence"]
        assert query(program, series) == before

    @pytest.mark.parametrize(
        "grid",
        [
            ("--sheet", "25"),
            ("--sheet", "0x5"),
            ("--sheet", "2x5x1"),
            ("--sheet", "2.5x5"),
            ("--sheet", "2x5", "--gaps-mm", "3"),
            ("--sheet", "2x5", "--margins-mm", "-1,4"),
            ("--sheet", "2x5", "--margins-mm", "7.5;12"),
            ("--sheet", "2x5", "--skip", "-1"),
            ("--sheet", "2x5", "--format", "png"),
            ("--sheet", "2x5", "--out", "bag.png"),
            ("--skip", "3"),
            ("--gaps-mm", "3,3", "--format", "pdf"),
        ],
    )
    def test_a_grid_that_cannot_be_read_is_a_usage_error(
        self, filled: Site, grid: tuple[str, ...]
    ) -> None:
        program, lot = filled
        labels = count(program, "label")
        program("label", "print", lot.bags[0], *CHARTS, *grid, user=T, exit_code=2)
        assert count(program, "label") == labels

    def test_a_dry_run_tells_the_positions_and_writes_nothing(
        self, filled: Site, tmp_path: Path
    ) -> None:
        program, lot = filled
        labels = count(program, "label")
        file = tmp_path / "bags.pdf"
        made = program(
            *("label", "print", lot.lot, *CHARTS, *BY_TWOS, "--dry-run", "--out", file), user=T
        ).data

        assert [label["position"] for label in made] == [1, 2, 3]
        assert count(program, "label") == labels
        assert not file.exists()
