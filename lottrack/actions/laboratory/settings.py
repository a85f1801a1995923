"""What a site decides once for all of its work: its decimal mark, the patterns of its numbers.

A setting is one audited act with its reason; what was recorded under an earlier one stays as it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from lottrack.actions.notation import DECIMAL_MARK, decimal_mark
from lottrack.errors import BadValue
from lottrack.rules.codes.isbt128 import require_facility_code
from lottrack.rules.codes.patterns import require_fitting, require_pattern
from lottrack.rules.reading.notation import NAME_OF
from lottrack.rules.reading.text import clean_text

if TYPE_CHECKING:
    from lottrack.actions.desk import Desk
    from lottrack.store.reader import Reader

PATTERNS = {"lot": "lot_number_pattern", "collection": "collection_number_pattern"}
"""What is numbered -> the setting that holds the pattern of the site's own numbers."""

FACILITY, STATEMENT = "isbt_facility_code", "isbt_statement"
NO_PATTERN = "none"


class Wanted(NamedTuple):
    """What is to be set; None leaves a setting as it is.

    Attributes:
        mark: ``point`` or ``comma``.
        lot_number: the pattern of own lot numbers, or ``none``.
        collection_number: the pattern of own collection numbers, or ``none``.
    """

    mark: str | None = None
    lot_number: str | None = None
    collection_number: str | None = None


def show_site(reader: Reader) -> dict[str, Any]:
    """The site and what it decided."""
    return {
        "id": reader.setting("site_code"),
        "kind": "site",
        "name": reader.setting("site_name"),
        "zone": reader.setting("zone"),
        "decimal_mark": NAME_OF[decimal_mark(reader)],
        "lot_number": reader.setting(PATTERNS["lot"]) or None,
        "collection_number": reader.setting(PATTERNS["collection"]) or None,
        "isbt128_printing": bool(reader.setting(FACILITY)),
        "isbt128_facility_code": reader.setting(FACILITY) or None,
        "isbt128_statement": reader.setting(STATEMENT) or None,
        "training": bool(reader.setting("training")),
    }


def set_site(desk: Desk, wanted: Wanted, reason: str) -> dict[str, Any]:
    """Record what the site decided.

    Raises:
        BadValue: a pattern is none, or there is nothing to be set.
    """
    values = {
        DECIMAL_MARK: wanted.mark,
        PATTERNS["lot"]: _pattern(wanted.lot_number),
        PATTERNS["collection"]: _pattern(wanted.collection_number),
    }
    given = {name: value for name, value in values.items() if value is not None}
    if not given:
        raise BadValue("Nothing is to be set.", hint="`lottrack site set --help` lists what can.")
    _write(desk, "site set", given, reason)
    return show_site(desk.store) | {"warnings": []}


def set_isbt(desk: Desk, facility_code: str, statement: str, reason: str) -> dict[str, Any]:
    """Record that the site is registered for ISBT 128, so that its codes may be printed here.

    Without it none is: a site has to register with ICCBBA, and lottrack cannot know whether it did
    (``identifiers-and-labels`` 1.8). Both empty take the statement back.

    Raises:
        BadValue: the facility code is none, or one of the two is missing.
    """
    if bool(facility_code) != bool(statement):
        raise BadValue("A facility code and the statement of registration belong together.")
    values = {FACILITY: "", STATEMENT: ""}
    if facility_code:
        values[FACILITY] = require_facility_code(facility_code)
        values[STATEMENT] = clean_text(statement, "the statement", limit=500)
    _write(desk, "site isbt", values, reason)
    return show_site(desk.store) | {"warnings": []}


def require_own_pattern(reader: Reader, kind: str, number: str | None) -> None:
    """Refuse a number the site gives itself that is not written like its pattern.

    Args:
        reader: the record.
        kind: ``lot`` or ``collection``.
        number: upper-cased; None where lottrack makes the number.

    Raises:
        BadValue: ``number-pattern``.
    """
    if number is not None:
        require_fitting(number, reader.setting(PATTERNS[kind]), f"the {kind} number")


def _pattern(text: str | None) -> str | None:
    if text is None or text.strip().lower() == NO_PATTERN:
        return None if text is None else ""
    return require_pattern(text)


def _write(desk: Desk, act: str, values: dict[str, str], reason: str) -> None:
    why = clean_text(reason, "the reason")
    with desk.change(act, why) as change:
        for name, value in values.items():
            change.stand("setting", {"name": name}, value=value)
