"""WEBHOOK_URL: the message to Slack or Teams after a run of the real k6."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from service.testing import RunningService, free_port

from tests.support.chat import SECRET, Chat, running_chat
from tests.support.suite_runner import ANY_LATENCY, THRESHOLDS_CROSSED
from tests.support.wrapper_project import Project, Result

pytestmark = pytest.mark.slow

IMPOSSIBLE = "http_req_duration=p(95)<0.001"


@pytest.fixture
def chat() -> Iterator[Chat]:
    with running_chat() as running:
        yield running


def run(
    project: Project, service: str, *words: str, threshold: str = ANY_LATENCY, **env: str
) -> Result:
    settings = {"BASE_URL": service, "DURATION": "1s", "THINK_TIME": "0.1", "TIMELINE": "false"}
    found = project.run(*(words or ("smoke",)), env={**settings, "THRESHOLDS": threshold, **env})
    # Nowhere: neither on the console nor in any file of the run.
    assert SECRET not in found.all
    for path in project.results.rglob("*"):
        assert not path.is_file() or SECRET not in path.read_text(encoding="utf-8", errors="ignore")
    return found


def test_a_passed_run_in_slack(real_project: Project, service: RunningService, chat: Chat) -> None:
    run(real_project, service.url, WEBHOOK_URL=chat.slack).passed()
    (message,) = chat.messages
    assert message["text"] == "✅ My Service: load test passed: smoke"
    texts = "\n".join(block["text"]["text"] for block in message["blocks"])
    assert f"Target: {service.url}" in texts
    assert "Failed requests: 0% of " in texts
    assert f"Run: {real_project.run_folder.name}" in texts


def test_a_failed_run_in_teams(real_project: Project, service: RunningService, chat: Chat) -> None:
    github = {
        "GITHUB_SERVER_URL": "https://github.com",
        "GITHUB_REPOSITORY": "acme/shop",
        "GITHUB_RUN_ID": "7",
    }
    teams = {"WEBHOOK_URL": chat.teams, "WEBHOOK_FORMAT": "teams", **github}
    found = run(real_project, service.url, threshold=IMPOSSIBLE, **teams)
    assert found.code == THRESHOLDS_CROSSED
    (message,) = chat.messages
    card = message["attachments"][0]["content"]
    assert card["body"][0]["text"] == "❌ My Service: load test failed: smoke"
    assert "http_req_duration: expected p(95)<0.001" in card["body"][1]["text"]
    assert card["actions"][0]["url"] == "https://github.com/acme/shop/actions/runs/7"


@pytest.mark.parametrize(
    ("refusals", "attempts", "words"),
    [
        ([404] * 9, 1, "Slack did not accept the message: status 404, no_service"),
        ([500, 200], 2, ""),
        ([503] * 9, 3, "Slack did not accept the message: status 503"),
    ],
)
def test_a_message_that_fails_is_named_and_changes_no_verdict(
    real_project: Project,
    service: RunningService,
    chat: Chat,
    refusals: list[int],
    attempts: int,
    words: str,
) -> None:
    chat.refusals = refusals
    found = run(real_project, service.url, WEBHOOK_URL=chat.slack).passed()
    assert chat.attempts == attempts
    assert words in found.stderr
    assert ("WEBHOOK_URL:" in found.stderr) is bool(words)


@pytest.mark.parametrize("threshold", [ANY_LATENCY, IMPOSSIBLE])
def test_a_chat_that_is_not_there(
    real_project: Project, service: RunningService, threshold: str
) -> None:
    address = f"http://127.0.0.1:{free_port()}/services/{SECRET}"
    found = run(real_project, service.url, threshold=threshold, WEBHOOK_URL=address)
    assert found.code == (0 if threshold == ANY_LATENCY else THRESHOLDS_CROSSED)
    assert "WEBHOOK_URL: Slack did not accept the message: " in found.stderr
    assert "refused. The verdict stays the same." in found.stderr


def test_a_service_that_is_not_there_is_announced(real_project: Project, chat: Chat) -> None:
    dead = f"http://127.0.0.1:{free_port()}"
    found = run(real_project, dead, "smoke", "--wait", "1s", WEBHOOK_URL=chat.slack)
    assert found.code == 2
    (message,) = chat.messages
    texts = "\n".join(block["text"]["text"] for block in message["blocks"])
    assert f"exit code 2: {dead} was not healthy within 1s." in texts
    assert [path.name for path in real_project.results.iterdir()] == [".gitkeep"]


def test_only_failures_on_request(
    real_project: Project, service: RunningService, chat: Chat
) -> None:
    failed_only = {"WEBHOOK_URL": chat.slack, "WEBHOOK_WHEN": "failed"}
    run(real_project, service.url, **failed_only).passed()
    assert chat.attempts == 0
    assert run(real_project, service.url, threshold=IMPOSSIBLE, **failed_only).code != 0
    assert len(chat.messages) == 1


def test_several_tests_are_one_message(
    real_project: Project, service: RunningService, chat: Chat
) -> None:
    tests = {"ALL_TESTS": "health,api-public", "WEBHOOK_URL": chat.slack}
    run(real_project, service.url, "smoke", "all", **tests).passed()
    (message,) = chat.messages
    assert message["text"].endswith("passed: health under smoke, api-public under smoke")
    assert "Tests: 2" in message["blocks"][1]["text"]["text"]


def test_the_address_is_a_secret(real_project: Project, chat: Chat, tmp_path: Path) -> None:
    settings = real_project.load / "suite.env"
    before = settings.read_text(encoding="utf-8")
    real_project.run("--env", f"WEBHOOK_URL={chat.slack}").refused("a secret on a command line")
    file = tmp_path / "chat.secret.env"
    file.write_text(f"WEBHOOK_URL={chat.slack}\n", encoding="utf-8")
    found = real_project.run("smoke", "--dry-run", "--env-file", str(file)).passed()
    assert SECRET not in found.all
    settings.write_text(f"{before}\nWEBHOOK_URL={chat.slack}\n", encoding="utf-8")
    found = real_project.run("smoke", "--no-wait", env={"BASE_URL": "http://127.0.0.1:9"})
    assert found.code != 0
    assert "WEBHOOK_URL in suite.env: secrets come from the environment" in found.all
    assert SECRET not in found.all


def test_an_address_that_is_none_is_refused(real_project: Project, service: RunningService) -> None:
    found = run(real_project, service.url, "smoke", "--no-wait", WEBHOOK_URL=f"hooks/{SECRET}")
    assert found.code == 107
    assert "WEBHOOK_URL=(secret): expected an http:// or https:// address" in found.all
