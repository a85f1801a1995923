"""The steps from a donor to an infusion, as the test site's people take them.

Each step runs the commands a person would and returns what the next one needs. Tests copy a
database that stands at a step (see the fixtures in ``conftest``) and go on from there.
"""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

from tests.raw import raw

if TYPE_CHECKING:
    from tests.conftest import Program, Result

PANEL = ("anti-HIV-1/2", "HBsAg", "anti-HBc", "anti-HCV", "syphilis")
CHILD = (
    "A*02:01+A*24:02^B*44:02+B*51:01^C*05:01+C*15:02^DRB1*04:01+DRB1*11:04^DQB1*03:01+DQB1*03:01"
)
FATHER = (
    "A*02:01+A*03:01^B*44:02+B*07:02^C*05:01+C*07:02^DRB1*04:01+DRB1*15:01^DQB1*03:01+DQB1*06:02"
)
SPECIFICATION = "MSC-EB-TRIAL"
PROTOCOL = "MSC-EB-21D"
TECHNICIAN = "TECHNICIAN1"


def recorded_codes(program: Program) -> set[str]:
    """The codes of the last refusal in the record."""
    with raw(program.db) as database:
        row = database.execute("SELECT blockers FROM refusal ORDER BY seq DESC LIMIT 1").fetchone()
    return {blocker["code"] for blocker in json.loads(row[0])}


class Filled(NamedTuple):
    """A lot in bags with applied labels: what a released lot begins with."""

    donor: str
    patient: str
    pair: str
    course: str
    collection: str
    lot: str
    fill: str
    bags: tuple[str, ...]
    scans: tuple[str, ...]


def local_day(program: Program, days: int = 0) -> str:
    """The site's date, ``days`` from today."""
    now = program.clock() + timedelta(days=days)
    return now.astimezone(ZoneInfo("Europe/Madrid")).date().isoformat()


def ago(program: Program, **by: float) -> str:
    """A time before now, with its offset."""
    return (program.clock() - timedelta(**by)).isoformat(timespec="minutes")


def register_patient(program: Program, code: str = "P01", **options: object) -> None:
    """A child of four with a typing, a weight of today and a treatment consent."""
    year = program.clock().year
    given = {"born": year - 4, "sex": "F", "hla": CHILD, "weight": "13.2"} | options
    program(
        *("patient", "register", "--code", code, "--born", given["born"], "--sex", given["sex"]),
        *("--hla", given["hla"], "--weight-kg", given["weight"]),
        *("--weighed-on", local_day(program)),
        user=TECHNICIAN,
    )
    program(
        *("patient", "consent", code, "--kind", "treatment", "--document", "IC v2"),
        *("--on", local_day(program, -90)),
        user=TECHNICIAN,
    )


def screen_donor(program: Program, code: str, *, days_ago: int, **outcomes: str) -> Result:
    """A full panel, non-reactive but for ``outcomes`` (``hbsag="reactive"``)."""
    found = {name: outcomes.get(name.lower().replace("-", "_"), "non-reactive") for name in PANEL}
    words = [word for name, said in found.items() for word in ("--marker", f"{name}={said}")]
    return program(
        *("donor", "screen", code, "--sampled-on", local_day(program, -days_ago), *words),
        user=TECHNICIAN,
    )


def register_donor(program: Program, code: str = "D01", *, hla: str = FATHER) -> None:
    """The father, screened clear in time and found eligible."""
    program(
        *("donor", "register", "--code", code, "--born", program.clock().year - 34),
        *("--sex", "M", "--hla", hla),
        user=TECHNICIAN,
    )
    program(
        *("donor", "consent", code, "--kind", "donation", "--document", "DC v1"),
        *("--on", local_day(program, -90)),
        user=TECHNICIAN,
    )
    screen_donor(program, code, days_ago=70)
    program.signed("donor", "decide", code, "--eligible", user="RP1")


def register_pair(program: Program, donor: str = "D01", patient: str = "P01") -> tuple[str, str]:
    """The pair and its first course."""
    made = program(
        *("pair", "register", "--donor", donor, "--patient", patient, "--relation", "father"),
        user=TECHNICIAN,
    ).data
    return made["id"], made["coi"]


def approve_documents(program: Program) -> None:
    """The specification and the protocol, approved by the qualified person."""
    program.signed("spec", "approve", SPECIFICATION, user="QP1")
    program.signed("protocol", "approve", PROTOCOL, user="QP1")


def record_collection(program: Program, course: str, *, days_ago: int = 60) -> str:
    """Marrow taken, received, counted and accepted."""
    taken = program(
        *("collection", "record", "--course", course, "--at", ago(program, days=days_ago)),
        *("--volume-ml", "35", "--tnc", "7.7e8", "--mnc", "2.16e8"),
        user=TECHNICIAN,
    ).data["id"]
    return str(taken)


def grow_lot(program: Program, collection: str, *, days_ago: int = 34) -> str:
    """A lot grown to P2: the demo's L01."""
    lot = program(
        *("lot", "register", "--collection", collection, "--product", "MSC-EB"),
        *("--spec", SPECIFICATION),
        user=TECHNICIAN,
    ).data["id"]
    passages = (
        ("P0", "1.91e8", "1272", "1.5e7", "90", 26, 14),
        ("P1", "9.54e6", "3180", "7.79e7", "93", 14, 7),
        ("P2", "3.82e7", "12720", "3.21e8", "94", 7, 0),
    )
    for passage, seeded, area, harvested, viability, begun, ended in passages:
        program(
            *("lot", "passage", lot, "--passage", passage, "--seeded", seeded),
            *("--area-cm2", area, "--harvested", harvested, "--viability", viability),
            *("--seeded-at", ago(program, days=days_ago + begun)),
            *("--at", ago(program, days=days_ago + ended)),
            user=TECHNICIAN,
        )
    return str(lot)


def fill_bags(program: Program, lot: str, *, count: int = 3, days_ago: int = 34) -> tuple:
    """Bags of 44 million viable cells, stored; returns the fill and the bags."""
    expires = (program.clock() + timedelta(days=300)).isoformat(timespec="minutes")
    fill = program(
        *("lot", "fill", lot, "--kind", "bag", "--count", count, "--cells-each", "4.4e7"),
        *("--volume-ml", "4.4", "--expires", expires, "--at", ago(program, days=days_ago)),
        user=TECHNICIAN,
    ).data["id"]
    shown = program("lot", "show", lot).data
    return fill, tuple(bag["id"] for bag in shown["containers"])


def label_bags(program: Program, bags: tuple[str, ...]) -> tuple[str, ...]:
    """Primary labels printed, stuck on and scanned back; returns their payloads."""
    printed = program(
        "label", "print", *bags, "--out", program.db.parent / "labels", user=TECHNICIAN
    ).data
    scans = {label["container"]: label["payload"] for label in printed}
    for bag, scan in scans.items():
        program("label", "apply", scan, "--to", bag, user=TECHNICIAN)
    return tuple(scans[bag] for bag in bags)


def fill_lot(program: Program, *, donor: str = "D01", patient: str = "P01") -> Filled:
    """From nothing to labelled, stored bags."""
    register_patient(program, patient)
    register_donor(program, donor)
    pair, course = register_pair(program, donor, patient)
    collection = record_collection(program, course)
    lot = grow_lot(program, collection)
    fill, bags = fill_bags(program, lot)
    scans = label_bags(program, bags)
    for slot, bag in enumerate(bags, start=1):
        position = f"tank 1, box {lot}, slot {slot}"
        program("custody", "store", bag, "--position", position, user=TECHNICIAN)
    return Filled(donor, patient, pair, course, collection, lot, fill, bags, scans)


def passing_value(criterion: dict[str, str]) -> str:
    """A value that fulfils a criterion as ``spec show`` tells it."""
    operator, limit = criterion["operator"], str(criterion["limit"] or "")
    if operator == "between":
        return limit.partition("..")[0]
    if operator == ">":
        return limit + "9" if "." in limit else limit + ".5"
    if operator == "<":
        return "0"
    return limit.partition("|")[0].strip() or "1"


def record_results(
    program: Program, filled: Filled, *, without: str = "", **values: str
) -> dict[str, str]:
    """A passing result for every required criterion before release, but for ``values``.

    The test ``without`` gets no result.
    """
    numbers = {}
    for criterion in program("spec", "show", SPECIFICATION).data["criteria"]:
        if not criterion["required"] or criterion["level"] == "preparation":
            continue
        if criterion["test"] == without:
            continue
        targets = filled.bags if criterion["level"] == "container" else (filled.lot,)
        name = criterion["test"]
        value = values.get(name.lower().replace("-", "_"), passing_value(criterion))
        for target in targets:
            made = program("result", "record", target, name, value, user="QC1").data
            numbers[f"{name} {target}"] = made["id"]
    return numbers


def review_and_release(program: Program, filled: Filled, results: dict[str, str]) -> None:
    """Results reviewed, the lot reviewed, released by the qualified person."""
    program.signed("result", "review", *results.values(), user="QC2")
    program.signed("lot", "review", filled.lot, user="QA1")
    program.signed("lot", "release", filled.lot, user="QP1")


def release_lot(program: Program, filled: Filled) -> None:
    """Every test passed, and the lot released."""
    review_and_release(program, filled, record_results(program, filled))


def bring_to_pharmacy(program: Program, *bags: str) -> None:
    """Handed over by a courier, received by a pharmacist."""
    program("custody", "transfer", *bags, "--to", "PHARMACY", user="COURIER1")
    program("custody", "receive", *bags, "--condition", "intact", user="PHARMACIST1")


def place_order(program: Program, patient: str = "P01", *, number: int = 1) -> str:
    """An order for today, with a weight of today."""
    program(
        *("patient", "weigh", patient, "--weight-kg", "13.2", "--on", local_day(program)),
        user="NURSE1",
    )
    made = program.signed(
        *("order", "place", "--patient", patient, "--number", number),
        *("--planned-on", local_day(program), "--weight-kg", "13.2"),
        *("--weighed-on", local_day(program)),
        user="CLINICIAN1",
    ).data
    return str(made["id"])


def prepare_dose(program: Program, order: str, scan: str, *, viability: str = "92") -> str:
    """Thawed, counted and finished in its own bag; returns the preparation."""
    preparation = program("prepare", "start", order, scan, user="PHARMACIST1").data["id"]
    program(
        *("prepare", "count", preparation, "--total", "4.11e7", "--viability", viability),
        user="PHARMACIST1",
    )
    program("prepare", "finish", preparation, "--into", "same", user="PHARMACIST1")
    return str(preparation)


def dispense(program: Program, scan: str, patient: str = "P01", **extra: object) -> Result:
    """Dispensed by two pharmacists."""
    return program.signed(
        *("dispense", scan, "--patient", patient, "--second", "PHARMACIST2"),
        user="PHARMACIST1",
        second="PHARMACIST2",
        **extra,
    )


def infuse(program: Program, scan: str, *more: object, patient: str = "P01", **extra: object):
    """Given by two nurses within the last half hour."""
    program.clock.advance(minutes=30)
    return program.signed(
        *("infusion", "record", scan, "--patient", patient, "--second", "NURSE2"),
        *("--started", ago(program, minutes=25), "--ended", ago(program, minutes=5)),
        *("--volume-ml", "50", *more),
        user="NURSE1",
        second="NURSE2",
        **extra,
    )
