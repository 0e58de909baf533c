"""Slack and Teams as receivers of incoming webhooks, written from their documentation.

Slack (docs.slack.dev: incoming webhooks, Block Kit, errors): `text` and `blocks`; at most 50
blocks, 150 characters in a header, 3,000 in a section; `<` and `>` only around links. Answers
`ok`, or 400 `invalid_payload`, 404 `no_service`.
Teams (learn.microsoft.com: webhooks of the Workflows app, Adaptive Cards): a message with Adaptive
Cards as attachments, at most 28 KB. Answers 202 without a body, or 400.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

SECRET = "T0AAAA/B0BBBB/s3cr3tXXXXXXXXXXXXXXXXXXXX"


@dataclass
class Chat:
    """The receiver.

    Attributes:
        slack, teams: addresses to post to; both hold a secret.
        messages: what was accepted.
        refusals: statuses to answer with instead, one per request.
        attempts: number of requests.
    """

    slack: str = ""
    teams: str = ""
    messages: list[dict[str, Any]] = field(default_factory=list)
    refusals: list[int] = field(default_factory=list)
    attempts: int = 0


def slack_objection(message: Any) -> str:
    """Return why Slack would refuse a message; empty if it accepts it."""
    blocks = message.get("blocks", [])
    if not message.get("text") or len(blocks) > 50:
        return "no_text"
    for block in blocks:
        text = block["text"]
        limit = {"header": 150, "section": 3000}.get(block["type"], 0)
        if not 1 <= len(text["text"]) <= limit:
            return "invalid_blocks"
        if block["type"] == "header" and text["type"] != "plain_text":
            return "invalid_blocks"
        if text["type"] == "mrkdwn":
            rest = re.sub(r"<https?://[^<>|\s]+\|[^<>|]+>", "", text["text"])
            rest = re.sub(r"&(amp|lt|gt);", "", rest)
            if re.search(r"[<>&]", rest):
                return "invalid_payload"
    return ""


def teams_objection(message: Any, size: int) -> str:
    """Return why Teams would refuse a message; empty if it accepts it."""
    if size > 28 * 1024 or message.get("type") != "message":
        return "Bad payload received by generic incoming webhook."
    (attachment,) = message["attachments"]
    card = attachment["content"]
    fine = (
        attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
        and card["type"] == "AdaptiveCard"
        and card["version"] in {"1.2", "1.3", "1.4", "1.5"}
        and all(element["type"] in {"TextBlock", "FactSet"} for element in card["body"])
        and all(action["type"] == "Action.OpenUrl" for action in card.get("actions", []))
    )
    return "" if fine else "Bad payload received by generic incoming webhook."


@contextmanager
def running_chat() -> Iterator[Chat]:
    """Run the receiver on a free port of this machine."""
    chat = Chat()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            chat.attempts += 1
            if chat.refusals:
                return self.reply(chat.refusals.pop(0), "no_service")
            if SECRET not in self.path:
                return self.reply(404, "no_service")
            if self.headers.get("Content-Type") != "application/json":
                return self.reply(400, "invalid_payload")
            message = json.loads(body)
            teams = self.path.startswith("/workflows/")
            objection = teams_objection(message, len(body)) if teams else slack_objection(message)
            if objection:
                return self.reply(400, objection)
            chat.messages.append(message)
            return self.reply(202 if teams else 200, "" if teams else "ok")

        def reply(self, status: int, text: str) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    address = f"http://127.0.0.1:{server.server_address[1]}"
    chat.slack = f"{address}/services/{SECRET}"
    chat.teams = f"{address}/workflows/{SECRET}?sig=x"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield chat
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
