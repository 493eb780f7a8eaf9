"""From verdicts to alerts: load what the deciders need | decide | write alerts, deliveries, gathered items, timers.

Everything happens in the caller's unit of work, so an article and what follows from it are committed together.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import sqlalchemy as sa

from monitor.alert.decide import HitFacts, Hold, Known, Suppress, Tell, decide_alert
from monitor.alert.fire import FireFacts
from monitor.alert.group import facts_in
from monitor.alert.hours import next_digest, next_local
from monitor.alert.keys import article_key, update_key, window_name
from monitor.alert.mute import Subject, silence_for
from monitor.alert.passages import passages_of
from monitor.alert.route import Gather, usable
from monitor.alert.settings import AlertSettings
from monitor.loops.dispatch import Circumstances, Telling, Work, gather_on, send_alert
from monitor.model.alert import AlertKind, AlertState, Channel, Silence, Thread
from monitor.model.match import Evidence, Verdict
from monitor.model.reasons import Reason
from monitor.model.rule import FireAbsence, FireBurst, FireSources, FireStory, GroupBy
from monitor.model.settled import Gap, RuleBook, RuleFacts, SettledArticle, TellReport
from monitor.store import alerts as rows
from monitor.store import outbox, timers
from monitor.store.rules import add_match


@dataclass(frozen=True, slots=True)
class Hit:
    """A verdict on an article, with its match row."""

    rule: RuleFacts
    article: SettledArticle
    verdict: Verdict
    match_id: int
    member: rows.Member


@dataclass(slots=True)
class _Tally:
    matches: int = 0
    told: list[int] = field(default_factory=list)
    held: list[int] = field(default_factory=list)
    suppressed: list[int] = field(default_factory=list)
    untouched: int = 0

    def report(self) -> TellReport:
        return TellReport(self.matches, tuple(self.told), tuple(self.held), tuple(self.suppressed), self.untouched)


def record_matches(
    connection: sa.Connection,
    settled: SettledArticle,
    verdicts: Iterable[Verdict],
    *,
    rules: RuleBook,
    channels: Mapping[str, Channel],
    settings: AlertSettings,
    muted: Sequence[Silence],
    now: datetime,
    engine: str = "1",
) -> TellReport:
    """Record the hits among `verdicts` on `settled` and what follows from them, in the caller's unit of work.

    Call it once for each settled revision, with the verdicts of every rule looked at (those that did not fire and hold
    nothing are ignored, as are those that wait for the text).  `muted` are the silences in force, `engine` names the
    version of the matcher.
    """
    work, tally = Work(connection, Telling(rules, channels, settings), now), _Tally()
    for verdict in verdicts:
        rule = rules.get(verdict.rule_id)
        if rule is None or verdict.waits or not (verdict.fired or verdict.held):
            continue
        tally.matches += 1
        match_id = add_match(
            connection,
            verdict,
            rule_version=rule.version,
            article_id=settled.article_id,
            revision=settled.revision,
            engine=engine,
            now=now,
        )
        hit = Hit(rule, settled, verdict, match_id, _member(settled, verdict, match_id))
        _record(work, hit, muted, tally)
    return tally.report()


def _member(settled: SettledArticle, verdict: Verdict, match_id: int) -> rows.Member:
    evidence: list[Evidence] = list(verdict.evidence)
    cue = None
    if not verdict.fired:
        evidence.extend(
            piece for group in verdict.held for piece in (*group.evidence, *([group.cue] if group.cue else []))
        )
        cue = next((group.cue.text for group in verdict.held if group.cue), verdict.held[0].label.value)
    return rows.Member(
        article_id=settled.article_id,
        match_id=match_id,
        revision=settled.revision,
        passages=passages_of(settled.document, evidence),
        revised_at=settled.revised_at,
        why=verdict.reason.text if verdict.reason else "",
        cue=cue,
    )


def _record(work: Work, hit: Hit, muted: Sequence[Silence], tally: _Tally) -> None:
    if isinstance(hit.rule.fire, FireBurst | FireAbsence):
        _count(work, hit)
        return
    if not hit.verdict.fired:
        _guarded(work, hit, tally)
        return
    facts = _hit_facts(work, hit, muted)
    decision = decide_alert(facts, work.now)
    if isinstance(decision, Known):
        tally.untouched += 1
    elif isinstance(decision, Suppress):
        tally.suppressed.append(_suppress(work, hit, facts, decision))
    elif isinstance(decision, Hold):
        tally.held.append(_hold(work, hit, facts.thread, decision))
    else:
        _tell(work, hit, facts, decision, tally)
    _watch_spread(work, hit, facts)


def _count(work: Work, hit: Hit) -> None:
    """A burst counts its hits, an absence hears of them; their timers decide."""
    if isinstance(hit.rule.fire, FireBurst) and hit.verdict.fired:
        timers.set_timer(work.connection, "burst", hit.rule.id, work.now)


def _guarded(work: Work, hit: Hit, tally: _Tally) -> None:
    """A guard took every group: held, and listed with its cue in the next digest or the daily review."""
    if rows.earlier_alert(work.connection, hit.rule.id, hit.article.article_id) is not None:
        tally.untouched += 1
        return
    reason = Reason("guard", f"held by a guard: »{hit.member.cue}«")
    new = _new(hit, AlertState.HELD, reason, thread=None)
    alert_id = rows.put_alert(work.connection, new, work.now)
    rows.put_member(work.connection, alert_id, hit.member)
    tally.held.append(alert_id)
    if hit.rule.alert.guard_list and hit.article.baseline is None:
        _list_guarded(work, alert_id, hit.rule)


def _list_guarded(work: Work, alert_id: int, rule: RuleFacts) -> None:
    settings = work.telling.settings
    zone = work.telling.zone
    if rule.alert.digest:
        kind, due = "digest", next_digest(rule.alert.digest, work.now, zone, settings.daily_at)
    else:
        kind, due = "older", next_local(settings.daily_at, work.now, zone)
    for name in usable(rule.alert.to, work.telling.channels, settings):
        gather_on(work, alert_id, name, Gather(window_name(kind, due), due, Reason("guard", "listed")))


def _hit_facts(work: Work, hit: Hit, muted: Sequence[Silence]) -> HitFacts:
    rule, article, settings = hit.rule, hit.article, work.telling.settings
    thread = _thread(work, rule, article)
    copy = article.copy
    told = rows.copy_told(work.connection, rule.id, copy.head, article.article_id) if copy else None
    novel = frozenset[str]()
    if thread is not None:
        novel = facts_in(hit.member.passages, article.language) - thread.known
    return HitFacts(
        rule=rule,
        article=article,
        settings=settings,
        earlier=rows.earlier_alert(work.connection, rule.id, article.article_id),
        copy_told=told,
        thread=thread,
        silence=silence_for(_subject(rule, article), muted, work.now),
        fire=_fire_facts(work, rule, article, thread),
        novel=novel,
    )


def _subject(rule: RuleFacts, article: SettledArticle) -> Subject:
    return Subject(
        rule.id,
        article.story.id if article.story else None,
        frozenset(source.id for source in article.sources),
        frozenset(rule.tags) | _source_tags(article),
    )


def _source_tags(article: SettledArticle) -> frozenset[str]:
    return frozenset(tag for source in article.sources for tag in source.tags)


def _thread(work: Work, rule: RuleFacts, article: SettledArticle) -> Thread | None:
    own = rows.thread_of_article(work.connection, rule.id, article.article_id)
    if own is not None or rule.alert.group_by is not GroupBy.STORY or article.story is None:
        return own
    opened_after = work.now - timedelta(seconds=work.telling.settings.story_ends_s)
    return rows.thread_of_story(work.connection, rule.id, (article.story.id, *article.story.linked), opened_after)


def _fire_facts(work: Work, rule: RuleFacts, article: SettledArticle, thread: Thread | None) -> FireFacts:
    told = thread is not None and thread.told_at is not None
    if isinstance(rule.fire, FireStory) and article.story is not None:
        at = rows.last_hit_in_story(work.connection, rule.id, article.story.id, article.article_id)
        return FireFacts(at, told)
    return FireFacts(told=told)


def _suppress(work: Work, hit: Hit, facts: HitFacts, decision: Suppress) -> int:
    new = _new(hit, AlertState.SUPPRESSED, decision.reason, thread=None)
    earlier, thread = facts.earlier, facts.thread
    if earlier is not None and thread is not None and earlier.state is not AlertState.SUPPRESSED:
        # What was told before stays told; only this revision is not.
        new = replace(new, key=_next_update_key(work, thread), kind=AlertKind.UPDATE)
    alert_id = rows.put_alert(work.connection, new, work.now)
    rows.put_member(work.connection, alert_id, hit.member)
    return alert_id


def _next_update_key(work: Work, thread: Thread) -> str:
    number = thread.updates + 1
    rows.add_facts(work.connection, thread.alert_id, {"updates": number})
    return update_key(thread.key, number)


def _new(hit: Hit, state: AlertState, reason: Reason, *, thread: str | None) -> rows.NewAlert:
    key = article_key(hit.rule.id, hit.article.article_id)
    kind = AlertKind.SOURCES if isinstance(hit.rule.fire, FireSources) else AlertKind.MATCH
    return rows.NewAlert(
        key=key,
        kind=kind,
        state=state,
        reason=reason,
        rule_id=hit.rule.id,
        rule_version=hit.rule.version,
        story_id=hit.article.story.id if hit.article.story else None,
        thread=thread,
        priority=hit.rule.alert.priority,
        facts={"tags": sorted(_source_tags(hit.article)), **_gap_facts(hit.article.gap)},
    )


def _gap_facts(gap: Gap | None) -> dict[str, object]:
    if gap is None:
        return {}
    return {
        "gap_since": rows.instant_to_json(gap.since),
        "gap_until": rows.instant_to_json(gap.until),
        "gap_ours": gap.ours,
    }


def _hold(work: Work, hit: Hit, thread: Thread | None, decision: Hold) -> int:
    if not decision.update or thread is None:
        return _hold_until_fired(work, hit, thread, decision)
    update_id = _pending_update(work, hit, thread, decision.reason)
    rows.put_member(work.connection, update_id, hit.member)
    due = decision.until or work.now
    rows.set_pending(work.connection, thread.alert_id, update_id, due)
    timers.set_timer(work.connection, "update", thread.key, due)
    return update_id


def _hold_until_fired(work: Work, hit: Hit, thread: Thread | None, decision: Hold) -> int:
    if thread is not None and thread.told_at is None:
        rows.put_member(work.connection, thread.alert_id, hit.member)
        return thread.alert_id
    key = article_key(hit.rule.id, hit.article.article_id)
    alert_id = rows.put_alert(work.connection, _new(hit, AlertState.HELD, decision.reason, thread=key), work.now)
    rows.put_member(work.connection, alert_id, hit.member)
    return alert_id


def _pending_update(work: Work, hit: Hit, thread: Thread, reason: Reason) -> int:
    """The update of the thread that gathers members; a new one where the last was told."""
    if thread.pending_id is not None:
        return thread.pending_id
    new = _new(hit, AlertState.HELD, reason, thread=thread.key)
    new = replace(new, key=_next_update_key(work, thread), kind=AlertKind.UPDATE)
    return rows.put_alert(work.connection, new, work.now)


def _tell(work: Work, hit: Hit, facts: HitFacts, decision: Tell, tally: _Tally) -> None:
    thread = facts.thread
    if decision.update and thread is not None:
        alert_id = _pending_update(work, hit, thread, decision.reason)
    else:
        key = article_key(hit.rule.id, hit.article.article_id)
        alert_id = rows.put_alert(work.connection, _new(hit, AlertState.HELD, decision.reason, thread=key), work.now)
        outbox.forget_items(work.connection, alert_id)
    rows.put_member(work.connection, alert_id, hit.member)
    alert = rows.get_alert(work.connection, alert_id)
    at = Circumstances(decision.addition, hit.article.gap, _age_s(hit.article, work.now))
    singly = send_alert(work, alert, hit.rule, at)
    (tally.told if singly else tally.held).append(alert_id)


def _age_s(article: SettledArticle, now: datetime) -> float:
    """Since first sight; the publisher's date counts only at a source's first poll and after a gap."""
    since = article.first_seen_at
    if (article.baseline is not None or article.gap is not None) and article.published_at is not None:
        since = min(since, article.published_at)
    return (now - since).total_seconds()


def _watch_spread(work: Work, hit: Hit, facts: HitFacts) -> None:
    """More sources may carry the story now: let the timers count them that wait for it."""
    thread = facts.thread
    key = thread.key if thread else article_key(hit.rule.id, hit.article.article_id)
    if thread is None and facts.copy_told is not None:
        told = rows.find_alert(work.connection, facts.copy_told)
        key = told.thread or key if told else key
    if isinstance(hit.rule.fire, FireSources) and (thread is None or thread.told_at is None):
        timers.set_timer(work.connection, "sources", key, work.now, {"rule": hit.rule.id})
    if hit.rule.alert.escalate is not None:
        timers.set_timer(work.connection, "escalate", key, work.now, {"rule": hit.rule.id})
