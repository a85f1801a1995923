"""A donation number as ISBT 128 writes it: as it was given, and only where a site is registered.

A site that prints ISBT 128 has to be registered with ICCBBA, and lottrack cannot know whether it is
(``identifiers-and-labels`` 1.8): so it prints none before the site's administrator entered its
facility code and said so. The number is one that another system gave the collection.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lottrack.actions.finding import find_one_of
from lottrack.actions.labelling.files import Output, publish, stage
from lottrack.actions.laboratory.settings import FACILITY, STATEMENT
from lottrack.errors import LabelRefused, NotFound
from lottrack.rules.codes.checkchar import check_character
from lottrack.rules.codes.isbt128 import read_din

if TYPE_CHECKING:
    from pathlib import Path

    from lottrack.actions.desk import Desk
    from lottrack.store.reader import Reader

SCHEME = "DIN"
_NO_FLAGS = "00"


def draw_donation(desk: Desk, text: str, output: Output, here: Path) -> dict[str, Any]:
    """Draw a page with a collection's donation number, its code read back from the page.

    Args:
        desk: where.
        text: the collection.
        output: where it goes; without a file or folder, ``donation-NUMBER.pdf`` in ``here``.
        here: the working folder.

    Raises:
        LabelRefused: the site did not state that it is registered (``isbt-not-registered``).
        NotFound: there is no such collection, or no donation number came with it.
        BadValue: the number has another form than ISBT 128 gives it (``bad-din``).
        LabelError: the code could not be read back, or the file cannot be written.
    """
    from lottrack.printing.pages import matrix_page

    reader = desk.store
    collection = find_one_of(reader, text, "collection").record
    require_registered(reader)
    number = _number(reader, collection)
    message = f"={number}{_NO_FLAGS}"
    training = "TRAINING · " if reader.setting("training") else ""
    page = matrix_page(
        f"{training}Donation number · {reader.setting('site_name')}",
        (
            f"Accompanies collection {collection}. This is no label: stick it on nothing.",
            f"Facility {reader.setting(FACILITY)}: {reader.setting(STATEMENT)}",
        ),
        message,
        f"{number[:5]} {number[5:7]} {number[7:]}   [{check_character(number)}]",
    )
    name = f"donation-{number}"
    if output.out is None or output.out.is_dir() or not output.out.suffix:
        folder = here if output.out is None else output.out
        output = output._replace(out=folder / f"{name}.pdf")
    files = output.files(here, 1)
    paths = files.named([name])
    publish(stage(paths, [page], files.form), [name])
    return {
        "id": collection,
        "kind": "donation_code",
        "number": number,
        "payload": message,
        "path": str(paths[0]),
        "warnings": [],
    }


def require_registered(reader: Reader) -> None:
    """Refuse to print a code of ISBT 128 at a site that did not say it is registered.

    Raises:
        LabelRefused: ``isbt-not-registered``.
    """
    if not (reader.setting(FACILITY) and reader.setting(STATEMENT)):
        raise LabelRefused(
            "This site has not stated that it is registered for ISBT 128, so none of its codes is"
            " printed here.",
            code="isbt-not-registered",
            hint="An administrator enters the facility code and the statement: `lottrack site"
            " isbt`. The number itself stands on labels as text.",
        )


def _number(reader: Reader, collection: str) -> str:
    rows = reader.rows("external_number", record=collection, scheme=SCHEME)
    if not rows:
        raise NotFound(
            f"No donation number came with collection {collection}.",
            code="no-donation-number",
            hint="lottrack makes none. It is recorded with the collection: `--external-number"
            " DIN=NUMBER`.",
        )
    value = str(rows[-1].value)
    read_din(value)
    return value
