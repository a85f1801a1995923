"""How trace pictures look, in one place: words, colours, type sizes.

Colours are chosen so that text on its fill has a contrast of at least 4.5:1 and an outline at
least 3:1 against fill and paper (WCAG 2.2, success criteria 1.4.3 and 1.4.11). No colour carries
a meaning alone: the kind, the flag and "traced from here" are always written out too.
"""

from __future__ import annotations

from typing import NamedTuple


class Family(NamedTuple):
    """Kinds that share a colour, and the colour: ``fill``, ``stroke`` and ``ink`` of the kind."""

    kinds: tuple[str, ...]
    fill: str
    stroke: str
    ink: str


FAMILIES = (
    Family(("donor", "patient"), "#e4effa", "#2f6ca3", "#1d4f7c"),
    Family(
        ("consent", "pair", "course", "order", "infusion_order"), "#eeeafa", "#6f5bb0", "#4b3a86"
    ),
    Family(("collection", "lot", "passage", "fill"), "#e4f3e8", "#2e7d4f", "#1f5a38"),
    Family(("container", "sample"), "#fcf2d9", "#946700", "#654600"),
    Family(("preparation", "dispensing", "infusion"), "#dff3f3", "#14787c", "#0b5457"),
    Family(("hold",), "#fdeaea", "#b3261e", "#8c1d18"),
)
OTHER = Family((), "#eef0f3", "#5f6b7a", "#3d4754")

PAPER = "#ffffff"
INK = "#17212b"
QUIET_INK = "#4a5563"
LINK = "#5f6b7a"
ROOT = "#0b2545"

STOP = "stop"
WARNING = "warning"
HOLD = "hold"

BADGE_FILL = {STOP: "#b3261e", WARNING: "#ffd166"}
BADGE_INK = {STOP: "#ffffff", WARNING: "#3a2b00"}
BADGE_WORD = {STOP: "STOP", WARNING: "WARNING"}
BADGE_STROKE = {STOP: "#b3261e", WARNING: "#946700"}
BADGE_MEANING = {STOP: "must not be used", WARNING: "look before use"}

ROOT_WORDS = "traced from here"
LINK_WORDS = "an arrow leads from what a thing came from to what came of it"
NOTHING_WORDS = "Nothing was found to draw."
NO_KIND_WORDS = "kind not told"
UNKNOWN_WORDS = "What the record cannot tell:"

TITLE_SIZE = 15
CAPTION_SIZE = 9
KIND_SIZE = 7
ID_SIZE = 10
LABEL_SIZE = 8
LEGEND_SIZE = 8


def family_of(kind: str) -> Family:
    """The family of a kind; a kind nobody foresaw is drawn in quiet grey."""
    return next((family for family in FAMILIES if kind in family.kinds), OTHER)


def kind_words(kind: str) -> str:
    """How a kind is written: the glossary's word where the record's own name differs."""
    return "order" if kind == "infusion_order" else kind.replace("_", " ")


def title_words(root: str) -> str:
    """The title of a trace picture."""
    return f"Trace of {root}"


def count_words(things: int, links: int) -> str:
    """How much the picture shows."""
    return f"{things} thing{'s' * (things != 1)}, {links} link{'s' * (links != 1)}"


def link_words(start: str, end: str) -> str:
    """What a link says."""
    return f"{start} to {end}"


def badge_words(flag: str, note: str) -> str:
    """What stands on the badge of a flagged thing; the word itself, whatever the colour says."""
    word = BADGE_WORD[flag]
    return f"{word}: {note}" if note else word
