"""Find the data that travels with lottrack: ``db/`` (what a record is) and ``labels/``.

Installed, both folders are data inside the package; in a checkout they stand beside ``setup.py``.
This is the one module that knows the difference.
"""

from __future__ import annotations

from pathlib import Path

from lottrack.errors import StoreError

_PACKAGE = Path(__file__).parent


def folder(name: str) -> Path:
    """The folder ``db`` or ``labels``.

    Raises:
        StoreError: the installation lacks it.
    """
    for candidate in (_PACKAGE / name, _PACKAGE.parent / name):
        if candidate.is_dir():
            return candidate
    raise StoreError(
        f"This installation of lottrack lacks its folder {name!r}.",
        code="installation-incomplete",
        hint="Install lottrack again from its wheel or its checkout.",
    )


def database_folder(part: str) -> Path:
    """A folder below ``db``: ``sqlite``, ``specifications``, ``protocols`` and so on."""
    return folder("db") / part


def label_template_path(name: str) -> Path:
    """The file of the shipped label template ``name`` (it need not exist)."""
    return folder("labels") / f"{name}.toml"


def label_template_names() -> list[str]:
    """The shipped label templates by file stem, sorted."""
    return sorted(path.stem for path in folder("labels").glob("*.toml"))
