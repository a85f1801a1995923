"""A technician's morning at a bench, with gloves on and a scanner that types as it likes."""

from __future__ import annotations

import json
import os
import shutil
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest
from click.testing import CliRunner

from lottrack.actions.benching.profiles import keep_profile
from lottrack.actions.desk import Argon2Hasher, Desk
from lottrack.cli import main
from lottrack.context import Context, host_name
from lottrack.reports.letters import large
from lottrack.rules.bench.commands import command_code
from lottrack.rules.bench.doctor import CANARY, diagnose
from lottrack.store.store import Store
from tests import steps
from tests.conftest import Clock, PlainHasher, Program, secret_of
from tests.raw import raw
from tests.rules.test_bench import azerty
from tests.steps import Filled
from tests.stories.bench_scanner import QUESTION, Scanner
from tests.stories.test_scan_loop import Bench

YES, NO, UNDO = (command_code(word) for word in ("YES", "NO", "UNDO"))


class Morning(NamedTuple):
    """The unit in the morning: a lot in bags, two more of them printed and not labelled yet."""

    program: Program
    lot: Filled
    labels: list[dict]

    def bench(self, *words: str) -> Bench:
        """Start the program at the bench's terminal."""
        state = Path(os.environ["LOTTRACK_STATE"])
        return Bench(self.program.db, state, *words)

    def states(self, container: str) -> dict[str, str]:
        """What became of the labels of a container."""
        return {row["id"]: row["state"] for row in self.program("label", "list", container).data}


@pytest.fixture
def morning(
    filled_file: tuple[Path, Filled], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Morning:
    """TECHNICIAN1 is signed in; two bags were filled and their labels printed."""
    db = tmp_path / "record.sqlite"
    shutil.copy(filled_file[0], db)
    monkeypatch.setenv("LOTTRACK_STATE", str(tmp_path / "state"))
    program, lot = Program(db, Clock(datetime.now(UTC))), filled_file[1]
    labels = filled_and_printed(program, lot.lot)
    program("login", "TECHNICIAN1", secrets=("TECHNICIAN1",))
    return Morning(program, lot, labels)


def filled_and_printed(program: Program, lot: str) -> list[dict]:
    """Two more bags of a lot, and their primary labels as printed."""
    fill = program(
        *("lot", "fill", lot, "--kind", "bag", "--count", 2, "--cells-each", "1e6"),
        *("--volume-ml", "2", "--expires", f"{program.clock().year + 1}-01-31T12:00"),
        user="TECHNICIAN1",
    ).data["id"]
    return program(
        "label", "print", fill, "--out", program.db.parent / lot, user="TECHNICIAN1"
    ).data


def ended(bench: Bench) -> int:
    """Leave the bench by typing it; returns the program's status."""
    for character in "leave\r":  # as fingers do: a scanner is faster
        os.write(bench.terminal, character.encode())
        time.sleep(0.05)
    try:
        return bench.process.wait(timeout=20)
    finally:
        os.close(bench.terminal)


def on_screen(word: str, shown: str) -> bool:
    """Whether a word stands on the screen in large letters."""
    return large(word) in shown.replace("\r\n", "\n")


def qwertz(code: str) -> str:
    """What a scanner set to the United States types at a computer set to Germany."""
    return code.translate(
        str.maketrans(
            {"Y": "Z", "Z": "Y", "y": "z", "z": "y", "-": "ß", "/": "-", ":": "Ö"}
            | {"*": "(", "+": "`"}
        )
    )


def small_azerty(code: str) -> str:
    """What a scanner set to the United States and to small letters types at a French computer."""
    return azerty(code).lower().replace("?", ",")


def after_stx(code: str) -> str:
    """A German computer, and a scanner that begins every code with STX."""
    return f"\x02{qwertz(code)}"


MORNINGS = [
    pytest.param(azerty, "\r\n", 1, id="AZERTY, CR+LF"),
    pytest.param(small_azerty, "\r\n", 2, id="AZERTY, lower case, CR+LF, every code twice"),
    pytest.param(qwertz, "\t", 1, id="QWERTZ, Tab"),
    pytest.param(after_stx, "\r", 2, id="QWERTZ, a prefix, every code twice"),
]


@pytest.mark.parametrize(("spell", "suffix", "pulls"), MORNINGS)
def test_a_morning_with_a_scanner_that_thinks_it_is_american(
    morning: Morning, spell, suffix: str, pulls: int
) -> None:
    """The computer is French or German, the scanner is not, and it types more than the code.

    First the doctor: the test code is scanned twice, and the keyboard's country is found out. Then
    the bench: a label of the lot takes it into focus; the label of a new bag is scanned, stuck on,
    and compared with the bag's number from the worksheet, typed on the keyboard; the bag is stored.
    The first position was wrong and is taken back.
    """
    doctor = morning.bench("bench", "doctor")
    doctor.until("Scan the test code")
    scanner = Scanner(doctor, spell, suffix, pulls)
    assert "keyboard country" in scanner.scan(CANARY, "Scan it once more")
    scanner.scan(CANARY, "Recorded by")
    assert doctor.process.wait(timeout=20) == 0
    os.close(doctor.terminal)

    label, bag = morning.labels[0]["payload"], morning.labels[0]["container"]
    screen = morning.bench("bench")
    assert on_screen("SCAN LOT", screen.until(QUESTION))
    scanner = Scanner(screen, spell, suffix, pulls)
    opened = scanner.scan(morning.lot.scans[0])
    assert f"LOT {morning.lot.lot}" in opened
    assert on_screen("SCAN", opened)

    assert on_screen("STICK ON", scanner.scan(label))
    assert on_screen("APPLIED", scanner.type(bag))
    assert on_screen("STORE?", scanner.scan(label))
    assert on_screen("POSITION", scanner.scan(YES))
    assert "Store" in scanner.type("tank 4, slot 8")
    assert on_screen("STORED", scanner.scan(YES))
    assert "Take back" in scanner.scan(UNDO)
    assert on_screen("TAKEN BACK", scanner.scan(YES))
    assert ended(screen) == 0

    assert morning.states(bag) == {morning.labels[0]["id"]: "applied"}
    life = morning.program("custody", "show", bag).data
    assert life["location_state"] == "filled"
    told = morning.program("audit", "show", "--by", "TECHNICIAN1").data
    assert [entry["act"] for entry in told[-4:]] == [
        *("bench doctor", "label apply", "custody store", "strike"),
    ]
    assert morning.program("audit", "verify").data["verdict"] == "intact"


def test_what_is_scanned_ahead_answers_nothing(morning: Morning) -> None:
    """Two labels are scanned in one breath: only the first is in hand; the other is scanned again.

    What came behind the first code must neither answer the next question, which would stick the one
    label onto the other's bag, nor be lost without a word.
    """
    screen = morning.bench("bench", morning.lot.lot)
    screen.until(QUESTION)
    one, two = morning.labels
    ahead = f"{one['payload']}\r\n{two['container']}\r\n"
    os.write(screen.terminal, ahead.encode())
    shown = screen.until(QUESTION)
    assert "only the first code was taken" in shown
    assert on_screen("STICK ON", shown)
    assert f"Label {one['id']}" in shown
    assert on_screen("APPLIED", Scanner(screen).type(one["container"]))
    assert ended(screen) == 0
    assert morning.states(one["container"]) == {one["id"]: "applied"}
    assert morning.states(two["container"]) == {two["id"]: "printed"}


@pytest.mark.parametrize(
    ("spell", "suffix", "pulls"),
    [(str, "\r\n", 2), (str.lower, "\t", 1), (lambda code: f"\x02{code}", "\x03\r", 2)],
    ids=["double trigger, CR+LF", "lower case, Tab", "STX and ETX, double trigger"],
)
def test_a_scanner_that_nobody_examined_applies_a_label_all_the_same(
    morning: Morning, spell, suffix: str, pulls: int
) -> None:
    screen = morning.bench("bench", morning.lot.lot)
    screen.until(QUESTION)
    scanner = Scanner(screen, spell, suffix, pulls)
    one = morning.labels[0]
    scanner.scan(one["payload"])
    scanner.type(one["container"])
    assert ended(screen) == 0
    assert morning.states(one["container"]) == {one["id"]: "applied"}


def test_a_locked_bench_keeps_the_step_for_whoever_signs_in(morning: Morning) -> None:
    """A technician is called away with a label in hand; a colleague finishes what is on screen."""
    program = morning.program
    for person in ("TECHNICIAN1", "TECHNICIAN2"):
        with_real_secret(program, person)
    state = Path(os.environ["LOTTRACK_STATE"])
    screen = morning.bench("bench", morning.lot.lot)
    screen.until(QUESTION)
    scanner = Scanner(screen, suffix="\r\n")
    one = morning.labels[0]
    scanner.scan(one["payload"])

    (session,) = state.glob("session-*.json")
    kept = json.loads(session.read_text())
    long_ago = datetime.now(UTC) - timedelta(minutes=16)
    session.write_text(json.dumps(kept | {"used": long_ago.isoformat()}))
    assert on_screen("LOCKED", screen.until("Who goes on\\? "))
    scanner.scan(command_code("U.TECHNICIAN2"), "Secret of TECHNICIAN2")
    shown = scanner.type(secret_of("TECHNICIAN2"))
    assert "TECHNICIAN2 goes on" in shown
    assert on_screen("STICK ON", shown)
    assert secret_of("TECHNICIAN2") not in shown
    scanner.type(one["container"])
    assert ended(screen) == 0

    assert morning.states(one["container"]) == {one["id"]: "applied"}
    (entry,) = [
        entry
        for entry in program("audit", "show", "--by", "TECHNICIAN2").data
        if entry["act"] == "label apply"
    ]
    assert entry["act"] == "label apply"


def with_real_secret(program: Program, person: str) -> None:
    """Give a person of the test site a secret that the real program can check."""

    class Renewing(PlainHasher):
        def hash(self, secret: str) -> str:
            return Argon2Hasher().hash(secret)

    context = Context(db=program.db, account="ADMIN", password_stdin=True, hasher=Renewing())
    lines = [secret_of("ADMIN"), secret_of(person), secret_of(person)]
    done = CliRunner().invoke(
        main, ["user", "reset", person, "--json"], obj=context, input="\n".join(lines) + "\n"
    )
    assert done.exit_code == 0, done.output


def test_the_doctor_asks_until_two_readings_agree(morning: Morning) -> None:
    doctor = morning.bench("bench", "doctor")
    doctor.until("Scan the test code")
    scanner = Scanner(doctor)
    shown = scanner.scan(CANARY.replace(":", ""), "Scan the test code")
    assert "characters get lost: ':' (COLON)" in shown
    assert "cannot be undone here" in shown
    scanner.scan(CANARY, "Scan it once more")
    scanner.suffix = "\t"
    assert "The two readings differ" in scanner.scan(CANARY, "Scan the test code")
    scanner.scan(CANARY, "Scan it once more")
    scanner.scan(CANARY, "Recorded by")
    assert doctor.process.wait(timeout=20) == 0
    os.close(doctor.terminal)
    assert morning.program("bench", "doctor", "--show").data["suffix"] == "Tab"


def test_the_profile_of_the_bench_serves_verify_as_well(morning: Morning) -> None:
    """What the doctor found out at this computer is used wherever codes are scanned."""
    arrives = azerty(CANARY) + "\r\n"
    store = Store(morning.program.db)
    desk = Desk(
        lambda: store, morning.program.clock, PlainHasher(), host=host_name(), account="TECHNICIAN1"
    )
    keep_profile(desk, diagnose(arrives), arrives.encode())
    store.close()

    screen = morning.bench("verify")
    screen.until("Scan container")
    scanner = Scanner(screen, azerty, "\r\n")
    scanner.scan(morning.lot.scans[0], "Scan wristband")
    shown = scanner.type("P01", "Scan container")
    assert f"Container {morning.lot.bags[0]}" in shown
    assert "Patient P01" in shown
    assert screen.leave() == 42


def test_the_fatal_mistake_is_stopped(morning: Morning) -> None:
    """Two lots lie on one bench, and a colleague helps out with the labels of the neighbour's bags.

    The neighbour's label is refused as soon as it is scanned, for another lot is in focus here. A
    label of this lot stuck onto a bag of the neighbour's is refused when the bag is named, and both
    lots are held until quality assurance has looked: nothing is recorded as applied, and the
    refusals keep the very bytes that were scanned.
    """
    program = morning.program
    neighbour = steps.grow_lot(program, morning.lot.collection)
    theirs = filled_and_printed(program, neighbour)
    ours = morning.labels
    program("login", "TECHNICIAN1", secrets=("TECHNICIAN1",))

    screen = morning.bench("bench", morning.lot.lot)
    screen.until(QUESTION)
    scanner = Scanner(screen, suffix="\r\n")
    shown = scanner.scan(theirs[0]["payload"])
    assert on_screen("REFUSED", shown)
    assert f"the lot at this bench is {morning.lot.lot}" in shown
    assert "\a" in shown

    scanner.scan(ours[0]["payload"])
    shown = scanner.type(theirs[0]["container"])
    assert on_screen("REFUSED", shown)
    assert f"not for container {theirs[0]['container']}" in shown
    assert "ON HOLD: HD-TST-" in shown
    assert ended(screen) == 0

    for each in (ours[0], theirs[0]):
        assert morning.states(each["container"]) == {each["id"]: "printed"}
    held = {hold["on"] for hold in program("hold", "list").data}
    assert held == {morning.lot.lot, neighbour}
    with raw(program.db) as database:
        kept = database.execute(
            "SELECT act, scans, blockers FROM refusal ORDER BY seq DESC LIMIT 2"
        ).fetchall()
    assert [act for act, *_ in kept] == ["label apply", "bench open"]
    assert "label-mismatch" in kept[0][2]
    assert "other-lot-at-bench" in kept[1][2]
    assert f"bytes {(theirs[0]['payload'] + chr(13) + chr(10)).encode().hex(' ')}" in kept[1][1]


def test_another_lot_is_opened_only_after_somebody_looked_and_signed(morning: Morning) -> None:
    """The neighbour's labels are still out when this lot is to be opened at the bench.

    The technician's scan is refused. The production lead looks where the labels are, scans the
    badge, reads what is to be signed, scans SIGN and types the secret, which the screen never
    shows; a secret that is wrong signs nothing. Then the lot is open.
    """
    program = morning.program
    with_real_secret(program, "LEAD1")
    neighbour = steps.grow_lot(program, morning.lot.collection)
    theirs = filled_and_printed(program, neighbour)
    program("place", "line-clearance", "GMP", "--on", "--reason", "SOP-PR-009", user="QA1")
    program("login", "TECHNICIAN1", secrets=("TECHNICIAN1",))

    screen = morning.bench("bench")
    screen.until(QUESTION)
    scanner = Scanner(screen, suffix="\r\n")
    shown = scanner.scan(morning.lot.scans[0])
    assert on_screen("REFUSED", shown)
    assert f"2 labels of lot {neighbour} are outstanding" in shown
    scanner.type("in the sealed envelope of the neighbour")
    shown = scanner.scan(command_code("U.LEAD1"))
    assert on_screen("SIGN", shown)
    assert f"Lot: {neighbour}, 2 labels outstanding" in shown
    assert theirs[0]["id"] in shown

    scanner.scan(command_code("SIGN"), "Secret of LEAD1, to sign")
    stray = scanner.scan(command_code("SIGN"), "Secret of LEAD1, to sign")
    assert "That was a code, no secret" in stray
    wrong = scanner.type("not the secret")
    assert on_screen("REFUSED", wrong)
    scanner.scan(command_code("SIGN"), "Secret of LEAD1, to sign")
    os.write(screen.terminal, f"{command_code('SIGN')}\t".encode())  # a stray scan that ends in Tab
    time.sleep(0.3)
    opened = scanner.type(secret_of("LEAD1"))
    assert on_screen("LINE CLEAR", opened)
    assert f"LOT {morning.lot.lot}" in opened
    assert secret_of("LEAD1") not in opened + wrong
    assert ended(screen) == 0

    with raw(program.db) as database:
        signed = database.execute(
            "SELECT s.performed_by, k.recorded_by, k.lot FROM line_clearance AS k"
            " JOIN signature AS s ON s.id = k.signature"
        ).fetchall()
    assert signed == [("LEAD1", "TECHNICIAN1", neighbour)]
    assert program("audit", "verify").data["verdict"] == "intact"


def test_a_harvest_is_counted_with_the_sheet_of_codes(morning: Morning) -> None:
    """Gloves on: the count of a harvest is scanned digit by digit, and confirmed by YES."""
    program = morning.program
    lot = program(
        *("lot", "register", "--collection", morning.lot.collection, "--product", "MSC-EB"),
        *("--spec", steps.SPECIFICATION),
        user="TECHNICIAN1",
    ).data["id"]
    program(
        *("lot", "seed", lot, "--passage", "P0", "--seeded", "1.91e8", "--area-cm2", "1272"),
        *("--at", steps.ago(program, days=10)),
        user="TECHNICIAN1",
    )
    screen = morning.bench("bench", lot)
    assert "NEXT: count (harvest P0)" in screen.until(QUESTION).replace("\r\n", " ")
    scanner = Scanner(screen, suffix="\r\n")
    assert on_screen("HARVEST?", scanner.scan(command_code("NEXT")))
    assert on_screen("CELLS", scanner.scan(YES))
    for digit in "15200000":
        shown = scanner.scan(command_code(f"D{digit}"))
        time.sleep(0.5)  # the same digit again is the next digit, not a double trigger
    assert "So far: 15200000 = 15.2 ×10⁶ cells" in shown
    assert on_screen("VIABILITY", scanner.scan(command_code("DONE")))
    assert "viability 91 %" in scanner.type("91")
    assert on_screen("HARVESTED", scanner.scan(YES))
    assert ended(screen) == 0
    (passage,) = program("lot", "show", lot).data["passages"]
    assert passage["viability_pct"] == "91"
