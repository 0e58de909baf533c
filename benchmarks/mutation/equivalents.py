"""Changes that make no difference, looked at one by one: file, line before and after."""

from __future__ import annotations

EQUIVALENT: frozenset[tuple[str, str, str]] = frozenset(
    [
        # Bytes that are read at a time.
        ("download.py", "_CHUNK = 65536", "_CHUNK = 65537"),
    ]
)
