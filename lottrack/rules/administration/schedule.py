"""Schedule: when an infusion may be given.

The interval counts from the last infusion that was really given, not from a planned day. Interval,
window, age of the weight and the limit after thawing are protocol data: the trial's own register
entry says both weekly and 21 days apart (NCT04153630).
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from lottrack.errors import BadValue, Blocker, Conflict
from lottrack.rules.culture.plausibility import Findings, ShownWarning
from lottrack.rules.reading.text import sentence_start
from lottrack.rules.reading.times import is_before, minute_text, whole_days_between

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date, datetime

_BY_PROTOCOL = "the protocol's schedule"


def interval_findings(
    previous_on: date | None,
    planned_on: date,
    number: int,
    interval_days: int,
    window_days: int,
    *,
    previous_number: int | None = None,
) -> Findings:
    """Judge the days since the last infusion given: interval ± window, both edges allowed.

    If infusions between were not given, each of them lends one interval to the latest day; the
    earliest day stays one interval less the window after the last infusion.

    Args:
        previous_on: the site's date of the last infusion given; None before the first.
        planned_on: the site's date of this infusion.
        number: this infusion's number.
        interval_days: days from one infusion to the next.
        window_days: days the interval may be shorter or longer.
        previous_number: number of the last infusion given; left out, the one before this.

    Returns:
        ``interval-too-short`` or ``interval-too-long``; on the very edge the warning
        ``interval-at-edge``, because one more day's delay or haste would refuse.

    Raises:
        BadValue: interval or window are below 0 (``bad-schedule``).
    """
    _require_not_negative(interval_days, "an interval in days")
    _require_not_negative(window_days, "a window in days")
    if previous_on is None:
        return Findings()
    # A number out of order is for number_findings to tell; here it counts as the next one.
    steps = 1 if previous_number is None else max(number - previous_number, 1)
    days = whole_days_between(previous_on, planned_on)
    least, most = max(interval_days - window_days, 0), interval_days * steps + window_days
    since = (
        f"Infusion {number} on {planned_on.isoformat()} is {_days(days)} after the last one given,"
        f" on {previous_on.isoformat()}"
    )
    if not (days >= least):
        sentence = f"{since}; at least {_days(least)} are needed."
        return Findings(blockers=(Blocker("interval-too-short", sentence, _BY_PROTOCOL),))
    if not (days <= most):
        sentence = f"{since}; at most {_days(most)} are allowed."
        return Findings(blockers=(Blocker("interval-too-long", sentence, _BY_PROTOCOL),))
    if days in {least, most} and least != most:
        edge = "earliest" if days == least else "latest"
        sentence = f"{since}: the {edge} day the protocol allows ({least} to {_days(most)})."
        return Findings(warnings=(ShownWarning("interval-at-edge", sentence),))
    return Findings()


def number_findings(number: int, given: Collection[int], what: str) -> Findings:
    """Judge an infusion's number against those already given in the course.

    Args:
        number: this infusion's number.
        given: numbers of the infusions given.
        what: the course or patient, for the sentence ("course C-1").

    Returns:
        ``infusion-number-already-given``; warnings ``previous-infusion-not-given`` (one may have
        been missed for a good reason) and ``later-infusion-already-given``.
    """
    if number in given:
        return Findings(
            blockers=(
                Blocker(
                    "infusion-number-already-given",
                    f"Infusion {number} of {what} has already been given.",
                    "the record of infusions",
                ),
            )
        )
    warnings = []
    if number > 1 and number - 1 not in given:
        warnings.append(
            ShownWarning(
                "previous-infusion-not-given",
                f"Infusion {number - 1} of {what} is not on record as given. Check that"
                f" {number} is the right number.",
            )
        )
    later = sorted(other for other in given if other > number)
    if later:
        warnings.append(
            ShownWarning(
                "later-infusion-already-given",
                f"Infusion {later[0]} of {what} was given before infusion {number}.",
            )
        )
    return Findings(warnings=tuple(warnings))


def require_number_in_protocol(number: int, infusions: int, what: str) -> None:
    """Refuse to order an infusion that the protocol does not have.

    Args:
        number: the number ordered.
        infusions: how many infusions the protocol has.
        what: the course, for the sentence ("course C-1").

    Raises:
        BadValue: the number is below 1 (``bad-number``).
        Conflict: the protocol has fewer infusions (``order-beyond-protocol``).
    """
    if not (number >= 1):
        raise BadValue(
            f"{number} is no number of an infusion; the first one is 1.", code="bad-number"
        )
    if not (number <= infusions):
        raise Conflict(
            f"Infusion {number} of {what} cannot be ordered: its protocol has {infusions}.",
            code="order-beyond-protocol",
            hint="Check the number; more infusions need an amended protocol:"
            " lottrack course amend, after lottrack protocol approve.",
        )


def planned_day_warnings(what: str, planned_on: date, today: date) -> list[ShownWarning]:
    """Look twice at what is planned for a day that has passed: its year or month may be a slip.

    Args:
        what: what is planned, for the sentence ("infusion 2", "collection CL-1").
        planned_on: the planned day.
        today: the site's date when it was planned.

    Returns:
        ``planned-in-past``, or nothing.
    """
    if whole_days_between(today, planned_on) >= 0:
        return []
    sentence = (
        f"{sentence_start(what)} is planned on {planned_on.isoformat()}, and that was told on"
        f" {today.isoformat()}. Check the date."
    )
    return [ShownWarning("planned-in-past", sentence)]


def weight_findings(weighed_on: date | None, on: date, max_age_days: int) -> Findings:
    """Judge whether a body weight is fresh enough to dose by.

    Args:
        weighed_on: the date of the weighing; None if the patient was never weighed.
        on: the date of the infusion.
        max_age_days: most days between the two, by the protocol.

    Returns:
        ``weight-missing`` (also when the only weight is from after the day judged) or
        ``weight-too-old``.

    Raises:
        BadValue: the greatest age is below 0 (``bad-schedule``).
    """
    _require_not_negative(max_age_days, "the greatest age of a weight in days")
    if weighed_on is None:
        sentence = "The patient has no recorded body weight."
        return Findings(blockers=(Blocker("weight-missing", sentence, _BY_PROTOCOL),))
    age_days = whole_days_between(weighed_on, on)
    if not (age_days >= 0):
        sentence = (
            f"The body weight of {weighed_on.isoformat()} was taken after {on.isoformat()};"
            " a dose needs one from before."
        )
        return Findings(blockers=(Blocker("weight-missing", sentence, _BY_PROTOCOL),))
    if not (age_days <= max_age_days):
        sentence = (
            f"The body weight of {weighed_on.isoformat()} is {_days(age_days)} old on"
            f" {on.isoformat()}; at most {_days(max_age_days)} are allowed."
        )
        return Findings(blockers=(Blocker("weight-too-old", sentence, _BY_PROTOCOL),))
    return Findings()


def expiry_findings(
    expires_at: datetime, now: datetime, infusion_minutes: int, what: str = "The container"
) -> Findings:
    """Judge an expiry time against the moment, and against the end of the infusion.

    At the moment of expiry a product has expired; an infusion may end at that moment.

    Args:
        expires_at: the expiry, aware.
        now: the moment judged, aware.
        infusion_minutes: how long the infusion takes, by the protocol; 0 to judge the moment only.
        what: what expires, as it begins the sentence.

    Returns:
        ``expired`` or ``would-expire-during-infusion``.

    Raises:
        BadValue: a time has no offset (``bad-time``), or the minutes are below 0
            (``bad-schedule``).
    """
    _require_aware(expires_at, now)
    _require_not_negative(infusion_minutes, "an infusion in minutes")
    expiry = minute_text(expires_at)
    if not (now < expires_at):
        sentence = f"{what} expired at {expiry}."
        return Findings(blockers=(Blocker("expired", sentence, "the expiry on the label"),))
    if not (now + timedelta(minutes=infusion_minutes) <= expires_at):
        sentence = (
            f"{what} expires at {expiry}, before an infusion of {_minutes(infusion_minutes)} begun"
            " now would end."
        )
        return Findings(
            blockers=(Blocker("would-expire-during-infusion", sentence, "the expiry on the label"),)
        )
    return Findings()


def post_thaw_findings(
    thawed_at: datetime | None, now: datetime, limit_minutes: int, what: str = "The container"
) -> Findings:
    """Judge the time since thawing against the product's own limit, the last minute allowed.

    Viability falls after thawing at a pace that depends on the carrier (12 points in 90 minutes in
    Ringer lactate, hardly at all with albumin; doi 10.15419/bmrat.v11i9.917), so the limit belongs
    to the product's protocol.

    Args:
        thawed_at: when thawing ended, aware; None for what was never thawed.
        now: the moment judged: the check before the infusion, or the infusion's end; aware.
        limit_minutes: most minutes after thawing.
        what: what was thawed, as it begins the sentence.

    Returns:
        ``post-thaw-limit-passed``, also when the moment judged is before the thawing.

    Raises:
        BadValue: a time has no offset (``bad-time``), or the limit is below 0 (``bad-schedule``).
    """
    if thawed_at is None:
        return Findings()
    _require_aware(thawed_at, now)
    _require_not_negative(limit_minutes, "a limit in minutes")
    elapsed = now - thawed_at
    thawed = minute_text(thawed_at)
    if is_before(now, thawed_at):
        sentence = (
            f"{what} is recorded as thawed at {thawed}, after {minute_text(now)}:"
            " how long ago cannot be told."
        )
        return Findings(blockers=(Blocker("post-thaw-limit-passed", sentence, _BY_PROTOCOL),))
    if not (elapsed <= timedelta(minutes=limit_minutes)):
        # Rounded up: half a minute over the limit must not read like the limit.
        minutes = -(-elapsed // timedelta(minutes=1))
        sentence = (
            f"{what} was thawed {_minutes(minutes)} ago, at {thawed}; at"
            f" most {_minutes(limit_minutes)} are allowed."
        )
        return Findings(blockers=(Blocker("post-thaw-limit-passed", sentence, _BY_PROTOCOL),))
    return Findings()


def _require_not_negative(value: int, what: str) -> None:
    if not (value >= 0):
        raise BadValue(
            f"{value} cannot be {what}.",
            code="bad-schedule",
            hint="Correct the protocol and have it approved again.",
        )


def _require_aware(*times: datetime) -> None:
    for at in times:
        if at.utcoffset() is None:
            raise BadValue(f"{at.isoformat()} has no offset.", code="bad-time")


def _days(days: int) -> str:
    return f"{days} day" if abs(days) == 1 else f"{days} days"


def _minutes(minutes: int) -> str:
    return f"{minutes} minute" if minutes == 1 else f"{minutes} minutes"
