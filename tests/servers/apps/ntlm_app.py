"""A service behind Windows logins (NTLM), checked by pyspnego. One connection, one login."""

from __future__ import annotations

import base64
import json
import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import spnego

USERS = Path(os.environ["FOLDER"]) / "ntlm-users"
USERS.write_text("CORP:alice:wonderland-1\n:alice:wonderland-1\n")
os.environ["NTLM_USER_FILE"] = str(USERS)


class Handler(BaseHTTPRequestHandler):
    """Answers one connection."""

    protocol_version = "HTTP/1.1"
    context = None
    allowed = False

    def do_GET(self) -> None:
        """Answer /health to everybody, and /items to who has logged in."""
        if self.path == "/health":
            self.answer(200, {"status": "ok"})
            return
        if self.allowed:
            self.answer(200, [])
            return
        scheme, _, token = self.headers.get("Authorization", "").partition(" ")
        if scheme not in ("NTLM", "Negotiate") or not token:
            self.answer(401, {}, "NTLM")
            return
        if self.context is None:
            self.context = spnego.server(protocol="ntlm", options=spnego.NegotiateOptions.use_ntlm)
        try:
            reply = self.context.step(base64.b64decode(token))
        except spnego.exceptions.SpnegoError:
            self.context = None
            self.answer(401, {}, "NTLM")
            return
        if self.context.complete:
            self.allowed = True
            self.answer(200, [])
        else:
            self.answer(401, {}, f"NTLM {base64.b64encode(reply or b'').decode()}")

    def answer(self, status: int, document: object, challenge: str = "") -> None:
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        if challenge:
            self.send_header("WWW-Authenticate", challenge)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), Handler).serve_forever()
