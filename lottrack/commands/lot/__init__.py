"""``lottrack lot``: cultures, fills, review, release and papers, each in a module of its own."""

from __future__ import annotations

# A module's verbs join the group when it is loaded.
from lottrack.commands.lot import culture, making, papers, quality, specification
from lottrack.commands.lot.group import lot

__all__ = ["culture", "lot", "making", "papers", "quality", "specification"]
