"""Changes that make no difference, looked at one by one: file, line before and after."""

from __future__ import annotations

EQUIVALENT: frozenset[tuple[str, str, str]] = frozenset(
    [
        # There is no target before the first one, and nothing is equal to it.
        (
            "profiles.js",
            "if (index > 0 && stage.target === targets[index - 1]) {",
            "if (index >= 0 && stage.target === targets[index - 1]) {",
        ),
        # What comes after the last value is less than nothing.
        (
            "quantiles.js",
            "while (at < part.values.length && part.values[at] < value) {",
            "while (at <= part.values.length && part.values[at] < value) {",
        ),
        # Bytes that are read at a time.
        ("download.py", "_CHUNK = 65536", "_CHUNK = 65537"),
    ]
)
