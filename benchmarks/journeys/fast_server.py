"""A server that does as little as possible, so that a benchmark measures k6 and not the service.

It answers every request with the same bytes: a JSON document of about 4 KB that passes the checks
of the health and public API journeys.
"""

from __future__ import annotations

import argparse
import asyncio
import json

import uvloop

BODY_BYTES = 4096
END_OF_HEAD = b"\r\n\r\n"


def body() -> bytes:
    """Return a JSON document of `BODY_BYTES` bytes with `status` first and `paths` last."""
    document = {"status": "healthy", "items": [], "paths": {"/items": {}}}
    item = {"id": 1, "name": "an item like any other", "price": 12.5}
    while len(json.dumps(document)) + len(json.dumps(item)) + 2 < BODY_BYTES:
        document["items"].append(item)  # type: ignore[attr-defined]
    return json.dumps(document).ljust(BODY_BYTES).encode()


def response() -> bytes:
    """Return the whole HTTP response."""
    payload = body()
    head = (
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(payload)}\r\n\r\n"
    )
    return head.encode() + payload


class Answer(asyncio.Protocol):
    """Writes the response once per request head; bodies of GET requests are empty."""

    payload = response()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember where to write."""
        self.transport = transport
        self.pending = b""

    def data_received(self, data: bytes) -> None:
        """Answer all requests that have arrived completely."""
        self.pending += data
        requests = self.pending.count(END_OF_HEAD)
        if requests:
            self.pending = self.pending.rpartition(END_OF_HEAD)[2]
            self.transport.write(self.payload * requests)  # type: ignore[attr-defined]


async def serve() -> None:
    """Listen on a free loopback port and print it."""
    server = await asyncio.get_running_loop().create_server(Answer, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


def main() -> None:
    """Serve until terminated."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    uvloop.run(serve())


if __name__ == "__main__":
    main()
