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

if sys.version_info < (3, 10):  # noqa: UP036 - users may run an older one
    sys.exit("compile.py needs Python 3.10 or later, found " + sys.version.split()[0])

# Leave no bytecode beside the sources, and import no stray module from the working folder.
sys.dont_write_bytecode = True
here = os.path.dirname(os.path.realpath(__file__))
sys.path[:1] = [here, os.path.join(os.path.dirname(here), "rows")]

from openapi_table.cli import main  # noqa: E402 - only importable from here on

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ))
