"""Find the record a number, a code or a scan speaks of."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from lottrack.errors import NotFound, WrongKindOfCode
from lottrack.rules.codes.everyday import everyday_kind
from lottrack.rules.codes.identifiers import read_number, require_code
from lottrack.rules.reading.text import printable

if TYPE_CHECKING:
    from lottrack.store.reader import Reader

CODED = (
    *("lot", "collection", "patient", "donor", "account", "place"),
    *("specification", "protocol", "equipment", "material", "printer"),
)
"""Facts whose number or code people may choose, in the order a bare text is looked up."""

WORDS = {
    "course": "course (chain-of-identity id)",
    "infusion_order": "order",
    "account": "user",
    "custody_event": "custody event",
    "material_opening": "opened vial",
    "specification": "specification",
}


class Found(NamedTuple):
    """A record: its table and its number."""

    table: str
    record: str


def word_for(table: str) -> str:
    """What a table's records are called in messages."""
    return WORDS.get(table, table.replace("_", " "))


def find(reader: Reader, text: str) -> Found:
    """The record a number or code names, whatever it is; struck records are found, too.

    Raises:
        CodeUnreadable: it is one of lottrack's numbers with a wrong check character.
        NotFound: nothing has this number or code.
    """
    number = read_number(text, reader.setting("site_code"))
    if number is not None and reader.versions(number.kind, number.id):
        return Found(number.kind, number.id)
    if number is None:
        upper = " ".join(text.split()).upper()
        for table in CODED:
            if reader.versions(table, upper):
                return Found(table, upper)
    kind = everyday_kind(text)
    raise NotFound(
        f"This is {kind}, not a code of lottrack's: {printable(text)}."
        if kind
        else f"Nothing in this record has the number or code {printable(text)}.",
        hint="Check it against the label or the record; numbers of another site are unknown here.",
    )


def find_one_of(reader: Reader, text: str, *tables: str) -> Found:
    """The record a number or code names, which must be of one of the given tables.

    Raises:
        WrongKindOfCode: it names something else.
        NotFound: it names nothing.
    """
    for table in tables:
        if table in CODED and reader.find(table, text.strip().upper()) is not None:
            return Found(table, text.strip().upper())
    found = find(reader, text)
    if found.table not in tables:
        wanted = " or ".join(word_for(table) for table in tables)
        raise WrongKindOfCode(
            f"{printable(text)} is a {word_for(found.table)}, and a {wanted} is needed here.",
            hint="Scan or type the other code.",
        )
    return found


def code_of(reader: Reader, table: str, text: str) -> str:
    """The code of a person, place, donor or patient, as it is kept.

    Raises:
        NotFound: there is none.
    """
    code = require_code(text, word_for(table))
    return str(reader.get(table, code, word_for(table)).root)
