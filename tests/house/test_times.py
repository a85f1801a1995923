"""Texts that people read or sign tell times to the minute with their zone, never as data."""

from __future__ import annotations

import re

import pytest

from tests.house.tree import ROOT, sources

AS_DATA = r"f\".*\{(?:\w+\.)?(?:shown_time|iso_local)\("
"""A time in the form of JSON, put into a sentence."""


@pytest.mark.parametrize("path", sorted(sources()), ids=lambda path: str(path.relative_to(ROOT)))
def test_no_sentence_holds_a_time_in_the_form_of_data(path) -> None:
    lines = sources()[path].splitlines()
    assert [line.strip() for line in lines if re.search(AS_DATA, line)] == []


def test_the_rule_would_see_one() -> None:
    assert re.search(AS_DATA, 'yield f"Opened: {shown_time(reader, row.at)}"')
    assert not re.search(AS_DATA, '"opened_at": shown_time(reader, row.at),')
