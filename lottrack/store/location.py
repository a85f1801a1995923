"""Where a database file lives: is it a place SQLite can keep its promises on?"""

from __future__ import annotations

from pathlib import Path

NETWORK_FILESYSTEMS = frozenset(
    {"nfs", "nfs4", "cifs", "smb", "smb2", "smb3", "smbfs", "afpfs", "fuse.sshfs", "9p", "davfs"}
)
SYNCHRONISED_FOLDERS = (
    *("dropbox", "onedrive", "google drive", "googledrive", "icloud", "nextcloud", "owncloud"),
    *("seafile", "pcloud", "syncthing", "cloudstorage", "mobile documents"),
)
"""How the folders of synchronising clients begin; the last two are macOS's own."""


def filesystem_of(path: Path, mounts: str) -> str:
    """The file system type of the mount that holds ``path``, from the text of ``/proc/mounts``."""
    best, kind = "", ""
    for line in mounts.splitlines():
        parts = line.split()
        if len(parts) < 3:
            continue
        point = parts[1].replace("\\040", " ")
        inside = str(path) == point or str(path).startswith(point.rstrip("/") + "/")
        if inside and len(point) >= len(best):
            best, kind = point, parts[2]
    return kind


def location_warning(path: Path) -> str:
    """Why the file had better not live here, or ``""``.

    SQLite's locks do not work reliably on network shares, and a synchronising client copies the
    file while it is being written: both lose records.
    """
    resolved = path.resolve()  # a link on the local disk may lead to such a place
    if str(resolved).startswith("\\\\"):
        return _share(resolved, "a network share")
    for part in resolved.parts:
        if part.lower().startswith(SYNCHRONISED_FOLDERS):
            return (
                f"The database {resolved} is in the synchronised folder {part!r}. A synchronising"
                " client can damage it while it is written. Keep it on a local disk and copy"
                " backups made with `lottrack admin backup` into that folder."
            )
    try:
        mounts = Path("/proc/mounts").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    kind = filesystem_of(resolved, mounts)
    return _share(resolved, f"a network share ({kind})") if kind in NETWORK_FILESYSTEMS else ""


def _share(path: Path, what: str) -> str:
    return (
        f"The database {path} is on {what}, where SQLite cannot lock it safely. Keep it on the"
        " local disk of one computer and reach that computer by SSH."
    )
