"""Records of the stock, as a plugin of the tests that spoil the good lines.

``stocked`` is one record for all of a file's bad input, ``own_stock`` one that a test may change.
"""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from tests.commands.good_lines import stock
from tests.commands.spoiling import Stocked, StockFile, copied
from tests.conftest import Clock, Program

if TYPE_CHECKING:
    from pathlib import Path

    from tests.steps import Filled


@pytest.fixture(scope="session")
def stock_file(
    released_file: tuple[Path, Filled], tmp_path_factory: pytest.TempPathFactory
) -> StockFile:
    """The stock that others are copied from."""
    source, filled = released_file
    db = tmp_path_factory.mktemp("stock") / "record.sqlite"
    shutil.copy(source, db)
    clock = Clock()
    clock.advance(hours=1)
    return db, stock(Program(db, clock), filled)


@pytest.fixture(scope="module")
def stocked(stock_file: StockFile, tmp_path_factory: pytest.TempPathFactory) -> Stocked:
    """One stock for all bad input of a file."""
    return copied(stock_file, tmp_path_factory.mktemp("spoilt") / "record.sqlite")


@pytest.fixture
def own_stock(stock_file: StockFile, tmp_path: Path) -> Stocked:
    """A stock that a test may change."""
    return copied(stock_file, tmp_path / "record.sqlite")
