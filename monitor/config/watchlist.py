"""The keys of concepts and rules.  Expressions stay text here; `monitor.match` reads them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, ConfigDict, Field, model_validator

from monitor.config.fields import Digest, Duration, Hours, Names, Section, as_list, fault

Label = Literal["hypothetical", "negated", "quoted"]
Labels = Annotated[tuple[Label, ...], BeforeValidator(as_list)]


class ConceptModel(Section):
    """A named set of words: `any` in every language, or by language code."""

    model_config = ConfigDict(extra="allow", frozen=True, hide_input_in_errors=True)
    __pydantic_extra__: dict[str, Names] = Field(init=False)

    kind: Literal["person", "place"] | None = Field(None, description="Names get generated case endings.")
    any: Names = Field((), description="Forms that hold in every language.")

    @model_validator(mode="after")
    def _languages(self) -> ConceptModel:
        for key in self.__pydantic_extra__ or {}:
            if not (2 <= len(key) <= 3 and key.isascii() and key.islower()):
                raise fault("unknown-key", f'unknown key "{key}": a language code (de, en, ru …), any or kind')
        return self


class EventModel(Section):
    """All actors and the verb close together."""

    actors: Names = Field(description="Terms or $concepts that must all occur.")
    verb: str = Field(description="Term or $concept of what happens.")
    within: Literal["sentence", "paragraph"] | Annotated[int, Field(ge=1)] = Field(
        "sentence", description="sentence, paragraph or a number of words."
    )


class ScoreModel(Section):
    """Weighted terms."""

    threshold: float = Field(description="Sum at which the rule fires.")
    terms: dict[str, float] = Field(description="Weight of each term; negative ones count against.")
    title_factor: float = Field(1.0, ge=0, description="Hits in the title count this many times.")
    cap_per_term: int | None = Field(None, ge=1, description="Occurrences of one term that count at most.")


class WhereModel(Section):
    """Where an article may come from; `!` excludes."""

    lang: Names = Field((), description="Languages.")
    source: Names = Field((), description="Globs over id, name and tags.")
    section: Names = Field((), description="Globs over the section.")
    url: Names = Field((), description="Parts of the address.")


class FirstInModel(Section):
    """New to the story."""

    first_in: Duration = Field(gt=0, description="No earlier hit of this rule in the story within this time.")


class BurstModel(Section):
    """A jump in volume."""

    articles: int = Field(ge=1, description="Matching articles (wire copies count once).")
    sources: int = Field(1, ge=1, description="From this many sources.")
    within: Duration = Field(gt=0, description="In this time.")
    times_baseline: float = Field(5.0, gt=0, description="At least this many times the usual volume.")
    baseline: Duration = Field(14 * 86400.0, gt=0, description="Over which the usual volume is learnt.")


class FireModel(Section):
    """When a match counts as news."""

    story: FirstInModel | None = Field(None, description="First hit of this rule in a story.")
    sources: int | None = Field(None, ge=1, description="When this many sources carry it …")
    within: Duration | None = Field(None, description="… in this time.")
    burst: BurstModel | None = Field(None, description="When volume jumps.")
    absence: Duration | None = Field(None, description="When nothing matched for this long.")

    @model_validator(mode="after")
    def _one_form(self) -> FireModel:
        forms = [self.story, self.sources, self.burst, self.absence]
        if sum(form is not None for form in forms) != 1 or (self.sources is None) != (self.within is None):
            raise fault("bad-fire", "fire needs article, story, sources with within, burst or absence")
        return self


class WhenModel(Section):
    """The condition of an escalation."""

    sources: int = Field(ge=1, description="This many sources carry the story …")
    within: Duration = Field(gt=0, description="… within this time.")


class EscalateModel(Section):
    """Tell others too when a story grows."""

    to: Names = Field(description="Channels.")
    when: WhenModel = Field(description="Condition.")


class RouteModel(Section):
    """Channels under a condition; the first route that fits replaces `to`."""

    to: Names = Field(description="Channels.")
    hours: Hours | None = Field(None, description="Local hours.")
    days: tuple[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"], ...] = Field((), description="Days.")
    tags: Names = Field((), description="Tags of a source, one of which must be present.")


class AlertModel(Section):
    """Who is told and how; what is left out comes from `defaults.alert`."""

    to: Names | None = Field(None, description="Channels.")
    priority: Literal["low", "normal", "high"] | None = Field(None, description="high passes quiet hours and caps.")
    group_by: Literal["story", "article", "none"] | None = Field(None, description="What one alert is about.")
    cooldown: Duration | None = Field(None, description="Gap between messages about one story.")
    max_per_hour: int | None = Field(None, ge=0, description="Messages of this rule per hour and recipient.")
    digest: Digest | None = Field(None, description="hourly, daily or cron: gather instead of telling at once.")
    escalate: EscalateModel | None = Field(None, description="Tell others when the story grows.")
    routes: tuple[RouteModel, ...] | None = Field(None, description="Other channels by hour, day or tag.")
    guard_list: Literal["on", "off"] | None = Field(None, description="List what a guard held back.")
    max_age: Duration | None = Field(None, description="Articles seen longer ago are not told.")
    template: str | None = Field(None, description="File with a Jinja2 template that replaces ours.")


class SampleModel(Section):
    """A text with its title or language."""

    title: str = Field("", description="Headline.")
    text: str = Field("", description="Text.")
    lang: str | None = Field(None, description="Language; recognised when not given.")


class TestsModel(Section):
    """The rule's own tests; a rule that fails them is refused."""

    fires: tuple[str | SampleModel, ...] = Field((), description="Texts it must fire on.")
    silent: tuple[str | SampleModel, ...] = Field((), description="Texts it must stay silent on.")


class RuleModel(Section):
    """One thing to watch for."""

    id: str | None = Field(None, pattern=r"^[a-z0-9][a-z0-9_.-]*$", description="Stable name; default from `name`.")
    name: str | None = Field(None, description="Shown name; default the id.")
    match: str | None = Field(None, description="Expression.")
    event: EventModel | None = Field(None, description="Actors and a verb close together.")
    score: ScoreModel | None = Field(None, description="Weighted terms.")
    guard: Labels = Field((), description="Hits so labelled are held, not told.")
    require: Labels = Field((), description="Only hits so labelled count.")
    ignore: Names = Field((), description="Phrases that are blanked before matching.")
    where: WhereModel = Field(WhereModel(), description="Where an article may come from.")
    fire: Literal["article"] | FireModel = Field("article", description="When a match counts as news.")
    alert: AlertModel = Field(AlertModel(), description="Who is told and how.")
    tests: TestsModel = Field(TestsModel(), description="The rule's own tests.")
    tags: Names = Field((), description="Words to group rules by.")
    keep: Duration | None = Field(
        None, description="How long its alerts and all that it met are kept; default articles.keep_alerted for alerts."
    )

    @model_validator(mode="after")
    def _needs_something(self) -> RuleModel:
        if not self.id and not self.name:
            raise fault("bad-rule", "a rule needs an id or a name")
        if self.match is None and self.event is None and self.score is None:
            raise fault("bad-rule", "a rule needs match, event or score")
        return self
