"""Rules in the database: append-only versions, the state of each rule, and what they matched."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from monitor.model.match import Evidence, HeldGroup, Verdict
from monitor.store import tables as t
from monitor.store.edits import noted_authors, text_hash

ACTIVE, REFUSED, REMOVED = "active", "refused", "removed"
FOUNDED = "rules_founded_at"
CATCH_UP = "catch_up_below"
"""In `rule_state.memory`: see `rules_to_catch_up`."""


@dataclass(frozen=True, slots=True)
class RuleState:
    """A rule as the database knows it.

    `version` is the last accepted one, None if none ever was.  `founding`: accepted when rules were first loaded into
    this database.  `accepted_at` is when the rule was accepted first, `version_at` when its present version was.
    """

    rule_id: str
    name: str
    status: str
    version: int | None
    problem: str | None
    founding: bool
    accepted_at: datetime
    version_at: datetime | None
    last_match_at: datetime | None
    keep_s: int | None


@dataclass(frozen=True, slots=True)
class RuleSync:
    """What a new watchlist changed; ids of rules."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Accepted:
    """A rule that may be used.  `text` is all that decides what it does, as the person wrote it, as plain JSON values.

    It is what the version keeps: evidence of what was in force, and enough to bring the rule back to life.  `keep_s`:
    how long what it met is kept.
    """

    id: str
    name: str
    text: Mapping[str, Any]
    keep_s: float | None = None

    @property
    def hash(self) -> str:
        """Changes with anything the rule says."""
        return text_hash(self.text)


def sync_rules(
    connection: sa.Connection,
    accepted: Sequence[Accepted],
    refused: Mapping[str, str],
    now: datetime,
    *,
    author: str | None = None,
) -> RuleSync:
    """Record the rules in force.  A changed rule gets a new version; no version is ever changed or deleted.

    `refused` maps rule ids to what is wrong; such a rule keeps its last accepted version.  `author` is whoever runs
    this program, and stands for those who did not write on the page.
    """
    noted = noted_authors(connection, now)
    founding = _founding(connection, now)
    states = {state.rule_id: state for state in rule_states(connection)}
    hashes = _current_hashes(connection)
    wanted = {rule.id: rule for rule in accepted}
    added = tuple(rule_id for rule_id in wanted if rule_id not in states or states[rule_id].version is None)
    changed = tuple(
        rule_id for rule_id, rule in wanted.items() if rule_id not in added and hashes.get(rule_id) != rule.hash
    )
    for rule_id, rule in wanted.items():
        state = states.get(rule_id)
        if rule_id in added or rule_id in changed:
            version = 1 + ((state and state.version) or 0)
            by = noted.get(text_hash(rule.text.get("rule")), author)
            _append_version(connection, rule, version, author=by, now=now)
            _write_state(connection, state, rule, version, now, founding=founding)
            if rule_id in added and not founding:
                set_caught_up(connection, rule_id, 1 + _highest_article(connection))
        elif state is not None and (state.status != ACTIVE or state.problem or state.name != rule.name):
            _write_state(connection, state, rule, state.version, now, founding=founding)
    _refuse(connection, states, refused, now, founding=founding)
    return RuleSync(added, changed, _remove(connection, states, wanted.keys() | refused.keys(), now))


def texts_in_force(connection: sa.Connection, rule_ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    """The text of the last accepted version of these rules; those that never had one are left out."""
    rows = connection.execute(
        sa.select(t.rule_version.c.rule_id, t.rule_version.c.spec).where(
            t.rule_version.c.rule_id.in_(rule_ids), t.rule_version.c.retired_at.is_(None)
        )
    )
    return {row.rule_id: row.spec for row in rows}


def rule_states(connection: sa.Connection) -> list[RuleState]:
    """Every rule ever seen, by id; removed ones too."""
    rows = connection.execute(
        sa.select(t.rule_state, t.rule_version.c.accepted_at.label("version_at"))
        .select_from(
            t.rule_state.outerjoin(
                t.rule_version,
                sa.and_(
                    t.rule_version.c.rule_id == t.rule_state.c.rule_id,
                    t.rule_version.c.version == t.rule_state.c.version,
                ),
            )
        )
        .order_by(t.rule_state.c.rule_id)
    )
    names = [field.name for field in fields(RuleState)]
    return [RuleState(**{name: row[name] for name in names}) for row in rows.mappings()]


def rules_to_catch_up(connection: sa.Connection) -> dict[str, int]:
    """Rules that were added to a running monitor, and the article id below which they have not been matched yet."""
    state = t.rule_state.c
    rows = connection.execute(sa.select(state.rule_id, state.memory).where(state.status == ACTIVE))
    return {row.rule_id: row.memory[CATCH_UP] for row in rows if CATCH_UP in row.memory}


def set_caught_up(connection: sa.Connection, rule_id: str, below: int | None) -> None:
    """How far a rule has come; None: it has seen everything."""
    state = t.rule_state.c
    memory = dict(connection.execute(sa.select(state.memory).where(state.rule_id == rule_id)).scalar_one())
    memory.pop(CATCH_UP, None)
    if below is not None:
        memory[CATCH_UP] = below
    connection.execute(sa.update(t.rule_state).where(state.rule_id == rule_id).values(memory=memory))


def add_match(
    connection: sa.Connection,
    verdict: Verdict,
    *,
    rule_version: int,
    article_id: int,
    revision: int,
    engine: str,
    now: datetime,
) -> int:
    """Store a hit (fired, or held by a guard) with its evidence; its id.  Once per rule version and revision.

    A revision that is matched again (its teaser's text came) has the later verdict.
    """
    key = (
        t.match.c.rule_id == verdict.rule_id,
        t.match.c.rule_version == rule_version,
        t.match.c.article_id == article_id,
        t.match.c.revision == revision,
    )
    found = {
        "fired": verdict.fired,
        "score": verdict.score,
        "evidence": [_evidence(item) for item in verdict.evidence],
        "held": [_held(group) for group in verdict.held],
        "engine": engine,
    }
    known = connection.execute(sa.update(t.match).where(*key).values(found).returning(t.match.c.id)).scalar()
    if known is not None:
        return int(known)
    if verdict.fired:
        connection.execute(
            sa.update(t.rule_state).where(t.rule_state.c.rule_id == verdict.rule_id).values(last_match_at=now)
        )
    row = {
        "rule_id": verdict.rule_id,
        "rule_version": rule_version,
        "article_id": article_id,
        "revision": revision,
        "created_at": now,
    }
    return int(connection.execute(sa.insert(t.match).values(row | found).returning(t.match.c.id)).scalar_one())


def _founding(connection: sa.Connection, now: datetime) -> bool:
    if connection.execute(sa.select(t.meta.c.key).where(t.meta.c.key == FOUNDED)).first() is not None:
        return False
    connection.execute(sa.insert(t.meta).values(key=FOUNDED, value=now.isoformat()))
    return True


def _highest_article(connection: sa.Connection) -> int:
    return int(connection.execute(sa.select(sa.func.max(t.article.c.id))).scalar() or 0)


def _current_hashes(connection: sa.Connection) -> dict[str, str]:
    rows = connection.execute(
        sa.select(t.rule_version.c.rule_id, t.rule_version.c.hash).where(t.rule_version.c.retired_at.is_(None))
    )
    return {row.rule_id: row.hash for row in rows}


def _append_version(
    connection: sa.Connection, rule: Accepted, version: int, *, author: str | None, now: datetime
) -> None:
    connection.execute(
        sa.update(t.rule_version)
        .where(t.rule_version.c.rule_id == rule.id, t.rule_version.c.retired_at.is_(None))
        .values(retired_at=now)
    )
    connection.execute(
        sa.insert(t.rule_version).values(
            rule_id=rule.id,
            version=version,
            hash=rule.hash,
            spec=dict(rule.text),
            author=author,
            accepted_at=now,
        )
    )


def _write_state(
    connection: sa.Connection,
    state: RuleState | None,
    rule: Accepted,
    version: int | None,
    now: datetime,
    *,
    founding: bool,
) -> None:
    keep_s = None if rule.keep_s is None else round(rule.keep_s)
    values: dict[str, Any] = {
        "name": rule.name,
        "version": version,
        "status": ACTIVE,
        "problem": None,
        "keep_s": keep_s,
    }
    if state is None:
        first = {"rule_id": rule.id, "founding": founding, "accepted_at": now, "memory": {}}
        connection.execute(sa.insert(t.rule_state).values(values | first))
        return
    if state.version is None:
        values |= {"accepted_at": now, "founding": founding}
    connection.execute(sa.update(t.rule_state).where(t.rule_state.c.rule_id == rule.id).values(values))


def _refuse(
    connection: sa.Connection,
    states: Mapping[str, RuleState],
    refused: Mapping[str, str],
    now: datetime,
    *,
    founding: bool,
) -> None:
    for rule_id, problem in refused.items():
        values = {"status": REFUSED, "problem": problem}
        if rule_id in states:
            connection.execute(sa.update(t.rule_state).where(t.rule_state.c.rule_id == rule_id).values(values))
        else:
            first = {"rule_id": rule_id, "name": rule_id, "founding": founding, "accepted_at": now, "memory": {}}
            connection.execute(sa.insert(t.rule_state).values(values | first))


def _remove(connection: sa.Connection, states: Mapping[str, RuleState], kept: Any, now: datetime) -> tuple[str, ...]:
    gone = tuple(rule_id for rule_id, state in states.items() if rule_id not in kept and state.status != REMOVED)
    if gone:
        connection.execute(
            sa.update(t.rule_state).where(t.rule_state.c.rule_id.in_(gone)).values(status=REMOVED, problem=None)
        )
        connection.execute(
            sa.update(t.rule_version)
            .where(t.rule_version.c.rule_id.in_(gone), t.rule_version.c.retired_at.is_(None))
            .values(retired_at=now)
        )
    return gone


def _evidence(item: Evidence) -> dict[str, Any]:
    return {
        "field": item.field,
        "paragraph": item.paragraph,
        "start": item.start,
        "end": item.end,
        "text": item.text,
        "term": item.term,
        "how": item.how.value,
        "group": item.group,
    }


def _held(group: HeldGroup) -> dict[str, Any]:
    return {
        "label": group.label.value,
        "cue": group.cue and _evidence(group.cue),
        "evidence": [_evidence(item) for item in group.evidence],
    }
