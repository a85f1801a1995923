"""The rule ``materials-in-date`` of the lot check, on facts as they are gathered."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from lottrack.rules.release.facts import AttestationFact, MaterialsFact, MaterialUseFact
from lottrack.rules.release.materials import judged_uses

GOOD = MaterialUseFact("MU-1", "MT-1", "Lysate")
EXPIRED = (("material-expired", "MU-2: MT-2 expired."),)
LATE = (("material-released-later", "MU-3: MT-3 was released later."),)
STATED = AttestationFact("AT-1", "materials-in-date", "LEAD1", "released on paper")


def judged(*uses: MaterialUseFact, kept: bool = True, stated: bool = False):
    materials = MaterialsFact(uses, kept)
    making = SimpleNamespace(materials=materials, attestations=(STATED,) if stated else ())
    return judged_uses(SimpleNamespace(lot="L01", making=making))


def test_where_the_site_records_no_materials_a_person_may_state_it():
    making = SimpleNamespace(materials=None, attestations=())
    assert judged_uses(SimpleNamespace(lot="L01", making=making)) is None


def test_a_lot_made_before_the_site_recorded_materials_is_left_to_a_statement():
    assert judged(kept=False) is None
    assert judged(kept=False, stated=True) is None


def test_a_lot_without_any_use_fails_where_materials_were_recorded():
    finding = judged()
    assert finding.outcome == "fail"
    assert "lottrack material use" in finding.who_can_mend
    assert judged(stated=True) is None


def test_every_use_released_and_in_date_passes():
    finding = judged(GOOD, GOOD._replace(use="MU-9"))
    assert finding.outcome == "pass"
    assert finding.evidence == ("MU-1", "MT-1", "MU-9")


def test_one_use_against_the_rules_fails_the_lot():
    finding = judged(GOOD, GOOD._replace(use="MU-2", faults=EXPIRED, hold="HD-1"))
    assert finding.outcome == "fail"
    assert finding.evidence == ("MU-2",)
    assert "MT-2 expired" in finding.sentence
    assert "lottrack hold lift HD-1" in finding.who_can_mend


def test_no_statement_makes_an_expired_material_good():
    use = GOOD._replace(use="MU-2", faults=EXPIRED)
    assert judged(use, stated=True).outcome == "fail"


def test_a_use_against_the_rules_passes_once_its_hold_was_lifted():
    finding = judged(GOOD._replace(use="MU-2", faults=EXPIRED, judged=True))
    assert finding.outcome == "pass"
    assert "judged: MU-2" in finding.sentence


@pytest.mark.parametrize(("stated", "outcome"), [(False, "fail"), (True, "pass")])
def test_a_release_entered_later_needs_a_statement(stated, outcome):
    finding = judged(GOOD._replace(use="MU-3", faults=LATE), stated=stated)
    assert finding.outcome == outcome
    if not stated:
        assert "lottrack lot attest L01 materials-in-date" in finding.who_can_mend


def test_a_statement_settles_only_the_late_release():
    use = GOOD._replace(use="MU-3", faults=LATE + EXPIRED)
    finding = judged(use, stated=True)
    assert finding.outcome == "fail"
    assert "expired" in finding.sentence
    assert "released later" not in finding.sentence
