"""Paper as witness: does the database still contain the history that a print-out stands for?"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from lottrack.rules.codes.witness import read_witness, short_head, witness_code
from lottrack.rules.reading.times import from_text, local_text
from lottrack.store.chain import GENESIS, sha256

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lottrack.actions.desk import Desk
    from lottrack.rules.codes.witness import Witness
    from lottrack.store.reader import Reader

_BATCH = 1000


class _Link(NamedTuple):
    """One entry: its number and time, the hash of its text, and whether the next follows on it."""

    seq: int
    at: str
    head: str
    is_whole: bool


def current_witness(reader: Reader) -> str:
    """The witness of the latest entry: what a label or document printed now carries."""
    row = reader.sql("SELECT seq, hash FROM audit_entry ORDER BY seq DESC LIMIT 1")[0]
    return witness_code(int(row.seq), str(row.hash))


def prove_witnesses(desk: Desk, texts: Sequence[str]) -> dict[str, Any]:
    """Compare what is written on paper with the chain, recomputed from its first entry.

    Returns:
        ``verdict``: ``contained`` when every witness fits an entry and no link before it is broken,
        else ``not_contained``; ``witnesses``: each with what was found, in a sentence.

    Raises:
        BadValue: a text is no witness.
    """
    wanted = [read_witness(text) for text in texts]
    numbers = {witness.seq for witness in wanted}
    there: dict[int, _Link] = {}
    last, broken = 0, 0
    for link in _links(desk.store):
        last = link.seq
        broken = broken or (0 if link.is_whole else link.seq)
        if link.seq in numbers:
            there[link.seq] = link
    found = [_found(desk.zone, witness, there.get(witness.seq), last, broken) for witness in wanted]
    contained = all(each["contained"] for each in found)
    return {
        "verdict": "contained" if contained else "not_contained",
        "entries": last,
        "witnesses": found,
    }


def _links(reader: Reader) -> Iterator[_Link]:
    """Every entry in order, each hash recomputed from its text and the link before."""
    previous, last = GENESIS, 0
    while rows := reader.sql(
        "SELECT seq, at, payload, hash FROM audit_entry WHERE seq > :last ORDER BY seq"
        " LIMIT :batch",
        last=last,
        batch=_BATCH,
    ):
        for row in rows:
            head = sha256(row.payload)
            follows = json.loads(row.payload).get("previous") == previous
            whole = follows and head == row.hash and row.seq == last + 1
            yield _Link(int(row.seq), str(row.at), head, is_whole=whole)
            previous, last = head, int(row.seq)


def _found(
    zone: str, witness: Witness, link: _Link | None, last: int, broken: int
) -> dict[str, Any]:
    contained, sentence = _judged(zone, witness, link, last, broken)
    return {
        "id": f"{witness.seq}-{witness.head}",
        "kind": "witness",
        "seq": witness.seq,
        "contained": contained,
        "sentence": sentence,
    }


def _judged(
    zone: str, witness: Witness, link: _Link | None, last: int, broken: int
) -> tuple[bool, str]:
    if link is None:
        return False, (
            f"The record has no entry {witness.seq}: it ends at {last}. It was cut off, or this is"
            " an older copy or another database."
        )
    if short_head(link.head) != witness.head:
        return False, (
            f"Entry {witness.seq} is not the one this paper was printed after: it or an entry"
            " before it was rewritten, or this is another database."
        )
    if broken and broken <= witness.seq:
        return False, (
            f"Entry {witness.seq} fits, but the chain is broken at entry {broken} before it."
        )
    at = local_text(from_text(link.at), zone)
    return True, (
        f"The record still contains everything up to entry {witness.seq} of {at}, as it was when"
        " this paper was printed."
    )
