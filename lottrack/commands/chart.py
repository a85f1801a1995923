"""``lottrack chart``: how lots grow, and how a test behaves from lot to lot."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from lottrack.commands.base import Answer, noun, verb
from lottrack.errors import StoreError

if TYPE_CHECKING:
    from lottrack.context import Context
    from lottrack.drawing.plots.chart import Chart

FORMATS = ("table", "json", "svg", "png")
SUFFIXES = {".json": "json", ".svg": "svg", ".png": "png"}

chart = noun("chart", "How lots grow, and how a test behaves from lot to lot.")

_STYLE = click.option(
    "--format",
    "style",
    type=click.Choice(FORMATS),
    help="How it is written; left out: as the file is named, else a table.",
)
_OUT = click.option("--out", type=click.Path(path_type=Path), help="Write to this file.")


@verb(chart, "growth")
@click.argument("lot_id", metavar="LOT")
@_STYLE
@_OUT
def growth(context: Context, lot_id: str, style: str | None, out: Path | None) -> Answer:
    """Show a lot's doublings and doubling times beside the earlier lots of its product.

    \b
    Example:
      lottrack chart growth LT-MAD-0001-K
      lottrack chart growth LT-MAD-0001-K --out growth.png
    """
    from lottrack.actions.making.growth_views import growth as grown
    from lottrack.reports.charts import growth_chart, growth_text

    data = grown(context.desk, lot_id)
    name = f"growth-{data['id']}"
    return _answer(context, data, growth_text(data), growth_chart(data), style, out, name)


@verb(chart, "test")
@click.argument("test")
@click.option("--product", default="", metavar="NAME", help="Only lots of this product.")
@_STYLE
@_OUT
def test(context: Context, test: str, product: str, style: str | None, out: Path | None) -> Answer:
    """Show every final result of a test in order, with mean, spread and limits.

    \b
    Example:
      lottrack chart test viability-post-thaw
      lottrack chart test CD34 --product BM-MSC --out cd34.svg
    """
    from lottrack.actions.testing.control_charts import control_chart as charted
    from lottrack.reports.charts import control_chart, control_text

    data = charted(context.desk, test, product)
    name = f"chart-{data['id']}"
    return _answer(context, data, control_text(data), control_chart(data), style, out, name)


def _answer(
    context: Context,
    data: dict[str, Any],
    text: str,
    drawn: Chart,
    style: str | None,
    out: Path | None,
    name: str,
) -> Answer:
    """The data, the table, or a picture in a file."""
    from lottrack.commands.trace import style_of
    from lottrack.reports.charts import picture
    from lottrack.reports.spelling import spelled
    from lottrack.rules.reading.notation import localiser

    style = style_of(style, out, SUFFIXES)
    if style == "json":
        context.json_wanted = True
    if style in {"table", "json"}:
        if out is not None:
            raise click.UsageError("--out wants a file named .svg or .png.")
        return Answer(data, text)
    mark = context.decimal_mark
    drawn = spelled(drawn, localiser(mark, data))._replace(decimal_mark=mark)
    path = out or Path(f"{name}.{style}")
    try:
        path.write_bytes(picture(drawn, style))
    except OSError as error:
        raise StoreError(
            f"The file {path} cannot be written ({error.strerror}).",
            code="file-not-writable",
            hint="Choose a folder you may write, on a disk that is not full.",
        ) from None
    context.say(f"Wrote {path}.")
    return Answer(data | {"path": str(path)}, str(path))
