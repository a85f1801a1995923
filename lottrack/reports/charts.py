"""Growth and control charts: as tables, and as pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lottrack.reports.output import table

if TYPE_CHECKING:
    from lottrack.drawing.plots.chart import Chart, Level

_GROWTH_COLUMNS = {
    "passage": "passage",
    "seeding_density_per_cm2": "cells/cm²",
    "population_doublings": "doublings",
    "cumulative_population_doublings": "cumulative",
    "doubling_time_hours": "doubling time, h",
    "viability_pct": "viability, %",
}


def picture(chart: Chart, style: str) -> bytes:
    """A chart as ``svg`` or ``png``."""
    from lottrack.drawing.plots.chart import chart_picture

    if style == "png":
        from lottrack.drawing.png import png_of

        return png_of(chart_picture(chart))
    from lottrack.drawing.svg import svg_of

    return svg_of(chart_picture(chart)).encode()


# -- growth ----------------------------------------------------------------------------------------


def growth_text(data: dict[str, Any]) -> str:
    """A lot's growth: a line a passage, the budget, what sets it apart."""
    rows = [
        {
            name: "" if passage[key] is None else passage[key]
            for key, name in _GROWTH_COLUMNS.items()
        }
        for passage in data["passages"]
    ]
    if any(passage["lot"] != data["id"] for passage in data["passages"]):
        rows = [row | {"lot": of["lot"]} for row, of in zip(rows, data["passages"], strict=True)]
    lines = [table(rows) if rows else "(no passage yet)", data["doublings_convention"]]
    budget = data["budget"]
    if budget is not None:
        lines.append(
            f"Budget: {budget['test']} {budget['limit']}; {budget['used'] or 'not known'} used,"
            f" {budget['left'] or 'not known'} left."
        )
    for passage in data["passages"]:
        lines += [f"Look at {passage['passage']}: {words}." for words in passage["outside"]]
    lines.append(f"Compared with {_earlier(data)}; a difference flags, it judges nothing.")
    return "\n".join(lines)


def growth_chart(data: dict[str, Any]) -> Chart:
    """Cumulative doublings against days, this lot strong, earlier lots of the product grey."""
    from lottrack.drawing.plots.chart import Chart, Level, Point, Series

    marked = {passage["passage"]: passage["outside"] for passage in data["passages"]}

    def series(name: str, curve: list[dict[str, str]], *, is_main: bool) -> Series:
        points = tuple(
            Point(
                float(at["day"]),
                float(at["cumulative_population_doublings"]),
                f"{at['passage']} day {at['day']}: {at['cumulative_population_doublings']}",
                "look" if is_main and number and marked.get(at["passage"]) else "",
            )
            for number, at in enumerate(curve)
        )
        return Series(name, points, is_main)

    budget = data["budget"]
    levels: tuple[Level, ...] = ()
    if budget is not None and budget["most"] is not None:
        levels = (Level(float(budget["most"]), f"{budget['test']} {budget['limit']}"),)
    return Chart(
        f"Growth of lot {data['id']}, {data['product']}",
        f"Strong: this lot. Grey: {_earlier(data)}. {data['doublings_convention']}",
        "days since P1 was seeded",
        "cumulative population doublings from P1",
        (
            series(str(data["id"]), data["curve"], is_main=True),
            *(series(each["lot"], each["curve"], is_main=False) for each in data["earlier"]),
        ),
        levels,
        banner=_banner(data),
    )


def _banner(data: dict[str, Any]) -> str:
    from lottrack.drawing.banner import TRAINING

    return TRAINING if data["training"] else ""


def _earlier(data: dict[str, Any]) -> str:
    count = len(data["earlier"])
    return f"{count} earlier lot{'s' * (count != 1)} of {data['product']}"


# -- control charts --------------------------------------------------------------------------------


def control_text(data: dict[str, Any]) -> str:
    """The results of a test in order, and what is unusual among them."""
    rows = [
        {
            "lot": entry["lot"],
            "of": entry["of"],
            "sampled": entry["sampled_at"],
            "value": f"{entry['value']} {data['unit']}".strip(),
            "verdict": entry["verdict"],
            "mark": entry["mark"],
        }
        for entry in data["results"]
    ]
    lines = [table(rows), _spread_words(data)]
    lines += [
        f"Look at {entry['id']} of {entry['of']} ({entry['mark']}): {entry['meaning']}."
        for entry in data["results"]
        if entry["mark"]
    ]
    return "\n".join(lines)


def control_chart(data: dict[str, Any]) -> Chart:
    """Results in their order with mean, standard deviations and the limits of the criterion."""
    from lottrack.drawing.plots.chart import Chart, Point, Series

    points = tuple(
        Point(
            float(place),
            float(entry["number"]),
            f"{entry['of']} {entry['value']}",
            entry["mark"] or ("fail" if entry["verdict"] == "fail" else ""),
        )
        for place, entry in enumerate(data["results"], 1)
    )
    unit = f", {data['unit']}" if data["unit"] else ""
    return Chart(
        f"{data['id']}, {data['count']} results{_of_product(data)}",
        _spread_words(data),
        "results in the order of their sampling, by lot",
        f"{data['id']}{unit}",
        (Series(str(data["id"]), points),),
        tuple(_levels(data)),
        x_words=tuple(
            (float(place), str(entry["lot"])) for place, entry in enumerate(data["results"], 1)
        ),
        banner=_banner(data),
    )


def _levels(data: dict[str, Any]) -> list[Level]:
    from lottrack.drawing.plots.chart import CENTRE, WARNING, Level

    levels = [Level(float(end), f"limit {data['limit']}") for end in data["limits"]]
    if data["mean"] is None:
        return levels
    mean, deviation = float(data["mean"]), float(data["deviation"])
    levels.append(Level(mean, f"mean {data['mean']}", CENTRE))
    for times in (-3, -2, 2, 3) if deviation > 0 else ():
        height = mean + times * deviation
        if _is_possible(height, data["possible"]):
            levels.append(Level(height, f"{times:+d} SD".replace("-", "−"), WARNING))
    return levels


def _is_possible(height: float, ends: list[str]) -> bool:
    """Whether a measurement can give such a number: no share lies above 100 %."""
    low, *high = map(float, ends or ["-inf"])
    return low <= height <= min(high, default=float("inf"))


def _spread_words(data: dict[str, Any]) -> str:
    if data["mean"] is None:
        said = f"{data['counted']} numbers are too few for a mean and spread."
    else:
        said = f"Mean {data['mean']}, SD {data['deviation']} of {data['counted']} numbers."
        if data["counted"] < data["usual"]:
            said += f" Provisional: {data['usual']} or more are wanted."
    if data["other_units"]:
        said += f" {data['other_units']} results in another unit are left out."
    return said + " Marks flag a drift; they judge nothing."


def _of_product(data: dict[str, Any]) -> str:
    return f" of product {data['product']}" if data["product"] else ""
