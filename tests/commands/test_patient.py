"""``lottrack patient``: codes, years, weights, typings, consents, wristbands."""

from __future__ import annotations

import json
import sqlite3
from contextlib import contextmanager

import pytest

from lottrack.actions.families.patients import consent_state, latest_weight, patient_of_scan
from lottrack.commands import donor as donor_commands
from lottrack.commands import patient as patient_commands
from lottrack.errors import CodeUnreadable, LabelRefused, NotFound, WrongKindOfCode
from lottrack.rules.administration.protocol import CONSENT_KINDS
from lottrack.rules.codes.scans import label_payload, patient_thing
from lottrack.store.change import Actor
from lottrack.store.store import Store

P01_HLA = (
    "A*02:01+A*24:02^B*44:02+B*51:01^C*05:01+C*15:02^DRB1*04:01+DRB1*11:04^DQB1*03:01+DQB1*03:01"
)
FATHER_HLA = (
    "A*02:01+A*03:01^B*44:02+B*07:02^C*05:01+C*07:02^DRB1*04:01+DRB1*15:01^DQB1*03:01+DQB1*06:02"
)
BAND = "H-7734501"


def register(program, code="P01", born=2016, sex="M", **more):
    extra = [
        word for name, value in more.items() for word in (f"--{name.replace('_', '-')}", value)
    ]
    return program(
        *("patient", "register", "--code", code, "--born", born, "--sex", sex, *extra),
        user="TECHNICIAN1",
    ).data


@pytest.fixture
def patient(program):
    register(program)
    return "P01"


def refused(program, *args, exit_code, user="TECHNICIAN1", **extra):
    return program(*args, user=user, exit_code=exit_code, **extra)


def register_refused(program, *, code="P01", born="2016", sex="M", exit_code, more=()):
    args = ("patient", "register", "--code", code, "--born", born, "--sex", sex, *more)
    return refused(program, *args, exit_code=exit_code)


def dump(program):
    """Everything the database file holds, as text."""
    connection = sqlite3.connect(program.db)
    text = "\n".join(connection.iterdump())
    connection.close()
    return text


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


class TestRegister:
    def test_a_patient_is_kept_under_an_upper_case_code_with_the_year_of_birth_only(self, program):
        made = register(program, code="p01")
        assert made["id"] == "P01"
        assert made["kind"] == "patient"
        assert made["born"] == 2016
        assert made["warnings"] == []
        assert made["recorded_by"] == "TECHNICIAN1"
        assert program("patient", "show", "p01").data["sex"] == "M"

    def test_typing_and_weight_can_come_with_the_registration(self, program):
        made = register(program, hla=P01_HLA, weight_kg="26.0", weighed_on="2026-02-01")
        assert made["hla"] == P01_HLA
        shown = program("patient", "show", "P01").data
        assert shown["hla"] == P01_HLA
        weights = [(each["weight_kg"], each["weighed_on"]) for each in shown["weights"]]
        assert weights == [("26.0", "2026-02-01")]

    def test_a_weight_without_its_day_is_a_usage_error(self, program):
        register_refused(program, exit_code=2, more=("--weight-kg", "20"))
        register_refused(program, exit_code=2, more=("--weighed-on", "2026-02-01"))
        assert program("patient", "list").data == []

    @pytest.mark.parametrize("year", ["1899", "2027", "2O16", "2_016", "16", "２０１６", "2016.5"])
    def test_a_year_of_birth_that_cannot_be_is_refused(self, program, year):
        assert register_refused(program, born=year, exit_code=2).code in {
            "out-of-range",
            "bad-number",
        }

    def test_the_year_now_at_the_site_is_the_last_one_allowed(self, program):
        assert register(program, born=2026)["born"] == 2026

    @pytest.mark.parametrize("code", ["CI-MAD-0001-X", "lt-tst-0001-2", "CITST00015"])
    def test_a_code_that_could_be_a_number_of_lottrack_is_refused(self, program, code):
        assert register_refused(program, code=code, exit_code=2).code == "code-looks-like-a-number"

    @pytest.mark.parametrize("code", ["P 01", "Р01", "", "LT.P01"])
    def test_a_code_that_looks_like_another_one_is_refused(self, program, code):
        assert register_refused(program, code=code, exit_code=2).code == "bad-value"

    def test_a_code_is_never_used_twice(self, program, patient):
        assert register_refused(program, code="p01", exit_code=31).code == "number-already-used"

    def test_a_typing_that_is_none_leaves_no_patient_behind(self, program):
        refusal = register_refused(program, exit_code=2, more=("--hla", "A*0201"))
        assert refusal.code == "hla-invalid"
        assert program("patient", "list").data == []

    def test_a_registration_is_not_told_for_a_time_before_the_birth(self, program):
        refusal = register_refused(program, exit_code=30, more=("--at", "2015-12-31T10:00"))
        assert refusal.code == "out-of-order"

    def test_a_dry_run_records_nothing(self, program):
        args = ("patient", "register", "--code", "P01", "--born", 2016, "--sex", "M", "--dry-run")
        assert program(*args, user="TECHNICIAN1").data["dry_run"] is True
        assert program("patient", "list").data == []

    def test_only_the_roles_of_the_table_register(self, program):
        args = ("patient", "register", "--code", "P01", "--born", 2016, "--sex", "M")
        assert refused(program, *args, exit_code=52, user="COURIER1").code == "role-missing"


class TestWeigh:
    def weigh(self, program, kg, day, exit_code=0):
        args = ("patient", "weigh", "P01", "--weight-kg", kg, "--on", day)
        return program(*args, user="NURSE1", exit_code=exit_code)

    def test_the_digits_are_kept_as_they_were_given(self, program, patient):
        made = self.weigh(program, "26.10", "2026-02-01").data
        assert (made["kind"], made["weight_kg"]) == ("weight", "26.10")
        assert made["weighed_on"] == "2026-02-01"
        assert made["warnings"] == []

    def test_a_change_of_more_than_a_tenth_is_warned_of_and_the_warning_kept(
        self, program, patient
    ):
        # Domain script, E17: 61.0 typed for 16.1 kg; E11: 36.0 after 32.0 kg is +12.5 %.
        self.weigh(program, "32.0", "2026-01-10")
        made = self.weigh(program, "36.0", "2026-02-01").data
        assert [warning["code"] for warning in made["warnings"]] == ["weight-changed"]
        assert f"'{made['id']}','weight-changed'" in dump(program)

    def test_a_change_of_a_tenth_exactly_is_not(self, program, patient):
        self.weigh(program, "30.0", "2026-01-10")
        assert self.weigh(program, "33.0", "2026-02-01").data["warnings"] == []

    def test_a_weight_told_late_is_compared_with_the_one_before_its_day(self, program, patient):
        self.weigh(program, "30.0", "2025-06-01")
        self.weigh(program, "40.0", "2026-02-01")
        assert self.weigh(program, "31.0", "2025-07-01").data["warnings"] == []
        shown = program("patient", "list").data
        assert (shown[0]["weight_kg"], shown[0]["weighed_on"]) == ("40.0", "2026-02-01")

    def test_of_two_weights_of_one_day_the_later_recorded_counts(self, program, patient):
        self.weigh(program, "30.0", "2026-02-01")
        self.weigh(program, "30.4", "2026-02-01")
        assert program("patient", "list").data[0]["weight_kg"] == "30.4"

    @pytest.mark.parametrize("kg", ["0", "0.0", "nan", "-3", "1_0", "16,1"])
    def test_what_is_no_weight_is_refused(self, program, patient, kg):
        assert self.weigh(program, kg, "2026-02-01", exit_code=2).code in {
            "out-of-range",
            "bad-number",
        }

    def test_tomorrow_at_the_site_is_refused(self, program, patient):
        assert self.weigh(program, "30", "2026-02-03", exit_code=2).code == "date-in-future"

    def test_a_day_before_the_birth_is_refused(self, program, patient):
        assert self.weigh(program, "30", "2015-12-31", exit_code=30).code == "out-of-order"

    def test_nobody_is_weighed_who_is_not_registered(self, program):
        assert self.weigh(program, "30", "2026-02-01", exit_code=20).code == "unknown-code"


class TestType:
    def test_a_typing_is_kept_exactly_as_reported(self, program, patient):
        text = f"HLA-{P01_HLA}"
        made = program("patient", "type", "P01", "--hla", text, user="TECHNICIAN1").data
        assert (made["kind"], made["hla"], made["findings"]) == ("typing", text, [])
        assert program("patient", "show", "P01").data["hla"] == text

    def test_what_a_typing_leaves_open_is_warned_of(self, program, patient):
        args = ("patient", "type", "P01", "--hla", "A*02+A*24:02")
        made = program(*args, user="TECHNICIAN1").data
        assert [warning["code"] for warning in made["warnings"]] == ["hla-low-resolution"]

    def test_a_new_typing_judges_the_pairs_anew(self, program, patient):
        donor = ("donor", "register", "--code", "D01", "--born", 1985, "--sex", "M")
        program(*donor, "--hla", FATHER_HLA, user="TECHNICIAN1")
        pair = program(
            *("pair", "register", "--donor", "D01", "--patient", "P01", "--relation", "father"),
            user="TECHNICIAN1",
        ).data
        assert pair["haploidentity"] == "indeterminate"
        made = program("patient", "type", "P01", "--hla", P01_HLA, user="TECHNICIAN1").data
        (finding,) = made["findings"]
        assert finding["pair"] == pair["id"]
        assert (finding["before"], finding["haploidentity"]) == (
            "indeterminate",
            "haplo_compatible",
        )
        assert [warning["code"] for warning in made["warnings"]] == ["hla-finding-changed"]
        shown = program("pair", "show", pair["id"]).data
        assert shown["haploidentity"] == "haplo_compatible"

    def test_a_typing_that_is_none_is_refused(self, program, patient):
        args = ("patient", "type", "P01", "--hla", "A2, A24")
        assert refused(program, *args, exit_code=2).code == "hla-invalid"


class TestConsent:
    def consent(self, program, *more, day="2026-01-20", kind="treatment", exit_code=0):
        args = ("patient", "consent", "P01", "--kind", kind, "--document", "ICF 2.1", "--on", day)
        return program(*args, *more, user="CLINICIAN1", exit_code=exit_code)

    def test_a_consent_given_stands(self, program, patient):
        made = self.consent(program).data
        assert (made["kind"], made["consent"], made["state"]) == ("consent", "treatment", "given")
        assert "stops" not in made

    def test_a_withdrawal_is_a_new_fact_and_shows_what_it_stops(self, program, patient):
        program("donor", "register", "--code", "D01", "--born", 1985, "--sex", "F", user="RP1")
        pair = program(
            *("pair", "register", "--donor", "D01", "--patient", "P01", "--relation", "mother"),
            user="RP1",
        ).data
        self.consent(program)
        made = self.consent(program, "--withdrawn", day="2026-02-01").data
        assert made["state"] == "withdrawn"
        assert made["stops"] == [{"id": pair["coi"], "kind": "course", "state": "open"}]
        consents = program("patient", "show", "P01").data["consents"]
        assert [each["withdrawn"] for each in consents] == [False, True]

    def test_a_closed_course_is_not_stopped_any_more(self, program, patient):
        program("donor", "register", "--code", "D01", "--born", 1985, "--sex", "F", user="RP1")
        pair = program(
            *("pair", "register", "--donor", "D01", "--patient", "P01", "--relation", "mother"),
            user="RP1",
        ).data
        program("course", "close", pair["coi"], "--reason", "ended", user="RP1")
        self.consent(program)
        assert self.consent(program, "--withdrawn", day="2026-02-01").data["stops"] == []

    def test_a_withdrawal_of_data_consent_stops_no_treatment(self, program, patient):
        self.consent(program, kind="data")
        made = self.consent(program, "--withdrawn", kind="data", day="2026-02-01").data
        assert (made["state"], made["stops"]) == ("withdrawn", [])

    def test_consent_given_again_after_a_withdrawal_stands(self, program, patient):
        self.consent(program, day="2026-01-01")
        self.consent(program, "--withdrawn", day="2026-01-10")
        assert self.consent(program, day="2026-01-20").data["state"] == "given"

    def test_an_older_consent_recorded_late_does_not_undo_a_withdrawal(self, program, patient):
        self.consent(program, "--withdrawn", day="2026-01-10")
        assert self.consent(program, day="2026-01-01").data["state"] == "withdrawn"

    def test_of_one_day_the_later_recorded_counts(self, program, patient):
        self.consent(program)
        assert self.consent(program, "--withdrawn").data["state"] == "withdrawn"

    def test_a_withdrawal_of_what_was_never_given_is_recorded_with_a_warning(
        self, program, patient
    ):
        made = self.consent(program, "--withdrawn").data
        assert [warning["code"] for warning in made["warnings"]] == ["consent-not-on-record"]

    def test_consent_to_donation_is_unusual_for_a_patient(self, program, patient):
        made = self.consent(program, kind="donation").data
        assert [warning["code"] for warning in made["warnings"]] == ["consent-kind-unusual"]

    def test_a_day_in_the_future_or_before_the_birth_is_refused(self, program, patient):
        assert self.consent(program, day="2026-02-03", exit_code=2).code == "date-in-future"
        assert self.consent(program, day="2014-02-03", exit_code=30).code == "out-of-order"

    def test_a_document_without_a_name_is_refused(self, program, patient):
        args = ("patient", "consent", "P01", "--kind", "data", "--on", "2026-01-20")
        assert refused(program, *args, "--document", " ", exit_code=2).code == "bad-value"


class TestBand:
    def band(self, program, code="P01", scan=BAND, second="NURSE2", exit_code=0):
        args = ("patient", "band", code, "--scan", scan, "--second", second)
        return program(*args, user="NURSE1", secrets=(second,), exit_code=exit_code)

    def test_only_a_keyed_hash_of_the_band_enters_the_record(self, program, patient):
        made = self.band(program).data
        assert (made["kind"], made["second"]) == ("patient_band", "NURSE2")
        text = dump(program)
        assert BAND not in text
        assert "7734501" not in text
        assert program("patient", "show", "P01").data["hospital_bands"] == 1

    def test_a_refused_band_leaves_no_trace_of_its_code_either(self, program, patient):
        register(program, code="P02")
        self.band(program)
        refusal = self.band(program, code="P02", exit_code=31)
        assert refusal.code == "band-already-used"
        assert "7734501" not in json.dumps(refusal.data)
        assert "7734501" not in dump(program)

    def test_the_same_band_twice_is_done_already_however_the_scanner_dresses_it(
        self, program, patient
    ):
        self.band(program)
        assert (
            self.band(program, scan=f"]Q1{BAND.lower()}\r\n", exit_code=33).code == "already-done"
        )

    def test_one_person_is_not_both(self, program, patient):
        args = ("patient", "band", "P01", "--scan", BAND, "--second", "NURSE1")
        result = program(*args, user="NURSE1", secrets=("NURSE1",), exit_code=54)
        assert result.code == "same-person"

    def test_the_performer_is_not_the_second_person(self, program, patient):
        args = ("patient", "band", "P01", "--scan", BAND, "--second", "NURSE2")
        told = ("--performed-by", "NURSE2")
        program(*args, *told, user="NURSE1", secrets=("NURSE2",), exit_code=54)

    def test_the_second_person_proves_who_they_are(self, program, patient):
        args = ("patient", "band", "P01", "--scan", BAND, "--second", "NURSE2")
        program(*args, user="NURSE1", secrets=("wrong secret",), exit_code=53)
        assert program("patient", "show", "P01").data["hospital_bands"] == 0

    def test_a_code_of_this_record_is_no_hospital_band(self, program, patient):
        register(program, code="P02")
        assert self.band(program, scan="p02", exit_code=64).code == "wrong-kind-of-code"
        args = ("patient", "weigh", "P01", "--weight-kg", "26", "--on", "2026-02-01")
        weighed = program(*args, user="NURSE1").data["id"]
        assert self.band(program, scan=weighed, exit_code=64).code == "wrong-kind-of-code"

    def test_a_scan_of_nothing_is_refused(self, program, patient):
        self.band(program, scan="\r\n", exit_code=63)

    def test_the_patient_must_be_known(self, program):
        self.band(program, exit_code=20)


class TestReading:
    def test_an_unknown_patient_is_not_found(self, program):
        assert program("patient", "show", "P99", exit_code=20).code == "unknown-code"

    def test_the_list_tells_who_is_typed_and_weighed(self, program, patient):
        register(program, code="P02", hla=P01_HLA)
        rows = program("patient", "list").data
        assert [(row["id"], row["typed"], row["weight_kg"]) for row in rows] == [
            ("P01", False, None),
            ("P02", True, None),
        ]

    def test_a_person_reads_it_without_json(self, program, patient):
        text = program("patient", "show", "P01", as_json=False).stdout
        assert "born" in text
        assert "2016" in text

    def test_the_options_offer_every_kind_of_consent(self):
        for group in (donor_commands.donor, patient_commands.patient):
            (kind,) = [p for p in group.commands["consent"].params if "--kind" in p.opts]
            assert tuple(kind.type.choices) == CONSENT_KINDS


def print_wristband(program, code="P01", copy="wristband"):
    """A printed wristband of a patient; returns the label's number and what its code says."""
    with written(program) as change:
        template = change.record(
            "label_template", name="wristband", edition=1, source="-", source_sha256="0" * 64
        )
        number = change.number("label")
        payload = label_payload(patient_thing(code), number, copy)
        change.record(
            "label",
            number=number,
            template=template,
            copy=copy,
            patient=code,
            payload=payload,
            shown="{}",
            image_sha256="0" * 64,
            format="png",
        )
        change.stand("label_standing", {"label": number}, state="printed", copy=copy)
    return number, payload


def void(program, label, event="void"):
    with written(program) as change:
        change.record("label_event", label=label, event=event)
        change.stand("label_standing", {"label": label}, state=event)


class TestThePatientAScanNames:
    """What ``verify``, ``dispense`` and ``infusion record`` ask of the bedside."""

    def test_a_wristband_lottrack_printed_is_scanned(self, program, patient):
        _, payload = print_wristband(program)
        with record_of(program) as store:
            assert patient_of_scan(store, f"{payload}\r\n") == ("P01", "scanned")

    @pytest.mark.parametrize("event", ["void", "destroyed"])
    def test_a_voided_wristband_names_nobody(self, program, patient, event):
        number, payload = print_wristband(program)
        void(program, number, event)
        with record_of(program) as store, pytest.raises(LabelRefused) as refusal:
            patient_of_scan(store, payload)
        assert refusal.value.code == "label-void"

    def test_a_wristband_is_good_as_of_before_it_was_voided(self, program, patient):
        number, payload = print_wristband(program)
        before = program.clock()
        program.clock.advance(hours=1)
        void(program, number)
        with record_of(program) as store:
            assert patient_of_scan(store.at(before), payload).code == "P01"

    def test_the_hospitals_own_band_is_scanned(self, program, patient):
        args = ("patient", "band", "P01", "--scan", BAND, "--second", "NURSE2")
        program(*args, user="NURSE1", secrets=("NURSE2",))
        with record_of(program) as store:
            assert patient_of_scan(store, BAND.lower()) == ("P01", "scanned")

    def test_a_band_struck_from_the_record_is_unknown_again(self, program, patient):
        args = ("patient", "band", "P01", "--scan", BAND, "--second", "NURSE2")
        number = program(*args, user="NURSE1", secrets=("NURSE2",)).data["id"]
        with written(program) as change:
            change.amend("patient_band", change.get("patient_band", number), struck=True)
        with record_of(program) as store, pytest.raises(NotFound):
            patient_of_scan(store, BAND)

    def test_a_bare_code_counts_as_typed(self, program, patient):
        with record_of(program) as store:
            assert patient_of_scan(store, "p01") == ("P01", "typed")

    def test_so_does_the_number_of_an_order(self, program, patient):
        order = place_order(program)
        with record_of(program) as store:
            assert patient_of_scan(store, order.lower()) == ("P01", "typed")

    def test_what_nobody_knows_is_told_without_repeating_it(self, program, patient):
        with record_of(program) as store, pytest.raises(NotFound) as refusal:
            patient_of_scan(store, "H-0001")
        assert refusal.value.code == "patient-band-unknown"
        assert "H-0001" not in refusal.value.sentence + refusal.value.hint

    def test_a_wristband_of_another_record_is_unknown(self, program, patient):
        payload = label_payload(patient_thing("P01"), "LB-TST-0009-X", "wristband")
        with record_of(program) as store, pytest.raises((NotFound, CodeUnreadable)):
            patient_of_scan(store, payload)

    def test_a_wristband_never_printed_is_unknown(self, program, patient):
        number, _ = print_wristband(program)
        with written(program) as change:
            unprinted = change.number("label")
        assert unprinted != number
        payload = label_payload(patient_thing("P01"), unprinted, "wristband")
        with record_of(program) as store, pytest.raises(NotFound) as refusal:
            patient_of_scan(store, payload)
        assert refusal.value.code == "patient-band-unknown"

    def test_another_patient_beside_a_bands_serial_is_a_forgery(self, program, patient):
        register(program, code="P02")
        number, _ = print_wristband(program)
        payload = label_payload(patient_thing("P02"), number, "wristband")
        with record_of(program) as store, pytest.raises(CodeUnreadable):
            patient_of_scan(store, payload)

    def test_the_number_of_something_else_is_the_wrong_kind_of_code(self, program, patient):
        args = ("patient", "weigh", "P01", "--weight-kg", "26", "--on", "2026-02-01")
        weighed = program(*args, user="NURSE1").data["id"]
        with record_of(program) as store, pytest.raises(WrongKindOfCode):
            patient_of_scan(store, weighed)

    def test_a_wrong_check_character_is_refused_as_such(self, program, patient):
        order = place_order(program)
        wrong = order[:-1] + ("A" if order[-1] != "A" else "B")
        with record_of(program) as store, pytest.raises(CodeUnreadable):
            patient_of_scan(store, wrong)

    def test_a_label_of_something_else_is_the_wrong_kind_of_code(self, program, patient):
        with written(program) as change:
            change.record("donor", number="D01", born_year=1985, sex="F")
            collection = change.record("collection", donor="D01")
            template = change.record(
                "label_template", name="collection", edition=1, source="-", source_sha256="0" * 64
            )
            number = change.number("label")
            payload = label_payload(collection, number, "primary")
            change.record(
                "label",
                number=number,
                template=template,
                copy="primary",
                collection=collection,
                payload=payload,
                shown="{}",
                image_sha256="0" * 64,
                format="png",
            )
        with record_of(program) as store, pytest.raises(WrongKindOfCode):
            patient_of_scan(store, payload)


def place_order(program):
    """An order for P01, written as ``order place`` writes it; returns its number."""
    with written(program) as change:
        change.record("donor", number="D01", born_year=1985, sex="F")
        pair = change.record("pair", donor="D01", patient="P01", relation="mother")
        protocol = change.rows("protocol")[0].root
        course = change.record("course", pair=pair, protocol=protocol, basis="trial")
        signature = change.record(
            "signature",
            meaning="order",
            shown="-",
            shown_sha256="0" * 64,
            rests_on=0,
            session="local",
            scripted=1,
            acknowledged=0,
        )
        return change.record(
            "infusion_order",
            course=course,
            number=1,
            planned_on="2026-02-10",
            weight_kg="26",
            weighed_on="2026-02-01",
            protocol=protocol,
            signature=signature,
        )


class TestWhatTheRecordSays:
    """What other acts ask: the latest weight, the standing of a consent."""

    def test_nobody_weighed_has_no_weight(self, program, patient):
        with record_of(program) as store:
            assert latest_weight(store, "P01") is None

    def test_the_weight_measured_last_counts_not_the_one_recorded_last(self, program, patient):
        for kg, day in (("26.0", "2026-02-01"), ("25.0", "2026-01-01")):
            args = ("patient", "weigh", "P01", "--weight-kg", kg, "--on", day)
            program(*args, user="NURSE1")
        with record_of(program) as store:
            assert latest_weight(store, "P01").weight_kg == "26.0"

    def test_a_consent_of_another_kind_or_person_does_not_count(self, program, patient):
        args = ("patient", "consent", "P01", "--kind", "data", "--document", "ICF")
        program(*args, "--on", "2026-01-20", user="TECHNICIAN1")
        with record_of(program) as store:
            assert consent_state(store, "patient", "P01", "data") == "given"
            assert consent_state(store, "patient", "P01", "treatment") == "missing"
            assert consent_state(store, "donor", "P01", "data") == "missing"

    def test_a_consent_is_missing_as_of_before_it_was_recorded(self, program, patient):
        before = program.clock()
        program.clock.advance(hours=1)
        args = ("patient", "consent", "P01", "--kind", "treatment", "--document", "ICF")
        program(*args, "--on", "2026-01-20", user="TECHNICIAN1")
        with record_of(program) as store:
            assert consent_state(store.at(before), "patient", "P01", "treatment") == "missing"
            assert consent_state(store, "patient", "P01", "treatment") == "given"
