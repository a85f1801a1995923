"""A warning where a database cannot be kept safely."""

from __future__ import annotations

from pathlib import Path

import pytest

from lottrack.store.location import filesystem_of, location_warning

MOUNTS = (
    "/dev/sda1 / ext4 rw 0 0\n"
    "server:/home /home nfs4 rw 0 0\n"
    "/dev/sdb1 /home/local ext4 rw 0 0\n"
    "//srv/share /mnt/lab\\040share cifs rw 0 0\n"
    "broken line\n"
)


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/var/lib/x.sqlite", "ext4"),
        ("/home/ana/x.sqlite", "nfs4"),
        ("/home/local/x.sqlite", "ext4"),
        ("/homestead/x.sqlite", "ext4"),
        ("/mnt/lab share/x.sqlite", "cifs"),
    ],
)
def test_the_file_system_is_that_of_the_innermost_mount(path, kind):
    assert filesystem_of(Path(path), MOUNTS) == kind


def test_no_mounts_tell_nothing():
    assert filesystem_of(Path("/x"), "") == ""


@pytest.mark.parametrize("folder", ["Dropbox", "OneDrive - Hospital", "Nextcloud"])
def test_a_synchronised_folder_is_warned_of_with_a_way_on(tmp_path, folder):
    warning = location_warning(tmp_path / folder / "x.sqlite")
    assert folder in warning
    assert "lottrack admin backup" in warning


@pytest.mark.parametrize("folder", ["Dropbox", "Mobile Documents", "CloudStorage"])
def test_a_link_to_such_a_folder_is_seen_through(tmp_path, folder):
    (tmp_path / folder).mkdir()
    (tmp_path / "records").symlink_to(tmp_path / folder)
    assert folder in location_warning(tmp_path / "records" / "x.sqlite")


def test_a_local_disk_is_not_warned_of(tmp_path):
    assert location_warning(tmp_path / "x.sqlite") == ""
