"""`lottrack bench`, `bench doctor`, `bench reason`, `label commands`."""

from __future__ import annotations

import pytest

from lottrack.actions.benching.profiles import keep_profile, profile_of
from lottrack.errors import LabelError, Refused, RoleMissing
from lottrack.printing import pages
from lottrack.printing.codes import read_codes
from lottrack.printing.pages import Entry, Group, command_pages
from lottrack.reports.letters import large
from lottrack.rules.bench.commands import WORDS, command_code
from lottrack.rules.bench.doctor import CANARY, Profile, diagnose
from tests import steps
from tests.commands.bench_player import DONE, NEXT, NO, UNDO, YES, digits, play, refusals
from tests.conftest import Program
from tests.raw import raw
from tests.steps import Filled

Site = tuple[Program, Filled]


@pytest.fixture
def fresh(filled: Site) -> tuple[Program, Filled, list[dict]]:
    """A lot whose second filling of two bags has printed labels that nobody stuck on yet."""
    program, lot = filled
    steps_fill = program(
        *("lot", "fill", lot.lot, "--kind", "bag", "--count", 2, "--cells-each", "1e6"),
        *("--volume-ml", "2", "--expires", "2026-11-01T12:00"),
        user="TECHNICIAN1",
    ).data["id"]
    printed = program(
        "label", "print", steps_fill, "--out", program.db.parent / "new", user="TECHNICIAN1"
    ).data
    return program, lot, printed


def label_states(program: Program, thing: str) -> dict[str, str]:
    return {row["id"]: row["state"] for row in program("label", "list", thing).data}


class TestLabels:
    def test_a_label_is_scanned_and_compared_with_what_it_stands_on(self, fresh):
        program, lot, (one, _) = fresh
        went = play(program, one["payload"], one["container"], lot=lot.lot)

        assert went.acts == ["label apply"]
        assert label_states(program, one["container"]) == {one["id"]: "applied"}
        assert large("STICK ON") in went.screen
        assert "3 of 5 containers labelled, labels not yet accounted for: 2" in went.screen
        assert "4 of 5 containers labelled, labels not yet accounted for: 1" in went.screen

    def test_how_it_came_in_is_told(self, fresh):
        program, lot, (one, two) = fresh
        play(
            program,
            *(one["payload"], one["container"]),
            *(two["id"], "code smeared", two["container"]),
            lot=lot.lot,
        )
        with raw(program.db) as database:
            told = database.execute(
                "SELECT entry, reason FROM label_event ORDER BY seq DESC LIMIT 2"
            ).fetchall()
        assert told == [("typed", "code smeared"), ("scanned", None)]

    def test_a_label_on_another_bag_of_the_lot_is_refused_and_the_step_ends(self, fresh):
        program, lot, (one, two) = fresh
        went = play(program, one["payload"], two["container"], lot=lot.lot)

        assert went.acts == []
        assert "was printed for container" in went.screen
        act, scans, code = refusals(program)[-1]
        assert (act, code) == ("label apply", "label-mismatch")
        assert scans[-2:] == [
            "bytes " + f"{text}\r\n".encode().hex(" ")
            for text in (one["payload"], two["container"])
        ]

    def test_the_label_itself_is_not_what_it_stands_on(self, fresh):
        program, lot, (one, _) = fresh
        went = play(program, one["payload"], one["payload"], one["container"], lot=lot.lot)

        assert went.acts == ["label apply"]
        assert refusals(program)[-1][2] == "label-scanned-twice"

    def test_an_unknown_code_leaves_the_step_open(self, fresh):
        program, lot, (one, _) = fresh
        went = play(program, one["payload"], "CN-TST-9999", one["container"], lot=lot.lot)

        assert went.acts == ["label apply"]
        assert refusals(program)[-1][0] == "label apply"

    def test_a_record_copy_is_attached_by_yes(self, fresh):
        program, lot, (one, _) = fresh
        copy = program(
            *("label", "print", one["container"], "--copy", "record"),
            *("--out", program.db.parent / "copies"),
            user="TECHNICIAN1",
        ).data[0]
        went = play(program, copy["payload"], YES, copy["payload"], lot=lot.lot)

        assert went.acts == ["label apply"]
        assert label_states(program, one["container"])[copy["id"]] == "attached"
        assert refusals(program)[-1][2] == "already-done"

    def test_a_spoilt_label_is_voided_with_a_scanned_reason(self, fresh):
        program, lot, (one, _) = fresh
        reason = program("bench", "reason", "label torn", user="QA1").data
        went = play(
            program,
            *(one["payload"], NEXT, command_code(f"R{reason['number']}"), YES),
            *(one["payload"],),
            lot=lot.lot,
        )

        assert went.acts == ["label void"]
        assert label_states(program, one["container"])[one["id"]] == "void"
        assert refusals(program)[-1][2] == "label-void"

    def test_a_reason_the_site_has_not_is_refused_and_asked_again(self, fresh):
        program, lot, (one, _) = fresh
        went = play(program, one["payload"], NEXT, command_code("R7"), "torn", YES, lot=lot.lot)

        assert went.acts == ["label void"]
        assert refusals(program)[-1][2] == "unknown-code"


class TestCustody:
    def test_a_container_is_stored_at_a_position_that_is_said_back(self, fresh):
        program, lot, (one, _) = fresh
        went = play(
            program,
            *(one["payload"], one["container"], one["payload"], YES),
            *("tank 2, rack 1", YES),
            lot=lot.lot,
        )

        assert went.acts == ["label apply", "custody store"]
        assert f"Store {one['container']} at: tank 2, rack 1" in went.screen
        shown = program("custody", "show", one["container"]).data
        assert shown["location_state"] == "stored"

    def test_a_position_can_be_scanned_digit_by_digit(self, fresh):
        program, lot, (one, _) = fresh
        went = play(
            program,
            *(one["payload"], one["container"], one["payload"], YES),
            *(*digits("114"), YES),
            lot=lot.lot,
        )

        assert "So far: 11" in went.screen
        assert f"{one['container']} lies at 114." in went.screen

    def test_containers_are_handed_over_together_and_received_by_another(self, filled):
        program, lot = filled
        play(
            program,
            *(lot.scans[0], lot.scans[1]),
            *(YES, "PHARMACY", *digits("-190.5"), YES),
            lot=lot.lot,
        )
        for bag in lot.bags[:2]:
            assert program("custody", "show", bag).data["location_state"] == "in_transit"

        went = play(
            program,
            *(lot.scans[0], YES, NEXT, NEXT, YES, YES),
            user="PHARMACIST1",
            lot=lot.lot,
        )
        assert went.acts == ["custody receive"]
        assert program("custody", "show", lot.bags[0]).data["location_state"] == "received"
        with raw(program.db) as database:
            given, taken = database.execute(
                "SELECT temperature_c, condition, entry FROM custody_event"
                " WHERE act IN ('transfer', 'receive') AND container = ? ORDER BY seq",
                (lot.bags[0],),
            ).fetchall()
        assert given == ("-190.5", None, "scanned")
        assert taken == (None, "leaking", "scanned")
        assert "It was received leaking." in went.screen

    def test_who_handed_it_over_cannot_receive_it(self, filled):
        program, lot = filled
        went = play(
            program,
            *(lot.scans[0], YES, command_code("U.NURSE1"), NEXT, YES),
            *(lot.scans[0], YES, NEXT, YES, YES),
            lot=lot.lot,
        )
        assert went.acts == ["custody transfer"]
        assert refusals(program)[-1][:1] + refusals(program)[-1][2:] == (
            "custody receive",
            "same-person",
        )

    def test_a_number_that_is_none_is_refused_and_asked_again(self, filled):
        program, lot = filled
        went = play(
            program,
            *(lot.scans[0], YES, "PHARMACY", *digits("1.2.3"), *digits("-80"), YES),
            lot=lot.lot,
        )
        assert went.acts == ["custody transfer"]
        assert "at -80 °C" in went.screen
        assert refusals(program)[-1][2] == "bad-number"


class TestOneLot:
    def test_a_scan_takes_its_lot_into_focus(self, filled):
        program, lot = filled
        went = play(program, lot.scans[0])
        assert f"LOT {lot.lot}" in went.screen
        assert went.screen.index("No lot at this bench") < went.screen.index(f"LOT {lot.lot}")

    def test_what_is_of_another_lot_is_refused(self, filled):
        program, lot = filled
        other = steps.grow_lot(program, lot.collection)
        _, bags = steps.fill_bags(program, other, count=1)
        went = play(program, bags[0], other, lot=lot.lot)

        assert [code for *_, code in refusals(program)[-2:]] == ["other-lot-at-bench"] * 2
        assert f"the lot at this bench is {lot.lot}" in went.screen

    def test_another_lot_comes_after_the_first_was_put_away(self, filled):
        program, lot = filled
        other = steps.grow_lot(program, lot.collection)
        went = play(program, NO, YES, other, lot=lot.lot)
        assert f"LOT {other}" in went.screen

    def test_no_lot_and_no_leaves(self, filled):
        program, _ = filled
        went = play(program, NO, YES, lambda: pytest.fail("it was not left"))
        assert went.answer.data == []
        assert went.answer.text == "The bench is left; 0 recorded."

    def test_typed_leave_leaves_and_says_what_was_not_recorded(self, fresh):
        program, lot, (one, _) = fresh
        went = play(program, one["payload"], "leave", lot=lot.lot)
        assert went.answer.text.endswith("The step on the screen was not recorded.")

    def test_labels_of_another_lot_must_be_cleared_where_the_site_asks_for_it(self, fresh):
        program, lot, (one, _) = fresh
        other = steps.grow_lot(program, lot.collection)
        _, bags = steps.fill_bags(program, other, count=1)
        program("label", "print", *bags, "--out", program.db.parent / "b", user="TECHNICIAN1")
        program("place", "line-clearance", "GMP", "--on", "--reason", "SOP-7", user="QA1")

        went = play(program, one["payload"], one["container"], lot=lot.lot)
        assert went.acts == []
        assert ("bench open", "line-not-clear") in {
            (act, code) for act, _, code in refusals(program)
        }


class TestUndo:
    def test_strikes_the_last_act_when_told_yes(self, fresh):
        program, lot, (one, _) = fresh
        went = play(program, one["payload"], one["container"], UNDO, YES, lot=lot.lot)

        assert "Take back: Label" in went.screen
        assert label_states(program, one["container"]) == {one["id"]: "printed"}
        with raw(program.db) as database:
            kept = database.execute(
                "SELECT record_table, reason FROM correction ORDER BY seq DESC"
            ).fetchone()
        assert kept == ("label_event", "undone at the bench")

    def test_takes_back_every_container_of_one_act(self, filled):
        program, lot = filled
        play(
            program,
            *(lot.scans[0], lot.scans[1], YES, "PHARMACY", NEXT, YES, UNDO, YES),
            lot=lot.lot,
        )
        for bag in lot.bags[:2]:
            assert program("custody", "show", bag).data["location_state"] == "stored"

    @pytest.mark.parametrize("answer", [NO, "", UNDO])
    def test_takes_nothing_back_without_yes(self, fresh, answer):
        program, lot, (one, _) = fresh
        play(program, one["payload"], one["container"], UNDO, answer, lot=lot.lot)
        assert label_states(program, one["container"]) == {one["id"]: "applied"}

    def test_has_nothing_to_take_back_before_an_act_and_after_one_undo(self, fresh):
        program, lot, (one, _) = fresh
        went = play(program, UNDO, one["payload"], one["container"], UNDO, YES, UNDO, lot=lot.lot)
        assert went.screen.count("nothing of this loop to take back") == 2

    def test_in_a_half_done_step_leaves_it_and_says_so(self, fresh):
        program, lot, (one, _) = fresh
        went = play(program, one["payload"], UNDO, lot=lot.lot)
        assert "The step is left; nothing of it was recorded." in went.screen
        assert label_states(program, one["container"]) == {one["id"]: "printed"}


class TestListening:
    def test_enter_answers_nothing(self, fresh):
        program, lot, (one, _) = fresh
        went = play(
            program, one["payload"], NEXT, "torn", "", b"\r", b"\t", b"\n\n", NO, lot=lot.lot
        )
        assert went.acts == []

    def test_the_same_code_within_three_seconds_is_taken_once(self, fresh):
        program, lot, (one, _) = fresh
        went = play(program, one["payload"], one["payload"], lot=lot.lot, pause=1)
        assert "it was taken once" in went.screen
        assert refusals(program) == []

    def test_a_yes_that_came_twice_answers_one_question(self, fresh):
        program, lot, (one, _) = fresh
        reason = "torn"
        went = play(program, one["payload"], NEXT, reason, YES, YES, lot=lot.lot, pause=1)
        assert went.acts == ["label void"]
        assert refusals(program) == []

    def test_the_same_digit_twice_is_a_number(self, filled):
        program, lot = filled
        went = play(
            program, lot.scans[0], YES, "PHARMACY", *digits("-77"), YES, lot=lot.lot, pause=1
        )
        assert "at -77 °C" in went.screen

    def test_every_failed_scan_is_recorded_with_its_bytes(self, filled):
        program, lot = filled
        spoilt = lot.scans[0][:-1] + ("A" if lot.scans[0][-1] != "A" else "B")
        raws = [f"\x02{spoilt}\r".encode(), b"8400000000000\t", b"LC.YES.A\r\n", b"\xff\xfe\x1d\r"]
        play(program, *raws, lot=lot.lot)

        kept = refusals(program)
        assert len(kept) == len(raws)
        for sent, (act, scans, _) in zip(raws, kept, strict=True):
            assert act == "bench open"
            assert scans[-1] == "bytes " + sent.hex(" ")

    def test_a_command_that_is_not_asked_for_is_refused(self, filled):
        program, lot = filled
        went = play(program, command_code("SIGN"), command_code("D4"), DONE, lot=lot.lot)
        assert [code for *_, code in refusals(program)] == ["not-asked-for"] * 3
        assert went.screen.count("\a") == 3

    def test_typed_words_command_as_well(self, fresh):
        program, lot, (one, _) = fresh
        went = play(program, one["payload"], one["container"], "undo", "yes", lot=lot.lot)
        assert large("TAKEN BACK") in went.screen
        assert label_states(program, one["container"]) == {one["id"]: "printed"}

    def test_codes_through_the_wrong_keyboard_send_to_the_doctor(self, filled):
        program, lot = filled
        play(program, lot.scans[0].replace(".", ":"), lot=lot.lot)
        assert refusals(program)[-1][2] == "code-garbled"

    def test_a_dry_run_records_nothing(self, fresh):
        program, lot, (one, _) = fresh
        before = program.db.read_bytes()
        went = play(program, one["payload"], one["container"], "WHAT", lot=lot.lot, dry_run=True)
        assert "DRY RUN" in went.screen
        assert went.acts == []
        assert program.db.read_bytes() == before

    def test_it_needs_a_terminal(self, filled):
        program, lot = filled
        for words in (("bench",), ("bench", lot.lot), ("bench", "open", lot.lot)):
            assert program(*words, user="TECHNICIAN1", exit_code=2)
        program("bench", "doctor", user="TECHNICIAN1", exit_code=2)

    def test_it_is_for_people_who_work_with_cells(self, filled):
        program, lot = filled
        with pytest.raises(RoleMissing):
            play(program, lot=lot.lot, user="INSPECTOR1")


class TestLocked:
    def test_the_step_stays_when_the_same_person_signs_in_again(self, fresh):
        program, lot, (one, _) = fresh
        went = play(
            program,
            *(one["payload"], lambda: program.clock.advance(minutes=16)),
            *("typed while locked", command_code("U.TECHNICIAN1"), one["container"]),
            lot=lot.lot,
        )
        assert went.acts == ["label apply"]
        assert went.screen.count(f"Label {one['id']}, primary copy") == 2
        assert refusals(program) == []

    def test_who_takes_over_records_as_themselves(self, fresh):
        program, lot, (one, two) = fresh
        play(
            program,
            *(one["payload"], one["container"], two["payload"]),
            *(lambda: program.clock.advance(minutes=16), "x", "TECHNICIAN2", two["container"]),
            lot=lot.lot,
        )
        with raw(program.db) as database:
            people = database.execute(
                "SELECT performed_by, recorded_by FROM label_event ORDER BY seq DESC LIMIT 2"
            ).fetchall()
        assert people == [("TECHNICIAN2",) * 2, ("TECHNICIAN1",) * 2]

    def test_nobody_takes_back_what_another_recorded(self, fresh):
        program, lot, (one, _) = fresh
        went = play(
            program,
            *(one["payload"], one["container"], command_code("U.TECHNICIAN2"), UNDO),
            lot=lot.lot,
        )
        assert "TECHNICIAN2 goes on" in went.screen
        assert "nothing of this loop to take back" in went.screen

    def test_a_wrong_secret_does_not_unlock(self, fresh):
        program, lot, (one, _) = fresh
        went = play(
            program,
            *(one["payload"], lambda: program.clock.advance(minutes=16), "x"),
            *("TECHNICIAN2", "INSPECTOR1", "NOBODY", "TECHNICIAN1"),
            secrets={"TECHNICIAN2": "guessed"},
            lot=lot.lot,
        )
        assert "Wrong secret for TECHNICIAN2" in went.screen
        assert "no active user NOBODY" in went.screen
        assert "TECHNICIAN1 goes on" not in went.screen
        assert went.screen.count(f"Label {one['id']}, primary copy") == 2

    def test_a_wrong_secret_leaves_the_bench_with_whom_it_was(self, fresh):
        program, lot, (one, _) = fresh
        went = play(
            program,
            *(command_code("U.TECHNICIAN2"), one["payload"], one["container"]),
            secrets={"TECHNICIAN2": "guessed"},
            lot=lot.lot,
        )
        assert went.acts == ["label apply"]
        assert refusals(program)[-1][2] == "not-signed-in"
        assert "Recorded by TECHNICIAN1" in went.screen


class TestProfile:
    def test_is_kept_for_the_computer_it_was_found_at(self, filled, monkeypatch):
        program, _ = filled
        program("bench", "doctor", "--show", exit_code=20)
        desk = open_desk(program)
        found = diagnose(CANARY.lower() + "\r\n")
        keep_profile(desk, found, (CANARY.lower() + "\r\n").encode())
        desk.store.close()

        shown = program("bench", "doctor", "--show").data
        assert shown["suffix"] == "CR+LF"
        assert "lower case" in shown["findings"][-1]
        monkeypatch.setattr("socket.gethostname", lambda: "another-bench")
        program("bench", "doctor", "--show", exit_code=20)

    def test_the_latest_counts_and_a_struck_one_does_not(self, filled):
        program, _ = filled
        desk = open_desk(program)
        keep_profile(desk, diagnose(CANARY + "\r"), b"x")
        program.clock.advance(minutes=1)
        later = keep_profile(desk, diagnose("~" + CANARY + "\t"), b"x")
        assert profile_of(desk.store, desk.host) == Profile("~", "\t")
        desk.store.close()
        program("strike", later["id"], "--reason", "another scanner", user="TECHNICIAN1")
        desk = open_desk(program)
        assert profile_of(desk.store, desk.host) == Profile("", "\r")
        desk.store.close()

    def test_a_scanner_that_loses_characters_has_none(self, filled):
        program, _ = filled
        desk = open_desk(program)
        with pytest.raises(Refused) as refused:
            keep_profile(desk, diagnose(CANARY.replace(":", "") + "\r"), b"x")
        desk.store.close()
        assert refused.value.code == "scanner-unusable"

    def test_a_profile_and_the_reasons_pass_every_check_of_the_record(self, filled):
        program, _ = filled
        desk = open_desk(program)
        keep_profile(desk, diagnose(CANARY + "\r"), b"x")
        desk.store.close()
        program("bench", "reason", "torn", user="QA1")
        assert program("audit", "verify").data["verdict"] == "intact"
        program("admin", "check")


def open_desk(program: Program):
    from lottrack.actions.desk import Desk
    from lottrack.context import host_name
    from lottrack.store.store import Store
    from tests.conftest import PlainHasher

    store = Store(program.db)
    return Desk(
        lambda: store, program.clock, PlainHasher(), host=host_name(), account="TECHNICIAN1"
    )


class TestReasons:
    def test_get_numbers_that_are_never_given_again(self, program):
        first = program("bench", "reason", "torn", user="QA1").data
        program("strike", first["id"], "--reason", "misspelt", user="QA1")
        assert program("bench", "reason", "smeared", user="QA1").data["number"] == 2

    def test_are_not_registered_twice(self, program):
        program("bench", "reason", "torn", user="QA1")
        assert program("bench", "reason", "Torn", user="QA1", exit_code=30).code == "reason-known"

    def test_are_at_most_ninety_nine(self, program, monkeypatch):
        monkeypatch.setattr("lottrack.actions.benching.reasons.MOST", 1)
        program("bench", "reason", "torn", user="QA1")
        refused = program("bench", "reason", "smeared", user="QA1", exit_code=30)
        assert refused.code == "no-number-left"

    def test_are_registered_by_those_who_own_the_sheet(self, program):
        program("bench", "reason", "torn", user="TECHNICIAN1", exit_code=52)


class TestSheets:
    def test_the_sheet_holds_commands_digits_reasons_and_badges(self, program, tmp_path):
        program("bench", "reason", "label torn", user="QA1")
        made = program("label", "commands", "--out", tmp_path / "codes.pdf").data
        assert made["title"] == "Command codes · Test GMP unit"
        said = {each["says"]: each["payload"] for each in made["codes"]}

        assert set(WORDS) | set("0123456789") | {"label torn", "QA1", "COURIER1"} <= set(said)
        assert said["label torn"] == command_code("R1")
        assert said["QA1"] == command_code("U.QA1")
        assert (tmp_path / "codes.pdf").read_bytes().startswith(b"%PDF")

    def test_the_pages_are_headed_with_the_site(self, program, tmp_path, monkeypatch):
        titles: list[str] = []
        for name in ("command_pages", "check_page"):
            draw = getattr(pages, name)

            def noted(title, *rest, draw=draw):
                titles.append(title)
                return draw(title, *rest)

            monkeypatch.setattr(pages, name, noted)
        program("label", "commands", "--out", tmp_path / "codes.pdf")
        program("bench", "doctor", "--out", tmp_path / "page.pdf")
        assert titles == ["Command codes · Test GMP unit", "Scanner test · Test GMP unit"]

    def test_who_was_deactivated_has_no_badge(self, program, tmp_path):
        program(
            *("user", "deactivate", "NURSE2", "--reason", "left", "--confirm", "NURSE2"),
            user="ADMIN",
        )
        made = program("label", "commands", "--out", tmp_path / "codes.pdf").data
        assert "NURSE2" not in {each["says"] for each in made["codes"]}

    def test_every_code_of_a_page_is_read_by_another_program(self):
        entries = tuple(
            Entry(command_code(f"U.PERSON_{number}"), f"PERSON_{number}") for number in range(40)
        )
        pages = command_pages("Codes", [Group("Badges", entries)])
        assert len(pages) > 1
        found = [text for page in pages for text in read_codes(page.png)]
        assert sorted(found) == sorted(entry.payload for entry in entries)

    def test_the_test_page_is_a_picture_or_a_pdf(self, program, tmp_path):
        for name in ("page.png", "page.pdf"):
            made = program("bench", "doctor", "--out", tmp_path / name).data
            assert made["payload"] == CANARY
        assert read_codes((tmp_path / "page.png").read_bytes()) == [CANARY]

    def test_a_page_is_not_written_over_a_name_that_is_none(self, program, tmp_path):
        program("label", "commands", "--out", tmp_path / "codes.txt", exit_code=2)

    def test_a_name_that_cannot_be_printed_is_refused(self, program, tmp_path):
        entries = (Entry(command_code("YES"), "是"),)
        with pytest.raises(LabelError) as refused:
            command_pages("Codes", [Group("Answers", entries)])
        assert refused.value.code == "text-unprintable"

    def test_a_page_whose_codes_are_not_all_read_back_is_not_made(self, monkeypatch):
        monkeypatch.setattr("lottrack.printing.codes.read_printed", lambda image: ["LC.NO.X"])
        with pytest.raises(LabelError) as refused:
            command_pages("Codes", [Group("Answers", (Entry(command_code("YES"), "YES"),))])
        assert refused.value.code == "code-unreadable-after-rendering"
