"""Media types: how a body of each is sent."""

from __future__ import annotations

# How bodies are sent, the preferred way first.
BODY_KINDS = ("json", "form", "multipart", "text", "binary")
# Media type ranges -> the type that is sent.
_RANGES = {
    "*/*": "application/json",
    "application/*": "application/json",
    "text/*": "text/plain",
    "multipart/*": "multipart/form-data",
    "image/*": "image/png",
    "audio/*": "audio/mpeg",
    "video/*": "video/mp4",
}
_BINARY = {"application/octet-stream", "application/pdf", "application/zip"}


def kind_of_body(media_type: str) -> str | None:
    """Return how a body of a media type is sent, None when there is no rule for it.

    >>> kind_of_body("application/merge-patch+json; charset=utf-8")
    'json'
    """
    kind = media_type.partition(";")[0].strip().lower()
    if kind in {"*/*", "application/*"} or "json" in kind:
        return "json"
    if kind == "application/x-www-form-urlencoded":
        return "form"
    if kind.startswith("multipart/"):
        return "multipart"
    if kind.startswith("text/") and "xml" not in kind:
        return "text"
    if kind.startswith(("image/", "audio/", "video/")) or kind in _BINARY:
        return "binary"
    return None


def concrete(media_type: str) -> str:
    """Return the media type to send for a range such as `text/*`; others unchanged.

    >>> concrete("image/*")
    'image/png'
    """
    return _RANGES.get(media_type.lower(), media_type)
