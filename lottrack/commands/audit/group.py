"""The noun ``audit``; its verbs stand in the modules beside this one."""

from __future__ import annotations

from lottrack.commands.base import noun

audit = noun("audit", "The audit trail: show, verify, export.")
