"""``lottrack pair``: one donor directed to one patient."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from lottrack.commands.base import Answer, noun, say_struck, told, verb
from lottrack.rules.relations import RELATIONS

if TYPE_CHECKING:
    from lottrack.actions.desk import Desk, Telling
    from lottrack.context import Context

pair = noun("pair", "One donor directed to one patient.")
FINDINGS = {
    "haplo_compatible": "compatible with haploidentity",
    "hla_identical_at_tested_loci": "HLA-identical at the tested loci",
    "not_haploidentical": "not haploidentical",
    "indeterminate": "not settled by these typings",
}


@verb(pair, "register", writes="pair register")
@click.option("--donor", required=True, metavar="CODE", help="The donor's code.")
@click.option("--patient", required=True, metavar="CODE", help="The patient's code.")
@click.option(
    "--relation", type=click.Choice(RELATIONS), required=True, help="The donor is the patient's ..."
)
@click.option("--evidence", default="", help="What the relation rests on.")
@click.option("--protocol", default="", metavar="NAME[@EDITION]", help="Of the first course.")
@told()
def register(
    context: Context,
    donor: str,
    patient: str,
    relation: str,
    evidence: str,
    protocol: str,
    telling: Telling,
) -> Answer:
    """Register a pair with its HLA finding, and open its first course.

    \b
    Example:
      lottrack pair register --donor D01 --patient P01 --relation father \\
          --evidence "birth certificate seen"
    """
    from lottrack.actions.families.pairs import NewPair, register_pair

    desk = context.writing_desk
    new = NewPair(donor, patient, relation, evidence, protocol)
    data = register_pair(desk, new, telling)
    return Answer(data, "" if context.dry_run else _told_in_words(desk, data))


@verb(pair, "show")
@click.argument("pair", metavar="PAIR")
def show(context: Context, pair: str) -> Answer:
    """Show a pair: haplotype sharing locus by locus, and what it does and does not prove.

    \b
    Example:
      lottrack pair show PR-MAD-0001-X
    """
    from lottrack.actions.families.pairs import show_pair

    data = show_pair(context.desk, pair)
    return Answer(data, _told_in_words(context.desk, data))


_TOLD_APART = frozenset(
    {"loci", "proof", "haploidentity", "donor_hla", "patient_hla", "warnings", "corrected"}
)


def _told_in_words(desk: Desk, data: dict[str, Any]) -> str:
    from textwrap import fill

    from lottrack.actions.families.pairs import pair_table
    from lottrack.reports.marks import as_read, with_marks
    from lottrack.reports.output import fields, table

    rows = pair_table(desk, data)
    told = {key: value for key, value in data.items() if key not in _TOLD_APART}
    return "\n".join(
        [
            fields(with_marks(as_read(told), data.get("corrected", []))),
            "",
            f"HLA finding: {FINDINGS[data['haploidentity']]} ({data['haploidentity']})",
            "",
            *([table(rows), ""] if rows else []),
            "What this proves, and what not:",
            fill(data["proof"], width=88),
        ]
    )


@verb(pair, "list", lists=True)
def list_(context: Context) -> Answer:
    """List the pairs with their HLA findings.

    \b
    Example:
      lottrack pair list
    """
    from lottrack.actions.families.pairs import list_pairs

    say_struck(context, "pair")
    return Answer(list_pairs(context.desk))
