"""Places the staged files into the project, then removes the staging folder and the lock.

All logic is in the placing package, which cookiecutter has just copied into the staging folder.
"""

from __future__ import annotations

import os
import sys

# See pre_gen_project.py: no module of the shared temporary folder may shadow the standard library.
if (
    __name__ == "__main__"
    and sys.path
    and sys.path[0] == os.path.dirname(os.path.abspath(__file__))
):
    sys.path.pop(0)

STAGING = ".cookiecutter-k6"


def main() -> int:
    """Run the hook; return its exit code."""
    sys.dont_write_bytecode = True
    sys.path.insert(0, os.path.join(os.getcwd(), STAGING))
    from placing.run import finish  # noqa: PLC0415 - importable only from here on

    return finish(os.getcwd())


if __name__ == "__main__":
    sys.exit(main())
