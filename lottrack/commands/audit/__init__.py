"""``lottrack audit``: the trail, its proof, its reviews and its witnesses."""

from __future__ import annotations

# A module's verbs join the group when it is loaded.
from lottrack.commands.audit import reviews, trail
from lottrack.commands.audit.group import audit

__all__ = ["audit", "reviews", "trail"]
