"""Signatures: exactly what was shown, by whom, meaning what.

A signing act is two functions. ``prepare_x`` gathers the facts and returns a ``Prepared``: the text
to show and what it covers. ``x`` takes it back with the signer's ``Proof``: the secret is checked
before the change opens; inside the change the text is prepared again, and if it is not the same to
the byte, nothing is signed.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from lottrack.actions.desk import Telling
from lottrack.actions.notation import decimal_mark
from lottrack.actions.secrets import require_account, require_secret
from lottrack.errors import Changed, RoleMissing, SignatureRejected
from lottrack.rules.reading.notation import localised
from lottrack.store.chain import sha256

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from lottrack.actions.desk import Desk
    from lottrack.store.change import Change, Told
    from lottrack.store.reader import Reader
    from lottrack.store.rows import Row

ACKNOWLEDGEMENT = (
    "With this first signature I acknowledge that my electronic signature in lottrack is the"
    " legally binding equivalent of my handwritten signature, and that I alone use my secret."
)
"""What a person's first signature includes (21 CFR 11.10(j), 11.100(c))."""


_LOOKERS_ON = frozenset({"administrator", "inspector"})


class Prepared(NamedTuple):
    """What is about to be signed.

    Attributes:
        act: the act, as in the table of roles.
        meaning: what the signature means, in words (21 CFR 11.50(a)(3)).
        text: exactly what is shown and hashed, before the acknowledgement.
        rests_on: the audit entry the text was made from.
        covers: records and their versions that the signature covers.
    """

    act: str
    meaning: str
    text: str
    rests_on: int
    covers: tuple[tuple[str, int], ...]


class Proof(NamedTuple):
    """A person and the secret just typed."""

    account: str
    secret: str


class Signer(NamedTuple):
    """A person whose secret was right for this signature."""

    account: str
    role: str
    first_time: bool


def prepared(
    reader: Reader,
    act: str,
    meaning: str,
    lines: Iterable[str],
    covers: Iterable[Row],
    document: str = "",
) -> Prepared:
    """Put together what is to be signed, from lines of text and the rows it covers.

    Lines are written with the site's decimal mark; a document that is signed stands word for word.
    """
    head = reader.sql("SELECT coalesce(max(seq), 0) AS seq FROM audit_entry")[0]
    text = localised("\n".join([f"Signature: {meaning}", *lines]), decimal_mark(reader))
    text += f"\n\n{document.rstrip()}" if document else ""
    pairs = tuple(sorted({(str(row.root), int(row.version)) for row in covers}))
    return Prepared(act, meaning, text, int(head.seq), pairs)


def shown_to(desk: Desk, prepared: Prepared, account: str) -> str:
    """The text a person signs: with the acknowledgement when it is the person's first."""
    code = require_account(desk, account)
    if _is_first(desk.store, code):
        return f"{prepared.text}\n\n{ACKNOWLEDGEMENT}"
    return prepared.text


def require_signer(desk: Desk, prepared: Prepared, proof: Proof, *, act: str = "") -> Signer:
    """Check that a person may sign this and gave the right secret.

    Args:
        desk: where.
        prepared: what is signed.
        proof: by whom.
        act: the act whose roles apply when it is not the prepared one (a second person's part).

    Raises:
        RoleMissing: the person has no role for it.
        SignatureRejected: the secret is wrong.
    """
    code = require_account(desk, proof.account)
    role = desk.role_for(act or prepared.act, code)
    require_secret(desk, code, proof.secret, SignatureRejected)
    return Signer(code, role, _is_first(desk.store, code))


def require_second(desk: Desk, proof: Proof, *others: str) -> Signer:
    """Check a second person or witness: known, with the right secret, and none of the others.

    Raises:
        SamePerson: it is one of the people already taking part.
        RoleMissing: an administrator or inspector, who takes part in no act on cells.
        SignatureRejected: the secret is wrong.
    """
    code = require_account(desk, proof.account)
    for other in others:
        desk.require_other(other, code, "a second person is needed")
    roles = {str(row.role) for row in desk.store.rows("account_role", account=code)}
    if roles <= _LOOKERS_ON:
        raise RoleMissing(
            f"{code} ({' and '.join(sorted(roles))}) takes part in no act on cells.",
            hint="Ask somebody who works with them.",
        )
    require_secret(desk, code, proof.secret, SignatureRejected)
    return Signer(code, "", _is_first(desk.store, code))


def require_unchanged(before: Prepared, now: Prepared) -> None:
    """Compare what was shown with what the record says inside the change.

    Raises:
        Changed: they differ.
    """
    if before.text != now.text or before.covers != now.covers:
        raise Changed(
            "What you were shown is not what the record says any more: somebody recorded something"
            f" since entry {before.rests_on}. Nothing was signed.",
            hint="Repeat the command and read what it shows.",
        )


def sign(change: Change, desk: Desk, prepared: Prepared, signer: Signer, told: Told) -> str:
    """Write a signature into an open change and return its number."""
    text = prepared.text + (f"\n\n{ACKNOWLEDGEMENT}" if signer.first_time else "")
    number = change.record(
        "signature",
        told._replace(at=None, performed_by=signer.account, witness=""),
        meaning=prepared.meaning,
        shown=text,
        shown_sha256=sha256(text),
        rests_on=prepared.rests_on,
        session=desk.session,
        scripted=int(desk.scripted),
        acknowledged=int(signer.first_time),
    )
    for record, version in prepared.covers:
        change.link("signature_cover", signature=number, record=record, version=version)
    if signer.first_time:
        change.stand("account_standing", {"account": signer.account}, acknowledged=1)
    return number


@contextmanager
def signed(
    desk: Desk,
    prepared: Prepared,
    proof: Proof,
    again: Callable[[Change, str], Prepared],
    *,
    reason: str = "",
) -> Iterator[tuple[Change, Told, str]]:
    """A change that one person signs: the secret before it, the comparison and signature inside.

    Args:
        desk: where.
        prepared: what was shown.
        proof: who signs.
        again: prepares the same act from the record as the open change and the signer see it.
        reason: why, where the act gives one.

    Yields:
        The open change, what its facts are told with, and the signature's number.

    Raises:
        RoleMissing, SignatureRejected: see ``require_signer``.
        Changed: the record is not what was shown.
    """
    signer = require_signer(desk, prepared, proof)
    told = desk.told(Telling(performed_by=signer.account, reason=reason))
    with desk.change(prepared.act, reason or None, role=signer.role) as change:
        require_unchanged(prepared, again(change, signer.account))
        yield change, told, sign(change, desk, prepared, signer, told)


def cover(change: Change, signature: str, record: str) -> None:
    """Let a signature cover the fact it was given for as well, which is written after it."""
    change.link("signature_cover", signature=signature, record=record, version=1)


def _is_first(reader: Reader, account: str) -> bool:
    return not reader.rows("account_standing", account=account)[0].acknowledged


def is_valid(reader: Reader, signature: str) -> bool:
    """Whether a signature still covers what is recorded: nothing it covers was corrected since."""
    return not voided_covers(reader, signature)


def voided_covers(reader: Reader, signature: str) -> list[str]:
    """The records a signature covers that were corrected or struck after it was given."""
    # One question for all: the review of a lot's results may cover hundreds of them.
    corrected = reader.facts_in(
        "SELECT c.record FROM signature_cover AS c WHERE c.signature = :signature AND c.version <>"
        " coalesce((SELECT max(k.to_version) FROM {correction} AS k WHERE k.record = c.record), 1)"
        " ORDER BY c.record",
        signature=signature,
    )
    return [str(row.record) for row in corrected]
