"""Write the parts of README.md that come from the program, or check that they are up to date.

python docs/generate.py            write them
python docs/generate.py --check    fail when they are not what the program says
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import click

from lottrack import errors
from lottrack.cli import COMMANDS, main
from lottrack.rules.administration.refusal_codes import REFUSALS

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
LINE = 78
"""Characters in a line of help, however wide the terminal of whoever runs this is."""


def leaves(
    path: tuple[str, ...], command: click.Command
) -> list[tuple[tuple[str, ...], click.Command]]:
    """Every command below ``command``, with the words that lead to it."""
    if not isinstance(command, click.Group):
        return [(path, command)]
    return [
        leaf for name, child in command.commands.items() for leaf in leaves((*path, name), child)
    ]


def command_reference() -> str:
    """Every command's own help, one collapsed section per noun."""
    context = click.Context(main, info_name="lottrack", terminal_width=LINE)
    parts = []
    for name, (_, help_) in COMMANDS.items():
        command = main.get_command(context, name)
        assert command is not None
        parts += [f"<details><summary><code>lottrack {name}</code>: {help_}</summary>", ""]
        for path, leaf in leaves((name,), command):
            inner = click.Context(leaf, info_name=" ".join(path), parent=context)
            text = leaf.get_help(inner).replace("\b\n", "")
            parts += ["```text", text.strip(), "```", ""]
        parts += ["</details>", ""]
    return "\n".join(parts)


def exit_codes() -> str:
    """The exit statuses, from the classes of errors."""
    rows = {0: "done, or accepted", 1: "a fault of lottrack itself", 130: "stopped with Ctrl-C"}
    for value in vars(errors).values():
        is_error = isinstance(value, type) and issubclass(value, errors.LottrackError)
        if is_error and value is not errors.LottrackError:
            rows.setdefault(value.exit_code, (value.__doc__ or "").split("\n")[0].rstrip("."))
    lines = ["| status | meaning |", "|---|---|"]
    return "\n".join([*lines, *(f"| {code} | {rows[code]} |" for code in sorted(rows))])


def refusal_codes() -> str:
    """The codes an infusion is refused with."""
    lines = ["| code | when |", "|---|---|"]
    for group, codes in REFUSALS.items():
        lines.append(f"| **{group}** | |")
        lines += [f"| `{code}` | {meaning} |" for code, meaning in codes.items()]
    return "\n".join(lines)


PARTS = {
    "commands": command_reference,
    "exit-codes": exit_codes,
    "refusal-codes": refusal_codes,
}


def generated(text: str) -> str:
    """README's text with every generated part written anew."""
    for name, make in PARTS.items():
        begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
        pattern = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
        if not pattern.search(text):
            raise SystemExit(f"README.md lacks the markers of {name!r}.")
        body = f"{begin}\n{make()}\n{end}"
        text = pattern.sub(lambda _, body=body: body, text)
    return text


if __name__ == "__main__":
    before = README.read_text(encoding="utf-8")
    after = generated(before)
    if "--check" in sys.argv[1:]:
        if before != after:
            raise SystemExit("README.md is not what the program says: run python docs/generate.py")
    else:
        README.write_text(after, encoding="utf-8")
