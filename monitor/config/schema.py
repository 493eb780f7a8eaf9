"""The whole configuration, every key described.  `monitor config schema` prints it as JSON Schema for editors."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, model_validator

from monitor.config.fields import (
    Database,
    Digest,
    Duration,
    HoursList,
    Names,
    Section,
    Selector,
    Selectors,
    Size,
    TimeZone,
    TlsWord,
    Url,
    fault,
)
from monitor.config.watchlist import AlertModel, ConceptModel, RuleModel


class MailModel(Section):
    """A mailbox to write to, in plain words."""

    to: Names = Field(description="Recipient or list of recipients; each gets a delivery of its own.")
    server: str = Field("localhost", description="Mail server.")
    port: int | None = Field(None, ge=1, le=65535, description="Port; default 587, 465 for tls: ssl, 25 for tls: none.")
    user: str | None = Field(None, description="Login, where the server wants one.")
    password: str | None = Field(None, repr=False, description="Password: !env NAME or !file PATH.")
    sender: str | None = Field(None, alias="from", description="Sender; default monitor@ and the server's domain.")
    tls: TlsWord | None = Field(
        None, description="starttls, ssl or none; default ssl on port 465, none on this machine, else starttls."
    )


class ChannelModel(Section):
    """Where alerts go: `mail` in plain words, or `to` with any Apprise address."""

    mail: MailModel | None = Field(None, description="A mailbox.")
    to: Names | None = Field(None, repr=False, description="One or several Apprise addresses.")
    quiet_hours: HoursList = Field((), description="Local hours in which only priority high is sent; kept and flushed.")
    timezone: TimeZone | None = Field(None, description="Zone of quiet hours and digests; default the general one.")
    language: Literal["de", "en"] | None = Field(None, description="Language of the messages.")
    on_crash: Literal["resend", "give_up"] = Field("resend", description="A message that was being sent at a crash.")
    rate: float = Field(10.0, gt=0, le=1000, description="Messages a second at most.")
    burst: int = Field(50, ge=1, description="Messages that may go at once before the rate counts.")
    concurrency: int = Field(4, ge=1, le=50, description="Messages on their way at the same time.")
    give_up_after: Duration = Field(3 * 86400.0, description="When a failing delivery is declared dead.")
    fallback: str | None = Field(None, description="Channel that takes over what dies here.")
    images: bool = Field(False, description="Whether messages show the article's picture.")
    template: str | None = Field(None, description="File with a Jinja2 template that replaces ours.")

    @model_validator(mode="after")
    def _one_way(self) -> ChannelModel:
        if (self.mail is None) == (self.to is None):
            raise fault("bad-channel", "a channel needs either mail: {to: …} or to: APPRISE-ADDRESS")
        return self


class AuthModel(Section):
    """Credentials for one source; never sent to another origin."""

    user: str | None = Field(None, description="User for basic authentication.")
    password: str | None = Field(None, repr=False, description="Password: !env NAME or !file PATH.")
    token: str | None = Field(None, repr=False, description="Bearer token: !env NAME or !file PATH.")


class LinksModel(Section):
    """Overrides of the link heuristic, each CSS or XPath (XPath begins with / or ./)."""

    items: Selector | None = Field(None, description="One element per entry.")
    url: Selector | None = Field(None, description="The link in an item (`a.title`, or `a@href`).")
    title: Selector | None = Field(None, description="The headline in an item.")
    date: Selector | None = Field(
        None, description="The date in an item (`time@datetime`), for machines or for people."
    )
    include: str | None = Field(None, description="What an address must contain; `*` stands for anything.")
    exclude: str | None = Field(None, description="What an address must not contain; `*` stands for anything.")
    next: Selector | None = Field(None, description="The link to the next page of the list.")


class ArticleModel(Section):
    """Overrides of the article extraction, each CSS or XPath."""

    body: Selector | None = Field(None, description="The element that holds the text.")
    title: Selector | None = Field(None, description="The headline.")
    remove: Selectors = Field((), description="Elements to drop.")


class SourceModel(Section):
    """Something that is polled: exactly one of feed, page, site, sitemap, watch."""

    id: str | None = Field(None, pattern=r"^[a-z0-9][a-z0-9_.-]*$", description="Stable name; default from `name`.")
    name: str | None = Field(None, description="Shown name; default the id.")
    feed: Url | None = Field(None, description="A feed: RSS, Atom, RDF, JSON Feed.")
    page: Url | None = Field(None, description="A page that lists articles.")
    site: Url | None = Field(None, description="A site: the best way to follow it is found out.")
    sitemap: Url | None = Field(None, description="A news sitemap or an index of sitemaps.")
    watch: str | None = Field(None, description="A page whose additions are the entries (or `page` beside page:).")
    select: Selector | None = Field(None, description="watch: the part of the page, CSS or XPath.")
    tags: Names = Field((), description="Words to select sources by.")
    every: Duration | None = Field(None, description="Longest gap between polls while all is well.")
    max_age: Duration | None = Field(
        None, description="Entries older than this at first sight are not told; 0: any are."
    )
    critical: bool = Field(False, description="Tell at once when this source fails.")
    paused: bool = Field(False, description="Do not poll.")
    full_text: Literal["auto", "always", "never"] | None = Field(None, description="Fetch the page behind an entry?")
    language: str | None = Field(None, pattern=r"^[a-z]{2,3}$", description="Language, where the source does not say.")
    encoding: str | None = Field(None, description="Encoding, where the source tells it wrongly.")
    headers: dict[str, str] = Field({}, repr=False, description="Extra request headers.")
    auth: AuthModel | None = Field(None, description="Basic or bearer authentication.")
    proxy: Url | None = Field(None, repr=False, description="Proxy for this source.")
    verify_tls: bool = Field(True, description="Check the server's certificate.")
    links: LinksModel = Field(LinksModel(), description="page: which links are entries.")
    min_links: int | None = Field(None, ge=0, description="page: fewer links mean that the page has changed.")
    max_pages: int = Field(1, ge=1, le=50, description="page: how many pages of the list are read at a poll.")
    max_articles: int = Field(20, ge=1, le=1000, description="Article pages fetched per poll; the rest waits.")
    article: ArticleModel = Field(ArticleModel(), description="How its articles are read.")
    render: bool = Field(False, description="Load pages in a browser (needs the extra `browser`).")
    websub: bool = Field(True, description="Let the hub that a feed names push it, where websub is enabled.")
    keep: Duration | None = Field(None, description="How long its articles are kept; 0 is for ever.")

    @model_validator(mode="after")
    def _one_kind(self) -> SourceModel:
        kinds = [self.feed, self.page, self.site, self.sitemap]
        watching = self.watch not in (None, "page")
        if sum(kind is not None for kind in kinds) + watching != 1:
            raise fault("bad-source", "a source needs exactly one of feed, page, site, sitemap, watch")
        if self.id is None and self.name is None:
            raise fault("bad-source", "a source needs an id or a name")
        return self


class DefaultsModel(Section):
    """What sources and rules take where they say nothing."""

    every: Duration = Field(600.0, description="Poll at least this often.")
    max_age: Duration | None = Field(None, description="Default of `max_age` of sources.")
    max_articles: int = Field(20, ge=1, le=1000, description="Default of `max_articles` of sources.")
    alert: AlertModel = Field(AlertModel(), description="Default of `alert` of rules.")


class FetchModel(Section):
    """How the network is asked."""

    user_agent: str = Field("news-monitor", description="Name in the User-Agent header.")
    contact: str | None = Field(None, description="Address or page for those who wonder who is asking.")
    concurrency: int = Field(64, ge=1, le=2000, description="Requests at the same time.")
    per_host: int = Field(2, ge=1, le=20, description="Requests at the same time to one host.")
    host_spacing: Duration = Field(1.0, description="Pause between two requests to one host.")
    timeout: Duration = Field(30.0, gt=0, description="Total time of one request, redirects included.")
    min_every: Duration = Field(60.0, description="Shortest gap between two polls of a source.")
    max_bytes: Size = Field(15_000_000, ge=1000, description="Largest body, unpacked.")
    allow_addresses: Names = Field((), description="Private addresses or networks that may be asked.")
    proxy: Url | None = Field(None, repr=False, description="Proxy for everything.")
    workers: int = Field(2, ge=1, le=64, description="Processes for parsing and extraction.")
    worker_memory: Size = Field(300_000_000, description="Memory a worker may add for one document.")


class ArticlesModel(Section):
    """How articles are read and kept."""

    full_text: Literal["auto", "always", "never"] = Field("auto", description="Default of sources.")
    languages: Names = Field(("de", "en", "ru", "fr"), description="Languages whose inflection is known.")
    keep: Duration = Field(365 * 86400.0, description="Default of `keep` of sources; 0 is for ever.")
    keep_alerted: Duration = Field(730 * 86400.0, description="How long alerts are kept, with all that they name.")
    keep_polls: Duration = Field(30 * 86400.0, description="How long the history of polls is kept; 0 is for ever.")


class StoriesModel(Section):
    """How articles are grouped."""

    window: Duration = Field(72 * 3600.0, gt=0, description="A story takes no new member after this silence.")
    copies: Duration = Field(7 * 86400.0, gt=0, description="How long back copies are looked for.")


class AlertsModel(Section):
    """How the monitor alerts in general and about itself."""

    ops: Names = Field((), description="Channels for messages about the monitor; default the first default channel.")
    first_poll: Literal["recent", "silent", "all"] = Field("recent", description="What a source's first poll tells.")
    max_age: Duration = Field(0.0, description="Articles seen longer ago are not told; 0 switches off.")
    health_at: Digest = Field("0 7 * * *", description="When the health mail is written.")
    review_at: Digest = Field("30 7 * * 1", description="When the weekly review is written.")
    canary: Literal["off", "daily", "hourly"] = Field("off", description="Send a marked article of our own through.")
    canary_to: str | None = Field(None, description="Channel that receives the canary; default as `ops`.")
    heartbeat: Duration = Field(3600.0, description="Gap between heartbeats; 0 is off.")
    heartbeat_to: str | None = Field(None, description="Channel of the heartbeat; without one there is none.")


class TokenModel(Section):
    """An API token by name."""

    name: str = Field(description="Who uses it.")
    token: str = Field(repr=False, description="The secret: !env NAME or !file PATH.")
    scopes: Names = Field(("read",), description="read, write, admin.")


class WebAuthModel(Section):
    """Who may open the page."""

    password: str | None = Field(None, repr=False, description="Password or its argon2 hash: !env NAME or !file PATH.")
    proxy_header: str | None = Field(None, description="Header with the user's name, set by a trusted proxy.")
    proxy_addresses: Names = Field((), description="Addresses of that proxy.")
    tokens: tuple[TokenModel, ...] = Field((), description="API tokens.")


class SubscribeModel(Section):
    """Whether visitors may subscribe by mail."""

    enabled: bool = Field(False, description="Offer subscriptions.")
    channel: str | None = Field(None, description="Mail channel that sends them.")
    domains: Names = Field((), description="Only addresses of these domains.")


class WebModel(Section):
    """The page."""

    listen: str = Field("127.0.0.1:8787", description="Address and port; `off` for none.")
    public_url: Url | None = Field(None, description="Address that people use, for links in messages.")
    auth: WebAuthModel = Field(WebAuthModel(), description="Needed for any address but loopback.")
    feeds: bool = Field(True, description="Offer Atom and JSON feeds of rules, stories and searches.")
    subscribe: SubscribeModel = Field(SubscribeModel(), description="Subscriptions by mail.")


class WebSubModel(Section):
    """Hubs that push what feeds publish, within seconds; polling goes on as the safety net."""

    enabled: bool = Field(False, description="Ask the hubs that feeds name to push.")
    callback: Url | None = Field(None, description="Where hubs reach the page from outside; default web.public_url.")


class MetricsModel(Section):
    """Prometheus metrics, at /metrics of the page."""

    enabled: bool = Field(True, description="Offer metrics.")


class LogModel(Section):
    """What is logged to standard error."""

    level: Literal["debug", "info", "warning", "error"] = Field("info", description="Least severity shown.")
    format: Literal["auto", "text", "json"] = Field("auto", description="auto: text on a terminal, else JSON.")


class ConfigModel(Section):
    """The whole of config.yaml."""

    database: Database = Field("sqlite:///var/monitor.db", repr=False, description="Where everything is kept.")
    timezone: TimeZone | None = Field(None, description="Time zone of messages and digests; default the system's.")
    language: Literal["de", "en"] = Field("en", description="Language of messages and pages.")
    channels: dict[str, ChannelModel] = Field({}, description="Where alerts go, by name.")
    defaults: DefaultsModel = Field(DefaultsModel(), description="What sources and rules take.")
    sources: tuple[SourceModel, ...] = Field((), description="What is polled.")
    concepts: dict[str, ConceptModel] = Field({}, description="Named sets of words.")
    watchlist: tuple[RuleModel, ...] = Field((), description="The rules.")
    include: Names = Field((), description="Files with concepts, sources and watchlist, relative to this one.")
    fetch: FetchModel = Field(FetchModel(), description="The network.")
    articles: ArticlesModel = Field(ArticlesModel(), description="Articles.")
    stories: StoriesModel = Field(StoriesModel(), description="Stories.")
    alerts: AlertsModel = Field(AlertsModel(), description="Alerts.")
    web: WebModel = Field(WebModel(), description="The page.")
    websub: WebSubModel = Field(WebSubModel(), description="Pushes by hubs.")
    metrics: MetricsModel = Field(MetricsModel(), description="Metrics.")
    log: LogModel = Field(LogModel(), description="The log.")


def json_schema() -> dict[str, Any]:
    """The JSON Schema of the whole file, for editors."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "news-monitor configuration",
        **ConfigModel.model_json_schema(by_alias=True),
    }
