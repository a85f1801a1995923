"""The record of a lot as a reviewer reads it: every step, and everything unusual about it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from lottrack.actions.custody.containers import filling_of
from lottrack.actions.finding import Found
from lottrack.actions.making.cultures import growth_of
from lottrack.actions.making.lineage import lineage_of
from lottrack.actions.making.lots import balance_of, passages_of
from lottrack.actions.materials.texts import material_lines
from lottrack.actions.moments import told_time
from lottrack.actions.record.corrected import corrected_values
from lottrack.actions.releasing.holds import held_thing, open_holds_of_lot, open_holds_on
from lottrack.actions.releasing.matters import matter_lines
from lottrack.actions.shown import warnings_of
from lottrack.actions.testing.documents import specification_number
from lottrack.actions.testing.quality_states import result_rows, reviews_of
from lottrack.actions.testing.result_reviews import result_lines
from lottrack.rules.culture.growth import passage_name
from lottrack.rules.reading.quantities import format_cells, plain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lottrack.actions.making.lineage import Lineage
    from lottrack.actions.making.lots import Passage
    from lottrack.store.reader import Reader
    from lottrack.store.rows import Row

Facts = list[tuple[str, "Row"]]
"""Facts with the tables they stand in."""

_OF_LOT = ("seeding", "harvest", "observation", "fill", "discard")


def record_facts(reader: Reader, lot: str) -> Facts:
    """Every fact of a lot's making and testing; prepared doses are the pharmacy's record."""
    facts: Facts = [("lot", reader.get("lot", lot))]
    facts += [(table, row) for table in _OF_LOT for row in reader.rows(table, lot=lot)]
    containers = [row for row in reader.rows("container", lot=lot) if row.fill is not None]
    facts += [("container", row) for row in containers]
    facts += [("sample", row) for row in reader.rows("sample", lot=lot)]
    for row in containers:
        facts += [("filling", each) for each in reader.rows("filling", container=row.root)]
        facts += [("sample", each) for each in reader.rows("sample", container=row.root)]
    facts += [("result", row) for row in result_rows(reader, lot) if row.preparation is None]
    uses = [row for row in reader.rows("material_use", lot=lot) if row.preparation is None]
    return [*facts, *(("material_use", row) for row in uses)]


def record_lines(reader: Reader, lot: str) -> Iterator[str]:
    """A lot's record, one fact a line, as its reviewer signs it."""
    lineage = lineage_of(reader, lot)
    facts = record_facts(reader, lot)
    yield from _head(reader, lineage)
    yield ""
    yield "Culture"
    for passage in passages_of(reader, lot):
        yield f"  {_passage(reader, lot, passage)}"
    yield from _rows(reader, facts, "observation")
    yield from _balance(reader, lot)
    yield ""
    yield "Fills"
    yield from _fills(reader, lot)
    yield from _rows(reader, facts, "sample")
    yield from _rows(reader, facts, "discard")
    yield from material_lines(reader, lot)
    yield ""
    yield "Results"
    yield from _results(reader, facts)
    yield ""
    yield "To look at"
    yield from unusual_lines(reader, lineage, facts)


def _head(reader: Reader, lineage: Lineage) -> Iterator[str]:
    lot = lineage.lot
    yield f"Lot: {lot.root}, {lot.product}, specification {specification_number(reader, lot)}"
    origin = f"parent lot {lot.parent}" if lot.parent else f"collection {lot.collection}"
    yield f"From: {origin}, donor {lineage.donor.root}"
    yield f"For: patient {lineage.patient.root}, course {lineage.course.root}"
    yield f"Registered: {told_time(reader, lot.occurred_at)}, by {lot.performed_by}"


def _passage(reader: Reader, lot: str, passage: Passage) -> str:
    said = [passage_name(passage.number)]
    growth = growth_of(reader, lot, passage.number)
    if passage.seeding is not None:
        row = passage.seeding
        vessel = f" in {row.vessel}" if row.vessel else ""
        said.append(
            f"seeded {format_cells(int(row.seeded))} on {row.area_cm2} cm²{vessel},"
            f" {_who(reader, row)}"
        )
    if passage.harvest is not None:
        row = passage.harvest
        said.append(
            f"harvested {format_cells(int(row.harvested))}, {row.viability_pct} % viable,"
            f" {_who(reader, row)}"
        )
    if growth["population_doublings"] is not None:
        total = growth["cumulative_population_doublings"]
        known = "not known" if total is None else plain(total)
        said.append(f"doublings {plain(growth['population_doublings'])}, cumulative {known}")
    return "; ".join(said)


def _balance(reader: Reader, lot: str) -> Iterator[str]:
    for passage in balance_of(reader, lot).passages:
        yield (
            f"  Cells of {passage_name(passage.passage)}: {format_cells(passage.harvested)}"
            f" harvested, {format_cells(passage.used)} used, {format_cells(passage.remainder)} left"
        )


def _fills(reader: Reader, lot: str) -> Iterator[str]:
    for fill in reader.rows("fill", lot=lot):
        yield (
            f"  {fill.root}: {fill.kind}, {fill.presentation}, for {fill.purpose}, expires"
            f" {told_time(reader, fill.expires_at)}, {_who(reader, fill)}"
        )
        for container in reader.rows("container", fill=fill.root):
            yield f"    {container.root}: {contents(reader, container)}"


def contents(reader: Reader, container: Row) -> str:
    """What is in a container, in words."""
    filling = filling_of(reader, container.root)
    if filling is None:
        return "planned"
    if filling.outcome != "filled":
        return "not filled"
    return f"{format_cells(int(filling.viable_cells))} viable cells in {filling.volume_ml} mL"


def _rows(reader: Reader, facts: Facts, table: str) -> Iterator[str]:
    for row in (row for of, row in facts if of == table):
        if table == "observation":
            said = f"Seen in {passage_name(int(row.passage))}: {row.text}"
        elif table == "sample":
            cells = "" if row.cells is None else f", {format_cells(int(row.cells))}"
            said = f"Sample {row.root} of {row.container or row.lot}: {row.kind}{cells}"
        else:
            said = f"Discarded {format_cells(int(row.cells))}: {row.reason}"
        yield f"  {said}, {_who(reader, row)}"


def _results(reader: Reader, facts: Facts) -> Iterator[str]:
    rows = [row for table, row in facts if table == "result"]
    reviews = reviews_of(reader, rows)
    for row in rows:
        for line in result_lines(reader, row):
            yield f"  {line}"
        review = reviews.get(str(row.root))
        yield f"      reviewed by {review.performed_by}" if review else "      NOT REVIEWED"
    if not rows:
        yield "  none"


def _who(reader: Reader, row: Row) -> str:
    witness = f", witnessed by {row.witnessed_by}" if row.witnessed_by else ""
    return f"{told_time(reader, row.occurred_at)}, by {row.performed_by}{witness}"


# -- what is unusual -------------------------------------------------------------------------------


def unusual_lines(reader: Reader, lineage: Lineage, facts: Facts) -> Iterator[str]:
    """What a reviewer looks at first: corrections, late and typed entries, warnings, matters.

    Matters are investigations and deviations, open or ended, and holds that were lifted.
    """
    lot = str(lineage.lot.root)
    for table, row in facts:
        for value in corrected_values(reader, table, row):
            earlier = ", ".join(str(each) for each in value["earlier"])
            yield (
                f"  Corrected {value['record']} {value['field']}: {earlier} -> {value['now']}"
                f" ({value['reason']})"
            )
    for struck in _struck(reader, lot, facts):
        yield f"  Struck: {struck}"
    late = [str(row.root) for _, row in facts if row.late]
    yield f"  Told late: {', '.join(late) or 'none'}"
    entries = Counter(str(row.entry).replace("_", " ") for _, row in facts)
    counted = ", ".join(f"{number} {how}" for how, number in sorted(entries.items()))
    yield f"  Entries: {counted}"
    for warning in warnings_of(reader, [str(row.root) for _, row in facts]):
        yield f"  Warning shown for {warning['record']}: {warning['sentence']}"
    yield f"  Primary labels: {_labels(reader, facts)}"
    yield f"  Acts refused: {_refusals(reader, lot)}"
    holds = _open_holds(reader, lineage, facts)
    for hold in holds:
        held = " ".join(held_thing(hold))
        yield f"  OPEN HOLD {hold.root} on {held}: {hold.cause}, {hold.reason}"
    if not holds:
        yield "  Open holds: none"
    parts = [Found(of, str(row.root)) for of, row in facts if of in {"fill", "container"}]
    yield from matter_lines(reader, lineage, parts)


def _struck(reader: Reader, lot: str, facts: Facts) -> list[str]:
    """Numbers of facts of the lot and its containers that were struck."""
    containers = [str(row.root) for table, row in facts if table == "container"]
    rows = [
        row
        for record in (lot, *containers)
        for row in reader.sql(
            "SELECT c.record, c.reason FROM correction_now AS c JOIN audit_mention AS m"
            " ON m.seq = c.seq WHERE m.record = :record AND c.kind = 'strike' ORDER BY c.seq",
            record=record,
        )
    ]
    return list(dict.fromkeys(f"{row.record} ({row.reason})" for row in rows))


def _labels(reader: Reader, facts: Facts) -> str:
    states: Counter[str] = Counter()
    for table, container in facts:
        if table != "container":
            continue
        for label in reader.rows("label", container=container.root, copy="primary"):
            event = reader.last("label_event", label=label.root)
            states["only printed" if event is None else str(event.event)] += 1
    return ", ".join(f"{n} {state}" for state, n in sorted(states.items())) or "none printed"


def _refusals(reader: Reader, lot: str) -> str:
    rows = reader.sql(
        "SELECT r.root, r.act FROM refusal_now AS r JOIN audit_mention AS m ON m.seq = r.seq"
        " WHERE m.record = :lot ORDER BY r.seq",
        lot=lot,
    )
    return ", ".join(f"{row.act} ({row.root})" for row in rows) or "none"


def _open_holds(reader: Reader, lineage: Lineage, facts: Facts) -> list[Row]:
    holds = open_holds_of_lot(reader, lineage)
    for table, row in facts:
        if table in {"fill", "container"}:
            holds += open_holds_on(reader, table, row.root)
    return list({str(hold.root): hold for hold in holds}.values())
