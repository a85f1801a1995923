"""Infectious markers of donors: their names, their outcomes, what a label says about them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from lottrack.errors import BadValue
from lottrack.rules.reading.text import clean_text, quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

NON_REACTIVE = "non-reactive"
REACTIVE = "reactive"
INDETERMINATE = "indeterminate"
OUTCOMES = (NON_REACTIVE, REACTIVE, INDETERMINATE)
"""What a test for a marker can say."""

ANTI_HBC = "anti-HBc"
HBSAG = "HBsAg"
HBV_NAT = "HBV-NAT"
SYPHILIS = "syphilis"
CONFIRMATION = "syphilis-confirmation"
"""The treponemal confirmatory test that answers a reactive syphilis screen."""

# Standard markers with the disease agent that a warning on a label names.
_AGENTS = {
    "anti-HIV-1/2": "HIV",
    HBSAG: "hepatitis B virus",
    ANTI_HBC: "hepatitis B virus",
    "anti-HCV": "hepatitis C virus",
    SYPHILIS: "syphilis",
    "HTLV-I/II": "HTLV",
    "HIV-NAT": "HIV",
    HBV_NAT: "hepatitis B virus",
    "HCV-NAT": "hepatitis C virus",
    "CMV": "cytomegalovirus",
    CONFIRMATION: "syphilis",
}
STANDARD_MARKERS = tuple(_AGENTS)
"""Markers lottrack knows by name; a site may record others."""

_BIOHAZARD = "BIOLOGICAL HAZARD"
_ADVISE = "WARNING: Advise patient of communicable disease risks"
_LONGEST_NAME = 40
_UNHEARD = str.maketrans("", "", " -_")


class MarkerOutcome(NamedTuple):
    """One result of one marker of a donor; struck and corrected ones are left out.

    Attributes:
        marker: its name (:func:`canonical_marker`).
        outcome: ``non-reactive``, ``reactive`` or ``indeterminate``; any other word is taken as
            indeterminate.
        sampled_on: the day the sample was drawn.
        recorded_seq: its place in the record; of equals the later one is named.
    """

    marker: str
    outcome: str
    sampled_on: date
    recorded_seq: int


def canonical_marker(text: str, known: Iterable[str] = ()) -> str:
    """The one spelling of a marker's name: case, spaces and hyphens do not count.

    Args:
        text: as given (``hbsag``, ``Anti HCV``).
        known: the site's own markers already on record; a new one keeps the spelling given.

    Raises:
        BadValue: it is empty, too long, or no name (``bad-marker``).
    """
    cleaned = clean_text(text, "the marker", _LONGEST_NAME)
    for name in (*STANDARD_MARKERS, *known):
        if is_same_marker(name, cleaned):
            return name
    if "=" in cleaned or not any(character.isalnum() for character in cleaned):
        raise BadValue(
            f"{quoted(cleaned)} is not a marker's name.",
            code="bad-marker",
            hint="Name the marker, then its outcome: --marker HBsAg=non-reactive.",
        )
    return cleaned


def unknown_marker(name: str, known: Sequence[str], asked: Sequence[str]) -> str | None:
    """What to say of a marker that is neither a standard one nor asked for by the rule, or None.

    It is kept, and counts for nothing: a panel wants its own names. A name near to one of them was
    most likely meant to be that, however often it was given before.

    Args:
        name: the marker, in its one spelling (``canonical_marker``).
        known: the site's own markers recorded before.
        asked: those that the site's rule names.
    """
    if is_among(name, (*STANDARD_MARKERS, *asked)):
        return None
    from difflib import get_close_matches

    names = {_key(each): each for each in (*STANDARD_MARKERS, *asked)}
    near = [each for key, each in names.items() if _key(name) in key or key in _key(name)]
    near = near or [names[each] for each in get_close_matches(_key(name), names, 2, 0.7)]
    if not near and is_among(name, known):
        return None
    meant = f" Was {' or '.join(near[:3])} meant?" if near else ""
    return (
        f"{name} is none of the markers that are known here: it is kept for information, and counts"
        f" for no panel.{meant}"
    )


def parse_outcome(text: str) -> str:
    """An outcome by its word, case aside.

    Raises:
        BadValue: another word (``bad-outcome``). *Positive* and *negative* are not translated: a
            screening test that reacts is not yet a positive finding.
    """
    word = text.strip().casefold()
    if word in OUTCOMES:
        return word
    raise BadValue(
        f"{quoted(text.strip())} is not an outcome of a marker.",
        code="bad-outcome",
        hint=f"Write {', '.join(OUTCOMES[:-1])} or {OUTCOMES[-1]}.",
    )


def is_same_marker(one: str, other: str) -> bool:
    """Whether two names mean one marker: case, spaces and hyphens do not count."""
    return _key(one) == _key(other)


def is_among(marker: str, markers: Iterable[str]) -> bool:
    """Whether one of the names means this marker."""
    return any(is_same_marker(marker, other) for other in markers)


def of_marker(samples: Iterable[MarkerOutcome], marker: str) -> list[MarkerOutcome]:
    """The results of one marker, in the order given."""
    return [sample for sample in samples if is_same_marker(sample.marker, marker)]


def confirmations(samples: Sequence[MarkerOutcome]) -> list[MarkerOutcome]:
    """Confirmatory tests that answer the reactive syphilis screens.

    Those sampled on or after the day of the last reactive screen; an earlier one says nothing
    about a later screen.
    """
    screens = [each.sampled_on for each in of_marker(samples, SYPHILIS) if each.outcome == REACTIVE]
    if not screens:
        return []
    return [each for each in of_marker(samples, CONFIRMATION) if each.sampled_on >= max(screens)]


def is_not_confirmed(samples: Sequence[MarkerOutcome]) -> bool:
    """Whether a reactive syphilis screen was answered by non-reactive confirmations only.

    A confirmatory test that reacted, whenever it was sampled, confirms.
    """
    if any(each.outcome == REACTIVE for each in of_marker(samples, CONFIRMATION)):
        return False
    answers = confirmations(samples)
    return bool(answers) and all(each.outcome == NON_REACTIVE for each in answers)


def label_statements(
    outcomes: Iterable[MarkerOutcome], informative: Iterable[str] = ()
) -> tuple[str, ...]:
    """What a label must say because of the donor's reactive markers; nothing without any.

    ``BIOLOGICAL HAZARD`` by Dir. 2006/86/EC Annex II.E point 1(f); the warnings, in the words of
    21 CFR 1271.65(b)(2) and 1271.90(c), with one line for each disease agent. A reactive syphilis
    screen that its confirmatory test did not confirm is not a positive marker.

    Args:
        outcomes: every result of the donor that stands, of any day.
        informative: markers that exclude nobody under the rule set applied (``RuleSet``).
    """
    samples = tuple(outcomes)
    exempt = [*informative, SYPHILIS] if is_not_confirmed(samples) else list(informative)
    reactive = [
        canonical_marker(sample.marker)
        for sample in samples
        if sample.outcome == REACTIVE and not is_among(sample.marker, exempt)
    ]
    if not reactive:
        return ()
    # In the order of the standard markers, a site's own by name after them.
    own = sorted(marker for marker in set(reactive) if marker not in _AGENTS)
    agents = dict.fromkeys(
        _AGENTS.get(marker, marker) for marker in (*STANDARD_MARKERS, *own) if marker in reactive
    )
    return (
        _BIOHAZARD,
        _ADVISE,
        *(f"WARNING: Reactive test results for {agent}" for agent in agents),
    )


def _key(marker: str) -> str:
    # The slash counts: HTLV-I/II is not HTLV-III.
    return marker.casefold().translate(_UNHEARD)
