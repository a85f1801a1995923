"""``lottrack training``: what people must be trained in, and who was."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from lottrack.commands.base import Answer, noun, reason_option, told, verb
from lottrack.commands.types import DATE

if TYPE_CHECKING:
    from datetime import date

    from lottrack.actions.desk import Telling
    from lottrack.context import Context

training = noun("training", "Training of people, and what needs it.")

_SUBJECT = click.option("--subject", required=True, metavar="TEXT", help="In what.")


@verb(training, "require", writes="training require")
@click.option("--act", default="", metavar="ACT", help="For an act: the words of its command.")
@click.option("--role", default="", metavar="ROLE", help="For every act done in a role.")
@_SUBJECT
@reason_option(required=False)
def require(context: Context, act: str, role: str, subject: str, reason: str | None) -> Answer:
    """Require training; from now on an act that needs it is refused to whoever lacks it.

    \b
    Example:
      lottrack training require --act "lot harvest" --subject "SOP-CULT-012"
      lottrack training require --role pharmacist --subject "Thawing of cells"
    """
    from lottrack.actions.laboratory.training import require as require_training

    if bool(act) == bool(role):
        raise click.UsageError("Give either --act ACT or --role ROLE.")
    return Answer(require_training(context.writing_desk, act, role, subject, reason or ""))


@verb(training, "withdraw", writes="training withdraw")
@click.argument("requirement", metavar="REQUIREMENT")
@reason_option()
def withdraw(context: Context, requirement: str, reason: str) -> Answer:
    """Require a training no longer.

    \b
    Example:
      lottrack training withdraw TQ-MAD-0001-7 --reason "SOP-CULT-012 was retired"
    """
    from lottrack.actions.laboratory.training import withdraw as end_requirement

    return Answer(end_requirement(context.writing_desk, requirement, reason))


@verb(training, "record", writes="training record")
@click.argument("user", metavar="USER")
@_SUBJECT
@click.option("--on", type=DATE, required=True, help="The day of the training.")
@click.option("--until", type=DATE, required=True, help="The last day it holds.")
@click.option("--document", default="", metavar="TEXT", help="Number of the proof.")
@told(witness=False)
def record(
    context: Context,
    user: str,
    subject: str,
    on: date,
    until: date,
    document: str,
    telling: Telling,
) -> Answer:
    """Record that somebody was trained; nobody records their own training.

    \b
    Example:
      lottrack training record TECHNICIAN1 --subject "SOP-CULT-012" --on 2026-01-12 \\
          --until 2027-01-11 --document TR-088
    """
    from lottrack.actions.laboratory.training import record_training

    desk = context.writing_desk
    return Answer(record_training(desk, user, subject, (on, until), document, telling))


@verb(training, "list", lists=True)
@click.option("--user", default="", metavar="USER", help="Only one person's trainings.")
def list_(context: Context, user: str) -> Answer:
    """List what is required, and who was trained in what until when.

    \b
    Example:
      lottrack training list --user TECHNICIAN1
    """
    from lottrack.actions.laboratory.training import list_training

    return Answer(list_training(context.desk, user))
