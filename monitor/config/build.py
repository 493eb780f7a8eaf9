"""From validated models to what the stages take: specs with defaults applied, durations in seconds."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from monitor.config.schema import ConfigModel, SourceModel
from monitor.config.watchlist import AlertModel, ConceptModel, FireModel, RuleModel, SampleModel, ScoreModel
from monitor.model.fetched import Credentials
from monitor.model.rule import (
    AlertSpec,
    ConceptSpec,
    EscalateSpec,
    EventSpec,
    Fire,
    FireAbsence,
    FireArticle,
    FireBurst,
    FireSources,
    FireStory,
    GroupBy,
    Label,
    Priority,
    RouteSpec,
    RuleSpec,
    Sample,
    ScoreSpec,
    WhereSpec,
)
from monitor.model.source import ArticleSelectors, FullText, LinkSelectors, SourceKind, SourceSpec

# Cyrillic by sound, after ISO 9 without diacritics: ids are typed in shells.
_CYRILLIC = dict(
    zip(
        "абвгдежзийклмнопрстуфхцчшщъыьэюяіїєґё",
        "a b v g d e zh z i j k l m n o p r s t u f h c ch sh shh _ y _ e yu ya i yi ye g e".split(),  # noqa: SIM905 - reads better
        strict=True,
    )
)


def slug(name: str) -> str:
    """An id from a name: small Latin letters, digits and hyphens; empty when nothing is left."""
    text = name.casefold().replace("ß", "ss").replace("ä", "ae").replace("ö", "oe").replace("ü", "ue")
    text = "".join(_CYRILLIC.get(c, c).replace("_", "") for c in text)
    text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", text).strip("-")


def source_spec(model: SourceModel, config: ConfigModel) -> SourceSpec:
    """A source with the defaults of the file applied."""
    kind, url = _kind(model)
    auth = Credentials(model.auth.user, model.auth.password, model.auth.token) if model.auth else None
    defaults = config.defaults
    return SourceSpec(
        id=model.id or slug(model.name or ""),
        name=model.name or model.id or "",
        kind=kind,
        url=url,
        tags=model.tags,
        every_s=defaults.every if model.every is None else model.every,
        max_age_s=defaults.max_age if model.max_age is None else model.max_age,
        critical=model.critical,
        paused=model.paused,
        full_text=FullText(model.full_text or config.articles.full_text),
        language=model.language,
        encoding=model.encoding,
        headers=tuple(model.headers.items()),
        auth=auth,
        proxy=model.proxy or config.fetch.proxy,
        verify_tls=model.verify_tls,
        links=LinkSelectors(**model.links.model_dump()),
        min_links=model.min_links,
        max_pages=model.max_pages,
        max_articles=model.max_articles if "max_articles" in model.model_fields_set else defaults.max_articles,
        article=ArticleSelectors(model.article.body, model.article.title, model.article.remove),
        select=model.select,
        render=model.render,
        websub=model.websub,
        keep_s=model.keep,
    )


def _kind(model: SourceModel) -> tuple[SourceKind, str]:
    if model.watch == "page" and model.page:
        return SourceKind.WATCH, model.page
    given = {
        SourceKind.FEED: model.feed,
        SourceKind.PAGE: model.page,
        SourceKind.SITE: model.site,
        SourceKind.SITEMAP: model.sitemap,
        SourceKind.WATCH: model.watch,
    }
    return next((kind, url) for kind, url in given.items() if url)


def concept_spec(name: str, model: ConceptModel) -> ConceptSpec:
    """A concept; keys other than `any` and `kind` are languages."""
    return ConceptSpec(name, model.kind, model.any, dict(model.__pydantic_extra__ or {}))


def rule_spec(model: RuleModel, defaults: AlertModel) -> RuleSpec:
    """A rule with the defaults of the file applied; its expressions are still text."""
    event = EventSpec(model.event.actors, model.event.verb, model.event.within) if model.event else None
    score = _score(model.score) if model.score else None
    where = model.where
    return RuleSpec(
        id=rule_id(model),
        name=model.name or model.id or "",
        match=model.match,
        event=event,
        score=score,
        guard=tuple(map(Label, model.guard)),
        require=tuple(map(Label, model.require)),
        ignore=model.ignore,
        where=WhereSpec(where.lang, where.source, where.section, where.url),
        fire=_fire(model.fire),
        alert=alert_spec(model.alert, defaults),
        tags=model.tags,
        fires=tuple(map(_sample, model.tests.fires)),
        silent=tuple(map(_sample, model.tests.silent)),
        keep_s=model.keep,
    )


def _score(model: ScoreModel) -> ScoreSpec:
    return ScoreSpec(model.threshold, dict(model.terms), model.title_factor, model.cap_per_term)


def rule_id(model: RuleModel) -> str:
    """The rule's id, made from its name where it has none."""
    return model.id or slug(model.name or "")


def _sample(sample: str | SampleModel) -> Sample:
    if isinstance(sample, str):
        return Sample(sample, sample)
    raw = {key: value for key, value in sample.model_dump().items() if value}
    return Sample(raw, sample.title, sample.text, sample.lang)


def _fire(model: str | FireModel) -> Fire:
    if isinstance(model, str):
        return FireArticle()
    if model.story:
        return FireStory(model.story.first_in)
    if model.burst:
        burst = model.burst
        return FireBurst(burst.articles, burst.within, burst.sources, burst.times_baseline, burst.baseline)
    if model.absence is not None:
        return FireAbsence(model.absence)
    return FireSources(model.sources or 1, model.within or 0.0)


def alert_spec(model: AlertModel, defaults: AlertModel) -> AlertSpec:
    """Who is told and how: the rule's own words, then the file's defaults, then the program's.

    The program's cooldown is 30 minutes, 10 at priority high (delivery.md).
    """

    def pick(name: str, fallback: Any) -> Any:
        own, default = getattr(model, name), getattr(defaults, name)
        return own if own is not None else default if default is not None else fallback

    priority = Priority(pick("priority", "normal"))
    escalate = pick("escalate", None)
    return AlertSpec(
        to=pick("to", ()),
        priority=priority,
        group_by=GroupBy(pick("group_by", "story")),
        cooldown_s=pick("cooldown", 600.0 if priority is Priority.HIGH else 1800.0),
        max_per_hour=pick("max_per_hour", 20),
        digest=pick("digest", None),
        escalate=escalate and EscalateSpec(escalate.to, escalate.when.sources, escalate.when.within),
        routes=tuple(RouteSpec(r.to, r.hours, r.days, r.tags) for r in pick("routes", ())),
        guard_list=pick("guard_list", "on") == "on",
        max_age_s=pick("max_age", None),
        template=pick("template", None),
    )
