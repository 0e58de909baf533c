"""Generators of files to upload."""

from __future__ import annotations

import re

from openapi_table.schemas import formats
from openapi_table.schemas.views import Flat

from .nodes import Node

_IMAGE = re.compile(r"image|photo|avatar|picture|logo|icon", re.IGNORECASE)


def is_file(view: Flat) -> bool:
    """Tell whether a string schema stands for the bytes of a file."""
    if formats.known(view.get("format")) == "binary":
        return True
    return "contentMediaType" in view and "contentEncoding" not in view


def file_node(name: str, media_type: str = "text/plain") -> Node:
    """Return the generator of a small file: a PNG where the name or the type says image."""
    if _IMAGE.search(name) or media_type.startswith("image/"):
        return {"make": "file", "name": "upload.png", "type": "image/png", "size": 68}
    return {
        "make": "file",
        "name": "upload.txt",
        "type": media_type if "*" not in media_type else "text/plain",
        "size": 64,
    }
