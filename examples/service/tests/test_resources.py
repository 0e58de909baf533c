"""Missions, specs, tickets and the knowledge base, healthy and with faults."""

from __future__ import annotations

import httpx
import pytest
from service.testing import RunningService, running_service

pytestmark = pytest.mark.slow

AGENT = {"email": "agent@test.com", "password": "password"}
MISSION = {"name": "Count the bugs", "prompt": "All of them", "backend": "mock"}


def test_missions_are_a_bare_array_newest_first(api: httpx.Client) -> None:
    made = [api.post("/missions", json=MISSION) for _ in range(3)]
    assert [answer.status_code for answer in made] == [201] * 3
    ids = [answer.json()["id"] for answer in made]
    assert len(set(ids)) == 3
    listed = api.get("/missions").json()
    assert [mission["id"] for mission in listed[:3]] == ids[::-1]
    assert len(api.get("/missions?limit=2").json()) == 2
    assert api.get(f"/missions/{ids[0]}").json() == made[0].json()
    assert api.delete(f"/missions/{ids[0]}").status_code == 204
    assert api.get(f"/missions/{ids[0]}").status_code == 404


def test_specs_are_there_or_not(api: httpx.Client) -> None:
    answers = [api.get(f"/specs/{number}").status_code for number in ("001", "050", "100")]
    assert answers == [200, 200, 404]
    for term in ("config", "test", "loop", "backend", "ui"):
        found = api.get("/specs/search", params={"q": term}).json()
        assert found
        assert all(term in f"{spec['title']} {spec['text']}" for spec in found)
    assert api.get("/specs/search?q=nothing-like-it").json() == []


def test_a_ticket_from_first_to_last(api: httpx.Client) -> None:
    before = api.get("/analytics/dashboard").json()
    ticket = api.post("/tickets", json={"title": "It is broken", "priority": "HIGH"}).json()
    assert (ticket["status"], ticket["priority"]) == ("OPEN", "HIGH")
    path = f"/tickets/{ticket['id']}"
    changed = api.patch(path, json={"status": "IN_PROGRESS"}).json()
    assert (changed["status"], changed["title"]) == ("IN_PROGRESS", "It is broken")
    comment = api.post(f"{path}/comments", json={"content": "Looking into it"})
    assert comment.status_code == 201
    assert comment.json()["ticketId"] == ticket["id"]
    assert api.get(f"{path}/comments").json()["data"] == [comment.json()]
    page = api.get("/tickets?page=1&limit=20").json()
    assert page["data"][0] == changed
    assert page["total"] == before["total"] + 1
    assert api.get("/analytics/dashboard").json()["byStatus"]["IN_PROGRESS"] == 1
    assert api.delete(path).status_code == 204
    assert api.get("/analytics/dashboard").json() == before
    for gone in (api.get(path), api.patch(path, json={}), api.post(f"{path}/comments", json={})):
        assert gone.status_code in (404, 422)


def test_searches_of_the_help_desk(api: httpx.Client) -> None:
    for term in ("urgent", "billing", "support", "technical"):
        for path in ("/tickets/search", "/knowledge-base/search"):
            found = api.get(path, params={"q": term}).json()["data"]
            assert found
            assert all(term in row["title"] for row in found)
    article = api.get("/knowledge-base?limit=1").json()["data"][0]
    assert api.get(f"/knowledge-base/{article['id']}").json() == article
    assert api.get("/knowledge-base/none").status_code == 404


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/missions", {"name": "x"}),
        ("POST", "/tickets", {"title": ""}),
        ("POST", "/tickets", {"title": "x", "priority": "SOON"}),
        ("PATCH", "/tickets/ticket_1", {"status": "MAYBE"}),
        ("GET", "/tickets?page=0", None),
        ("GET", "/specs/search", None),
    ],
)
def test_what_does_not_fit_is_refused(
    api: httpx.Client, method: str, path: str, body: object
) -> None:
    assert api.request(method, path, json=body).status_code == 422


@pytest.mark.parametrize(
    "path", ["/missions", "/specs/001", "/tickets", "/knowledge-base", "/analytics/dashboard"]
)
def test_resources_want_a_token(client: httpx.Client, path: str) -> None:
    assert client.get(path).status_code == 401


def test_anonymous_requests_when_asked_for() -> None:
    with running_service(args=("--anonymous",)) as service:
        assert httpx.get(f"{service.api}/tickets").status_code == 200
        wrong = {"Authorization": "Bearer wrong"}
        assert httpx.get(f"{service.api}/tickets", headers=wrong).status_code == 401


def test_who_am_i_under_both_addresses(client: httpx.Client) -> None:
    token = client.post("/auth/login", json=AGENT).json()["accessToken"]
    headers = {"Authorization": f"Bearer {token}"}
    for path in ("/user/me", "/auth/me"):
        assert client.get(path, headers=headers).json()["email"] == AGENT["email"]
    other = {**AGENT, "password": "loadtest123"}
    assert client.post("/auth/login", json=other).status_code == 401


def test_search_stays_quick_among_many(api: httpx.Client, service: RunningService) -> None:
    for _ in range(600):
        api.post("/tickets", json={"title": "one of many"})
    answer = api.get("/tickets/search?q=nothing-like-it")
    assert answer.json() == {"data": [], "total": 0}
