"""``lottrack lot check`` of a lot with many results, against one with few.

A lot's check reads every result and whether it was reviewed. What it costs must not grow with their
number: the two lots stand in copies of one training database, by one specification of 40 criteria,
and differ in their results alone.
"""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from lottrack.store.change import Change

CRITERIA, FEW, MANY = 40, 5, 500
LOT, SPECIFICATION = "BENCH", "BENCH@1"

_HEAD = """
name = "BENCH"
edition = 1
title = "For measuring"
product = "MSC"
source = "none"
"""
_CRITERION = """
[[criterion]]
test = "T{number}"
name = "Test {number}"
stage = "Drug substance"
level = "lot"
operator = ">="
limit = 95
unit = "%"
required = true
"""


def lots(source: Path, folder: Path) -> dict[int, Path]:
    """A copy of a database for each number of results, with the lot ``LOT`` in it."""
    made = {}
    for number in (FEW, MANY):
        path = folder / f"check-{number}.sqlite"
        with sqlite3.connect(source) as database:
            database.execute("VACUUM INTO ?", (str(path),))
        _write(path, number)
        made[number] = path
    return made


def _write(path: Path, number: int) -> None:
    from lottrack.store.change import Actor
    from lottrack.store.store import Store

    store = Store(path)
    now = datetime.now(UTC)
    actor = Actor("QC1", "qc", "benchmark")
    with store.change(actor, "lot register", now=now - timedelta(hours=2)) as change:
        _register(change)
    with store.change(actor, "result record", now=now - timedelta(hours=1)) as change:
        results = [_result(change, place) for place in range(number)]
    with store.change(actor, "result review", now=now) as change:
        _review(change, results)
    store.close()


def _register(change: Change) -> None:
    from lottrack.actions.laboratory.site import write_specification

    like = change.rows("lot")[0]
    tests = [_CRITERION.format(number=number) for number in range(CRITERIA)]
    write_specification(change, _HEAD + "".join(tests), "bench.toml")
    change.record(
        "lot",
        number=LOT,
        collection=like.collection,
        course=like.course,
        product="MSC",
        specification=SPECIFICATION,
    )


def _result(change: Change, place: int) -> str:
    return change.record(
        "result",
        lot=LOT,
        specification=SPECIFICATION,
        test=f"T{place % CRITERIA}",
        sign="",
        value="97.1",
        unit="%",
        reading="final",
        verdict="pass",
    )


def _review(change: Change, results: list[str]) -> None:
    from lottrack.store.chain import sha256

    signature = change.record(
        "signature",
        meaning="review of test results",
        shown="x",
        shown_sha256=sha256("x"),
        rests_on=change.seq - 1,
        session="local",
        scripted=1,
        acknowledged=0,
    )
    review = change.record("result_review", signature=signature)
    for result in results:
        change.link("signature_cover", signature=signature, record=result, version=1)
        change.link("reviewed_result", review=review, result=result)
