from __future__ import annotations

import pytest

from monitor import errors
from monitor.errors import DeliveryError, MonitorError, StoreBusy, StoreError

ALL = [each for each in vars(errors).values() if isinstance(each, type) and issubclass(each, MonitorError)]


def test_every_kind_of_error_has_a_code_of_its_own() -> None:
    assert len({each.code for each in ALL}) == len(ALL)


def test_an_error_says_what_its_class_is_unless_told_more_exactly() -> None:
    assert StoreBusy().message == "The database is locked or briefly away; trying again helps."
    exact = StoreError("the disk has gone", code="gone", remedy="mount it")
    assert (exact.message, exact.code, exact.remedy) == ("the disk has gone", "gone", "mount it")
    assert StoreError.code == "store"


@pytest.mark.parametrize("permanent", [True, False])
def test_a_failed_delivery_says_whether_and_when_to_try_again(permanent: bool) -> None:
    error = DeliveryError("come back", permanent=permanent, retry_after_s=30, code="smtp-451")
    assert (error.permanent, error.retry_after_s, error.code, str(error)) == (permanent, 30, "smtp-451", "come back")
