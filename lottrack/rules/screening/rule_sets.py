"""Rule sets for the screening of donors: which markers, how many days around the collection.

A rule set is a TOML file of ``db/screening``, named by its file stem. It is data, because it
differs by law and by reading of the law, and because the law changes (Regulation (EU) 2024/1938
applies from 7 August 2027); it is read strictly, because a mistyped key must not quietly widen a
window.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, NamedTuple, NoReturn

from lottrack.errors import BadValue
from lottrack.rules.reading.text import clean_text
from lottrack.rules.screening.markers import STANDARD_MARKERS, canonical_marker, is_among

if TYPE_CHECKING:
    from collections.abc import Mapping

ANTI_HBC_ALONE = "anti-HBc-alone"
"""anti-HBc reactive, HBsAg non-reactive (Dir. 2006/17/EC Annex II point 1.3)."""

SYPHILIS_NOT_CONFIRMED = "syphilis-not-confirmed"
"""Syphilis screen reactive, confirmatory test non-reactive (point 1.4; 21 CFR 1271.80(d)(1))."""

SYPHILIS_CONFIRMED = "syphilis-confirmed"
"""Treponemal confirmatory test reactive (point 1.4: a thorough risk assessment)."""

RISK_CASES = (ANTI_HBC_ALONE, SYPHILIS_NOT_CONFIRMED, SYPHILIS_CONFIRMED)
"""Reactive findings that a rule set may leave to a written risk assessment."""

_REQUIRED = (
    "title",
    "source",
    "valid_from",
    "panel",
    "days_before",
    "days_after",
    "risk_assessment",
    "sample_rule",
)
_OPTIONAL = ("valid_until", "informative", "notes")
_MOST_DAYS = 365
_LONGEST_TEXT = 1000
# Of the standard markers only this one is carried by most healthy adults.
_MAY_BE_INFORMATIVE = "CMV"


class RuleSet(NamedTuple):
    """One dated rule for the screening of donors.

    Attributes:
        name: the file's stem (``EU_BM_30d``).
        title: in a few words.
        source: law and clause.
        valid_from: first day it is the rule.
        valid_until: last day, None while it stays.
        panel: markers that need a result inside the window.
        days_before: most days from sample to collection.
        days_after: most days from collection to sample.
        informative: markers whose reactive result excludes nobody.
        risk_assessment: cases (``RISK_CASES``) the responsible person may accept in writing.
        sample_rule: what sample and which tests count, in words.
        notes: what else a reader should know.
    """

    name: str
    title: str
    source: str
    valid_from: date
    valid_until: date | None
    panel: tuple[str, ...]
    days_before: int
    days_after: int
    informative: tuple[str, ...]
    risk_assessment: tuple[str, ...]
    sample_rule: str
    notes: str

    @property
    def validity(self) -> str:
        """The days it is in force, in words."""
        until = f" to {self.valid_until.isoformat()}" if self.valid_until else " on"
        return f"from {self.valid_from.isoformat()}{until}"

    def is_in_force(self, on: date) -> bool:
        """Whether the rule holds on a day, first and last day included."""
        return self.valid_from <= on and (self.valid_until is None or on <= self.valid_until)


def parse_rule_set(name: str, text: str) -> RuleSet:
    """A rule set from the text of its TOML file.

    Args:
        name: the file's stem.
        text: the file.

    Raises:
        BadValue: ``rule-set-invalid``; the sentence names the file and the key.
    """
    import tomllib

    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        _refuse(name, "", f"is not TOML: {error}")
    for key in table:
        if key not in (*_REQUIRED, *_OPTIONAL):
            _refuse(name, key, "is not a key of a screening rule")
    for key in _REQUIRED:
        if key not in table:
            _refuse(name, key, "is missing")
    read = _Reader(name, table)
    rule = RuleSet(
        name=name,
        title=read.text("title"),
        source=read.text("source"),
        valid_from=read.day("valid_from"),
        valid_until=read.day("valid_until") if "valid_until" in table else None,
        panel=read.markers("panel"),
        days_before=read.days("days_before"),
        days_after=read.days("days_after"),
        informative=read.markers("informative") if "informative" in table else (),
        risk_assessment=read.cases("risk_assessment"),
        sample_rule=read.text("sample_rule"),
        notes=read.text("notes") if "notes" in table else "",
    )
    _require_sense(rule)
    return rule


def _require_sense(rule: RuleSet) -> None:
    if not rule.panel:
        _refuse(rule.name, "panel", "names no marker")
    if rule.valid_until is not None and not (rule.valid_from <= rule.valid_until):
        _refuse(rule.name, "valid_until", "is before valid_from")
    for marker in rule.informative:
        if marker in STANDARD_MARKERS and marker != _MAY_BE_INFORMATIVE:
            _refuse(rule.name, "informative", f"may not hold {marker}: it excludes a donor")


class _Reader(NamedTuple):
    """Typed access to one file's keys; every refusal names file and key."""

    name: str
    table: Mapping[str, object]

    def text(self, key: str) -> str:
        value = self.table[key]
        if not isinstance(value, str):
            _refuse(self.name, key, "is not a text")
        try:
            return clean_text(value, key, _LONGEST_TEXT)
        except BadValue as error:
            _refuse(self.name, key, f"is refused: {error.sentence}")

    def day(self, key: str) -> date:
        value = self.table[key]
        # A moment is a date to Python, and its time would be lost.
        if not isinstance(value, date) or isinstance(value, datetime):
            _refuse(self.name, key, "is not a date such as 2026-02-03, without quotation marks")
        return value

    def days(self, key: str) -> int:
        value = self.table[key]
        # True is an integer to Python.
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= _MOST_DAYS:
            _refuse(self.name, key, f"is not a whole number of days from 0 to {_MOST_DAYS}")
        return value

    def markers(self, key: str) -> tuple[str, ...]:
        found: list[str] = []
        for item in self._texts(key):
            try:
                marker = canonical_marker(item)
            except BadValue as error:
                _refuse(self.name, key, f"is refused: {error.sentence}")
            if is_among(marker, found):
                _refuse(self.name, key, f"names {marker} twice")
            found.append(marker)
        return tuple(found)

    def cases(self, key: str) -> tuple[str, ...]:
        cases = self._texts(key)
        for case in cases:
            if case not in RISK_CASES:
                _refuse(self.name, key, f"knows {', '.join(RISK_CASES)}, not {case!r}")
        return tuple(case for case in RISK_CASES if case in cases)

    def _texts(self, key: str) -> list[str]:
        value = self.table[key]
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            _refuse(self.name, key, "is not a list of texts")
        return value


def _refuse(name: str, key: str, why: str) -> NoReturn:
    subject = f"its key {key!r} {why}" if key else f"it {why}"
    raise BadValue(
        f"The screening rule {name} cannot be used: {subject}.",
        code="rule-set-invalid",
        hint="Quality assurance mends the file in db/screening and has it read again.",
    )
