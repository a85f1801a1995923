"""``lottrack donor``: the persons who give marrow, their screening and eligibility."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from lottrack.commands.base import Answer, noun, reason_option, say_struck, told, verb
from lottrack.commands.persons import add_consent, add_typing
from lottrack.commands.types import DATE, YEAR

if TYPE_CHECKING:
    from datetime import date

    from lottrack.actions.desk import Telling
    from lottrack.context import Context

donor = noun("donor", "Donors, their screening and eligibility.")
SEXES = click.Choice(["M", "F"], case_sensitive=False)
SAMPLES = click.Choice(["donation", "archived", "new"])


@verb(donor, "register", writes="donor register")
@click.option("--code", required=True, help="The donor's code (a pseudonym, never a name).")
@click.option("--born", type=YEAR, required=True, help="Year of birth.")
@click.option("--sex", type=SEXES, required=True, help="Sex, M or F.")
@click.option("--hla", default="", metavar="GLSTRING", help="HLA typing as a GL String.")
@told()
def register(
    context: Context, code: str, born: int, sex: str, hla: str, telling: Telling
) -> Answer:
    """Register a donor.

    \b
    Example:
      lottrack donor register --code D01 --born 1991 --sex M
    """
    from lottrack.actions.families.donors import register_donor
    from lottrack.actions.families.persons import NewPerson

    person = NewPerson(code, born, sex, hla)
    return Answer(register_donor(context.writing_desk, person, telling))


add_typing(donor, "donor", "D01 --hla 'A*02:01+A*03:01^B*44:02+B*07:02'")
add_consent(donor, "donor", "D01 --kind donation --document 'ICF-D 1.3' --on 2025-08-20")


@verb(donor, "screen", writes="donor screen")
@click.argument("code")
@click.option("--sampled-on", type=DATE, metavar="DATE", required=True, help="Day of the sample.")
@click.option(
    "--marker",
    "markers",
    multiple=True,
    required=True,
    metavar="NAME=OUTCOME",
    help="A marker with its outcome: non-reactive, reactive or indeterminate. May be repeated.",
)
@click.option("--sample-of", type=SAMPLES, default="donation", help="Where the sample came from.")
@told()
def screen(
    context: Context,
    code: str,
    sampled_on: date,
    markers: tuple[str, ...],
    sample_of: str,
    telling: Telling,
) -> Answer:
    """Record infectious markers; a bad one after the donation holds everything that came of it.

    \b
    Example:
      lottrack donor screen D01 --sampled-on 2025-08-25 --marker anti-HIV-1/2=non-reactive \\
          --marker HBsAg=non-reactive --marker anti-HBc=non-reactive \\
          --marker anti-HCV=non-reactive --marker syphilis=non-reactive
    """
    from lottrack.actions.families.screenings import Sample, parse_result, record_screening

    results = tuple(parse_result(text) for text in markers)
    sample = Sample(sampled_on, sample_of, results)
    return Answer(record_screening(context.writing_desk, code, sample, telling))


@verb(donor, "decide", writes="donor decide", signed=True)
@click.argument("code")
@click.option("--eligible", is_flag=True, help="The donor may give marrow.")
@click.option("--defer-until", type=DATE, metavar="DATE", help="Not before that day.")
@click.option("--ineligible", is_flag=True, help="The donor may not give marrow.")
@click.option("--risk-assessment", default="", metavar="TEXT", help="Of what the rule leaves open.")
@reason_option(required=False)
@click.option("--signer", default="", metavar="USER", help="Who signs, if not you.")
def decide(
    context: Context,
    code: str,
    eligible: bool,  # noqa: FBT001 - click passes options by name
    defer_until: date | None,
    ineligible: bool,  # noqa: FBT001 - click passes options by name
    risk_assessment: str,
    reason: str | None,
    signer: str,
) -> Answer:
    """Sign whether a donor may give marrow at the next collection.

    \b
    Example:
      lottrack donor decide D01 --eligible
      lottrack donor decide D05 --defer-until 2026-06-01 --reason 'anti-HBc reactive'
    """
    from lottrack.actions.families.eligibility import Decision, prepare_decision
    from lottrack.actions.families.eligibility import decide as sign

    outcomes = {"eligible": eligible, "deferred": defer_until is not None, "ineligible": ineligible}
    chosen = [outcome for outcome, is_chosen in outcomes.items() if is_chosen]
    if len(chosen) != 1:
        raise click.UsageError("Give one of --eligible, --defer-until DATE or --ineligible.")
    decision = Decision(chosen[0], risk_assessment, reason or "", defer_until)
    desk = context.writing_desk
    prepared = prepare_decision(desk, code, decision)
    proof = context.ask_signature(prepared, signer)
    return Answer(sign(desk, code, decision, prepared, proof))


@verb(donor, "show")
@click.argument("code")
def show(context: Context, code: str) -> Answer:
    """Show one donor.

    \b
    Example:
      lottrack donor show D01
    """
    from lottrack.actions.families.donors import show_donor

    return Answer(show_donor(context.desk, code))


@verb(donor, "list", lists=True)
def list_(context: Context) -> Answer:
    """List the donors and where each stands.

    \b
    Example:
      lottrack donor list
    """
    from lottrack.actions.families.donors import list_donors

    say_struck(context, "donor")
    return Answer(list_donors(context.desk))
