"""What the tests of labels share: printing one, applying it, asking the record about it."""

from __future__ import annotations

import json
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from lottrack.store.change import Actor
from lottrack.store.store import Store
from tests import steps
from tests.raw import raw

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lottrack.store.change import Change
    from tests.conftest import Program
    from tests.steps import Filled

T = "TECHNICIAN1"
REASON = ("--reason", "smeared by ethanol")


@contextmanager
def change(program: Program, act: str) -> Iterator[Change]:
    """Write what no command of this noun writes."""
    store = Store(program.db)
    try:
        with store.change(Actor(T, "technician", "test"), act, now=program.clock()) as opened:
            yield opened
    finally:
        store.close()


def query(program: Program, sql: str, *values: object) -> list[Any]:
    with raw(program.db) as database:
        return database.execute(sql, values).fetchall()


def count(program: Program, table: str) -> int:
    return int(query(program, f"SELECT count(*) FROM {table}")[0][0])


def print_one(program: Program, *args: object, user: str = T, **extra: Any) -> dict[str, Any]:
    """Print one label; its answer. A transport copy goes to the ward, if nothing else is said."""
    if "transport" in args and "--destination" not in args:
        args = (*args, "--destination", "Ward 3")
    made = program("label", "print", *args, user=user, **extra).data
    assert len(made) == 1
    return made[0]


def said(program: Program, label: dict[str, Any]) -> str:
    """Every word on a printed label, as the record keeps it."""
    rows = query(program, "SELECT shown FROM label WHERE id = ?", label["id"])
    return "\n".join(json.loads(rows[0][0]))


def state(program: Program, label: str) -> str:
    return str(query(program, "SELECT state FROM label_standing WHERE label = ?", label)[0][0])


def apply(program: Program, scan: str, to: str, *more: object, **extra: Any) -> Any:
    program.clock.advance(seconds=10)
    return program("label", "apply", scan, "--to", to, *more, user=T, **extra)


def fill(program: Program, lot: str, kind: str, *more: object) -> dict[str, Any]:
    """Two containers of 5 million cells."""
    expires = (program.clock() + timedelta(days=300)).isoformat(timespec="minutes")
    return program(
        *("lot", "fill", lot, "--kind", kind, "--count", 2, "--cells-each", "5e6"),
        *("--volume-ml", "1.0", "--expires", expires, *more),
        user=T,
    ).data


def second_family(program: Program) -> Filled:
    """Another child's lot in the same house."""
    return steps.fill_lot(program, donor="D02", patient="P02")
