"""The shop of many tenants, healthy and with faults."""

from __future__ import annotations

import concurrent.futures
import time
from collections import Counter
from collections.abc import Iterator

import httpx
import pytest
from service.testing import RunningService

pytestmark = pytest.mark.slow

FLASH = "flash-sale-product-001"


@pytest.fixture
def tenants(service: RunningService) -> Iterator[dict[str, httpx.Client]]:
    """A client with the key of each tier."""
    clients = {
        tier: httpx.Client(
            base_url=service.api,
            timeout=10,
            trust_env=False,
            headers={"Authorization": f"Bearer test-{tier}-key"},
        )
        for tier in ("free", "starter")
    }
    yield clients
    for client in clients.values():
        client.close()


def burst(client: httpx.Client, count: int) -> Counter[int]:
    """Statuses of consecutive requests."""
    return Counter(client.get("/products?limit=1").status_code for _ in range(count))


def test_products_are_found(api: httpx.Client) -> None:
    page = api.get("/products?limit=3&offset=1").json()
    assert [row["id"] for row in page["data"]] == ["product-0002", "product-0003", "product-0004"]
    assert page["total"] >= 500
    hits = api.get("/products/search", params={"q": "books", "category": "books"}).json()["data"]
    assert hits
    assert {row["category"] for row in hits} == {"books"}
    assert api.get(f"/products/{FLASH}").json()["id"] == FLASH
    assert api.get("/products/none").status_code == 404


def test_an_order_takes_from_the_stock(api: httpx.Client) -> None:
    assert api.put(f"/inventory/{FLASH}", json={"stock": 3}).json()["stock"] == 3
    order = {"items": [{"productId": FLASH, "quantity": 2}]}
    answers = [api.post("/orders", json=order).status_code for _ in range(2)]
    assert answers == [201, 409]
    assert api.get(f"/inventory/{FLASH}").json() == {"productId": FLASH, "stock": 1, "sold": 2}
    assert api.get("/reports/order-details").json()["data"][0]["product"]["id"] == FLASH
    unknown = {"items": [{"productId": "none", "quantity": 1}]}
    assert api.post("/orders", json=unknown).status_code == 422
    rows = {"adjustments": [{"productId": FLASH, "delta": 5}]}
    assert api.post("/inventory/adjustments", json=rows).json() == {"applied": 1}
    assert api.get(f"/inventory/{FLASH}").json()["stock"] == 6


def test_reports_and_imports(api: httpx.Client, service: RunningService) -> None:
    assert api.get("/analytics/inventory-summary").json() == api.get("/reports/inventory").json()
    report = api.post("/reports", json={"type": "sales"}).json()
    assert report["status"] == "pending"
    end = time.monotonic() + 10
    while api.get(f"/reports/{report['id']}").json()["status"] != "ready":
        assert time.monotonic() < end
        time.sleep(0.05)
    service.set_fault("stuck-report")
    assert api.get(f"/reports/{report['id']}").json()["status"] == "pending"
    row = {"name": "New", "category": "music", "price": 2.5, "stock": 1}
    products = {"products": [{**row, "sku": f"sku-{number}"} for number in range(10)]}
    assert api.post("/bulk/import", json=products).json() == {"imported": 10, "total": 10}
    assert api.get("/products/sku-9").json()["name"] == "New"
    service.set_fault("lost-import", 0.4)
    assert api.post("/bulk/import", json=products).json() == {"imported": 6, "total": 10}


@pytest.mark.parametrize("algorithm", ["fixed", "sliding", "token-bucket"])
def test_a_tenant_has_a_limit(
    tenants: dict[str, httpx.Client], service: RunningService, algorithm: str
) -> None:
    # A window that nothing here outlasts: counts do not depend on how quick the machine is.
    service.set_fault("limits", algorithm, window=600)
    found = burst(tenants["free"], 120)
    assert found[200] in (range(99, 102) if algorithm == "token-bucket" else (100,))
    refused = tenants["free"].get("/products")
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) >= 1
    assert refused.headers["RateLimit-Limit"] == "100"
    assert refused.headers["RateLimit-Policy"] == "100;w=600"
    assert burst(tenants["starter"], 5) == {200: 5}


def test_a_limit_recovers(tenants: dict[str, httpx.Client], service: RunningService) -> None:
    for algorithm in ("fixed", "sliding", "token-bucket"):
        service.set_fault("limits", algorithm, window=0.5)
        burst(tenants["free"], 120)
        time.sleep(0.6)
        assert burst(tenants["free"], 1) == {200: 1}


def test_wrong_limits(tenants: dict[str, httpx.Client], service: RunningService) -> None:
    free, starter = tenants["free"], tenants["starter"]
    service.set_fault("limits", "sliding", window=600)
    service.set_fault("wrong-limit", 0.2)
    assert burst(free, 30) == {200: 20, 429: 10}
    service.set_fault("shared-limit")
    assert burst(free, 1) == {429: 1}
    assert burst(starter, 1) == {429: 1}
    service.set_fault("shared-limit", False)
    assert burst(starter, 1) == {200: 1}
    service.set_fault("no-limit")
    assert burst(free, 1) == {200: 1}
    service.clear_faults()
    service.set_fault("limits", "sliding", window=0.3)
    service.set_fault("wrong-limit", 0.01)
    service.set_fault("stuck-limit")
    assert burst(free, 2) == {200: 1, 429: 1}
    time.sleep(0.4)
    assert burst(free, 1) == {429: 1}
    service.set_fault("silent-limit")
    assert "RateLimit-Limit" not in free.get("/products").headers


def test_a_race_sells_more_than_there_is(api: httpx.Client, service: RunningService) -> None:
    service.set_fault("oversell", 300)
    api.put(f"/inventory/{FLASH}", json={"stock": 1})
    order = {"items": [{"productId": FLASH, "quantity": 1}]}
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: api.post("/orders", json=order).status_code, range(8)))
    assert answers.count(201) > 1
    assert api.get(f"/inventory/{FLASH}").json()["stock"] < 0


def test_capacity_is_a_queue_with_an_end(api: httpx.Client, service: RunningService) -> None:
    service.set_fault("capacity", 50, queue=0.2)
    with concurrent.futures.ThreadPoolExecutor(40) as pool:
        found = list(pool.map(lambda _: api.get("/products?limit=1"), range(40)))
    statuses = Counter(answer.status_code for answer in found)
    assert set(statuses) == {200, 503}
    # A fifth of a second's worth waits, what comes meanwhile is more.
    assert statuses[200] >= 10
    assert max(answer.elapsed.total_seconds() for answer in found) > 0.1


def test_memory_grows_and_is_given_back(api: httpx.Client, service: RunningService) -> None:
    def megabytes() -> float:
        return float(api.get("/metrics").json()["process"]["memory_usage_mb"])

    before = megabytes()
    service.set_fault("leak", 2048)
    burst(api, 10)
    assert megabytes() - before > 15
    service.clear_faults()
    service.set_fault("memory-noise", 8)
    sizes = []
    for _ in range(60):
        burst(api, 1)
        sizes.append(megabytes())
    assert max(sizes) - min(sizes) > 3


def test_a_slow_join_is_slow(api: httpx.Client, service: RunningService) -> None:
    service.set_fault("slow-join", 300)
    assert api.get("/reports/order-details").elapsed.total_seconds() > 0.29
    assert api.get("/reports/inventory").elapsed.total_seconds() < 0.29
