# /// script
# requires-python = ">=3.10"
# dependencies = ["pyyaml>=6"]
# ///
"""Compiles an OpenAPI document into data/operations.jsonl, which the test `openapi` runs.

`scripts/load-test.sh openapi update` calls it. By hand (only YAML documents need PyYAML):

    python3 tests/load/engine/features/openapi/compile.py update openapi.json
    uv run --script tests/load/engine/features/openapi/compile.py update openapi.yaml
"""

import os
import sys

if sys.version_info < (3, 10):  # noqa: UP036 - says so to those who have an older one
    sys.exit("openapi.py needs Python 3.10 or later; this is " + sys.version.split()[0])

# Nothing is left behind next to the sources, and no stray module of the working folder is imported.
sys.dont_write_bytecode = True
sys.path[0] = os.path.dirname(os.path.realpath(__file__))

from openapi_table.cli import main  # noqa: E402 - only importable from here on

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ))
