"""What people may not do: acts of another role, both hands of an act that needs two people."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from lottrack.assets import folder
from lottrack.cli import main
from lottrack.context import Context
from lottrack.rules.roles import parse_roles
from tests.commands.good_lines import LEAVES, LINES, Line, said
from tests.commands.spoiling import codes_of
from tests.conftest import PEOPLE, PlainHasher
from tests.house.tree import option_names

if TYPE_CHECKING:
    from tests.commands.spoiling import Stocked

pytest_plugins = ("tests.commands.stock_fixtures",)

ROLES = {
    rule.act: rule.roles
    for rule in parse_roles((folder("db") / "roles.toml").read_text(encoding="utf-8"))
}
WRITING = {line.words: line for line in reversed(LINES) if LEAVES[line.words].writes}
WHO = {roles[0]: person for person, roles in reversed(PEOPLE.items())}
"""Role -> the first person of the test site who has it, and no other."""

TWO_PEOPLE = {"patient band", "custody destroy", "dispense", "infusion record"}
"""Acts of two people; ``--witness`` is for any other."""

ELSEWHERE = {
    "admin restore": "judged by the roles in the backup, where there is nothing to record",
    "admin migrate": "asks nobody where there is nothing to migrate",
}
"""Acts whose roles are tested with backups and older records."""


# -- roles -----------------------------------------------------------------------------------------


def strangers(act: str) -> list[str]:
    """People of some of the roles that may not do an act, other roles for other acts."""
    lacking = [person for role, person in WHO.items() if role not in ROLES[act]]
    return lacking[len(act) % 3 :: 3] or lacking


def by(line: Line, person: str) -> Line:
    """The same line typed by somebody else, who also signs, is not named as signer."""
    words = line.rest.split(" --signer ", maxsplit=1)[0]
    return line._replace(user=person, rest=words)


REFUSED_HERE = [act for act in ROLES if strangers(act) and act not in ELSEWHERE]


def test_every_role_has_somebody_at_the_test_site() -> None:
    assert set(WHO) == {role for roles in ROLES.values() for role in roles}


def test_every_act_of_the_table_of_roles_has_a_good_line() -> None:
    assert set(ROLES) == set(WRITING)


@pytest.mark.parametrize("act", REFUSED_HERE)
def test_whoever_lacks_the_role_is_refused_and_the_try_is_recorded(
    stocked: Stocked, act: str
) -> None:
    for person in strangers(act):
        result = said(stocked.program, by(WRITING[act], person), typed(stocked, act, person))
        assert (result.exit_code, codes_of(result)) == (52, {"role-missing"}), person
        assert person in result.data["error"]["sentence"]
        assert stocked.refusals() == [f"{act} refused"]


def typed(stocked: Stocked, act: str, person: str) -> list[str]:
    return by(WRITING[act], person).typed(stocked.things)


@pytest.mark.parametrize("act", [act for act in REFUSED_HERE if not LEAVES[act].signed])
def test_a_dry_run_is_refused_the_same_and_leaves_nothing(stocked: Stocked, act: str) -> None:
    person = strangers(act)[0]
    words = [*typed(stocked, act, person), "--dry-run"]
    result = said(stocked.program, by(WRITING[act], person), words)
    assert result.exit_code == 52
    assert stocked.refusals() == []


@pytest.mark.parametrize("act", [act for act in ROLES if LEAVES[act].signed])
def test_nobody_lends_the_role_by_naming_a_signer_who_lacks_it(stocked: Stocked, act: str) -> None:
    line = WRITING[act]
    unfit = strangers(act)[0]
    words = [*by(line, line.user).typed(stocked.things), "--signer", unfit]
    result = said(stocked.program, line, words)
    assert (result.exit_code, codes_of(result)) == (52, {"role-missing"})
    stocked.nothing_but_refusals()


# -- two people ------------------------------------------------------------------------------------


@pytest.mark.parametrize("act", sorted(TWO_PEOPLE))
def test_one_person_is_never_both_people_of_an_act(stocked: Stocked, act: str) -> None:
    line = WRITING[act]
    option = "--witness" if act == "custody destroy" else "--second"
    result = stocked(line, option, line.user, secrets=(line.user, line.user))
    assert "same-person" in codes_of(result)
    assert result.exit_code == (42 if act in {"dispense", "infusion record"} else 54)


@pytest.mark.parametrize(
    "act", sorted({words for words in WRITING if "--witness" in option_names(LEAVES[words])})
)
def test_nobody_watches_what_they_do_themselves(stocked: Stocked, act: str) -> None:
    line = WRITING[act]._replace(rest=WRITING[act].rest.split(" --performed-by ")[0])
    result = stocked(line, "--witness", line.user, secrets=(line.user, line.user))
    assert (result.exit_code, codes_of(result)) == (54, {"same-person"})


@pytest.mark.parametrize(
    ("act", "performed_by"), [("lot seed", "TECHNICIAN2"), ("custody store", "PHARMACIST2")]
)
def test_nobody_watches_what_they_are_told_to_have_done(
    stocked: Stocked, act: str, performed_by: str
) -> None:
    people = ("--performed-by", performed_by, "--witness", performed_by)
    result = stocked(WRITING[act], *people, secrets=(performed_by,))
    assert (result.exit_code, codes_of(result)) == (54, {"same-person"})


def test_no_patient_is_a_donor(stocked: Stocked) -> None:
    patient = stocked.things["patient"]
    registered = stocked(WRITING["donor register"], "--code", patient)
    assert (registered.exit_code, codes_of(registered)) == (31, {"number-already-used"})
    paired = stocked(WRITING["pair register"], "--donor", patient)
    assert (paired.exit_code, codes_of(paired)) == (20, {"unknown-code"})


@pytest.mark.parametrize(
    ("user", "secrets", "status", "code"),
    [
        ("", (), 51, "not-signed-in"),
        ("NOBODY", ("any secret at all",), 51, "unknown-user"),
        ("TECHNICIAN1", ("not the secret",), 51, "not-signed-in"),
    ],
)
def test_who_is_not_known_by_code_and_secret_writes_nothing(
    own_stock: Stocked, user: str, secrets: tuple[str, ...], status: int, code: str
) -> None:
    """A wrong secret leaves its mark in the trail; nothing else does."""
    words = [*WRITING["patient weigh"].typed(own_stock.things), "--json"]
    context = Context(
        db=own_stock.program.db,
        account=user,
        password_stdin=True,
        clock=own_stock.program.clock,
        hasher=PlainHasher(),
    )
    lines = "".join(f"{line}\n" for line in secrets)
    ended = CliRunner().invoke(main, words, obj=context, input=lines)
    assert (ended.exit_code, f'"{code}"' in ended.stdout) == (status, True)
    assert own_stock.refusals() in ([], ["wrong secret"])
