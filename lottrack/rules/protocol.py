"""Treatment protocols as data: what one edition of a protocol asks of an infusion."""

from __future__ import annotations

from typing import Any, NamedTuple, TYPE_CHECKING

from lottrack.errors import BadValue
from lottrack.rules.identifiers import require_code

if TYPE_CHECKING:
    from decimal import Decimal

FINDINGS = (
    "haplo_compatible",
    "hla_identical_at_tested_loci",
    "not_haploidentical",
    "indeterminate",
)
CONSENT_KINDS = ("donation", "treatment", "assent", "data")
BASES = ("trial", "hospital-exemption", "named-patient")


class Protocol(NamedTuple):
    """One edition of a protocol.

    Attributes:
        name: its code.
        edition: its edition, counted from 1.
        title: what it is called.
        default: new pairs get it when nobody names one.
        basis: trial, hospital-exemption or named-patient.
        sponsor: printed on labels.
        trial_number: printed on labels.
        investigator: printed on labels.
        contact: whom to call, printed on labels.
        product: the product's name on labels.
        product_description: what it contains, on labels.
        route: route of administration, on labels.
        storage: storage conditions, on labels.
        infusions: how many infusions a course has.
        dose_min_cells_per_kg: least viable cells per kg.
        dose_max_cells_per_kg: most viable cells per kg.
        dose_target_cells_per_kg: what is aimed at.
        interval_days: days between infusions.
        window_days: allowed deviation.
        expected_recovery: share of viable cells expected after thawing.
        post_thaw_limit_minutes: most minutes from thawing to infusion.
        infusion_minutes: how long an infusion takes.
        weight_max_age_days: most days between weighing and infusion.
        accepted_findings: HLA findings a pair may have.
        donor_consents: kinds of consent the donor must have given.
        patient_consents: kinds of consent the patient must have given.
    """

    name: str
    edition: int
    title: str
    default: bool
    basis: str
    sponsor: str
    trial_number: str
    investigator: str
    contact: str
    product: str
    product_description: str
    route: str
    storage: str
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
    accepted_findings: tuple[str, ...]
    donor_consents: tuple[str, ...]
    patient_consents: tuple[str, ...]


_TEXTS = (
    "title",
    "sponsor",
    "trial_number",
    "investigator",
    "contact",
    "product",
    "product_description",
    "route",
    "storage",
)
_COUNTS = {
    "infusions": 1,
    "interval_days": 0,
    "window_days": 0,
    "post_thaw_limit_minutes": 1,
    "infusion_minutes": 1,
    "weight_max_age_days": 0,
}
_DECIMALS = (
    "dose_min_cells_per_kg",
    "dose_max_cells_per_kg",
    "dose_target_cells_per_kg",
    "expected_recovery",
)
_LISTS = {
    "accepted_findings": FINDINGS,
    "donor_consents": CONSENT_KINDS,
    "patient_consents": CONSENT_KINDS,
}


def parse_protocol(text: str, file: str) -> Protocol:
    """Read a protocol's file.

    Args:
        text: TOML with the keys of ``Protocol``; decimals as strings.
        file: its name, for messages.

    Raises:
        BadValue: ``protocol-invalid``, naming the file and the key.
    """
    import tomllib

    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _invalid(file, f"it is not TOML ({error})") from None
    unknown = sorted(set(data) - set(Protocol._fields))
    if unknown:
        raise _invalid(file, f"unknown key {unknown[0]!r}")
    missing = [name for name in Protocol._fields if name not in data and name != "default"]
    if missing:
        raise _invalid(file, f"the key {missing[0]!r} is missing")
    values: dict[str, Any] = {
        "name": require_code(str(data["name"]), "protocol"),
        "edition": _count(file, data, "edition", 1),
        "default": data.get("default", False) is True,
        "basis": _choice(file, data, "basis", BASES),
    }
    values |= {name: _text(file, data, name) for name in _TEXTS}
    values |= {name: _count(file, data, name, least) for name, least in _COUNTS.items()}
    values |= {name: _decimal(file, data, name) for name in _DECIMALS}
    values |= {name: _list(file, data, name, allowed) for name, allowed in _LISTS.items()}
    protocol = Protocol(**values)
    _require_sense(file, protocol)
    return protocol


def _require_sense(file: str, protocol: Protocol) -> None:
    low, target, high = (
        protocol.dose_min_cells_per_kg,
        protocol.dose_target_cells_per_kg,
        protocol.dose_max_cells_per_kg,
    )
    if not (0 < low <= target <= high):
        raise _invalid(file, "the dose range is not minimum <= target <= maximum")
    if not (0 < protocol.expected_recovery <= 1):
        raise _invalid(file, "'expected_recovery' is a share above 0 and at most 1")
    if protocol.window_days > protocol.interval_days:
        raise _invalid(file, "'window_days' is longer than 'interval_days'")
    if not protocol.accepted_findings:
        raise _invalid(file, "'accepted_findings' names none")


def _invalid(file: str, what: str) -> BadValue:
    return BadValue(
        f"The protocol {file} cannot be used: {what}.",
        code="protocol-invalid",
        hint="Nothing was loaded; mend the file.",
    )


def _text(file: str, data: dict[str, Any], name: str) -> str:
    value = data[name]
    if not isinstance(value, str) or not value.strip():
        raise _invalid(file, f"{name!r} is no text")
    return value.strip()


def _count(file: str, data: dict[str, Any], name: str, least: int) -> int:
    value = data[name]
    if type(value) is not int or not (value >= least):
        raise _invalid(file, f"{name!r} is no whole number from {least}")
    return value


def _decimal(file: str, data: dict[str, Any], name: str) -> Decimal:
    from lottrack.rules.quantities import parse_decimal

    value = data[name]
    if not isinstance(value, str):
        raise _invalid(file, f"{name!r} is written as text, like \"0.85\"")
    try:
        return parse_decimal(value, name, allow_exponent=True)
    except BadValue as error:
        raise _invalid(file, error.sentence.rstrip(".")) from None


def _choice(file: str, data: dict[str, Any], name: str, allowed: tuple[str, ...]) -> str:
    value = data[name]
    if value not in allowed:
        raise _invalid(file, f"{name!r} is one of {', '.join(allowed)}")
    return str(value)


def _list(file: str, data: dict[str, Any], name: str, allowed: tuple[str, ...]) -> tuple[str, ...]:
    value = data[name]
    if not isinstance(value, list) or any(item not in allowed for item in value):
        raise _invalid(file, f"{name!r} lists some of {', '.join(allowed)}")
    return tuple(value)
