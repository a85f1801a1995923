"""The sheet of command codes, and the page that a scanner is tested with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lottrack.actions.benching.reasons import reasons_of
from lottrack.actions.labelling.files import Output, publish, stage
from lottrack.rules.bench.commands import DONE, MINUS, POINT, WORDS, command_code
from lottrack.rules.bench.doctor import CANARY

if TYPE_CHECKING:
    from pathlib import Path

    from lottrack.printing.pages import Entry, Group
    from lottrack.printing.rendering import Rendered
    from lottrack.store.reader import Reader

_OF_NUMBERS = (POINT, MINUS, DONE)


def draw_commands(reader: Reader, output: Output, here: Path) -> dict[str, Any]:
    """Draw the command codes of this site; each was read back from the page.

    Args:
        reader: the record, for the reasons of the site and the badges of its people.
        output: where it goes; without a file or folder, ``bench-commands.pdf`` in ``here``.
        here: the working folder.

    Raises:
        LabelError: a code could not be read back, or the file cannot be written.
    """
    from lottrack.printing.pages import command_pages

    groups = _groups(reader)
    title = _title(reader, "Command codes")
    pages = command_pages(title, groups)
    path = _written(pages, output, here, "bench-commands", "pdf")
    entries = [entry for group in groups for entry in group.entries]
    return {
        "id": "bench-commands",
        "kind": "command_sheet",
        "title": title,
        "path": path,
        "pages": len(pages),
        "codes": [{"says": entry.words, "payload": entry.payload} for entry in entries],
        "warnings": [],
    }


def draw_check(reader: Reader, output: Output, here: Path) -> dict[str, Any]:
    """Draw the page with the test code; raises as ``draw_commands``."""
    from lottrack.printing.pages import check_page

    lines = (
        "Print this page at its actual size (100 %). At the computer of the bench, type",
        "    lottrack bench doctor",
        "and scan one of the codes when asked. All say the same, each finer than the one above.",
    )
    title = _title(reader, "Scanner test")
    page = check_page(title, CANARY, lines)
    path = _written([page], output, here, "scanner-test", "pdf")
    return {
        "id": "scanner-test",
        "kind": "scanner_test",
        "title": title,
        "path": path,
        "payload": CANARY,
        "warnings": [],
    }


def _title(reader: Reader, what: str) -> str:
    """The heading of a sheet: what it is, whose, and that it is for training."""
    training = "TRAINING" if reader.setting("training") else ""
    return " · ".join(filter(None, (training, what, reader.setting("site_name"))))


def _written(pages: list[Rendered], output: Output, here: Path, name: str, form: str) -> str:
    if output.out is None:
        output = output._replace(out=here / f"{name}.{output.form or form}")
    elif output.out.is_dir() or not output.out.suffix:
        output = output._replace(out=output.out / f"{name}.{output.form or form}")
    files = output.files(here, len(pages))
    paths = files.named([name] * len(pages))
    publish(stage(paths, pages, files.form), [name])
    return str(paths[0])


def _groups(reader: Reader) -> list[Group]:
    from lottrack.printing.pages import Entry, Group

    answers = [word for word in WORDS if word not in _OF_NUMBERS]
    digits = [_entry(f"D{digit}", str(digit)) for digit in range(10)]
    groups = [
        Group("Answers", tuple(_entry(word, word, WORDS[word]) for word in answers)),
        Group("Numbers", (*digits, *(_entry(word, word, WORDS[word]) for word in _OF_NUMBERS))),
    ]
    reasons = [_entry(f"R{each['number']}", each["text"]) for each in reasons_of(reader)]
    if reasons:
        groups.append(Group("Reasons", tuple(reasons)))
    badges = [
        Entry(command_code(f"U.{row.root}"), str(row.root), str(row.name))
        for row in reader.rows("account")
        if _is_active(reader, str(row.root))
    ]
    return [*groups, Group("Badges (they say who; the secret proves it)", tuple(badges))]


def _is_active(reader: Reader, account: str) -> bool:
    standing = reader.standing("account_standing", account=account)
    return standing is not None and bool(standing.active)


def _entry(word: str, words: str, meaning: str = "") -> Entry:
    from lottrack.printing.pages import Entry

    return Entry(command_code(word), words, "" if meaning.upper() == words else meaning)
