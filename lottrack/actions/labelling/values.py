"""What a label says: the record's facts as finished text, by field.

The fields and their sources in law are in ``lottrack.printing.fields``; here each is filled from
the record or left empty. Nothing of a person but codes is read.
"""

from __future__ import annotations

import json
import re
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from lottrack.actions.collecting.collections import courses_of, taking_of
from lottrack.actions.custody.container_cases import expiry_of
from lottrack.actions.custody.containers import filling_of
from lottrack.actions.custody.expiries import own_expiry
from lottrack.actions.families.screenings import label_statements, rule_set, window_verdict
from lottrack.actions.giving.doses import dosing_weight, prepared_cells
from lottrack.actions.making.lineage import course_is_closed, course_protocol, lineage_of
from lottrack.actions.notation import decimal_mark
from lottrack.actions.testing.documents import protocol_of, specification_of_lot
from lottrack.printing.fields import (
    BASIS_STATEMENTS,
    CELLS_STATEMENT,
    INTENDED_RECIPIENT_STATEMENT,
    NOT_EVALUATED_STATEMENT,
    PURPOSES,
    TRAINING_STATEMENT,
)
from lottrack.rules.administration.dose import dose_cells_per_kg
from lottrack.rules.reading.notation import localiser
from lottrack.rules.reading.quantities import format_cells
from lottrack.rules.reading.times import from_text, label_text
from lottrack.rules.specification.specification import presentation_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lottrack.actions.making.lineage import Lineage
    from lottrack.rules.administration.protocol import Protocol
    from lottrack.store.reader import Reader
    from lottrack.store.rows import Row

Values = dict[str, str]

_NO_IRRADIATION = "Do not irradiate."
_DONATION_NUMBERS = ("DIN", "SEC")
"""Schemes of external numbers that name a donation; others are the site's own business."""

_REACTIVE = "WARNING: Reactive test results for "
_LONGEST_SAMPLE_KIND = 40


def container_values(reader: Reader, container: Row, preparation: Row | None) -> Values:
    """The fields of a container's label; once it is in a preparation, of the dose it holds."""
    lineage = lineage_of(reader, container.lot)
    order = preparation and reader.get("infusion_order", preparation.infusion_order)
    edition = order.protocol if order else course_protocol(reader, lineage.course.root)
    protocol = protocol_of(reader, edition)
    for_infusion = container.purpose == "infusion"
    values = {
        **_site(reader),
        **_plan(lineage.course, protocol),
        **_hazards(reader, lineage.donor.root),
        "product": _product(lineage.lot, protocol),
        "product_description": CELLS_STATEMENT,
        "form": protocol.form if for_infusion else "",
        "route": protocol.route if for_infusion else "",
        "recipient": str(lineage.patient.root),
        "intended_recipient": INTENDED_RECIPIENT_STATEMENT if for_infusion else "",
        "donor": str(lineage.donor.root),
        "pair": str(lineage.pair.root),
        "coi": str(lineage.course.root),
        "lot": str(container.lot),
        "container": str(container.root),
        "ordinal": _ordinal(reader, container),
        "purpose": PURPOSES[container.purpose],
        "external_number": _external_numbers(reader, lineage.collection.root),
    }
    if preparation is None or order is None:
        held = _filled(reader, container, protocol)
    else:
        held = _dose(reader, container, preparation, order, lineage, protocol)
    return values | _as_written_here(reader, held)


def _as_written_here(reader: Reader, held: Values) -> Values:
    """What is measured, with the site's decimal mark: a label speaks to people, as its form does.

    The code on it holds no number of this kind, so that no program is misled.
    """
    spell = localiser(decimal_mark(reader))
    return {name: spell(text) for name, text in held.items()}


def _filled(reader: Reader, container: Row, protocol: Protocol) -> Values:
    """What is in a container, or is planned to be, and how to keep it."""
    filling = filling_of(reader, container.root)
    if filling is None:
        cells, volume_ml = container.planned_cells, container.planned_volume_ml
    else:
        cells, volume_ml = filling.viable_cells, filling.volume_ml
    frozen = container.fill is not None and (
        reader.get("fill", container.fill).presentation == "cryopreserved"
    )
    handling = [_NO_IRRADIATION]
    if frozen and container.purpose == "infusion":
        handling.append(f"Infuse within {protocol.post_thaw_limit_minutes} min of thawing.")
    expires = from_text(own_expiry(reader, container))
    return {
        "viable_cells": _cells(cells),
        "volume": _volume(volume_ml),
        "concentration": _concentration(cells, volume_ml),
        "additives": protocol.excipients if frozen else "",
        "storage": _typographic(_storage(reader, container, protocol)),
        "handling": " ".join(handling),
        "expires": label_text(expires, reader.setting("zone")),
        "expires_utc": label_text(expires, "UTC"),
    }


def _storage(reader: Reader, container: Row, protocol: Protocol) -> str:
    """How a filled container is kept: by its lot's specification, else as the protocol tells.

    The protocol tells it of the frozen product; of a fresh one it says nothing.
    """
    if container.fill is None:
        return ""
    presentation = reader.get("fill", container.fill).presentation
    specification = specification_of_lot(reader, reader.get("lot", container.lot))
    found = presentation_of(specification, presentation)
    if found is not None:
        return found.storage
    return protocol.storage if presentation == "cryopreserved" else ""


def _dose(
    reader: Reader,
    container: Row,
    preparation: Row,
    order: Row,
    lineage: Lineage,
    protocol: Protocol,
) -> Values:
    """What was prepared for one order; it must be in by the earliest of its limits."""
    finish = reader.last("preparation_finish", preparation=preparation.root)
    filling = filling_of(reader, container.root)
    volume_ml = None if finish is None else finish.volume_ml
    if volume_ml is None and filling is not None:
        volume_ml = filling.volume_ml
    cells = prepared_cells(reader, preparation)
    weight_kg, _ = dosing_weight(reader, order, str(lineage.patient.root))
    per_kg = None
    if cells is not None and weight_kg is not None:
        per_kg = int(dose_cells_per_kg(cells, weight_kg))
    thawed = from_text(preparation.occurred_at)
    thaw_limit = thawed + timedelta(minutes=protocol.post_thaw_limit_minutes)
    expires = min(expiry_of(reader, container, preparation), thaw_limit)
    zone = reader.setting("zone")
    return {
        "preparation": str(preparation.root),
        "order": str(order.root),
        "infusion_number": f"Infusion {order.number} of {protocol.infusions}",
        "viable_cells": _cells(cells),
        "volume": _volume(volume_ml),
        "dose": "" if per_kg is None else f"{format_cells(per_kg)}/kg",
        "diluent": "" if finish is None else str(finish.diluent or ""),
        "prepared_at": label_text(thawed, zone),
        "handling": _NO_IRRADIATION,
        "expires": label_text(expires, zone),
        "expires_utc": label_text(expires, "UTC"),
    }


def collection_values(reader: Reader, collection: Row) -> Values:
    """The fields of a collection's label; before the donation its time and volume are empty."""
    courses = [reader.get("course", course) for course in courses_of(reader, collection.root)]
    pairs = [reader.get("pair", course.pair) for course in courses]
    protocol = protocol_of(reader, course_protocol(reader, courses[0].root))
    taking = taking_of(reader, collection.root)
    zone = reader.setting("zone")
    return {
        **_site(reader),
        **_plan(courses[0], protocol),
        **_hazards(reader, collection.donor),
        "collection": str(collection.root),
        "recipient": _listed([pair.patient for pair in pairs]),
        "intended_recipient": INTENDED_RECIPIENT_STATEMENT,
        "donor": str(collection.donor),
        "pair": _listed([pair.root for pair in pairs]),
        "coi": _listed([course.root for course in courses]),
        "material": "Bone marrow",
        **_as_written_here(reader, {"volume": "" if taking is None else _volume(taking.volume_ml)}),
        "additives": "" if taking is None else str(taking.anticoagulant or ""),
        "collected_at": "" if taking is None else label_text(from_text(taking.occurred_at), zone),
        "handling": _NO_IRRADIATION,
        "external_number": _external_numbers(reader, collection.root),
    }


def sample_values(reader: Reader, sample: Row) -> Values:
    """The fields of a sample's label: no patient and no donor, as it leaves the house."""
    container = None if sample.container is None else reader.get("container", sample.container)
    lot = sample.lot if container is None else container.lot
    tests = ", ".join(json.loads(sample.tests))
    full = f"{sample.kind}: {tests}" if tests else str(sample.kind)
    return {
        **_site(reader),
        **_hazards(reader, lineage_of(reader, lot).donor.root),
        "sample": str(sample.root),
        "sample_kind": full if len(full) <= _LONGEST_SAMPLE_KIND else str(sample.kind),
        "sampled_at": label_text(from_text(sample.occurred_at), reader.setting("zone")),
        "lot": str(lot),
        "container": str(sample.container or ""),
    }


def patient_values(reader: Reader, patient: Row) -> Values:
    """The fields of a wristband: the code, and the plan of the patient's open course."""
    courses = [
        course
        for pair in reader.rows("pair", patient=patient.root)
        for course in reader.rows("course", pair=pair.root)
        if not course_is_closed(reader, course.root)
    ]
    plan: Values = {}
    if courses:
        latest = courses[-1]
        plan = _plan(latest, protocol_of(reader, course_protocol(reader, latest.root)))
    return {**_site(reader), **plan, "patient": str(patient.root)}


# -- parts -----------------------------------------------------------------------------------------


def _site(reader: Reader) -> Values:
    training = reader.setting("training")
    return {
        "site": reader.setting("site_name"),
        "training": TRAINING_STATEMENT if training else "",
    }


def _plan(course: Row, protocol: Protocol) -> Values:
    """Under what plan; the trial's particulars only where the course runs under the trial."""
    trial = course.basis == "trial"
    return {
        "site_contact": protocol.contact,
        "protocol": f"{protocol.name} v{protocol.edition}",
        "trial_number": protocol.trial_number if trial else "",
        "sponsor": protocol.sponsor if trial else "",
        "investigator": protocol.investigator if trial else "",
        "trial_statement": BASIS_STATEMENTS[course.basis],
    }


def _product(lot: Row, protocol: Protocol) -> str:
    """The product's name and what cells it is; the protocol's spelling of the lot's code."""
    same = str(lot.product).upper() == protocol.product.upper()
    name = protocol.product if same else str(lot.product)
    return f"{name} · {protocol.product_description}"


def _hazards(reader: Reader, donor: str) -> Values:
    """The warnings a reactive marker of the donor asks for; several agents share one sentence."""
    hazard, *warnings = label_statements(reader, donor) or ("",)
    agents = [text.removeprefix(_REACTIVE) for text in warnings if text.startswith(_REACTIVE)]
    said = [text for text in warnings if not text.startswith(_REACTIVE)]
    if agents:
        said.append(_REACTIVE + ", ".join(agents))
    rule, _ = rule_set(reader)
    complete = window_verdict(reader, donor, rule, None).is_complete
    return {
        "biohazard": hazard,
        "warnings": ". ".join(said),
        "not_evaluated": "" if complete else NOT_EVALUATED_STATEMENT,
    }


def _ordinal(reader: Reader, container: Row) -> str:
    if container.fill is None:
        return ""
    # Counted, not read: for the labels of a large fill this is asked for each of its containers.
    count = reader.facts_in(
        "SELECT count(*) AS containers FROM {container} WHERE fill = :fill", fill=container.fill
    )[0].containers
    place = f"{container.ordinal} of {count}"
    # A vial is seen to be one, and its label has no room for the word beside two-digit numbers.
    return place if container.kind == "vial" else f"{container.kind} {place}"


def _external_numbers(reader: Reader, collection: str) -> str:
    numbers = reader.rows("external_number", record=collection)
    return _listed([f"{n.scheme} {n.value}" for n in numbers if n.scheme in _DONATION_NUMBERS])


def _cells(cells: int | None) -> str:
    return "" if cells is None else format_cells(int(cells))


def _volume(volume_ml: str | None) -> str:
    return "" if volume_ml is None else f"{volume_ml} mL"


def _concentration(cells: int | None, volume_ml: str | None) -> str:
    if cells is None or volume_ml is None or not Decimal(volume_ml) > 0:
        return ""
    return f"{format_cells(int(Decimal(cells) / Decimal(volume_ml)))}/mL"


def _listed(texts: Sequence[str]) -> str:
    return ", ".join(dict.fromkeys(str(text) for text in texts))


def _typographic(text: str) -> str:
    """A minus sign before a number, where a hyphen was typed: it must not be missed on a label."""
    return re.sub(r"(?<![\w-])-(?=\d)", "\N{MINUS SIGN}", text)
