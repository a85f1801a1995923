"""A scan of another system's code, at any place that scans, says what it is and is recorded."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from lottrack.actions.scanning import scan_container
from lottrack.store.store import Store
from tests.commands.bench_player import play, refusals

if TYPE_CHECKING:
    from tests.conftest import Program
    from tests.steps import Filled

FOREIGN = [
    ("=A99992412345600", "isbt128", "an ISBT 128 code"),
    ("=A9999241234", "isbt128", "an ISBT 128 code"),
    ("SEC: PL001499Z549917123456 A00T041600320171231", "sec", "a Single European Code"),
    ("PL001499Z549917123456A00T041600320171231", "sec", "a Single European Code"),
    ("010950600013435217261231\x1d10MSC", "gs1", "a GS1 code"),
    ("\x1d010950600013435217261231", "gs1", "a GS1 code"),
    ("]d2010950600013435217261231", "gs1", "a GS1 code"),
    ("(01)09506000134352(17)261231(10)MSC240137", "gs1", "a GS1 code"),
    ("https://id.gs1.org/01/09506000134352/10/LOT7", "gs1", "a GS1 code"),
    ("HTTPS://ID.GS1.ORG/01/09506000134352/10/LOT7", "gs1", "a GS1 code"),
    ("https://www.example.org/x?id=3", "unknown", "a web address"),
    ("tel:+34600123456", "unknown", "a telephone number"),
    ("+34 600 123 456", "unknown", "a telephone number"),
    ('{"stockitem": 536}', "unknown", "data of another program (JSON)"),
    ("4006381333931", "unknown", "an article number"),
]
IDS = [f"{place} {kind}" for place, (_, _, kind) in enumerate(FOREIGN)]
CODES = {"unknown": "unknown-code"}


@pytest.fixture(scope="module")
def site(released_file: tuple, tmp_path_factory: pytest.TempPathFactory) -> tuple[Program, Filled]:
    """A released lot; nothing here changes it but refusals."""
    import shutil

    from tests.conftest import Clock, Program

    db = tmp_path_factory.mktemp("foreign") / "record.sqlite"
    shutil.copy(released_file[0], db)
    clock = Clock()
    clock.advance(hours=1)
    return Program(db, clock), released_file[1]


@pytest.mark.parametrize(("text", "scheme", "kind"), FOREIGN, ids=IDS)
def test_label_read_names_its_scheme(site, text: str, scheme: str, kind: str) -> None:
    program, _ = site
    read = program("label", "read", text, exit_code=None).data
    assert read["scheme"] == scheme
    if scheme == "unknown":
        assert kind in read["reason"]


@pytest.mark.parametrize(("text", "scheme", "kind"), FOREIGN, ids=IDS)
def test_verify_refuses_it_with_its_name(site, text: str, scheme: str, kind: str) -> None:
    program, _ = site
    said = program("verify", text, "--patient", "P01", user="NURSE1", exit_code=42)
    blockers = {each["code"]: each["sentence"] for each in said.data["blockers"]}
    assert f"This is {kind}" in blockers[CODES.get(scheme, "wrong-kind-of-code")]


@pytest.mark.parametrize(("text", "scheme", "kind"), FOREIGN, ids=IDS)
def test_the_bench_refuses_it_with_its_name_and_keeps_the_bytes(
    site, text: str, scheme: str, kind: str
) -> None:
    program, lot = site
    went = play(program, f"{text}\r".encode(), lot=lot.lot)
    assert f"This is {kind}" in went.screen
    _, scans, code = refusals(program)[-1]
    assert code == CODES.get(scheme, "wrong-kind-of-code")
    assert scans[-1] == "bytes " + f"{text}\r".encode().hex(" ")


# -- truncated and flipped -------------------------------------------------------------------------


def test_a_label_with_any_one_bit_flipped_is_refused_with_its_code(site) -> None:
    """Each bit of each character of a good label; capitals and small letters are the same."""
    program, lot = site
    code = lot.scans[0]
    store = Store(program.db)
    try:
        assert scan_container(store, code).record == lot.bags[0]
        for place in range(len(code)):
            for bit in range(8):
                flipped = code[:place] + chr(ord(code[place]) ^ 1 << bit) + code[place + 1 :]
                if flipped.upper() == code:
                    continue
                found = scan_container(store, flipped)
                assert found.record == "", flipped
                assert found.blockers[0].code in {
                    *("identifier-check-failed", "unknown-code", "wrong-kind-of-code"),
                }
    finally:
        store.close()


def test_a_label_cut_short_at_either_end_is_refused_with_its_code(site) -> None:
    program, lot = site
    code = lot.scans[0]
    store = Store(program.db)
    try:
        for cut in range(1, len(code)):
            for part in (code[:cut], code[cut:]):
                found = scan_container(store, part)
                assert found.record == "", part
                assert found.blockers, part
    finally:
        store.close()


@pytest.mark.parametrize("cut", [1, 5, 12, 20])
def test_a_label_cut_short_is_refused_on_the_command_line(site, cut: int) -> None:
    program, lot = site
    refused = program(
        "verify", lot.scans[0][:-cut], "--patient", "P01", user="NURSE1", exit_code=42
    )
    assert "identifier-check-failed" in refused.blockers
    assert program("label", "read", lot.scans[0][:-cut], exit_code=63).data["valid"] is False


# -- the published codes ---------------------------------------------------------------------------

PUBLISHED = {"isbt_message": "isbt128", "sec": "sec", "gs1_element_string": "gs1"}
VECTORS = [
    vector
    for vector in json.loads(
        (Path(__file__).parents[1] / "data" / "vectors_public.json").read_text("utf-8")
    )["vectors"]
    if vector["kind"] in PUBLISHED
]


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["id"])
def test_label_read_answers_published_codes_in_the_form_they_are_published_in(site, vector) -> None:
    program, _ = site
    expected = vector["expect"]
    sound = not expected.get("error")
    read = program("label", "read", vector["input"]["text"], exit_code=0 if sound else 63).data
    assert read["valid"] is sound
    if sound:
        assert read["scheme"] == PUBLISHED[vector["kind"]]
        keys = {"structures", "fields", "ais"} & set(expected)
        assert keys
        assert {key: read[key] for key in keys} == {key: expected[key] for key in keys}
    else:
        assert read["reason"]
