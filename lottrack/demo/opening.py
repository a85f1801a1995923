"""Before the first child: the site, its people, the documents a qualified person approves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lottrack.actions.laboratory.people import add_user
from lottrack.actions.laboratory.site import Site, make_site
from lottrack.actions.testing.documents import approve_document, prepare_approval
from lottrack.demo.people import ADMINISTRATOR, PEOPLE, SECRET
from lottrack.demo.stage import ZONE, at

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from lottrack.actions.desk import Hasher
    from lottrack.demo.stage import Stage

OPENED_ON = "2025-08-01"
SITE = Site("Hospital GMP unit, training record", "DEMO", ZONE, training=True)
PROTOCOL = "MSC-EB-21D"
SPECIFICATION = "MSC-EB-TRIAL"
PRODUCT = "MSC-EB"


def first_moment() -> datetime:
    """When the record begins."""
    return at(OPENED_ON, "08:00")


def make_record(path: Path, hasher: Hasher, host: str) -> None:
    """Make the training record: a site whose labels say TRAINING.

    Raises:
        Conflict: there is a file already (``database-exists``).
    """
    make_site(
        path,
        SITE,
        (ADMINISTRATOR, "Administrator One"),
        (SECRET, SECRET),
        hasher=hasher,
        host=host,
        now=first_moment(),
    )


def admit_people(stage: Stage) -> None:
    """Register everybody who acts, each with one role."""
    for person in PEOPLE:
        desk = stage.desk(ADMINISTRATOR)
        add_user(desk, person.code, person.name, [person.role], SECRET, SECRET)


def approve_documents(stage: Stage) -> None:
    """The qualified person approves the trial's protocol and the product's specification."""
    for table, name in (("protocol", PROTOCOL), ("specification", SPECIFICATION)):
        desk = stage.desk("QP1")
        prepared = prepare_approval(desk, table, name)
        approve_document(desk, table, name, prepared, stage.proof("QP1"))
    stage.tell(f"QP1 approves the protocol {PROTOCOL} and the specification {SPECIFICATION}.")
