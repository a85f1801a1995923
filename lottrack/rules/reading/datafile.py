"""Controlled data as people write it: TOML, read key by key, with nothing left over.

Specifications, protocols and the table of roles decide what lottrack permits. So a file is read to
the end or not at all: a key nobody knows, a missing one, a number in words or a misspelt choice is
refused with the file, the line, the place in it and the reason.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from lottrack.errors import BadValue
from lottrack.rules.codes.identifiers import require_code
from lottrack.rules.reading.lines import lines_of
from lottrack.rules.reading.quantities import parse_decimal
from lottrack.rules.reading.text import clean_text, printable

if TYPE_CHECKING:
    from decimal import Decimal

    from lottrack.rules.reading.lines import Path

Values: TypeAlias = dict[str, object]

_MISSING = object()


class File(NamedTuple):
    """A file as refusals name it.

    Attributes:
        name: its name.
        text: what it holds; its lines are looked up only for a refusal.
    """

    name: str
    text: str


class Table:
    """One table of a TOML file; each key can be taken once, and ``end`` refuses what is left.

    Attributes:
        where: the place in the file, as refusals name it: "" or ``criterion 2 (CD73)``.
    """

    __slots__ = ("_code", "_file", "_left", "_path", "where")

    def __init__(
        self, values: Values, file: File, code: str, path: Path = (), where: str = ""
    ) -> None:
        self._left = dict(values)
        self._code = code
        self._file = file
        self._path = path
        self.where = where

    def refusal(self, reason: str, key: str = "") -> BadValue:
        """The error that names file, line and place, and the reason.

        Args:
            reason: what is wrong, as a sentence.
            key: the key it is about; "" for the table as a whole.
        """
        place = self._file.name
        line = self._line(key)
        if line:
            place += f", line {line}"
        if self.where:
            place += f", {self.where}"
        return BadValue(
            f"{place}: {reason}",
            code=self._code,
            hint="Mend the file and load it again; nothing of it was kept.",
        )

    def _line(self, key: str) -> int:
        """Where a key stands, else its table, else the head of the file; 0 for no file at all."""
        lines = lines_of(self._file.text)
        first = 1 if self._file.text else 0
        return lines.get((*self._path, key), 0) or lines.get(self._path, first)

    def text(self, key: str, limit: int = 500) -> str:
        """A text that must be there and say something."""
        return self._clean(key, self._take(key), limit)

    def optional_text(self, key: str) -> str:
        """A text, or "" where the key is left out."""
        return self.text(key) if key in self._left else ""

    def literal(self, key: str) -> str:
        """A text, or a number in the digits it is written with."""
        value = self._take(key)
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        return self._clean(key, value)

    def code(self, key: str) -> str:
        """A code people chose, upper-cased."""
        text = self.text(key)
        try:
            return require_code(text, key)
        except BadValue as error:
            raise self.refusal(error.sentence, key) from error

    def choice(self, key: str, allowed: tuple[str, ...]) -> str:
        """One of the words allowed, exactly as they are written."""
        return self._require_allowed(key, self.text(key), allowed)

    def words(self, key: str, allowed: tuple[str, ...] | None = None) -> tuple[str, ...]:
        """A list of different texts, which may be empty."""
        value = self._take(key)
        if not isinstance(value, list):
            raise self.refusal(f"{key} is not a list of texts.", key)
        words = tuple(self._clean(key, word) for word in value)
        if len(set(words)) != len(words):
            raise self.refusal(f"{key} names something twice.", key)
        if allowed is not None:
            for word in words:
                self._require_allowed(key, word, allowed)
        return words

    def flag(self, key: str) -> bool:
        """``true`` or ``false``."""
        value = self._take(key)
        if not isinstance(value, bool):
            raise self.refusal(f"{key} is neither true nor false.", key)
        return value

    def number(
        self, key: str, *, minimum: Decimal | int = 0, maximum: Decimal | int | None = None
    ) -> Decimal:
        """A decimal number, with or without quotation marks, within its limits."""
        value = self._take(key)
        if isinstance(value, bool) or not isinstance(value, int | str):
            raise self.refusal(f"{key} is not a number.", key)
        try:
            return parse_decimal(
                str(value), key, minimum=minimum, maximum=maximum, allow_exponent=True
            )
        except BadValue as error:
            raise self.refusal(error.sentence, key) from error

    def whole(self, key: str, *, minimum: int = 0, maximum: int | None = None) -> int:
        """A whole number within its limits."""
        value = self.number(key, minimum=minimum, maximum=maximum)
        if value != value.to_integral_value():
            raise self.refusal(f"{key} is not a whole number.", key)
        return int(value)

    def optional_whole(self, key: str, *, minimum: int = 0) -> int | None:
        """A whole number, or None where the key is left out."""
        return self.whole(key, minimum=minimum) if key in self._left else None

    def day(self, key: str) -> date:
        """A date written without quotation marks: ``2026-04-01``."""
        value = self._take(key)
        if not isinstance(value, date) or isinstance(value, datetime):
            raise self.refusal(f"{key} is not a date; write it as 2026-04-01, without quotes.", key)
        return value

    def optional_day(self, key: str) -> date | None:
        """A date, or None where the key is left out."""
        return self.day(key) if key in self._left else None

    def table(self, key: str) -> Table | None:
        """The table ``[key]`` inside this one, or None where it is left out."""
        value = self._left.pop(key, None)
        if value is None:
            return None
        if not isinstance(value, dict):
            raise self.refusal(f"{key} is not a table of its own.", key)
        return Table(value, self._file, self._code, (*self._path, key), self._inside(key))

    def tables(self, key: str) -> list[Table]:
        """The tables ``[[key]]``, of which there must be at least one."""
        found = self.optional_tables(key)
        if not found:
            raise self.refusal(f"there is no [[{key}]] in it.")
        return found

    def optional_tables(self, key: str) -> list[Table]:
        """The tables ``[[key]]``; there may be none."""
        value = self._left.pop(key, [])
        if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
            raise self.refusal(f"{key} is not a row of tables; write [[{key}]] above each.", key)
        return [
            Table(
                entry,
                self._file,
                self._code,
                (*self._path, key, place),
                self._inside(f"{key.replace('_', ' ')} {place}"),
            )
            for place, entry in enumerate(value, start=1)
        ]

    def _inside(self, place: str) -> str:
        return f"{self.where}, {place}" if self.where else place

    def has(self, key: str) -> bool:
        """Whether the key is there and was not taken yet."""
        return key in self._left

    def end(self) -> None:
        """Refuse what nobody asked for: an unknown key is a rule the author believes in."""
        if self._left:
            unknown = ", ".join(printable(key) for key in sorted(self._left))
            raise self.refusal(f"unknown key: {unknown}.", min(self._left, key=self._line))

    def _take(self, key: str) -> object:
        value = self._left.pop(key, _MISSING)
        if value is _MISSING:
            raise self.refusal(f"{key} is missing.")
        return value

    def _clean(self, key: str, value: object, limit: int = 500) -> str:
        if not isinstance(value, str):
            raise self.refusal(f"{key} is not a text in quotation marks.", key)
        try:
            return clean_text(value, key, limit)
        except BadValue as error:
            raise self.refusal(error.sentence, key) from error

    def _require_allowed(self, key: str, word: str, allowed: tuple[str, ...]) -> str:
        if word not in allowed:
            raise self.refusal(f"{key} {word!r} is none of {', '.join(allowed)}.", key)
        return word


def read_toml(text: str, file: str, code: str) -> Table:
    """The outermost table of a file.

    Args:
        text: what the file holds.
        file: its name, for refusals.
        code: the code every refusal of this kind of file carries.

    Raises:
        BadValue: it is not TOML.
    """
    import tomllib

    try:
        # Numbers with a point come as their own digits, and so through the strict reading.
        values: Values = tomllib.loads(text, parse_float=str)
    except tomllib.TOMLDecodeError as error:
        raise Table({}, File(file, ""), code).refusal(f"this is not TOML: {error}.") from error
    return Table(values, File(file, text), code)
