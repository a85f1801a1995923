"""The real program, as a person at a shell meets it: one process per command."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path


class Ended:
    """How a command ended."""

    def __init__(self, done: subprocess.CompletedProcess[str]) -> None:
        self.exit_code = done.returncode
        self.stdout = done.stdout
        self.stderr = done.stderr

    @property
    def data(self):
        """Standard output as JSON."""
        return json.loads(self.stdout)

    @property
    def blockers(self) -> set[str]:
        """The codes of everything that stood against the act."""
        body = self.data.get("error", self.data)
        return {blocker["code"] for blocker in body["blockers"]}


class RealProgram:
    """``python -m lottrack`` on one database, with its own state folder."""

    def __init__(self, folder: Path) -> None:
        self.db = folder / "trial.sqlite"
        self.folder = folder

    def __call__(
        self, *args: object, user: str = "", lines: tuple[str, ...] = (), exit_code: int = 0
    ) -> Ended:
        """Run one command with ``--json``; secrets are ``lines`` after the acting user's own."""
        who = ["--as", user] if user else []
        command = [sys.executable, "-m", "lottrack", "--db", self.db, *who, "--password-stdin"]
        secrets = [*([secret(user)] if user else []), *lines]
        done = subprocess.run(
            [*map(str, command), *map(str, args), "--json"],
            input="".join(f"{line}\n" for line in secrets),
            capture_output=True,
            text=True,
            env={**os.environ, "LOTTRACK_STATE": str(self.folder / "state")},
            timeout=60,
            check=False,
        )
        ended = Ended(done)
        told = f"{args}\n{ended.stdout}\n{ended.stderr}"
        assert ended.exit_code == exit_code, told
        assert "Traceback" not in ended.stdout + ended.stderr, told
        return ended


def secret(user: str) -> str:
    """The secret of a person of the story."""
    return f"correct horse {user.lower()}"
