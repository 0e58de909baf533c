"""Files from elsewhere: broken, huge, or made to do harm. Nothing of them is executed."""

from __future__ import annotations

import copy
import json
import os
import random
from pathlib import Path
from typing import Any

import pytest
from table_tool import REFUSED
from traffic_table import cli, overrides, table
from traffic_table.journey import compile_journey
from traffic_table.model import Refused
from traffic_table.reading import curl, files, har, postman
from traffic_table.routes import Routes

from tests.traffic.recording import SCRIPT, Imported
from tests.traffic.test_import import COLLECTION, entry

NASTY: tuple[Any, ...] = (
    None, "", [], {}, 0, -1, 10**400, 1e308, True, "\x00", "\ud800", "x" * 100_000, "__proto__",
    "${7*7}", "$(touch pwned)", "`touch pwned`", "'; touch pwned; '", "</script><script>alert(1)",
    "{{constructor}}", "%", "%zz", "http://[", "javascript:alert(1)", "file:///etc/passwd",
    "a\r\nX-Injected: 1", "../../../../etc/passwd", [[]] * 3, {"a": {"b": [{}]}}, "NaN", "\u2028",
)  # fmt: skip
MUTATIONS = 200


TOKEN = "tk_9f8A7b6C5d4E3f2G1h"
CSRF = "aB3dE5fG7hI9jK1l"


def recording() -> Any:
    """Return a HAR document of every kind of value."""
    field = f'<input name="csrf" value="{CSRF}">'
    page = f'<form action="/items/7/edit">{field}</form><a href="/items/7">Lamp</a>'
    mutation = "mutation A($id: ID!) { createA(id: $id) { id } }"
    question = {"query": mutation, "variables": {"id": "7"}}
    user = {"email": "ann@corp.test", "password": "hunter2hunter2"}
    found = {"id": 7, "tags": [{"id": 1}]}
    created = {"data": {"createA": {"id": "9"}}}
    entries = [
        entry("GET", "/", answer=page, got={"Set-Cookie": f"sid={CSRF}x; Path=/"}),
        entry("POST", "/login", user, answer={"token": TOKEN}),
        entry("POST", "/items", f"csrf={CSRF}&name=Lamp", 302, "", got={"Location": "/items/7"}),
        entry("GET", "/items/7", sent={"Authorization": f"Bearer {TOKEN}"}, answer=found),
        entry("POST", "/graphql", question, answer=created),
        entry("DELETE", "/items/7", status=204),
    ]
    pages = [{"id": "p", "title": "Page", "startedDateTime": "2026-11-29T10:00:00Z"}]
    return {"log": {"version": "1.2", "pages": pages, "entries": entries}}


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the path of everything in a JSON value."""
    found = [path] if path else []
    if isinstance(value, dict):
        for key, item in value.items():
            found += places(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            found += places(item, (*path, index))
    return found


def mutated(document: Any, chance: random.Random) -> Any:
    """Return a copy with one to three places replaced."""
    made = copy.deepcopy(document)
    for path in chance.sample(places(document), chance.randint(1, 3)):
        at = made
        try:
            for step in path[:-1]:
                at = at[step]
            at[path[-1]] = chance.choice(NASTY)
        except (KeyError, IndexError, TypeError):
            continue  # an earlier one replaced what it is in
    return made


@pytest.mark.parametrize("kind", ["har", "postman"])
def test_mutations_are_compiled_or_refused(kind: str) -> None:
    document, read = {
        "har": (recording(), har.read),
        "postman": (COLLECTION, lambda content: postman.read(content, {})),
    }[kind]
    chance = random.Random(kind)
    made = 0
    refusals: list[str] = []
    for number in range(MUTATIONS):
        content = json.loads(json.dumps(mutated(document, chance)))
        try:
            journey = compile_journey("j", read(content), overrides.loads("{}"), Routes())
        except Refused as problem:
            refusals.append(str(problem))
            continue
        made += 1
        text = table.dumps(table.Table({"j": journey.about}, {"j": journey.rows}))
        # Each line is JSON, and nothing in a row looks like a header of its own.
        again = table.loads(text)
        assert again.rows["j"] == json.loads(json.dumps(journey.rows)), number
        for row in again.rows["j"]:
            assert not any(
                "\n" in str(part) for parts in row.get("headers", {}).values() for part in parts
            )
            assert not set(",\"'\n\r") & set(row["name"]), row["name"]
    assert made > MUTATIONS / 2
    assert all(refusals)


SCRIPTS = (
    "'\"`;</script><script>alert(1)</script>${process.exit(1)}$(touch pwned)\\u0022);throw 1;//"
)


@pytest.mark.slow
def test_scripts_in_names_and_values_stay_text(imported: Imported, tmp_path: Path) -> None:
    """In every place of a file; the run against nothing ends as such runs do."""
    entries = [
        entry("GET", f"/a/{SCRIPTS}?{SCRIPTS}={SCRIPTS}", answer={SCRIPTS: SCRIPTS}),
        entry(
            "POST",
            "/b",
            {SCRIPTS: SCRIPTS, "name": SCRIPTS},
            201,
            {"id": SCRIPTS},
            sent={"X-A": SCRIPTS},
        ),
    ]
    for one in entries:
        one["pageref"] = "p"
    pages = [{"id": "p", "title": SCRIPTS}]
    source = tmp_path / "$(touch pwned).har"
    source.write_text(json.dumps({"log": {"pages": pages, "entries": entries}}))
    done = imported.load_traffic("import", source, "--name", SCRIPTS)
    assert done.returncode == 0, done.stderr
    run = imported.suite("http://127.0.0.1:9").run(SCRIPT, DURATION="1s", WAIT_TIMEOUT="1s")
    assert "SyntaxError" not in run.everything
    assert run.code in {99, 107}
    assert not list(tmp_path.rglob("pwned"))


def test_a_huge_file_is_refused_at_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    huge = tmp_path / "huge.har"
    with huge.open("wb") as file:
        file.write(b'{"log": {"entries": [')
        os.truncate(huge, 500 * 1024 * 1024)
    assert cli.main(["--project", str(tmp_path), "import", str(huge)]) == REFUSED
    shown = capsys.readouterr().err
    assert "has 500 MB, at most 200 MB are read. Record a shorter session" in shown


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty"),
        ("not traffic", "is of no known kind"),
        ("{", "is no JSON"),
        ("[" * 100_000, "nested too deeply"),
        ('{"log": {}}', "no log.entries"),
        ('{"log": {"entries": []}}', "none of 0 requests"),
        ('{"info": {}, "item": []}', "holds no request"),
        ("curl", "of no known kind"),
        ("curl --next", "no curl command with a URL"),
    ],
)
def test_what_is_no_traffic_is_refused(
    text: str, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = tmp_path / "file"
    source.write_text(text)
    assert cli.main(["--project", str(tmp_path), "import", str(source)]) == REFUSED
    assert message in capsys.readouterr().err
    assert not (tmp_path / cli.TABLE).exists()


def test_a_missing_file_and_a_folder(tmp_path: Path) -> None:
    for path in (tmp_path / "missing", tmp_path):
        with pytest.raises(Refused):
            files.read_text(str(path))


def test_a_curl_command_is_not_run(tmp_path: Path) -> None:
    marker = tmp_path / "pwned"
    text = f"curl https://a.example.com/$(touch {marker}) -d @{marker} -o {marker} ; touch {marker}"
    recording = curl.read(text)
    assert len(recording.exchanges) >= 1
    assert not marker.exists()
