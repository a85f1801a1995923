"""A file that is not the record, or cannot be used now: every command says so and changes nothing.

What SQLite itself does to a file that is torn, full or half written is tested in ``tests/damage``.
"""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from lottrack.cli import main
from lottrack.context import Context
from tests.commands.good_lines import LEAVES, LINES, said
from tests.commands.spoiling import Stocked, codes_of, copied
from tests.damage.conftest import in_child, needs_fork
from tests.damage.test_disk import as_nobody

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.commands.spoiling import StockFile
    from tests.conftest import Program

pytest_plugins = ("tests.commands.stock_fixtures",)

OPENS_ANOTHER = {"admin restore": "makes a new record out of a backup", "label read": "needs none"}
"""Commands that do not open the record they are pointed at, with the reason."""

EVERY = {line.words: line for line in reversed(LINES) if line.words not in OPENS_ANOTHER}
WRITING = {words: line for words, line in EVERY.items() if LEAVES[words].writes}
NEVER_WRITES = {"admin migrate": "there is nothing to migrate"}


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def a_letter(path: Path) -> None:
    path.write_text("Dear colleague, this is a letter and no record of anything. " * 200)


def cut_short(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def cut_in_the_schema(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:5000])


def a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def of_another_program(path: Path) -> None:
    path.unlink()
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE appointment (at TEXT)")
        other.commit()


def of_a_newer_lottrack(path: Path) -> None:
    with closing(sqlite3.connect(path)) as record:
        record.execute("INSERT INTO migration VALUES ('9999_later', ?, ?)", ("0" * 64, "x" * 27))
        record.commit()
        record.execute("PRAGMA wal_checkpoint (TRUNCATE)")


SPOILT = [
    (Path.unlink, 71, "no-database"),
    (a_folder, 71, "no-database"),
    (emptied, 70, "not-a-lottrack-database"),
    (of_another_program, 70, "not-a-lottrack-database"),
    (a_letter, 70, "database-damaged"),
    (cut_short, 70, "database-damaged"),
    (cut_in_the_schema, 70, "database-damaged"),
    (of_a_newer_lottrack, 73, "schema-newer"),
]
"""What became of the file, the exit status and the code of every command on it."""


def content(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None


@pytest.mark.parametrize(
    ("spoil", "status", "code"), SPOILT, ids=[spoil.__name__ for spoil, _, _ in SPOILT]
)
def test_no_command_works_on_a_file_that_is_not_the_record(
    own_stock: Stocked, spoil: Callable[[Path], object], status: int, code: str
) -> None:
    db = own_stock.program.db
    spoil(db)
    before = content(db)
    for words, line in EVERY.items():
        result = said(own_stock.program, line, line.typed(own_stock.things))
        assert (result.exit_code, codes_of(result)) == (status, {code}), words
        assert result.data["error"]["hint"], words
        assert content(db) == before, words
        assert db.exists() == (before is not None or db.is_dir()), words


@pytest.mark.parametrize("words", ["login QP1", "verify BAG --patient P01", "patient list"])
def test_that_there_is_no_record_is_said_before_anybody_is_asked_who_they_are(
    tmp_path: Path, words: str
) -> None:
    context = Context(db=tmp_path / "none.sqlite", password_stdin=True)
    ended = CliRunner().invoke(main, [*words.split(), "--json"], obj=context, input="")
    assert (ended.exit_code, "no-database" in ended.stdout) == (71, True), ended.output


@pytest.mark.parametrize("words", ["audit verify", "admin check"])
@pytest.mark.parametrize("spoil", [cut_short, of_another_program])
def test_what_proves_a_record_reports_such_a_file_instead_of_failing(
    own_stock: Stocked, words: str, spoil: Callable[[Path], object]
) -> None:
    spoil(own_stock.program.db)
    result = own_stock.program(*words.split(), exit_code=None)
    assert result.exit_code in {70, 91}
    assert "internal-fault" not in result.stdout


# -- another program holds it ----------------------------------------------------------------------


@pytest.fixture
def held(own_stock: Stocked, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stocked]:
    """A record that another program is writing to, and nobody waits for it."""
    monkeypatch.setenv("LOTTRACK_BUSY_MS", "1")
    other = sqlite3.connect(own_stock.program.db)
    other.execute("BEGIN IMMEDIATE")
    yield own_stock
    other.close()


def test_nothing_is_written_while_another_program_writes_and_all_is_still_read(
    held: Stocked,
) -> None:
    for words, line in EVERY.items():
        result = said(held.program, line, line.typed(held.things))
        assert "internal-fault" not in result.stdout, words
        if words in WRITING and words not in NEVER_WRITES and line.ends == 0:
            assert result.exit_code == 74, (words, result.stdout)
            assert codes_of(result) == {"store-not-writable"}, words
        else:
            assert result.exit_code in {line.ends, 74}, words
        held.nothing_but_refusals()
    assert held.refusals() == []


def test_a_question_that_cannot_be_recorded_is_never_accepted_and_hides_nothing(
    held: Stocked,
) -> None:
    line = EVERY["verify"]
    result = said(held.program, line, line.typed(held.things))
    assert result.exit_code == 74
    assert {"store-not-writable", "result-missing-at-infusion"} <= codes_of(result)


# -- it may only be read ---------------------------------------------------------------------------


@pytest.fixture
def readable(stock_file: StockFile) -> Iterator[Stocked]:
    """A record in a folder that its reader may not write, and the files that lines name."""
    folder = Path(tempfile.mkdtemp(prefix="lottrack-readable-"))
    stock = copied(stock_file, folder / "record.sqlite")
    for name in ("file", "spec_file", "protocol_file", "results_file"):
        stock.things = stock.things | {name: shutil.copy(stock.things[name], folder)}
    stock.things = stock.things | {"folder": str(folder)}
    stock.program.db.chmod(0o444)
    folder.chmod(0o555)
    yield stock
    folder.chmod(0o755)
    shutil.rmtree(folder)


def as_reader(own_stock: Stocked, readable: Stocked, words: str, things: dict[str, str]) -> int:
    """The exit status of a line typed by somebody who may write nothing.

    It is tried elsewhere first: whoever may write nothing here may not read the program either.
    """
    line = EVERY[words]
    said(own_stock.program, line, [*line.typed(own_stock.things), "--dry-run"])
    ended = in_child(readable.program, *line.typed(things), user=line.user, before=as_nobody)
    assert ended.exit_code is not None
    return ended.exit_code


UNSIGNED = [
    words
    for words, line in WRITING.items()
    if not LEAVES[words].signed and not line.secrets and not line.ends and words not in NEVER_WRITES
]


@needs_fork
@pytest.mark.parametrize("words", UNSIGNED)
def test_nothing_is_written_to_a_file_that_may_only_be_read(
    readable: Stocked, own_stock: Stocked, words: str
) -> None:
    before = content(readable.program.db)
    assert as_reader(own_stock, readable, words, readable.things) == 74
    assert content(readable.program.db) == before


@needs_fork
@pytest.mark.parametrize("words", ["attach", "spec load", "protocol load", "label print"])
def test_a_file_in_a_folder_one_may_not_look_into_is_told_as_that(
    readable: Stocked, own_stock: Stocked, tmp_path: Path, words: str
) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0)
    names = ("file", "spec_file", "protocol_file", "results_file", "folder")
    things = readable.things | {name: str(closed / name) for name in names}
    assert as_reader(own_stock, readable, words, things) == 2
    closed.chmod(0o700)


# -- it lies where it should not -------------------------------------------------------------------


@pytest.mark.parametrize("folder", ["Dropbox", "OneDrive - Clinic"])
def test_a_record_in_a_synchronised_folder_is_used_with_a_warning(
    program: Program, tmp_path: Path, folder: str
) -> None:
    (tmp_path / folder).mkdir()
    program.db = shutil.copy(program.db, tmp_path / folder / "record.sqlite")
    read = program("place", "list")
    assert "synchronised folder" in read.stderr
    assert len(read.data) == 3, "the answer itself stays whole"
    written = program(
        *("patient", "register", "--code", "P09", "--born", 2018, "--sex", "F"), user="TECHNICIAN1"
    )
    assert written.stderr.count("Warning: ") == 1
    new = ("init", "--site", "X", "--site-code", "XX", "--admin", "BOSS", "--timezone", "UTC")
    program.db = tmp_path / folder / "new.sqlite"
    made = program(*new, secrets=("a new secret", "a new secret"), as_json=False)
    assert made.stderr.count("synchronised folder") == 1
