"""The effects of faults on a request and its response.

An effect returns True when it has dealt with the request, False when the next fault (in the end the
application) shall.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import math
import mmap
import os
import random
import time
import zlib
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from service.faults.values import Value
    from service.wire import Wire

JSON = b"application/json"
HTML = b"text/html; charset=utf-8"
PAGE = b"<!DOCTYPE html>\n<html><head><title>Welcome</title></head><body>It works!</body></html>\n"
NOT_HTTP = b"\x00\x15\x03\x01\xff\xfeSSH-2.0-OpenSSH_9.6\r\n\x80\x81 not HTTP \x00\r\n\r\n"
CHUNK = 64 * 1024
PIECE = 512 * 1024
NO_CONTENT = 204

Headers = list[tuple[bytes, bytes]]


@dataclass
class Answer:
    """A complete response, before it is sent."""

    status: int
    headers: Headers
    body: bytes

    def header(self, name: bytes) -> bytes:
        """Return a header's value; empty if there is none."""
        return dict(self.headers).get(name, b"")

    def with_header(self, name: bytes, value: bytes) -> Headers:
        """Return the headers with one of them replaced."""
        return [*((k, v) for k, v in self.headers if k != name), (name, value)]


@dataclass
class Exchange:
    """One request that a fault applies to.

    Attributes:
        values: the fault's value (under its own name) and parameters.
        since: seconds since the fault was switched on.
        memory: kept from one request to the next, until the fault is switched off.
        stopping: set when the service is told to stop; nothing waits longer than that.
    """

    app: ASGIApp
    scope: Scope
    receive: Receive
    send: Send
    values: dict[str, Value]
    since: float
    memory: dict[str, Any]
    stopping: asyncio.Event
    chance: random.Random = field(default_factory=random.Random)

    def number(self, name: str) -> float:
        """Return a numeric parameter."""
        return float(self.values[name])

    def text(self, name: str) -> str:
        """Return a text parameter."""
        return str(self.values[name])

    @property
    def wire(self) -> Wire:
        """The connection.

        Raises:
            RuntimeError: the application is served by something else than ``python -m service``.
        """
        wire: Wire | None = self.scope.get("extensions", {}).get("service.wire")
        if wire is None:
            raise RuntimeError("this fault needs the service's own server: python -m service")
        return wire

    async def start(self, status: int, headers: Headers) -> None:
        """Send the status line and the headers."""
        await self.send({"type": "http.response.start", "status": status, "headers": headers})

    async def part(self, body: bytes, *, more: bool) -> None:
        """Send a part of the body."""
        await self.send({"type": "http.response.body", "body": body, "more_body": more})

    async def answer(
        self, status: int, content_type: bytes, body: bytes, *headers: tuple[bytes, bytes]
    ) -> bool:
        """Send a complete response."""
        kind = [(b"content-type", content_type)] if content_type else []
        size = [] if status == NO_CONTENT else [(b"content-length", b"%d" % len(body))]
        await self.start(status, [*kind, *size, *headers])
        await self.part(body, more=False)
        return True

    async def original(self) -> Answer:
        """Run the application and return its response without sending it."""
        answer = Answer(500, [], b"")
        body = bytearray()

        async def keep(message: Message) -> None:
            if message["type"] == "http.response.start":
                answer.status = message["status"]
                answer.headers = list(message["headers"])
            else:
                body.extend(message.get("body", b""))

        await self.app(self.scope, self.receive, keep)
        answer.body = bytes(body)
        return answer

    async def pause(self, seconds: float) -> None:
        """Wait, but stop waiting when the service stops."""
        try:
            await asyncio.wait_for(self.stopping.wait(), seconds)
        except asyncio.TimeoutError:
            return

    async def gone(self) -> None:
        """Wait until the connection is closed.

        Only then may an effect return without an answer: the server would add a 500 before that.
        """
        while (await self.receive())["type"] != "http.disconnect":
            continue

    async def hold(self) -> None:
        """Keep the client waiting until it gives up or the service stops."""
        with self.until_stopped():
            await self.gone()

    @contextlib.contextmanager
    def until_stopped(self) -> Iterator[None]:
        """Reset the connection when the service stops, so that its waiters continue."""

        async def reset() -> None:
            await self.stopping.wait()
            self.wire.reset()

        watch = asyncio.ensure_future(reset())
        try:
            yield
        finally:
            watch.cancel()


Effect = Callable[[Exchange], Awaitable[bool]]


# Pauses: the request continues afterwards.


async def slow(x: Exchange) -> bool:
    """Wait before the request is handled."""
    wait = x.number("slow") + x.chance.uniform(-1, 1) * x.number("jitter")
    await x.pause(max(0.0, wait) / 1000)
    return False


async def slow_join(x: Exchange) -> bool:
    """Wait, as if for a query that reads whole tables."""
    await x.pause(x.number("slow-join") / 1000)
    return False


async def capacity(x: Exchange) -> bool:
    """Pass requests at a constant rate; reject those that would wait too long."""
    now = time.monotonic()
    turn = max(now, x.memory.get("next", 0.0))
    if turn - now > x.number("queue"):
        return await _problem(x, 503, "over capacity", (b"retry-after", b"1"))
    x.memory["next"] = turn + 1 / x.number("capacity")
    if turn > now:
        await x.pause(turn - now)
    return False


async def leak(x: Exchange) -> bool:
    """Leak some memory."""
    x.memory.setdefault("kept", []).append(b"\x01" * int(x.number("leak") * 1024))
    return False


async def memory_noise(x: Exchange) -> bool:
    """Allocate a block of memory; free all blocks when there are enough of them."""
    pieces: list[mmap.mmap] = x.memory.setdefault("pieces", [])
    size = int(x.chance.random() * PIECE) + 1
    piece = mmap.mmap(-1, size)
    piece.write(b"\x01" * size)
    pieces.append(piece)
    if sum(map(len, pieces)) > x.number("memory-noise") * 1024 * 1024:
        for each in pieces:
            each.close()
        pieces.clear()
    return False


# Responses that replace the application's.


def instead(status: int, content_type: bytes, body: bytes) -> Effect:
    """Return an effect that answers with a fixed body."""

    async def effect(x: Exchange) -> bool:
        return await x.answer(status, content_type, body)

    return effect


async def error(x: Exchange) -> bool:
    """Answer with a status code and a body of the given size."""
    status = int(x.number("error"))
    detail = "fault: error ".ljust(int(x.number("size")), ".")
    return await _problem(x, status, detail)


async def _problem(
    x: Exchange, code: int, detail: str, *headers: tuple[bytes, bytes], **more: str
) -> bool:
    if code == NO_CONTENT:
        return await x.answer(code, b"", b"")
    body = json.dumps({**more, "detail": detail}).encode()
    return await x.answer(code, JSON, body, *headers)


async def late(x: Exchange) -> bool:
    """Answer 503 until some seconds have passed."""
    left = x.number("late") - x.since
    if left <= 0:
        return False
    return await _problem(x, 503, f"ready in {left:.1f} s", status="starting")


async def login(x: Exchange) -> bool:
    """Fail a login or a refresh, by status or with a 200 without a token."""
    how = str(x.values.get("login") or x.values.get("refresh"))
    if how == "no-token":
        return await x.answer(200, JSON, b'{"tokenType":"Bearer","expiresIn":3600}')
    return await _problem(x, int(how), "fault: login")


async def rate_limit(x: Exchange) -> bool:
    """Answer 429 when the requests of this window are used up."""
    limit, window = int(x.number("rate-limit")), x.number("window")
    number, into = divmod(x.since, window)
    if x.memory.get("window") != number:
        x.memory.update(window=number, used=0)
    x.memory["used"] += 1
    if x.memory["used"] <= limit:
        return False
    wait = b"%d" % math.ceil(window - into)
    return await _problem(
        x,
        429,
        f"more than {limit} requests in {window:g} s",
        (b"retry-after", wait),
        (b"ratelimit-limit", b"%d" % limit),
        (b"ratelimit-remaining", b"0"),
        (b"ratelimit-reset", wait),
    )


async def huge(x: Exchange) -> bool:
    """Send a JSON string of many megabytes, plain or compressed."""
    size = int(x.number("huge") * 1024 * 1024)
    headers = [(b"content-type", JSON)]
    if x.values["gzip"]:
        headers.append((b"content-encoding", b"gzip"))
        parts: Iterable[bytes] = _gzipped(_filler(size))
    else:
        headers.append((b"content-length", b"%d" % size))
        parts = _filler(size)
    await x.start(200, headers)
    return await _in_parts(x, parts, 0)


async def _in_parts(x: Exchange, parts: Iterable[bytes], pause: float) -> bool:
    """Send a body in chunks while the client is connected and the service runs."""
    with x.until_stopped():
        for part in parts:
            await x.part(part, more=True)
            # Yield to other requests even without a pause.
            await (x.pause(pause) if pause else asyncio.sleep(0))
            if x.wire.closed:
                await x.gone()
                return True
    await x.part(b"", more=False)
    return True


def _filler(size: int) -> Iterator[bytes]:
    head, tail = b'{"data":"', b'"}'
    yield head
    left = size - len(head) - len(tail)
    chunk = b"x" * CHUNK
    while left > 0:
        yield chunk[:left]
        left -= CHUNK
    yield tail


def _gzipped(parts: Iterable[bytes]) -> Iterator[bytes]:
    packer = zlib.compressobj(wbits=31)
    for part in parts:
        packed = packer.compress(part)
        if packed:
            yield packed
    yield packer.flush()


# Redirects.


def _here(x: Exchange) -> str:
    query = x.scope["query_string"].decode("latin-1")
    return quote(x.scope["path"]) + (f"?{query}" if query else "")


async def _redirect(x: Exchange, location: str) -> bool:
    return await x.answer(302, b"", b"", (b"location", location.encode()))


async def redirect_loop(x: Exchange) -> bool:
    """Redirect to the same address, forever."""
    return await _redirect(x, _here(x))


async def redirect_login(x: Exchange) -> bool:
    """Redirect to the login page, which answers 200 with HTML."""
    if x.scope["path"] == "/login":
        return False
    return await _redirect(x, f"/login?next={quote(x.scope['path'], safe='')}")


async def redirect_host(x: Exchange) -> bool:
    """Redirect to another host, by default this service under its other loopback name."""
    if b"redirected=1" in x.scope["query_string"]:
        return False
    here = _here(x)
    base = x.text("redirect-host")
    if base == "auto":
        base = _other_name(x)
    return await _redirect(x, f"{base}{here}{'&' if '?' in here else '?'}redirected=1")


def _other_name(x: Exchange) -> str:
    host = dict(x.scope["headers"]).get(b"host", b"127.0.0.1").decode("latin-1")
    name, _, port = host.rpartition(":")
    other = "localhost" if name != "localhost" else "127.0.0.1"
    return f"{x.scope['scheme']}://{other}:{port}"


# Changes to the application's response.


def rewritten(change: Callable[[bytes], bytes]) -> Effect:
    """Return an effect that changes only the body of the application's response."""

    async def effect(x: Exchange) -> bool:
        answer = await x.original()
        if answer.body:  # leave a 204 without a body
            answer.body = change(answer.body)
            answer.headers = answer.with_header(b"content-length", b"%d" % len(answer.body))
        await x.start(answer.status, answer.headers)
        await x.part(answer.body, more=False)
        return True

    return effect


async def other_status(x: Exchange) -> bool:
    """Do what the request asks for, and answer with another status code."""
    answer = await x.original()
    await x.start(int(x.number("other-status")), answer.headers)
    await x.part(answer.body, more=False)
    return True


def with_bom(body: bytes) -> bytes:
    """Add a byte order mark at the start."""
    return b"\xef\xbb\xbf" + body


def with_nan(body: bytes) -> bytes:
    """Replace the top-level values with NaN, which is not valid JSON."""
    data = _parsed(body)
    fields = data if isinstance(data, dict) else {"value": data}
    return json.dumps(dict.fromkeys(fields, math.nan)).encode()


def with_wrong_types(body: bytes) -> bytes:
    """Give each value another type: text for numbers, numbers for text, text for lists."""
    return json.dumps(_other_type(_parsed(body))).encode()


def with_empty_list(body: bytes) -> bytes:
    """Empty a list, bare or in ``data``; leave other bodies unchanged."""
    data = _parsed(body)
    if isinstance(data, list):
        return b"[]"
    if isinstance(data, dict) and isinstance(data.get("data"), list):
        return json.dumps({**data, "data": []}).encode()
    return body


def with_other_shape(body: bytes) -> bytes:
    """Wrap a bare list in ``data``, unwrap a list in ``data``, wrap other objects in a list."""
    data = _parsed(body)
    if isinstance(data, list):
        return json.dumps({"data": data}).encode()
    if isinstance(data, dict) and isinstance(data.get("data"), list):
        return json.dumps(data["data"]).encode()
    return json.dumps([data]).encode()


async def lost_writes(x: Exchange) -> bool:
    """Answer a creation with an id that does not exist."""
    return await _with_id(x, lambda id_: -1 if isinstance(id_, int) else "lost")


async def duplicate_ids(x: Exchange) -> bool:
    """Answer every creation with the id of the first one."""
    return await _with_id(x, lambda id_: x.memory.setdefault("id", id_))


async def stale(x: Exchange) -> bool:
    """Answer with the first requested entry, like a cache that ignores the id."""
    if x.scope["method"] != "GET":
        return False
    folder = x.scope["path"].rpartition("/")[0]

    def kept(body: bytes) -> bytes:
        data = _parsed(body)
        if not isinstance(data, dict) or "id" not in data:
            return body
        first: bytes = x.memory.setdefault(folder, body)
        return first

    return await rewritten(kept)(x)


async def _with_id(x: Exchange, change: Callable[[Any], Any]) -> bool:
    """Change the id in the response to a creation; pass on other requests."""
    if x.scope["method"] != "POST":
        return False

    def changed(body: bytes) -> bytes:
        data = _parsed(body)
        if not isinstance(data, dict) or "id" not in data:
            return body
        return json.dumps({**data, "id": change(data["id"])}).encode()

    return await rewritten(changed)(x)


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return {}


def _other_type(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _other_type(inner) for key, inner in value.items()}
    if isinstance(value, str):
        return 7
    return f"not {json.dumps(value)[:20]}"


async def unhealthy(x: Exchange) -> bool:
    """Answer like the application, but with another status word."""
    word = x.text("unhealthy")
    return await rewritten(
        lambda body: json.dumps({**_parsed(body), "status": word}).encode(),
    )(x)


async def wrong_content_type(x: Exchange) -> bool:
    """Send the application's response with another content type."""
    answer = await x.original()
    kind = x.text("wrong-content-type").encode("latin-1", "replace")
    await x.start(answer.status, answer.with_header(b"content-type", kind))
    await x.part(answer.body, more=False)
    return True


# Time and connection.


async def truncated(x: Exchange) -> bool:
    """Announce the full length but send half of the body; then close or hang."""
    answer = await x.original()
    # A response without a body, such as 204, cannot be truncated: send a 200 instead.
    status, promised = (answer.status, len(answer.body)) if answer.body else (200, 2)
    await x.start(status, answer.with_header(b"content-length", b"%d" % promised))
    await x.part(answer.body[: len(answer.body) // 2], more=True)
    if x.values["hold"]:
        await x.hold()
        return True
    x.wire.close()
    await x.gone()
    return True


async def drip(x: Exchange) -> bool:
    """Send the application's body one byte at a time."""
    answer = await x.original()
    await x.start(answer.status, answer.headers)
    return await _in_parts(x, (bytes([byte]) for byte in answer.body), x.number("drip"))


async def hang(x: Exchange) -> bool:
    """Never answer."""
    await x.hold()
    return True


async def close(x: Exchange) -> bool:
    """Close the connection without a response."""
    x.wire.close()
    await x.gone()
    return True


async def lost_reply(x: Exchange) -> bool:
    """Do what the request asks for, then close the connection without a response."""
    await x.original()
    return await close(x)


async def reset(x: Exchange) -> bool:
    """Reset the connection, before or during the response."""
    if x.text("reset") == "middle":
        answer = await x.original()
        await x.start(answer.status, answer.headers)
        await x.part(answer.body[: len(answer.body) // 2], more=True)
        # Wait until the bytes are sent: a reset drops buffered data.
        await x.pause(0.02)
    x.wire.reset()
    await x.gone()
    return True


async def not_http(x: Exchange) -> bool:
    """Send bytes that are not HTTP, then close."""
    x.wire.write(NOT_HTTP)
    x.wire.close()
    await x.gone()
    return True


async def die(x: Exchange) -> bool:
    """End the process immediately, like a crash."""
    os._exit(int(x.number("die")))


def elapsed_since(moment: float) -> float:
    """Return the seconds since a time of the monotonic clock."""
    return time.monotonic() - moment
