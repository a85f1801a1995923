"""Bad input: every command refuses it with a code and a status, and records nothing but that.

The good lines of ``good_lines`` are spoilt one word at a time: an identifier, a number, a date, a
time. Whatever is typed, no fault of lottrack's own may show.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from lottrack.rules.administration.refusal_codes import ALL_CODES
from lottrack.rules.codes.identifiers import make_number, read_number
from tests.commands.good_lines import LEAVES, LINES, WITHOUT_A_LINE, Line, said
from tests.commands.spoiling import Stocked, codes_of
from tests.house.tree import options

if TYPE_CHECKING:
    import click

pytest_plugins = ("tests.commands.stock_fixtures",)

BEDSIDE = {"verify", "dispense", "infusion record", "prepare start"}
"""Where every fault of a scan is a blocker, so that all of them are told at once."""

ANYTHING = {
    *("trace", "attach", "correct", "strike", "audit show", "label list"),
    *("deviation open", "deviation link"),
}
"""What takes the number of whatever there is."""

NUMBERS = {
    *("pair", "course", "collection", "planned", "lot", "lot2", "lot3", "fill", "fill2", "bag"),
    *("bag4", "moving", "order", "preparation", "sample", "result", "hold", "label", "weight"),
    *("deviation", "deviation2", "deviation3", "action", "requirement"),
    *("notification", "supply", "supply2"),
    *("material_lot", "material_lot2", "vial"),
}
SCANS = {"scan", "scan2", "chart"}
PERSONS = {"user", "qp", "rp", "qa", "qc", "clinician"}
CODES = {
    *("donor", "donor2", "patient", "place", "rule", "specification", "specification2"),
    *("equipment", "material"),
    *("protocol", "protocol2", "protocol3"),
}
BY_WORDS = {line.words: line for line in reversed(LINES)}


def naming(*names: str) -> list[object]:
    """Every line with each of the things it names, of those given."""
    return [
        pytest.param(line, name, id=f"{line.words} {name}")
        for line in LINES
        for name in dict.fromkeys(re.findall(r"{(\w+)}", line.rest))
        if name in names and line.words != "label read"
    ]


# -- the good lines --------------------------------------------------------------------------------


def test_every_command_that_names_a_thing_has_a_good_line() -> None:
    assert set(LEAVES) - {line.words for line in LINES} == WITHOUT_A_LINE


@pytest.mark.parametrize("line", LINES, ids=[f"{line.words} {line.rest}" for line in LINES])
def test_a_good_line_goes_through(own_stock: Stocked, line: Line) -> None:
    """Only the spoilt word can be what is refused below."""
    things = own_stock.things | {"folder": str(own_stock.program.db.parent)}
    result = said(own_stock.program, line, line.typed(things))
    assert result.exit_code == line.ends, result.stdout + result.stderr


# -- identifiers -----------------------------------------------------------------------------------


def number(kind: str, site: str, serial: int) -> str:
    """A sound number with this serial, or the next that has one."""
    return make_number(kind, site, serial) or number(kind, site, serial + 1)


def mistyped(text: str) -> str:
    """A number with one digit altered."""
    place = text.rindex("-") - 1
    return f"{text[:place]}{(int(text[place]) + 1) % 10}{text[place + 1 :]}"


class TestIdentifiers:
    @pytest.mark.parametrize(("line", "name"), naming(*NUMBERS))
    def test_a_number_nothing_has(self, stocked: Stocked, line: Line, name: str) -> None:
        found = read_number(stocked.things[name], "TST")
        assert found is not None
        for text in (number(found.kind, "TST", 9000), number(found.kind, "XYZ", 1), "BAG-4711"):
            result = stocked(line, things={name: text})
            if line.words in BEDSIDE:
                assert result.exit_code == 42
                assert "unknown-code" in codes_of(result)
            else:
                assert (result.exit_code, codes_of(result)) == (20, {"unknown-code"})

    @pytest.mark.parametrize(("line", "name"), naming(*NUMBERS))
    def test_a_number_with_a_digit_altered(self, stocked: Stocked, line: Line, name: str) -> None:
        result = stocked(line, things={name: mistyped(stocked.things[name])})
        assert result.exit_code == (42 if line.words in BEDSIDE else 63)
        assert "identifier-check-failed" in codes_of(result)

    @pytest.mark.parametrize(
        ("line", "name"), [p for p in naming(*NUMBERS) if p.values[0].words not in ANYTHING]
    )
    def test_the_number_of_another_thing(self, stocked: Stocked, line: Line, name: str) -> None:
        other = stocked.things["pair" if name == "hold" else "hold"]
        result = stocked(line, things={name: other})
        assert result.exit_code == (42 if line.words in BEDSIDE else 64)
        assert "wrong-kind-of-code" in codes_of(result)

    @pytest.mark.parametrize(("line", "name"), naming(*SCANS))
    @pytest.mark.parametrize(
        ("spoil", "status", "code"),
        [
            (lambda scan: scan[:-1], 63, "identifier-check-failed"),
            (lambda scan: scan[:-3] + "X" + scan[-2:], 63, "identifier-check-failed"),
            (lambda _: number("container", "TST", 9000), 20, "unknown-code"),
            (lambda _: "=A99991512345600", 64, "wrong-kind-of-code"),
            (lambda _: "PATIENT BRACELET", 20, "unknown-code"),
        ],
        ids=["cut short", "altered", "unknown", "of another system", "of nothing"],
    )
    def test_a_spoilt_scan(
        self, stocked: Stocked, line: Line, name: str, spoil, status: int, code: str
    ) -> None:
        result = stocked(line, things={name: spoil(stocked.things[name])})
        if line.words in BEDSIDE:
            assert result.exit_code == 42
            assert code in codes_of(result) <= ALL_CODES
            assert "weight-missing" not in codes_of(result)
        else:
            assert (result.exit_code, codes_of(result)) == (status, {code})

    @pytest.mark.parametrize(("line", "name"), naming(*CODES))
    def test_a_code_nobody_has(self, stocked: Stocked, line: Line, name: str) -> None:
        result = stocked(line, things={name: "NOBODY"})
        if line.words in BEDSIDE:
            assert result.exit_code == 42
            assert "patient-band-unknown" in codes_of(result) <= ALL_CODES
        else:
            assert (result.exit_code, codes_of(result)) == (20, {"unknown-code"})

    @pytest.mark.parametrize(("line", "name"), naming(*PERSONS))
    def test_a_person_nobody_knows(self, stocked: Stocked, line: Line, name: str) -> None:
        """Who acts or signs is asked for a secret (51); who is only spoken of is looked up (20)."""
        result = stocked(line, things={name: "NOBODY"})
        spoken_of = "--performed-by {user}" in line.rest or "--by {user}" in line.rest
        spoken_of = spoken_of or line.words.startswith("user ")
        wanted = (20, {"unknown-code"}) if spoken_of else (51, {"unknown-user"})
        assert (result.exit_code, codes_of(result)) == wanted

    @pytest.mark.parametrize(("line", "name"), naming(*NUMBERS, *SCANS, *PERSONS, *CODES))
    def test_what_is_no_identifier_at_all(self, stocked: Stocked, line: Line, name: str) -> None:
        for text in ("\x1b[2J\x07" + "L" * 300, "ＣＮ-TST-0001-Z"):
            result = stocked(line, things={name: text}, as_json=False)
            assert result.exit_code in {2, 20, 42, 63}, result.stderr
            assert "\x1b" not in result.stdout + result.stderr
            assert "Refused (" in result.stderr or result.exit_code == 42


# -- numbers and dates -----------------------------------------------------------------------------

NO_NUMBERS = ("nan", "NaN", "inf", "4.4.4", "1_0", "１０", "٣", "4,4", "1 000", "0x10", "--5", "")
BAD_NUMBERS = {
    "cells": (*NO_NUMBERS, "-5", "1.5", "1e99", "4.4e7.0", "99999999999999999999"),
    "number": (*NO_NUMBERS, "-0.1", "1e3", "1" * 40),
    "percent": (*NO_NUMBERS, "103", "100.1", "-1", "1e1"),
    "degrees Celsius": (*NO_NUMBERS, "-274", "201", "1e1"),
    "whole number": (*NO_NUMBERS, "-1", "1.5", "1e1", "9" * 20),
    "year": (*NO_NUMBERS, "-2016", "2016.5", "20166", "0"),
    "date": (
        *("", "2026-02-30", "2026-13-01", "03/04/2026", "04.03.2026", "2026-2-3", "20260203"),
        *("２０２６-02-02", "2026-02-02T10:00", "today", "nan", "0000-01-01", "10000-01-01"),
    ),
}
"""Kind of value -> what must never be taken for one."""

READ = [
    pytest.param(words, option, id=f"{words} {option.opts[-1]}")
    for words, command in LEAVES.items()
    for option in options(command)
    if option.type.name in BAD_NUMBERS
]


@pytest.mark.parametrize(("words", "option"), READ)
def test_what_is_no_number_or_date(stocked: Stocked, words: str, option: click.Option) -> None:
    for text in BAD_NUMBERS[option.type.name]:
        result = stocked(BY_WORDS[words], option.opts[-1], text)
        assert result.exit_code == 2, text
        assert codes_of(result) <= {"bad-number", "out-of-range", "bad-date"}, text
        assert option.opts[-1].lstrip("-") in result.data["error"]["sentence"].lower()


def test_every_kind_of_number_is_read_by_lottrack_itself() -> None:
    """``click.INT`` and its like read ``1_0`` and full-width digits; none of them is used."""
    kinds = {option.type.name for command in LEAVES.values() for option in options(command)}
    own = set(BAD_NUMBERS)
    assert own <= kinds
    assert kinds - own <= {"text", "boolean", "choice", "path", "file"}


@pytest.mark.parametrize(
    "line",
    [
        *(
            Line("result record", "QC1", f"{{lot2}} viability-fill {value}")
            for value in ("nan", "1_0", "９４", "94,1", "9.4.1", "''", "'> <5'")
        ),
        Line("correct", "TECHNICIAN1", "{weight} weight_kg=nan --reason X"),
        Line("correct", "TECHNICIAN1", "{weight} weight_kg=-3 --reason X"),
        Line("correct", "TECHNICIAN1", "{weight} weighed_on=2026-02-30 --reason X"),
        Line("correct", "TECHNICIAN1", "{weight} weight --reason X"),
        Line("lot fill-confirm", "TECHNICIAN1", "{fill2} --actual {bag4}=nan,2"),
        Line("lot fill-confirm", "TECHNICIAN1", "{fill2} --actual {bag4}=1e6,-2"),
        Line("lot fill-confirm", "TECHNICIAN1", "{fill2} --actual {bag4}"),
        Line("donor screen", "TECHNICIAN1", "{donor} --sampled-on {today} --marker HBsAg=perhaps"),
        Line("donor screen", "TECHNICIAN1", "{donor} --sampled-on {today} --marker HBsAg"),
        Line("patient type", "TECHNICIAN1", "{patient} --hla Q*99:99+A*02:01"),
        Line("patient register", "TECHNICIAN1", "--code P09 --born 1492 --sex F"),
        Line("patient register", "TECHNICIAN1", "--code '<script>' --born 2016 --sex F"),
        Line("lot seed", "TECHNICIAN1", "{lot2} --passage P_1 --seeded 1e6 --area-cm2 300"),
        Line("lot seed", "TECHNICIAN1", "{lot2} --passage P1 --seeded 0 --area-cm2 300"),
        Line("lot seed", "TECHNICIAN1", "{lot2} --passage P1 --seeded 1e6 --area-cm2 0"),
        Line("lot discard", "TECHNICIAN1", "{lot2} --cells 0 --reason X"),
        Line("lot discard", "TECHNICIAN1", "{lot2} --cells 1 --reason ' '"),
        Line("prepare count", "PHARMACIST1", "{preparation} --total 4e7"),
    ],
    ids=lambda line: f"{line.words} {line.rest}",
)
def test_values_that_are_read_with_a_thing(stocked: Stocked, line: Line) -> None:
    result = stocked(line)
    assert result.exit_code == 2, result.stdout
    assert codes_of(result)


@pytest.mark.parametrize(
    ("test", "value"),
    [("viability-fill", "103"), ("viability-fill", "-94"), ("endotoxin", ">0.1")],
)
def test_a_result_that_cannot_be_is_kept_as_reported_and_never_passes(
    own_stock: Stocked, test: str, value: str
) -> None:
    lot = own_stock.things["lot2"]
    made = own_stock.program("result", "record", lot, test, value, user="QC1").data
    assert made["value"] == value
    assert made["verdict"] in {"fail", "undecided"}


# -- times -----------------------------------------------------------------------------------------

NO_TIMES = (
    *("2026-02-30T10:00", "03/04/2026 10:00", "２０２６-02-02T10:00"),
    *("2026-02-02T24:00", "2026-03-29T02:30"),
)
"""No times; the last was skipped when the clocks of the site went to summer time."""

A_DAY = "2026-02-02"
WHOLE_DAYS = {"--from", "--to", "--as-of"}
"""Options that take a day as well: what is looked at, not when something happened."""

HAPPENED = {"--at", "--seeded-at", "--sampled-at", "--started", "--ended"}
"""Options that tell when something happened."""

MOMENTS = [
    pytest.param(words, option.opts[-1], id=f"{words} {option.opts[-1]}")
    for words, command in LEAVES.items()
    for option in options(command)
    if option.metavar == "TIME" or (option.opts[-1] in HAPPENED and option.metavar != "ADDRESS")
]
BORN_LATER = "1899-12-31T10:00"

WITHOUT_AN_EARLIER_ACT = {
    "attach": "a paper may be older than what it is about",
    "deviation open": "what departed from a rule may be older than what it concerns",
    "lot close": "judged by what the lot is now",
    "material receive": "a delivery may be older than anything else on record",
    "prepare start": "judged as of the time told: there was no weight yet",
    "dispense": "judged as of the time told: there was no weight yet",
}
"""Acts that are not refused for being told before anything else, with the reason."""


@pytest.mark.parametrize(("words", "option"), MOMENTS)
def test_what_is_no_time(stocked: Stocked, words: str, option: str) -> None:
    no_times = NO_TIMES if option in WHOLE_DAYS else (*NO_TIMES, A_DAY)
    for text in no_times:
        result = stocked(BY_WORDS[words], option, text)
        assert (result.exit_code, codes_of(result)) == (2, {"bad-time"}), text


@pytest.mark.parametrize(
    ("words", "option"), [param for param in MOMENTS if param.values[1] in HAPPENED]
)
def test_a_time_that_has_not_come(stocked: Stocked, words: str, option: str) -> None:
    for text in ("2026-02-02T09:02+00:00", "2126-01-01T10:00"):
        result = stocked(BY_WORDS[words], option, text)
        assert (result.exit_code, codes_of(result)) == (2, {"time-in-future"})


@pytest.mark.parametrize(
    ("words", "option"),
    [
        ("patient weigh", "--on"),
        ("patient consent", "--on"),
        ("donor consent", "--on"),
        ("donor screen", "--sampled-on"),
        ("order place", "--weighed-on"),
    ],
)
class TestDaysThatHappened:
    def test_not_yet(self, stocked: Stocked, words: str, option: str) -> None:
        result = stocked(BY_WORDS[words], option, "2026-02-03")
        assert (result.exit_code, codes_of(result)) == (2, {"date-in-future"})

    def test_before_the_birth(self, stocked: Stocked, words: str, option: str) -> None:
        result = stocked(BY_WORDS[words], option, "1899-12-31")
        assert (result.exit_code, codes_of(result)) == (30, {"out-of-order"})


TOLD = {param.values[0] for param in MOMENTS if param.values[1] == "--at"}


@pytest.mark.parametrize("words", sorted(TOLD - set(WITHOUT_AN_EARLIER_ACT)))
def test_before_anybody_was_born(stocked: Stocked, words: str) -> None:
    result = stocked(BY_WORDS[words], "--at", BORN_LATER)
    assert codes_of(result) == {"out-of-order"}
    assert result.exit_code == (43 if words.startswith("custody") else 30)


def test_only_acts_that_are_told_are_excused_from_the_order_of_acts() -> None:
    assert set(WITHOUT_AN_EARLIER_ACT) <= TOLD


def test_an_infusion_does_not_end_before_it_began(stocked: Stocked) -> None:
    result = stocked(BY_WORDS["infusion record"], "--ended", "2026-02-02T08:30+00:00")
    assert (result.exit_code, codes_of(result)) == (2, {"out-of-order"})
