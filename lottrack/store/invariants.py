"""The invariants of the record that one query each can prove.

Each query selects what breaks one invariant; its columns fill the sentence. Events with an incident
were recorded against the rules, knowingly, and are listed elsewhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from lottrack.rules.codes.identifiers import KINDS
from lottrack.store.lives import order_state
from lottrack.store.proofs import Finding
from lottrack.store.tables import FACTS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lottrack.store.reader import Reader

_NO_INCIDENT = "NOT EXISTS (SELECT 1 FROM incident_now AS x WHERE x.record = {})"


class Query(NamedTuple):
    """What breaks an invariant.

    Attributes:
        invariant: its number in the list of invariants (docs), 1 to 7.
        code: the finding's code.
        where: ``kind`` of the record that column ``record`` numbers.
        sentence: filled from the columns.
        sql: selects ``record`` and what the sentence needs.
    """

    invariant: int
    code: str
    where: str
    sentence: str
    sql: str


QUERIES = (
    Query(
        2,
        "given-to-another-patient",
        "infusion",
        "Infusion {record}: {container} was made for patient {recipient} and given to {patient}.",
        f"""SELECT i.root AS record, l.container, i.patient, p.patient AS recipient
            FROM infusion_now AS i CROSS JOIN infused_container AS l ON l.infusion = i.root
            CROSS JOIN container_now AS c ON c.root = l.container
            CROSS JOIN lot_now AS t ON t.root = c.lot
            CROSS JOIN course_now AS k ON k.root = t.course
            CROSS JOIN pair_now AS p ON p.root = k.pair
            WHERE p.patient <> i.patient AND {_NO_INCIDENT.format("i.root")}""",
    ),
    Query(
        3,
        "infused-twice",
        "infusion",
        "Infusion {record}: {container} was infused before, in {earlier}.",
        f"""SELECT i.root AS record, l.container, min(e.infusion) AS earlier
            FROM infusion_now AS i CROSS JOIN infused_container AS l ON l.infusion = i.root
            CROSS JOIN infused_container AS e ON e.container = l.container AND e.seq < l.seq
            CROSS JOIN infusion_now AS j ON j.root = e.infusion
            WHERE {_NO_INCIDENT.format("i.root")} GROUP BY i.root, l.container""",
    ),
    Query(
        3,
        "infused-after-destruction",
        "infusion",
        "Infusion {record}: {container} was destroyed before ({destroyed}).",
        f"""SELECT i.root AS record, l.container, d.root AS destroyed
            FROM infusion_now AS i CROSS JOIN infused_container AS l ON l.infusion = i.root
            CROSS JOIN custody_event_now AS d ON d.container = l.container AND d.act = 'destroy'
            CROSS JOIN custody_event AS o ON o.id = d.root
            WHERE o.seq < l.seq AND {_NO_INCIDENT.format("i.root")}""",
    ),
    Query(
        4,
        "one-person-for-two",
        "dispensing",
        "Dispensing {record}: {person} signed as pharmacist and as second person.",
        """SELECT d.root AS record, a.performed_by AS person FROM dispensing_now AS d
           CROSS JOIN signature AS a ON a.id = d.signature
           CROSS JOIN signature AS b ON b.id = d.second_signature
           WHERE a.performed_by = b.performed_by""",
    ),
    Query(
        4,
        "one-person-for-two",
        "infusion",
        "Infusion {record}: {person} gave it and was the second person.",
        """SELECT root AS record, second AS person FROM infusion_now
           WHERE second = performed_by""",
    ),
    Query(
        4,
        "one-person-for-two",
        "result_review",
        "Review {record}: {person} reviewed {result}, which the same person recorded.",
        """SELECT v.root AS record, v.performed_by AS person, r.root AS result
           FROM result_review_now AS v CROSS JOIN reviewed_result AS l ON l.review = v.root
           CROSS JOIN result AS r ON r.id = l.result
           WHERE v.performed_by IN (r.performed_by, r.recorded_by)""",
    ),
    Query(
        4,
        "witness-missing",
        "custody_event",
        "Destruction {record} has no witness.",
        """SELECT root AS record FROM custody_event_now
           WHERE act = 'destroy' AND witnessed_by IS NULL""",
    ),
    Query(
        5,
        "standing-missing",
        "container",
        "Container {record} has no place in the record of where things are.",
        """SELECT c.root AS record FROM container_now AS c WHERE NOT EXISTS
           (SELECT 1 FROM container_standing AS s WHERE s.container = c.root)""",
    ),
    Query(
        5,
        "standing-differs",
        "container_standing",
        "{record} has a place, but the container was struck.",
        """SELECT s.container AS record FROM container_standing AS s WHERE NOT EXISTS
           (SELECT 1 FROM container_now AS c WHERE c.root = s.container)""",
    ),
    Query(
        5,
        "standing-differs",
        "account_standing",
        "User {record} stands as {state}; what was recorded makes it {derived}.",
        """SELECT * FROM (SELECT s.account AS record,
             CASE s.active WHEN 1 THEN 'active' ELSE 'deactivated' END AS state,
             CASE WHEN EXISTS (SELECT 1 FROM account_event_now AS e WHERE e.account = s.account
                  AND e.event = 'deactivated') THEN 'deactivated' ELSE 'active' END AS derived
           FROM account_standing AS s) WHERE state <> derived""",
    ),
    Query(
        5,
        "standing-differs",
        "account_role",
        "User {record} has the role {role} that was {told}.",
        """SELECT * FROM (SELECT r.account AS record, r.role, coalesce(
             (SELECT CASE g.granted WHEN 1 THEN 'given' ELSE 'taken away' END
              FROM role_grant_now AS g WHERE g.account = r.account AND g.role = r.role
              ORDER BY g.seq DESC LIMIT 1), 'never given') AS told
           FROM account_role AS r) WHERE told <> 'given'""",
    ),
    Query(
        5,
        "standing-differs",
        "role_grant",
        "User {record} was given the role {role} and does not have it.",
        """SELECT * FROM (SELECT DISTINCT g.account AS record, g.role FROM role_grant_now AS g)
             AS said WHERE (SELECT g.granted FROM role_grant_now AS g WHERE g.account = said.record
             AND g.role = said.role ORDER BY g.seq DESC LIMIT 1) = 1
             AND NOT EXISTS (SELECT 1 FROM account_role AS r WHERE r.account = said.record
             AND r.role = said.role)""",
    ),
    Query(
        7,
        "reason-missing",
        "correction",
        "Correction {record} gives no reason.",
        "SELECT root AS record FROM correction_now WHERE coalesce(reason, '') = ''",
    ),
    Query(
        7,
        "reason-missing",
        "hold",
        "Hold {record} gives no reason.",
        "SELECT root AS record FROM hold_now WHERE coalesce(reason, '') = ''",
    ),
)
"""Everything that one query can prove, in the order of the invariants."""


def query_findings(reader: Reader) -> Iterator[Finding]:
    """What breaks an invariant that one query can prove."""
    for query in QUERIES:
        for row in reader.sql(query.sql):
            values = row.values()
            sentence = f"Invariant {query.invariant}: {query.sentence.format(**values)}"
            yield Finding(query.code, f"{query.where} {values['record']}", sentence)


def order_findings(reader: Reader) -> Iterator[Finding]:
    """Orders that do not stand as what was recorded of them makes them stand."""
    for row in reader.rows("order_standing"):
        derived = order_state(reader, row.infusion_order)
        if row.state != derived:
            yield Finding(
                "standing-differs",
                f"order_standing {row.infusion_order}",
                f"Invariant 5: order {row.infusion_order} stands as {row.state}; what was recorded"
                f" makes it {derived}.",
            )


def correction_findings(reader: Reader) -> Iterator[Finding]:
    """Versions of facts that no correction tells of: signatures over them would seem to stand."""
    for table in FACTS:
        rows = reader.sql(
            f"SELECT f.id FROM {table} AS f WHERE f.version > 1 AND NOT EXISTS (SELECT 1"
            " FROM correction AS c WHERE c.record = f.root AND c.to_version = f.version)"
        )
        for row in rows:
            where = f"{table} {row.id}"
            sentence = f"Invariant 4: {where} is a later version, and no correction tells why."
            yield Finding("correction-missing", where, sentence)


def incident_notes(reader: Reader) -> list[Finding]:
    """What happened against a rule and was recorded all the same."""
    return [
        Finding(
            "incident",
            f"incident {row.root}",
            f"{row.act} {row.record} on {row.occurred_at[:10]}, confirmed by {row.second}:"
            f" {row.codes or 'no blockers'}.{_struck_since(reader, str(row.record))}",
        )
        for row in reader.sql(
            "SELECT i.root, i.act, i.record, i.occurred_at, i.second, (SELECT"
            " group_concat(b.value ->> '$.code', ', ') FROM json_each(i.blockers) AS b) AS codes"
            " FROM incident_now AS i ORDER BY i.seq"
        )
    ]


def _struck_since(reader: Reader, record: str) -> str:
    """What is said of an incident whose event was struck afterwards; it stays on record."""
    kind = KINDS.get(record[:2])
    if kind is None or not reader.struck(kind, root=record):
        return ""
    return f" {record} was STRUCK since: it never happened, or to something else."
