"""Every command speaks for itself: help, an example that works, its options, its act."""

from __future__ import annotations

import click
import pytest

from lottrack.assets import folder
from lottrack.cli import COMMANDS, main
from lottrack.rules.roles import parse_roles
from tests.house.tree import examples, leaves, option_names, options

LEAVES = leaves()
EVERY = [pytest.param(words, id=words) for words in LEAVES]
ROLES = {
    rule.act: rule
    for rule in parse_roles((folder("db") / "roles.toml").read_text(encoding="utf-8"))
}

IN_NO_RULE = {
    "init": "makes the record, and with it the table of roles",
    "login": "asks for a secret and not for a role: an inspector signs in, too",
    "logout": "ends one's own session",
}
"""Commands that write and whose act is in no rule of db/roles.toml, with the reason."""

NEITHER_SIGNED_NOR_TRIED = {
    "init": "makes a file; where there is one already, it does nothing anyway",
    "login": "its only effect is the session",
    "logout": "its only effect is the end of the session",
}
"""Commands that nobody signs and that have no ``--dry-run`` all the same, with the reason."""


def first_line(command: click.Command) -> str:
    return (command.help or "").strip().split("\n", 1)[0]


# -- help ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", EVERY)
def test_a_command_says_in_a_sentence_what_it_does(words: str) -> None:
    told = (LEAVES[words].help or "").partition("\b")[0].strip()
    assert told.endswith("."), told
    assert told[:1].isupper()


@pytest.mark.parametrize("words", EVERY)
def test_every_option_says_what_it_is_for(words: str) -> None:
    assert [o.opts[-1] for o in options(LEAVES[words]) if not (o.help or "").strip()] == []


@pytest.mark.parametrize("words", EVERY)
def test_every_command_answers_in_json(words: str) -> None:
    assert "--json" in option_names(LEAVES[words])


@pytest.mark.parametrize("name", COMMANDS)
def test_the_list_of_commands_says_what_each_is_for(name: str) -> None:
    assert COMMANDS[name][1].endswith((".", "?"))
    command = main.get_command(click.Context(main), name)
    assert isinstance(command, click.Command)
    if isinstance(command, click.Group):
        assert command.help == COMMANDS[name][1]


@pytest.mark.parametrize("words", EVERY)
def test_the_house_speaks_of_recording_never_of_editing(words: str) -> None:
    """Verbs of the glossary: register, record, correct; never create, update, delete."""
    command = LEAVES[words]
    said = " ".join([command.help or "", *(option.help or "" for option in options(command))])
    assert not {"create", "creates", "update", "updates", "delete", "deletes"} & set(
        said.lower().replace(".", " ").replace(",", " ").split()
    )


# -- examples --------------------------------------------------------------------------------------


def parsed(line: list[str]) -> click.Context:
    """The context of a whole command line, its values read; nothing is run.

    Raises:
        click.UsageError, BadValue: there is no such command or option, a value is missing or bad.
    """
    assert line[0] == "lottrack"
    context = click.Context(main, info_name="lottrack")
    _, rest, _ = main.make_parser(context).parse_args(line[1:])
    command: click.Command = main
    while isinstance(command, click.Group):
        name, found, rest = command.resolve_command(context, rest)
        assert found is not None
        assert name is not None
        command = found
        context = click.Context(command, info_name=name, parent=context)
    return command.make_context(context.info_name, rest, parent=context.parent)


@pytest.mark.parametrize("words", EVERY)
def test_a_command_shows_an_example_of_itself(words: str) -> None:
    lines = examples(LEAVES[words].help or "")
    assert lines
    assert any(f" {words}" in " ".join(line) for line in lines)


@pytest.mark.parametrize("words", EVERY)
def test_an_example_is_a_command_line_that_lottrack_reads(words: str) -> None:
    for line in examples(LEAVES[words].help or ""):
        context = parsed(line)
        assert context.command_path.removeprefix("lottrack ") in LEAVES


def test_the_examples_of_the_program_itself_are_read() -> None:
    lines = examples(main.help or "")
    assert len(lines) > 1
    for line in lines:
        parsed(line)


@pytest.mark.parametrize(
    "line",
    [
        "lottrack lot releese L01",
        "lottrack lot release L01 --conditionally",
        "lottrack lot release",
        "lottrack hold open L01 --cause bored --reason x",
        "lottrack --database x.sqlite lot list",
    ],
)
def test_a_wrong_example_would_be_found_out(line: str) -> None:
    with pytest.raises(click.UsageError):
        parsed(line.split())


# -- acts ------------------------------------------------------------------------------------------


def test_every_writing_command_is_in_the_table_of_roles() -> None:
    writing = {command.writes for command in LEAVES.values() if command.writes}
    assert writing - set(ROLES) == set(IN_NO_RULE)


def test_every_act_in_the_table_of_roles_is_done_by_a_command() -> None:
    assert set(ROLES) - {command.writes for command in LEAVES.values()} == set()


@pytest.mark.parametrize("words", EVERY)
def test_an_act_is_called_by_the_words_of_its_command(words: str) -> None:
    assert LEAVES[words].writes in {"", words}


@pytest.mark.parametrize("words", EVERY)
def test_what_is_written_unsigned_can_be_tried_without_recording(words: str) -> None:
    command = LEAVES[words]
    signed = words in ROLES and ROLES[words].signed
    tried = bool(command.writes) and not signed and words not in NEITHER_SIGNED_NOR_TRIED
    assert ("--dry-run" in option_names(command)) == tried


@pytest.mark.parametrize("act", sorted(act for act, rule in ROLES.items() if rule.signed))
def test_a_signed_act_lets_somebody_else_sign(act: str) -> None:
    """The signer's own secret is asked for; ``--signer`` names a signer who is not the actor."""
    assert LEAVES[act].signed
    assert "--signer" in option_names(LEAVES[act])


@pytest.mark.parametrize("act", sorted(act for act, rule in ROLES.items() if rule.second))
def test_an_act_of_two_people_asks_for_the_second(act: str) -> None:
    assert {"--second", "--witness"} & option_names(LEAVES[act])
