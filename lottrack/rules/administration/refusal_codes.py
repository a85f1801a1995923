"""The codes an infusion is refused with, and what each means: what SOPs and scripts rely on."""

from __future__ import annotations

IDENTITY = {
    "wrong-patient": "the scanned patient is not the recipient of the container's course",
    "not-the-pair": "the order names another course and pair than the container's",
    "patient-band-unknown": "no patient of this record has the scanned wristband or code",
    "identifier-check-failed": "a check character is wrong, or a code was altered",
    "unknown-code": "nothing in this record has the scanned number",
    "wrong-kind-of-code": "the code is readable but names another kind of thing",
    "label-void": "the scanned label was replaced or withdrawn",
    "label-wrong-copy": "the scanned label is a copy for papers, not the one on the container",
    "label-not-applied": "nobody recorded that the label was stuck on its container",
    "typed-entry": "a number was typed instead of its label scanned, and no reason given",
}
PRODUCT = {
    "lot-not-released": "the fill has no live release by a qualified person",
    "lot-rejected": "the fill was rejected",
    "lot-recalled": "the fill was recalled",
    "release-condition-overdue": "a test that a conditional release waits for is past its day",
    "on-hold": "the container, or something it comes from, is on hold",
    "container-out-of-specification": "a test of the prepared dose fails",
    "container-damaged": "the container was found damaged",
    "result-missing-at-infusion": "a test required before the infusion has no result",
    "result-failed-after-release": "a required test of the lot or container fails by now",
    "not-for-infusion": "the container is not meant for infusion, or holds no dose",
    "expired": "the expiry has passed",
    "would-expire-during-infusion": "the expiry would pass before the infusion ends",
    "post-thaw-limit-passed": "the time since thawing is longer than the protocol allows",
    "already-dispensed": "the container was dispensed already",
    "dispensed-for-another-order": "the container was prepared or dispensed for another order",
    "already-infused": "the container was infused already",
    "destroyed": "the container was destroyed or lost",
    "returned": "the container was returned, and is not issued again",
}
PERSON_AND_PLAN = {
    "donor-not-eligible": "no valid signature finds the donor eligible for this collection",
    "haploidentity-not-met": "the protocol does not accept the pair's HLA finding",
    "consent-missing": "a consent the protocol asks for is not recorded",
    "consent-withdrawn": "a consent was withdrawn",
    "course-closed": "the course was closed",
    "protocol-not-approved": "the order's protocol edition is not approved",
    "order-missing": "there is no open order, or several and none was named",
    "order-cancelled": "the order was cancelled",
    "infusion-number-already-given": "the infusion of this number was given",
    "weight-missing": "the patient has no weight to dose by",
    "weight-too-old": "the weight is older than the protocol allows",
    "dose-below-range": "the counted dose is below the protocol's range",
    "dose-above-range": "the counted dose is above the protocol's range",
    "endotoxin-above-patient-limit": "the dose holds more endotoxin than this patient may get",
    "dmso-above-patient-limit": "the dose holds more DMSO than this patient may get",
    "interval-too-short": "the last infusion is too recent",
    "interval-too-long": "the last infusion is too long ago",
}
CHAIN = {
    "not-received": "the container was not received at a pharmacy or ward",
    "not-the-holder": "the container was handed to a person who takes no part",
    "custody-gap": "a step of the custody was recorded against the rules and not yet judged",
    "temperature-excursion-open": "a temperature excursion was not yet judged",
    "not-dispensed": "the container was not dispensed",
    "second-person-missing": "a second person takes part, and none was named",
    "same-person": "one person cannot be both people of the act",
}

REFUSALS = {
    "Identity": IDENTITY,
    "Product": PRODUCT,
    "Person and plan": PERSON_AND_PLAN,
    "Chain": CHAIN,
}
"""Every code of ``verify``, ``dispense`` and ``infusion record``, by what it is about."""

ALL_CODES = frozenset(code for group in REFUSALS.values() for code in group)
