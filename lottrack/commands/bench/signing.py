"""Signing at a bench: what is signed on the screen, SIGN by its code, then the person's secret.

A badge says who signs, the code says that they mean to, the secret proves it. The secret is typed:
it is never on a sheet of codes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lottrack.commands.bench.answers import reason
from lottrack.commands.bench.ear import BADGE
from lottrack.errors import IntegrityBroken, LabelRefused, LottrackError, SignatureRejected
from lottrack.rules.bench.commands import SIGN, badge_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from lottrack.actions.signing import Prepared, Proof
    from lottrack.commands.bench.acting import Bench


def require_line(bench: Bench, lot: str, place: str = "") -> None:
    """Open a lot only where no labels of another one may lie, or have the line cleared first.

    Raises:
        StepLeft: nobody signs.
    """
    from lottrack.actions.labelling.clearances import loose_lots, require_clear_line

    try:
        require_clear_line(bench.desk.store, lot, place)
    except LabelRefused as error:
        bench.desk.subjects.append(lot)
        bench.refuse(error)
    else:
        return
    for other in loose_lots(bench.desk.store, lot, place):
        _clear(bench, other, place)


def _clear(bench: Bench, lot: str, place: str) -> None:
    """Say where the outstanding labels of a lot are, and sign that none of them lies here."""
    from lottrack.actions.labelling.clearances import Clearing, clear_line, prepare_clearance

    bench.doing = f"Labels of lot {lot} are outstanding. Look where they are."
    clearing = Clearing(lot, place, reason(bench, f"Where are the labels of lot {lot}?"))

    def sign(prepared: Prepared, proof: Proof) -> None:
        bench.act(
            ("label clear", lot, place),
            lambda: clear_line(bench.desk, clearing, prepared, proof),
            "LINE CLEAR",
            f"{proof.account} signed that no label of lot {lot} lies here.",
        )

    signed(bench, lambda who: prepare_clearance(bench.desk, clearing, who), sign, "label clear")
    bench.doing = ""


def signed(
    bench: Bench,
    prepare: Callable[[str], Prepared],
    sign: Callable[[Prepared, Proof], None],
    act: str,
) -> None:
    """Show what is signed, until SIGN and the right secret came.

    Args:
        bench: where.
        prepare: what a person would sign.
        sign: signs it.
        act: the act, as in the table of roles.

    Raises:
        StepLeft: nobody signs.
    """
    from lottrack.actions.signing import Proof, shown_to

    who, before = bench.desk.account, bench.doing
    while True:
        try:
            prepared = prepare(who)
            bench.doing = f"{shown_to(bench.desk, prepared, who)}\n\nSigns: {who}"
            takes, action = [SIGN, BADGE], "SIGN"
            explained = f"scan SIGN; then {who} types the secret. Somebody else: their badge first."
        except LottrackError as error:
            if isinstance(error, IntegrityBroken):
                raise
            bench.refuse(error, act)
            bench.doing, takes, action = before, [BADGE], "BADGE"
            explained = "the badge of whoever may sign this."
        heard = bench.ask(action, f"{explained} NO leaves it.", *takes)
        if badge_of(heard.command):
            who = badge_of(heard.command)
            continue
        try:
            sign(prepared, Proof(who, bench.ask_secret(f"Secret of {who}, to sign")))
        except SignatureRejected as error:
            bench.refuse(error, act)
            continue
        # A signature is not taken back at a bench.
        bench.last = None
        return
