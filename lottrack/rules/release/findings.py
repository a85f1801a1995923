"""What a rule of a lot check says: met, not met, pending or not asked, with its evidence."""

from __future__ import annotations

from typing import NamedTuple

PASS, FAIL, PENDING, NOT_APPLICABLE = "pass", "fail", "pending", "not_applicable"
OUTCOMES = (PASS, FAIL, PENDING, NOT_APPLICABLE)
"""What a rule can say. Only ``results-complete`` can be pending."""


class RuleFinding(NamedTuple):
    """What one rule says about a lot.

    Attributes:
        code: the rule.
        outcome: one of ``OUTCOMES``.
        sentence: why, in words, naming the records.
        evidence: numbers of the records it rests on.
        who_can_mend: the roles that can, and the next command; "" where nothing is to be mended.
    """

    code: str
    outcome: str
    sentence: str
    evidence: tuple[str, ...] = ()
    who_can_mend: str = ""


def passed(code: str, sentence: str, *evidence: str) -> RuleFinding:
    """A rule that is met."""
    return RuleFinding(code, PASS, sentence, _numbers(evidence))


def failed(code: str, sentence: str, mend: str, *evidence: str) -> RuleFinding:
    """A rule that is not met, and who can mend it."""
    return RuleFinding(code, FAIL, sentence, _numbers(evidence), mend)


def not_applicable(code: str, sentence: str, *evidence: str) -> RuleFinding:
    """A rule whose facts the record does not hold."""
    return RuleFinding(code, NOT_APPLICABLE, sentence, _numbers(evidence))


def listed(words: tuple[str, ...] | list[str], most: int = 6) -> str:
    """Words in a sentence: all of them, or the first few and how many more."""
    if len(words) <= most:
        return ", ".join(words)
    return f"{', '.join(words[:most])} and {len(words) - most} more"


def _numbers(evidence: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(number for number in evidence if number))
