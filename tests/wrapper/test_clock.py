"""Waits while somebody sets the clock, or the machine sleeps."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.support.layout import SHELL
from tests.support.wrapper_project import BASH

# A wait of 3 s that looks ten times a second; at its fifth look, the clock is set by $1 seconds.
WAIT = """
set -eu
for part in clock background; do . "$suite/engine/shell/$part.sh"; done
clock_file=$file
pass() {
  SECONDS=$((SECONDS + $1)) uptime=$((uptime + $1))
  [ "$file" = /nowhere ] || echo "$uptime.5 1" >"$file"
}
step=$1 looks=0 uptime=1000
sleep() {
  looks=$((looks + 1))
  [ $((looks % 10)) -ne 0 ] || pass 1
  [ "$looks" -ne 5 ] || pass "$step"
}
pass 0
read_clock
deadline=$((clock + 3))
while [ "$clock" -lt "$deadline" ]; do nap; done
echo "$looks"
"""


# The time since the start of the machine never goes back.
@pytest.mark.parametrize(
    ("has_uptime", "step"), [(True, 0), (True, 3600), (False, 0), (False, 3600), (False, -3600)]
)
def test_a_wait_takes_its_time_whatever_the_clock_says(
    tmp_path: Path, has_uptime: bool, step: int
) -> None:
    file = tmp_path / "uptime" if has_uptime else Path("/nowhere")
    done = subprocess.run(
        [BASH, "-c", WAIT, "bash", str(step)],
        env={"suite": str(SHELL.parents[1]), "file": str(file)},
        capture_output=True,
        text=True,
        timeout=10,
        check=False,
    )
    assert done.stderr == ""
    # A machine that slept counts as one long look, 2 s.
    assert 10 <= int(done.stdout) <= 31, done.stdout
