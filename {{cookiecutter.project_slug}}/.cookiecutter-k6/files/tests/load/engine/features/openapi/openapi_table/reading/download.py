"""Downloads a document. A URL is fetched only because the user gave it."""

from __future__ import annotations

import http.client
import re
import threading
import time
import urllib.error
import urllib.request
import zlib
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from openapi_table.document import BadDocument

SIZE_LIMIT = 64 * 1024 * 1024  # bytes; the largest public documents have about 12 million
TIME_LIMIT = 20.0  # seconds for a whole download
_CHUNK = 65536


def is_url(text: str) -> bool:
    """Tell whether a source is an http(s) URL."""
    return re.match(r"https?://", text, re.IGNORECASE) is not None


def without_credentials(url: str) -> str:
    """Return a URL without user, password and query, which may hold tokens."""
    if not is_url(url):
        return url
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


class _HttpOnly(urllib.request.HTTPRedirectHandler):
    """Follows redirects to http and https only, never to a local file."""

    def redirect_request(
        self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str
    ) -> Any:
        """Refuse any other scheme."""
        if not is_url(newurl):
            raise BadDocument(
                f"the response redirects to {newurl.partition(':')[0]}:, not to http(s)"
            )
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def fetch(url: str) -> bytes:
    """Download a document; raise BadDocument when it fails, is too large or takes too long."""
    # A server that sends its headers byte by byte evades the timeout of a socket.
    results: list[bytes | BadDocument] = []
    worker = threading.Thread(target=lambda: results.append(_outcome(url)), daemon=True)
    worker.start()
    worker.join(TIME_LIMIT + 2)
    if not results:
        raise BadDocument(f"{without_credentials(url)} took longer than {TIME_LIMIT:.0f} s")
    if isinstance(results[0], BadDocument):
        raise results[0]
    return results[0]


def _outcome(url: str) -> bytes | BadDocument:
    shown = without_credentials(url)
    try:
        return _unpacked(_download(url, shown), shown)
    except BadDocument as problem:
        return problem
    except urllib.error.HTTPError as error:
        error.close()
        return BadDocument(f"{shown} returned status {error.code}")
    except (OSError, ValueError, ArithmeticError) as error:
        return BadDocument(f"{shown} cannot be fetched: {getattr(error, 'reason', None) or error}")
    except (http.client.HTTPException, zlib.error) as error:
        return BadDocument(f"{shown} sent an invalid response: {type(error).__name__}")


def _download(url: str, shown: str) -> bytes:
    deadline = time.monotonic() + TIME_LIMIT
    accept = {"Accept": "application/json, application/yaml;q=0.9, */*;q=0.5"}
    content = bytearray()
    opener = urllib.request.build_opener(_HttpOnly)
    request = urllib.request.Request(url, headers=accept)
    with opener.open(request, timeout=TIME_LIMIT / 2) as answer:
        while chunk := answer.read1(_CHUNK):
            content += chunk
            if len(content) > SIZE_LIMIT:
                raise BadDocument(f"{shown} is larger than {SIZE_LIMIT // 1024 // 1024} MB")
            if time.monotonic() > deadline:
                raise BadDocument(f"{shown} took longer than {TIME_LIMIT:.0f} s")
        missing = answer.length
    if missing:
        raise BadDocument(f"{shown} ended {missing} bytes early")
    return bytes(content)


def _unpacked(content: bytes, shown: str) -> bytes:
    """Decompress gzip, which some servers send unasked."""
    if content[:2] != b"\x1f\x8b":
        return content
    unpacker = zlib.decompressobj(wbits=31)
    unpacked = unpacker.decompress(content, SIZE_LIMIT + 1)
    if len(unpacked) > SIZE_LIMIT:
        raise BadDocument(f"{shown} is larger than {SIZE_LIMIT // 1024 // 1024} MB")
    return unpacked
