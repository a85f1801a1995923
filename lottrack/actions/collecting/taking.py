"""Taking marrow: a donation is planned, or recorded as it happened.

Nothing that happened is refused for being against a plan: whether the donor was eligible and the
screening in time is judged when the taking is recorded, kept with it, and asked again at the
release of every lot grown from it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from lottrack.actions.collecting.collections import (
    collection_state,
    courses_of,
    find_collection,
    require_open_course,
    taking_of,
)
from lottrack.actions.families.donors import donor_is_eligible_for, eligibility_of
from lottrack.actions.families.screenings import rule_set, window_verdict
from lottrack.actions.finding import find_one_of
from lottrack.actions.laboratory.settings import require_own_pattern
from lottrack.actions.moments import happened_at
from lottrack.actions.shown import write_warnings
from lottrack.errors import AlreadyDone, BadValue, Conflict
from lottrack.rules.administration.schedule import planned_day_warnings
from lottrack.rules.codes.external import read_external
from lottrack.rules.codes.identifiers import require_code, require_own_number
from lottrack.rules.culture.plausibility import ShownWarning, collection_warnings
from lottrack.rules.reading.quantities import plain
from lottrack.rules.reading.text import clean_text, quoted
from lottrack.store.chain import canonical

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime
    from decimal import Decimal

    from lottrack.actions.desk import Desk, Telling
    from lottrack.rules.screening.screening import ScreeningVerdict
    from lottrack.store.change import Change, Told
    from lottrack.store.reader import Reader
    from lottrack.store.rows import Row

WINDOW_CODES = frozenset({"marker-missing", "marker-out-of-window"})
"""Findings of a screening that are about its window; the others are for the donor's decision."""


class Taken(NamedTuple):
    """What was taken at a donation.

    Attributes:
        volume_ml: volume of the aspirate.
        tnc: nucleated cells in all of it.
        mnc: mononuclear cells in all of it.
        anticoagulant: its name, or "".
        external_numbers: ``SCHEME=VALUE``, each as given by another system.
        screening_rule: name of the rule set to judge the screening by; "" for the site's.
    """

    volume_ml: Decimal | None = None
    tnc: int | None = None
    mnc: int | None = None
    anticoagulant: str = ""
    external_numbers: tuple[str, ...] = ()
    screening_rule: str = ""


def plan_collection(
    desk: Desk, courses: Sequence[str], planned_on: date, number: str, telling: Telling
) -> dict[str, Any]:
    """Give a donation its number before the needle, so that labels can be printed.

    Raises:
        Refused: a course is closed.
        Conflict: the courses have different donors; the time told is before the donor's birth.
    """
    told = desk.told(telling)
    with desk.change("collection plan") as change:
        at = happened_at(change, told)
        numbers = _courses(desk, change, courses, at)
        collection = _register(change, told, numbers, planned_on=planned_on, number=number)
        donor = change.get("donor", change.get("collection", collection).donor)
        _require_born(donor, desk.today(at))
        doubts = planned_day_warnings(f"collection {collection}", planned_on, desk.today(at))
        warnings = write_warnings(change, collection, doubts)
    return {
        "id": collection,
        "kind": "collection",
        "state": "planned",
        "courses": numbers,
        "planned_on": planned_on,
        "warnings": warnings,
    }


def record_collection(
    desk: Desk,
    courses: Sequence[str],
    taken: Taken,
    telling: Telling,
    *,
    collection: str = "",
    number: str = "",
) -> dict[str, Any]:
    """Record a donation, of a planned collection or of a new one.

    Without ``collection`` and ``number`` the courses' only planned collection is taken; when there
    is none, a new one is registered.

    Args:
        desk: where.
        courses: the courses it is for, all of one donor.
        taken: what was taken.
        telling: when, by whom.
        collection: the planned collection, where several are open.
        number: the site's own number for a new collection.

    Raises:
        Refused: a course is closed.
        Conflict: the courses have different donors; several collections are planned; the
            collection was recorded before.
    """
    told = desk.told(telling)
    with desk.change("collection record") as change:
        at = happened_at(change, told)
        numbers = _courses(desk, change, courses, at)
        record = _planned(desk, change, numbers, collection, number)
        if record is None:
            record = _register(change, told, numbers, planned_on=None, number=number)
        else:
            _add_courses(change, record, numbers)
        donor = change.get("donor", change.get("collection", record).donor)
        _require_born(donor, desk.today(at))
        rule, verdict = _judged(change, donor, taken.screening_rule, desk.today(at))
        decision = eligibility_of(change, donor.root)
        taking = _write_taking(change, told, record, taken, rule, verdict, decision)
        warnings = _write_external_numbers(change, told, record, taken.external_numbers)
        warnings += _warnings(change, record, taken, verdict, decision)
        shown = write_warnings(change, taking, warnings)
        numbers = courses_of(change, record)
    return {
        "id": record,
        "kind": "collection",
        "state": "recorded",
        "taking": taking,
        "courses": numbers,
        "donor": donor.root,
        "screening_rule": rule.name,
        "window_met": verdict.is_complete,
        "warnings": shown,
    }


def _courses(desk: Desk, reader: Reader, texts: Sequence[str], at: datetime) -> list[str]:
    """The courses named, each once: open, and all of one donor."""
    courses = list(dict.fromkeys(find_one_of(reader, text, "course").record for text in texts))
    desk.subjects += courses
    donors = {}
    for course in courses:
        require_open_course(reader, course, at)
        donors[course] = str(reader.get("pair", reader.get("course", course).pair).donor)
    if len(set(donors.values())) > 1:
        told = ", ".join(f"{course} of donor {donor}" for course, donor in donors.items())
        raise Conflict(
            f"One donation has one donor, and these courses have several: {told}.",
            code="different-donors",
            hint="Record one collection for each donor.",
        )
    return courses


def _register(
    change: Change, told: Told, courses: Sequence[str], *, planned_on: date | None, number: str
) -> str:
    own = require_own_number(number, "the collection number", change.site_code) if number else None
    require_own_pattern(change, "collection", own)
    pair = change.get("pair", change.get("course", courses[0]).pair)
    collection = change.record(
        "collection",
        told,
        number=own,
        planned_on=None if planned_on is None else planned_on.isoformat(),
        donor=pair.donor,
    )
    _add_courses(change, collection, courses)
    return collection


def _add_courses(change: Change, collection: str, courses: Sequence[str]) -> None:
    known = courses_of(change, collection)
    for course in courses:
        if course not in known:
            change.link("collection_course", collection=collection, course=course)
    change.mention(*courses)


def _planned(
    desk: Desk, change: Change, courses: Sequence[str], collection: str, number: str
) -> str | None:
    """The planned collection that is recorded now; None when a new one is to be registered."""
    if collection or (number and change.find("collection", number.strip().upper())):
        named = find_collection(desk, collection or number)
        _require_recordable(change, named, courses)
        return named
    if number:
        return None
    links = [link for c in courses for link in change.rows("collection_course", course=c)]
    numbers = dict.fromkeys(str(link.collection) for link in links)
    planned = [number for number in numbers if _is_planned(change, number)]
    if len(planned) > 1:
        raise Conflict(
            f"Several collections are planned for this course: {', '.join(planned)}.",
            code="several-planned",
            hint="Name the one that was taken with --collection; strike plans that were given up.",
        )
    return planned[0] if planned else None


def _is_planned(reader: Reader, collection: str) -> bool:
    """Whether a collection that was not struck still waits for its donation."""
    known = reader.find("collection", collection) is not None
    return known and collection_state(reader, collection) == "planned"


def _require_recordable(change: Change, collection: str, courses: Sequence[str]) -> None:
    if taking_of(change, collection) is not None:
        raise AlreadyDone(
            f"The donation of collection {collection} was recorded before.",
            hint=f"`lottrack collection show {collection}`; a wrong value is mended with"
            " `lottrack correct`.",
        )
    donor = change.get("collection", collection).donor
    pair = change.get("pair", change.get("course", courses[0]).pair)
    if pair.donor != donor:
        raise Conflict(
            f"Collection {collection} is planned for donor {donor}, and course {courses[0]} has"
            f" donor {pair.donor}.",
            code="different-donors",
            hint="Check the course against the order for the donation.",
        )


def _require_born(donor: Row, day: date) -> None:
    if not (day.year >= int(donor.born_year)):
        raise Conflict(
            f"Donor {donor.root} was born in {donor.born_year}, after the time given here.",
            code="out-of-order",
            hint="Check the year of --at.",
        )


def _judged(
    reader: Reader, donor: Row, rule_name: str, collected_on: date
) -> tuple[Row, ScreeningVerdict]:
    """The rule set applied, and what it says of the donor's screening on that day."""
    rule, _ = rule_set(reader, rule_name or None)
    return rule, window_verdict(reader, donor.root, rule, collected_on)


def _write_taking(
    change: Change,
    told: Told,
    collection: str,
    taken: Taken,
    rule: Row,
    verdict: ScreeningVerdict,
    decision: Row | None,
) -> str:
    anticoagulant = taken.anticoagulant and clean_text(
        taken.anticoagulant, "the anticoagulant", 120
    )
    return change.record(
        "collection_taking",
        told,
        collection=collection,
        volume_ml=None if taken.volume_ml is None else plain(taken.volume_ml),
        tnc=taken.tnc,
        mnc=taken.mnc,
        anticoagulant=anticoagulant or None,
        screening_rule=rule.root,
        window_met=int(verdict.is_complete),
        window_findings=canonical([blocker.as_judged() for blocker in verdict.blockers]),
        eligibility=None if decision is None else decision.root,
    )


def _warnings(
    reader: Reader,
    collection: str,
    taken: Taken,
    verdict: ScreeningVerdict,
    decision: Row | None,
) -> list[ShownWarning]:
    row = reader.get("collection", collection)
    warnings = list(verdict.warnings)
    if not verdict.is_complete:
        why = " ".join(b.sentence for b in verdict.blockers if b.code in WINDOW_CODES)
        warnings.append(ShownWarning("screening-window", why))
    if not donor_is_eligible_for(reader, row.donor, row):
        last = "nobody decided" if decision is None else f"{decision.root}: {decision.decision}"
        warnings.append(
            ShownWarning(
                "donor-not-eligible",
                f"Donor {row.donor} is not on record as eligible for this donation ({last}). It is"
                " recorded all the same, but no lot from it can be released like this.",
            )
        )
    return warnings + collection_warnings(
        f"collection {collection}",
        volume_ml=taken.volume_ml,
        nucleated_cells=taken.tnc,
        mononuclear_cells=taken.mnc,
    )


def _write_external_numbers(
    change: Change, told: Told, collection: str, texts: Sequence[str]
) -> list[ShownWarning]:
    """Keep numbers of other systems as given; look at their form and whether they are known."""
    warnings = []
    for text in texts:
        scheme, equals, given = text.partition("=")
        if not equals:
            raise BadValue(
                f"{quoted(text)} is no external number.",
                hint="Write SCHEME=VALUE, for example DIN=G123417654321.",
            )
        name = require_code(scheme, "the scheme of an external number")
        value, doubt = read_external(name, clean_text(given, f"the {name} number", 80))
        if doubt:
            warnings.append(ShownWarning("external-number-unusual", doubt))
        others = change.rows("external_number", value=value)
        if any(row.scheme == name and row.record != collection for row in others):
            warnings.append(
                ShownWarning(
                    "external-number-known",
                    f"{name} {value} is on record for {others[0].record}, too.",
                )
            )
        change.record("external_number", told, record=collection, scheme=name, value=value)
    return warnings
