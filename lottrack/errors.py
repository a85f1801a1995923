"""Everything lottrack can refuse or fail at, with the exit status each kind of refusal has.

An error is made of parts a reader needs: a stable ``code`` (for scripts, SOPs and translation), a
``sentence`` (what and why, naming the record), and a ``hint`` (who can mend it and the exact next
command). This module imports nothing of lottrack.
"""

from __future__ import annotations

from typing import ClassVar, NamedTuple


class Blocker(NamedTuple):
    """One reason why an act is refused, as a value: rules return lists of these.

    Attributes:
        code: stable kebab-case name from the list of refusal codes.
        sentence: what is wrong, naming the record it is about.
        basis: what the sentence rests on (a clause, a protocol, a record), or "".
        who_can_mend: whose work it is to mend it ("nobody" where nothing can), or "" where the
            refusal as a whole says so.
        hint: what to do next, with the command, or "".
    """

    code: str
    sentence: str
    basis: str = ""
    who_can_mend: str = ""
    hint: str = ""

    def as_data(self) -> dict[str, str]:
        """The reason as scripts read it: what is not said of it is left out."""
        told = {"code": self.code, "sentence": self.sentence, "basis": self.basis}
        mending = {"who_can_mend": self.who_can_mend, "hint": self.hint}
        return told | {name: text for name, text in mending.items() if text}

    @property
    def mending(self) -> str:
        """Who can mend it and how, in one line; "" where it does not say."""
        return ": ".join(part for part in (self.who_can_mend, self.hint) if part)

    def as_judged(self) -> dict[str, str]:
        """The reason as the record keeps it: advice belongs to the day it was given."""
        return {"code": self.code, "sentence": self.sentence, "basis": self.basis}


class LottrackError(Exception):
    """The base of every refusal; ``exit_code`` is the status of the whole program."""

    exit_code: ClassVar[int] = 40
    default_code: ClassVar[str] = "refused"

    def __init__(
        self,
        sentence: str,
        *,
        code: str | None = None,
        hint: str = "",
        blockers: tuple[Blocker, ...] | list[Blocker] = (),
    ) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.code = code or self.default_code
        self.hint = hint
        self.blockers = tuple(blockers)


class Usage(LottrackError):
    """The command was not understood; nothing was tried."""

    exit_code = 2
    default_code = "usage"


class BadValue(Usage):
    """A value given on the command line is not one: a number, a time, a code, a typing."""

    default_code = "bad-value"


class Declined(LottrackError):
    """A prompt was answered no."""

    exit_code = 3
    default_code = "declined"


class NotFound(LottrackError):
    """No record has this number or code."""

    exit_code = 20
    default_code = "unknown-code"


class Conflict(LottrackError):
    """The record already says something that does not go together with this."""

    exit_code = 30
    default_code = "conflict"


class NumberUsed(Conflict):
    """The number or code belongs to another record."""

    exit_code = 31
    default_code = "number-already-used"


class Changed(Conflict):
    """What was shown for signing is not what the record says any more."""

    exit_code = 32
    default_code = "changed-meanwhile"


class AlreadyDone(Conflict):
    """The act was done before and is not repeated."""

    exit_code = 33
    default_code = "already-done"


class Refused(LottrackError):
    """A rule forbids the act."""

    exit_code = 40


class DispositionRefused(Refused):
    """A rule about release, rejection or closing forbids the act."""

    exit_code = 41
    default_code = "disposition-refused"


class InfusionRefused(Refused):
    """Verify, dispense or infuse is blocked; the blockers say why."""

    exit_code = 42
    default_code = "infusion-refused"


class CustodyRefused(Refused):
    """A rule about who holds a thing, and where, forbids the act."""

    exit_code = 43
    default_code = "custody-refused"


class LabelRefused(Refused):
    """A rule about printed labels forbids the act."""

    exit_code = 44
    default_code = "label-refused"


class AccessRefused(LottrackError):
    """Who asks may not."""

    exit_code = 50
    default_code = "access-refused"


class NotSignedIn(AccessRefused):
    """Nobody is signed in, or not with the right secret."""

    exit_code = 51
    default_code = "not-signed-in"


class RoleMissing(AccessRefused):
    """The person has none of the roles the act needs."""

    exit_code = 52
    default_code = "role-missing"


class SignatureRejected(AccessRefused):
    """The secret given for a signature is not the signer's."""

    exit_code = 53
    default_code = "signature-rejected"


class SamePerson(AccessRefused):
    """One person cannot be both of the two people this act needs."""

    exit_code = 54
    default_code = "same-person"


class LabelError(LottrackError):
    """A label could not be made or read."""

    exit_code = 60
    default_code = "label-error"


class TemplateInvalid(LabelError):
    """A label template breaks a rule; the sentence names file and place."""

    exit_code = 61
    default_code = "template-invalid"


class TextDoesNotFit(LabelError):
    """A text is too long for its place on the label; it is never cut."""

    exit_code = 62
    default_code = "text-does-not-fit"


class CodeUnreadable(LabelError):
    """A scanned or drawn code cannot be read, or its check character is wrong."""

    exit_code = 63
    default_code = "identifier-check-failed"


class WrongKindOfCode(LabelError):
    """The code is readable but names another kind of thing."""

    exit_code = 64
    default_code = "wrong-kind-of-code"


class StoreError(LottrackError):
    """The database cannot be used."""

    exit_code = 70
    default_code = "store-error"


class NoDatabase(StoreError):
    """There is no lottrack database here."""

    exit_code = 71
    default_code = "no-database"


class SchemaOlder(StoreError):
    """The database is of an older lottrack."""

    exit_code = 72
    default_code = "schema-older"


class SchemaNewer(StoreError):
    """The database is of a newer lottrack."""

    exit_code = 73
    default_code = "schema-newer"


class StoreBusy(StoreError):
    """The database is busy or cannot be written."""

    exit_code = 74
    default_code = "store-not-writable"


class IntegrityBroken(LottrackError):
    """The record does not prove itself."""

    exit_code = 90
    default_code = "integrity"


class ChainBroken(IntegrityBroken):
    """The audit chain or its replay does not agree with the tables."""

    exit_code = 91
    default_code = "chain-broken"


class RecordAltered(IntegrityBroken):
    """A row was changed behind lottrack's back."""

    exit_code = 92
    default_code = "record-altered"


class MigrationAltered(IntegrityBroken):
    """A migration file is not the one that was applied."""

    exit_code = 93
    default_code = "migration-altered"
