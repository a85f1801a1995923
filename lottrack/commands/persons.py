"""Verbs that a donor and a patient have in common: their typing and their consents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import click

from lottrack.commands.base import Answer, told, verb
from lottrack.commands.types import DATE

if TYPE_CHECKING:
    from datetime import date

    from lottrack.actions.desk import Telling
    from lottrack.context import Context

CONSENTS = click.Choice(["donation", "treatment", "assent", "data"])


def add_typing(group: click.Group, kind: Literal["donor", "patient"], example: str) -> None:
    """Give a donor's or patient's group the verb ``type``.

    Args:
        group: the noun.
        kind: donor or patient.
        example: code and typing of the example in its help.
    """

    def type_(context: Context, code: str, hla: str, telling: Telling) -> Answer:
        from lottrack.actions.families.matching import record_typing

        return Answer(record_typing(context.writing_desk, kind, code, hla, telling))

    type_.__doc__ = f"""Record a {kind}'s HLA typing; what it says about the {kind}'s pairs is judged anew.

    \b
    Example:
      lottrack {kind} type {example}
    """  # noqa: E501 - one sentence, wrapped by the help
    hla = click.option(
        "--hla", required=True, metavar="GLSTRING", help="HLA typing as a GL String."
    )
    verb(group, "type", writes=f"{kind} type")(click.argument("code")(hla(told()(type_))))


def add_consent(group: click.Group, kind: Literal["donor", "patient"], example: str) -> None:
    """Give a donor's or patient's group the verb ``consent``.

    Args:
        group: the noun.
        kind: donor or patient.
        example: code and options of the example in its help.
    """

    @click.argument("code")
    @click.option("--kind", "what", type=CONSENTS, required=True, help="What is consented to.")
    @click.option("--document", required=True, help="Which document, with its version.")
    @click.option(
        "--on", "day", type=DATE, metavar="DATE", required=True, help="Day it was signed."
    )
    @click.option("--withdrawn", is_flag=True, help="It was withdrawn that day.")
    @told()
    def consent(
        context: Context,
        code: str,
        what: str,
        document: str,
        day: date,
        withdrawn: bool,  # noqa: FBT001 - click passes options by name
        telling: Telling,
    ) -> Answer:
        from lottrack.actions.families.consents import Consent, record_consent

        told_consent = Consent(what, document, day, withdrawn)
        return Answer(record_consent(context.writing_desk, kind, code, told_consent, telling))

    consent.__doc__ = f"""Record a {kind}'s consent, or its withdrawal and what that stops.

    \b
    Example:
      lottrack {kind} consent {example}
    """
    verb(group, "consent", writes=f"{kind} consent")(consent)
