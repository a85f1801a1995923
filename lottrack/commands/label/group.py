"""The noun ``label``; its verbs stand in the modules beside this one."""

from __future__ import annotations

from lottrack.commands.base import noun

label = noun("label", "Labels: print, apply, void, read, reconcile.")
