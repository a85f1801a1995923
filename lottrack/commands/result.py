"""``lottrack result``: test results and their review."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from lottrack.commands.base import Answer, noun, told, verb
from lottrack.commands.using import equipment_used

if TYPE_CHECKING:
    from lottrack.actions.desk import Telling
    from lottrack.context import Context

result = noun("result", "Test results and their review.")


@verb(result, "record", writes="result record")
@click.argument("target", metavar="LOT|CONTAINER|PREPARATION")
@click.argument("test", metavar="TEST")
@click.argument("value", metavar="VALUE")
@click.option("--unit", default="", help="The value's unit; left out, the specification's.")
@click.option("--method", default="", help="How it was measured; left out, as specified.")
@click.option("--sample", default="", metavar="ID", help="The sample it was measured in.")
@click.option("--sampled-at", metavar="TIME", help="When the sample was drawn.")
@click.option(
    "--reading",
    type=click.Choice(["interim", "final"]),
    default="final",
    help="An interim reading can fail a test, and never closes it.",
)
@click.option(
    "--replicate",
    "replicates",
    multiple=True,
    metavar="VALUE",
    help="A further reading of the same determination; repeatable. All are kept.",
)
@click.option(
    "--raw",
    multiple=True,
    metavar="NAME=VALUE",
    help="A raw count, dilution or volume the value was reckoned from; repeatable.",
)
@click.option(
    "--retest",
    default="",
    metavar="OOS",
    help="It is a retest under the signed plan of this investigation.",
)
@told()
@equipment_used
def record(
    context: Context,
    target: str,
    test: str,
    value: str,
    unit: str,
    method: str,
    sample: str,
    sampled_at: str | None,
    reading: str,
    replicates: tuple[str, ...],
    raw: tuple[str, ...],
    retest: str,
    telling: Telling,
) -> Answer:
    """Record one reported value; it is judged at once by the lot's specification.

    \b
    Example:
      lottrack result record LT-MAD-0001-3 CD73 99.1
      lottrack result record LT-MAD-0001-3 endotoxin "<0.50" --unit EU/mL
      lottrack result record LT-MAD-0001-3 sterility-product "no growth to date" --reading interim
      lottrack result record CN-MAD-0001-F viable-count 44.1 --raw count-1=203 --raw dilution=1:10
    """
    from lottrack.actions.testing.result_writing import NewResult, record_result
    from lottrack.rules.reading.times import parse_time

    desk = context.writing_desk
    drawn = None if sampled_at is None else parse_time(sampled_at, desk.zone, desk.now())
    new = NewResult(
        *(target, test, value, unit, method, sample, drawn, reading, replicates, raw, retest)
    )
    return _told_with_alarm(record_result(desk, new, telling))


def _told_with_alarm(data: dict[str, Any]) -> Answer:
    """A result as people read it; the call sheet of a late positive beneath it, laid out."""
    if "late_positive" not in data:
        return Answer(data)
    from lottrack.reports.certification import sheet_text
    from lottrack.reports.output import as_text

    own = {key: value for key, value in data.items() if key != "late_positive"}
    sheet = sheet_text(data["late_positive"])
    return Answer(data, f"{as_text(own)}\n\nLATE POSITIVE: tell these people\n\n{sheet}")


# A negative value ("-3") is a value, not an option.
record.ignore_unknown_options = True


@verb(result, "import", writes="result import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--map",
    "columns",
    multiple=True,
    metavar="OURS=THEIRS",
    help="The file's heading of one of lottrack's columns; repeatable.",
)
@click.option("--lot", "lot_id", default="", metavar="LOT", help="What every line is of.")
@click.option("--performed-by", default="", metavar="USER", help="Who measured, if not you.")
@click.option(
    "--decimal-mark",
    "mark",
    type=click.Choice(["point", "comma"]),
    default="point",
    show_default=True,
    help="The mark in the file's numbers, whatever the site writes.",
)
def import_(
    context: Context,
    file: Path,
    columns: tuple[str, ...],
    lot_id: str,
    performed_by: str,
    mark: str,
) -> Answer:
    """Read a laboratory's results from a CSV file, all of them or none.

    Columns: target (lot, container or preparation), test, value; and unit, method, sample,
    sampled_at, at, reading, retest where the file has them. Dates and times are ISO 8601. The file
    itself is kept by its hash.

    \b
    Example:
      lottrack result import flow-2026-02-28.csv --dry-run
      lottrack result import report.csv --lot LT-MAD-0001-3 --map test=Parameter --map value=Result
    """
    from lottrack.actions.testing.result_imports import import_results
    from lottrack.rules.reading.notation import NAMES

    desk = context.writing_desk
    return Answer(import_results(desk, file, columns, lot_id, performed_by, NAMES[mark]))


@verb(result, "review", writes="result review", signed=True)
@click.argument("results", metavar="RESULT...", nargs=-1)
@click.option("--lot", "lot_id", default="", metavar="LOT", help="All of a lot's unreviewed ones.")
@click.option("--signer", default="", metavar="USER", help="Who signs, if not you.")
def review(context: Context, results: tuple[str, ...], lot_id: str, signer: str) -> Answer:
    """Review results by one signature; the reviewer recorded none of them.

    \b
    Example:
      lottrack result review RS-MAD-0001-N RS-MAD-0002-K
      lottrack result review --lot LT-MAD-0001-3
    """
    from lottrack.actions.testing.result_reviews import (
        find_results,
        open_results,
        prepare_review,
        review_results,
    )

    if bool(results) == bool(lot_id):
        raise click.UsageError("Give either RESULT... or --lot LOT.")
    desk = context.writing_desk
    numbers = open_results(desk, lot_id) if lot_id else find_results(desk, results)
    prepared = prepare_review(desk, numbers, signer or desk.require_actor())
    proof = context.ask_signature(prepared, signer)
    return Answer(review_results(desk, numbers, prepared, proof))


@verb(result, "list", lists=True)
@click.argument("lot_id", metavar="LOT")
def list_(context: Context, lot_id: str) -> Answer:
    """List every result of a lot; struck ones stay visible.

    \b
    Example:
      lottrack result list LT-MAD-0001-3
    """
    from lottrack.actions.testing.result_reviews import list_results
    from lottrack.reports.quality import results_text

    data = list_results(context.desk, lot_id)
    return Answer(data, results_text(data))
