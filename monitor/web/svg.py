"""Charts as SVG: shapes and numbers only, colours from the stylesheet, the figures beside them as a table."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

WIDTH, HEIGHT = 120, 24


def sparkline(counts: Sequence[int], label: str) -> Markup:
    """Small bars, one per count; `label` says the same in words."""
    top = max([*counts, 1])
    step = WIDTH / max(1, len(counts))
    bars = Markup().join(
        Markup('<rect x="{}" y="{}" width="{}" height="{}"/>').format(*map(_number, _bar(at, count, top, step, HEIGHT)))
        for at, count in enumerate(counts)
        if count
    )
    return _svg("spark", WIDTH, HEIGHT, label, bars)


def bars(counts: Sequence[int], label: str, *, width: int = 720, height: int = 160) -> Markup:
    """Bars over time with a base line and the highest count."""
    top = max([*counts, 1])
    step = width / max(1, len(counts))
    drawn = Markup().join(
        Markup('<rect x="{}" y="{}" width="{}" height="{}"><title>{}</title></rect>').format(
            *map(_number, _bar(at, count, top, step, height)), count
        )
        for at, count in enumerate(counts)
        if count
    )
    base = Markup('<line x1="0" x2="{}" y1="{}" y2="{}"/>').format(width, height, height)
    return _svg("chart", width, height, label, base + drawn)


def _bar(at: int, count: int, top: int, step: float, height: int) -> tuple[float, float, float, float]:
    tall = max(2.0, count / top * (height - 2))
    return at * step, height - tall, max(1.0, step - 1), tall


_FRAME = Markup(
    '<svg class="{}" viewBox="0 0 {} {}" preserveAspectRatio="none" role="img" aria-label="{}" focusable="false">{}</svg>'
)


def _svg(kind: str, width: int, height: int, label: str, inside: Markup) -> Markup:
    return _FRAME.format(kind, width, height, label, inside)


def _number(value: float) -> str:
    return f"{value:.1f}".rstrip("0").rstrip(".")
