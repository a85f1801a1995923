"""Screening of donors: panel, window, worst result, and what the responsible person may sign."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lottrack.errors import BadValue
from lottrack.rules.screening.markers import is_same_marker
from lottrack.rules.screening.rule_sets import RISK_CASES
from lottrack.rules.screening.screening import (
    DECISIONS,
    OUTCOMES,
    STANDARD_MARKERS,
    MarkerOutcome,
    RuleSet,
    ScreeningVerdict,
    canonical_marker,
    decision_blockers,
    label_statements,
    parse_outcome,
    parse_rule_set,
    screening_findings,
)

FOLDER = Path(__file__).parents[2] / "db" / "screening"
PANEL = ("anti-HIV-1/2", "HBsAg", "anti-HBc", "anti-HCV", "syphilis")
COLLECTED_ON = date(2025, 11, 24)
ADVISE = "WARNING: Advise patient of communicable disease risks"

RULE_TEXT = """\
title = "A rule"
source = "A law"
valid_from = 2020-01-01
panel = ["anti-HIV-1/2", "HBsAg"]
days_before = 30
days_after = 0
risk_assessment = []
sample_rule = "Serum"
"""


def _rule(name: str = "EU_BM_30d") -> RuleSet:
    return parse_rule_set(name, (FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


EU = _rule()


def _samples(days_before: int = 5, **changed: str) -> list[MarkerOutcome]:
    """A clear panel sampled so many days before the collection, with some outcomes changed."""
    outcomes = dict.fromkeys(PANEL, "non-reactive")
    outcomes.update({name.replace("_", "-"): outcome for name, outcome in changed.items()})
    return [
        MarkerOutcome(canonical_marker(marker), outcome, _day(days_before), seq)
        for seq, (marker, outcome) in enumerate(outcomes.items(), start=1)
    ]


def _one(marker: str, outcome: str, days_before: int, seq: int = 99) -> MarkerOutcome:
    return MarkerOutcome(marker, outcome, _day(days_before), seq)


def _day(days_before: int) -> date:
    return COLLECTED_ON - timedelta(days=days_before)


def _judge(samples: list[MarkerOutcome], rule: RuleSet = EU) -> ScreeningVerdict:
    return screening_findings(rule, samples, COLLECTED_ON, "donor D07")


def _codes(verdict: ScreeningVerdict) -> list[str]:
    return [blocker.code for blocker in verdict.blockers]


# The panel and its window


def test_a_clear_panel_in_the_window_is_clear() -> None:
    verdict = _judge(_samples())
    assert verdict.is_complete
    assert verdict.is_clear
    assert verdict.blockers == ()
    assert verdict.warnings == ()
    assert [each.marker for each in verdict.counted] == list(PANEL)


def test_a_donor_without_results_misses_every_marker() -> None:
    verdict = _judge([])
    assert verdict.missing == PANEL
    assert _codes(verdict) == ["marker-missing"] * 5
    assert not verdict.is_complete
    assert "No result of HBsAg is on record for donor D07." in [
        blocker.sentence for blocker in verdict.blockers
    ]
    assert all(b.basis.startswith("rule EU_BM_30d: Dir. 2006/17/EC") for b in verdict.blockers)


def test_e02_serology_34_days_before_the_collection_fails_and_a_repeat_mends_it() -> None:
    early = _samples(days_before=34)
    verdict = _judge(early)
    assert [each.marker for each in verdict.out_of_window] == list(PANEL)
    assert verdict.missing == ()
    assert not verdict.is_complete
    assert _codes(verdict) == ["marker-out-of-window"] * 5
    assert "34 days before collection, at most 30 allowed" in verdict.blockers[0].sentence
    repeated = _judge([*early, *_samples(days_before=0)])
    assert repeated.is_clear
    assert {each.sampled_on for each in repeated.counted} == {COLLECTED_ON}


@pytest.mark.parametrize(
    ("name", "days_before", "inside"),
    [
        ("EU_BM_30d", 31, False),
        ("EU_BM_30d", 30, True),
        ("EU_BM_30d", 0, True),
        ("EU_BM_30d", -1, False),
        ("EU_0_7d", 1, False),
        ("EU_0_7d", 0, True),
        ("EU_0_7d", -7, True),
        ("EU_0_7d", -8, False),
        ("US_BM_30d", 31, False),
        ("US_BM_30d", 30, True),
        ("US_BM_30d", -7, True),
        ("US_BM_30d", -8, False),
        ("US_0_7d", 8, False),
        ("US_0_7d", 7, True),
        ("US_0_7d", -7, True),
        ("US_0_7d", -8, False),
    ],
)
def test_each_rule_has_its_own_window(name: str, days_before: int, inside: bool) -> None:
    rule = _rule(name)
    samples = [_one(marker, "non-reactive", days_before) for marker in rule.panel]
    verdict = _judge(samples, rule)
    assert verdict.is_complete is inside
    assert bool(verdict.out_of_window) is not inside


def test_of_samples_outside_the_window_the_nearest_is_told() -> None:
    samples = [_one("HBsAg", "non-reactive", days) for days in (60, 35, -20, -1)]
    outside = _judge(samples).out_of_window[0]
    assert (outside.marker, outside.days_before) == ("HBsAg", -1)
    sentence = _judge(samples).blockers[-1].sentence
    assert "1 day after collection, at most 0 allowed" in sentence


def test_before_the_collection_no_window_is_judged() -> None:
    verdict = screening_findings(EU, _samples(days_before=400), None)
    assert verdict.is_clear
    assert screening_findings(EU, [], None).missing == PANEL


def test_a_rule_applied_outside_its_dates_is_pointed_at() -> None:
    collected_on = date(2027, 8, 7)  # the day Regulation (EU) 2024/1938 applies
    samples = [MarkerOutcome(marker, "non-reactive", collected_on, 1) for marker in PANEL]
    (warning,) = screening_findings(EU, samples, collected_on).warnings
    assert warning.code == "rule-set-not-in-force"
    before = collected_on - timedelta(days=1)
    earlier = [sample._replace(sampled_on=before) for sample in samples]
    assert screening_findings(EU, earlier, before).warnings == ()


# Reactive and indeterminate results


@pytest.mark.parametrize("marker", ["anti-HIV-1/2", "HBsAg", "anti-HCV"])
def test_a_reactive_marker_excludes(marker: str) -> None:
    verdict = _judge([*_samples(), _one(marker, "reactive", 5)])
    assert verdict.reactive == (marker,)
    assert verdict.is_complete
    assert not verdict.is_clear
    assert verdict.needs_risk_assessment == ()
    assert verdict.warnings == ()
    (blocker,) = verdict.blockers
    assert blocker.code == "marker-reactive"
    assert f"{marker} of donor D07 is reactive" in blocker.sentence
    assert "excludes" in blocker.sentence


@pytest.mark.parametrize("order", [1, -1])
def test_of_two_results_in_the_window_the_worst_counts(order: int) -> None:
    both = [_one("HBsAg", "indeterminate", 10, 98), _one("HBsAg", "non-reactive", 2, 99)]
    verdict = _judge([*_samples(), *both[::order]])
    assert verdict.indeterminate == ("HBsAg",)
    assert _codes(verdict) == ["marker-indeterminate"]
    counted = next(each for each in verdict.counted if each.marker == "HBsAg")
    assert counted.outcome == "indeterminate"


@pytest.mark.parametrize("days_before", [400, 31, 5, 0, -1, -400])
def test_a_reactive_result_of_any_day_counts(days_before: int) -> None:
    verdict = _judge([*_samples(), _one("anti-HCV", "reactive", days_before)])
    assert verdict.reactive == ("anti-HCV",)
    assert not verdict.is_clear


def test_the_latest_reactive_sample_is_named() -> None:
    samples = [_one("HBsAg", "reactive", 10), _one("HBsAg", "reactive", 3)]
    sentence = _judge([*_samples(), *samples]).blockers[0].sentence
    assert "sampled on 2025-11-21" in sentence


def test_a_doubt_before_the_window_is_settled_and_one_after_it_is_not() -> None:
    assert _judge([*_samples(), _one("HBsAg", "indeterminate", 31)]).is_clear
    assert _judge([*_samples(), _one("HBsAg", "indeterminate", -40)]).indeterminate == ("HBsAg",)


def test_a_marker_both_reactive_and_in_doubt_is_reactive() -> None:
    samples = [*_samples(), _one("HBsAg", "indeterminate", 5), _one("HBsAg", "reactive", 5)]
    assert _judge(samples).reactive == ("HBsAg",)
    assert _judge(samples).indeterminate == ()


@pytest.mark.parametrize("marker", ["HIV-NAT", "HTLV-I/II", "Zika"])
def test_markers_beyond_the_panel_count_as_well(marker: str) -> None:
    assert _judge([*_samples(), _one(marker, "non-reactive", 5)]).is_clear
    assert _judge([*_samples(), _one(marker, "reactive", 5)]).reactive == (marker,)
    assert _judge([*_samples(), _one(marker, "indeterminate", 5)]).indeterminate == (marker,)


def test_a_word_that_is_no_outcome_is_never_taken_as_clear() -> None:
    assert _judge([*_samples(), _one("HBsAg", "negative", 5)]).indeterminate == ("HBsAg",)


def test_an_informative_marker_is_told_and_excludes_nobody() -> None:
    verdict = _judge([*_samples(), _one("CMV", "reactive", 5)])
    assert verdict.is_clear
    (warning,) = verdict.warnings
    assert warning.code == "informative-marker-reactive"
    assert "CMV of donor D07" in warning.sentence
    assert _judge([*_samples(), _one("CMV", "indeterminate", 5)]).is_clear


def test_an_informative_marker_of_the_panel_is_still_needed() -> None:
    rule = _rule("US_BM_30d")
    samples = [_one(marker, "non-reactive", 5) for marker in rule.panel if marker != "CMV"]
    assert _judge(samples, rule).missing == ("CMV",)
    assert _judge([*samples, _one("CMV", "reactive", 5)], rule).is_clear


# What a risk assessment may answer


def test_e01_anti_hbc_alone_needs_a_risk_assessment() -> None:
    verdict = _judge([*_samples(anti_HBc="reactive"), _one("HBV-NAT", "non-reactive", 5)])
    assert verdict.reactive == ("anti-HBc",)
    assert verdict.needs_risk_assessment == ("anti-HBc-alone",)
    assert not verdict.is_clear
    (blocker,) = decision_blockers(verdict, "eligible")
    assert blocker.code == "marker-reactive"
    assert "risk assessment" in blocker.sentence
    assert decision_blockers(verdict, "eligible", risk_assessment="Anti-HBs 250 IU/L.") == []
    assert decision_blockers(verdict, "eligible", risk_assessment=" \t") == [blocker]


@pytest.mark.parametrize(
    "others",
    [
        [_one("HBsAg", "reactive", 5)],
        [_one("HBsAg", "reactive", 300)],
        [_one("HBV-NAT", "reactive", 5)],
        [_one("HBsAg", "indeterminate", 5)],
        [_one("HBV-NAT", "indeterminate", 5)],
    ],
)
def test_anti_hbc_with_another_sign_of_hepatitis_b_is_not_assessable(
    others: list[MarkerOutcome],
) -> None:
    verdict = _judge([*_samples(anti_HBc="reactive"), *others])
    assert decision_blockers(verdict, "eligible", risk_assessment="All is well.")


def test_anti_hbc_without_a_current_hbsag_is_not_assessable() -> None:
    samples = [each for each in _samples(anti_HBc="reactive") if each.marker != "HBsAg"]
    assert _judge(samples).needs_risk_assessment == ()
    samples.append(_one("HBsAg", "non-reactive", 90))
    assert _judge(samples).needs_risk_assessment == ()


def test_a_reactive_syphilis_screen_needs_its_confirmation() -> None:
    verdict = _judge(_samples(syphilis="reactive"))
    assert verdict.missing == ("syphilis-confirmation",)
    assert verdict.needs_risk_assessment == ()
    assert _codes(verdict) == ["marker-missing", "marker-reactive"]
    assert decision_blockers(verdict, "eligible", risk_assessment="All is well.")


def test_a_syphilis_screen_that_is_not_confirmed_needs_a_risk_assessment() -> None:
    verdict = _judge(
        [*_samples(syphilis="reactive"), _one("syphilis-confirmation", "non-reactive", 5)]
    )
    assert verdict.needs_risk_assessment == ("syphilis-not-confirmed",)
    assert verdict.missing == ()
    assert [b.code for b in decision_blockers(verdict, "eligible")] == ["marker-reactive"]
    assert decision_blockers(verdict, "eligible", risk_assessment="Biological false one.") == []


def test_a_confirmation_from_before_the_screen_answers_nothing() -> None:
    verdict = _judge(
        [*_samples(syphilis="reactive"), _one("syphilis-confirmation", "non-reactive", 6)]
    )
    assert verdict.missing == ("syphilis-confirmation",)
    assert verdict.needs_risk_assessment == ()


def test_a_confirmation_of_one_screen_does_not_answer_a_later_one() -> None:
    answered = [_one("syphilis", "reactive", 20), _one("syphilis-confirmation", "non-reactive", 20)]
    verdict = _judge([*_samples(), *answered])
    assert verdict.needs_risk_assessment == ("syphilis-not-confirmed",)
    verdict = _judge([*_samples(syphilis="reactive"), *answered])
    assert verdict.missing == ("syphilis-confirmation",)
    assert label_statements([*_samples(syphilis="reactive"), *answered]) != ()


def test_one_doubtful_confirmation_among_clear_ones_is_a_doubt() -> None:
    confirmations = [
        _one("syphilis-confirmation", "non-reactive", 5),
        _one("syphilis-confirmation", "indeterminate", 5),
    ]
    verdict = _judge([*_samples(syphilis="reactive"), *confirmations])
    assert verdict.indeterminate == ("syphilis-confirmation",)
    assert verdict.needs_risk_assessment == ()


def test_a_doubtful_confirmation_leaves_the_screen_standing() -> None:
    verdict = _judge(
        [*_samples(syphilis="reactive"), _one("syphilis-confirmation", "indeterminate", 5)]
    )
    assert verdict.indeterminate == ("syphilis-confirmation",)
    assert verdict.needs_risk_assessment == ()


@pytest.mark.parametrize("screen", ["reactive", "non-reactive"])
def test_confirmed_syphilis_is_only_for_a_rule_that_leaves_it_to_the_responsible_person(
    screen: str,
) -> None:
    samples = [
        *_samples(syphilis=screen),
        _one("syphilis-confirmation", "reactive", 5, 98),
        _one("syphilis-confirmation", "non-reactive", 4, 99),
    ]
    verdict = _judge(samples)
    assert verdict.needs_risk_assessment == ("syphilis-confirmed",)
    assert decision_blockers(verdict, "eligible")
    assert decision_blockers(verdict, "eligible", risk_assessment="Treated in 1998.") == []
    strict = _judge(samples, EU._replace(risk_assessment=()))
    assert strict.needs_risk_assessment == ()
    assert decision_blockers(strict, "eligible", risk_assessment="Treated in 1998.")


def test_under_the_american_rule_anti_hbc_always_excludes() -> None:
    rule = _rule("US_BM_30d")
    samples = [
        _one(marker, "reactive" if marker == "anti-HBc" else "non-reactive", 5)
        for marker in rule.panel
    ]
    verdict = _judge(samples, rule)
    assert verdict.needs_risk_assessment == ()
    assert decision_blockers(verdict, "eligible", risk_assessment="Anti-HBs 250 IU/L.")


def test_a_risk_assessment_of_one_finding_does_not_answer_another() -> None:
    verdict = _judge([*_samples(anti_HBc="reactive"), _one("anti-HCV", "reactive", 5)])
    (blocker,) = decision_blockers(verdict, "eligible", risk_assessment="Anti-HBs 250 IU/L.")
    assert "anti-HCV" in blocker.sentence


# Decisions


@pytest.mark.parametrize(
    "samples",
    [
        _samples()[1:],
        _samples(days_before=34),
        _samples(HBsAg="indeterminate"),
        _samples(HBsAg="reactive"),
    ],
)
def test_only_a_complete_and_clear_donor_is_eligible(samples: list[MarkerOutcome]) -> None:
    verdict = _judge(samples)
    assert decision_blockers(verdict, "eligible", risk_assessment="Fine.", reason="Fine.")
    assert decision_blockers(verdict, "ineligible", reason="Results.") == []
    assert (
        decision_blockers(verdict, "deferred", reason="Repeat.", defer_until=date(2026, 1, 1)) == []
    )


def test_a_clear_donor_is_eligible_without_a_word() -> None:
    assert decision_blockers(_judge(_samples()), "eligible") == []


@pytest.mark.parametrize("decision", ["deferred", "ineligible"])
def test_turning_a_donor_away_needs_a_reason(decision: str) -> None:
    codes = [
        blocker.code
        for blocker in decision_blockers(
            _judge(_samples()), decision, reason="  ", defer_until=date(2026, 1, 1)
        )
    ]
    assert codes == ["reason-missing"]


def test_a_deferral_needs_its_end() -> None:
    (blocker,) = decision_blockers(_judge(_samples()), "deferred", reason="Travel.")
    assert blocker.code == "deferral-date-missing"


def test_there_is_no_fourth_decision() -> None:
    with pytest.raises(BadValue) as refusal:
        decision_blockers(_judge(_samples()), "maybe")
    assert refusal.value.code == "bad-decision"


@given(
    st.lists(
        st.builds(
            MarkerOutcome,
            st.sampled_from(STANDARD_MARKERS),
            st.sampled_from(OUTCOMES),
            st.integers(-60, 60).map(_day),
            st.integers(1, 1000),
        ),
        max_size=25,
    )
)
def test_whatever_is_recorded_the_verdict_hangs_together(samples: list[MarkerOutcome]) -> None:
    verdict = _judge(samples)
    assert verdict.is_clear == (not verdict.blockers)
    shown = {each.marker for each in verdict.counted}
    outside = {each.marker for each in verdict.out_of_window}
    missing = set(verdict.missing) - {"syphilis-confirmation"}
    assert sorted((*shown, *outside, *missing)) == sorted(PANEL)
    excluding = {"HIV-NAT", "anti-HIV-1/2", "HBsAg", "HBV-NAT", "anti-HCV", "HCV-NAT", "HTLV-I/II"}
    if any(each.marker in excluding and each.outcome == "reactive" for each in samples):
        assert decision_blockers(verdict, "eligible", risk_assessment="Fine.")
    if not decision_blockers(verdict, "eligible"):
        assert label_statements(samples, EU.informative) == ()
    assert _judge(list(reversed(samples))) == verdict


# Names and words


@pytest.mark.parametrize("marker", STANDARD_MARKERS)
def test_case_spaces_and_hyphens_do_not_make_another_marker(marker: str) -> None:
    spellings = (marker.upper(), marker.lower(), marker.replace("-", " "), f" {marker}\n")
    assert {canonical_marker(spelling) for spelling in spellings} == {marker}


def test_no_two_standard_markers_share_a_name() -> None:
    for one in STANDARD_MARKERS:
        assert [other for other in STANDARD_MARKERS if is_same_marker(one, other)] == [one]


def test_htlv_iii_is_not_htlv_i_and_ii() -> None:
    assert canonical_marker("HTLV-III") == "HTLV-III"


def test_a_sites_own_marker_keeps_its_first_spelling() -> None:
    assert canonical_marker("West Nile NAT") == "West Nile NAT"
    assert canonical_marker("west-nile nat", known=["West Nile NAT"]) == "West Nile NAT"


@pytest.mark.parametrize("text", ["", "  ", "--", "HBsAg=reactive", "a\x00b", "x" * 41])
def test_what_names_nothing_is_no_marker(text: str) -> None:
    with pytest.raises(BadValue):
        canonical_marker(text)


def test_outcomes_are_read_without_case_and_never_translated() -> None:
    assert [parse_outcome(f" {outcome.upper()}") for outcome in OUTCOMES] == list(OUTCOMES)
    for text in ("positive", "negative", "neg", "nonreactive", "", "reactive?"):
        with pytest.raises(BadValue) as refusal:
            parse_outcome(text)
        assert refusal.value.code == "bad-outcome"
        assert "non-reactive, reactive or indeterminate" in refusal.value.hint


def test_decisions_and_outcomes_are_the_words_the_record_stores() -> None:
    assert DECISIONS == ("eligible", "deferred", "ineligible")
    assert OUTCOMES == ("non-reactive", "reactive", "indeterminate")


# Labels


def test_a_clear_donor_leaves_no_statement_on_the_label() -> None:
    assert label_statements(_samples()) == ()
    assert label_statements([]) == ()


def test_a_reactive_donor_marks_the_label_with_hazard_and_warnings() -> None:
    samples = _samples(anti_HBc="reactive", HBsAg="reactive", anti_HCV="reactive")
    assert label_statements(samples) == (
        "BIOLOGICAL HAZARD",
        ADVISE,
        "WARNING: Reactive test results for hepatitis B virus",
        "WARNING: Reactive test results for hepatitis C virus",
    )


def test_a_later_reactive_sample_marks_labels_too() -> None:
    statements = label_statements([*_samples(), _one("hiv nat", "reactive", -90)])
    assert statements[2:] == ("WARNING: Reactive test results for HIV",)


def test_a_sites_own_marker_is_named_as_the_site_names_it() -> None:
    statements = label_statements([_one("Zika NAT", "reactive", 1), _one("Chagas", "reactive", 1)])
    assert statements[2:] == (
        "WARNING: Reactive test results for Chagas",
        "WARNING: Reactive test results for Zika NAT",
    )


def test_an_unconfirmed_syphilis_screen_is_no_hazard_and_a_confirmed_one_is() -> None:
    screen = _one("syphilis", "reactive", 5)
    expected = ("BIOLOGICAL HAZARD", ADVISE, "WARNING: Reactive test results for syphilis")
    assert label_statements([screen]) == expected
    assert label_statements([screen, _one("syphilis-confirmation", "non-reactive", 5)]) == ()
    assert label_statements([screen, _one("syphilis-confirmation", "reactive", 5)]) == expected
    assert label_statements([screen, _one("syphilis-confirmation", "indeterminate", 5)]) == expected
    confirmed_once = [
        _one("syphilis-confirmation", "reactive", 20),
        _one("syphilis-confirmation", "non-reactive", 5),
    ]
    assert label_statements([screen, *confirmed_once]) == expected


def test_an_informative_marker_is_no_hazard_where_the_rule_says_so() -> None:
    samples = [_one("CMV", "reactive", 5)]
    assert label_statements(samples, informative=EU.informative) == ()
    assert label_statements(samples)[2:] == ("WARNING: Reactive test results for cytomegalovirus",)


# Rule sets


def test_four_rule_sets_are_shipped() -> None:
    names = sorted(path.stem for path in FOLDER.glob("*.toml"))
    assert names == ["EU_0_7d", "EU_BM_30d", "US_0_7d", "US_BM_30d"]
    for name in names:
        rule = _rule(name)
        assert rule.name == name
        assert set(PANEL) <= set(rule.panel)
        assert rule.notes
        assert rule.sample_rule


def test_the_default_rule_has_the_complete_panel_and_thirty_days() -> None:
    assert EU.panel == PANEL
    assert (EU.days_before, EU.days_after) == (30, 0)
    assert EU.risk_assessment == RISK_CASES
    assert EU.validity == "from 2012-11-26 to 2027-08-06"


def test_a_rule_without_an_end_stays_in_force() -> None:
    rule = parse_rule_set("SITE", RULE_TEXT)
    assert rule.valid_until is None
    assert rule.informative == ()
    assert rule.notes == ""
    assert rule.is_in_force(date(2020, 1, 1))
    assert rule.is_in_force(date(2999, 1, 1))
    assert not rule.is_in_force(date(2019, 12, 31))
    assert rule.validity == "from 2020-01-01 on"


def test_a_rule_may_hold_for_one_day_and_look_back_a_year() -> None:
    text = RULE_TEXT.replace("days_before = 30", "days_before = 365\nvalid_until = 2020-01-01")
    rule = parse_rule_set("SITE", text)
    assert rule.days_before == 365
    assert rule.is_in_force(date(2020, 1, 1))
    assert not rule.is_in_force(date(2020, 1, 2))


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ('title = "A rule"\n', "", "title"),
        ('title = "A rule"', 'title = "  "', "title"),
        ('title = "A rule"', "title = 5", "title"),
        ("sample_rule", "sample_rules", "sample_rules"),
        ("valid_from = 2020-01-01", 'valid_from = "2020-01-01"', "valid_from"),
        ("valid_from = 2020-01-01", "valid_from = 2020-01-01T00:00:00Z", "valid_from"),
        ("days_after", "valid_until = 2019-12-31\ndays_after", "valid_until"),
        ("days_before = 30", "days_before = -1", "days_before"),
        ("days_before = 30", "days_before = 366", "days_before"),
        ("days_before = 30", "days_before = 30.0", "days_before"),
        ("days_before = 30", "days_before = true", "days_before"),
        ("days_before = 30", 'days_before = "30"', "days_before"),
        ("days_after = 0", "days_after = nan", "days_after"),
        ('["anti-HIV-1/2", "HBsAg"]', "[]", "panel"),
        ('["anti-HIV-1/2", "HBsAg"]', '"HBsAg"', "panel"),
        ('["anti-HIV-1/2", "HBsAg"]', '["HBsAg", 5]', "panel"),
        ('["anti-HIV-1/2", "HBsAg"]', '["HBsAg", "hbsag"]', "panel"),
        ('["anti-HIV-1/2", "HBsAg"]', '["HBsAg", ""]', "panel"),
        ("risk_assessment = []", 'risk_assessment = ["HIV"]', "risk_assessment"),
        ("risk_assessment = []", "risk_assessment = false", "risk_assessment"),
        ("days_after", 'informative = ["hbsag"]\ndays_after', "informative"),
    ],
)
def test_a_rule_with_a_mistake_is_refused_and_the_key_named(old: str, new: str, key: str) -> None:
    text = RULE_TEXT.replace(old, new, 1)
    assert text != RULE_TEXT
    with pytest.raises(BadValue) as refusal:
        parse_rule_set("SITE", text)
    assert refusal.value.code == "rule-set-invalid"
    assert f"rule SITE cannot be used: its key '{key}'" in refusal.value.sentence


def test_what_is_not_toml_is_refused_with_its_place() -> None:
    with pytest.raises(BadValue, match="line 2, column 5") as refusal:
        parse_rule_set("SITE", "# a rule\nbad key = 1\n")
    assert refusal.value.code == "rule-set-invalid"
