"""Numbers lottrack makes, and codes and numbers that people bring.

A number of lottrack reads ``KK-SITE-NNNN-C``: two letters for the kind of thing, the site's code,
a serial of at least four digits, and a check character (ISO/IEC 7064 MOD 37-2 over everything
before it, without hyphens). It begins with letters, so that no spreadsheet takes it for a number
or a date. A serial whose check character would be ``*`` is skipped.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from lottrack.errors import BadValue, CodeUnreadable
from lottrack.rules.codes.checkchar import check_character, has_valid_check
from lottrack.rules.reading import text as texts

PREFIXES: dict[str, str] = {
    "account_event": "AE",
    "action_done": "AD",
    "approval": "AP",
    "attachment": "AX",
    "attestation": "AT",
    "audit_review": "AV",
    "bench_profile": "BP",
    "bench_reason": "BR",
    "calibration": "CB",
    "clearance_rule": "CQ",
    "collection": "CL",
    "collection_count": "CC",
    "collection_decision": "CD",
    "collection_receipt": "CR",
    "collection_taking": "CT",
    "consent": "CS",
    "container": "CN",
    "container_extension": "XE",
    "correction": "CO",
    "corrective_action": "AC",
    "course": "CI",
    "course_amendment": "CA",
    "course_closure": "CX",
    "custody_event": "CE",
    "deviation": "DV",
    "deviation_class": "DG",
    "deviation_closure": "DZ",
    "deviation_concern": "DW",
    "deviation_investigation": "DX",
    "discard": "DC",
    "disposition": "DP",
    "dispensing": "DI",
    "document_issue": "DN",
    "effectiveness_check": "EC",
    "eligibility": "EL",
    "equipment_retirement": "ER",
    "equipment_use": "EU",
    "external_number": "EX",
    "fill": "FL",
    "filling": "FC",
    "harvest": "HV",
    "hla_finding": "HF",
    "hold": "HD",
    "hold_lift": "HL",
    "incident": "IC",
    "infusion": "IN",
    "infusion_order": "OR",
    "label": "LB",
    "label_event": "LE",
    "label_template": "TP",
    "late_positive": "LP",
    "line_clearance": "LK",
    "lot": "LT",
    "lot_closure": "LC",
    "lot_reassignment": "LA",
    "lot_respecification": "LS",
    "lot_review": "LR",
    "marker": "MK",
    "material_decision": "MD",
    "material_discard": "MX",
    "material_lot": "MT",
    "material_opening": "MO",
    "material_recall": "MR",
    "material_use": "MU",
    "notification": "NT",
    "notification_call": "NC",
    "observation": "OB",
    "oos": "OS",
    "oos_conclusion": "OU",
    "oos_investigation": "OI",
    "oos_plan": "OP",
    "order_cancellation": "OC",
    "order_waiver": "OW",
    "pair": "PR",
    "patient_band": "PB",
    "preparation": "PP",
    "preparation_count": "PC",
    "preparation_finish": "PF",
    "print_job": "PJ",
    "print_job_end": "PE",
    "print_job_scan": "PS",
    "printer_retirement": "PX",
    "refusal": "RF",
    "release_condition": "RN",
    "result": "RS",
    "result_import": "RI",
    "result_review": "RV",
    "role_act": "RA",
    "role_grant": "RG",
    "sample": "SM",
    "screening": "SC",
    "seeding": "SE",
    "shown_warning": "NW",
    "signature": "SG",
    "specification_document": "SD",
    "specification_retirement": "SR",
    "supply": "SU",
    "supply_assessment": "SV",
    "supply_decision": "SX",
    "template_approval": "TA",
    "training": "TN",
    "training_requirement": "TQ",
    "training_withdrawal": "TW",
    "typing": "TY",
    "verification": "VF",
    "weight": "WT",
}
"""Kind of thing -> the two letters its numbers begin with."""

KINDS: dict[str, str] = {prefix: kind for kind, prefix in PREFIXES.items()}
"""The two letters -> kind of thing."""

PATIENT_MARK = "PT-"
"""Stands before a patient's code in a wristband's payload; no other number begins with it."""

_MINIMUM_DIGITS = 4
# Patterns are texts, compiled (and kept by re) at first use: compiling all at import would cost
# every start of the program several milliseconds.
_SITE_CODE = r"[A-Z0-9]{2,8}"
_HYPHENATED = r"([A-Z]{2})-([A-Z0-9]{2,8})-([0-9]{4,})-([0-9A-Z])"
_CODE_CHARACTERS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-")
_CODE_LIMIT = 32
_OWN_NUMBER_LIMIT = 40


class Number(NamedTuple):
    """A number of this site, read and found sound.

    Attributes:
        kind: the kind of thing, a key of ``PREFIXES``.
        id: the number as the record spells it, upper-case with hyphens.
    """

    kind: str
    id: str


def make_number(kind: str, site_code: str, serial: int) -> str | None:
    """The number with this serial, or None when its check character would be ``*``: skip it.

    Raises:
        KeyError: ``kind`` is none of ``PREFIXES``.
        BadValue: the site code is not one, or the serial is below 1.
    """
    prefix = PREFIXES[kind]
    if serial < 1:
        raise BadValue(f"The serial of a number starts at 1; {serial} is below it.")
    body = f"{prefix}-{require_site_code(site_code)}-{serial:0{_MINIMUM_DIGITS}d}"
    check = check_character(compact(body))
    return None if check == "*" else f"{body}-{check}"


def compact(number: str) -> str:
    """The number in upper case without hyphens and spaces, as it stands in a printed code."""
    return number.replace("-", "").replace(" ", "").upper()


def read_number(text: str, site_code: str) -> Number | None:
    """The number of this site a text stands for; None when it does not have the shape of one.

    Lower case, missing hyphens and spaces in their place are accepted. A number of another site
    is None as well: ``is_foreign_number`` tells.

    Raises:
        CodeUnreadable: the text has the shape, but the check character is wrong
            (``identifier-check-failed``). The right one is not told: whoever mistyped a number
            must look at it again, not at the message.
    """
    cleaned = texts.ascii_upper(text.strip())
    shape = rf"([A-Z]{{2}})[- ]?{re.escape(site_code.upper())}[- ]?([0-9]{{4,}})[- ]?([0-9A-Z])"
    match = re.fullmatch(shape, cleaned)
    if match is None or match[1] not in KINDS:
        return None
    prefix, serial, check = match[1], match[2], match[3]
    number = f"{prefix}-{site_code.upper()}-{serial}-{check}"
    padded = len(serial) > _MINIMUM_DIGITS and serial.startswith("0")
    if padded or int(serial) == 0 or not has_valid_check(compact(number)):
        raise CodeUnreadable(
            f"{number} is not a number lottrack made: its check character does not go with the"
            " rest, so at least one character was misread or mistyped.",
            code="identifier-check-failed",
            hint="Scan the code, or compare every character with the label.",
        )
    return Number(KINDS[prefix], number)


def is_foreign_number(text: str, site_code: str) -> bool:
    """Whether a text, with its hyphens, is a sound lottrack number of another site."""
    match = re.fullmatch(_HYPHENATED, texts.ascii_upper(text.strip()))
    return (
        match is not None
        and match[1] in KINDS
        and match[2] != site_code.upper()
        and has_valid_check(compact(match[0]))
    )


def has_number_shape(text: str) -> bool:
    """Whether a text looks like a lottrack number of some site, its check character right or not.

    A known prefix, and hyphens at the three places where lottrack writes them.
    """
    match = re.fullmatch(_HYPHENATED, texts.ascii_upper(text))
    return match is not None and match[1] in KINDS


def require_site_code(text: str) -> str:
    """A site's code as it stands in every number: 2 to 8 letters or digits, upper-cased.

    Raises:
        BadValue: it is not one.
    """
    code = texts.ascii_upper(text.strip())
    if not re.fullmatch(_SITE_CODE, code):
        raise BadValue(
            f"The site code {texts.quoted(text)} is not 2 to 8 letters (A-Z) or digits.",
            hint="Choose a short code, for example NORTH or MUC1; it stands in every number.",
        )
    return code


def require_code(text: str, what: str) -> str:
    """A code people chose (patient, donor, user, place, product, ...), upper-cased.

    Up to 32 of A-Z, 0-9, ``.``, ``_`` and ``-``, beginning with a letter or digit. Look-alikes of
    other scripts, spaces and invisible characters are refused, so that two codes that look the
    same are the same.

    Raises:
        BadValue: it is not one; the sentence names the offending character.
    """
    return _require_plain(text, what, extra="", limit=_CODE_LIMIT)


def require_own_number(text: str, what: str, site_code: str | None = None) -> str:
    """A number a site already has for a lot or a collection, upper-cased.

    As ``require_code``, with ``/`` as well and up to 40 characters.

    Args:
        text: the number as given.
        what: what it numbers, for the sentence of a refusal ("the lot number").
        site_code: the site's code where it is known: then a number lottrack would read as its own
            without hyphens is refused too.

    Raises:
        BadValue: it is not one, or it could be taken for a number lottrack makes or for a
            patient's wristband.
    """
    number = _require_plain(text, what, extra="/", limit=_OWN_NUMBER_LIMIT)
    if has_number_shape(number) or (site_code is not None and _is_read_here(number, site_code)):
        raise BadValue(
            f"{texts.sentence_start(what)} {number} has the shape of a number lottrack makes, so"
            " the two could be confused.",
            hint="Leave it out and lottrack makes the number, or write the site's own another way.",
        )
    if number.startswith(PATIENT_MARK):
        raise BadValue(
            f"{texts.sentence_start(what)} {number} begins with {PATIENT_MARK}, which marks a"
            " patient in the codes lottrack prints.",
            hint="Write the site's own number without that beginning.",
        )
    return number


def _is_read_here(number: str, site_code: str) -> bool:
    try:
        return read_number(number, site_code) is not None
    except CodeUnreadable:
        return True


def _require_plain(text: str, what: str, *, extra: str, limit: int) -> str:
    """The text upper-cased, or a refusal that names the first character a code cannot hold."""
    code = texts.nfc(text).strip()
    start = texts.sentence_start(what)
    marks = " ".join(f"{mark!r}" for mark in f"._-{extra}")
    hint = f"Use A-Z, 0-9 and {marks}; begin with a letter or digit; at most {limit} characters."
    if not code:
        raise BadValue(f"{start} is empty.", hint=hint)
    shown = texts.quoted(code)
    for place, character in enumerate(code, start=1):
        if character not in _CODE_CHARACTERS and character not in extra:
            name = texts.describe_character(character)
            raise BadValue(
                f"{start} {shown} holds {name} at place {place}, which a code cannot hold.",
                hint=hint,
            )
    if not code[0].isalnum():
        raise BadValue(f"{start} {shown} begins with {code[0]!r}.", hint=hint)
    if len(code) > limit:
        raise BadValue(f"{start} {shown} has {len(code)} characters.", hint=hint)
    code = code.upper()
    if code.startswith("LT."):
        raise BadValue(
            f"{start} {code!r} begins like the codes lottrack prints on labels (LT.).", hint=hint
        )
    return code
