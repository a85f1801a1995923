"""``lottrack pair``: relation, HLA finding, the first course."""

from __future__ import annotations

import json

import pytest

from lottrack.actions.families.matching import finding_of
from lottrack.commands import pair as pair_commands
from lottrack.rules.relations import RELATIONS
from lottrack.store.store import Store

# Domain script 9.1: patient P01 and her father, who share one haplotype.
P01_HLA = (
    "A*02:01+A*24:02^B*44:02+B*51:01^C*05:01+C*15:02^DRB1*04:01+DRB1*11:04^DQB1*03:01+DQB1*03:01"
)
FATHER_HLA = (
    "A*02:01+A*03:01^B*44:02+B*07:02^C*05:01+C*07:02^DRB1*04:01+DRB1*15:01^DQB1*03:01+DQB1*06:02"
)
LOCI = ("A", "B", "C", "DRB1", "DQB1")


def register_people(
    program, donor_hla="", patient_hla="", donor="D01", patient="P01", donor_born=1991
):
    """A father born in 1991 and a girl born in 2021, as patient P01 of the domain script."""
    people = (
        ("donor", donor, "M", donor_hla, donor_born),
        ("patient", patient, "F", patient_hla, 2021),
    )
    for kind, code, sex, hla, year in people:
        words = ("--code", code, "--born", year, "--sex", sex, "--hla", hla)
        program(kind, "register", *words, user="TECHNICIAN1")


def pair_up(program, *more, donor="D01", patient="P01", relation="father", exit_code=0):
    words = ("--donor", donor, "--patient", patient, "--relation", relation)
    return program("pair", "register", *words, *more, user="TECHNICIAN1", exit_code=exit_code)


def defer(program, *words):
    program.signed("donor", "decide", "D01", *words, "--reason", "anti-HBc", user="RP1")


class TestRegister:
    def test_it_answers_with_pair_course_and_finding(self, program):
        register_people(program, FATHER_HLA, P01_HLA)
        made = pair_up(program, "--evidence", "birth certificate").data
        assert made["kind"] == "pair"
        assert made["id"].startswith("PR-TST-")
        assert made["coi"].startswith("CI-TST-")
        assert made["haploidentity"] == "haplo_compatible"
        assert made["loci"] == dict.fromkeys(LOCI, 1)
        assert tuple(made["loci"]) == LOCI
        assert "not sufficient" in made["proof"]
        assert "birth certificate" in made["proof"]
        assert (made["donor"], made["patient"], made["relation"]) == ("D01", "P01", "father")
        assert made["warnings"] == []

    def test_the_first_course_follows_the_default_protocol_though_nobody_approved_it(self, program):
        register_people(program)
        made = pair_up(program).data
        course = program("course", "show", made["coi"]).data
        assert course["protocol"] == "MSC-EB-21D@1"
        assert course["protocol_approved"] is False
        assert (course["basis"], course["state"]) == ("trial", "open")
        assert "2017-000606-37" in course["reference"]

    def test_another_protocol_can_be_named(self, program):
        register_people(program)
        assert pair_up(program, "--protocol", "msc-eb-7d").data["protocol"] == "MSC-EB-7D@1"

    def test_an_unknown_protocol_leaves_no_pair_behind(self, program):
        register_people(program)
        pair_up(program, "--protocol", "NONE", exit_code=20)
        assert program("pair", "list").data == []

    def test_a_missing_typing_leaves_the_finding_open(self, program):
        register_people(program, FATHER_HLA, "")
        made = pair_up(program).data
        assert made["haploidentity"] == "indeterminate"
        assert made["loci"] == dict.fromkeys(LOCI, "missing")

    def test_a_donor_who_shares_nothing_at_one_locus_is_recorded_as_such(self, program):
        # Control N1: nothing shared at A.
        register_people(program, FATHER_HLA.replace("A*02:01+A*03:01", "A*01:01+A*03:01"), P01_HLA)
        made = pair_up(program).data
        assert made["haploidentity"] == "not_haploidentical"
        assert made["loci"]["A"] == 0
        assert [warning["code"] for warning in made["warnings"]] == ["haploidentity-not-met"]

    def test_two_shared_at_one_locus_are_still_haploidentical(self, program):
        # Control N2: father A*02:01+A*24:02.
        register_people(program, FATHER_HLA.replace("A*03:01", "A*24:02"), P01_HLA)
        made = pair_up(program).data
        assert made["haploidentity"] == "haplo_compatible"
        assert made["loci"]["A"] == 2

    def test_a_secreted_allele_is_not_its_expressed_sibling(self, program):
        # Control N3: B*44:02:01:02S against B*44:02:01:01.
        patient = P01_HLA.replace("B*44:02+", "B*44:02:01:01+")
        register_people(program, FATHER_HLA.replace("B*44:02+", "B*44:02:01:02S+"), patient)
        made = pair_up(program).data
        assert made["loci"]["B"] == 0
        assert made["haploidentity"] == "not_haploidentical"

    def test_two_alike_everywhere_are_told_as_identical(self, program):
        register_people(program, P01_HLA, P01_HLA)
        assert pair_up(program).data["haploidentity"] == "hla_identical_at_tested_loci"

    @pytest.mark.parametrize("relation", ["mother", "aunt"])
    def test_a_relation_of_the_other_sex_is_refused(self, program, relation):
        register_people(program)
        result = pair_up(program, relation=relation, exit_code=30)
        assert result.code == "relation-inconsistent"
        assert result.blockers == {"relation-inconsistent"}

    def test_a_father_younger_than_the_patient_is_refused(self, program):
        register_people(program, donor_born=2022)
        assert pair_up(program, exit_code=30).code == "relation-inconsistent"

    def test_a_relation_nobody_knows_is_a_usage_error(self, program):
        register_people(program)
        pair_up(program, relation="stepfather", exit_code=2)

    def test_nobody_is_their_own_donor(self, program):
        """A code names one person: it cannot be registered for the other one as well."""
        register_people(program)
        words = ("--code", "p01", "--born", 1990, "--sex", "F")
        result = program("donor", "register", *words, user="TECHNICIAN1", exit_code=31)
        assert result.code == "number-already-used"

    def test_two_people_are_one_pair_only(self, program):
        register_people(program)
        pair = pair_up(program).data["id"]
        result = pair_up(program, exit_code=33)
        assert result.code == "pair-exists"
        assert pair in result.data["error"]["hint"]

    @pytest.mark.parametrize("who", ["donor", "patient"])
    def test_both_must_be_known(self, program, who):
        register_people(program)
        assert pair_up(program, exit_code=20, **{who: "NOBODY"}).code == "unknown-code"

    def test_a_pair_registered_late_says_so(self, program):
        register_people(program)
        pair = pair_up(program, "--at", "2025-12-01T10:00").data
        store = Store(program.db)
        try:
            assert store.get("pair", pair["id"]).late == 1
        finally:
            store.close()

    def test_a_dry_run_records_nothing_and_still_answers(self, program):
        register_people(program)
        assert pair_up(program, "--dry-run").data["dry_run"] is True
        words = ("--donor", "D01", "--patient", "P01", "--relation", "father", "--dry-run")
        program("pair", "register", *words, user="TECHNICIAN1", as_json=False)
        assert program("pair", "list").data == []


class TestAnExcludedDonor:
    """Domain script E01: no pair was made with the donor who was deferred first."""

    def test_a_deferred_donor_makes_no_pair(self, program):
        register_people(program)
        defer(program, "--defer-until", "2026-06-01")
        result = pair_up(program, exit_code=40)
        assert result.code == "donor-not-eligible"
        assert result.blockers == {"donor-not-eligible"}
        assert "2026-06-01" in result.data["error"]["sentence"]

    def test_nor_does_an_ineligible_one(self, program):
        register_people(program)
        defer(program, "--ineligible")
        assert pair_up(program, exit_code=40).code == "donor-not-eligible"

    def test_after_the_deferral_it_can_be_made(self, program):
        register_people(program)
        defer(program, "--defer-until", "2026-02-04")
        program.clock.advance(days=2)
        pair_up(program)

    def test_a_donor_nobody_decided_on_can_be_paired(self, program):
        register_people(program)
        pair_up(program)

    def test_the_refusal_is_recorded_with_both_codes(self, program):
        register_people(program)
        defer(program, "--ineligible")
        pair_up(program, exit_code=40)
        store = Store(program.db)
        try:
            refusal = store.last("refusal")
        finally:
            store.close()
        assert refusal.act == "pair register"
        assert json.loads(refusal.subjects) == ["D01", "P01"]


class TestShow:
    def test_show_answers_as_the_registration_did(self, program):
        register_people(program, FATHER_HLA, P01_HLA)
        made = pair_up(program).data
        shown = program("pair", "show", made["id"].lower().replace("-", "")).data
        for key in ("id", "coi", "haploidentity", "loci", "proof"):
            assert shown[key] == made[key]
        assert (shown["donor_hla"], shown["patient_hla"]) == (FATHER_HLA, P01_HLA)

    def test_a_person_reads_both_typings_locus_by_locus_and_what_they_prove(self, program):
        register_people(program, FATHER_HLA, P01_HLA)
        pair = pair_up(program).data
        text = program("pair", "show", pair["id"], as_json=False).stdout
        lines = text.splitlines()
        (drb1,) = [line for line in lines if line.startswith("DRB1 ")]
        for part in ("DRB1*04:01 + DRB1*15:01", "DRB1*04:01 + DRB1*11:04", "1 of 2"):
            assert part in drb1
        assert any("compatible with haploidentity" in line for line in lines)
        assert pair["proof"] in " ".join(lines)
        assert max(map(len, lines)) <= 100

    def test_the_course_shown_first_stays_the_first(self, program):
        register_people(program)
        pair = pair_up(program).data
        words = ("--protocol", "MSC-EB-7D", "--basis", "named-patient", "--reference", "R 1")
        program("course", "open", "--pair", pair["id"], *words, user="TECHNICIAN1")
        shown = program("pair", "show", pair["id"]).data
        assert shown["coi"] == pair["coi"]
        assert len(shown["courses"]) == 2

    def test_a_typing_that_is_missing_is_shown_as_a_dash(self, program):
        register_people(program, FATHER_HLA, "")
        pair = pair_up(program).data
        text = program("pair", "show", pair["id"], as_json=False).stdout
        assert "not typed in both" in text

    def test_the_list_holds_every_pair_with_its_finding(self, program):
        register_people(program, FATHER_HLA, P01_HLA)
        pair = pair_up(program).data
        (row,) = program("pair", "list").data
        assert (row["id"], row["kind"], row["coi"]) == (pair["id"], "pair", pair["coi"])
        assert row["haploidentity"] == "haplo_compatible"

    def test_a_course_is_no_pair(self, program):
        register_people(program)
        coi = pair_up(program).data["coi"]
        assert program("pair", "show", coi, exit_code=64).code == "wrong-kind-of-code"

    def test_an_unknown_pair_is_not_found(self, program):
        program("pair", "show", "PR-NONE", exit_code=20)


class TestANewTyping:
    def test_of_the_donor_adds_a_finding_and_keeps_the_old_one(self, program):
        register_people(program, FATHER_HLA, P01_HLA)
        pair = pair_up(program).data
        wrong = FATHER_HLA.replace("A*02:01+A*03:01", "A*01:01+A*03:01")
        made = program("donor", "type", "D01", "--hla", wrong, user="TECHNICIAN1").data
        assert [each["haploidentity"] for each in made["findings"]] == ["not_haploidentical"]
        store = Store(program.db)
        try:
            findings = store.rows("hla_finding", pair=pair["id"])
            latest = finding_of(store, pair["id"])
        finally:
            store.close()
        assert [row.result for row in findings] == ["haplo_compatible", "not_haploidentical"]
        assert latest.donor_typing == made["id"]

    def test_without_any_finding_on_record_nothing_is_settled(self, program):
        store = Store(program.db)
        try:
            assert finding_of(store, "PR-TST-0001-X").result == "indeterminate"
        finally:
            store.close()


def test_the_command_offers_every_relation_of_the_rules():
    (relation,) = [p for p in pair_commands.register.params if p.name == "relation"]
    assert tuple(relation.type.choices) == RELATIONS
