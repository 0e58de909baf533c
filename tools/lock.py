"""Updates the lock files: requirements/*.txt (needs uv) and package-lock.json (needs npm).

`make lock` runs this. The lock files contain hashes but no registry addresses: installs use the
registry in the user's settings.
"""

from __future__ import annotations

import subprocess
import sys

from toolchain import OLDEST_PYTHON, REPOSITORY

OLDEST = ".".join(map(str, OLDEST_PYTHON))
COMPILE = f"""
    uv pip compile --quiet --universal --upgrade --generate-hashes --python-version {OLDEST}
    --no-emit-index-url --no-annotate --no-header
"""
NPM = """npm install --package-lock-only --omit-lockfile-registry-resolved --ignore-scripts
    --no-audit --no-fund"""
# In this order: demo.txt uses the versions of dev.txt.
COMMANDS = (
    f"{COMPILE} requirements/dev.in --output-file requirements/dev.txt",
    f"{COMPILE} requirements/demo.in --output-file requirements/demo.txt -c requirements/dev.txt",
    f"{COMPILE} requirements/kubernetes.in --output-file requirements/kubernetes.txt",
    f"{COMPILE} requirements/servers.in --output-file requirements/servers.txt",
    f"{COMPILE} requirements/hosts.in --output-file requirements/hosts.txt -c requirements/dev.txt",
    NPM,
    f"{NPM} --prefix tests/hosts/tools",
)


def main() -> int:
    """Write the lock files; return the exit code of the first command that fails."""
    for command in map(str.split, COMMANDS):
        try:
            code = subprocess.run(command, cwd=REPOSITORY, check=False).returncode
        except FileNotFoundError:
            print(
                f"ERROR: `{command[0]}` was not found: install it to pin packages", file=sys.stderr
            )
            return 1
        if code != 0:
            return code
    return 0


if __name__ == "__main__":
    sys.exit(main())
