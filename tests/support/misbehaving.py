"""A server whose answers are all wrong: bytes, timing and closes drawn from a seed."""

from __future__ import annotations

import json
import random
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.support.raw_tcp import accepting, close_with_reset

HEALTHY = (
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n"
    b'Content-Length: 15\r\n\r\n{"status":"ok"}'
)
EVIL = "\x1b[31m\x1b]0;title\x07\x00\x7f\u009b2J\u0090q\u202efdp\u2066\u200f\r\b"
"""Text that a terminal would obey."""

HANG_LIMIT = 5.0


@dataclass(frozen=True)
class Misbehaviour:
    """What is sent, with pauses in between, and how the connection ends."""

    kind: str
    parts: tuple[bytes, ...]
    pause: float = 0
    end: str = "close"


def head(status: str, body: bytes, *lines: str, length: int | None = None) -> bytes:
    """Return a response with a length that may be wrong."""
    rest = "".join(f"{line}\r\n" for line in lines)
    size = len(body) if length is None else length
    text = f"HTTP/1.1 {status}\r\nContent-Length: {size}\r\n{rest}\r\n"
    return text.encode("utf-8", "surrogatepass") + body


def document(draw: random.Random) -> bytes:
    """Return a body that is no health document."""
    texts = [
        "null", "[]", "{}", "0", "", "{", '{"status":null}', '{"status":{"status":[]}}', "1e999",
        "[" * draw.randint(1, 5000), json.dumps({"status": EVIL}),
        '{"status":"' + "x" * 70_000 + '"}',
        f"<html>{EVIL}</html>", "\ufeff{}", json.dumps({EVIL: "down"}), EVIL * draw.randint(1, 50),
    ]  # fmt: skip
    text = f"{draw.choice(['', EVIL])}{draw.choice(texts)}"
    return text.encode("utf-8", "surrogatepass")


def draw_one(draw: random.Random) -> Misbehaviour:
    """Draw one misbehaviour."""
    body = document(draw)
    noise = draw.randbytes(draw.randint(0, 400))
    ends = draw.choice(["close", "reset", "keep"])
    status = draw.choice(
        [100, 201, 204, 206, 301, 304, 400, 401, 418, 429, 500, 503, 599, 700, 999]
    )
    cut = draw.randint(0, 60)
    target = draw.choice(["", "/", "//", EVIL[24:]])
    chunk = draw.choice([b"zz\r\n", b"-1\r\n", b"5\r\nab"])
    pages: dict[str, Callable[[], Misbehaviour]] = {
        "bytes": lambda: Misbehaviour("bytes", (noise,), end=ends),
        "nothing": lambda: Misbehaviour("nothing", (), end=draw.choice(["close", "reset"])),
        "body": lambda: Misbehaviour("body", (head("200 OK", body),), end=ends),
        "status": lambda: Misbehaviour("status", (head(f"{status} {EVIL[:4]}", body),), end=ends),
        "short": lambda: Misbehaviour("short", (head("200 OK", body, length=len(body) + 9),)),
        "long": lambda: Misbehaviour("long", (head("200 OK", body + b"xx", length=1),)),
        "cut": lambda: Misbehaviour("cut", (HEALTHY[:cut],), end=draw.choice(["close", "reset"])),
        "gzip": lambda: Misbehaviour("gzip", (head("200 OK", noise, "Content-Encoding: gzip"),)),
        "header": lambda: Misbehaviour("header", (head("200 OK", body, f"X: {EVIL}", "no colon"),)),
        "headers": lambda: Misbehaviour(
            "headers", (head("200 OK", body, *(f"X-{i}: {'y' * 90}" for i in range(900))),)
        ),
        "redirect": lambda: Misbehaviour(
            "redirect", (head("302 Found", b"", f"Location: {target}"),)
        ),
        "chunks": lambda: Misbehaviour(
            "chunks",
            (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", chunk),
        ),
        "drip": lambda: Misbehaviour("drip", tuple(bytes([one]) for one in HEALTHY[:cut]), 0.01),
        "hang": lambda: Misbehaviour("hang", (HEALTHY[:cut],), end="hang"),
        "continue": lambda: Misbehaviour("continue", (b"HTTP/1.1 100 Continue\r\n\r\n" * cut,)),
        "twice": lambda: Misbehaviour("twice", (head("500 No", body) * 2,), end="keep"),
    }  # fmt: skip
    weights = [0.3 if kind in {"hang", "drip"} else 1 for kind in pages]
    return pages[draw.choices(list(pages), weights)[0]]()


@dataclass
class MisbehavingServer:
    """Its address, and how often it did what."""

    url: str
    done: Counter[str] = field(default_factory=Counter)

    @property
    def total(self) -> int:
        """How many answers were wrong."""
        return self.done.total()


@contextmanager
def misbehaving_server(seed: int) -> Iterator[MisbehavingServer]:
    """Answer the first request well, and every other one badly."""
    draw, lock, stopped = random.Random(seed), threading.Lock(), threading.Event()
    running = MisbehavingServer("")
    first = [True]

    def chosen() -> Misbehaviour:
        with lock:
            if first.pop() if first else False:
                return Misbehaviour("", (HEALTHY,))
            one = draw_one(draw)
            running.done[one.kind] += 1
            return one

    def answer(connection: socket.socket) -> None:
        connection.settimeout(HANG_LIMIT)
        while not stopped.is_set() and b"\r\n\r\n" in connection.recv(65_536):
            one = chosen()
            for part in one.parts:
                connection.sendall(part)
                time.sleep(one.pause)
            if one.end == "hang":
                stopped.wait(HANG_LIMIT)
            if one.end == "reset":
                close_with_reset(connection)
            if one.end != "keep":
                return

    with accepting(answer) as port:
        running.url = f"http://127.0.0.1:{port}"
        try:
            yield running
        finally:
            stopped.set()


def commands_in(text: str) -> set[str]:
    """Return the characters of a text that a terminal would obey."""
    odd = {*range(0x20), *range(0x7F, 0xA0), 0x200E, 0x200F, *range(0x202A, 0x202F)} - {9, 10}
    return {sign for sign in text if ord(sign) in odd or 0x2066 <= ord(sign) <= 0x2069}
