"""The tables of the quality migrations (``0002`` and on): one block for each of them."""

from __future__ import annotations

FACTS: dict[str, tuple[str, ...]] = {
    # 0002: specifications
    "specification_retirement": ("specification", "signature"),
    "lot_respecification": ("lot", "moved_from", "specification", "signature"),
    "container_extension": ("container", "expires_at", "basis", "signature"),
    # 0003: investigations of results, imported results
    "oos": (
        "lot",
        "container",
        "preparation",
        "specification",
        "test",
        "result",
        "verdict",
        "automatic",
    ),
    "oos_investigation": ("oos", "assignable", "finding"),
    "oos_plan": ("oos", "retests", "text", "signature"),
    "oos_conclusion": ("oos", "outcome", "text", "signature"),
    "result_import": ("file_name", "sha256", "rows_read"),
    # 0004: certification in stages, late positives, out-of-specification supply
    "supply": ("container", "patient", "text", "signature"),
    "supply_assessment": (
        "supply",
        "text",
        "faults",
        "organism",
        "sensitivities",
        "signature",
    ),
    "supply_decision": ("supply", "supply_assessment", "decision", "prophylaxis", "signature"),
    "duty_list": ("name", "edition", "source", "source_sha256", "signature"),
    "late_positive": ("result", "lot"),
    "notification": (
        "late_positive",
        "supply",
        "whom",
        "addressee",
        "patient",
        "infusion",
        "due_at",
        "text",
        "basis",
    ),
    "notification_call": ("notification", "outcome", "reached", "text"),
    # 0008_documents.sql
    "document_issue": (
        "lot",
        "document",
        "stage",
        "rests_on",
        "head",
        "content_sha256",
        "file_name",
        "file_sha256",
        "pages",
    ),
    # 0005: deviations
    "deviation": ("severity", "title", "text"),
    "deviation_concern": ("deviation", "record", "record_kind", "because_of"),
    "deviation_class": ("deviation", "severity"),
    "deviation_investigation": ("deviation", "cause", "text"),
    "corrective_action": ("deviation", "text", "owner", "due_on"),
    "action_done": ("corrective_action", "text"),
    "effectiveness_check": ("deviation", "effective", "text"),
    "deviation_closure": ("deviation", "text", "check_due_on", "signature"),
    # 0006: equipment and training
    "equipment": ("name", "kind", "place", "needs_calibration"),
    "calibration": ("equipment", "calibrated_on", "due_on", "certificate", "outcome"),
    "equipment_retirement": ("equipment",),
    "equipment_use": ("equipment", "record", "record_kind"),
    "training_requirement": ("act", "role", "subject"),
    "training_withdrawal": ("training_requirement",),
    "training": ("account", "subject", "trained_on", "valid_until", "document"),
    # 0007: materials
    "material": ("name", "kind", "unit", "open_hours", "storage"),
    "material_lot": (
        "material",
        "supplier",
        "supplier_lot",
        "expires_on",
        "quantity",
        "certificate",
    ),
    "material_decision": ("material_lot", "decision", "signature"),
    "material_opening": ("material_lot",),
    "material_use": (
        "material_lot",
        "lot",
        "passage",
        "seeding",
        "harvest",
        "fill",
        "preparation",
        "material_opening",
        "quantity",
    ),
    "material_discard": ("material_lot", "quantity"),
    "material_recall": ("material_lot",),
    # 0009: periodic reviews of the audit trail
    "audit_review": ("from_at", "to_at", "first_seq", "last_seq", "remarks", "signature"),
    # 0010: printers
    "printer": ("name", "address", "dpi", "language"),
    "printer_retirement": ("printer",),
    "print_job": ("printer", "purpose", "language", "job_sha256"),
    "print_job_end": ("print_job", "outcome", "said"),
    "print_job_scan": ("print_job",),
    # 0011: the bench
    "bench_profile": ("host", "prefix_hex", "suffix_hex", "layout", "doubled", "arrived_hex"),
    "bench_reason": ("ordinal", "text"),
    # 0012: line clearance, templates of the site's own
    "clearance_rule": ("place", "required"),
    "line_clearance": ("place", "lot", "signature"),
    "template_approval": ("label_template", "signature"),
    # 0013: waived limits of a protocol
    "order_waiver": ("infusion_order", "code", "signature", "second_signature"),
}
"""Append-only tables with their own columns, between ``VERSION`` and ``AUTHOR``."""

LINKS: dict[str, tuple[str, ...]] = {
    # 0002: specifications
    "rejudged_result": ("respecification", "result", "verdict_before", "verdict"),
    # 0003: investigations of results, imported results
    "oos_result": ("oos", "result", "retest"),
    "imported_result": ("result_import", "result", "line"),
    # 0010: printers
    "print_job_label": ("print_job", "label"),
    # 0012: line clearance
    "cleared_label": ("line_clearance", "label"),
}
"""Append-only tables of pairs that belong to one fact; the first two columns are the key."""

STANDINGS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    # 0004: certification in stages
    "condition_standing": (("condition",), ("fill", "due_on")),
}
"""Tables with one row per thing: their key and their other columns."""
