"""Fakes to test with: shipped, so that users can test their own rules and channels."""

from monitor.testing.clock import FrozenClock
from monitor.testing.web import FakeWeb, Reply, SeenRequest

__all__ = ["FakeWeb", "FrozenClock", "Reply", "SeenRequest"]
