"""`lottrack site`: the decimal mark, the site's own numbers, the statement on ISBT 128."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from tests import steps
from tests.raw import raw
from tests.steps import Filled

if TYPE_CHECKING:
    from pathlib import Path

    from tests.commands.quality_bench import Quality
    from tests.conftest import Program

pytest_plugins = ("tests.commands.quality_bench",)


def write_commas(program: Program) -> None:
    """The site decides for the decimal comma."""
    program("site", "set", "--decimal-mark", "comma", "--reason", "as our forms", user="ADMIN")


class TestSettings:
    def test_a_fresh_site_writes_a_point_and_has_no_pattern(self, program: Program) -> None:
        site = program("site", "show").data
        assert site["decimal_mark"] == "point"
        assert site["lot_number"] is site["collection_number"] is None
        assert site["isbt128_printing"] is False

    def test_what_is_set_is_an_audited_act_with_its_reason(self, program: Program) -> None:
        write_commas(program)
        assert program("site", "show").data["decimal_mark"] == "comma"
        last = program("audit", "show", "--by", "ADMIN").data[-1]
        assert (last["act"], last["reason"]) == ("site set", "as our forms")
        assert program("audit", "verify").data["verdict"] == "intact"

    def test_only_an_administrator_sets_it(self, program: Program) -> None:
        for words in (
            ("set", "--decimal-mark", "comma"),
            ("isbt", "--facility-code", "A9999", "--statement", "x"),
        ):
            program("site", *words, "--reason", "x", user="QA1", exit_code=52)

    def test_a_dry_run_sets_nothing(self, program: Program) -> None:
        program(
            *("site", "set", "--decimal-mark", "comma", "--reason", "x", "--dry-run"), user="ADMIN"
        )
        assert program("site", "show").data["decimal_mark"] == "point"

    def test_nothing_to_set_is_refused(self, program: Program) -> None:
        program("site", "set", "--reason", "x", user="ADMIN", exit_code=2)


class TestDecimalComma:
    def weigh(self, program: Program, kg: str, **extra):
        words = ("patient", "weigh", "P01", "--weight-kg", kg, "--on", steps.local_day(program))
        return program(*words, user="TECHNICIAN1", **extra)

    def test_one_mark_is_read_said_back_with_its_unit_and_the_other_refused(
        self, program: Program
    ) -> None:
        steps.register_patient(program)
        write_commas(program)
        shown = self.weigh(program, "12,5", as_json=False)
        assert "Numbers recorded as: weight 12,5 kg." in shown.stderr
        refused = self.weigh(program, "12.5", as_json=False, exit_code=2)
        assert "Write 12,5, not '12.5'. This site's decimal mark is a comma." in refused.stderr
        assert self.weigh(program, "1.250,5", exit_code=2).code == "bad-number"

        program("site", "set", "--decimal-mark", "point", "--reason", "back", user="ADMIN")
        shown = self.weigh(program, "12.6", as_json=False)
        assert "Numbers recorded as: weight 12.6 kg." in shown.stderr
        refused = self.weigh(program, "12,5", as_json=False, exit_code=2)
        assert "Write 12.5, not '12,5'. This site's decimal mark is a point." in refused.stderr

    def test_what_was_typed_wrongly_is_told_as_it_was_typed(
        self, filled: tuple[Program, Filled]
    ) -> None:
        program, lot = filled
        write_commas(program)
        words = ("lot", "discard", lot.lot, "--cells", "4.4e6", "--reason", "x")
        refused = program(*words, user="TECHNICIAN1", as_json=False, exit_code=2).stderr
        assert "'4.4e6' cells is not a number" in refused
        assert "Write 4,4e6, not '4.4e6'." in refused

    def test_people_read_the_comma_scripts_and_the_record_the_point(self, program: Program) -> None:
        steps.register_patient(program)
        write_commas(program)
        assert self.weigh(program, "12,5").data["weight_kg"] == "12.5"
        show = ("patient", "show", "P01")
        assert "12,5" in program(*show, as_json=False).stdout
        assert "12.5" in json.dumps(program(*show).data)
        listed = program("patient", "list", "--format", "csv", as_json=False).stdout
        assert ",12.5," in listed
        with raw(program.db) as database:
            assert database.execute(
                "SELECT weight_kg FROM weight ORDER BY seq DESC"
            ).fetchone() == ("12.5",)

    def test_a_refusal_tells_limits_with_the_comma(self, program: Program) -> None:
        steps.register_patient(program)
        write_commas(program)
        words = ("custody", "receive", "CN-TST-0001-X", "--temperature-c", "-273,5")
        refused = program(*words, user="TECHNICIAN1", as_json=False, exit_code=2)
        assert "-273,5" in refused.stderr

    def test_what_is_signed_is_shown_and_kept_with_the_comma(self, quality: Quality) -> None:
        program = quality.program
        write_commas(program)
        made = quality.result(quality.lot, "CD73", "97,1").data
        assert made["value"] == "97.1"
        shown = program.signed("result", "review", made["id"], user="QC2", as_json=False)
        assert "97,1 %" in shown.stderr
        with raw(program.db) as database:
            (text,) = database.execute("SELECT shown FROM signature ORDER BY seq DESC").fetchone()
        assert "97,1 %" in text
        assert program("audit", "verify").data["verdict"] == "intact"

    def test_a_document_is_shown_and_signed_word_for_word(self, program: Program) -> None:
        write_commas(program)
        shown = program.signed("spec", "approve", "MSC-EB-TRIAL", user="QP1", as_json=False)
        with raw(program.db) as database:
            ((text,),) = database.execute("SELECT shown FROM signature").fetchall()
            ((source,),) = database.execute(
                "SELECT source FROM specification WHERE name = 'MSC-EB-TRIAL'"
            ).fetchall()
        assert "1.32 EU/mL" in source
        assert source.rstrip() in text
        assert text in shown.stderr

    def test_results_and_their_corrections_take_the_comma_and_keep_words(
        self, quality: Quality
    ) -> None:
        write_commas(quality.program)
        made = quality.result(quality.lot, "endotoxin", "<0,40").data
        assert made["value"] == "<0.40"
        assert quality.result(quality.lot, "endotoxin", "<0.40", exit_code=2).code == "bad-number"
        quality("correct", made["id"], "value=<0,30", "--reason", "misread")
        (row,) = quality.program("result", "list", quality.lot).data
        assert row["value"] == "<0.30"
        wrong = quality(*("correct", made["id"], "value=<0.20", "--reason", "x"), exit_code=2)
        assert wrong.code == "bad-number"

    def test_a_laboratorys_file_states_its_own_mark(self, quality: Quality, tmp_path: Path) -> None:
        file = tmp_path / "flow.csv"
        file.write_text("test;value\nCD73;97,1\nCD90;96,4\n", encoding="utf-8")
        words = ("result", "import", file, "--lot", quality.lot)
        refused = quality(*words, exit_code=40)
        faults = refused.data["error"]["blockers"]
        assert [fault["sentence"][:7] for fault in faults] == ["Line 2:", "Line 3:"]
        assert all("--decimal-mark" in fault["hint"] for fault in faults)
        assert quality.program("result", "list", quality.lot).data == []
        made = quality(*words, "--decimal-mark", "comma").data
        assert [row["value"] for row in made["results"]] == ["97.1", "96.4"]

    def test_a_file_with_points_is_read_at_a_site_with_a_comma(
        self, quality: Quality, tmp_path: Path
    ) -> None:
        write_commas(quality.program)
        file = tmp_path / "flow.csv"
        file.write_text("test,value\nCD73,97.1\n", encoding="utf-8")
        made = quality("result", "import", file, "--lot", quality.lot).data
        assert made["results"][0]["value"] == "97.1"

    def test_a_fill_is_told_with_semicolons_between(self, filled: tuple[Program, Filled]) -> None:
        program, lot = filled
        write_commas(program)
        words = (
            *("lot", "fill", lot.lot, "--kind", "bag", "--count", 2, "--cells-each", "1,1e6"),
            *("--volume-ml", "2,5", "--expires", "2027-01-31T12:00"),
        )
        made = program(*words, "--last", "1,05e6;2,4", user="TECHNICIAN1").data
        amounts = [(row["viable_cells"], row["volume_ml"]) for row in made["containers"]]
        assert amounts == [("1100000", "2.5"), ("1050000", "2.4")]
        wrong = program(*words, "--last", "1.05e6,2.4", user="TECHNICIAN1", exit_code=2)
        assert "CELLS;ML" in wrong.data["error"]["hint"]

    def test_the_margins_of_a_sheet_are_told_with_the_sites_mark(
        self, filled: tuple[Program, Filled], tmp_path: Path
    ) -> None:
        program, lot = filled
        write_commas(program)
        words = ("label", "print", lot.bags[0], "--copy", "record", "--sheet", "2x3")
        more = ("--format", "pdf", "--out", tmp_path / "sheet.pdf", "--margins-mm")
        for wrong in ("7.5,12", "7,5,12", "7.5;12"):
            program(*words, *more, wrong, user="TECHNICIAN1", exit_code=2)
        program(*words, *more, "7,5;12", user="TECHNICIAN1")

    def test_a_label_speaks_to_people_with_the_sites_mark(
        self, filled: tuple[Program, Filled]
    ) -> None:
        from lottrack.actions.labelling.values import container_values
        from lottrack.store.store import Store

        program, lot = filled

        def values() -> dict[str, str]:
            store = Store(program.db)
            try:
                return container_values(store, store.get("container", lot.bags[0]), None)
            finally:
                store.close()

        before = values()
        write_commas(program)
        after = values()
        changed = {name for name in after if after[name] != before[name]}
        assert "viable_cells" in changed
        assert all(
            after[name] == before[name].replace(".", ",", 1) for name in changed - {"handling"}
        )
        assert changed <= {"viable_cells", "volume", "concentration", "storage", "handling"}
        assert after["container"] == before["container"]

    def test_a_document_speaks_to_people_with_the_sites_mark(self, quality: Quality) -> None:
        write_commas(quality.program)
        quality.result(quality.lot, "CD73", "97,1")
        told = quality.program(
            "lot", "dossier", quality.lot, user="QA1", as_json=False, exit_code=None
        )
        assert told.exit_code == 0, told.stderr
        assert "97,1" in told.stdout
        assert "97.1" not in told.stdout

    def test_a_picture_speaks_to_people_with_the_sites_mark(
        self, released: tuple[Program, Filled], tmp_path: Path
    ) -> None:
        program, lot = released

        def numbers(name: str) -> list[str]:
            program("chart", "growth", lot.lot, "--out", tmp_path / name)
            words = re.findall(
                r"<(?:text|title)[^>]*>([^<]*)<", (tmp_path / name).read_text("utf-8")
            )
            return re.findall(r"[0-9]+[.,][0-9]+", " ".join(words))

        before = numbers("point.svg")
        assert "3.03" in " ".join(before)
        write_commas(program)
        assert numbers("comma.svg") == [number.replace(".", ",") for number in before]


class TestOwnNumbers:
    def test_a_number_that_does_not_fit_is_refused_with_the_pattern(
        self, filled: tuple[Program, Filled]
    ) -> None:
        program, lot = filled
        program(
            *("site", "set", "--lot-number", "bm-##-####", "--collection-number", "KM###"),
            *("--reason", "SOP-PR-002"),
            user="ADMIN",
        )
        register = (
            *("lot", "register", "--collection", lot.collection, "--product", "BM-MSC"),
            *("--spec", "MSC-EB-TRIAL", "--number"),
        )
        refused = program(*register, "LOT7", user="TECHNICIAN1", exit_code=2)
        assert refused.code == "number-pattern"
        assert "BM-##-####" in refused.data["error"]["sentence"]
        made = program(*register, "bm-26-0042", user="TECHNICIAN1").data
        assert made["id"] == "BM-26-0042"

    def test_a_collections_number_is_asked_when_it_is_planned(self, program: Program) -> None:
        steps.approve_documents(program)
        steps.register_patient(program)
        steps.register_donor(program)
        _, course = steps.register_pair(program)
        program("site", "set", "--collection-number", "KM###", "--reason", "x", user="ADMIN")
        plan = ("collection", "plan", course, "--planned-on", steps.local_day(program, 3))
        refused = program(*plan, "--number", "K-1", user="TECHNICIAN1", exit_code=2)
        assert refused.code == "number-pattern"
        assert program(*plan, "--number", "km001", user="TECHNICIAN1").data["id"] == "KM001"

    def test_a_number_given_before_stays_readable_and_scannable(
        self, filled: tuple[Program, Filled], tmp_path: Path
    ) -> None:
        program, lot = filled
        register = (
            *("lot", "register", "--collection", lot.collection, "--product", "BM-MSC"),
            *("--spec", "MSC-EB-TRIAL", "--number", "OLD/7"),
        )
        program(*register, user="TECHNICIAN1")
        labels = program(
            "label", "print", lot.collection, "--out", tmp_path / "labels", user="TECHNICIAN1"
        ).data
        for pattern in ("BM-##-####", "X@@##", "none"):
            words = ("--lot-number", pattern, "--collection-number", pattern, "--reason", "new")
            program("site", "set", *words, user="ADMIN")
            assert program("lot", "show", "old/7").data["id"] == "OLD/7"
            assert program("label", "read", "OLD/7").data["valid"] is True
            assert program("label", "read", labels[0]["payload"]).data["valid"] is True

    def test_what_is_no_pattern_is_refused(self, program: Program) -> None:
        words = ("site", "set", "--lot-number", "BM 0001", "--reason", "x")
        assert program(*words, user="ADMIN", exit_code=2).code == "bad-pattern"

    def test_numbers_lottrack_makes_need_no_pattern(self, filled: tuple[Program, Filled]) -> None:
        program, lot = filled
        program("site", "set", "--lot-number", "BM-##-####", "--reason", "x", user="ADMIN")
        made = program(
            *("lot", "register", "--collection", lot.collection, "--product", "BM-MSC"),
            *("--spec", "MSC-EB-TRIAL"),
            user="TECHNICIAN1",
        ).data
        assert made["id"].startswith("LT-TST-")


class TestIsbt:
    STATE = ("site", "isbt", "--facility-code", "a9999", "--statement", "Registered (EXAMPLE)")

    def test_the_statement_is_kept_with_the_facility_code(self, program: Program) -> None:
        program(*self.STATE, "--reason", "contract", user="ADMIN")
        site = program("site", "show").data
        assert site["isbt128_printing"] is True
        assert site["isbt128_facility_code"] == "A9999"
        assert site["isbt128_statement"] == "Registered (EXAMPLE)"

    def test_it_can_be_taken_back(self, program: Program) -> None:
        program(*self.STATE, "--reason", "contract", user="ADMIN")
        program("site", "isbt", "--withdraw", "--reason", "contract ended", user="ADMIN")
        site = program("site", "show").data
        assert site["isbt128_printing"] is False
        assert site["isbt128_facility_code"] is None

    @pytest.mark.parametrize(
        "words",
        [
            ("--facility-code", "A99", "--statement", "x"),
            ("--facility-code", "O9999", "--statement", "x"),
            ("--facility-code", "A9999"),
            ("--statement", "x"),
            (),
            ("--withdraw", "--facility-code", "A9999", "--statement", "x"),
        ],
    )
    def test_half_of_it_is_refused(self, program: Program, words: tuple[str, ...]) -> None:
        program("site", "isbt", *words, "--reason", "x", user="ADMIN", exit_code=2)


@pytest.fixture
def donated(program: Program) -> tuple[Program, str]:
    """A collection that came with a donation number."""
    steps.approve_documents(program)
    steps.register_patient(program)
    steps.register_donor(program)
    _, course = steps.register_pair(program)
    made = program(
        *("collection", "record", "--course", course, "--at", steps.ago(program, days=20)),
        *("--volume-ml", "60", "--external-number", "DIN=A999926123456"),
        user="TECHNICIAN1",
    ).data
    return program, made["id"]


class TestDonationNumber:
    """ISBT 128 is printed only where a site said that it is registered, and never made up."""

    def test_is_not_printed_as_a_code_at_a_site_that_did_not_say_it_is_registered(
        self, donated: tuple[Program, str], tmp_path: Path
    ) -> None:
        program, collection = donated
        words = ("label", "donation", collection, "--out", tmp_path)
        refused = program(*words, exit_code=44)
        assert refused.code == "isbt-not-registered"
        assert "lottrack site isbt" in refused.data["error"]["hint"]
        assert list(tmp_path.glob("donation*")) == []

        program(*TestIsbt.STATE, "--reason", "contract", user="ADMIN")
        program(*words)
        program("site", "isbt", "--withdraw", "--reason", "contract ended", user="ADMIN")
        assert program(*words, exit_code=44).code == "isbt-not-registered"

    def test_is_printed_as_it_was_given_and_read_back_by_another_program(
        self, donated: tuple[Program, str], tmp_path: Path
    ) -> None:
        import zxingcpp
        from PIL import Image

        program, collection = donated
        program(*TestIsbt.STATE, "--reason", "contract", user="ADMIN")
        made = program("label", "donation", collection, "--out", tmp_path / "din.png").data
        assert (made["number"], made["payload"]) == ("A999926123456", "=A99992612345600")
        (code,) = zxingcpp.read_barcodes(Image.open(made["path"]).convert("L"))
        assert (code.text, code.format) == ("=A99992612345600", zxingcpp.BarcodeFormat.DataMatrix)
        assert program("label", "read", code.text).data["valid"] is True
        again = program("label", "donation", collection, "--out", tmp_path / "papers.pdf").data
        assert (tmp_path / "papers.pdf").read_bytes().startswith(b"%PDF")
        assert again["id"] == collection

    def test_is_never_made_up(self, filled: tuple[Program, Filled], tmp_path: Path) -> None:
        program, lot = filled
        program(*TestIsbt.STATE, "--reason", "contract", user="ADMIN")
        words = ("label", "donation", lot.collection, "--out", tmp_path)
        assert program(*words, exit_code=20).code == "no-donation-number"

    def test_stands_as_text_on_labels_without_any_statement(
        self, donated: tuple[Program, str]
    ) -> None:
        from lottrack.actions.labelling.values import collection_values
        from lottrack.store.store import Store

        program, collection = donated
        store = Store(program.db)
        values = collection_values(store, store.get("collection", collection))
        store.close()
        assert values["external_number"] == "DIN A999926123456"

    def test_no_template_can_ask_for_it_as_a_code(self) -> None:
        """What carries a code on a label says that label's own payload and nothing else."""
        from lottrack.assets import folder
        from lottrack.errors import TemplateInvalid
        from lottrack.printing.templates import load_template

        source = (folder("labels") / "cryobag.toml").read_text(encoding="utf-8")
        start = source.index('type = "qr"')
        asks = source[:start] + 'text = "{external_number}"\n' + source[start:]
        with pytest.raises(TemplateInvalid):
            load_template("cryobag", asks)
