"""The tables of the quality migrations (``0002`` and on): one block for each of them."""

from __future__ import annotations

FACTS: dict[str, tuple[str, ...]] = {}
"""Append-only tables with their own columns, between ``VERSION`` and ``AUTHOR``."""

LINKS: dict[str, tuple[str, ...]] = {}
"""Append-only tables of pairs that belong to one fact; the first two columns are the key."""

STANDINGS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {}
"""Tables with one row per thing: their key and their other columns."""
