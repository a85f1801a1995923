"""Rows as the rest of the program reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence


class Row:
    """One row of a table, read-only: columns are attributes, under their names in the schema.

    A fact's ``root`` is the record's number for life; ``id`` names the version.
    """

    __slots__ = ("_values",)

    def __init__(self, values: Mapping[str, Any]) -> None:
        object.__setattr__(self, "_values", values)

    def __getattr__(self, name: str) -> Any:
        try:
            return self._values[name]
        except KeyError:
            raise AttributeError(name) from None

    def __setattr__(self, name: str, value: object) -> None:
        raise TypeError("rows are read-only; write through store.change")

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __repr__(self) -> str:
        return f"Row({self._values!r})"

    def values(self) -> dict[str, Any]:
        """The row as a new dictionary."""
        return dict(self._values)


def rows_from(names: Sequence[str], fetched: Sequence[Sequence[Any]]) -> list[Row]:
    """Rows from a cursor's column names and tuples."""
    return [Row(dict(zip(names, values, strict=True))) for values in fetched]
