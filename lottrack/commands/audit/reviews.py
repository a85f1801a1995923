"""``lottrack audit review`` and ``witness``: looking at the trail, and paper as its witness."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from lottrack.commands.audit.group import audit
from lottrack.commands.audit.trail import BROKEN
from lottrack.commands.base import Answer, verb

if TYPE_CHECKING:
    from lottrack.context import Context


@verb(audit, "review", writes="audit review", signed=True)
@click.option("--from", "since", metavar="TIME", required=True, help="From TIME on, or a day.")
@click.option("--to", "until", metavar="TIME", help="Up to TIME, or a day's end; left out: now.")
@click.option(
    "--remarks", required=True, metavar="TEXT", help="What was looked into, and what came of it."
)
@click.option("--signer", default="", metavar="USER", help="Who signs, if not you.")
def review(context: Context, since: str, until: str | None, remarks: str, signer: str) -> Answer:
    """Review the trail of some weeks by exception, by signature of quality assurance.

    Shows corrections, struck facts, late entries, warnings, refusals, incidents, lifted holds and
    what was done to accounts; then asks for the signature.

    \b
    Example:
      lottrack audit review --from 2026-02-01 --to 2026-02-28 --remarks "No finding"
    """
    from lottrack.actions.record.audit_reviews import Window, prepare_audit_review, review_audit
    from lottrack.rules.reading.times import parse_range_end, parse_range_start

    desk = context.writing_desk
    now = desk.now()
    # Nobody has looked at what is not recorded yet: today's end is now.
    ends = now if until is None else min(now, parse_range_end(until, desk.zone, now))
    window = Window(parse_range_start(since, desk.zone, now), ends)
    prepared = prepare_audit_review(desk, window, remarks, signer or desk.require_actor())
    proof = context.ask_signature(prepared, signer)
    return Answer(review_audit(desk, window, remarks, prepared, proof))


@verb(audit, "reviews", lists=True)
def reviews(context: Context) -> Answer:
    """List the reviews of the trail.

    \b
    Example:
      lottrack audit reviews
    """
    from lottrack.actions.record.audit_reviews import list_audit_reviews

    return Answer(list_audit_reviews(context.desk))


@verb(audit, "witness")
@click.argument("codes", nargs=-1, required=True, metavar="CODE...")
def witness(context: Context, codes: tuple[str, ...]) -> Answer:
    """Prove that the record still contains the history a printed label or document stands for.

    CODE is what is printed at its foot, such as 1212-K7QHX2MNPA. Recomputes the chain from its
    first entry; the status is 0 when every code fits, else 91.

    \b
    Example:
      lottrack audit witness 1212-K7QHX2MNPA
    """
    from lottrack.actions.record.witnesses import prove_witnesses

    data = prove_witnesses(context.desk, codes)
    lines = [f"{each['id']}: {each['sentence']}" for each in data["witnesses"]]
    return Answer(data, "\n".join(lines), 0 if data["verdict"] == "contained" else BROKEN)
