"""Label templates: the TOML files of ``labels/``, read and judged before anything is printed.

A template that could print an unsafe or unreadable label is refused when it is loaded, not when a
bag is already thawing: fields that must be there, places that overlap, codes too fine to scan.
"""

from __future__ import annotations

import hashlib
import re
from decimal import Decimal
from itertools import combinations
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from lottrack import assets
from lottrack.errors import NotFound
from lottrack.printing.carriers import CODE_128, DATA_MATRIX, QR, modules_for, room_blocker
from lottrack.printing.codes import LONGEST_PAYLOAD, is_payload
from lottrack.printing.entries import Entries, Place, require_field
from lottrack.printing.fields import (
    CONTAINER_KINDS,
    JURISDICTIONS,
    MANDATORY,
    SUBJECTS,
    says_autologous,
)
from lottrack.printing.fonts import WEIGHTS
from lottrack.printing.layout import (
    Area,
    Bar,
    Code,
    Condition,
    Element,
    Frame,
    Symbol,
    Text,
    is_inside,
    overlap,
)
from lottrack.printing.symbols import SYMBOLS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

SMALLEST_PT: Final = Decimal(5)
"""Least font size of any text: capitals 1.2 mm high, about the finest that thermal transfer at
300 dpi prints clearly."""

PLACEHOLDER: Final = re.compile(r"\{([a-z_]+)\}")

_FINEST_MODULE_MM: Final = Decimal("0.25")  # ISBT 128 and GS1 health care, two-dimensional codes
_ALWAYS: Final = Condition("", "")
_ELEMENT_HEAD: Final = re.compile(r"\s*\[\[\s*element\s*\]\]")
_SAMPLE_HEAD: Final = re.compile(r"\s*\[\s*sample\s*\]")


class Template(NamedTuple):
    """One edition of a label template.

    Attributes:
        name: the file's stem.
        edition: rises by one with every change that is put to use.
        title: for people.
        jurisdiction: whose law it was laid out for, one of ``fields.JURISDICTIONS``.
        subject: a key of ``fields.SUBJECTS``.
        copies: the kinds of copy it may print.
        most_copies: how many labels of one kind of copy a thing may have at once; of those that
            stand on the thing itself there is one in any case.
        stock: the label material it is meant for.
        width_mm, height_mm: of the label.
        dpi: printer resolution it is drawn for unless another is asked.
        kinds: kinds of container for which it is the default.
        minimum_module_mm: least size of one module of its code.
        payload_length: longest payload its code must hold.
        caption_pt: font size of captions.
        elements: in the order they are drawn.
        sample: values for a preview, by field.
        sample_payload: payload for a preview.
        sha256: of the file's text.
    """

    name: str
    edition: int
    title: str
    jurisdiction: str
    subject: str
    copies: tuple[str, ...]
    most_copies: int
    stock: str
    width_mm: Decimal
    height_mm: Decimal
    dpi: int
    kinds: tuple[str, ...]
    minimum_module_mm: Decimal
    payload_length: int
    caption_pt: Decimal
    elements: tuple[Element, ...]
    sample: Mapping[str, str]
    sample_payload: str
    sha256: str


def template_sha256(text: str) -> str:
    """SHA-256 of a template's text in UTF-8 with line feeds: names one edition for good."""
    return hashlib.sha256(text.replace("\r\n", "\n").encode("utf-8")).hexdigest()


def shipped_template(name: str) -> tuple[Template, str]:
    """A template of ``labels/`` with the text it was loaded from.

    Raises:
        NotFound: there is none of this name.
        TemplateInvalid: it breaks a rule.
    """
    if name not in assets.label_template_names():
        raise NotFound(
            f"There is no label template {name!r}.",
            code="template-unknown",
            hint=f"Shipped are {', '.join(assets.label_template_names())}.",
        )
    text = assets.label_template_path(name).read_text(encoding="utf-8")
    return load_template(name, text), text


def default_template(
    templates: Iterable[Template], subject: str, copy: str, kind: str = ""
) -> Template:
    """The template that prints this copy of this subject.

    Args:
        templates: to choose from.
        subject: a key of ``fields.SUBJECTS``.
        copy: the kind of copy.
        kind: for a container, what it is: bag, vial or syringe; else "".

    Raises:
        NotFound: none of them does.
    """
    for template in templates:
        fits_kind = not kind or kind in template.kinds
        if template.subject == subject and copy in template.copies and fits_kind:
            return template
    raise NotFound(
        f"No label template prints the {copy} copy of a {kind or subject}.",
        code="template-unknown",
        hint="Name one that fits with --template, or print another copy.",
    )


def load_template(name: str, text: str) -> Template:
    """A template from the text of its file, after all checks.

    Args:
        name: stem of the file, which the file must repeat.
        text: the file.

    Raises:
        TemplateInvalid: the text is no TOML, a key is unknown, missing or out of bounds, a field is
            not on the list, a mandatory field is not printed, elements overlap or leave the label,
            the code's modules would be too small for the longest payload, a sample value is
            missing, or the word autologous appears.
    """
    import tomllib

    place = Place(f"{name}.toml")
    for line, words in enumerate(text.split("\n"), 1):
        if says_autologous(words):
            raise place._replace(line=line).fault("no label of donor cells may say autologous")
    try:
        table = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise place.fault(f"it is not TOML: {error}") from error
    entries = Entries(table, place)
    tables = entries.tables("element")
    places = _places(text, place, len(tables))
    elements = tuple(_element(*each) for each in zip(tables, places, strict=True))
    template = _head(name, entries, elements, template_sha256(text))
    entries.finish()
    numbered = [
        (at._replace(thing=f"{at.thing} ({element.name})"), element)
        for at, element in zip(places, elements, strict=True)
    ]
    _require_room(template, numbered)
    _require_mandatory(template, place)
    _require_samples(template, numbered, place._replace(line=_sample_line(text), thing="[sample]"))
    return template


def _head(name: str, entries: Entries, elements: tuple[Element, ...], sha256: str) -> Template:
    """Everything above the elements."""
    place = entries.place
    stated = entries.words("name")
    if stated != name:
        raise place.fault(f"it calls itself {stated!r}; name and file must agree")
    subject = entries.choice("subject", SUBJECTS)
    copies = entries.choices("copies", SUBJECTS[subject])
    if not copies:
        raise place.fault("copies is empty: it could print nothing")
    return Template(
        name=name,
        edition=entries.whole("edition", 1, 9999),
        title=entries.words("title"),
        jurisdiction=entries.choice("jurisdiction", JURISDICTIONS, "any"),
        subject=subject,
        copies=copies,
        most_copies=entries.whole("most_copies", 1, 99, default=1),
        stock=entries.words("stock"),
        width_mm=entries.measure("width_mm", above=Decimal(0)),
        height_mm=entries.measure("height_mm", above=Decimal(0)),
        dpi=entries.whole("dpi", 150, 1200, default=300),
        kinds=entries.choices("kinds", CONTAINER_KINDS) if entries.has("kinds") else (),
        minimum_module_mm=entries.measure("minimum_module_mm", minimum=_FINEST_MODULE_MM),
        payload_length=entries.whole("payload_length", 1, LONGEST_PAYLOAD, default=47),
        caption_pt=entries.measure("caption_pt", minimum=SMALLEST_PT, default=SMALLEST_PT),
        elements=elements,
        sample=_sample(entries.table("sample"), place),
        sample_payload=entries.words("sample_payload"),
        sha256=sha256,
    )


def _sample(table: dict[str, Any], place: Place) -> Mapping[str, str]:
    sample = Entries(table, Place(place.file, thing="[sample]"))
    for field in table:
        require_field(field, "it", sample.place)
    return MappingProxyType({field: sample.words(field) for field in table})


def _places(text: str, place: Place, count: int) -> list[Place]:
    """Where each element begins in the file, as messages name it."""
    heads = [n for n, line in enumerate(text.split("\n"), 1) if _ELEMENT_HEAD.match(line)]
    lines = heads if len(heads) == count else [0] * count
    return [Place(place.file, line, f"element {n}") for n, line in enumerate(lines, 1)]


def _sample_line(text: str) -> int:
    lines = text.split("\n")
    return next((n for n, line in enumerate(lines, 1) if _SAMPLE_HEAD.match(line)), 0)


def _element(table: dict[str, Any], place: Place) -> Element:
    entries = Entries(table, place)
    kind = entries.choice("type", _MAKERS)
    name = entries.words("name", kind)
    entries.place = place._replace(thing=f"{place.thing} ({name})")
    element = _MAKERS[kind](name, entries)
    entries.finish()
    return element


def _area(entries: Entries) -> Area:
    left, top = entries.measure("x_mm"), entries.measure("y_mm")
    width = entries.measure("width_mm", above=Decimal(0))
    return Area(left, top, width, entries.measure("height_mm", above=Decimal(0)))


def _square(entries: Entries) -> Area:
    left, top = entries.measure("x_mm"), entries.measure("y_mm")
    size = entries.measure("size_mm", above=Decimal(0))
    return Area(left, top, size, size)


def _condition(entries: Entries) -> Condition:
    return Condition(entries.field("when"), entries.field("unless"))


def _text(name: str, entries: Entries) -> Text:
    pattern = entries.words("text")
    if not pattern.strip():
        raise entries.place.fault("text is empty")
    for field in PLACEHOLDER.findall(pattern):
        require_field(field, "text", entries.place)
    if re.search(r"[{}]", PLACEHOLDER.sub("", pattern)):
        raise entries.place.fault("text holds a brace that is not part of a {field}")
    largest = entries.measure("largest_pt", minimum=SMALLEST_PT)
    return Text(
        name=name,
        area=_area(entries),
        lines=tuple(pattern.strip("\n").split("\n")),
        caption=entries.words("caption", ""),
        weight=entries.choice("weight", WEIGHTS, "regular"),
        largest_pt=largest,
        smallest_pt=entries.measure(
            "smallest_pt", minimum=SMALLEST_PT, maximum=largest, default=largest
        ),
        align=entries.choice("align", ("left", "center", "right"), "left"),
        valign=entries.choice("valign", ("top", "middle", "bottom"), "top"),
        wrap=entries.flag("wrap"),
        inverse=entries.flag("inverse"),
        required=entries.flag("required"),
        condition=_condition(entries),
    )


def _qr(name: str, entries: Entries) -> Code:
    return Code(name, _square(entries), _condition(entries), QR)


def _data_matrix(name: str, entries: Entries) -> Code:
    return Code(name, _square(entries), _condition(entries), DATA_MATRIX)


def _code_128(name: str, entries: Entries) -> Code:
    return Code(name, _area(entries), _condition(entries), CODE_128)


def _bar(name: str, entries: Entries) -> Bar:
    return Bar(name, _area(entries), _condition(entries))


def _frame(name: str, entries: Entries) -> Frame:
    area = _area(entries)
    line = entries.measure("line_mm", minimum=Decimal("0.1"), maximum=Decimal(3))
    return Frame(name, area, line, _condition(entries))


def _symbol(name: str, entries: Entries) -> Symbol:
    area = _square(entries)
    return Symbol(name, area, entries.choice("symbol", SYMBOLS), _condition(entries))


_MAKERS: Final[dict[str, Callable[[str, Entries], Element]]] = {
    "text": _text,
    QR: _qr,
    DATA_MATRIX: _data_matrix,
    CODE_128: _code_128,
    "line": _bar,
    "box": _frame,
    "symbol": _symbol,
}


def _require_room(template: Template, numbered: Sequence[tuple[Place, Element]]) -> None:
    """Every element on the label, none over another, the codes' modules large enough."""
    for place, element in numbered:
        if not is_inside(element.area, template.width_mm, template.height_mm):
            size = f"{template.width_mm} × {template.height_mm} mm"
            raise place.fault(f"it does not lie on the label of {size}")
    for (place, element), (other_place, other) in combinations(numbered, 2):
        if overlap(element, other):
            line = f", line {place.line}" if place.line else ""
            raise other_place.fault(f"it overlaps {place.thing}{line}")
    for place, element in numbered:
        if isinstance(element, Code):
            modules = modules_for(element.carrier, template.payload_length)
            blocker = room_blocker(
                element.carrier, element.area, modules, template.dpi, template.minimum_module_mm
            )
            if blocker:
                raise place.fault(f"for {template.payload_length} characters, {blocker}")


def _require_mandatory(template: Template, place: Place) -> None:
    """A code, and the fields without which a label of this subject must not exist."""
    if not any(isinstance(e, Code) and e.condition == _ALWAYS for e in template.elements):
        raise place.fault("it has no qr, datamatrix or code128 element that is always drawn")
    certain = {
        field
        for element in template.elements
        if isinstance(element, Text) and element.required and element.condition == _ALWAYS
        for field in fields_of(element)
    }
    for field in MANDATORY[template.subject]:
        if field not in certain:
            raise place.fault(
                f"a label of a {template.subject} must print {{{field}}} in a text that is"
                " required = true and always drawn"
            )


def _require_samples(
    template: Template, numbered: Sequence[tuple[Place, Element]], sample: Place
) -> None:
    """A sample value for each field, and none for others."""
    named = {field: place for place, element in numbered for field in fields_of(element)}
    for field, place in named.items():
        if field not in template.sample:
            raise place.fault(f"[sample] has no value for {{{field}}}")
    for field in template.sample:
        if field not in named:
            raise sample.fault(f"it has a value for {{{field}}}, which is not printed")
    payload = template.sample_payload
    if not is_payload(payload) or len(payload) > template.payload_length:
        raise Place(sample.file).fault(
            f"sample_payload {payload!r} is not upper-case QR-alphanumeric,"
            f" or longer than {template.payload_length}"
        )


def fields_of(element: Element) -> list[str]:
    """The fields an element depends on, those of its condition included."""
    fields = [field for field in element.condition if field]
    if isinstance(element, Text):
        fields += [field for line in element.lines for field in PLACEHOLDER.findall(line)]
    return fields
