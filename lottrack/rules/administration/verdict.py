"""May these containers go into this patient now? Every reason against it, as values.

The pharmacist's question before each infusion, asked again at dispensing and at the bedside. The
facts arrive gathered; what is judged here needs no record, no clock and no terminal. A stage knows
which reasons belong to it: a container that was never dispensed is fine in the pharmacy and wrong
at the bedside.

Sources: GMP for ATMP (EudraLex Vol. 4 Part IV) 11 for release, Dir. 2006/86/EC Annex II.E and
Reg. (EC) 1394/2007 Art. 15 for identity and tracing, the trial's protocol for dose and schedule.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from lottrack.rules.administration.answer import Verdict
from lottrack.rules.administration.chain import chain_blockers, people_blockers
from lottrack.rules.administration.identity import (
    identity_blockers,
    label_warnings,
    supply_warnings,
)
from lottrack.rules.administration.loads import load_blockers
from lottrack.rules.administration.plan import course_blockers, of_plan, plan_verdict
from lottrack.rules.administration.product import product_blockers
from lottrack.rules.administration.waiving import unwaived
from lottrack.rules.certification.supply import uncovered

if TYPE_CHECKING:
    from lottrack.errors import Blocker
    from lottrack.rules.administration.facts import Case, ContainerCase, CourseCase
    from lottrack.rules.culture.plausibility import ShownWarning


def judge(case: Case, scan_blockers: tuple[Blocker, ...] = ()) -> Verdict:
    """Every reason against giving these containers to this patient at this moment.

    Args:
        case: the facts.
        scan_blockers: what was wrong with the scans themselves.
    """
    warnings: list[ShownWarning] = []
    found: list[tuple[Blocker, ContainerCase | None, CourseCase | None]] = []
    found += [(blocker, None, None) for blocker in scan_blockers]
    for container in case.containers:
        against = chain(
            identity_blockers(case, container),
            uncovered(product_blockers(case, container), container.supply),
            chain_blockers(case, container),
        )
        found += [(blocker, container, None) for blocker in against]
        warnings += label_warnings(container)
        warnings += supply_warnings(container)
    for course in case.courses:
        standing, waived = unwaived(course_blockers(course), case.plan.waivers)
        found += [(blocker, None, course) for blocker in standing]
        warnings += waived
    plan = plan_verdict(case)
    standing, waived = unwaived(of_plan(case, plan), case.plan.waivers)
    found += [(blocker, None, None) for blocker in (*standing, *load_blockers(case))]
    warnings += waived
    found += [(blocker, None, None) for blocker in people_blockers(case)]
    warnings += plan.warnings
    return Verdict(_mended(case, found), tuple(dict.fromkeys(warnings)))


def _mended(
    case: Case, found: list[tuple[Blocker, ContainerCase | None, CourseCase | None]]
) -> tuple[Blocker, ...]:
    """Each reason once, with who can mend it."""
    if not found:
        return ()
    from lottrack.rules.administration.mending import mended

    told = (mended(blocker, case, container, course) for blocker, container, course in found)
    return tuple(dict.fromkeys(told))
