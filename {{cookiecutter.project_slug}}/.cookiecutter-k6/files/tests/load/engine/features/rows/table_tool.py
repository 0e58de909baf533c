"""What the commands that write a table of rows share: their parser, and how a file is replaced."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from typing import NoReturn

CURRENT, REFUSED, BEHIND, INTERRUPTED = 0, 1, 2, 130
"""Exit codes: done, or up to date; failed; out of date (`--check`); Ctrl-C."""


class Parser(argparse.ArgumentParser):
    """A parser whose refusals have the exit code of all others: 2 has another meaning here."""

    def error(self, message: str) -> NoReturn:
        """Print what is wrong and leave."""
        self.exit(REFUSED, f"{self.format_usage()}{self.prog}: {message}\n")

    def exit(self, status: int = 0, message: str | None = None) -> NoReturn:
        """Leave, with all of the help written while a closed pipe can still be told."""
        sys.stdout.flush()
        super().exit(status, message)


def write(path: str, text: str) -> None:
    """Write a file atomically, and its folder if there is none."""
    folder = os.path.dirname(path)
    os.makedirs(folder, exist_ok=True)
    handle, scratch = tempfile.mkstemp(prefix=f".{os.path.basename(path)}-", dir=folder)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        os.chmod(scratch, 0o644)
        os.replace(scratch, path)
    except BaseException:
        os.unlink(scratch)
        raise
