"""Every published result of the file of vectors is asked of the program by some test."""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path

import pytest

FILE = Path(__file__).parents[1] / "data" / "vectors_public.json"
VECTORS = json.loads(FILE.read_text("utf-8"))["vectors"]
KINDS = sorted({vector["kind"] for vector in VECTORS})
MODULES = (
    "tests.interchange.test_gs1",
    "tests.rules.test_checkchar",
    "tests.rules.test_hla_alleles",
    "tests.rules.test_hla_glstring",
    "tests.rules.test_hla_sharing",
    "tests.rules.test_isbt128",
)


def asked() -> set[str]:
    """The ids of all vectors that a test function is parametrised with."""
    found = set()
    for name in MODULES:
        for function in vars(import_module(name)).values():
            for mark in getattr(function, "pytestmark", []):
                if mark.name == "parametrize" and mark.args[0] == "vector":
                    found |= {vector["id"] for vector in mark.args[1]}
    return found


def test_there_are_twenty_kinds_and_no_two_vectors_share_an_id() -> None:
    assert len(KINDS) == 20
    assert len({vector["id"] for vector in VECTORS}) == len(VECTORS)


@pytest.mark.parametrize("kind", KINDS)
def test_every_vector_of_a_kind_is_asked_of_the_program(kind: str) -> None:
    missing = {v["id"] for v in VECTORS if v["kind"] == kind} - asked()
    assert not missing, f"no test asks for {sorted(missing)}"
