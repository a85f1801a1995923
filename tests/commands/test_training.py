"""Training: required by the site, recorded by quality assurance, asked for where roles are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest

from lottrack.actions.laboratory.training import obligations
from tests.steps import ago, local_day

if TYPE_CHECKING:
    from tests.commands.conftest import Bench

OBSERVE = ("--passage", "P0", "--text", "spindle-shaped")
SOP = "SOP-CULT-012"


def required(bench: Bench, *what: str, subject: str = SOP) -> Any:
    wanted = what or ("--act", "lot observe")
    return bench("training", "require", *wanted, "--subject", subject, user="QA1").data


def trained(
    bench: Bench,
    person: str,
    *,
    since: int = -30,
    until: int = 300,
    subject: str = SOP,
    **extra: Any,
) -> Any:
    """A training of a person, from and until days counted from today."""
    days = ("--on", local_day(bench.program, since), "--until", local_day(bench.program, until))
    extra.setdefault("user", "QA1")
    return bench("training", "record", person, "--subject", subject, *days, **extra)


def observe(bench: Bench, lot: str, **extra: Any) -> Any:
    return bench("lot", "observe", lot, *OBSERVE, **extra)


@pytest.fixture
def growing(bench: Bench) -> tuple[Bench, str]:
    """A lot seeded at P0."""
    lot = bench.new_lot()
    seeded = ("--passage", "P0", "--seeded", "1.91e8", "--area-cm2", 1272)
    bench("lot", "seed", lot, *seeded)
    return bench, lot


# -- the gate --------------------------------------------------------------------------------------


def test_a_site_that_requires_nothing_is_asked_nothing(growing: tuple[Bench, str]) -> None:
    bench, lot = growing
    trained(bench, "TECHNICIAN2", until=-1)
    observe(bench, lot)


def test_whoever_was_not_trained_is_refused_with_the_way_out(growing: tuple[Bench, str]) -> None:
    bench, lot = growing
    made = required(bench)
    assert "TECHNICIAN1" in made["lacking"]
    refused = observe(bench, lot, exit_code=50)
    assert (refused.code, refused.blockers) == ("training-missing", {"training-missing"})
    assert "lottrack training record TECHNICIAN1" in refused.data["error"]["hint"]
    trained(bench, "TECHNICIAN1")
    observe(bench, lot)
    observe(bench, lot, user="TECHNICIAN2", exit_code=50)


def test_the_refusal_is_recorded(growing: tuple[Bench, str]) -> None:
    bench, lot = growing
    required(bench)
    observe(bench, lot, exit_code=50)
    last = bench.program("audit", "show", "--by", "TECHNICIAN1").data[-1]
    assert last["act"] == "lot observe refused"


def test_training_that_has_ended_is_expired(growing: tuple[Bench, str]) -> None:
    bench, lot = growing
    required(bench)
    trained(bench, "TECHNICIAN1", until=2)
    bench.program.clock.advance(days=2)
    observe(bench, lot)
    bench.program.clock.advance(days=1)
    assert observe(bench, lot, exit_code=50).code == "training-expired"


def test_training_in_another_subject_does_not_count(growing: tuple[Bench, str]) -> None:
    bench, lot = growing
    required(bench)
    trained(bench, "TECHNICIAN1", subject="SOP-CULT-013")
    assert observe(bench, lot, exit_code=50).code == "training-missing"
    trained(bench, "TECHNICIAN1", subject="sop-cult-012")
    observe(bench, lot)


def test_a_role_is_trained_for_all_its_acts(growing: tuple[Bench, str]) -> None:
    bench, lot = growing
    required(bench, "--role", "technician", subject="Clean room")
    assert observe(bench, lot, exit_code=50).code == "training-missing"
    bench("hold", "open", lot, "--cause", "other", "--reason", "x", exit_code=50)
    bench("hold", "open", lot, "--cause", "other", "--reason", "x", user="QA1")


def test_every_subject_that_is_lacking_is_told(growing: tuple[Bench, str]) -> None:
    bench, lot = growing
    required(bench)
    required(bench, "--role", "technician", subject="Clean room")
    trained(bench, "TECHNICIAN1", since=-300, until=-1)
    refused = observe(bench, lot, exit_code=50)
    assert refused.blockers == {"training-expired", "training-missing"}


def test_another_role_of_the_person_serves_where_one_lacks_training(
    growing: tuple[Bench, str],
) -> None:
    bench, lot = growing
    required(bench, "--role", "technician", subject="Clean room")
    bench("user", "role", "TECHNICIAN1", "--add", "production_lead", user="ADMIN")
    observe(bench, lot)
    last = bench.program("audit", "show", lot).data[-1]
    assert (last["act"], last["role"]) == ("lot observe", "production_lead")


def test_whoever_lacks_the_role_is_told_of_the_role_first(growing: tuple[Bench, str]) -> None:
    bench, lot = growing
    required(bench)
    assert observe(bench, lot, user="COURIER1", exit_code=52).code == "role-missing"


def test_a_signature_asks_for_training_before_the_secret(growing: tuple[Bench, str]) -> None:
    bench, _ = growing
    required(bench, "--act", "spec approve", subject="SOP-QP-1")
    approve = ("spec", "approve", "MSC-EB-TRIAL")
    refused = bench.program(*approve, user="QP1", exit_code=50)
    assert refused.code == "training-missing"
    trained(bench, "QP1", subject="SOP-QP-1")
    bench.program.signed(*approve, user="QP1")


def test_whoever_performs_it_is_the_one_who_is_trained(growing: tuple[Bench, str]) -> None:
    """A scribe types what somebody else does: both are asked, the performer for the day told."""
    bench, lot = growing
    required(bench)
    trained(bench, "TECHNICIAN1")
    by = ("--performed-by", "TECHNICIAN2")

    refused = bench("lot", "observe", lot, *OBSERVE, *by, exit_code=50)
    assert refused.code == "training-missing"
    assert "TECHNICIAN2" in refused.data["error"]["sentence"]
    assert "--at TIME" in refused.data["error"]["hint"]

    trained(bench, "TECHNICIAN2")
    assert bench("lot", "observe", lot, *OBSERVE, *by).data["warnings"] == []


def test_what_was_performed_before_is_recorded_as_it_was_and_told(
    growing: tuple[Bench, str],
) -> None:
    bench, lot = growing
    required(bench)
    trained(bench, "TECHNICIAN1")
    trained(bench, "TECHNICIAN2", since=-30, until=-10)
    bench.program.clock.advance(hours=2)
    at = ("--at", ago(bench.program, hours=1))
    by = ("--performed-by", "TECHNICIAN2")

    made = bench("lot", "observe", lot, *OBSERVE, *by, *at).data

    (warning,) = made["warnings"]
    assert warning["code"] == "performer-not-trained"
    assert "held until" in warning["sentence"]
    signed = bench.program.signed("lot", "review", lot, user="QA1", as_json=False)
    assert "TECHNICIAN2 performed 'lot observe'" in signed.stdout + signed.stderr


def test_training_is_asked_of_the_day_told(growing: tuple[Bench, str]) -> None:
    bench, lot = growing
    required(bench)
    trained(bench, "TECHNICIAN1")
    trained(bench, "TECHNICIAN2", since=-30, until=0)
    bench.program.clock.advance(days=1)
    at = ("--at", ago(bench.program, hours=23))
    made = bench("lot", "observe", lot, *OBSERVE, "--performed-by", "TECHNICIAN2", *at).data
    assert made["warnings"] == []


def test_what_is_required_no_longer_is_asked_no_longer(growing: tuple[Bench, str]) -> None:
    bench, lot = growing
    number = required(bench)["id"]
    observe(bench, lot, exit_code=50)
    end = ("training", "withdraw", number, "--reason", "the SOP was retired")
    bench(*end, user="QA1")
    observe(bench, lot)
    assert bench(*end, user="QA1", exit_code=33).code == "already-done"


# -- who keeps it ----------------------------------------------------------------------------------


@pytest.mark.parametrize("person", ["ADMIN", "TECHNICIAN1", "LEAD1", "QP1"])
def test_only_quality_assurance_requires_and_records(bench: Bench, person: str) -> None:
    refused = trained(bench, "TECHNICIAN2", user=person, exit_code=52)
    assert refused.code == "role-missing"
    words = ("training", "require", "--act", "lot observe", "--subject", "x")
    assert bench(*words, user=person, exit_code=52).code == "role-missing"


def test_nobody_records_or_mends_their_own_training(growing: tuple[Bench, str]) -> None:
    bench, _ = growing
    assert trained(bench, "QA1", exit_code=54).code == "same-person"
    bench("user", "role", "QC1", "--add", "qa", user="ADMIN")
    required(bench, "--act", "hold open", subject="Holds")
    number = trained(bench, "QA1", until=1, subject="Holds", user="QC1").data["id"]
    bench.program.clock.advance(days=5)
    hold = ("hold", "open", "D01", "--cause", "other", "--reason", "x")
    assert bench(*hold, user="QA1", exit_code=50).code == "training-expired"
    day = local_day(bench.program, 300)
    bench("correct", number, f"valid_until={day}", "--reason", "x", user="QA1")
    assert bench(*hold, user="QA1", exit_code=50).code == "training-missing"
    (shown,) = bench.program("training", "list", "--user", "QA1").data
    assert shown["state"] == "not_counted"


def test_a_technician_corrects_nobodys_training(bench: Bench) -> None:
    number = trained(bench, "TECHNICIAN2").data["id"]
    day = local_day(bench.program, 900)
    for words in (("correct", number, f"valid_until={day}"), ("strike", number)):
        refused = bench(*words, "--reason", "x", exit_code=52)
        assert refused.code == "role-missing"


def test_the_gate_never_locks_out_whoever_keeps_accounts_and_training(
    growing: tuple[Bench, str],
) -> None:
    bench, _ = growing
    for role in ("qa", "administrator"):
        required(bench, "--role", role, subject="Record keeping")
    trained(bench, "TECHNICIAN1")
    bench("user", "role", "QC1", "--add", "qa", user="ADMIN")
    assert bench("hold", "open", "D01", "--cause", "other", "--reason", "x", user="QA1",
                 exit_code=50).code == "training-missing"  # fmt: skip


# -- what is said wrongly --------------------------------------------------------------------------


def test_an_act_or_role_that_is_none_is_refused(bench: Bench) -> None:
    words = ("training", "require", "--subject", "x")
    assert bench(*words, "--act", "lot fly", user="QA1", exit_code=2).code == "act-unknown"
    assert bench(*words, "--role", "boss", user="QA1", exit_code=2).code == "role-unknown"
    assert bench(*words, user="QA1", exit_code=2).code == "usage"
    both = ("--act", "lot observe", "--role", "qa")
    assert bench(*words, *both, user="QA1", exit_code=2).code == "usage"


def test_the_same_is_not_required_twice(bench: Bench) -> None:
    required(bench)
    words = ("training", "require", "--act", "Lot  observe", "--subject", "sop-cult-012")
    assert bench(*words, user="QA1", exit_code=33).code == "already-done"


@pytest.mark.parametrize(
    ("since", "until", "code"), [(2, 300, "date-in-future"), (-2, -5, "out-of-order")]
)
def test_impossible_days_are_refused(bench: Bench, since: int, until: int, code: str) -> None:
    refused = trained(bench, "TECHNICIAN1", since=since, until=until, exit_code=2)
    assert refused.code == code


def test_nobody_is_trained_who_is_not_there(bench: Bench) -> None:
    assert trained(bench, "NOBODY", exit_code=51).code == "unknown-user"


# -- looking ---------------------------------------------------------------------------------------


def test_the_list_tells_what_is_required_and_who_was_trained(bench: Bench) -> None:
    required(bench)
    trained(bench, "TECHNICIAN1")
    trained(bench, "TECHNICIAN2", since=-400, until=-30)
    listed = bench.program("training", "list").data
    assert [(each["who"], each["state"]) for each in listed] == [
        ("lot observe", "required"),
        ("TECHNICIAN1", "valid"),
        ("TECHNICIAN2", "expired"),
    ]
    (one,) = bench.program("training", "list", "--user", "technician1").data
    assert one["who"] == "TECHNICIAN1"


def test_what_ends_or_is_lacking_is_owed(bench: Bench) -> None:
    required(bench)
    trained(bench, "TECHNICIAN1", until=10)
    with bench.store() as store:
        found = obligations(store, ZoneInfo("Europe/Madrid"))
    days = {each.record: each.due_on for each in found}
    assert {each.code for each in found} == {"training-due"}
    assert set(days) == {"TECHNICIAN1", "TECHNICIAN2", "LEAD1"}
    assert days["TECHNICIAN1"].isoformat() == local_day(bench.program, 10)
    assert days["LEAD1"] is None


def test_a_dry_run_requires_nothing(growing: tuple[Bench, str]) -> None:
    bench, lot = growing
    words = ("training", "require", "--act", "lot observe", "--subject", "x", "--dry-run")
    assert "TECHNICIAN1" in bench(*words, user="QA1").data["lacking"]
    observe(bench, lot)
