"""Reads the entries of a template file one by one, strictly, naming file and line when refusing."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from lottrack.errors import TemplateInvalid
from lottrack.printing.fields import FIELDS, says_autologous
from lottrack.printing.fonts import missing_characters
from lottrack.rules.reading.text import describe_character, printable

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

LARGEST_MM: Final = Decimal(300)


class Place(NamedTuple):
    """Where in the file a thing stands, for messages.

    Attributes:
        file: such as ``cryobag.toml``.
        line: the line it begins on, or 0 when that is not known.
        thing: what it is there, such as ``element 3 (text lot)``, or "" for the file itself.
    """

    file: str
    line: int = 0
    thing: str = ""

    def fault(self, sentence: str) -> TemplateInvalid:
        """A refusal that names this place."""
        line = f" line {self.line}" if self.line else ""
        thing = f", {self.thing}" if self.thing else ""
        return TemplateInvalid(
            f"Label template {self.file}{line}{thing}: {sentence}.",
            hint="Whoever owns the template mends the file; labels/README.md explains its keys.",
        )


class Entries:
    """The keys of one TOML table; each is asked for once, and none may be left over."""

    def __init__(self, table: dict[str, Any], place: Place) -> None:
        self._left = dict(table)
        self.place = place

    def finish(self) -> None:
        """Refuse what nobody asked for.

        Raises:
            TemplateInvalid: a key is unknown.
        """
        for key in self._left:
            raise self.place.fault(f"the key {key!r} is not known here")

    def has(self, key: str) -> bool:
        """Whether the key is there and still to be read."""
        return key in self._left

    def words(self, key: str, default: str | None = None) -> str:
        """A text of one or more lines that the typeface can print."""
        value = self._take(key, default)
        if not isinstance(value, str):
            raise self.place.fault(f"{key} must be a text in quotes")
        if says_autologous(value):
            raise self.place.fault(f"{key} says autologous, which no label of donor cells may")
        for line in value.split("\n"):
            for character in missing_characters(line, "regular"):
                raise self.place.fault(
                    f"{key} holds {describe_character(character)}, which cannot be printed"
                )
        return value

    def choice(self, key: str, choices: Collection[str], default: str | None = None) -> str:
        """One of several words."""
        value = self._take(key, default)
        if not isinstance(value, str) or value not in choices:
            raise self.place.fault(f"{key} is {_shown(value)}, not one of {_listed(choices)}")
        return value

    def choices(self, key: str, choices: Collection[str]) -> tuple[str, ...]:
        """A list of different words out of several."""
        value = self._take(key, None)
        if not isinstance(value, list):
            raise self.place.fault(f"{key} must be a list in brackets")
        for word in value:
            if not isinstance(word, str) or word not in choices:
                raise self.place.fault(f"{key} holds {_shown(word)}, not {_listed(choices)}")
        if len(set(value)) < len(value):
            raise self.place.fault(f"{key} says the same thing twice")
        return tuple(value)

    def flag(self, key: str) -> bool:
        """``true`` or ``false``; false when it is left out."""
        value = self._take(key, default=False)
        if not isinstance(value, bool):
            raise self.place.fault(f"{key} is {_shown(value)}, not true or false")
        return value

    def whole(self, key: str, minimum: int, maximum: int, default: int | None = None) -> int:
        """A whole number within limits."""
        value = self._take(key, default)
        if not isinstance(value, int) or isinstance(value, bool):
            raise self.place.fault(f"{key} is {_shown(value)}, not a whole number")
        if not (minimum <= value <= maximum):
            raise self.place.fault(f"{key} is {value}, not from {minimum} to {maximum}")
        return value

    def measure(
        self,
        key: str,
        *,
        above: Decimal | None = None,
        minimum: Decimal = Decimal(0),
        maximum: Decimal = LARGEST_MM,
        default: Decimal | None = None,
    ) -> Decimal:
        """A number of millimetres or points, within the limits and more than ``above`` if given."""
        value = self._take(key, default)
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            raise self.place.fault(f"{key} is {_shown(value)}, not a number")
        number = Decimal(value)
        if not number.is_finite():
            raise self.place.fault(f"{key} is {number}, not a number that can be measured")
        if above is not None and not (number > above):
            raise self.place.fault(f"{key} is {number}; it must be more than {above}")
        if not (minimum <= number <= maximum):
            raise self.place.fault(f"{key} is {number}, not from {minimum} to {maximum}")
        return number

    def field(self, key: str) -> str:
        """The name of a field, or "" when the key is left out."""
        value = self._take(key, "")
        if value != "":
            require_field(value, key, self.place)
        return str(value)

    def table(self, key: str) -> dict[str, Any]:
        """A table of its own."""
        value = self._take(key, None)
        if not isinstance(value, dict):
            raise self.place.fault(f"{key} must be a table, [{key}]")
        return value

    def tables(self, key: str) -> list[dict[str, Any]]:
        """A list of one or more tables."""
        value = self._take(key, None)
        if not isinstance(value, list) or not value or not all(isinstance(v, dict) for v in value):
            raise self.place.fault(f"{key} must be one or more tables, [[{key}]]")
        return value

    def _take(self, key: str, default: Any) -> Any:
        if key in self._left:
            return self._left.pop(key)
        if default is None:
            raise self.place.fault(f"the key {key!r} is missing")
        return default


def require_field(name: object, where: str, place: Place) -> None:
    """Refuse a field that is not on the closed list.

    Raises:
        TemplateInvalid: it is not.
    """
    if not isinstance(name, str) or name not in FIELDS:
        raise place.fault(f"{where} names the field {_shown(name)}, which no label has")


def _shown(value: object) -> str:
    return printable(repr(value)) if isinstance(value, str | int) else printable(str(value))


def _listed(choices: Iterable[str]) -> str:
    return ", ".join(choices)
