"""The tables as the program knows them: names, kinds, columns.

The SQL in ``db/sqlite`` is the definition; this is its second telling, and a test compares them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

AUTHOR = (
    "occurred_at",
    "recorded_at",
    "zone",
    "late",
    "performed_by",
    "recorded_by",
    "witnessed_by",
    "entry",
    "reason",
)
"""The columns that say who told a fact, when, and why; the same in every fact."""

VERSION = ("id", "root", "version", "struck", "seq")
"""The columns that place a fact in its record and in the chain."""

FACTS: dict[str, tuple[str, ...]] = {
    "account": ("name",),
    "role_grant": ("account", "role", "granted"),
    "account_event": ("account", "event", "session_sha256", "until", "detail"),
    "role_act": ("act", "role", "signed", "second", "valid_from", "valid_until"),
    "signature": (
        "meaning",
        "shown",
        "shown_sha256",
        "rests_on",
        "session",
        "scripted",
        "acknowledged",
    ),
    "place": ("name", "kind"),
    "protocol": ("name", "edition", "title", "source", "source_sha256"),
    "specification": ("name", "edition", "title", "product", "source", "source_sha256"),
    "label_template": ("name", "edition", "source", "source_sha256"),
    "approval": ("protocol", "specification", "signature"),
    "screening_rule": ("name", "source", "source_sha256"),
    "donor": ("born_year", "sex"),
    "patient": ("born_year", "sex"),
    "patient_band": ("patient", "code_hmac"),
    "consent": ("donor", "patient", "kind", "document", "given_on", "withdrawn"),
    "weight": ("patient", "weight_kg", "weighed_on"),
    "typing": ("donor", "patient", "gl_string"),
    "screening": ("donor", "sampled_on", "sample_of"),
    "marker": ("screening", "marker", "outcome"),
    "eligibility": ("donor", "decision", "defer_until", "risk_assessment", "signature"),
    "pair": ("donor", "patient", "relation", "evidence"),
    "hla_finding": ("pair", "donor_typing", "patient_typing", "result", "loci", "proof"),
    "course": ("pair", "protocol", "basis", "reference"),
    "course_amendment": ("course", "protocol"),
    "course_closure": ("course",),
    "collection": ("planned_on", "donor"),
    "collection_taking": (
        "collection",
        "volume_ml",
        "tnc",
        "mnc",
        "anticoagulant",
        "screening_rule",
        "window_met",
        "window_findings",
        "eligibility",
    ),
    "external_number": ("record", "scheme", "value"),
    "collection_receipt": (
        "collection",
        "from_text",
        "temperature_c",
        "seal",
        "condition",
        "labels_match",
    ),
    "collection_count": ("collection", "tnc", "mnc", "viability_pct"),
    "collection_decision": ("collection", "decision", "signature"),
    "lot": ("collection", "parent", "course", "product", "specification"),
    "seeding": ("lot", "passage", "seeded", "area_cm2", "vessel", "count_basis"),
    "harvest": ("lot", "passage", "harvested", "viability_pct", "count_basis"),
    "observation": ("lot", "passage", "text"),
    "fill": ("lot", "kind", "presentation", "purpose", "expires_at", "planned"),
    "container": (
        "lot",
        "fill",
        "preparation",
        "ordinal",
        "kind",
        "purpose",
        "planned_cells",
        "planned_volume_ml",
        "expires_at",
    ),
    "filling": ("container", "outcome", "viable_cells", "volume_ml"),
    "sample": ("lot", "container", "kind", "cells", "tests"),
    "discard": ("lot", "cells"),
    "lot_closure": ("lot",),
    "result": (
        "lot",
        "container",
        "preparation",
        "specification",
        "test",
        "sign",
        "value",
        "unit",
        "method",
        "sample",
        "sampled_at",
        "reading",
        "verdict",
    ),
    "result_review": ("signature",),
    "lot_review": ("lot", "reviewed_as", "signature"),
    "attestation": ("lot", "rule", "text"),
    "disposition": ("lot", "fill", "decision", "signature"),
    "release_condition": ("disposition", "test", "due_on"),
    "hold": ("donor", "collection", "lot", "fill", "container", "cause", "automatic", "because_of"),
    "hold_lift": ("hold", "signature"),
    "label": (
        "template",
        "copy",
        "container",
        "collection",
        "sample",
        "patient",
        "preparation",
        "payload",
        "shown",
        "image_sha256",
        "format",
        "replaces",
    ),
    "label_event": ("label", "event", "container", "lot"),
    "custody_event": (
        "container",
        "collection",
        "sample",
        "act",
        "from_place",
        "to_place",
        "to_account",
        "to_outside",
        "position",
        "temperature_c",
        "max_c",
        "minutes_above",
        "seal",
        "condition",
        "finding",
        "signature",
    ),
    "attachment": ("record", "file_name", "sha256", "size_bytes", "what"),
    "infusion_order": (
        "course",
        "number",
        "planned_on",
        "weight_kg",
        "weighed_on",
        "protocol",
        "signature",
    ),
    "order_cancellation": ("infusion_order",),
    "preparation": ("infusion_order",),
    "preparation_count": ("preparation", "viable_cells", "total_cells", "viability_pct", "method"),
    "preparation_finish": (
        "preparation",
        "into_kind",
        "container",
        "volume_ml",
        "used_ml",
        "diluent",
        "expires_at",
    ),
    "verification": ("infusion_order", "patient", "scans", "warnings", "dose"),
    "dispensing": ("infusion_order", "patient", "signature", "second_signature", "scans"),
    "infusion": (
        "infusion_order",
        "patient",
        "course",
        "number",
        "started_at",
        "ended_at",
        "volume_ml",
        "left_ml",
        "viable_cells",
        "cells_per_kg",
        "weight_kg",
        "dose_basis",
        "reaction",
        "grade",
        "scans",
        "signature",
        "second",
    ),
    "refusal": ("act", "subjects", "scans", "blockers", "exit_code"),
    "incident": ("record", "act", "second", "blockers"),
    "correction": (
        "record",
        "record_table",
        "kind",
        "from_version",
        "to_version",
        "changes",
        "affected",
    ),
    "shown_warning": ("record", "code", "sentence"),
}
"""Append-only tables with their own columns, between ``VERSION`` and ``AUTHOR``."""

LINKS: dict[str, tuple[str, ...]] = {
    "signature_cover": ("signature", "record", "version"),
    "collection_course": ("collection", "course"),
    "reviewed_result": ("review", "result"),
    "preparation_input": ("preparation", "container", "label"),
    "verified_container": ("verification", "container"),
    "dispensed_container": ("dispensing", "container"),
    "infused_container": ("infusion", "container"),
}
"""Append-only tables of pairs that belong to one fact; the first two columns are the key."""

STANDINGS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "account_standing": (
        ("account",),
        (
            "active",
            "secret_hash",
            "failed_tries",
            "locked_until",
            "session_sha256",
            "acknowledged",
        ),
    ),
    "account_role": (("account", "role"), ()),
    "label_standing": (("label",), ("state", "container", "copy")),
    "container_standing": (
        ("container",),
        (
            "lot",
            "location_state",
            "place",
            "holder",
            "outside",
            "position",
            "stage",
            "last_at",
        ),
    ),
    "order_standing": (("infusion_order",), ("course", "number", "state")),
    "number_series": (("kind",), ("last",)),
    "setting": (("name",), ("value",)),
}
"""Tables with one row per thing: their key and their other columns."""

CHAIN = ("audit_entry", "audit_mention", "chain_head", "migration")
"""Tables the chain itself is kept in."""

SECRET_COLUMNS = frozenset({("account_standing", "secret_hash")})
"""Columns of which audit entries hold only the SHA-256."""

SECRET_SETTINGS = frozenset({"band_key"})
"""Settings of which audit entries hold only the SHA-256: an exported trail must not betray them."""


def is_secret(table: str, column: str, row: Mapping[str, Any]) -> bool:
    """Whether audit entries hold only the SHA-256 of a column of this row."""
    if table == "setting":
        return column == "value" and row.get("name") in SECRET_SETTINGS
    return (table, column) in SECRET_COLUMNS


def columns(table: str) -> tuple[str, ...]:
    """Every column of a fact, link or standing table, in the order of its definition."""
    if table in FACTS:
        return (*VERSION, *FACTS[table], *AUTHOR)
    if table in LINKS:
        return (*LINKS[table], "seq")
    key, rest = STANDINGS[table]
    return (*key, *rest)


def key_columns(table: str) -> tuple[str, ...]:
    """The columns that identify one row of a table."""
    if table in FACTS:
        return ("id",)
    if table in LINKS:
        return LINKS[table][:2]
    if table == "migration":
        return ("name",)
    return STANDINGS[table][0]
