"""A site's own label templates: nothing of them prints that a qualified person did not sign."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from lottrack import assets
from lottrack.printing.templates import shipped_template, template_sha256
from tests.commands.label_bench import REASON, T, fill, print_one, query, said
from tests.conftest import Program
from tests.steps import Filled

Site = tuple[Program, Filled]


def own_folder(program: Program) -> Path:
    folder = program.db.with_name(program.db.name + ".templates")
    folder.mkdir(exist_ok=True)
    return folder


def put(program: Program, name: str, text: str) -> Path:
    path = own_folder(program) / f"{name}.toml"
    path.write_text(text, encoding="utf-8")
    return path


def shipped(name: str) -> str:
    return assets.label_template_path(name).read_text(encoding="utf-8")


NEXT = shipped_template("cryobag")[0].edition + 1


def larger(name: str = "cryobag", edition: int = NEXT) -> str:
    """A shipped template with the site's words in it, as its own next edition."""
    text = shipped(name).replace('caption = "CONTAINER"', 'caption = "BAG NUMBER"', 1)
    first = f"edition = {text.split('edition = ')[1][0]}"
    return text.replace(first, f"edition = {edition}", 1)


@pytest.fixture
def bag(filled: Site) -> str:
    program, lot = filled
    return str(fill(program, lot.lot, "bag")["containers"][0]["id"])


def approve(program: Program, name: str = "cryobag", **extra: Any) -> Any:
    return program.signed("label", "approve", name, user="QP1", **extra)


def test_shipped_templates_print_as_they_are(filled: Site, bag: str) -> None:
    program, _ = filled
    listed = {row["id"]: row for row in program("label", "templates").data}
    assert set(listed) == set(assets.label_template_names())
    assert {row["state"] for row in listed.values()} == {"prints"}
    assert print_one(program, bag)["template"] == "cryobag"
    assert approve(program, exit_code=33).code == "already-approved"


def test_an_own_template_prints_only_after_a_qualified_person_signed(
    filled: Site, bag: str
) -> None:
    program, _ = filled
    put(program, "cryobag", larger())
    refused = program("label", "print", bag, user=T, exit_code=44)
    assert refused.code == "template-not-approved"
    assert "lottrack label approve cryobag" in refused.data["error"]["hint"]
    words = ("label", "approve", "cryobag")
    assert program.signed(*words, user="QA1", exit_code=52).code == "role-missing"

    made = approve(program).data
    assert made["sha256"] == template_sha256(larger())
    label = print_one(program, bag)
    assert label["edition"] == NEXT
    assert "BAG NUMBER" in said(program, label)
    rows = query(
        program,
        "SELECT t.source_sha256 FROM label AS l JOIN label_template AS t ON t.id = l.template"
        " WHERE l.id = ?",
        label["id"],
    )
    assert rows == [(made["sha256"],)]


def test_what_is_signed_is_the_whole_file(filled: Site) -> None:
    program, _ = filled
    put(program, "cryobag", larger())
    signature = approve(program).data["signature"]
    shown = query(program, "SELECT shown FROM signature WHERE id = ?", signature)[0][0]
    assert larger().rstrip() in shown
    assert template_sha256(larger()) in shown
    assert "In place of: the shipped one" in shown


def test_a_file_changed_after_its_approval_is_refused_until_it_is_signed_again(
    filled: Site, bag: str
) -> None:
    program, _ = filled
    path = put(program, "cryobag", larger())
    approve(program)
    path.write_text(larger().replace("BAG NUMBER", "THE BAG"), encoding="utf-8")
    refused = program("label", "print", bag, user=T, exit_code=44)
    assert refused.code == "template-not-approved"
    assert f"is not what was approved as edition {NEXT}" in refused.data["error"]["sentence"]
    states = {row["id"]: row["state"] for row in program("label", "templates").data}
    assert states["cryobag"] == "changed since it was approved"
    # the same edition with another text is not signed either
    assert approve(program, exit_code=61).code == "template-invalid"
    path.write_text(larger(edition=NEXT + 1).replace("BAG NUMBER", "THE BAG"), encoding="utf-8")
    approve(program)
    assert "THE BAG" in said(program, print_one(program, bag))


def test_a_file_that_disappears_does_not_bring_the_shipped_one_back_unseen(
    filled: Site, bag: str
) -> None:
    program, _ = filled
    path = put(program, "cryobag", larger())
    approve(program)
    path.unlink()
    refused = program("label", "print", bag, user=T, exit_code=44)
    assert refused.code == "template-not-approved"
    # the way back: sign for the shipped one
    approve(program)
    assert "BAG NUMBER" not in said(program, print_one(program, bag))


def test_a_broken_file_is_refused_with_file_and_line(filled: Site, bag: str) -> None:
    program, _ = filled
    put(program, "cryobag", larger().replace("{container}", "{birth_date}"))
    refused = program("label", "print", bag, user=T, exit_code=61)
    assert "cryobag.toml line" in refused.data["error"]["sentence"]
    assert approve(program, exit_code=61).code == "template-invalid"
    (row,) = [row for row in program("label", "templates").data if row["id"] == "cryobag"]
    assert (row["state"], row["origin"], row["sha256"]) == ("broken", "own", None)
    put(program, "cryobag", "\xff" * 10)
    (own_folder(program) / "cryobag.toml").write_bytes(b"\xff\xfe")
    program("label", "print", bag, user=T, exit_code=61)


def test_a_draft_under_its_own_name_stands_in_nobodys_way(filled: Site, bag: str) -> None:
    program, _ = filled
    put(program, "our-bag", larger(edition=1).replace('"cryobag"', '"our-bag"', 1))
    put(program, "broken", "name = ")
    assert print_one(program, bag)["template"] == "cryobag"
    words = ("label", "print", bag, *REASON, "--template", "our-bag")
    assert program(*words, user=T, exit_code=44).code == "template-not-approved"
    assert program(*words[:-1], "broken", user=T, exit_code=61).code == "template-invalid"

    approve(program, "our-bag")
    assert program(*words, user=T).data[0]["template"] == "our-bag"
    # signed, it is the one for bags: the site's own come first
    assert print_one(program, bag, *REASON)["template"] == "our-bag"


def test_an_unknown_template_is_named_with_those_there_are(filled: Site, bag: str) -> None:
    program, _ = filled
    refused = program("label", "print", bag, "--template", "nothing", user=T, exit_code=20)
    assert refused.code == "template-unknown"
    assert "cryobag" in refused.data["error"]["hint"]
    assert approve(program, "nothing", exit_code=20).code == "template-unknown"


def test_a_template_whose_sample_cannot_be_drawn_is_not_signed(filled: Site) -> None:
    program, _ = filled
    long = larger().replace('container = "CN-NORTH-0002-L"', f'container = "{"W" * 60}"')
    put(program, "cryobag", long)
    assert approve(program, exit_code=62).code == "text-does-not-fit"


def test_the_record_with_an_approval_proves_itself(filled: Site, bag: str) -> None:
    program, _ = filled
    put(program, "cryobag", larger())
    approve(program)
    print_one(program, bag)
    assert program("audit", "verify").data["verdict"] == "intact"
    program("admin", "check", user="ADMIN")


class TestProof:
    def test_a_template_is_drawn_on_one_page(self, program: Program, tmp_path: Path) -> None:
        for name in ("cryobag.pdf", "cryobag.png"):
            out = tmp_path / name
            made = program("label", "proof", "cryobag", "--out", out).data
            (proved,) = made["templates"]
            assert made["fits"] is True
            assert proved["variants"][0]["name"] == "sample"
            assert out.stat().st_size > 1000
        assert (tmp_path / "cryobag.pdf").read_bytes().count(b"/Type /Page ") == 1

    def test_all_templates_the_sites_own_among_them(self, program: Program, tmp_path: Path) -> None:
        put(program, "our-bag", larger(edition=1).replace('"cryobag"', '"our-bag"', 1))
        made = program("label", "proof", "--all", "--out", tmp_path / "all.pdf").data
        names = [each["id"] for each in made["templates"]]
        assert names == sorted([*assets.label_template_names(), "our-bag"])
        pages = (tmp_path / "all.pdf").read_bytes().count(b"/Type /Page ")
        assert pages == len(names)

    def test_what_does_not_fit_ends_with_62_and_is_named(
        self, program: Program, tmp_path: Path
    ) -> None:
        before, lot, after = shipped("cryobag").partition('name = "lot"\n')
        narrow = before + lot + after.replace("width_mm = 31", "width_mm = 12", 1)
        file = tmp_path / "cryobag.toml"
        file.write_text(narrow.replace("LT-NORTH-0001-F", "L1"), encoding="utf-8")
        made = program("label", "proof", file, "--out", tmp_path / "p.pdf", exit_code=62).data
        faults = [v for v in made["templates"][0]["variants"] if not v["fits"]]
        assert {each["name"] for each in faults} >= {"longest"}
        assert "does not fit label template cryobag" in faults[0]["sentence"]
        shown = program(
            *("label", "proof", file, "--out", tmp_path / "q.pdf"), as_json=False, exit_code=62
        ).stdout
        assert "Not everything fits." in shown

    def test_it_is_proved_for_the_printer_that_is_meant(
        self, program: Program, tmp_path: Path
    ) -> None:
        from PIL import Image

        wide = []
        for dpi in (203, 300, 600):
            out = tmp_path / f"{dpi}.png"
            made = program("label", "proof", "vial", "--dpi", dpi, "--out", out).data
            assert made["fits"] is True
            with Image.open(out) as image:
                wide.append(image.width / dpi)
        assert max(wide) - min(wide) < 0.01

    def test_it_asks_for_one_template_or_all(self, program: Program, tmp_path: Path) -> None:
        program("label", "proof", exit_code=2)
        program("label", "proof", "cryobag", "--all", exit_code=2)
        program("label", "proof", "nothing", exit_code=20)
        program("label", "proof", tmp_path / "none.toml", exit_code=20)
        program("label", "proof", "--all", "--out", tmp_path / "x.zpl", exit_code=2)
        put(program, "broken", "name = ")
        program("label", "proof", "broken", "--out", tmp_path / "x.pdf", exit_code=61)
