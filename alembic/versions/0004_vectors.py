"""Terms of articles and stories as bytes, found by hashes; fingerprints found by their article.

What was learnt of stories is kept: JSON becomes bytes, and stories are indexed anew under the hashes of their terms.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import sqlalchemy as sa
import xxhash
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"

BATCH = 500
INDEXED = 20

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.drop_index("ix_fingerprint_day", "fingerprint")
    op.create_index("ix_fingerprint_article", "fingerprint", ["article_id"], unique=False)
    _pack("sketch", "terms")
    op.execute("CREATE TABLE story_term_before AS SELECT * FROM story_term")
    op.drop_table("story_term")
    op.create_table(
        "story_term",
        sa.Column("term", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("story_id", _BIG, autoincrement=False, nullable=False),
        sa.Column("weight", sa.Float(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("term", "language", "story_id", name=op.f("pk_story_term")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_story_term_story", "story_term", ["story_id"], unique=False)
    op.execute(
        "INSERT INTO story_term (term, language, story_id, weight, day) "
        "SELECT term, language, story_id, weight, day FROM story_term_before WHERE weight = 0"
    )
    _index_stories()
    op.drop_table("story_term_before")
    _pack("story", "centroid")


def _pack(name: str, column: str) -> None:
    """A column of JSON (terms with their weights) becomes one of bytes, in place: numbering must go on."""
    empty = sa.text("''" if _postgresql() else "x''")
    op.add_column(name, sa.Column("packed", sa.LargeBinary(), nullable=False, server_default=empty))
    table = sa.table(name, sa.column("id"), sa.column("packed", sa.LargeBinary))
    write = sa.update(table).where(table.c.id == sa.bindparam("row")).values(packed=sa.bindparam("bytes"))
    for rows in _rows(name, column):
        op.get_bind().execute(write, [{"row": id_, "bytes": _packed(terms)} for id_, terms in rows])
    op.drop_column(name, column)
    op.alter_column(name, "packed", new_column_name=column)
    if _postgresql():
        op.alter_column(name, column, server_default=None)


def _index_stories() -> None:
    """The heaviest terms of the stories that were found by theirs."""
    found = sa.text("SELECT story_id, min(language), max(day) FROM story_term_before GROUP BY story_id")
    alive = {story: (language, day) for story, language, day in op.get_bind().execute(found)}
    table = sa.table("story_term", *(sa.column(name) for name in ("term", "language", "story_id", "weight", "day")))
    for rows in _rows("story", "centroid"):
        indexed = [
            {"term": _key(language, term), "language": language, "story_id": id_, "weight": weight, "day": day}
            for id_, terms in rows
            if id_ in alive
            for language, day in [alive[id_]]
            for term, weight in sorted(_hashed(terms).items(), key=lambda pair: -pair[1])[:INDEXED]
        ]
        if indexed:
            op.get_bind().execute(sa.insert(table), indexed)


def _rows(name: str, column: str) -> Iterator[list[tuple[int, Mapping[str, float]]]]:
    table = sa.table(name, sa.column("id"), sa.column(column, _JSON))
    after = 0
    while True:
        found = sa.select(table.c.id, table.c[column]).where(table.c.id > after).order_by(table.c.id).limit(BATCH)
        rows = [(row[0], row[1]) for row in op.get_bind().execute(found)]
        if not rows:
            return
        yield rows
        after = rows[-1][0]


def _hashed(terms: Mapping[str, float]) -> dict[int, float]:
    return {_hash(term): weight for term, weight in terms.items()}


def _packed(terms: Mapping[str, float]) -> bytes:
    hashed = sorted(_hashed(terms).items())
    keys, weights = [term for term, _ in hashed], [weight for _, weight in hashed]
    return np.array(keys, dtype="<u4").tobytes() + np.array(weights, dtype="<f4").tobytes()


def _hash(term: str) -> int:
    return xxhash.xxh32_intdigest(term.encode("utf-8", "surrogatepass"))


def _key(language: str, term: int) -> int:
    digest = _hash(language) << 32 | term
    return digest - (1 << 64) if digest >= 1 << 63 else digest


def _postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"
