"""``lottrack donor``: screening, the signed decision, what a later reactive marker holds."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import date

import click
import pytest

from lottrack.actions.desk import Desk
from lottrack.actions.families.donors import (
    donor_is_eligible_for,
    donor_state,
    eligibility_of,
    is_excluded,
)
from lottrack.actions.families.eligibility import Decision, prepare_decision
from lottrack.actions.families.eligibility import decide as sign
from lottrack.actions.families.screenings import (
    SAMPLES,
    label_statements,
    outcomes_of,
    rule_set,
    window_verdict,
)
from lottrack.actions.signing import Proof
from lottrack.commands import donor as donor_commands
from lottrack.errors import Changed, NotFound, Refused
from lottrack.rules.screening.markers import OUTCOMES
from lottrack.store.change import Actor
from lottrack.store.store import Store

PANEL = ("anti-HIV-1/2", "HBsAg", "anti-HBc", "anti-HCV", "syphilis")
"""The complete panel of EU_BM_30d (commands.md section 4)."""


@pytest.fixture
def donor(program):
    args = ("donor", "register", "--code", "D01", "--born", 1985, "--sex", "F")
    program(*args, user="TECHNICIAN1")
    return "D01"


FOUR = ("HBsAg", "anti-HBc", "anti-HCV", "syphilis")


def screen(program, *results, day="2026-01-28", exit_code=0, more=()):
    markers = [word for result in results for word in ("--marker", result)]
    args = ("donor", "screen", "D01", "--sampled-on", day, *markers, *more)
    return program(*args, user="TECHNICIAN1", exit_code=exit_code)


def clear_panel(program, day="2026-01-28", **outcomes):
    """Screen the whole panel; ``outcomes`` says what is not non-reactive (anti_HBc="reactive")."""
    given = {name.replace("_", "-"): outcome for name, outcome in outcomes.items()}
    results = dict.fromkeys(PANEL, "non-reactive") | given
    return screen(program, *(f"{name}={said}" for name, said in results.items()), day=day).data


def decide(program, *words, exit_code=0, user="RP1", **extra):
    return program.signed("donor", "decide", "D01", *words, user=user, exit_code=exit_code, **extra)


@contextmanager
def record_of(program):
    store = Store(program.db)
    try:
        yield store
    finally:
        store.close()


@contextmanager
def written(program):
    """A change by a technician, for facts whose commands are not this file's subject."""
    with record_of(program) as store:
        actor = Actor("TECHNICIAN1", "technician", "test")
        with store.change(actor, "test", now=program.clock()) as change:
            yield change


def collect(program, eligibility=None, donor="D01"):
    """A collection taken from the donor now; returns its number."""
    with written(program) as change:
        number = change.record("collection", donor=donor)
        change.record(
            "collection_taking",
            collection=number,
            screening_rule="EU_BM_30D",
            window_met=1,
            window_findings="[]",
            eligibility=eligibility,
        )
    return number


def pair_up(program):
    args = ("patient", "register", "--code", "P01", "--born", 2016, "--sex", "F")
    program(*args, user="TECHNICIAN1")
    words = ("--donor", "D01", "--patient", "P01", "--relation", "mother")
    return program("pair", "register", *words, user="TECHNICIAN1").data


def grow(program, coi, collection):
    """A lot from a collection and a daughter lot from it; returns their numbers."""
    with written(program) as change:
        change.record(
            "specification",
            number="TEST@1",
            name="TEST",
            edition=1,
            title="A specification",
            product="MSC",
            source="-",
            source_sha256="0" * 64,
        )
        common = {"course": coi, "product": "MSC", "specification": "TEST@1"}
        lot = change.record("lot", collection=collection, **common)
        daughter = change.record("lot", parent=lot, **common)
    return lot, daughter


def state_of(program):
    return program("donor", "show", "D01").data["state"]


class TestRegister:
    def test_a_donor_begins_as_a_candidate(self, program, donor):
        shown = program("donor", "show", "d01").data
        assert (shown["kind"], shown["born"], shown["sex"]) == ("donor", 1985, "F")
        assert shown["state"] == "candidate"
        assert program("donor", "list").data[0]["state"] == "candidate"

    def test_a_code_is_never_used_twice(self, program, donor):
        args = ("donor", "register", "--code", "D01", "--born", 1990, "--sex", "M")
        assert program(*args, user="TECHNICIAN1", exit_code=31).code == "number-already-used"

    def test_a_code_that_could_be_a_number_of_lottrack_is_refused(self, program):
        args = ("donor", "register", "--code", "LT-TST-0001-2", "--born", 1990, "--sex", "M")
        result = program(*args, user="TECHNICIAN1", exit_code=2)
        assert result.code == "code-looks-like-a-number"

    def test_a_typing_is_recorded_later(self, program, donor):
        args = ("donor", "type", "D01", "--hla", "A*02:01+A*03:01")
        assert program(*args, user="CLINICIAN1").data["hla"] == "A*02:01+A*03:01"

    def test_consent_to_donation_is_recorded_and_withdrawn(self, program, donor):
        args = ("donor", "consent", "D01", "--kind", "donation", "--document", "ICF-D 1")
        made = program(*args, "--on", "2026-01-20", user="TECHNICIAN1").data
        assert (made["donor"], made["state"], made["warnings"]) == ("D01", "given", [])
        coi = pair_up(program)["coi"]
        made = program(*args, "--on", "2026-02-01", "--withdrawn", user="TECHNICIAN1").data
        assert [thing["id"] for thing in made["stops"]] == [coi]

    def test_consent_to_treatment_is_unusual_for_a_donor(self, program, donor):
        args = ("donor", "consent", "D01", "--kind", "treatment", "--document", "ICF 1")
        made = program(*args, "--on", "2026-01-20", user="TECHNICIAN1").data
        assert [warning["code"] for warning in made["warnings"]] == ["consent-kind-unusual"]


class TestScreen:
    def test_markers_are_kept_under_their_one_name(self, program, donor):
        made = screen(program, "hbsag=Non-Reactive", "Anti HCV=non-reactive").data
        assert [(row["marker"], row["outcome"]) for row in made["markers"]] == [
            ("HBsAg", "non-reactive"),
            ("anti-HCV", "non-reactive"),
        ]
        assert made["sample_of"] == "donation"
        assert made["holds"] == []
        assert made["complete"] is False
        assert made["missing"] == ["anti-HIV-1/2", "anti-HBc", "syphilis"]

    def test_a_whole_panel_without_reaction_is_clear(self, program, donor):
        made = clear_panel(program)
        assert (made["complete"], made["clear"], made["missing"]) == (True, True, [])
        assert state_of(program) == "screening"

    def test_a_site_may_add_markers_and_keeps_their_first_spelling(self, program, donor):
        screen(program, "Zika-NAT=non-reactive")
        made = screen(program, "zika nat=non-reactive").data
        assert made["markers"][0]["marker"] == "Zika-NAT"

    def test_a_name_nobody_knows_is_kept_and_told_with_the_nearest_one(self, program, donor):
        made = screen(program, *(f"{name}=non-reactive" for name in FOUR), "anti-HIV=non-reactive")
        (warning,) = [w for w in made.data["warnings"] if w["code"] == "marker-unknown"]
        assert "Was anti-HIV-1/2 meant?" in warning["sentence"]
        assert (made.data["complete"], made.data["missing"]) == (False, ["anti-HIV-1/2"])
        again = screen(program, "Anti HIV=non-reactive")
        assert "marker-unknown" in {w["code"] for w in again.data["warnings"]}, "every time"

    def test_a_marker_of_the_sites_own_is_told_of_once(self, program, donor):
        first = screen(program, "Zika-NAT=non-reactive").data["warnings"]
        assert [w["code"] for w in first] == ["marker-unknown"]
        assert "meant" not in first[0]["sentence"]
        assert screen(program, "Zika-NAT=non-reactive").data["warnings"] == []

    @pytest.mark.parametrize("sample", SAMPLES)
    def test_the_sample_says_where_it_came_from(self, program, donor, sample):
        made = screen(program, "HBsAg=non-reactive", more=("--sample-of", sample)).data
        assert made["sample_of"] == sample

    @pytest.mark.parametrize(
        ("result", "code"),
        [
            ("HBsAg=negative", "bad-outcome"),
            ("HBsAg", "bad-marker"),
            ("=reactive", "bad-value"),
        ],
    )
    def test_what_is_no_result_is_refused(self, program, donor, result, code):
        assert screen(program, result, exit_code=2).code == code
        assert program("donor", "show", "D01").data["screenings"] == []

    def test_one_marker_twice_in_a_sample_is_refused(self, program, donor):
        result = screen(program, "HBsAg=non-reactive", "hbsag=reactive", exit_code=2)
        assert result.code == "marker-given-twice"

    def test_a_sample_is_not_of_the_future_nor_from_before_the_birth(self, program, donor):
        result = screen(program, "HBsAg=reactive", day="2026-02-03", exit_code=2)
        assert result.code == "date-in-future"
        result = screen(program, "HBsAg=reactive", day="1984-12-31", exit_code=30)
        assert result.code == "out-of-order"

    def test_without_a_marker_there_is_no_screening(self, program, donor):
        screen(program, exit_code=2)

    def test_an_unknown_donor_is_not_found(self, program):
        assert screen(program, "HBsAg=reactive", exit_code=20).code == "unknown-code"


class TestALaterReactiveMarker:
    def test_holds_every_collection_and_every_lot_grown_from_it(self, program, donor):
        coi = pair_up(program)["coi"]
        collection = collect(program)
        lot, daughter = grow(program, coi, collection)
        made = screen(program, "HBsAg=reactive").data
        assert {(hold["on_kind"], hold["on"]) for hold in made["holds"]} == {
            ("collection", collection),
            ("lot", lot),
            ("lot", daughter),
        }
        with record_of(program) as store:
            hold = store.first("hold", lot=daughter)
            assert (hold.cause, hold.automatic, hold.because_of) == ("marker", 1, made["id"])
            assert "HBsAg reactive" in hold.reason
            # One act, one entry: the marker and its holds stand or fall together.
            assert hold.seq == store.get("screening", made["id"]).seq

    def test_so_does_one_in_doubt(self, program, donor):
        collection = collect(program)
        made = screen(program, "anti-HCV=indeterminate").data
        assert [hold["on"] for hold in made["holds"]] == [collection]

    def test_a_clear_repeat_holds_nothing(self, program, donor):
        collect(program)
        assert clear_panel(program)["holds"] == []

    def test_a_marker_the_rule_calls_informative_holds_nothing_but_is_told(self, program, donor):
        collect(program)
        made = screen(program, "CMV=reactive").data
        assert made["holds"] == []
        assert [each["code"] for each in made["warnings"]] == ["informative-marker-reactive"]

    def test_before_the_donation_nothing_is_held(self, program, donor):
        with written(program) as change:
            change.record("collection", donor="D01", planned_on="2026-02-10")
        assert screen(program, "HBsAg=reactive").data["holds"] == []

    def test_another_donors_lots_are_left_alone(self, program, donor):
        args = ("donor", "register", "--code", "D02", "--born", 1985, "--sex", "F")
        program(*args, user="TECHNICIAN1")
        collect(program, donor="D02")
        assert screen(program, "HBsAg=reactive").data["holds"] == []

    def test_a_decision_it_came_after_is_named(self, program, donor):
        clear_panel(program)
        decision = decide(program, "--eligible").data["id"]
        made = screen(program, "HBV-NAT=reactive").data
        (warning,) = made["warnings"]
        assert warning["code"] == "decided-before-this-result"
        assert decision in warning["sentence"]


class TestDecide:
    def test_a_complete_clear_panel_is_all_that_is_needed(self, program, donor):
        clear_panel(program)
        made = decide(program, "--eligible").data
        assert (made["kind"], made["decision"], made["state"]) == (
            "eligibility",
            "eligible",
            "eligible",
        )
        assert state_of(program) == "eligible"

    def test_what_is_signed_shows_donor_rule_results_and_decision(self, program, donor):
        made = clear_panel(program)
        text = decide(program, "--eligible", as_json=False).stderr
        for part in ("D01", "EU_BM_30d", "HBsAg: non-reactive", made["id"], "2026-01-28"):
            assert part in text
        assert "donor eligible for the next collection" in text
        assert "Consent to donation: missing" in text

    def test_it_covers_every_screening_and_marker(self, program, donor):
        made = clear_panel(program)
        signature = decide(program, "--eligible").data["signature"]
        with record_of(program) as store:
            covered = {row.record for row in store.rows("signature_cover", signature=signature)}
        assert covered == {made["id"], *(row["id"] for row in made["markers"])}

    def test_an_incomplete_panel_is_refused_with_every_reason(self, program, donor):
        screen(program, "HBsAg=non-reactive", "anti-HCV=reactive")
        result = decide(program, "--eligible", exit_code=40)
        assert result.code == "decision-not-signable"
        assert result.blockers == {"marker-missing", "marker-reactive"}
        assert eligibility_count(program) == 0

    def test_a_marker_in_doubt_is_refused(self, program, donor):
        clear_panel(program, syphilis="indeterminate")
        assert decide(program, "--eligible", exit_code=40).blockers == {"marker-indeterminate"}

    def test_anti_hbc_alone_needs_a_written_risk_assessment(self, program, donor):
        # Dir. 2006/17/EC Annex II 1.3: not an exclusion by itself, but a risk assessment.
        clear_panel(program, anti_HBc="reactive")
        assert decide(program, "--eligible", exit_code=40).blockers == {"marker-reactive"}
        made = decide(program, "--eligible", "--risk-assessment", "HBV-NAT negative, anti-HBs 450")
        assert made.data["state"] == "accepted_by_risk_assessment"

    def test_hbsag_reactive_no_risk_assessment_answers(self, program, donor):
        clear_panel(program, HBsAg="reactive")
        decide(program, "--eligible", "--risk-assessment", "we accept it", exit_code=40)

    def test_the_first_donor_of_p05_is_deferred(self, program, donor):
        # Domain script E01: anti-HBc reactive, HBsAg and HBV-NAT not: deferred.
        clear_panel(program, anti_HBc="reactive", HBV_NAT="non-reactive")
        words = ("--defer-until", "2026-08-01", "--reason", "anti-HBc reactive, being clarified")
        made = decide(program, *words).data
        assert (made["decision"], made["defer_until"]) == ("deferred", "2026-08-01")
        assert state_of(program) == "deferred_temporary"

    def test_an_ended_deferral_makes_nobody_eligible(self, program, donor):
        clear_panel(program)
        decide(program, "--defer-until", "2026-03-01", "--reason", "tattoo")
        program.clock.advance(days=27)
        assert state_of(program) == "screening"
        with record_of(program) as store:
            assert eligibility_of(store, "D01").decision == "deferred"
            assert donor_state(store, "D01") == "deferred_temporary"

    def test_the_last_day_of_a_deferral_is_the_one_before_its_date(self, program, donor):
        decide(program, "--defer-until", "2026-03-01", "--reason", "tattoo")
        with record_of(program) as store:
            assert is_excluded(store, "D01", date(2026, 2, 28))
            assert not is_excluded(store, "D01", date(2026, 3, 1))

    def test_deferred_and_ineligible_need_a_reason(self, program, donor):
        result = decide(program, "--defer-until", "2026-03-01", exit_code=40)
        assert result.blockers == {"reason-missing"}
        assert decide(program, "--ineligible", exit_code=40).blockers == {"reason-missing"}

    def test_ineligible_needs_no_results(self, program, donor):
        made = decide(program, "--ineligible", "--reason", "family history of CJD").data
        assert made["state"] == "ineligible"
        with record_of(program) as store:
            assert is_excluded(store, "D01", date(2050, 1, 1))

    @pytest.mark.parametrize("day", ["2026-02-02", "2025-12-31"])
    def test_a_deferral_that_is_over_is_none(self, program, donor, day):
        words = ("--defer-until", day, "--reason", "tattoo")
        assert decide(program, *words, exit_code=2).code == "deferral-over"

    @pytest.mark.parametrize(
        "words", [(), ("--eligible", "--ineligible"), ("--eligible", "--defer-until", "2026-09-01")]
    )
    def test_exactly_one_decision_is_signed(self, program, donor, words):
        decide(program, *words, exit_code=2)

    def test_only_the_responsible_person_decides(self, program, donor):
        clear_panel(program)
        assert decide(program, "--eligible", user="QP1", exit_code=52).code == "role-missing"

    def test_a_wrong_secret_signs_nothing(self, program, donor):
        clear_panel(program)
        args = ("donor", "decide", "D01", "--eligible")
        result = program(*args, user="RP1", secrets=("not the secret",), exit_code=53)
        assert result.code == "signature-rejected"
        assert eligibility_count(program) == 0

    def test_another_person_may_operate_while_the_responsible_person_signs(self, program, donor):
        clear_panel(program)
        args = ("donor", "decide", "D01", "--eligible", "--signer", "RP1")
        program(*args, user="TECHNICIAN1", secrets=("RP1",))
        (decision,) = program("donor", "show", "D01").data["decisions"]
        assert (decision["signed_by"], decision["signature_valid"]) == ("RP1", True)

    def test_what_changed_since_it_was_shown_is_not_signed(self, program, donor):
        clear_panel(program)
        with record_of(program) as store:
            desk = Desk(lambda: store, program.clock, AnySecret(), host="test", account="RP1")
            prepared = prepare_decision(desk, "D01", Decision("eligible"))
            screen(program, "CMV=reactive")
            with pytest.raises(Changed):
                sign(desk, "D01", Decision("eligible"), prepared, Proof("RP1", "any"))
        assert eligibility_count(program) == 0

    def test_a_result_that_forbids_it_meanwhile_is_told_as_such(self, program, donor):
        clear_panel(program)
        with record_of(program) as store:
            desk = Desk(lambda: store, program.clock, AnySecret(), host="test", account="RP1")
            prepared = prepare_decision(desk, "D01", Decision("eligible"))
            screen(program, "HBV-NAT=reactive")
            with pytest.raises(Refused) as refusal:
                sign(desk, "D01", Decision("eligible"), prepared, Proof("RP1", "any"))
        assert [blocker.code for blocker in refusal.value.blockers] == ["marker-reactive"]
        assert eligibility_count(program) == 0


class AnySecret:
    """A hasher for tests in which secrets are not the subject."""

    def hash(self, secret: str) -> str:
        return secret

    def fits(self, hashed: str, secret: str) -> bool:
        return bool(hashed and secret)


def eligibility_count(program):
    return len(program("donor", "show", "D01").data["decisions"])


class TestWhatDecisionsSay:
    @pytest.fixture
    def eligible(self, program, donor):
        clear_panel(program)
        return decide(program, "--eligible").data["id"]

    def correct_a_marker(self, program):
        with written(program) as change:
            marker = change.rows("marker")[0]
            correct(change, marker, outcome="reactive")

    def test_the_collection_it_was_decided_for_has_an_eligible_donor(self, program, eligible):
        number = collect(program, eligible)
        with record_of(program) as store:
            collection = store.get("collection", number)
            assert donor_is_eligible_for(store, "D01", collection)
            assert not donor_is_eligible_for(store, "D02", collection)
            assert donor_state(store, "D01") == "donated"

    def test_a_collection_without_a_decision_has_none(self, program, eligible):
        number = collect(program, None)
        with written(program) as change:
            planned = change.record("collection", donor="D01", planned_on="2026-03-01")
        with record_of(program) as store:
            for each in (number, planned):
                assert not donor_is_eligible_for(store, "D01", store.get("collection", each))

    def test_a_correction_of_a_covered_marker_voids_an_eligible_decision(self, program, eligible):
        number = collect(program, eligible)
        self.correct_a_marker(program)
        with record_of(program) as store:
            assert eligibility_of(store, "D01") is None
            assert not donor_is_eligible_for(store, "D01", store.get("collection", number))
        (decision,) = program("donor", "show", "D01").data["decisions"]
        assert decision["signature_valid"] is False

    def test_a_correction_makes_no_ineligible_donor_eligible(self, program, eligible):
        decide(program, "--ineligible", "--reason", "anti-HCV seen elsewhere")
        self.correct_a_marker(program)
        with record_of(program) as store:
            assert eligibility_of(store, "D01").decision == "ineligible"

    def test_a_later_deferral_reaches_the_collection_until_decided_again(self, program, eligible):
        number = collect(program, eligible)
        decide(program, "--defer-until", "2026-09-01", "--reason", "look-back")
        with record_of(program) as store:
            assert not donor_is_eligible_for(store, "D01", store.get("collection", number))
        decide(program, "--eligible")
        with record_of(program) as store:
            assert donor_is_eligible_for(store, "D01", store.get("collection", number))

    def test_a_decision_serves_one_donation_only(self, program, eligible):
        first = collect(program, eligible)
        same_day = collect(program, eligible)
        program.clock.advance(days=30)
        later = collect(program, eligible)
        with record_of(program) as store:
            judged = {
                number: donor_is_eligible_for(store, "D01", store.get("collection", number))
                for number in (first, same_day, later)
            }
        assert judged == {first: True, same_day: True, later: False}

    def test_a_new_decision_after_the_donation_is_for_the_next_one(self, program, eligible):
        collect(program, eligible)
        decide(program, "--eligible")
        assert state_of(program) == "eligible"

    def test_a_donor_whose_courses_are_all_closed_is_closed(self, program, eligible):
        coi = pair_up(program)["coi"]
        collect(program, eligible)
        program("course", "close", coi, "--reason", "done", user="TECHNICIAN1")
        assert state_of(program) == "closed"

    def test_as_of_an_earlier_entry_nothing_later_is_known(self, program, donor):
        before = program.clock()
        program.clock.advance(hours=1)
        clear_panel(program)
        decide(program, "--eligible")
        with record_of(program) as store:
            past = store.at(before)
            assert outcomes_of(past, "D01") == ()
            assert eligibility_of(past, "D01") is None
            assert donor_state(past, "D01") == "candidate"


def correct(change, row, **values):
    """A correction of a fact as ``lottrack correct`` records it."""
    before = int(row.version)
    change.amend(row_table(row), row, **values)
    change.record(
        "correction",
        record=row.root,
        record_table=row_table(row),
        kind="correct",
        from_version=before,
        to_version=before + 1,
        changes="{}",
        affected="[]",
    )


def row_table(row):
    return "marker" if "outcome" in row.values() else "screening"


class TestRules:
    def test_the_site_rule_is_used_unless_another_is_named(self, program, donor):
        with record_of(program) as store:
            assert rule_set(store)[1].name == "EU_BM_30d"
            row, rule = rule_set(store, "us_0_7d")
            assert (row.root, rule.days_before) == ("US_0_7D", 7)

    def test_an_unknown_rule_is_not_found_and_the_known_ones_are_named(self, program, donor):
        with record_of(program) as store, pytest.raises(NotFound) as refusal:
            rule_set(store, "EU_60d")
        assert "EU_BM_30d" in refusal.value.hint

    def test_serology_of_34_days_before_is_out_of_window_until_repeated(self, program, donor):
        # Domain script E02: drawn 34 days before the collection; a repeat the same day passes.
        collected_on = date(2026, 1, 28)
        clear_panel(program, day="2025-12-25")
        with record_of(program) as store:
            row, _ = rule_set(store)
            verdict = window_verdict(store, "D01", row, collected_on)
            assert not verdict.is_complete
            assert {each.days_before for each in verdict.out_of_window} == {34}
            assert window_verdict(store, "D01", row, None).is_clear
        clear_panel(program, day="2026-01-28")
        with record_of(program) as store:
            assert window_verdict(store, "D01", row, collected_on).is_clear
            assert len(outcomes_of(store, "D01")) == 2 * len(PANEL)

    def test_labels_say_what_a_reactive_marker_demands(self, program, donor):
        with record_of(program) as store:
            assert label_statements(store, "D01") == ()
        clear_panel(program, anti_HBc="reactive", CMV="reactive")
        with record_of(program) as store:
            said = label_statements(store, "D01")
        assert said[0] == "BIOLOGICAL HAZARD"
        assert "WARNING: Reactive test results for hepatitis B virus" in said
        assert not any("cytomegalovirus" in line for line in said)


class TestWords:
    def test_the_options_offer_what_the_record_takes(self):
        assert isinstance(donor_commands.SAMPLES, click.Choice)
        assert tuple(donor_commands.SAMPLES.choices) == SAMPLES
        assert OUTCOMES == ("non-reactive", "reactive", "indeterminate")
