"""What a recorded create is answered with is only changed and deleted if it is new."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.openapi.stateful import (
    OLD_ANSWERS,
    Stateful,
    cut,
    holding_old,
    named_left,
    serving,
)
from tests.traffic.recording import SCRIPT, Imported

pytestmark = pytest.mark.slow


def entry(number: int, method: str, path: str, body: Any, status: int, answer: Any) -> Any:
    kind = "application/json"
    return {
        "startedDateTime": f"2026-11-29T10:00:{number:02}.000Z",
        "time": 5,
        "request": {
            "method": method,
            "url": f"http://127.0.0.1{path}",
            "headers": [],
            "postData": {"mimeType": kind, "text": json.dumps(body)},
        },
        "response": {
            "status": status,
            "headers": [{"name": "Content-Type", "value": kind}],
            "content": {"text": json.dumps(answer)},
        },
    }


def recording(folder: Path, collections: Sequence[str]) -> Path:
    """Return a session that creates a thing in each collection and changes it."""
    entries: list[Any] = []
    for number, collection in enumerate(collections):
        thing = {"id": 1001 + number, "name": f"Garden table {number}"}
        sent = {"name": thing["name"]}
        at = len(entries)
        entries += [
            entry(at, "POST", collection, sent, 200, thing),
            entry(at + 1, "PUT", f"{collection}/{thing['id']}", sent, 200, thing),
        ]
    path = folder / "things.har"
    path.write_text(json.dumps({"log": {"version": "1.2", "entries": entries}}))
    return path


def test_what_was_there_before_stays(imported: Imported, tmp_path: Path) -> None:
    service = holding_old()
    service.answers["/cut"] = cut
    service.hold("/cut", 20)
    with serving(service):
        done = imported.load_traffic("import", recording(tmp_path, [*OLD_ANSWERS, "/cut"]))
        assert "it is deleted with DELETE /existing/{id}" in done.stdout, done.stdout + done.stderr
        run = imported.suite(service.url, DURATION="1s", VUS=1).run(SCRIPT)
    assert all(service.sent(f"POST {collection}") for collection in OLD_ANSWERS), run.everything
    assert (service.harm, service.lost()) == ([], [])
    assert run.code == 99
    left = [service.held[collection][key]["name"] for collection, key in service.left()]
    assert f"what it created may be left behind. Look for {left[0]}" in run.err
    assert len(left) == len(service.sent("POST /cut"))
    for collection in ("/existing", "/existing_as_created", "/upserted"):
        said = f"PUT {collection}/{{id}}: not sent: nothing shows that this run"
        assert said in run.err, run.err
        assert said in named_left(run.summary)


@pytest.mark.parametrize("names_only", [False, True])
def test_what_is_new_is_changed_and_deleted(
    names_only: bool, imported: Imported, tmp_path: Path
) -> None:
    """Also where the answer to the create has only the ID, and the thing has to be looked at."""
    service = Stateful()
    service.hold("/items", 20)
    service.created = lambda thing: (200, {"id": thing["id"]} if names_only else thing, {})
    assert imported.load_traffic("import", recording(tmp_path, ["/items"])).returncode == 0
    with serving(service):
        run = imported.suite(service.url, DURATION="1s", VUS=1).run(SCRIPT)
    assert service.sent("PUT /items/1"), run.everything
    assert service.sent("DELETE /items/1"), run.everything
    assert (service.harm, service.lost(), service.left()) == ([], [], [])
    assert "not sent" not in run.everything


def test_an_empty_id_is_none(imported: Imported, tmp_path: Path) -> None:
    """A change or a deletion with it would be one of all things."""
    service = Stateful()
    service.hold("/items", 3)
    service.created = lambda _: (201, {"id": ""}, {})
    assert imported.load_traffic("import", recording(tmp_path, ["/items"])).returncode == 0
    with serving(service):
        run = imported.suite(service.url, DURATION="1s", VUS=1).run(SCRIPT)
    assert service.sent("POST /items")
    assert not [*service.sent("PUT"), *service.sent("DELETE")], run.everything
    assert "not sent, no answer gave the value 'items-id'" in run.err
