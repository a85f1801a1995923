"""For which products a specification is: others are refused, and what seems so is doubted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.commands.quality_bench import Quality

pytest_plugins = ("tests.commands.quality_bench",)

OWN = """
name = "OWN"
edition = 1
title = "Our own"
product = "{product}"
source = "test"
{codes}
[[criterion]]
test = "CD73"
name = "CD73"
stage = "Drug substance"
level = "lot"
operator = ">="
limit = 95
unit = "%"
required = true
"""


def register(quality: Quality, product: str, codes: str = "", **extra: Any) -> Any:
    """A lot of MSC-EB by a specification for a product."""
    file = quality.program.db.parent / "own.toml"
    file.write_text(OWN.format(product=product, codes=codes), encoding="utf-8")
    quality.program("spec", "load", file, user="QC1")
    told = ("lot", "register", "--parent", quality.lot, "--product", "MSC-EB", "--spec", "OWN")
    return quality(*told, **extra)


def test_a_specification_that_names_other_products_takes_no_lot(quality: Quality) -> None:
    codes = 'product_codes = ["MSC-GVHD", "MSC-OA"]'
    refused = register(quality, "MSC", codes, exit_code=30)
    assert refused.code == "product-not-of-specification"
    assert "OWN@1 is for MSC-GVHD and MSC-OA, not for MSC-EB." in refused.data["error"]["sentence"]
    assert quality.program("spec", "show", "OWN").data["product_codes"] == ["MSC-GVHD", "MSC-OA"]


def test_one_that_names_it_among_others_takes_it(quality: Quality) -> None:
    made = register(quality, "MSC", 'product_codes = ["MSC-GVHD", "msc-eb"]').data
    assert "product-not-of-specification" not in {each["code"] for each in made["warnings"]}


@pytest.mark.parametrize(
    ("product", "warned"), [("MSC-GVHD", True), ("msc-eb", False), ("Bone-marrow MSC", False)]
)
def test_a_title_of_one_word_is_compared_and_doubted(
    quality: Quality, product: str, warned: bool
) -> None:
    codes = {each["code"] for each in register(quality, product).data["warnings"]}
    assert ("product-not-of-specification" in codes) is warned


def test_a_code_that_is_none_loads_nothing(quality: Quality) -> None:
    file = quality.program.db.parent / "own.toml"
    file.write_text(OWN.format(product="MSC", codes='product_codes = ["a b"]'), encoding="utf-8")
    refused = quality.program("spec", "load", file, user="QC1", exit_code=2)
    assert "product_codes" in refused.data["error"]["sentence"]
