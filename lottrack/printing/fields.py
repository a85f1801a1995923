"""The closed list of what a label may say, and the fixed statements printed on labels.

A template names fields; the act that prints fills them with finished text (times with their zone,
numbers with their unit). Every field is a code or a fact about the product: names, birth dates and
record numbers of people are not on the list, so no template can print them.

Sources, as cited below: **CTR** = Regulation (EU) 536/2014 Annex VI; **TCD** = Directive
2006/86/EC Annex II.E (container) and II.F (shipping container); **ATMP** = Regulation (EC)
1394/2007 Annex III; **FACT** = FACT-JACIE cellular therapy standards D7 (versioned labels, checks);
**CFR** = 21 CFR 1271. Where a source leaves the wording free, the wording is ours.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

FIELDS: Final[dict[str, str]] = {
    # who made it and under what plan
    "site": "establishment that made and released the product (CTR A.1(a), TCD II.E)",
    "site_contact": "its address and telephone (CTR A.1(a))",
    "protocol": "protocol name and version the course runs under",
    "trial_number": "reference code of the trial (CTR A.1(e))",
    "sponsor": "sponsor of the trial (CTR A.1(e))",
    "investigator": "investigator, where the trial code does not tell (CTR A.1(g))",
    "trial_statement": "“For clinical trial use only” or the words of another legal basis (A.1(i))",
    "infusion_number": "which treatment or visit of the plan this is for (CTR A.1(f))",
    # what it is
    "product": "name of the product (CTR A.1(b), TCD II.E type of cells)",
    "product_description": "short origin statement, cells of human origin (ATMP (b))",
    "material": "what was collected, such as bone marrow (TCD II.E type of cells)",
    "additives": "excipients, cryoprotectant, anticoagulant (ATMP (d))",
    "viable_cells": "viable cells filled, with their unit (CTR A.1(b) strength)",
    "concentration": "viable cells per volume",
    "volume": "volume filled (CTR A.1(c) quantity)",
    "form": "pharmaceutical form (CTR A.1(c), ATMP (c))",
    "route": "route of administration (CTR A.1(c), ATMP (e))",
    "handling": "directions for use and handling (CTR A.1(h), TCD II.F do not irradiate)",
    "storage": "storage condition (CTR A.1(j), TCD II.F transport conditions)",
    "expires": "expiry with minute and zone; a month is useless for cells (CTR A.1(k))",
    "expires_utc": "the same moment in UTC, for labels that leave the time zone",
    "purpose": "what the container is for, in words, when it is not infusion",
    # whose it is
    "recipient": "code of the patient the product is made for (TCD II.E directed donation)",
    "intended_recipient": "“For use by the intended recipient only” (TCD II.E)",
    "donor": "code of the donor",
    "pair": "the donor directed to the patient, as one code",
    "coi": "chain-of-identity number of the course",
    "patient": "code of the patient who wears the wristband",
    # which one it is
    "lot": "lot number (CTR A.1(d), TCD II.E)",
    "container": "number of the container (CFR 1271.290(c))",
    "ordinal": "its place in the fill, as in “bag 2 of 6”",
    "collection": "number of the collection",
    "collected_at": "when it was collected, with minute and zone; empty before the donation",
    "external_number": "numbers given by others: Single European Code, donation number",
    "sample": "number of the sample",
    "sample_kind": "what the sample is and what it is for",
    "sampled_at": "when it was taken; empty before that",
    "preparation": "number of the preparation",
    "order": "number of the order it was prepared for",
    "prepared_at": "when it was thawed or prepared, with minute and zone",
    "dose": "counted dose in viable cells per kilogram",
    "diluent": "what it was diluted in",
    "destination": "organisation it is sent to, with address and telephone (TCD II.F)",
    # what must be heeded
    "biohazard": "“BIOLOGICAL HAZARD” when a donor marker is reactive (TCD II.E, CFR 1271.65)",
    "warnings": "further warnings, such as the reactive test by name (CFR 1271.65)",
    "not_evaluated": "“NOT EVALUATED FOR INFECTIOUS SUBSTANCES”, a test missing (CFR 1271.90(c))",
    "label": "serial number of this very label (FACT)",
    "witness": "entry of the audit trail and beginning of its hash, as `audit witness` reads them",
    "copy": "which copy this is, in words, when it is not the one to scan for infusion",
    "training": "banner of a training record; empty on a real one",
}

CELLS_STATEMENT: Final = "Contains cells of human origin"
TRIAL_STATEMENT: Final = "For clinical trial use only"
BASIS_STATEMENTS: Final[dict[str, str]] = {
    "trial": TRIAL_STATEMENT,
    "hospital-exemption": "Hospital exemption · Directive 2001/83/EC Article 3(7)",
    "named-patient": "For the named patient only",
}
"""Each legal basis of a course with the words the field ``trial_statement`` prints for it."""

INTENDED_RECIPIENT_STATEMENT: Final = "For use by the intended recipient only"
BIOHAZARD_STATEMENT: Final = "BIOLOGICAL HAZARD"
NOT_EVALUATED_STATEMENT: Final = "NOT EVALUATED FOR INFECTIOUS SUBSTANCES"
TRAINING_STATEMENT: Final = "TRAINING · NOT FOR USE IN PATIENTS"

COPIES: Final[dict[str, str]] = {
    "primary": "",
    "overwrap": "",
    "chart": "CHART COPY · NOT FOR INFUSION",
    "record": "BATCH RECORD COPY · NOT FOR INFUSION",
    "transport": "TRANSPORT COPY · NOT FOR INFUSION",
    "wristband": "",
    "sample": "",
}
"""Each kind of copy with the words the field ``copy`` prints for it."""

PURPOSES: Final[dict[str, str]] = {
    "infusion": "",
    "intermediate": "INTERMEDIATE · NOT FOR INFUSION",
    "qc": "FOR TESTING · NOT FOR INFUSION",
    "retention": "RETENTION · NOT FOR INFUSION",
}
"""Each purpose of a container with the words the field ``purpose`` prints for it."""

JURISDICTIONS: Final = ("any", "EU", "UK", "US")
"""Whose law a template was laid out for."""

SUBJECTS: Final[dict[str, tuple[str, ...]]] = {
    "container": ("primary", "overwrap", "chart", "record", "transport"),
    "collection": ("primary", "overwrap", "record", "transport"),
    "sample": ("sample", "record"),
    "preparation": ("primary", "overwrap", "chart", "record", "transport"),
    "patient": ("wristband",),
}
"""What a label can be about, each with the kinds of copy that exist of it."""

CONTAINER_KINDS: Final = ("bag", "vial", "syringe")

MANDATORY: Final[dict[str, tuple[str, ...]]] = {
    "container": ("recipient", "lot", "container", "label"),
    "collection": ("collection", "label"),
    "sample": ("sample", "label"),
    "preparation": ("recipient", "preparation", "lot", "container", "expires", "label"),
    "patient": ("patient", "label"),
}
"""Fields a template of the subject must print in a ``required`` text.

The recipient, because a directed donation must name whom it is for (TCD II.E) and no label without
it may leave the room; lot and number, because the code must never be the only carrier of identity;
the serial, because every printed label is accounted for. A container may leave out the expiry:
Delegated Regulation (EU) 2022/2239 allows that for small immediate packs. The label of a
preparation stands on the container that the dose is in, and its code names that container.
"""


@lru_cache(maxsize=1024)
def says_autologous(text: str) -> bool:
    """Whether a text holds the word autologous in any usual spelling or language.

    Cells of a donor for another person must never carry it (ATMP Annex III (n) reserves it for
    the donor's own cells), so it is refused in templates and in what is printed through them.
    """
    import unicodedata

    folded = unicodedata.normalize("NFKD", text).casefold()
    return "autolog" in "".join(letter for letter in folded if letter.isalpha())
