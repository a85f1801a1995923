"""Codes of everyday things are named, so that whoever scanned one reads what it was."""

from __future__ import annotations

import pytest

from lottrack.rules.codes.everyday import everyday_kind


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("https://www.example.org/x?id=3", "a web address"),
        ("HTTP://EXAMPLE.ORG", "a web address"),
        ("www.example.org", "a web address"),
        ("tel:+34600123456", "a telephone number"),
        ("+34 600 123 456", "a telephone number"),
        ("+34 (600) 123-456", "a telephone number"),
        ("MAILTO:LAB@EXAMPLE.ORG", "an e-mail address"),
        ("lab@example.org", "an e-mail address"),
        ("WIFI:S:lab;T:WPA;P:x;;", "the access to a wireless network"),
        ("BEGIN:VCARD\nFN:Ana\nEND:VCARD", "somebody's contact card"),
        ("MECARD:N:Ana;;", "somebody's contact card"),
        ("BEGIN:VEVENT\nEND:VEVENT", "a calendar entry"),
        ('{"stockitem": 536}', "data of another program (JSON)"),
        ("4006381333931", "an article number, as on goods (GTIN)"),
        ("96385074", "an article number, as on goods (GTIN)"),
    ],
)
def test_it_is_named(text: str, kind: str) -> None:
    assert everyday_kind(text) == kind


@pytest.mark.parametrize(
    "text", ["LT-TST-0001-X", "P01", "34600123456", "4006381333930", "26-0042", "", "HELLO", "+5"]
)
def test_what_may_be_a_number_of_a_laboratory_is_left_alone(text: str) -> None:
    assert everyday_kind(text) == ""
