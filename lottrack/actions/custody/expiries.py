"""When a container expires by what is in force: its fill, or the last extension that stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lottrack.actions import signing

if TYPE_CHECKING:
    from lottrack.store.reader import Reader
    from lottrack.store.rows import Row


def extension_of(reader: Reader, container: str) -> Row | None:
    """The last extension of a container's expiry whose signature stands, or None."""
    for row in reversed(reader.rows("container_extension", container=container)):
        if signing.is_valid(reader, row.signature):
            return row
    return None


def own_expiry(reader: Reader, container: Row) -> str:
    """A container's own expiry as stored, extended where an extension stands.

    A prepared dose has an expiry of its own besides (``container_cases.expiry_of``).
    """
    extension = extension_of(reader, container.root)
    return str(container.expires_at if extension is None else extension.expires_at)
