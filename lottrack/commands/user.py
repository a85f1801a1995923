"""``lottrack user``, ``login``, ``logout``, ``whoami``: people and their access."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from lottrack.commands.base import Answer, noun, reason_option, require_confirmed, verb

if TYPE_CHECKING:
    from lottrack.context import Context

user = noun("user", "People who act: accounts, roles, secrets.")


@verb(None, "login", writes="login", signed=True)
@click.argument("account", metavar="USER")
def login(context: Context, account: str) -> Answer:
    """Sign in at this computer; the sign-in locks after a quarter of an hour without use.

    \b
    Example:
      lottrack login ANA
    """
    from lottrack.actions.laboratory.people import sign_in
    from lottrack.session import write_session

    desk = context.desk
    desk.store.setting("zone")  # a record that cannot be opened is told before a secret is asked
    code, token = sign_in(desk, account, context.ask_secret(f"Secret of {account}"))
    write_session(context.path, code, token, context.clock())
    desk.account = code
    return Answer({"id": code, "kind": "user"}, f"{code} is signed in.")


@verb(None, "logout", writes="logout", signed=True)
def logout(context: Context) -> Answer:
    """Sign out.

    \b
    Example:
      lottrack logout
    """
    from lottrack.actions.laboratory.people import sign_out
    from lottrack.session import forget_session

    desk = context.writing_desk
    account = sign_out(desk)
    forget_session(context.path)
    return Answer({"id": account, "kind": "user"}, f"{account} is signed out.")


@verb(None, "whoami")
def whoami(context: Context) -> Answer:
    """Say who is signed in, with roles.

    \b
    Example:
      lottrack whoami
    """
    from lottrack.actions.laboratory.people import who

    return Answer(who(context.writing_desk))


@verb(user, "add", writes="user add")
@click.argument("account", metavar="USER")
@click.option("--name", required=True, help="The person's name, as signatures print it.")
@click.option("--role", "roles", required=True, multiple=True, help="A role; may be repeated.")
def add(context: Context, account: str, name: str, roles: tuple[str, ...]) -> Answer:
    """Register a person; the person types their own new secret, twice.

    \b
    Example:
      lottrack user add QP1 --name "Qualified person 1" --role qp
    """
    from lottrack.actions.laboratory.people import add_user

    desk = context.writing_desk
    desk.role_for("user add")
    secret, again = context.ask_new_secret(account)
    return Answer(add_user(desk, account, name, list(roles), secret, again))


@verb(user, "list", lists=True)
def list_(context: Context) -> Answer:
    """List the people, their roles and whether they may act.

    \b
    Example:
      lottrack user list
    """
    from lottrack.actions.laboratory.people import list_users

    return Answer(list_users(context.desk))


@verb(user, "role", writes="user role")
@click.argument("account", metavar="USER")
@click.option("--add", "add_", multiple=True, metavar="ROLE", help="A role to give.")
@click.option("--remove", multiple=True, metavar="ROLE", help="A role to take away.")
def role(context: Context, account: str, add_: tuple[str, ...], remove: tuple[str, ...]) -> Answer:
    """Give a person roles, or take them away.

    \b
    Example:
      lottrack user role TECHNICIAN1 --add qc
    """
    from lottrack.actions.laboratory.people import change_roles

    if not add_ and not remove:
        raise click.UsageError("Give --add ROLE or --remove ROLE.")
    return Answer(change_roles(context.writing_desk, account, list(add_), list(remove)))


@verb(user, "unlock", writes="user unlock")
@click.argument("account", metavar="USER")
def unlock(context: Context, account: str) -> Answer:
    """Lift a lock-out before its fifteen minutes are over.

    \b
    Example:
      lottrack user unlock PHARMACIST1
    """
    from lottrack.actions.laboratory.people import unlock as lift

    return Answer(lift(context.writing_desk, account))


@verb(user, "reset", writes="user reset")
@click.argument("account", metavar="USER")
def reset(context: Context, account: str) -> Answer:
    """Let a person who forgot their secret type a new one, with an administrator beside them.

    \b
    Example:
      lottrack user reset NURSE1
    """
    from lottrack.actions.laboratory.people import reset_secret

    desk = context.writing_desk
    desk.role_for("user reset")
    secret, again = context.ask_new_secret(account)
    return Answer(reset_secret(desk, account, secret, again))


@verb(user, "passwd", writes="user passwd")
def passwd(context: Context) -> Answer:
    """Change one's own secret.

    \b
    Example:
      lottrack user passwd
    """
    from lottrack.actions.laboratory.people import change_own_secret

    desk = context.writing_desk
    old = context.ask_secret(f"Old secret of {desk.account}")
    secret, again = context.ask_new_secret(desk.account)
    return Answer(change_own_secret(desk, old, secret, again))


@verb(user, "deactivate", writes="user deactivate")
@click.argument("account", metavar="USER")
@reason_option()
@click.option("--confirm", default="", metavar="USER", help="The code again, for scripts.")
def deactivate(context: Context, account: str, reason: str, confirm: str) -> Answer:
    """End an account. Its code is never used again; what it recorded stays.

    \b
    Example:
      lottrack user deactivate TECHNICIAN1 --reason "left the unit" --confirm TECHNICIAN1
    """
    from lottrack.actions.laboratory.people import deactivate as end

    desk = context.writing_desk
    require_confirmed(account, confirm, f"This ends the account {account}.")
    return Answer(end(desk, account, reason))
