"""The demo, played once for all stories about it."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from lottrack.cli import main
from lottrack.context import Context
from tests.stories.played import Played


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Played:
    """The training record, made through its command with real hashes."""
    folder = tmp_path_factory.mktemp("demo") / "training"
    outcome = CliRunner().invoke(main, ["demo", str(folder), "--json"], obj=Context())
    assert outcome.exit_code == 0, outcome.stderr
    return Played(folder, json.loads(outcome.stdout), outcome.stderr)
