"""Pictures of labels beside the record: checked, backed up, restored, and found after a crash."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from lottrack.actions.labelling.files import passing_name, picture_name
from tests.commands.label_bench import T, print_one

if TYPE_CHECKING:
    from tests.conftest import Program
    from tests.steps import Filled

    Site = tuple[Program, Filled]
    Sent = tuple[Program, str, Path]


@pytest.fixture
def sent(filled: Site, tmp_path: Path) -> Sent:
    """A label that is with a printer which was off, its number and its picture."""
    program, lot = filled
    words = ("printer", "register", "OFF", "--name", "Off", "--at", "tcp://127.0.0.1:1")
    program(*words, "--dpi", 300, user="ADMIN")
    chart = ("label", "print", lot.bags[0], "--copy", "chart", "--printer", "OFF")
    (label,) = program(*chart, user=T, exit_code=60).data
    picture = Path(label["path"])
    assert picture == Path(f"{program.db}.labels") / picture_name(label["id"])
    return program, label["id"], picture


def found(program: Program) -> list[tuple[str, str]]:
    answer = program("admin", "check", exit_code=None)
    findings = [(each["code"], each["where"]) for each in answer.data["findings"]]
    assert answer.exit_code == (91 if findings else 0)
    return findings


def backed_up(program: Program, tmp_path: Path) -> tuple[Any, Program]:
    """A backup, and the program on what was restored from it."""
    backup, other = tmp_path / "backup.sqlite", tmp_path / "restored" / "other.sqlite"
    other.parent.mkdir()
    made = program("admin", "backup", backup, user="ADMIN").data
    words = ("admin", "restore", backup, "--to", other, "--confirm", "TST")
    program(*words, user="ADMIN")
    return made, type(program)(other, program.clock)


class TestTheCheck:
    def test_a_picture_as_it_was_recorded_is_no_finding(self, sent: Sent) -> None:
        assert found(sent[0]) == []

    def test_a_lost_picture_of_a_label_with_a_printer_is_found(self, sent: Sent) -> None:
        program, label, picture = sent
        picture.unlink()
        assert found(program) == [("picture-missing", f"label {label}")]
        program("label", "void", label, "--reason", "its picture is gone", user=T)
        assert found(program) == []

    @pytest.mark.parametrize("spoilt", [b"", b"\x89PNG\r\n\x1a\n", b"another label"])
    def test_an_altered_picture_is_found(self, sent: Sent, spoilt: bytes) -> None:
        program, label, picture = sent
        picture.write_bytes(spoilt)
        assert found(program) == [("picture-altered", f"label {label}")]

    def test_one_dot_is_enough(self, sent: Sent) -> None:
        from lottrack.printing.png import dots_of, png

        program, label, picture = sent
        dots, width, height = dots_of(picture.read_bytes())
        picture.write_bytes(png(bytes([dots[0] ^ 128]) + dots[1:], width, height, 300))
        assert found(program) == [("picture-altered", f"label {label}")]

    def test_a_picture_of_no_label_is_found(self, sent: Sent) -> None:
        program, _, picture = sent
        copy = picture.with_name(picture_name("LB-TST-9999-X"))
        copy.write_bytes(picture.read_bytes())
        assert found(program) == [("picture-unknown", "label LB-TST-9999-X")]

    def test_a_picture_in_a_file_may_go_where_it_is_wanted(self, filled: Site) -> None:
        program, lot = filled
        label = print_one(program, lot.bags[0], "--copy", "chart")
        Path(label["path"]).unlink()
        assert found(program) == []


class TestTheBackup:
    def test_holds_the_pictures_and_the_restored_record_sends_them(
        self, sent: Sent, tmp_path: Path
    ) -> None:
        program, label, picture = sent
        made, other = backed_up(program, tmp_path)
        assert (made["pictures"], made["warnings"]) == (1, [])
        copy = Path(f"{other.db}.labels") / picture.name
        assert copy.read_bytes() == picture.read_bytes()
        assert found(other) == []
        folder = tmp_path / "folder"
        folder.mkdir()
        words = ("printer", "register", "FOLDER", "--name", "Folder", "--at", f"file:{folder}")
        other(*words, "--dpi", 300, "--language", "png", user="ADMIN")
        other("label", "send", label, "--printer", "FOLDER", user=T)
        assert (folder / picture.name).read_bytes() == picture.read_bytes()

    def test_tells_of_a_picture_that_it_cannot_hold(self, sent: Sent, tmp_path: Path) -> None:
        program, label, picture = sent
        picture.write_bytes(b"another label")
        made, other = backed_up(program, tmp_path)
        assert [each["code"] for each in made["warnings"]] == ["picture-altered"]
        assert made["pictures"] == 0
        assert found(other) == [("picture-missing", f"label {label}")]

    def test_never_overwrites_pictures(self, sent: Sent, tmp_path: Path) -> None:
        program, _, _ = sent
        (tmp_path / "b.sqlite.labels").mkdir()
        words = ("admin", "backup", tmp_path / "b.sqlite")
        assert program(*words, user="ADMIN", exit_code=30).code == "file-exists"


class TestAProgramThatDiedBeforeItNamedAPicture:
    def test_is_no_finding_and_is_backed_up(self, sent: Sent, tmp_path: Path) -> None:
        program, label, picture = sent
        picture.rename(picture.with_name(passing_name(picture.name, label)))
        assert found(program) == []
        made, other = backed_up(program, tmp_path)
        assert made["pictures"] == 1
        assert (Path(f"{other.db}.labels") / picture.name).is_file()

    def test_its_label_can_be_sent(self, sent: Sent, tmp_path: Path) -> None:
        program, label, picture = sent
        picture.rename(picture.with_name(passing_name(picture.name, label)))
        words = ("printer", "register", "FOLDER", "--name", "F", "--at", f"file:{tmp_path}")
        program(*words, "--dpi", 300, "--language", "png", user="ADMIN")
        program("label", "send", label, "--printer", "FOLDER", user=T)
        assert (tmp_path / picture.name).is_file()
        assert picture.is_file()
