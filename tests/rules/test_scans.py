"""What a scanner types: round trips, wrapping, damage, and codes of other systems."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lottrack.errors import BadValue, CodeUnreadable
from lottrack.rules.codes.checkchar import check_value
from lottrack.rules.codes.identifiers import PREFIXES, compact, make_number
from lottrack.rules.codes.scans import (
    COPIES,
    Scan,
    foreign_scheme,
    label_payload,
    patient_of,
    patient_thing,
    read_scan,
)

ALPHANUMERIC = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
# ISO/IEC 18004, table of the alphanumeric mode.
QR_ALPHANUMERIC = set(f"{ALPHANUMERIC} $%*+-./:")

_made = st.builds(
    make_number,
    st.sampled_from(sorted(PREFIXES)),
    st.text(alphabet=ALPHANUMERIC, min_size=2, max_size=8),
    st.integers(1, 999_999),
).filter(lambda number: number is not None)
_codes = st.from_regex(r"[A-Z0-9][A-Z0-9._-]{0,31}", fullmatch=True)
_own = st.from_regex(r"[A-Z0-9][A-Z0-9._/-]{0,39}", fullmatch=True)
_things = st.one_of(_made.map(compact), _codes.map(patient_thing))
_copies = st.sampled_from(sorted(COPIES))
_payloads = st.builds(label_payload, _things, _made, _copies)


def _example() -> tuple[str, str, str]:
    container, label = make_number("container", "NORTH", 17), make_number("label", "NORTH", 91)
    assert container is not None
    assert label is not None
    return container, label, label_payload(container, label, "primary")


def test_a_container_label_reads_container_label_copy_and_check() -> None:
    container, label, payload = _example()
    start, thing, serial, end = payload.split(".")
    assert (start, thing, serial) == ("LT", compact(container), compact(label))
    assert end[0] == "P"
    assert len(end) == 2


@pytest.mark.parametrize(
    ("copy", "letter"),
    [("primary", "P"), ("overwrap", "O"), ("chart", "C"), ("record", "R"), ("transport", "T"),
     ("wristband", "W"), ("sample", "S")],
)  # fmt: skip
def test_each_kind_of_copy_has_its_letter(copy: str, letter: str) -> None:
    container, label, _ = _example()
    payload = label_payload(container, label, copy)
    assert payload.rsplit(".", 1)[1][0] == letter
    assert read_scan(payload).copy == copy
    assert len(set(COPIES.values())) == len(COPIES) == 7


@given(_things, _made, _copies)
def test_every_label_is_read_back_as_it_was_printed(thing: str, label: str, copy: str) -> None:
    payload = label_payload(thing, label, copy)
    assert read_scan(payload) == Scan(payload, payload, "label", thing, compact(label), copy)


@given(_own, _made, _copies)
def test_a_sites_own_number_is_read_back_with_its_separators(
    own: str, label: str, copy: str
) -> None:
    payload = label_payload(own, label, copy)
    scan = read_scan(payload)
    # Only a number of lottrack's shape loses its hyphens, and no own number has that shape.
    assert scan.thing in {own, compact(own)}


@given(_payloads)
def test_a_payload_stays_in_qr_alphanumeric_mode(payload: str) -> None:
    assert set(payload) <= QR_ALPHANUMERIC


@given(
    _payloads,
    st.sampled_from(["", "\x02", "]Q1", "]Q3", "]d2", "]C1", " \t]Q1", "\x1d"]),
    st.sampled_from(["", "\r", "\n", "\r\n", "\t", "\x03", "\x1d", " \r\n", "\x15"]),
    st.booleans(),
)
def test_what_a_scanner_adds_is_stripped(
    payload: str, before: str, after: str, lower: bool
) -> None:
    raw = before + (payload.lower() if lower else payload) + after
    scan = read_scan(raw)
    assert (scan.raw, scan.text, scan.form) == (raw, payload, "label")


def _assert_not_taken_for_a_label(text: str) -> None:
    assert _form(text) in {"number", "identifier-check-failed"}


def _form(text: str) -> str:
    try:
        return read_scan(text).form
    except CodeUnreadable as refusal:
        return refusal.code


@given(_payloads, st.data())
def test_one_misread_character_is_always_detected(payload: str, data: st.DataObject) -> None:
    places = [place for place, c in enumerate(payload) if c.isalnum()]
    place = data.draw(st.sampled_from(places))
    other = data.draw(st.sampled_from([c for c in ALPHANUMERIC if c != payload[place]]))
    _assert_not_taken_for_a_label(payload[:place] + other + payload[place + 1 :])


@given(_payloads, st.data())
def test_two_swapped_neighbours_are_always_detected(payload: str, data: st.DataObject) -> None:
    places = [
        place
        for place in range(len(payload) - 1)
        if payload[place : place + 2].isalnum() and payload[place] != payload[place + 1]
    ]
    place = data.draw(st.sampled_from(places))
    swapped = payload[:place] + payload[place + 1] + payload[place] + payload[place + 2 :]
    _assert_not_taken_for_a_label(swapped)


@pytest.mark.parametrize("cut", range(3, 25))
def test_a_code_cut_short_is_never_a_label(cut: int) -> None:
    _, _, payload = _example()
    assert cut < len(payload)
    _assert_not_taken_for_a_label(payload[:cut])


def test_two_scans_run_together_are_refused() -> None:
    _, _, payload = _example()
    with pytest.raises(CodeUnreadable):
        read_scan(payload + payload)


@pytest.mark.parametrize(
    "text",
    ["LT.", "LT.A", "LT.A.B", "LT.A.B.P", "LT..B.PX", "LT.A..PX", "LT.A.B.PXX", "LT.A B.C.PX",
     "LT.ß.C.PX", "LT.A\x1b.C.PX", "LT.A:B.PX"],
)  # fmt: skip
def test_a_malformed_label_code_is_refused_and_shown_safely(text: str) -> None:
    with pytest.raises(CodeUnreadable, match="cannot be trusted") as refusal:
        read_scan(text)
    assert refusal.value.exit_code == 63
    assert refusal.value.sentence.isprintable()


def test_a_copy_letter_of_a_later_lottrack_is_named() -> None:
    from lottrack.rules.codes.checkchar import check_character

    body = "LT.CNNORTH0017X.LBNORTH0091Y.Z"
    with pytest.raises(CodeUnreadable, match=r"kind of copy \(Z\)"):
        read_scan(body + check_character(body.replace(".", "")))


@pytest.mark.parametrize("code", ["P-17", "A.B.C", "0042", "X_1", "P.W1", "LT"])
def test_a_wristband_names_the_patient_whatever_the_code_holds(code: str) -> None:
    _, label, _ = _example()
    scan = read_scan(label_payload(patient_thing(code), label, "wristband"))
    assert scan.thing == f"PT-{code}"
    assert patient_of(scan.thing) == code


def test_a_thing_that_is_no_patient_has_no_patient_code() -> None:
    assert patient_of("CNNORTH0017X") is None


@pytest.mark.parametrize(
    "raw", ["lt-north-0042-x\r\n", "\x02lt-north-0042-x\x03", "]C0lt-north-0042-x"]
)
def test_anything_else_is_a_number_for_the_caller_to_look_up(raw: str) -> None:
    assert read_scan(raw) == Scan(raw, "LT-NORTH-0042-X", "number")


@pytest.mark.parametrize("raw", ["", " ", "\r\n", "]Q1", "\x1d\t", "]Q1\r"])
def test_a_scan_of_nothing_is_unknown(raw: str) -> None:
    assert read_scan(raw).form == "unknown"


def test_letters_outside_ascii_are_not_turned_into_others() -> None:
    assert read_scan("ſt-ı").text == "ſT-ı"


@given(st.text(max_size=40))
def test_no_input_breaks_the_reading(raw: str) -> None:
    try:
        scan = read_scan(raw)
    except CodeUnreadable:
        return
    assert scan.raw == raw
    assert scan.form in {"label", "number", "unknown"}


@pytest.mark.parametrize(
    ("thing", "label"), [("", "LBNORTH0091Y"), ("CN 1", "LB1"), ("cn1", "LB1"), ("CN1", ""),
                         ("CN1", "LB.1"), ("=CN1", "LB1"), ("CNÄ", "LB1")]
)  # fmt: skip
def test_no_payload_is_made_of_something_that_cannot_be_read_back(thing: str, label: str) -> None:
    with pytest.raises(BadValue, match="No label code"):
        label_payload(thing, label, "primary")


@given(_things, _made, _copies)
def test_no_code_ends_in_an_asterisk_which_some_keyboard_layouts_change(
    thing: str, label: str, copy: str
) -> None:
    payload = label_payload(thing, label, copy)
    assert "*" not in payload
    start, check = payload[:-1], payload[-1]
    # MOD 37-2: "*" is the check character of a text whose check value is 36.
    plain = f"LT.{thing}.{compact(label)}.{COPIES[copy]}".replace("_", "$")
    if check_value("".join(filter(str.isalnum, plain))) == 36:
        assert (start, check) == (f"{plain}0", "Y")
        _assert_not_taken_for_a_label(f"{plain}*")
        _assert_not_taken_for_a_label(f"{plain}Y")
    else:
        assert start == plain


def test_every_primary_label_of_a_site_can_end_alike_so_that_skipping_would_never_end() -> None:
    endings = set()
    for serial in range(1, 200):
        container, label = make_number("container", "DEMO", serial), make_number("label", "DEMO", 7)
        if container is not None and label is not None:
            endings.add(label_payload(container, label, "primary").rsplit(".", 1)[1])
    assert endings == {"P0Y"}


def test_no_payload_is_made_for_an_unknown_kind_of_copy() -> None:
    with pytest.raises(KeyError):
        label_payload("CN1", "LB1", "duplicate")


@pytest.mark.parametrize(
    ("text", "scheme"),
    [
        ("=A99991712345600", "isbt128"),  # ICCBBA ST-001
        ("&>0183652359", "isbt128"),  # ICCBBA ST-012
        ("=+05000=Z54991712345600=%T300=<T0416003&>0183652359&,4PL0014", "isbt128"),
        ("]C0=A99991712345600\r\n", "isbt128"),
        ("SEC: PL001499Z549917123456 A00T041600320171231", "sec"),  # ICCBBA ST-012 Fig. 2
        ("PL001499Z549917123456A00T041600320171231", "sec"),
        ("PL001499Z549917123456 A00T041600320171231", "sec"),
        ("]d201095060001343521725123110ABC", "gs1"),
        ("]C10109506000134352", "gs1"),
        ("(01)09506000134352(10)ABC", "gs1"),
        ("https://id.gs1.org/01/09506000134352/10/ABC", "gs1"),
        ("HTTPS://ID.GS1.ORG/01/09506000134352", "gs1"),
        ("0109506000134352", "gs1"),
        ("0109506000134353", None),  # wrong GTIN check digit
        ("LT-NORTH-0042-X", None),
        ("]Q3LT.CNNORTH0017X.LBNORTH0091Y.PX", None),
        ("SECOND-SHELF", None),
        ("=", None),
        ("", None),
    ],
)
def test_the_code_of_another_system_is_told_by_its_look(text: str, scheme: str | None) -> None:
    assert foreign_scheme(text) == scheme


CONTAINER_LABEL = label_payload("CN-TST-0001-Z", "LB-TST-0001-G", "primary")


def test_a_german_keyboard_is_not_taken_for_a_damaged_label() -> None:
    """Nobody throws a good label away because Y and Z arrive exchanged."""
    swapped = CONTAINER_LABEL.translate(str.maketrans("YZ", "ZY"))
    assert swapped != CONTAINER_LABEL
    with pytest.raises(CodeUnreadable) as refused:
        read_scan(swapped)
    assert refused.value.code == "identifier-check-failed"
    assert "bench doctor" in refused.value.hint
    with pytest.raises(CodeUnreadable) as refused:
        read_scan(f"{CONTAINER_LABEL[:-1]}B")
    assert "bench doctor" not in refused.value.hint
