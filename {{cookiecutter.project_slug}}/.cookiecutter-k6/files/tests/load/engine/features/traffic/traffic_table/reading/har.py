"""HAR 1.2 files: what browsers, proxies and Playwright save."""

from __future__ import annotations

import base64
import binascii
import math
from datetime import datetime
from typing import Any
from urllib.parse import quote_plus

from traffic_table.model import Answer, Exchange, Headers, Recording, Refused, Request, media_type

from .files import items, mapping, text_of

MOST_ENTRIES = 20_000
_SENSITIVE = {"cookie", "set-cookie", "authorization"}
_LONGEST_BODY = 5_000_000  # characters of an answer that are searched for values


def read(document: Any) -> Recording:
    """Return the exchanges of a HAR document, in order of their start."""
    log = mapping(mapping(document).get("log"))
    entries = log.get("entries")
    if not isinstance(entries, list):
        raise Refused("no HAR file: it has no log.entries. Try: save all as HAR with content")
    if len(entries) > MOST_ENTRIES:
        raise Refused(f"{len(entries)} requests, at most {MOST_ENTRIES} are read. Record less")
    pages = {
        text_of(mapping(page).get("id")): text_of(mapping(page).get("title"))
        for page in items(log.get("pages"))
    }
    notes: list[str] = []
    exchanges = []
    for number, entry in enumerate(entries, 1):
        try:
            exchanges.append(_exchange(mapping(entry), pages))
        except (ValueError, TypeError, OverflowError) as problem:
            notes.append(f"entry {number} is no request with an answer: {problem}")
    exchanges.sort(key=lambda one: one.started)
    if exchanges and not any(one.answer.body for one in exchanges):
        notes.append(
            "the file holds no contents of answers, so no value can be found in one. "
            "Save it with content"
        )
    if text_of(mapping(log.get("creator")).get("name")) == "WebInspector" and not any(
        name.lower() in _SENSITIVE
        for one in exchanges
        for name, _ in [*one.request.headers, *one.answer.headers]
    ):
        notes.append(
            "it has no cookies and no authorization: Chrome leaves them out. If the session has a "
            "login, export it again with sensitive data (DevTools settings, Preferences, Network)"
        )
    timed = len({one.started for one in exchanges}) > 1
    return Recording("har", exchanges, notes, timed=timed)


def _exchange(entry: dict[str, Any], pages: dict[str, str]) -> Exchange:
    request, response = mapping(entry.get("request")), mapping(entry.get("response"))
    method, url = text_of(request.get("method")).upper(), text_of(request.get("url"))
    if not method.isalpha() or not url:
        raise ValueError("method or URL is missing")
    started = _time(text_of(entry.get("startedDateTime")))
    headers = _headers(request)
    post = mapping(request.get("postData"))
    type_ = text_of(post.get("mimeType")) or _find(headers, "content-type")
    sent = Request(method, url, headers, _body(post, type_), type_)
    sent.parts.port  # noqa: B018 - raises ValueError for an invalid one
    got_headers = _headers(response)
    content = mapping(response.get("content"))
    status = response.get("status")
    answer = Answer(
        int(status) if isinstance(status, int | float) and 100 <= status <= 599 else 0,
        got_headers,
        _content(content),
        media_type(_find(got_headers, "content-type") or _known_type(content)),
    )
    took = entry.get("time")
    seconds = float(took) / 1000 if isinstance(took, int | float) and took > 0 else 0.0
    kind = text_of(entry.get("_resourceType")) or ("websocket" if status == 101 else "")
    page = pages.get(text_of(entry.get("pageref")), "")
    if not math.isfinite(seconds):
        seconds = 0.0
    return Exchange(sent, answer, started, seconds, page, kind.lower())


def _known_type(content: dict[str, Any]) -> str:
    kind = text_of(content.get("mimeType"))
    # What Chrome writes for none.
    return "" if kind == "x-unknown" else kind


def _time(text: str) -> float:
    try:
        # Python 3.10 knows no Z, and three or six digits of a second only.
        whole, dot, rest = text.replace("Z", "+00:00").partition(".")
        if dot:
            digits = rest[: len(rest) - len(rest.lstrip("0123456789"))]
            text = f"{whole}.{digits[:6].ljust(6, '0')}{rest[len(digits) :]}"
        else:
            text = whole
        return datetime.fromisoformat(text).timestamp()
    except (ValueError, OverflowError, OSError):
        return 0.0


def _headers(message: dict[str, Any]) -> Headers:
    found = [
        (text_of(mapping(one).get("name")), text_of(mapping(one).get("value")))
        for one in items(message.get("headers"))
    ]
    return [(name, value) for name, value in found if name and not name.startswith(":")]


def _find(headers: Headers, name: str) -> str:
    return next((value for key, value in headers if key.lower() == name), "")


def _body(post: dict[str, Any], type_: str) -> str:
    text = text_of(post.get("text"))
    params = [mapping(one) for one in items(post.get("params"))]
    if text or not params:
        if text_of(post.get("encoding")) == "base64":
            return _decoded(text)
        return text
    if media_type(type_) == "multipart/form-data":
        return _multipart(params, type_)
    return "&".join(
        f"{_quoted(text_of(one.get('name')))}={_quoted(text_of(one.get('value')))}"
        for one in params
    )


def _quoted(text: str) -> str:
    # Chrome keeps them as they were sent, Firefox decodes them.
    return text if "%" in text or "+" in text else quote_plus(text)


def _multipart(params: list[dict[str, Any]], type_: str) -> str:
    boundary = type_.partition("boundary=")[2].strip('"') or "----traffic"
    chunks = []
    for one in params:
        name, file = text_of(one.get("name")), text_of(one.get("fileName"))
        extra = f'; filename="{file}"' if file else ""
        kind = text_of(one.get("contentType"))
        line = f"\r\nContent-Type: {kind}" if file and kind else ""
        chunks.append(
            f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"{extra}{line}\r\n\r\n'
            f"{text_of(one.get('value'))}\r\n"
        )
    return "".join(chunks) + f"--{boundary}--\r\n"


def _content(content: dict[str, Any]) -> str:
    text = text_of(content.get("text"))
    if text_of(content.get("encoding")) == "base64":
        text = _decoded(text)
    return text[:_LONGEST_BODY]


def _decoded(text: str) -> str:
    try:
        return base64.b64decode(text, validate=False).decode("utf-8", errors="replace")
    except (binascii.Error, ValueError):
        return ""
