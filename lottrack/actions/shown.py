"""Warnings shown with a record are kept: later readers see what the first one saw."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lottrack.rules.culture.plausibility import ShownWarning
    from lottrack.store.change import Change
    from lottrack.store.reader import Reader


def write_warnings(
    change: Change, record: str, warnings: Iterable[ShownWarning]
) -> list[dict[str, str]]:
    """Keep warnings with the record they are about, and return them for the answer."""
    answered = []
    for warning in warnings:
        change.record("shown_warning", record=record, **warning._asdict())
        answered.append(warning._asdict())
    return answered


def warnings_of(reader: Reader, records: Iterable[str]) -> list[dict[str, Any]]:
    """The warnings that were shown with records, in the order of the records."""
    return [
        {"record": record, "code": row.code, "sentence": row.sentence}
        for record in records
        for row in reader.rows("shown_warning", record=record)
    ]
