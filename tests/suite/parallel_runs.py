"""Runs k6 several times in parallel, each against its own service: most of a run is waiting."""

from __future__ import annotations

import queue
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any

import pytest
from service.testing import RunningService, running_service

from tests.support.suite_runner import Suite

AT_ONCE = 6
"""Parallel runs per worker; each needs a third of a CPU."""

Job = Callable[..., Any]


def ahead(job: Job) -> pytest.MarkDecorator:
    """Mark a test whose run starts in the background; the fixture `outcome` is its result.

    Args:
        job: called with a suite, a service without faults, and the test's parameters.

    Example:
        >>> @ahead(lambda suite, service: suite.against(service.url).run("scripts/health.js"))
        ... def test_health(outcome): assert outcome.code == 0
    """
    return pytest.mark.ahead.with_args(job)


class ParallelRuns:
    """Runs jobs in threads, each with its own service.

    Args:
        suite: passed to the jobs.
    """

    def __init__(self, suite: Suite) -> None:
        self._suite = suite
        self._services: queue.SimpleQueue[RunningService] = queue.SimpleQueue()
        self._pool = ThreadPoolExecutor(AT_ONCE)
        self._stack = ExitStack()

    def start(self, items: list[pytest.Function]) -> dict[str, Future[Any]]:
        """Start the jobs of some tests; return futures by test name."""
        marked = [(item, item.get_closest_marker("ahead")) for item in items]
        wanted = [(item, marker.args[0]) for item, marker in marked if marker]
        for service in self._pool.map(lambda _: self._open(), wanted[:AT_ONCE]):
            self._services.put(service)
        return {item.name: self._pool.submit(self._do, job, params(item)) for item, job in wanted}

    def stop(self) -> None:
        """Cancel jobs that have not started, wait for the others, stop the services."""
        self._pool.shutdown(cancel_futures=True)
        self._stack.close()

    def _open(self) -> RunningService:
        return self._stack.enter_context(running_service())

    def _do(self, job: Job, parameters: Mapping[str, Any]) -> Any:
        service = self._services.get()
        try:
            service.clear_faults()
            service.clear_stats()
            return job(self._suite, service, **parameters)
        finally:
            self._services.put(service)


def params(item: pytest.Function) -> Mapping[str, Any]:
    """Return the parameters of a test."""
    return item.callspec.params if hasattr(item, "callspec") else {}
