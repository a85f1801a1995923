"""What the rules answer: everything against it, and everything worth a second look."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from lottrack.errors import Blocker
    from lottrack.rules.culture.plausibility import ShownWarning


class Verdict(NamedTuple):
    """Everything against it, and everything worth a second look."""

    blockers: tuple[Blocker, ...]
    warnings: tuple[ShownWarning, ...]
