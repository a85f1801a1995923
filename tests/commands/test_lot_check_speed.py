"""A lot check asks as many questions of the database for 200 results as for 20."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lottrack.store.change import Actor
from lottrack.store.reader import Reader

if TYPE_CHECKING:
    import pytest

    from tests.commands.quality_bench import Quality

pytest_plugins = ("tests.commands.quality_bench",)


def asked(quality: Quality, monkeypatch: pytest.MonkeyPatch) -> int:
    """How often one check asks."""
    questions: list[str] = []
    plainly = Reader.sql

    def counted(reader: Reader, text: str, **values: Any) -> Any:
        questions.append(text)
        return plainly(reader, text, **values)

    monkeypatch.setattr(Reader, "sql", counted)
    quality.check()
    monkeypatch.undo()
    return len(questions)


def more_results(quality: Quality, number: int) -> None:
    """Further passing results of one test, in one entry."""
    actor = Actor("QC1", "qc", "test")
    with (
        quality.store() as store,
        store.change(actor, "result record", now=quality.program.clock()) as change,
    ):
        like = change.rows("result", lot=quality.lot, test="CD73")[0].values()
        kept = {name: like[name] for name in ("lot", "specification", "test", "sign", "value")}
        kept |= {name: like[name] for name in ("unit", "reading", "verdict")}
        for _ in range(number):
            change.record("result", **kept)


def test_a_check_asks_no_more_for_many_results(
    quality: Quality, monkeypatch: pytest.MonkeyPatch
) -> None:
    quality.ready()
    few = asked(quality, monkeypatch)
    more_results(quality, 180)
    assert asked(quality, monkeypatch) == few
    quality.review()
    assert asked(quality, monkeypatch) <= few + 8
