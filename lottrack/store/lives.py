"""The lives of containers and orders, read from their events in the order recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lottrack.rules.lifecycle import Event, Standing, step

if TYPE_CHECKING:
    from lottrack.store.reader import Reader
    from lottrack.store.rows import Row

# Each part names the act, the first telling's place in the chain (a correction does not move an
# event), and where the step leads. Links are read through the fact they belong to, so that they
# fall with it when it is struck. Whoever is given a dose is given what went into it. A dose begins
# where the first container that went into it had arrived by then.
_EVENTS = """
SELECT 'plan' AS act, c.seq AS seq, 0 AS part, c.occurred_at AS at, NULL AS place,
       c.performed_by AS holder, NULL AS outside, NULL AS position, NULL AS incident
  FROM {container} AS c JOIN {fill} AS f ON f.root = c.fill
 WHERE c.root = :container AND f.planned = 1
UNION ALL
SELECT 'prepare_into', o.seq, 4, c.occurred_at,
       (SELECT e.to_place FROM {custody_event} AS e JOIN custody_event AS b ON b.id = e.root
         WHERE e.container = (SELECT l.container FROM preparation_input AS l
                               WHERE l.preparation = c.preparation
                               ORDER BY length(l.container), l.container LIMIT 1)
           AND e.to_place IS NOT NULL AND b.seq < o.seq
         ORDER BY b.seq DESC LIMIT 1),
       c.performed_by, NULL, NULL, NULL
  FROM {container} AS c JOIN container AS o ON o.id = c.root
 WHERE c.root = :container AND c.preparation IS NOT NULL
UNION ALL
SELECT CASE e.outcome WHEN 'filled' THEN 'fill' ELSE 'not_fill' END, o.seq, 1, e.occurred_at, NULL,
       e.performed_by, NULL, NULL, NULL
  FROM {filling} AS e JOIN filling AS o ON o.id = e.root WHERE e.container = :container
UNION ALL
SELECT e.act, o.seq, 2, e.occurred_at, e.to_place,
       CASE e.act WHEN 'transfer' THEN e.to_account WHEN 'inspect' THEN NULL
                  ELSE e.performed_by END,
       e.to_outside, e.position, i.root
  FROM {custody_event} AS e JOIN custody_event AS o ON o.id = e.root
  LEFT JOIN {incident} AS i ON i.record = e.root WHERE e.container = :container
UNION ALL
SELECT 'thaw', o.seq, 3, p.occurred_at, NULL, p.performed_by, NULL, NULL, NULL
  FROM preparation_input AS l JOIN {preparation} AS p ON p.root = l.preparation
  JOIN preparation AS o ON o.id = p.root WHERE l.container = :container
UNION ALL
SELECT 'finish', o.seq, 3, p.occurred_at, NULL, p.performed_by, NULL, NULL, NULL
  FROM preparation_input AS l JOIN {preparation_finish} AS p ON p.preparation = l.preparation
  JOIN preparation_finish AS o ON o.id = p.root WHERE l.container = :container
UNION ALL
SELECT 'dispense', o.seq, 5, d.occurred_at, NULL, d.performed_by, NULL, NULL, NULL
  FROM dispensed_container AS l JOIN {dispensing} AS d ON d.root = l.dispensing
  JOIN dispensing AS o ON o.id = d.root WHERE l.container = :container
UNION ALL
SELECT 'infuse', o.seq, 6, d.occurred_at, NULL, d.performed_by, NULL, NULL, i.root
  FROM infused_container AS l JOIN {infusion} AS d ON d.root = l.infusion
  JOIN infusion AS o ON o.id = d.root LEFT JOIN {incident} AS i ON i.record = d.root
 WHERE l.container = :container
UNION ALL
SELECT 'infuse', o.seq, 6, d.occurred_at, NULL, d.performed_by, NULL, NULL, i.root
  FROM preparation_input AS l JOIN {container} AS c ON c.preparation = l.preparation
  JOIN infused_container AS g ON g.container = c.root JOIN {infusion} AS d ON d.root = g.infusion
  JOIN infusion AS o ON o.id = d.root LEFT JOIN {incident} AS i ON i.record = d.root
 WHERE l.container = :container
ORDER BY seq, part
"""


def life_events(reader: Reader, container: str) -> list[Event]:
    """Every event of a container's life that was not struck."""
    return [
        Event(
            act=row.act,
            at=row.at,
            place=row.place or "",
            holder=row.holder or "",
            outside=row.outside or "",
            position=row.position or "",
            forced=row.incident is not None,
        )
        for row in reader.facts_in(_EVENTS, container=container)
    ]


def derived_standing(reader: Reader, container: str, first_place: str) -> Standing | None:
    """The standing a container's events lead to; None when they do not go together.

    Args:
        reader: the record.
        container: its number.
        first_place: where containers are when they are filled.
    """
    standing: Standing | None = Standing(place=first_place)
    for event in life_events(reader, container):
        standing = step(standing or Standing(), event)
        if standing is None:
            return None
    return standing


def standing_of(row: Row) -> Standing:
    """A row of ``container_standing`` as the rules know it; its stage is read from its state."""
    return Standing(
        state=row.location_state,
        place=row.place or "",
        holder=row.holder or "",
        outside=row.outside or "",
        position=row.position or "",
        at=row.last_at or "",
        stage=row.stage or "",
    )


def order_state(reader: Reader, order: str) -> str:
    """What an order's events make it: given or cancelled, whichever came first; else open."""
    row = reader.sql(
        "SELECT min(o.seq) AS given,"
        " (SELECT min(b.seq) FROM order_cancellation_now AS x"
        "  JOIN order_cancellation AS b ON b.id = x.root WHERE x.infusion_order = :order)"
        "  AS cancelled"
        " FROM infusion_now AS i JOIN infusion AS o ON o.id = i.root"
        " WHERE i.infusion_order = :order",
        order=order,
    )[0]
    if row.cancelled is not None and (row.given is None or row.cancelled < row.given):
        return "cancelled"
    return "open" if row.given is None else "given"
