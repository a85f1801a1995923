"""The noun ``lot``; its verbs stand in the modules beside this one."""

from __future__ import annotations

from lottrack.commands.base import noun

lot = noun("lot", "Lots: culture, fills, review, release.")
