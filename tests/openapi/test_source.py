"""Reading documents: files, YAML, and servers that answer in naughty ways."""

from __future__ import annotations

import gzip
import json
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from openapi_table.compiler import compile_document
from openapi_table.document import BadDocument
from openapi_table.reading import download, source
from openapi_table.reading.parsing import parse
from openapi_table.table import dumps

DOCUMENT = b'{"openapi": "3.0.3", "paths": {}}'


@contextmanager
def server(*answers: bytes, pause: float = 0.0) -> Iterator[str]:
    """Answer each connection with the next of these bytes, written one after the other."""
    listener = socket.create_server(("127.0.0.1", 0))
    stop = threading.Event()

    def serve() -> None:
        listener.settimeout(0.1)
        while not stop.is_set():
            try:
                connection, _ = listener.accept()
            except TimeoutError:
                continue
            with connection:
                try:
                    connection.settimeout(5)
                    connection.recv(65536)
                    for part in answers:
                        connection.sendall(part)
                        if stop.wait(pause):
                            return
                except OSError:
                    continue

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/openapi.json"
    finally:
        stop.set()
        thread.join(10)
        listener.close()


def reply(
    body: bytes, status: str = "200 OK", headers: str = "", length: int | None = None
) -> bytes:
    size = len(body) if length is None else length
    return f"HTTP/1.1 {status}\r\nContent-Length: {size}\r\n{headers}\r\n".encode() + body


def test_a_served_document_is_read() -> None:
    with server(reply(DOCUMENT)) as url:
        read = source.read(url)
    assert read.root["openapi"] == "3.0.3"
    assert read.label == url


def test_a_packed_document_is_unpacked() -> None:
    with server(reply(gzip.compress(DOCUMENT), headers="Content-Encoding: gzip\r\n")) as url:
        assert source.read(url).root["openapi"] == "3.0.3"


def test_a_byte_order_mark_does_no_harm() -> None:
    assert parse(b"\xef\xbb\xbf" + DOCUMENT)["openapi"] == "3.0.3"
    assert parse(DOCUMENT.decode().encode("utf-16"))["openapi"] == "3.0.3"


NAUGHTY: dict[str, tuple[bytes, str]] = {
    "not found": (reply(b"no", "404 Not Found"), "returned status 404"),
    "server error": (reply(b"", "503 Busy"), "returned status 503"),
    "no HTTP": (b"SSH-2.0-OpenSSH_9.2\r\n", "invalid response"),
    "nothing": (b"", ""),
    "too short": (reply(DOCUMENT, length=5000), "early"),
    "a login page": (reply(b"<!doctype html><html>"), "HTML or XML"),
    "empty": (reply(b""), "neither JSON nor YAML"),
    "a text": (reply(b"hello"), "neither JSON nor YAML"),
    "broken JSON": (reply(b'{"openapi": "3.0.3", '), "not JSON"),
    "broken YAML": (reply(b"openapi: [3\npaths: {"), "line 2"),
    "not UTF-8": (reply(b'{"a": "\xff"}'), "not UTF-8"),
    "a Python object": (reply(b"!!python/object/apply:os.system ['touch pwned']"), "not YAML"),
    "to a file": (
        reply(b"", "302 Found", "Location: file:///etc/passwd\r\n"),
        "returned status 302",
    ),
    "to FTP": (reply(b"", "301 Moved", "Location: ftp://127.0.0.1/x\r\n"), "redirects to ftp:"),
    "redirect loop": (reply(b"", "302 Found", "Location: /openapi.json\r\n"), "302"),
    "bad gzip": (reply(b"\x1f\x8bnot gzip at all"), "invalid response"),
    "NaN": (reply(b'{"openapi": NaN}'), ""),
}


@pytest.mark.parametrize("name", NAUGHTY)
def test_naughty_answers_are_refused_with_a_reason(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer, message = NAUGHTY[name]
    monkeypatch.chdir(tmp_path)
    with server(answer) as url:
        if name == "NaN":
            assert source.read(url).root == {"openapi": "NaN"}
            return
        with pytest.raises(BadDocument) as refusal:
            source.read(url)
    assert message in str(refusal.value)
    assert "\n" not in str(refusal.value)
    assert list(tmp_path.iterdir()) == []


def test_too_much_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(download, "SIZE_LIMIT", 100_000)
    with server(reply(b" " * 200_000)) as url, pytest.raises(BadDocument, match="larger than"):
        source.read(url)
    bomb = gzip.compress(b" " * 10_000_000)
    assert len(bomb) < 100_000
    with server(reply(bomb)) as url, pytest.raises(BadDocument, match="larger than"):
        source.read(url)


@pytest.mark.slow
@pytest.mark.parametrize(
    "parts",
    [
        (b"HTTP/1.1 200 OK\r\nX: ", *[b"y"] * 200),
        (b"HTTP/1.1 200 OK\r\n\r\n{", *[b" "] * 200),
        (b"",) * 200,
    ],
    ids=["headers", "body", "silence"],
)
def test_a_server_that_takes_its_time_is_given_up(
    parts: tuple[bytes, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(download, "TIME_LIMIT", 1.0)
    started = time.monotonic()
    with server(*parts, pause=0.1) as url, pytest.raises(BadDocument):
        source.read(url)
    assert time.monotonic() - started < 15


def test_credentials_of_a_url_are_never_shown() -> None:
    with pytest.raises(BadDocument) as refusal:
        source.read("http://user:secret@127.0.0.1:9/openapi.json?token=secret")
    assert "secret" not in str(refusal.value)


def test_yaml_is_read_as_json_has_it() -> None:
    text = (
        b"openapi: 3.0.3\npaths: {}\nx-a: {200: 2024-01-31, true: .nan, b: 2024-01-31T10:00:00Z}\n"
        b"x-b: {null: !!binary aOlqbw==, ~: [1], c: !!set {d}, e: !!binary aGk=, 1.5: 2}\n"
    )
    assert parse(text)["x-b"] == {"null": [1], "c": ["d"], "e": "hi", "1.5": 2}
    assert parse(text)["x-a"] == {
        "200": "2024-01-31",
        "true": "nan",
        "b": "2024-01-31T10:00:00Z",
    }


def test_yaml_is_version_1_2() -> None:
    text = b"""
on: [on, off, yes, NO, true, False]
dates: [2020-13-45, 12:30:00, 1_000, =, <<]
numbers: [01234, 0o17, 0x1F, 1e3, -.5, 1e999, .inf, 0b11]
empty: [~, null, Null]
base: &base {a: 1}
more: {<<: *base, b: 2}
"""
    assert parse(text) == {
        "on": ["on", "off", "yes", "NO", True, False],
        "dates": ["2020-13-45", "12:30:00", "1_000", "=", "<<"],
        "numbers": [1234, 15, 31, 1000.0, -0.5, "1e999", "inf", "0b11"],
        "empty": [None, None, None],
        "base": {"a": 1},
        "more": {"a": 1, "b": 2},
    }


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (b"a:\n  b: 1\n  b: 2\nc: &c {d: 1}\ne: {<<: *c, d: 2}\n", "line 3"),
        (b'{"a": {"b": 1, "b": 2}}', "#"),
    ],
)
def test_keys_that_stand_twice_are_noted(text: bytes, place: str) -> None:
    notes: list[tuple[str, str]] = []
    assert parse(text, notes)["a"] == {"b": 2}
    assert [(at, what.rpartition(": ")[2]) for at, what in notes] == [(place, "b")]


BILLION = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{name}: &{name} [{','.join(['*' + before] * 9)}]\n"
    for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)
ENDLESS = "a: &a\n  b: *a\n"
DEEP: dict[str, Callable[[], bytes]] = {
    "aliases that multiply": BILLION.encode,
    "an alias of itself": ENDLESS.encode,
    "deep YAML": lambda: b"[" * 5000 + b"]" * 5000,
    "deep JSON": lambda: b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
}


@pytest.mark.slow
@pytest.mark.parametrize("name", DEEP)
def test_documents_that_explode_are_refused(name: str) -> None:
    with pytest.raises(BadDocument):
        parse(DEEP[name]())


@pytest.mark.parametrize("kind", ["[{}]", "{{a: {}}}"])
def test_how_deep_yaml_may_be_is_bounded(kind: str) -> None:
    """k6 and every user of the table read it by recursion."""
    text = "x"
    for depth in range(1, 251):
        text = kind.format(text)
        if depth == 150:
            assert parse(b"a: " + text.encode())
    with pytest.raises(BadDocument, match="nested too deeply"):
        parse(b"a: " + text.encode())


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"openapi: 3.0.3", "the document is YAML, which needs PyYAML: pip install pyyaml"),
        (b'{"openapi": }', r"^the document is not JSON: Expecting value: line 1 column 13"),
    ],
)
def test_without_pyyaml_json_is_read_all_the_same(
    content: bytes, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "yaml", None)
    assert parse(DOCUMENT)["openapi"] == "3.0.3"
    with pytest.raises(BadDocument, match=message):
        parse(content)


def test_a_downloaded_document_reads_no_local_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with server(reply(b'{"openapi": "3.0.3", "x": {"$ref": "part.json"}}')) as url:
        folder = tmp_path / url.rpartition("/")[0].replace("//", "/")
        folder.mkdir(parents=True)
        (folder / "part.json").write_text('{"secret": 1}')
        assert source.read(url).root == {"openapi": "3.0.3", "x": {"$ref": "part.json"}}


@pytest.mark.parametrize(
    ("name", "message"), [("missing.json", "does not exist"), (".", "a folder")]
)
def test_files_that_cannot_be_read(name: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(BadDocument, match=message):
        source.read(str(tmp_path / name))


def test_other_files_of_a_document_are_read_from_its_folder_only(tmp_path: Path) -> None:
    folder = tmp_path / "api"
    (folder / "parts" / "deep").mkdir(parents=True)
    (tmp_path / "outside.json").write_text('{"type": "string", "const": "secret"}')
    (folder / "link.json").symlink_to(tmp_path / "outside.json")
    (folder / "parts" / "pet.yaml").write_text(
        "Pet:\n  type: object\n  required: [name, id, next]\n  properties:\n"
        "    name: {$ref: 'deep/name.json'}\n    id: {$ref: '#/Id'}\n"
        "    next: {$ref: '../openapi.json#/components/schemas/Next'}\n"
        "Id: {type: integer, const: 7}\n"
    )
    (folder / "parts" / "deep" / "name.json").write_text('{"const": "Rex"}')

    def posting(reference: str) -> dict[str, Any]:
        content = {"application/json": {"schema": {"$ref": reference}}}
        body = {"required": True, "content": content}
        return {"post": {"requestBody": body, "responses": {}}}

    places = {
        "/pet": "parts/pet.yaml#/Pet",
        "/outside": "../outside.json",
        "/link": "link.json",
        "/url": "http://127.0.0.1:9/pet.json",
        "/missing": "parts/none.json",
        "/kind": "/etc/passwd",
    }
    document = {
        "openapi": "3.0.3",
        "paths": {path: posting(reference) for path, reference in places.items()},
        "components": {"schemas": {"Next": {"const": None}}},
    }
    (folder / "openapi.json").write_text(json.dumps(document))
    table = compile_document(source.read(str(folder / "openapi.json")))
    rows = {row["name"]: row for row in table.rows}
    assert table.shared["Pet"]["required"] == {
        "name": {"const": "Rex"},
        "id": {"const": 7},
        "next": {"const": None},
    }
    for name in ("/outside", "/link", "/url", "/missing", "/kind"):
        assert f"unresolved reference: {places[name]}" in rows[f"POST {name}"]["skip"]
    assert "secret" not in dumps(table)


def test_a_discriminator_may_name_files_and_encoded_names(tmp_path: Path) -> None:
    parts = tmp_path / "parts"
    parts.mkdir()
    animal = {"type": "object", "required": ["kind"], "properties": {"kind": {"type": "string"}}}
    for name in ("Cat", "Dog", "Cow"):
        (parts / f"{name}.json").write_text(json.dumps({**animal, "required": ["kind", name]}))
    mapping = {"cat": "parts/Cat.json", "dog": "./parts/Dog.json", "fox": "My%20Fox"}
    ways = [{"$ref": f"parts/{name}.json"} for name in ("Cat", "Dog", "Cow")]
    ways.append({"$ref": "#/components/schemas/My%20Fox"})
    discriminator = {"propertyName": "kind", "mapping": mapping}
    content = {"schema": {"oneOf": ways, "discriminator": discriminator}}
    body = {"required": True, "content": {"application/json": content}}
    document = {
        "openapi": "3.0.3",
        "paths": {"/a": {"post": {"requestBody": body, "responses": {}}}},
        "components": {"schemas": {"My Fox": {**animal, "required": ["kind", "tail"]}}},
    }
    (tmp_path / "openapi.json").write_text(json.dumps(document))
    table = compile_document(source.read(str(tmp_path / "openapi.json")))
    made = table.rows[0]["body"]["types"][0]["gen"]["of"]
    assert {node["required"]["kind"]["const"] for node in made} == {"cat", "dog", "Cow", "fox"}


def test_a_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "openapi.json"
    path.write_bytes(DOCUMENT)
    read = source.read(str(path))
    assert (read.root, read.label) == (json.loads(DOCUMENT), str(path))
    assert source.read(str(path), "openapi.json").label == "openapi.json"


def test_a_discriminator_without_a_mapping_stays_as_it_is(tmp_path: Path) -> None:
    for name, discriminator in {"a": {"propertyName": "k"}, "b": "k", "c": {"mapping": []}}.items():
        document = {"x": {"$ref": "part.json"}, "discriminator": discriminator}
        (tmp_path / f"{name}.json").write_text(json.dumps(document))
        (tmp_path / "part.json").write_text("{}")
        read = source.read(str(tmp_path / f"{name}.json")).root
        assert read["discriminator"] == discriminator
        assert read["x"] == {"$ref": "#/x-files/part.json"}
