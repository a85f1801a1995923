"""``lottrack lot check``, ``review``, ``release`` and what else quality decides on a lot."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from lottrack.commands.base import Answer, reason_option, require_confirmed, told, verb
from lottrack.commands.lot.group import lot
from lottrack.commands.types import DATE

if TYPE_CHECKING:
    from datetime import date

    from lottrack.actions.desk import Telling
    from lottrack.actions.releasing.stops import Stop
    from lottrack.context import Context

NOT_RELEASABLE = 41
ATTESTED = ("materials-in-date", "equipment-in-calibration", "deviations-closed")

_LOT = click.argument("lot_id", metavar="LOT")
_FILL = click.option(
    "--fill", "fills", multiple=True, metavar="FILL", help="Only this fill; repeatable."
)
_SIGNER = click.option("--signer", default="", metavar="USER", help="Who signs, if not you.")


@verb(lot, "check")
@_LOT
@_FILL
@click.option("--as-of", metavar="TIME", help="As recorded by then; left out, now.")
@click.option("--all", "whole", is_flag=True, help="Tell the sentences of the met rules, too.")
def check(
    context: Context,
    lot_id: str,
    fills: tuple[str, ...],
    as_of: str | None,
    whole: bool,  # noqa: FBT001 - click's flag
) -> Answer:
    """Say rule by rule whether a lot may be released.

    Shows what stands in the way, and by whom it can be mended; the rest by name. The status is 0
    when it may be released and 41 when it may not, or only on conditions.

    \b
    Example:
      lottrack lot check LT-MAD-0001-3
    """
    from lottrack.actions.releasing.checks import check_lot
    from lottrack.reports.quality import check_text
    from lottrack.rules.reading.times import parse_as_of

    desk = context.desk
    moment = None if as_of is None else parse_as_of(as_of, desk.zone, desk.now())
    data = check_lot(desk, lot_id, fills, moment)
    code = 0 if data["verdict"] == "releasable" else NOT_RELEASABLE
    return Answer(data, check_text(data, whole=whole), code)


@verb(lot, "review", writes="lot review", signed=True)
@_LOT
@click.option(
    "--as",
    "reviewed_as",
    type=click.Choice(["production", "quality"]),
    help="As what; left out, by the signer's role.",
)
@_SIGNER
def review(context: Context, lot_id: str, reviewed_as: str | None, signer: str) -> Answer:
    """Review a lot's record by signature; the reviewer performed none of it.

    \b
    Example:
      lottrack lot review LT-MAD-0001-3
    """
    from lottrack.actions.releasing.reviews import prepare_lot_review, review_lot

    desk = context.writing_desk
    account, meant = signer or desk.require_actor(), reviewed_as or ""
    prepared = prepare_lot_review(desk, lot_id, account, meant)
    proof = context.ask_signature(prepared, signer)
    return Answer(review_lot(desk, lot_id, meant, prepared, proof))


@verb(lot, "attest", writes="lot attest")
@_LOT
@click.argument("rule", type=click.Choice(ATTESTED))
@click.option("--text", required=True, help="The statement, and where its facts are kept.")
@told(witness=False)
def attest(context: Context, lot_id: str, rule: str, text: str, telling: Telling) -> Answer:
    """State that a rule is met whose facts are kept elsewhere.

    \b
    Example:
      lottrack lot attest LT-MAD-0001-3 materials-in-date --text "checked in the paper record MR-7"
    """
    from lottrack.actions.releasing.attestations import attest as state

    return Answer(state(context.writing_desk, lot_id, rule, text, telling))


@verb(lot, "release", writes="lot release", signed=True)
@_LOT
@_FILL
@click.option("--conditional", is_flag=True, help="On condition of tests that are pending.")
@click.option(
    "--justification",
    default="",
    metavar="TEXT",
    help="Why it may be used before they are known; left out, as the specification says.",
)
@_SIGNER
def release(
    context: Context,
    lot_id: str,
    fills: tuple[str, ...],
    conditional: bool,  # noqa: FBT001 - click's flag
    justification: str,
    signer: str,
) -> Answer:
    """Release a lot, or some of its fills, by a qualified person's signature.

    \b
    Example:
      lottrack lot release LT-MAD-0001-3
      lottrack lot release LT-MAD-0004-K --fill FL-MAD-0007-Q --conditional \\
        --justification "fresh dose, shelf life 24 h; culture of P0 negative"
    """
    from lottrack.actions.releasing.releases import Wish, prepare_release
    from lottrack.actions.releasing.releases import release as decide

    if justification and not conditional:
        raise click.UsageError("--justification goes with --conditional.")
    desk = context.writing_desk
    why = justification or (_asked_justification() if conditional else "")
    wish = Wish(lot_id, fills, conditional, why)
    prepared = prepare_release(desk, wish, signer or desk.require_actor())
    proof = context.ask_signature(prepared, signer)
    return Answer(decide(desk, wish, prepared, proof))


def _asked_justification() -> str:
    """Why, asked at a terminal until it is said; without one the specification's own words hold."""
    from lottrack.terminal import is_terminal, read_line

    answer = ""
    while is_terminal() and not answer:
        answer = read_line("Why may it be used before the pending results are known? ").strip()
    return answer


@verb(lot, "certify", writes="lot certify", signed=True)
@_LOT
@_FILL
@_SIGNER
def certify(context: Context, lot_id: str, fills: tuple[str, ...], signer: str) -> Answer:
    """Certify what was released on condition, once every pending result is there and reviewed.

    \b
    Example:
      lottrack lot certify LT-MAD-0004-K --fill FL-MAD-0007-Q
    """
    from lottrack.actions.releasing.certifications import certify as decide
    from lottrack.actions.releasing.certifications import prepare_certification

    desk = context.writing_desk
    prepared = prepare_certification(desk, lot_id, fills, signer or desk.require_actor())
    proof = context.ask_signature(prepared, signer)
    return Answer(decide(desk, lot_id, fills, prepared, proof))


@verb(lot, "conditions", lists=True)
@click.argument("lot_id", metavar="[LOT]", default="")
@click.option("--all", "everything", is_flag=True, help="Those of earlier releases, too.")
def conditions(context: Context, lot_id: str, everything: bool) -> Answer:  # noqa: FBT001
    """List what conditional releases still wait for: due, overdue, in review, failed, closed.

    \b
    Example:
      lottrack lot conditions
      lottrack lot conditions LT-MAD-0004-K
    """
    from lottrack.actions.releasing.conditions import list_conditions
    from lottrack.reports.certification import conditions_text

    data = list_conditions(context.desk, lot_id, everything=everything)
    return Answer(data, conditions_text(data))


@verb(lot, "register-of-certifications", lists=True)
@click.option("--from", "since", type=DATE, metavar="DATE", help="From this day on.")
@click.option("--to", "until", type=DATE, metavar="DATE", help="Up to this day.")
def register(context: Context, since: date | None, until: date | None) -> Answer:
    """Print the qualified person's register: every decision on a lot, by whom and when.

    \b
    Example:
      lottrack lot register-of-certifications --from 2026-01-01 --to 2026-03-31
    """
    from lottrack.actions.releasing.register import register_of_certifications
    from lottrack.reports.certification import register_text

    data = register_of_certifications(context.desk, since, until)
    return Answer(data, register_text(data))


@verb(lot, "reject", writes="lot reject", signed=True)
@_LOT
@_FILL
@reason_option()
@click.option("--confirm", default="", metavar="LOT", help="The lot's number again, for scripts.")
@_SIGNER
def reject(
    context: Context, lot_id: str, fills: tuple[str, ...], reason: str, confirm: str, signer: str
) -> Answer:
    """Reject a lot for good, or some of its fills.

    \b
    Example:
      lottrack lot reject LT-MAD-0001-3 --reason "growth in P2" --confirm LT-MAD-0001-3
    """
    from lottrack.actions.making.lots import find_lot
    from lottrack.actions.releasing.stops import Stop

    number = find_lot(context.writing_desk, lot_id)
    require_confirmed(number, confirm, f"This rejects lot {number} for good.")
    return _stop(context, Stop("reject", number, reason, fills), signer)


@verb(lot, "recall", writes="lot recall", signed=True)
@_LOT
@_FILL
@reason_option()
@_SIGNER
def recall(
    context: Context, lot_id: str, fills: tuple[str, ...], reason: str, signer: str
) -> Answer:
    """Recall what was released of a lot; names every patient who was given some.

    \b
    Example:
      lottrack lot recall LT-MAD-0001-3 --reason "platelet lysate HPL-2508 recalled by its maker"
    """
    from lottrack.actions.releasing.stops import Stop

    return _stop(context, Stop("recall", lot_id, reason, fills), signer)


@verb(lot, "discontinue", writes="lot discontinue", signed=True)
@_LOT
@reason_option()
@_SIGNER
def discontinue(context: Context, lot_id: str, reason: str, signer: str) -> Answer:
    """Give a lot up before any of it was released, in culture or in stock.

    \b
    Example:
      lottrack lot discontinue LT-MAD-0001-3 --reason "too few cells at P1"
    """
    from lottrack.actions.releasing.stops import Stop

    return _stop(context, Stop("discontinue", lot_id, reason), signer)


def _stop(context: Context, stop: Stop, signer: str) -> Answer:
    from lottrack.actions.releasing.stops import prepare_stop, stop_lot

    desk = context.writing_desk
    prepared = prepare_stop(desk, stop, signer or desk.require_actor())
    proof = context.ask_signature(prepared, signer)
    return Answer(stop_lot(desk, stop, prepared, proof))
