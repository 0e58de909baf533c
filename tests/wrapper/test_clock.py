"""Waits while somebody sets the clock, or the machine sleeps."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.support.faults import CLOCK
from tests.support.layout import SHELL
from tests.support.wrapper_project import BASH

# A wait of 3 s that looks ten times a second; at its fifth look, the clock is set by $1 seconds.
WAIT = f"""
set -eu
for part in clock background; do . "$suite/engine/shell/$part.sh"; done
{CLOCK}
step=$1 looks=0
sleep() {{
  looks=$((looks + 1))
  [ $((looks % 10)) -ne 0 ] || pass 1
  [ "$looks" -ne 5 ] || pass "$step"
}}
read_clock
deadline=$((clock + 3))
while [ "$clock" -lt "$deadline" ]; do nap; done
echo "$looks"
"""


def run(script: str, step: int, uptime: Path) -> int:
    """Run a script in which the clock is set, and return the number that it prints."""
    done = subprocess.run(
        [BASH, "-c", script, "bash", str(step)],
        env={"suite": str(SHELL.parents[1]), "file": str(uptime)},
        capture_output=True,
        text=True,
        timeout=10,
        check=False,
    )
    assert done.stderr == ""
    return int(done.stdout)


# The time since the start of the machine never goes back.
@pytest.mark.parametrize(
    ("has_uptime", "step"), [(True, 0), (True, 3600), (False, 0), (False, 3600), (False, -3600)]
)
def test_a_wait_takes_its_time_whatever_the_clock_says(
    tmp_path: Path, has_uptime: bool, step: int
) -> None:
    looks = run(WAIT, step, tmp_path / "uptime" if has_uptime else Path("/nowhere"))
    # A machine that slept counts as one long look, 2 s.
    assert 10 <= looks <= 31


SET = f"""
set -eu
. "$suite/engine/shell/clock.sh"
{CLOCK}
begin_measuring
pass 7200
set_by "$1"
end_measuring
echo "$clock_set_by"
"""


@pytest.mark.parametrize(("step", "said"), [(0, 0), (1, 0), (90, 90), (-7000, -7000)])
def test_a_clock_that_is_set_during_a_run_is_noticed(tmp_path: Path, step: int, said: int) -> None:
    assert run(SET, step, tmp_path / "uptime") == said
    assert run(SET, step, Path("/nowhere")) == 0
