"""The tables of the quality migrations (``0002`` and on): one block for each of them."""

from __future__ import annotations

FACTS: dict[str, tuple[str, ...]] = {
    # 0002: specifications
    "specification_retirement": ("specification", "signature"),
    "lot_respecification": ("lot", "moved_from", "specification", "signature"),
    "container_extension": ("container", "expires_at", "basis", "signature"),
    # 0008_documents.sql
    "document_issue": (
        "lot",
        "document",
        "stage",
        "rests_on",
        "head",
        "content_sha256",
        "file_name",
        "file_sha256",
        "pages",
    ),
}
"""Append-only tables with their own columns, between ``VERSION`` and ``AUTHOR``."""

LINKS: dict[str, tuple[str, ...]] = {
    # 0002: specifications
    "rejudged_result": ("respecification", "result", "verdict_before", "verdict"),
}
"""Append-only tables of pairs that belong to one fact; the first two columns are the key."""

STANDINGS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {}
"""Tables with one row per thing: their key and their other columns."""
