from __future__ import annotations

from datetime import timedelta

import pytest

from monitor.errors import UsageError
from monitor.store.silences import add_silence, remove_silence, silences
from monitor.store.unit import Database
from tests.contract.rows import NOW

HOUR = timedelta(hours=1)


def test_a_silence_is_in_force_until_its_end_and_is_remembered(database: Database) -> None:
    with database.unit() as connection:
        first = add_silence(connection, "rule", "port", until=NOW + HOUR, now=NOW, note="known")
        second = add_silence(connection, "story", "7", until=NOW + 2 * HOUR, now=NOW)
        assert [each.id for each in silences(connection, NOW)] == [second, first]
        assert [each.id for each in silences(connection, NOW + HOUR)] == [second]
        newest, oldest = silences(connection)
        assert (oldest.kind, oldest.subject, oldest.until, oldest.note) == ("rule", "port", NOW + HOUR, "known")
        assert newest.note == ""


def test_a_silence_may_be_ended_once(database: Database) -> None:
    with database.unit() as connection:
        number = add_silence(connection, "tag", "sport", until=NOW + HOUR, now=NOW)
        assert (remove_silence(connection, number), remove_silence(connection, number)) == (True, False)


@pytest.mark.parametrize(("kind", "hours", "words"), [("weather", 1, "cannot be silenced"), ("rule", 0, "UTC is over")])
def test_what_cannot_be_silenced_is_refused(database: Database, kind: str, hours: int, words: str) -> None:
    with database.unit() as connection, pytest.raises(UsageError, match=words) as caught:
        add_silence(connection, kind, "port", until=NOW + hours * HOUR, now=NOW)
    assert caught.value.remedy
