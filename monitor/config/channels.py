"""Channels as configured to channels as the courier takes them, each recipient a target of its own."""

from __future__ import annotations

import ipaddress
from dataclasses import replace

from monitor.config.load import Config
from monitor.config.nodes import Mapping, Node, Scalar, Sequence, find
from monitor.config.problems import Problem
from monitor.config.schema import ChannelModel, ConfigModel, MailModel
from monitor.deliver.mail import MailSpec, apprise_target, mail_addresses, mail_problem, mail_reach, targets_of
from monitor.model.alert import Channel, OnCrash
from monitor.model.mailbox import mailbox_problem
from monitor.model.subscription import CHANNEL as SUBSCRIBERS


def channel_of(name: str, model: ChannelModel) -> Channel:
    """The channel with its recipients expanded."""
    if model.mail is not None:
        addresses = mail_addresses(mail_spec(model.mail))
    else:
        addresses = tuple((apprise_target(address), address) for address in model.to or () if address)
    targets, urls = targets_of(name, addresses)
    return Channel(
        id=name,
        targets=targets,
        addresses=urls,
        quiet_hours=model.quiet_hours,
        timezone=model.timezone,
        language=model.language,
        on_crash=OnCrash(model.on_crash),
        rate_per_s=model.rate,
        burst=model.burst,
        concurrency=model.concurrency,
        give_up_after_s=model.give_up_after,
        fallback=model.fallback,
        images=model.images,
        template=model.template,
    )


def subscribers_channel(model: ConfigModel) -> Channel | None:
    """The channel of all who subscribe by mail; None where that is switched off, or no channel sends mail."""
    name = mail_channel(model) if model.web.subscribe.enabled else None
    if name is None:
        return None
    chosen = model.channels[name]
    reach = mail_reach(mail_spec(chosen.mail)) if chosen.mail is not None else ""
    whole = replace(channel_of(name, chosen), id=SUBSCRIBERS, targets=(), addresses=(), fallback=None, reach=reach)
    return replace(whole, domains=model.web.subscribe.domains)


def mail_channel(model: ConfigModel) -> str | None:
    """The channel that sends to subscribers: the one that is named, else the first that sends mail."""
    named = model.web.subscribe.channel
    names = [name for name, channel in model.channels.items() if channel.mail is not None]
    return named if named in names else names[0] if names and named is None else None


def mail_spec(model: MailModel) -> MailSpec:
    """The mailbox with what was left out filled in: how the connection is protected, and who writes."""
    tls = model.tls or ("ssl" if model.port == 465 else "none" if _is_here(model.server) else "starttls")
    return MailSpec(model.to, model.server, model.port, model.user, model.password, _sender(model), tls)


def _sender(model: MailModel) -> str:
    if model.sender:
        return model.sender
    if model.user and "@" in model.user:
        return model.user
    labels = model.server.split(".")
    if _is_address(model.server) or len(labels) < 2:
        return f"monitor@{model.to[0].rpartition('@')[2].rstrip('>')}" if model.to else "monitor@localhost"
    # smtp.example.org sends for example.org
    return "monitor@" + ".".join(labels[1:] if len(labels) > 2 else labels)


def _is_here(server: str) -> bool:
    return server == "localhost" or (_is_address(server) and ipaddress.ip_address(server).is_loopback)


def _is_address(server: str) -> bool:
    try:
        ipaddress.ip_address(server)
    except ValueError:
        return False
    return True


def _wrong_recipient(to: Node | None) -> Node | None:
    """The first of a list of recipients that is no mail address."""
    items = to.items if isinstance(to, Sequence) else ()
    return next((item for item in items if isinstance(item, Scalar) and mailbox_problem(item.text)), None)


def check_channels(config: Config) -> list[Problem]:
    """What is wrong with the channels' addresses; Apprise itself is asked."""
    from monitor.deliver.apprise import explain_address  # noqa: PLC0415 - Apprise is large: only where there are channels

    problems = []
    channels = config.root.get("channels")
    for name, model in config.model.channels.items():
        node = channels.get(name) if isinstance(channels, Mapping) else None
        place = (node or config.root).place
        if model.mail is not None:
            why = mail_problem(mail_spec(model.mail))
            reached, key, _ = find(node, ("mail", "to"))
            place = (_wrong_recipient(reached) or reached or key or node or config.root).place
            found = [why] if why else []
        else:
            # A missing secret is an empty address, and reported as such already.
            found = [why for address in model.to or () if address and (why := explain_address(address))]
            reached, _, _ = find(node, ("to",))
            place = (reached or node or config.root).place
        problems += [Problem("bad-channel", f'channel "{name}": {why}', place) for why in found]
    return problems
