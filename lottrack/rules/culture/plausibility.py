"""Plausibility: what is possible but so unusual that someone should look twice.

Nothing here refuses. A warning is shown, recorded and travels with the answer of the command; the
person decides (Annex 11 section 6: a check of critical entries made by hand). All limits are data
with defaults from published ranges, so that a site can tighten or widen them.
"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from lottrack.rules.culture.growth import (
    passage_name,
    population_doublings,
    seeding_density_per_cm2,
)
from lottrack.rules.reading.quantities import format_cells, plain
from lottrack.rules.reading.text import sentence_start

if TYPE_CHECKING:
    from datetime import datetime

    from lottrack.errors import Blocker


class ShownWarning(NamedTuple):
    """Something a person should look at twice; it stops nothing.

    Attributes:
        code: stable kebab-case name.
        sentence: what is unusual, naming the record, and what to check.
    """

    code: str
    sentence: str


class Findings(NamedTuple):
    """All that a rule has to say: what forbids the act, and what is only worth a look."""

    blockers: tuple[Blocker, ...] = ()
    warnings: tuple[ShownWarning, ...] = ()


class AgeWeights(NamedTuple):
    """Body weights not worth a second look from this age in years up to the next row's."""

    from_age: int
    lightest_kg: Decimal
    heaviest_kg: Decimal


# Unverified, and far wider than any growth chart on purpose: children with epidermolysis bullosa
# are often very light. The rows are there to catch a slipped digit, not to judge nutrition.
AGE_WEIGHTS = tuple(
    AgeWeights(age, Decimal(lightest), Decimal(heaviest))
    for age, lightest, heaviest in (
        (0, 2, 14),
        (1, 5, 20),
        (2, 7, 26),
        (4, 9, 40),
        (6, 11, 55),
        (8, 13, 75),
        (10, 16, 95),
        (12, 20, 125),
        (14, 24, 150),
        (16, 26, 180),
        (18, 28, 220),
    )
)


class PlausibilityLimits(NamedTuple):
    """Where surprise begins, both ends of a range themselves unsurprising.

    Attributes:
        doublings_per_passage: most population doublings of one passage. Clinical expansion makes
            1.5 to 3.5 a week (doi 10.1186/scrt398, figure 6); a slipped decimal point adds 3.3.
        p0_density_min, p0_density_max: mononuclear cells per cm² at P0; 1 to 2 × 10⁵ is usual
            (unverified).
        density_min, density_max: MSC per cm² from P1; 1 to 5 × 10³ is usual, 2 × 10³ published
            (doi 10.1111/j.1582-4934.2010.01157.x).
        viability_pct: least viability; published release limits are 70 to 85 %.
        weight_change_pct: greatest change from one weighing to the next (unverified, as at the
            pharmacy's recalculation of a dose).
        collection_ml_min, collection_ml_max: marrow taken; 10-25 mL for small donations
            (doi 10.1111/j.1582-4934.2010.01157.x), 98-163 mL for large ones (25 GMP batches).
        nucleated_per_ml_min, nucleated_per_ml_max: nucleated cells per mL of marrow; 5.7-35.6
            × 10⁶ in the same 25 batches.
        cells_per_ml_min, cells_per_ml_max: viable cells per mL in a filled container. Published
            fills hold about 4 × 10⁶ (40 × 10⁶ in 10 mL); the training data 10 × 10⁶.
        age_weights: rows by rising age.
    """

    doublings_per_passage: Decimal = Decimal("4.5")
    p0_density_min: Decimal = Decimal(50_000)
    p0_density_max: Decimal = Decimal(200_000)
    density_min: Decimal = Decimal(500)
    density_max: Decimal = Decimal(20_000)
    viability_pct: Decimal = Decimal(70)
    weight_change_pct: Decimal = Decimal(10)
    collection_ml_min: Decimal = Decimal(10)
    collection_ml_max: Decimal = Decimal(163)
    nucleated_per_ml_min: Decimal = Decimal(5_700_000)
    nucleated_per_ml_max: Decimal = Decimal(35_600_000)
    cells_per_ml_min: Decimal = Decimal(1_000_000)
    cells_per_ml_max: Decimal = Decimal(50_000_000)
    age_weights: tuple[AgeWeights, ...] = AGE_WEIGHTS


DEFAULT_LIMITS = PlausibilityLimits()


def growth_warnings(
    what: str,
    passage: int,
    seeded: int,
    harvested: int,
    limits: PlausibilityLimits = DEFAULT_LIMITS,
) -> list[ShownWarning]:
    """Look twice at one passage's two counts (viable cells).

    P0 is not judged: it starts from mononuclear cells of which few are precursors, so its harvest
    is regularly far below its seeding.

    Args:
        what: the lot, for the sentence ("lot L02").
        passage: its number.
        seeded: viable cells put into culture.
        harvested: viable cells taken out.
        limits: where surprise begins.
    """
    if passage == 0:
        return []
    counts = f"{format_cells(seeded)} seeded, {format_cells(harvested)} harvested"
    where = f"{passage_name(passage)} of {what}"
    if not (harvested >= seeded):
        return [
            ShownWarning(
                "fewer-cells-harvested-than-seeded",
                f"{where} lost cells ({counts}). Check both counts.",
            )
        ]
    doublings = population_doublings(seeded, harvested)
    if doublings <= limits.doublings_per_passage:
        return []
    return [
        ShownWarning(
            "growth-implausible",
            f"{where} would have doubled {doublings} times ({counts}); more than"
            f" {plain(limits.doublings_per_passage)} in one passage is unusual."
            " Check both counts and their powers of ten.",
        )
    ]


def seeding_warnings(
    what: str,
    passage: int,
    seeded: int,
    area_cm2: Decimal,
    limits: PlausibilityLimits = DEFAULT_LIMITS,
) -> list[ShownWarning]:
    """Look twice at a seeding density: mononuclear cells at P0, MSC from P1.

    Raises:
        BadValue: the area is no number above 0, or no cells were seeded.
    """
    density = seeding_density_per_cm2(seeded, area_cm2)
    low, high = (
        (limits.p0_density_min, limits.p0_density_max)
        if passage == 0
        else (limits.density_min, limits.density_max)
    )
    if _is_within(density, low, high):
        return []
    return [
        ShownWarning(
            "seeding-density-unusual",
            f"{passage_name(passage)} of {what} was seeded at {plain(density)} cells per cm²"
            f" ({format_cells(seeded)} on {plain(area_cm2)} cm²); {plain(low)} to {plain(high)} is"
            " usual. Check count and area.",
        )
    ]


def beginning_warnings(what: str, passage: int) -> list[ShownWarning]:
    """Look twice at a lot whose culture begins later than P0.

    That is how a lot already running is taken over from paper, and how a mistyped passage looks.
    Doublings before it are not counted, so a limit of doublings would be met too late.

    Args:
        what: the lot, for the sentence ("lot L02").
        passage: the first passage on record, grown from the collection itself.
    """
    if passage == 0:
        return []
    missing = "P0 is" if passage == 1 else f"P0 to {passage_name(passage - 1)} are"
    return [
        ShownWarning(
            "passages-missing",
            f"The culture of {what} begins with {passage_name(passage)}: {missing} not on record,"
            " and their doublings are not counted. Check the passage's number.",
        )
    ]


def viability_warnings(
    what: str, viability_pct: Decimal, limits: PlausibilityLimits = DEFAULT_LIMITS
) -> list[ShownWarning]:
    """Look twice at a low viability; whether it fails is for the specification to say."""
    if _is_within(viability_pct, limits.viability_pct, Decimal(100)):
        return []
    return [
        ShownWarning(
            "viability-low",
            f"The viability of {what} is {viability_pct} %; below {plain(limits.viability_pct)} %"
            " is unusual.",
        )
    ]


def weight_warnings(
    what: str,
    weight_kg: Decimal,
    *,
    previous_kg: Decimal | None = None,
    age_years: int | None = None,
    limits: PlausibilityLimits = DEFAULT_LIMITS,
) -> list[ShownWarning]:
    """Look twice at a body weight, against the one before it and against the age.

    Args:
        what: whose weight, for the sentence ("patient P02").
        weight_kg: the weight now.
        previous_kg: the weight recorded before, if there is one.
        age_years: year of the weighing less year of birth: as only the year of birth is kept, the
            person may be a year younger, and the wider range counts.
        limits: where surprise begins.
    """
    warnings = []
    if previous_kg is not None and _is_changed(weight_kg, previous_kg, limits.weight_change_pct):
        warnings.append(
            ShownWarning(
                "weight-changed",
                f"The weight of {what} is {weight_kg} kg and was {previous_kg} kg before: more than"
                f" {plain(limits.weight_change_pct)} % apart. Weigh again or have it checked.",
            )
        )
    if age_years is not None:
        lightest = _row_for(age_years - 1, limits).lightest_kg
        heaviest = _row_for(age_years, limits).heaviest_kg
        if not _is_within(weight_kg, lightest, heaviest):
            warnings.append(
                ShownWarning(
                    "weight-unusual-for-age",
                    f"The weight of {what}, {weight_kg} kg, is unusual at about {age_years} years"
                    f" ({plain(lightest)} to {plain(heaviest)} kg is usual). Check its digits.",
                )
            )
    return warnings


def collection_warnings(
    what: str,
    *,
    volume_ml: Decimal | None = None,
    nucleated_cells: int | None = None,
    mononuclear_cells: int | None = None,
    limits: PlausibilityLimits = DEFAULT_LIMITS,
) -> list[ShownWarning]:
    """Look twice at the volume and the cell counts of a marrow collection."""
    warnings = []
    if volume_ml is not None:
        low, high = limits.collection_ml_min, limits.collection_ml_max
        if not _is_within(volume_ml, low, high):
            warnings.append(
                ShownWarning(
                    "collection-volume-unusual",
                    f"The volume of {what} is {volume_ml} mL; {plain(low)} to {plain(high)} mL is"
                    " usual.",
                )
            )
        if nucleated_cells is not None and volume_ml.is_finite() and volume_ml > 0:
            warnings += _nucleated_warnings(what, nucleated_cells, volume_ml, limits)
    if (
        nucleated_cells is not None
        and mononuclear_cells is not None
        and not (mononuclear_cells <= nucleated_cells)
    ):
        warnings.append(
            ShownWarning(
                "mononuclear-above-nucleated",
                f"{what} counts more mononuclear cells ({format_cells(mononuclear_cells)}) than"
                f" nucleated ones ({format_cells(nucleated_cells)}), of which they are a part."
                " Check both counts.",
            )
        )
    return warnings


def fill_warnings(
    what: str,
    viable_cells: int,
    volume_ml: Decimal,
    limits: PlausibilityLimits = DEFAULT_LIMITS,
) -> list[ShownWarning]:
    """Look twice at the concentration of a filled container."""
    low, high = limits.cells_per_ml_min, limits.cells_per_ml_max
    if (
        volume_ml.is_finite()
        and volume_ml > 0
        and low * volume_ml <= viable_cells <= high * volume_ml
    ):
        return []
    return [
        ShownWarning(
            "fill-concentration-unusual",
            f"{what} would hold {format_cells(viable_cells)} viable cells in {volume_ml} mL;"
            f" {format_cells(int(low))} to {format_cells(int(high))} per mL is usual."
            " Check cells and volume.",
        )
    ]


def late_fill_warnings(
    what: str, harvested_at: datetime, filled_at: datetime, within_hours: int, basis: str
) -> list[ShownWarning]:
    """Look twice at a fill of cells that waited longer for it than they usually do.

    Cells in suspension are not fed and not frozen: days between harvest and fill are mostly a date
    that was told wrongly, or else a loss of viability that the count at the fill has to show.

    Args:
        what: the fill, for the sentence ("this fill of lot L02").
        harvested_at: when the cells were harvested.
        filled_at: when they were filled.
        within_hours: how long they usually wait at most, by the specification.
        basis: number of the specification that says so.

    Returns:
        ``filled-long-after-harvest``, or nothing.
    """
    waited = filled_at - harvested_at
    if waited <= timedelta(hours=within_hours):
        return []
    days, rest = divmod(waited, timedelta(days=1))
    hours = rest // timedelta(hours=1)
    parts = [f"{days} days" if days != 1 else "1 day"] if days else []
    parts += [f"{hours} hours" if hours != 1 else "1 hour"] if hours or not days else []
    return [
        ShownWarning(
            "filled-long-after-harvest",
            f"{sentence_start(what)} comes {' '.join(parts)} after the harvest of its cells;"
            f" {basis} reckons with {within_hours} hours at most. Check both times and the"
            " viability at the fill.",
        )
    ]


def _nucleated_warnings(
    what: str, nucleated_cells: int, volume_ml: Decimal, limits: PlausibilityLimits
) -> list[ShownWarning]:
    low, high = limits.nucleated_per_ml_min, limits.nucleated_per_ml_max
    if low * volume_ml <= nucleated_cells <= high * volume_ml:
        return []
    return [
        ShownWarning(
            "nucleated-count-unusual",
            f"{what} counts {format_cells(int(nucleated_cells / volume_ml))} nucleated cells per mL"
            f" ({format_cells(nucleated_cells)} in {plain(volume_ml)} mL); {format_cells(int(low))}"
            f" to {format_cells(int(high))} is usual. Check count and volume.",
        )
    ]


def _row_for(age_years: int, limits: PlausibilityLimits) -> AgeWeights:
    """The row of the greatest age not above this one; the youngest row below all of them."""
    rows = [row for row in limits.age_weights if row.from_age <= age_years]
    return rows[-1] if rows else limits.age_weights[0]


def _is_changed(weight_kg: Decimal, previous_kg: Decimal, change_pct: Decimal) -> bool:
    # Multiplied out, so that no rounding decides; what is no number counts as changed.
    if not (weight_kg.is_finite() and previous_kg.is_finite()):
        return True
    return not (abs(weight_kg - previous_kg) * 100 <= change_pct * previous_kg)


def _is_within(value: Decimal, low: Decimal, high: Decimal) -> bool:
    """Whether a value lies in a range, ends included; what is no number never does."""
    return value.is_finite() and low <= value <= high
