# /// script
# requires-python = ">=3.10"
# ///
"""Turns recorded traffic into rows of data/traffic.jsonl, which the test `traffic` runs.

`scripts/load-test.sh import FILE` and `scripts/load-test.sh mix LOG` call it. By hand:

    python3 tests/load/engine/features/traffic/import.py import session.har
"""

import os
import sys

if sys.version_info < (3, 10):  # noqa: UP036 - users may run an older one
    sys.exit("import.py needs Python 3.10 or later, found " + sys.version.split()[0])

# Leave no bytecode beside the sources, and import no stray module from the working folder.
sys.dont_write_bytecode = True
here = os.path.dirname(os.path.realpath(__file__))
sys.path[:1] = [here, os.path.join(os.path.dirname(here), "rows")]

from traffic_table.cli import main  # noqa: E402 - only importable from here on

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
