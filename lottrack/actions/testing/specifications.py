"""Specifications as they are shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lottrack.actions.testing.documents import find_document, is_approved, specification_of
from lottrack.rules.specification.criterion import limit_text

if TYPE_CHECKING:
    from lottrack.actions.desk import Desk
    from lottrack.rules.specification.criterion import Criterion


def show_specification(desk: Desk, text: str) -> dict[str, Any]:
    """One edition of a specification with its tests, limits and shelf lives.

    Args:
        desk: where.
        text: ``NAME`` (the newest approved edition, else the newest) or ``NAME@VERSION``.

    Raises:
        NotFound: there is none.
    """
    row = find_document(desk.store, "specification", text)
    read = specification_of(desk.store, row.root)
    return {
        "id": row.root,
        "kind": "specification",
        "name": read.name,
        "version": read.edition,
        "title": read.title,
        "product": read.product,
        "source": read.source,
        "approved": is_approved(desk.store, "specification", row.root),
        "sha256": row.source_sha256,
        "shelf_life": [entry._asdict() for entry in read.shelf_life],
        "criteria": [_criterion(criterion) for criterion in read.criteria],
    }


def _criterion(criterion: Criterion) -> dict[str, Any]:
    return {
        "test": criterion.test,
        "name": criterion.name,
        "stage": criterion.stage,
        "level": criterion.level,
        "operator": criterion.operator,
        "limit": criterion.limit or None,
        "unit": criterion.unit or None,
        "required": criterion.required,
        "limit_text": limit_text(criterion),
        "pending_days": criterion.pending_days,
        "pending_basis": criterion.pending_basis or None,
        "method": criterion.method or None,
        "alternative": criterion.alternative or None,
        "from_count": criterion.from_count,
    }
