"""Every exception this program raises on purpose.

::

    MonitorError                 root; `code` is stable and documented, `remedy` says what to do
    ├── ConfigError              the configuration cannot be used; carries every `Problem` at once
    ├── UsageError               a command was called wrongly (exit code 2)
    ├── FetchError               the world did not answer as hoped
    ├── ParseError               bytes are not what they claim to be
    ├── StoreError               the database refused
    │   ├── StoreBusy            locked or briefly away: trying again helps
    │   ├── StoreFull            no space left
    │   ├── LeaseLost            somebody else owns the row now: roll everything back
    │   └── SchemaMismatch       the database is of another version than the program
    ├── AlreadyRunning           another process holds the writer's lock
    ├── DeliveryError            a message was not taken; `permanent` tells whether to try again
    └── WorkerError              a killable worker died or overstepped a limit

Foreign exceptions are mapped to these where they arise (an adapter), with the cause chained.
"""

from __future__ import annotations


class MonitorError(Exception):
    """Something went wrong that the program knows how to name."""

    code: str = "error"

    def __init__(self, message: str = "", *, code: str | None = None, remedy: str | None = None) -> None:
        super().__init__(message or (self.__doc__ or "").strip())
        if code is not None:
            self.code = code
        self.remedy = remedy

    @property
    def message(self) -> str:
        """The text for people, without the remedy."""
        return str(self.args[0])


class ConfigError(MonitorError):
    """The configuration cannot be used."""

    code = "config"


class UsageError(MonitorError):
    """The command was called wrongly."""

    code = "usage"


class FetchError(MonitorError):
    """The address could not be fetched."""

    code = "fetch"


class ParseError(MonitorError):
    """The document could not be read as what it claims to be."""

    code = "parse"


class StoreError(MonitorError):
    """The database refused."""

    code = "store"


class StoreBusy(StoreError):
    """The database is locked or briefly away; trying again helps."""

    code = "store-busy"


class StoreFull(StoreError):
    """There is no space left for the database."""

    code = "store-full"


class LeaseLost(StoreError):
    """Somebody else owns this row by now; nothing was written."""

    code = "lease-lost"


class SchemaMismatch(StoreError):
    """The database belongs to another version of the program."""

    code = "schema-mismatch"


class AlreadyRunning(MonitorError):
    """Another monitor works on this database already."""

    code = "already-running"


class DeliveryError(MonitorError):
    """The message was not taken."""

    code = "delivery"

    def __init__(
        self, message: str = "", *, permanent: bool, retry_after_s: float | None = None, code: str | None = None
    ) -> None:
        super().__init__(message, code=code)
        self.permanent = permanent
        self.retry_after_s = retry_after_s


class WorkerError(MonitorError):
    """A worker process died or overstepped its limit of time or memory."""

    code = "worker"
