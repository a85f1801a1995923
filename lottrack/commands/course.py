"""``lottrack course``: treatments, each with its chain-of-identity id."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from lottrack.commands.base import Answer, noun, reason_option, say_struck, told, verb

if TYPE_CHECKING:
    from lottrack.actions.desk import Telling
    from lottrack.context import Context

course = noun("course", "Treatments, each with its chain-of-identity id.")
BASES = click.Choice(["trial", "hospital-exemption", "named-patient"])


@verb(course, "open", writes="course open")
@click.option("--pair", required=True, help="The pair's number.")
@click.option("--protocol", required=True, metavar="NAME[@EDITION]", help="The protocol followed.")
@click.option("--basis", type=BASES, required=True, help="Legal basis.")
@click.option("--reference", required=True, help="Trial number, authorisation or request.")
@told()
def open_(
    context: Context, pair: str, protocol: str, basis: str, reference: str, telling: Telling
) -> Answer:
    """Open a further course of a pair; its number is the chain-of-identity id.

    \b
    Example:
      lottrack course open --pair PR-MAD-0001-X --protocol MSC-EB-21D --basis named-patient \\
          --reference "AEMPS request 17/2026"
    """
    from lottrack.actions.families.courses import NewCourse, open_course

    new = NewCourse(pair, protocol, basis, reference)
    return Answer(open_course(context.writing_desk, new, telling))


@verb(course, "show")
@click.argument("coi")
def show(context: Context, coi: str) -> Answer:
    """Show one course: protocol, collections, lots, orders, infusions.

    \b
    Example:
      lottrack course show CI-MAD-0001-X
    """
    from lottrack.actions.families.courses import show_course

    return Answer(show_course(context.desk, coi))


@verb(course, "list", lists=True)
def list_(context: Context) -> Answer:
    """List the courses.

    \b
    Example:
      lottrack course list
    """
    from lottrack.actions.families.courses import list_courses

    say_struck(context, "course")
    return Answer(list_courses(context.desk))


@verb(course, "amend", writes="course amend")
@click.argument("coi")
@click.option("--protocol", required=True, metavar="NAME[@EDITION]", help="What it follows now.")
@reason_option()
@told()
def amend(context: Context, coi: str, protocol: str, reason: str, telling: Telling) -> Answer:
    """Move a course to another edition of its protocol, or to another protocol.

    \b
    Example:
      lottrack course amend CI-MAD-0001-X --protocol MSC-EB-21D@2 --reason "amendment 3"
    """
    from lottrack.actions.families.courses import amend_course

    return Answer(amend_course(context.writing_desk, coi, protocol, reason, telling))


@verb(course, "close", writes="course close")
@click.argument("coi")
@reason_option()
@told()
def close(context: Context, coi: str, reason: str, telling: Telling) -> Answer:
    """Close a course: nothing more is collected, ordered or given for it.

    \b
    Example:
      lottrack course close CI-MAD-0001-X --reason "three infusions given"
    """
    from lottrack.actions.families.courses import close_course

    return Answer(close_course(context.writing_desk, coi, reason, telling))
