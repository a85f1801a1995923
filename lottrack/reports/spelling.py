"""Everything that is laid out from texts, with its quantities as the site writes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


def spelled(value: T, spell: Callable[[str], str]) -> T:
    """A text, or a tuple of them (named or not, however deep), spelled; anything else as it is."""
    if isinstance(value, str):
        return spell(value)  # type: ignore[return-value]
    if not isinstance(value, tuple):
        return value
    parts = [spelled(each, spell) for each in value]
    return type(value)(*parts) if hasattr(value, "_fields") else type(value)(parts)
