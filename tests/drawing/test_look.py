"""Colours can be told from paper and read on, by the formula of WCAG 2.2."""

from __future__ import annotations

import pytest

from lottrack.drawing import look


def luminance(colour: str) -> float:
    """Relative luminance of #rrggbb, as WCAG 2.2 defines it."""
    shares = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [s / 12.92 if s <= 0.04045 else ((s + 0.055) / 1.055) ** 2.4 for s in shares]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_the_formula_gives_the_published_extremes() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)


@pytest.mark.parametrize("family", [*look.FAMILIES, look.OTHER])
def test_text_and_outline_stand_out_from_every_fill(family: look.Family) -> None:
    for text in (family.ink, look.INK, look.QUIET_INK):
        assert contrast(text, family.fill) >= 4.5
    for outline in (family.stroke, *look.BADGE_STROKE.values()):
        assert contrast(outline, family.fill) >= 3
        assert contrast(outline, look.PAPER) >= 3


@pytest.mark.parametrize("flag", [look.STOP, look.WARNING])
def test_badges_can_be_read(flag: str) -> None:
    assert contrast(look.BADGE_INK[flag], look.BADGE_FILL[flag]) >= 4.5
    assert contrast(look.BADGE_STROKE[flag], look.PAPER) >= 3


def test_links_and_the_root_outline_stand_out_from_paper() -> None:
    assert contrast(look.LINK, look.PAPER) >= 3
    assert contrast(look.ROOT, look.PAPER) >= 3


def test_every_kind_has_one_family_and_an_unforeseen_kind_is_grey() -> None:
    kinds = [kind for family in look.FAMILIES for kind in family.kinds]
    assert len(kinds) == len(set(kinds))
    assert look.family_of("lot") != look.family_of("donor")
    assert look.family_of("centrifuge") == look.OTHER


def test_the_record_s_name_of_an_order_is_written_as_the_glossary_has_it() -> None:
    assert look.kind_words("infusion_order") == "order"
    assert look.kind_words("out_of_specification_supply") == "out of specification supply"


def test_one_thing_is_not_counted_as_several() -> None:
    assert look.count_words(1, 0) == "1 thing, 0 links"
    assert look.count_words(2, 1) == "2 things, 1 link"
