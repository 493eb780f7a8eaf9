"""How rare the terms of each language are, learnt in steps from the sketches of articles."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import sqlalchemy as sa

from monitor.model.story import Rarity, Vector
from monitor.store.tables import rarity, sketch
from monitor.store.vectors import unpacked

LESSON = 512
"""So many documents are learnt at once at most."""


@dataclass(frozen=True, slots=True)
class Learnt:
    """The rarity of a language's terms (None: nothing learnt yet), the last sketch in it, how many wait since then."""

    rarity: Rarity | None
    upto: int
    waiting: int


class Rarities:
    """The rarities last loaded, by language: half a megabyte each, read again only when the row has moved on."""

    def __init__(self) -> None:
        self._loaded: dict[str, tuple[int, Rarity]] = {}

    def load(self, connection: sa.Connection, language: str) -> Learnt:
        """What is known of a language, and how much came in since."""
        row = connection.execute(_LEARNT, {"language": language}).one_or_none()
        if row is None:
            return Learnt(None, 0, connection.execute(_WAITING, {"language": language, "upto": 0}).scalar_one())
        cached = self._loaded.get(language)
        if cached is None or cached[0] != row.upto_sketch:
            whole = connection.execute(_WHOLE, {"language": language}).one()
            cached = (row.upto_sketch, Rarity(whole.documents, np.frombuffer(whole.counts, dtype="<u4")))
            self._loaded[language] = cached
        return Learnt(cached[1], row.upto_sketch, row.waiting)


_WHOLE = sa.select(rarity).where(rarity.c.language == sa.bindparam("language"))
_WAITING = sa.select(sa.func.count()).where(
    sketch.c.language == sa.bindparam("language"), sketch.c.id > sa.bindparam("upto")
)
_LEARNT = sa.select(
    rarity.c.upto_sketch,
    sa.select(sa.func.count())
    .where(sketch.c.language == rarity.c.language, sketch.c.id > rarity.c.upto_sketch)
    .scalar_subquery()
    .label("waiting"),
).where(rarity.c.language == sa.bindparam("language"))
_UNLEARNT = (
    sa.select(sketch.c.id, sketch.c.terms)
    .where(sketch.c.language == sa.bindparam("language"), sketch.c.id > sa.bindparam("after"))
    .order_by(sketch.c.id)
    .limit(LESSON)
)


def unlearnt(connection: sa.Connection, language: str, after_sketch: int) -> list[tuple[int, Vector]]:
    """Sketches of a language that its rarity does not know yet: ids and terms, in order, a lesson of them."""
    rows = connection.execute(_UNLEARNT, {"language": language, "after": after_sketch}).all()
    return [(row.id, unpacked(row.terms)) for row in rows]


def save_rarity(connection: sa.Connection, language: str, learnt: Rarity, upto_sketch: int) -> None:
    """Store what was learnt of a language."""
    values = {
        "documents": learnt.documents,
        "upto_sketch": upto_sketch,
        "counts": learnt.counts.astype("<u4").tobytes(),
    }
    updated = connection.execute(rarity.update().where(rarity.c.language == language).values(values))
    if not updated.rowcount:
        connection.execute(rarity.insert().values(language=language, **values))
