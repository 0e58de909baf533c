"""One service for all tests that can switch it at run time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from service.testing import RunningService, running_service

API_KEY = {"Authorization": "Bearer test-api-key"}


@pytest.fixture(scope="session")
def shared_service() -> Iterator[RunningService]:
    with running_service() as running:
        yield running


@pytest.fixture
def service(shared_service: RunningService) -> Iterator[RunningService]:
    """A healthy service without counts; each test leaves it so."""
    shared_service.clear_faults()
    shared_service.clear_stats()
    yield shared_service
    shared_service.clear_faults()


@pytest.fixture
def client(service: RunningService) -> Iterator[httpx.Client]:
    """A client of the API, without a token, that follows no redirect."""
    with new_client(service.api) as made:
        yield made


@pytest.fixture
def api(service: RunningService) -> Iterator[httpx.Client]:
    """A client of the API with the API key."""
    with new_client(service.api, headers=API_KEY) as made:
        yield made


def new_client(url: str, **options: Any) -> httpx.Client:
    """Return a client for http: loading certificates would take longer than most tests."""
    return httpx.Client(base_url=url, timeout=5, trust_env=False, verify=False, **options)
