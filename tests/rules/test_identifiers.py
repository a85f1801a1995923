"""Numbers lottrack makes, codes people choose, numbers a site brings."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lottrack.errors import BadValue, CodeUnreadable
from lottrack.rules.codes.identifiers import (
    KINDS,
    PREFIXES,
    Number,
    compact,
    has_number_shape,
    is_foreign_number,
    make_number,
    read_number,
    require_code,
    require_own_number,
    require_site_code,
)
from lottrack.rules.reading.text import printable

ALPHANUMERIC = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
SITES = st.text(alphabet=ALPHANUMERIC, min_size=2, max_size=8)
SERIALS = st.integers(1, 10_000_000)
KIND = st.sampled_from(sorted(PREFIXES))


def _weighted_check(body: str) -> str:
    """MOD 37-2 by its definition as a weighted sum, apart from the code under test."""
    alphabet = f"0123456789{ALPHANUMERIC[:26]}*"
    total = sum(alphabet.index(c) * 2**place for place, c in enumerate(reversed(body), start=1))
    return alphabet[(1 - total) % 37]


def test_every_kind_has_two_letters_of_its_own() -> None:
    assert len(set(PREFIXES.values())) == len(PREFIXES) == len(KINDS)
    assert all(re.fullmatch("[A-Z]{2}", prefix) for prefix in PREFIXES.values())
    # "PT-" stands before a patient's code in a wristband's payload.
    assert "PT" not in KINDS


@pytest.mark.parametrize(
    ("kind", "prefix"),
    [("lot", "LT"), ("container", "CN"), ("collection", "CL"), ("label", "LB"), ("course", "CI")],
)
def test_the_prefixes_on_bags_and_papers_stay_what_they_are(kind: str, prefix: str) -> None:
    assert PREFIXES[kind] == prefix


@given(KIND, SITES, SERIALS)
def test_a_number_carries_kind_site_serial_and_check(kind: str, site: str, serial: int) -> None:
    number = make_number(kind, site, serial)
    check = _weighted_check(f"{PREFIXES[kind]}{site}{serial:04d}")
    if check == "*":
        assert number is None
    else:
        assert number == f"{PREFIXES[kind]}-{site}-{serial:04d}-{check}"


def test_a_serial_whose_check_would_be_a_star_is_skipped_and_few_are() -> None:
    made = [make_number("container", "NORTH", serial) for serial in range(1, 3701)]
    skipped = made.count(None)
    assert 0 < skipped < 3700 // 20
    assert len(set(made) - {None}) == 3700 - skipped


@given(KIND, SITES, SERIALS)
def test_a_number_is_read_back_however_it_is_typed(kind: str, site: str, serial: int) -> None:
    number = make_number(kind, site, serial)
    if number is None:
        return
    expected = Number(kind, number)
    spellings = (number, number.lower(), compact(number), number.replace("-", " "), f" {number}\t")
    assert all(read_number(spelling, site) == expected for spelling in spellings)


@given(KIND, SITES, SERIALS, st.data())
def test_one_mistyped_character_never_reads_as_a_number(
    kind: str, site: str, serial: int, data: st.DataObject
) -> None:
    number = make_number(kind, site, serial)
    if number is None:
        return
    short = compact(number)
    place = data.draw(st.integers(0, len(short) - 1))
    other = data.draw(st.sampled_from([c for c in ALPHANUMERIC if c != short[place]]))
    _assert_not_read(short[:place] + other + short[place + 1 :], site)


@given(KIND, SITES, SERIALS, st.data())
def test_two_swapped_characters_never_read_as_a_number(
    kind: str, site: str, serial: int, data: st.DataObject
) -> None:
    number = make_number(kind, site, serial)
    if number is None:
        return
    short = compact(number)
    place = data.draw(st.integers(0, len(short) - 2))
    swapped = short[:place] + short[place + 1] + short[place] + short[place + 2 :]
    if swapped != short:
        _assert_not_read(swapped, site)


def _assert_not_read(text: str, site: str) -> None:
    assert _reading(text, site) in {None, "identifier-check-failed"}


def _reading(text: str, site: str) -> Number | str | None:
    try:
        return read_number(text, site)
    except CodeUnreadable as refusal:
        return refusal.code


def test_a_wrong_check_character_is_refused_as_such_and_not_corrected() -> None:
    number = make_number("lot", "NORTH", 42)
    assert number is not None
    wrong = number[:-1] + ("A" if number[-1] != "A" else "B")
    with pytest.raises(CodeUnreadable, match=wrong) as refusal:
        read_number(wrong.lower(), "NORTH")
    assert refusal.value.code == "identifier-check-failed"
    assert refusal.value.exit_code == 63
    assert number not in refusal.value.sentence + refusal.value.hint


def test_a_serial_padded_beyond_four_digits_is_no_number_even_with_its_check() -> None:
    body = "LTNORTH00042"
    with pytest.raises(CodeUnreadable):
        read_number(body + _weighted_check(body), "NORTH")
    with pytest.raises(CodeUnreadable):
        read_number("LTNORTH0000" + _weighted_check("LTNORTH0000"), "NORTH")


@pytest.mark.parametrize(
    "text",
    ["", "P-17", "LT", "LT-NORTH-42-A", "LT-NORTH-0042", "QQ-NORTH-0042-A", "LT-SOUTH-0042-A",
     "LT--NORTH-0042-A", "L-T-NORTH-0042-A", "LT-NORTH-００42-A", "LT.NORTH.0042.A",
     "LT-NORTH-0042-*", "ＬT-NORTH-0042-A", "LT-NORTH-0042-A-1", "lt-north-00ſ2-a"],
)  # fmt: skip
def test_other_texts_are_no_numbers_of_this_site(text: str) -> None:
    assert read_number(text, "NORTH") is None


@given(SITES, SERIALS)
def test_a_number_of_another_site_is_told_apart(site: str, serial: int) -> None:
    number = make_number("container", site, serial)
    if number is None or site == "HOME":
        return
    assert read_number(number, "HOME") is None
    assert is_foreign_number(number.lower(), "HOME")
    assert not is_foreign_number(number, site)


def test_a_site_whose_code_begins_like_ours_is_not_ours_while_hyphens_stand() -> None:
    number = make_number("container", "AB12", 1)
    assert number is not None
    assert read_number(number, "AB") is None
    assert is_foreign_number(number, "AB")


@pytest.mark.parametrize("text", ["QQ-SOUTH-0042-A", "SOUTH-0042", "2026-01-02-3", ""])
def test_a_text_without_the_shape_is_no_foreign_number(text: str) -> None:
    assert not is_foreign_number(text, "NORTH")


def test_a_foreign_number_needs_its_check_character() -> None:
    number = make_number("lot", "SOUTH", 42)
    assert number is not None
    assert not is_foreign_number(number[:-1] + ("A" if number[-1] != "A" else "B"), "NORTH")


@pytest.mark.parametrize(("text", "code"), [("north", "NORTH"), (" MUC1 ", "MUC1"), ("kk", "KK")])
def test_a_site_code_is_upper_cased(text: str, code: str) -> None:
    assert require_site_code(text) == code


@pytest.mark.parametrize("text", ["", "K", "KLINIKUM9", "K-K", "MÜC", "К2", "K 2", "KK\x1b"])
def test_other_site_codes_are_refused(text: str) -> None:
    with pytest.raises(BadValue, match="2 to 8 letters"):
        require_site_code(text)


def test_a_number_cannot_be_made_below_one_or_for_a_bad_site_or_kind() -> None:
    with pytest.raises(BadValue):
        make_number("lot", "NORTH", 0)
    with pytest.raises(BadValue):
        make_number("lot", "NORTH-1", 1)
    with pytest.raises(KeyError):
        make_number("transition", "NORTH", 1)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("p-17", "P-17"),
        (" donor.4_b\r\n", "DONOR.4_B"),
        ("0042", "0042"),
        ("a" * 32, "A" * 32),
        ("\u212a1", "K1"),  # KELVIN SIGN: Unicode says it is a K
    ],
)
def test_a_code_is_kept_as_given_in_upper_case(text: str, code: str) -> None:
    assert require_code(text, "the patient code") == code


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("PАT1", r"CYRILLIC CAPITAL LETTER A \(U\+0410\) at place 2"),
        ("P\u200b1", r"ZERO WIDTH SPACE \(U\+200B\) at place 2"),
        ("P 1", "a space at place 2"),
        ("P\u00a01", "a no-break space at place 2"),
        ("P/1", "'/' at place 2"),
        ("P１", r"FULLWIDTH DIGIT ONE \(U\+FF11\) at place 2"),
        ("Straße", r"LATIN SMALL LETTER SHARP S \(U\+00DF\) at place 5"),
        ("ıd", r"LATIN SMALL LETTER DOTLESS I \(U\+0131\) at place 1"),
        ("P\x1b1", "ESC at place 2"),
        ("P*1", "'\\*' at place 2"),
        ("=cmd()", "'=' at place 1"),
    ],
)
def test_a_code_is_refused_with_the_offending_character(text: str, named: str) -> None:
    with pytest.raises(BadValue, match=f"^The patient code .* holds {named}") as refusal:
        require_code(text, "the patient code")
    assert printable(refusal.value.sentence) == refusal.value.sentence


@pytest.mark.parametrize(
    ("text", "why"),
    [("", "empty"), ("  ", "empty"), ("-17", "begins with '-'"), (".a", "begins with"),
     ("a" * 33, "33 characters"), ("lt.5", "LT.")],
)  # fmt: skip
def test_a_code_has_a_beginning_and_an_end(text: str, why: str) -> None:
    with pytest.raises(BadValue, match=re.escape(why)):
        require_code(text, "the patient code")


@given(st.text(max_size=45))
def test_an_accepted_code_is_its_own_spelling(text: str) -> None:
    try:
        code = require_code(text, "the code")
    except BadValue:
        return
    assert re.fullmatch(r"[A-Z0-9][A-Z0-9._-]{0,31}", code)
    assert require_code(code.lower(), "the code") == code


@pytest.mark.parametrize(
    ("text", "number"),
    [("bm/26/014", "BM/26/014"), ("MSC-2026-0042", "MSC-2026-0042"), ("A" * 40, "A" * 40),
     ("LT26-0042", "LT26-0042"), ("W1234 26 000001".replace(" ", ""), "W123426000001")],
)  # fmt: skip
def test_a_sites_own_number_is_kept_as_given(text: str, number: str) -> None:
    assert require_own_number(text, "the lot number") == number


@pytest.mark.parametrize("text", ["LT-26-0042-B", "lt-north-0042-x", "CN-NORTH-00001-7"])
def test_an_own_number_with_the_shape_of_lottracks_is_refused(text: str) -> None:
    assert has_number_shape(text)
    with pytest.raises(BadValue, match="could be confused"):
        require_own_number(text, "the lot number")


@given(KIND, SITES, SERIALS)
def test_no_number_lottrack_makes_passes_as_a_sites_own(kind: str, site: str, serial: int) -> None:
    number = make_number(kind, site, serial)
    if number is None:
        return
    with pytest.raises(BadValue):
        require_own_number(number, "the lot number")
    with pytest.raises(BadValue):
        require_own_number(compact(number), "the lot number", site)


@given(st.text(alphabet=f"{ALPHANUMERIC}./_-", min_size=1, max_size=40), SITES)
def test_an_accepted_own_number_is_never_read_as_lottracks(text: str, site: str) -> None:
    try:
        number = require_own_number(text, "the lot number", site)
    except BadValue:
        return
    assert read_number(number, site) is None
    assert not is_foreign_number(number, site)


def test_an_own_number_with_a_wrong_check_that_we_would_stumble_on_is_refused() -> None:
    # Without hyphens it has our shape; reading it later would fail for its check character.
    body = "LTNORTH0042"
    wrong = body + ("A" if _weighted_check(body) != "A" else "B")
    assert require_own_number(wrong, "the lot number") == wrong
    with pytest.raises(BadValue, match="could be confused"):
        require_own_number(wrong, "the lot number", "NORTH")


@pytest.mark.parametrize("text", ["PT-17", "lt.north", "BM 14", "/14", "A" * 41, "BMА14", ""])
def test_an_own_number_that_could_be_misread_is_refused(text: str) -> None:
    with pytest.raises(BadValue, match=r"^The lot number"):
        require_own_number(text, "the lot number")
