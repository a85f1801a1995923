"""Labels per second, rendered and verified, beside the bare cost of encoding the same payloads.

    python benchmarks/labels.py

A label counts when it is whole: its words fitted and drawn, its code drawn, read back from the dots
by another library, compared with the payload, its hash taken, and written in its format, whose own
bytes are then taken apart again and must hold those very dots. Bare is one QR symbol of the same
payload as a matrix, by three libraries, with nothing drawn and nothing verified.

Everything is measured in turn in one process on one core, in seconds of the processor; files are
not written, and the record is not asked.
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from functools import partial
from itertools import count
from typing import TYPE_CHECKING, NamedTuple

from lottrack.printing.rendering import Rendered, render
from lottrack.printing.sheets import Grid, sheet_for, sheet_pdf
from lottrack.printing.templates import Template, shipped_template
from lottrack.printing.zpl import zpl
from lottrack.rules.codes.checkchar import check_character
from lottrack.rules.codes.scans import label_payload

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

LABELS = 120
ROUNDS = 7
MOST_TIMES_BARE = 2.5
LEAST_A_SECOND = 150
DESIGNS = (("cryobag", 300), ("vial", 300), ("cryobag", 203), ("cryobag", 600))
"""Templates and resolutions; the first is the one the goals are for."""

COLUMNS, ROWS = 2, 5


class Order(NamedTuple):
    """One label to be made: what it says, and what its code says."""

    values: dict[str, str]
    payload: str


def orders(template: Template, first: int) -> list[Order]:
    """The labels of one round: like all of a fill they differ in container, place and serial.

    No serial comes twice, so that nothing of a label's own words is remembered from another round.
    """
    made = []
    for number in range(first, first + LABELS):
        container, label = _numbered("CN", number), _numbered("LB", number)
        own = {"container": container, "label": label, "ordinal": f"{number % 997 + 1} of 997"}
        payload = label_payload(container, label, "primary")
        made.append(Order({**template.sample, **own}, payload))
    return made


def _numbered(kind: str, serial: int) -> str:
    body = f"{kind}-NORTH-{serial:04d}"
    check = check_character(body.replace("-", ""))
    return f"{body}-{'0' if check == '*' else check}"


# -- bare ------------------------------------------------------------------------------------------


def bare_qrcode(payloads: Sequence[str]) -> None:
    """The library as it comes: smallest version, best of eight masks."""
    import qrcode

    for payload in payloads:
        symbol = qrcode.QRCode(error_correction=qrcode.ERROR_CORRECT_Q)
        symbol.add_data(payload)
        symbol.make()
        symbol.get_matrix()


def bare_qrcode_fixed(payloads: Sequence[str]) -> None:
    """The same with the mask that lottrack always takes."""
    import qrcode

    for payload in payloads:
        symbol = qrcode.QRCode(error_correction=qrcode.ERROR_CORRECT_Q, mask_pattern=4)
        symbol.add_data(payload, optimize=0)
        symbol.make()
        symbol.get_matrix()


def bare_segno(payloads: Sequence[str]) -> None:
    """Another encoder in Python, best of eight masks."""
    import segno

    for payload in payloads:
        segno.make_qr(payload, error="q", boost_error=False).matrix  # noqa: B018


def bare_zxing(payloads: Sequence[str]) -> None:
    """An encoder in C++."""
    import zxingcpp

    for payload in payloads:
        zxingcpp.create_barcode(payload, zxingcpp.BarcodeFormat.QRCode, ec_level="Q").to_image()


# -- labels ----------------------------------------------------------------------------------------


def drawn(template: Template, dpi: int, made: Sequence[Order]) -> list[Rendered]:
    """The labels, each read back."""
    return [render(template, order.values, order.payload, dpi=dpi) for order in made]


def to_png(template: Template, dpi: int, made: Sequence[Order]) -> int:
    """A picture each."""
    return sum(len(label.png) for label in drawn(template, dpi, made))


def to_sheet(template: Template, dpi: int, made: Sequence[Order]) -> int:
    """A PDF of A4 sheets, ten labels a page."""
    labels = drawn(template, dpi, made)
    grid = Grid(COLUMNS, ROWS)
    return len(
        sheet_pdf(labels, sheet_for(grid, [(each.width_mm, each.height_mm) for each in labels]))
    )


def to_zpl(template: Template, dpi: int, made: Sequence[Order]) -> int:
    """One print job."""
    return len(zpl(drawn(template, dpi, made)))


BARE = (bare_qrcode, bare_qrcode_fixed, bare_segno, bare_zxing)
FORMATS = {"PNG": to_png, "PDF sheet": to_sheet, "ZPL": to_zpl}


def compared() -> dict[str, float]:
    """Median seconds of the processor for a label, by case; the first round does not count."""
    times: dict[str, list[float]] = {}
    serials = count(1000, LABELS)
    for number in range(ROUNDS + 1):
        for case, action in _round(serials):
            begun = time.process_time()
            action()
            if number:
                times.setdefault(case, []).append((time.process_time() - begun) / LABELS)
    return {case: statistics.median(each) for case, each in times.items()}


def _round(serials: Iterator[int]) -> list[tuple[str, Callable[[], object]]]:
    """Every case once, with labels of its own; the bare ones with the payloads of the first."""
    cases: list[tuple[str, Callable[[], object]]] = []
    for name, dpi in DESIGNS:
        template, _ = shipped_template(name)
        for form, make in FORMATS.items():
            made = orders(template, next(serials))
            if not cases:
                payloads = [order.payload for order in made]
                cases += [(bare.__name__, partial(bare, payloads)) for bare in BARE]
            cases.append((f"{name} {dpi} dpi, {form}", partial(make, template, dpi, made)))
    return cases


def main() -> None:
    """Measure and print."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    each = compared()
    bare, fixed = each["bare_qrcode"], each["bare_qrcode_fixed"]
    print(f"Python {sys.version.split()[0]}, {LABELS} labels a round, medians of {ROUNDS} rounds")
    print(f"{'':28} {'ms a label':>10} {'a second':>9} {'x qrcode':>9} {'x fixed mask':>13}")
    for name, seconds in each.items():
        ratios = f"{seconds / bare:9.2f} {seconds / fixed:13.2f}"
        print(f"{name:28} {seconds * 1000:10.2f} {1 / seconds:9.0f} {ratios}")
    head = [each[f"{DESIGNS[0][0]} {DESIGNS[0][1]} dpi, {form}"] for form in FORMATS]
    for what, kept in (
        (f"at most {MOST_TIMES_BARE} x bare qrcode", max(head) / bare <= MOST_TIMES_BARE),
        (f"at least {LEAST_A_SECOND} a second", 1 / max(head) >= LEAST_A_SECOND),
    ):
        print(f"{what}, {DESIGNS[0][0]} at {DESIGNS[0][1]} dpi: {'yes' if kept else 'NO'}")


if __name__ == "__main__":
    main()
