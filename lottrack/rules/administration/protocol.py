"""Protocols: how often, how much, how far apart, and what must be given before an infusion.

A protocol is an approved document. The trial's own register entry says both weekly and 21 days
apart (NCT04153630), and its visit windows are not public; so nothing of a schedule is a constant
of the program.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from lottrack.rules.reading.datafile import Table, read_toml

if TYPE_CHECKING:
    from decimal import Decimal

BASES = ("trial", "hospital-exemption", "named-patient")
"""The legal ground of a treatment."""

FINDINGS = (
    "haplo_compatible",
    "hla_identical_at_tested_loci",
    "not_haploidentical",
    "indeterminate",
)
"""What a comparison of two typings can find."""

CONSENT_KINDS = ("donation", "treatment", "assent", "data")
OF_AGE = 18

WAIVABLE_CODES = (
    "haploidentity-not-met",
    "interval-too-short",
    "interval-too-long",
    "weight-too-old",
    "dose-below-range",
    "dose-above-range",
)
"""Refusals a protocol may let two people waive. Who gets what is never among them."""

_INVALID = "protocol-invalid"


class Protocol(NamedTuple):
    """An edition of a treatment protocol.

    Attributes:
        name: its name, upper case.
        edition: what users call its version, 1 or more.
        title: one line that says what it is.
        default: whether a new pair follows it where nobody names another.
        sponsor: who answers for the treatment, for labels.
        trial_number: the register's number, for labels, or "".
        investigator: for labels, or "".
        contact: whom a label tells to call.
        basis: one of ``BASES``.
        source: where its numbers come from.
        infusions: how many.
        dose_min_cells_per_kg: least viable cells per kg and infusion, itself allowed.
        dose_max_cells_per_kg: most viable cells per kg and infusion, itself allowed.
        dose_target_cells_per_kg: viable cells per kg to aim at.
        interval_days: days from one infusion to the next.
        window_days: days the interval may be shorter or longer.
        expected_recovery: share of viable cells expected after thawing, above 0, at most 1.
        post_thaw_limit_minutes: minutes from thawing to the end of the infusion.
        infusion_minutes: how long an infusion is planned to take.
        weight_max_age_days: days a body weight may be old at an infusion.
        weight_change_warning_pct: change from the prescribed weight, in %, that is worth a warning.
        accepted_findings: HLA findings a pair may have, some of ``FINDINGS``.
        waivable: codes of refusals that may be waived, some of ``WAIVABLE_CODES``.
        donor_consents: kinds of consent the donor must have given.
        patient_consents: kinds of consent the patient, or the guardian, must have given.
        assent_from_age: years from which a minor patient's own assent is asked for too, or None.
        product: the product's name, for labels.
        product_description: what the product is, for labels.
        route: how it is given, for labels.
        storage: how it is kept, for labels.
        form: its pharmaceutical form, for labels, or "".
        excipients: what is in the frozen product beside the cells, for labels, or "".
    """

    name: str
    edition: int
    title: str
    default: bool
    sponsor: str
    trial_number: str
    investigator: str
    contact: str
    basis: str
    source: str
    infusions: int
    dose_min_cells_per_kg: Decimal
    dose_max_cells_per_kg: Decimal
    dose_target_cells_per_kg: Decimal
    interval_days: int
    window_days: int
    expected_recovery: Decimal
    post_thaw_limit_minutes: int
    infusion_minutes: int
    weight_max_age_days: int
    weight_change_warning_pct: Decimal
    accepted_findings: tuple[str, ...]
    waivable: tuple[str, ...]
    donor_consents: tuple[str, ...]
    patient_consents: tuple[str, ...]
    assent_from_age: int | None
    product: str
    product_description: str
    route: str
    storage: str
    form: str
    excipients: str


def parse_protocol(text: str, file: str) -> Protocol:
    """The protocol a TOML file holds.

    Args:
        text: what the file holds.
        file: its name, for refusals.

    Raises:
        BadValue: ``protocol-invalid``: it breaks a rule; the sentence names file, key and reason.
    """
    table = read_toml(text, file, _INVALID)
    protocol = Protocol(
        name=table.code("name"),
        edition=table.whole("edition", minimum=1),
        title=table.text("title"),
        default=table.flag("default"),
        sponsor=table.text("sponsor"),
        trial_number=table.optional_text("trial_number"),
        investigator=table.optional_text("investigator"),
        contact=table.text("contact"),
        basis=table.choice("basis", BASES),
        source=table.text("source"),
        infusions=table.whole("infusions", minimum=1),
        dose_min_cells_per_kg=table.number("dose_min_cells_per_kg", minimum=1),
        dose_max_cells_per_kg=table.number("dose_max_cells_per_kg", minimum=1),
        dose_target_cells_per_kg=table.number("dose_target_cells_per_kg", minimum=1),
        interval_days=table.whole("interval_days"),
        window_days=table.whole("window_days"),
        expected_recovery=table.number("expected_recovery", maximum=1),
        post_thaw_limit_minutes=table.whole("post_thaw_limit_minutes", minimum=1),
        infusion_minutes=table.whole("infusion_minutes", minimum=1),
        weight_max_age_days=table.whole("weight_max_age_days"),
        weight_change_warning_pct=table.number("weight_change_warning_pct", maximum=100),
        accepted_findings=table.words("accepted_findings", FINDINGS),
        waivable=table.words("waivable", WAIVABLE_CODES),
        donor_consents=table.words("donor_consents", CONSENT_KINDS),
        patient_consents=table.words("patient_consents", CONSENT_KINDS),
        assent_from_age=table.optional_whole("assent_from_age"),
        product=table.text("product"),
        product_description=table.text("product_description"),
        route=table.text("route"),
        storage=table.text("storage"),
        form=table.optional_text("form"),
        excipients=table.optional_text("excipients"),
    )
    table.end()
    _require_sense(table, protocol)
    return protocol


def patient_consents_asked(protocol: Protocol, born_year: int, on_year: int) -> tuple[str, ...]:
    """The kinds of consent a protocol asks for from a patient of an age.

    Only the year of birth is known, so a minor who may have reached the age of assent this year
    is asked, and so is one who may not have come of age yet.

    Args:
        protocol: the course's protocol.
        born_year: the patient's year of birth.
        on_year: the year of the infusion.
    """
    kinds = protocol.patient_consents
    oldest = on_year - born_year
    youngest = oldest - 1
    if protocol.assent_from_age is None or "assent" in kinds:
        return kinds
    if oldest >= protocol.assent_from_age and youngest < OF_AGE:
        return (*kinds, "assent")
    return kinds


def _require_sense(table: Table, protocol: Protocol) -> None:
    least, target, most = (
        protocol.dose_min_cells_per_kg,
        protocol.dose_target_cells_per_kg,
        protocol.dose_max_cells_per_kg,
    )
    if not (least <= target <= most):
        raise table.refusal(
            "dose_min_cells_per_kg, dose_target_cells_per_kg and dose_max_cells_per_kg are not in"
            " rising order."
        )
    if protocol.window_days > protocol.interval_days:
        raise table.refusal("window_days is longer than interval_days: infusions could coincide.")
    if not (protocol.expected_recovery > 0):
        raise table.refusal("expected_recovery 0 would mean that no cell survives; write 0.85.")
    if protocol.infusion_minutes > protocol.post_thaw_limit_minutes:
        raise table.refusal("infusion_minutes is longer than post_thaw_limit_minutes allows.")
    if not protocol.accepted_findings:
        raise table.refusal("accepted_findings is empty: no pair could ever be treated.")
    if protocol.basis == "trial" and not protocol.trial_number:
        raise table.refusal("trial_number is missing; a trial's labels carry it.")
    if protocol.assent_from_age is not None and protocol.assent_from_age >= OF_AGE:
        raise table.refusal(f"assent_from_age is {OF_AGE} or more; adults give consent.")
