"""A bench without a terminal: a script of scans goes in, what the screen said comes out."""

from __future__ import annotations

import json
from contextlib import redirect_stderr
from io import StringIO
from typing import TYPE_CHECKING

from lottrack.commands.bench.loop import bench_loop
from lottrack.context import Context
from lottrack.rules.bench.commands import command_code
from lottrack.rules.bench.line import Line
from tests.conftest import PlainHasher, secret_of
from tests.raw import raw

if TYPE_CHECKING:
    from lottrack.commands.base import Answer
    from tests.conftest import Program

Step = "str | bytes | Callable[[], object]"

YES, NO, NEXT, UNDO, DONE = (command_code(word) for word in ("YES", "NO", "NEXT", "UNDO", "DONE"))


class Secretive(Context):
    """A context whose secrets are typed by the person whom the prompt names."""

    secrets: dict[str, str]

    def ask_secret(self, prompt: str) -> str:
        account = prompt.split()[2].rstrip(",")
        return self.secrets.get(account, secret_of(account))


class Played:
    """How a bench went.

    Attributes:
        answer: what the command answered.
        screen: everything that was said.
    """

    def __init__(self, answer: Answer, screen: str) -> None:
        self.answer = answer
        self.screen = screen

    @property
    def acts(self) -> list[str]:
        """The acts that were recorded, in order."""
        return [each["act"] for each in self.answer.data]


def digits(text: str) -> list[str]:
    """A number as codes of digits, a point and a minus, and DONE."""
    marks = {".": "POINT", "-": "MINUS"}
    return [command_code(marks.get(sign, f"D{sign}")) for sign in text] + [DONE]


def play(
    program: Program,
    *script: Step,
    lot: str = "",
    user: str = "TECHNICIAN1",
    pause: float = 4,
    dry_run: bool = False,
    secrets: dict[str, str] | None = None,
) -> Played:
    """Scan one thing after the other, four seconds apart; functions are called in between.

    The bench is left when the script is at its end, as by Ctrl-D.
    """
    context = Secretive(db=program.db, account=user, clock=program.clock, hasher=PlainHasher())
    context.secrets = secrets or {}
    context.dry_run = dry_run
    todo = list(script)

    def read(prompt: str, wait: float | None) -> Line | None:
        del wait
        said.write(prompt)
        program.clock.advance(seconds=pause)
        while todo and callable(todo[0]):
            todo.pop(0)()
        if not todo:
            raise EOFError
        given = todo.pop(0)
        raw = given if isinstance(given, bytes) else f"{given}\r\n".encode()
        return Line(raw, 0.05)

    said = StringIO()
    try:
        with redirect_stderr(said):
            answer = bench_loop(context, lot, read)
    finally:
        context.close()
    return Played(answer, said.getvalue())


def refusals(program: Program) -> list[tuple[str, list[str], str]]:
    """Every recorded refusal: its act, its scans, its first code."""
    with raw(program.db) as database:
        rows = database.execute("SELECT act, scans, blockers FROM refusal ORDER BY seq").fetchall()
    return [
        (act, json.loads(scans), json.loads(blockers)[0]["code"]) for act, scans, blockers in rows
    ]
