"""``lottrack label``: printed, applied, void, read, reconciled; templates; codes."""

from __future__ import annotations

# A module's verbs join the group when it is loaded.
from lottrack.commands.label import codes, donation, ledger, life, printing, templates
from lottrack.commands.label.group import label

__all__ = ["codes", "donation", "label", "ledger", "life", "printing", "templates"]
