"""The shortest way from a donor to an infusion, through the real program.

A father gives marrow for his child. A technician grows and fills the cells, quality control records
and reviews the tests, a qualified person releases, a pharmacist verifies and dispenses, and a nurse
gives the bag: the least a site must record, and nothing more.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.stories.real_program import RealProgram, secret

PANEL = ("anti-HIV-1/2", "HBsAg", "anti-HBc", "anti-HCV", "syphilis")
CHILD = (
    "A*02:01+A*24:02^B*44:02+B*51:01^C*05:01+C*15:02^DRB1*04:01+DRB1*11:04^DQB1*03:01+DQB1*03:01"
)
FATHER = (
    "A*02:01+A*03:01^B*44:02+B*07:02^C*05:01+C*07:02^DRB1*04:01+DRB1*15:01^DQB1*03:01+DQB1*06:02"
)
PEOPLE = {
    "technician1": "technician",
    "qc1": "qc",
    "qc2": "qc",
    "qa1": "qa",
    "rp1": "responsible_person",
    "qp1": "qp",
    "courier1": "courier",
    "pharmacist1": "pharmacist",
    "pharmacist2": "pharmacist",
    "clinician1": "clinician",
    "nurse1": "nurse",
    "nurse2": "nurse",
}


def passing_value(criterion: dict[str, str]) -> str:
    """A value that fulfils a criterion as ``spec show`` tells it."""
    operator, limit = criterion["operator"], str(criterion["limit"] or "")
    if operator == "between":
        return limit.partition("..")[0]
    if operator in {">=", "<="}:
        return limit
    if operator == ">":
        return limit + "9" if "." in limit else limit + ".5"
    if operator == "<":
        return "0"
    return limit.partition("|")[0].strip() or "1"


def signed(user: str, second: str = "") -> tuple[str, ...]:
    """The lines a signed act reads after the acting user's own secret."""
    return (secret(user), secret(second)) if second else (secret(user),)


@pytest.mark.slow
def test_from_a_donor_to_a_verified_infusion_and_never_twice(tmp_path: Path) -> None:
    run = RealProgram(tmp_path)
    now = datetime.now(UTC)
    today = now.date()

    def ago(**by: float) -> str:
        return (now - timedelta(**by)).isoformat(timespec="minutes")

    # The site and its people.
    new = (secret("admin"),) * 2
    site = ("init", "--site", "Hospital GMP unit", "--site-code", "MAD", "--admin", "admin")
    run(*site, "--timezone", "Europe/Madrid", lines=new)
    for person, role in PEOPLE.items():
        own = (secret(person),) * 2
        run("user", "add", person, "--name", person, "--role", role, user="admin", lines=own)

    # The child, the father, the pair.
    technician = "technician1"
    child = ("patient", "register", "--code", "P01", "--born", today.year - 7, "--sex", "F")
    weight = ("--weight-kg", "17.8", "--weighed-on", today.isoformat())
    run(*child, "--hla", CHILD, *weight, user=technician)
    consent = ("--document", "IC v2", "--on", (today - timedelta(days=90)).isoformat())
    run("patient", "consent", "P01", "--kind", "treatment", *consent, user=technician)
    run(
        *("donor", "register", "--code", "D01", "--born", today.year - 40, "--sex", "M"),
        *("--hla", FATHER),
        user=technician,
    )
    run("donor", "consent", "D01", "--kind", "donation", *consent, user=technician)
    markers = [word for name in PANEL for word in ("--marker", f"{name}=non-reactive")]
    sampled = (today - timedelta(days=70)).isoformat()
    run("donor", "screen", "D01", "--sampled-on", sampled, *markers, user=technician)
    run("donor", "decide", "D01", "--eligible", user="rp1", lines=signed("rp1"))
    pair = run(
        *("pair", "register", "--donor", "D01", "--patient", "P01", "--relation", "father"),
        user=technician,
    ).data
    assert pair["haploidentity"] == "haplo_compatible"
    assert pair["loci"] == {"A": 1, "B": 1, "C": 1, "DRB1": 1, "DQB1": 1}

    # Marrow, culture, bags.
    collection = run(
        *("collection", "record", "--course", pair["coi"], "--at", ago(days=60)),
        *("--volume-ml", "45"),
        user=technician,
    ).data["id"]
    specification = "BM-MSC"
    run("spec", "approve", specification, user="qp1", lines=signed("qp1"))
    run("protocol", "approve", "MSC-EB-21D", user="qp1", lines=signed("qp1"))
    lot = run(
        *("lot", "register", "--collection", collection, "--product", "MSC-EB"),
        *("--spec", specification),
        user=technician,
    ).data["id"]
    run(
        *("lot", "passage", lot, "--passage", "P1", "--seeded", "9.54e6", "--area-cm2", "3180"),
        *("--harvested", "8.27e7", "--viability", "95"),
        *("--seeded-at", ago(days=50), "--at", ago(days=40)),
        user=technician,
    )
    expires = (now + timedelta(days=300)).isoformat(timespec="minutes")
    run(
        *("lot", "fill", lot, "--kind", "bag", "--count", "1", "--cells-each", "5.8e7"),
        *("--volume-ml", "5.8", "--expires", expires, "--at", ago(days=40)),
        user=technician,
    )
    shown = run("lot", "show", lot).data
    assert shown["disposition"] == "quarantine"
    bag = shown["containers"][0]["id"]
    label = run("label", "print", bag, "--out", tmp_path / "labels", user=technician).data[0]
    read = run("label", "read", label["path"]).data
    assert read["valid"] is True
    scan = label["payload"]
    run("label", "apply", scan, "--to", bag, user=technician)
    run("custody", "store", bag, "--position", "tank 1, rack 2, box 3", user=technician)

    # Tests, review, release.
    criteria = run("spec", "show", specification).data["criteria"]
    results = []
    for criterion in criteria:
        if not criterion["required"] or criterion["level"] == "preparation":
            continue
        target = bag if criterion["level"] == "container" else lot
        value = passing_value(criterion)
        recorded = run("result", "record", target, criterion["test"], value, user="qc1").data
        results.append(recorded["id"])
    run("result", "review", *results, user="qc2", lines=signed("qc2"))
    run("lot", "review", lot, user="qa1", lines=signed("qa1"))
    assert run("lot", "check", lot).data["verdict"] == "releasable"
    run("lot", "release", lot, user="qp1", lines=signed("qp1"))
    assert run("lot", "show", lot).data["disposition"] == "released"

    # To the pharmacy, and into the patient.
    run("custody", "transfer", bag, "--to", "PHARMACY", user="courier1")
    run("custody", "receive", bag, "--condition", "intact", user="pharmacist1")
    order = run(
        *("order", "place", "--patient", "P01", "--number", "1"),
        *("--planned-on", today.isoformat(), *weight),
        user="clinician1",
        lines=signed("clinician1"),
    ).data["id"]
    preparation = run("prepare", "start", order, scan, user="pharmacist1").data["id"]
    run(
        *("prepare", "count", preparation, "--total", "5.48e7", "--viability", "90"),
        user="pharmacist1",
    )
    run("prepare", "finish", preparation, "--into", "same", user="pharmacist1")
    verified = run("verify", scan, "--patient", "P01", user="pharmacist1").data
    assert verified["verdict"] == "accepted"
    assert verified["dose"]["basis"] == "post_thaw"
    run(
        *("dispense", scan, "--patient", "P01", "--second", "pharmacist2"),
        user="pharmacist1",
        lines=signed("pharmacist1", "pharmacist2"),
    )
    given_at = datetime.now(UTC).isoformat(timespec="seconds")
    run(
        *("infusion", "record", scan, "--patient", "P01", "--second", "nurse2"),
        *("--started", given_at, "--ended", given_at, "--volume-ml", "50"),
        user="nurse1",
        lines=signed("nurse1", "nurse2"),
    )
    again = run("verify", scan, "--patient", "P01", user="pharmacist1", exit_code=42)
    assert "already-infused" in again.blockers

    # The record proves itself, and tells the whole way.
    proof = run("audit", "verify").data
    assert proof["verdict"] == "intact"
    assert proof["findings"] == []
    trace = run("trace", "D01", "--forward").data
    assert {"donor", "collection", "lot", "container", "infusion", "patient"} <= {
        node["kind"] for node in trace["nodes"]
    }
    given = run("infusion", "list").data
    told = [(row["patient"], row["number"], row["incident"]) for row in given]
    assert told == [("P01", 1, False)]
