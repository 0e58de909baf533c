"""Reads a file that comes from elsewhere: bounded, and never executed."""

from __future__ import annotations

import json
import os
from typing import Any

from traffic_table.model import Refused

LARGEST = 200 * 1024 * 1024
"""Bytes of a recording or collection. Python needs about four times as much memory to read one."""


def read_text(path: str) -> str:
    """Return the text of a file.

    Raises:
        Refused: the file is missing, no file, too large, or no text.
    """
    try:
        size = os.stat(path).st_size
        if not os.path.isfile(path):
            raise Refused(f"{path} is not a file")
        if size > LARGEST:
            raise Refused(
                f"{path} has {size // 1024 // 1024} MB, at most {LARGEST // 1024 // 1024} MB are"
                " read. Record a shorter session, or save it without images and scripts"
            )
        with open(path, "rb") as file:
            data = file.read(LARGEST + 1)
    except OSError as error:
        raise Refused(f"{path}: {error.strerror}") from None
    if not data.strip():
        raise Refused(f"{path} is empty")
    if data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return data.decode("utf-16", errors="replace")
    return data.decode("utf-8-sig", errors="replace")


def parse_json(text: str, what: str) -> Any:
    """Parse JSON; raise Refused for anything else, such as one that nests too deeply."""
    try:
        return json.loads(text)
    except RecursionError:
        raise Refused(f"{what}: nested too deeply") from None
    except ValueError as error:
        raise Refused(f"{what} is no JSON: {error}") from None


def mapping(value: Any) -> dict[str, Any]:
    """Return a value if it is a JSON object, else an empty one."""
    return value if isinstance(value, dict) else {}


def items(value: Any) -> list[Any]:
    """Return a value if it is a JSON array, else an empty one."""
    return value if isinstance(value, list) else []


def text_of(value: Any) -> str:
    """Return a scalar as text; anything else is empty."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else str(value) if isinstance(value, int | float) else ""
