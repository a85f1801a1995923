"""Children that die, starve or may not: the program in a process of its own."""

from __future__ import annotations

import io
import os
import signal
import sys
from typing import TYPE_CHECKING, NamedTuple

import pytest

from lottrack.cli import main
from lottrack.context import Context
from lottrack.store.checks import prove_file
from lottrack.store.store import Store
from tests.conftest import PlainHasher, Program, secret_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import TextIO

needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")


class Ended(NamedTuple):
    """How a child ended: its exit status, or the signal that killed it."""

    exit_code: int | None
    signal: int | None


class CountingContext(Context):
    """A context whose record tells of each SQL statement before it runs."""

    def __init__(self, before_statement: Callable[[str], None], **given: object) -> None:
        super().__init__(**given)
        self.before_statement = before_statement

    def open(self) -> Store:
        store = super().open()
        store.database.connection().set_trace_callback(self.before_statement)
        return store


def in_child(
    program: Program,
    *words: object,
    user: str = "TECHNICIAN1",
    before: Callable[[], None] = lambda: None,
    before_statement: Callable[[str], None] = lambda _: None,
    screen: TextIO | None = None,
) -> Ended:
    """Run one command in a forked child and wait for its end.

    ``before`` runs in the child first, ``before_statement`` before each of its SQL statements;
    what it says goes to ``screen``, or nowhere.
    """
    child = os.fork()
    if child == 0:
        code = 99
        try:
            before()
            sys.stdin = io.StringIO(f"{secret_of(user)}\n")
            sys.stdout = io.StringIO()
            sys.stderr = screen or io.StringIO()
            context = CountingContext(
                before_statement,
                db=program.db,
                account=user,
                password_stdin=True,
                clock=program.clock,
                hasher=PlainHasher(),
            )
            code = main([str(word) for word in words], obj=context, standalone_mode=False)
        finally:
            os._exit(code)
    status = os.waitpid(child, 0)[1]
    if os.WIFSIGNALED(status):
        return Ended(None, os.WTERMSIG(status))
    return Ended(os.waitstatus_to_exitcode(status), None)


def killed_before(program: Program, statement: int, *words: object, **extra: str) -> bool:
    """Run a command that is killed before its n-th statement; False when it ended before that.

    Counted from the beginning of the first transaction that writes: before it nothing can be half
    done.
    """
    done = 0

    def count(sql: str) -> None:
        nonlocal done
        done += bool(done) or sql.startswith("BEGIN")
        if done == statement:
            os.kill(os.getpid(), signal.SIGKILL)

    ended = in_child(program, *words, before_statement=count, **extra)
    if ended.signal is None:
        assert ended.exit_code == 0
    return ended.signal == signal.SIGKILL


class Counted(NamedTuple):
    """How much a record holds of some kinds."""

    entries: int
    rows: dict[str, int]


def counted(path: Path, *tables: str) -> Counted:
    """Open a record that may have been left by a dead process, and prove it."""
    store = Store(path)
    try:
        proof = prove_file(path)
        assert proof.findings == ()
        rows = {table: len(store.rows(table)) for table in tables}
    finally:
        store.close()
    return Counted(proof.entries, rows)
