"""``lottrack bench``: a conversation with a scanner, step by step."""

from __future__ import annotations

from lottrack.commands.bench.verbs import bench

__all__ = ["bench"]
