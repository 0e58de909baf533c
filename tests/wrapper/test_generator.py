"""The machine that generates the load: named before it if too small, and blamed afterwards."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path

import pytest
from service.testing import RunningService, running_service

from tests.support.faults import limited
from tests.support.layout import SHELL
from tests.support.wrapper_project import BASH, Project, Result

pytestmark = pytest.mark.slow

DESCRIPTORS = 64
USERS = 100
LOAD = ("health", "--vus", str(USERS), "--duration", "1s", "--think-time", "0")
FEW = limited(f"-n {DESCRIPTORS}", [])


def run(project: Project, service: RunningService, *words: str, **env: str | None) -> Result:
    """Run 100 users with 64 descriptors."""
    command = [*FEW, *project.command()]
    return project.run(*LOAD, *words, command=command, env={"BASE_URL": service.url, **env})


def test_a_load_without_enough_descriptors_is_refused_before_it(
    real_project: Project, service: RunningService
) -> None:
    result = run(real_project, service)
    assert result.code == 107, result
    needed = f"{USERS} VUs need about {USERS + 30} file descriptors, and the limit is {DESCRIPTORS}"
    assert "this machine is too small for this load, nothing was sent: " + needed in result.stdout
    assert "Run `ulimit -n 260` first, or lower VUS. If that is wrong, set GEN" in result.stdout


def test_used_up_descriptors_are_the_limit_of_this_machine_and_not_of_the_service(
    real_project: Project, service: RunningService
) -> None:
    # Connections that are not kept are closed at the end: the results can be written.
    limits = f"descriptors={USERS * 2},processes=9,memory=20,ports=50,conntrack=70,space=9,cores=1"
    result = run(
        real_project, service, "--", "--no-connection-reuse", GENERATOR_LIMITS=limits
    )  # fmt: skip
    assert result.code == 99, result
    assert "this machine may be the limit: 100 VUs need about 50 MB of memory" in result.stderr
    assert "100 VUs need as many local ports, and there are 50" in result.stderr
    assert "k6 needs up to 40 threads, and 9 more can be started" in result.stderr
    assert "k6 may reserve 1950 MB of address space, and the limit is 9 MB" in result.stderr
    assert "the firewall of this machine can track 70 more" in result.stderr
    folder = real_project.run_folder
    summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    first, *others = summary["reasons"]
    assert first.startswith("this machine was the limit, not the service: ")
    assert f"(no file descriptor left on this machine, limit {USERS * 2})" in first
    assert "latencies were not judged. Raise the limit with `ulimit -n`" in first
    assert not [reason for reason in others if "connection lost" in reason or "slow" in reason]
    durations = [row for row in summary["thresholds"] if row["unit"] == "ms"]
    assert durations
    assert not [row for row in durations if row["ok"] or row["measured"]]
    assert summary["breakingStage"] is None
    assert "not judged" in result.stdout
    for name in ("report.html", "report.md", "junit.xml"):
        assert "this machine was the limit" in (folder / name).read_text(encoding="utf-8"), name


@pytest.mark.parametrize(("cores", "limited"), [("0.01", True), ("64", False)])
def test_a_processor_at_its_limit_that_drops_iterations(
    real_project: Project, service: RunningService, cores: str, limited: bool
) -> None:
    result = real_project.run(
        "health", "--rate", "3000", "--vus", "2", "--duration", "1s", "--think-time", "0.05",
        env={"BASE_URL": service.url, "GENERATOR_LIMITS": f"cores={cores}"},
    )  # fmt: skip
    assert result.code == 99, result
    folder = real_project.run_folder
    summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    assert summary["metrics"]["droppedIterations"] > 0
    pattern = (
        r"this machine was the limit, not the service: k6 used \d+% of 0.01 cores, and \d+ iter"
    )
    texts = [
        result.stderr,
        summary["reasons"][0],
        *((folder / name).read_text() for name in ("report.html", "report.md", "junit.xml")),
    ]
    assert [bool(re.search(pattern, text)) for text in texts] == [limited] * len(texts)
    slow = [reason for reason in summary["reasons"] if "the service is too slow" in reason]
    assert bool(slow) != limited
    durations = [row for row in summary["thresholds"] if row["unit"] == "ms"]
    assert any(row["measured"] for row in durations) != limited
    assert not [path for path in folder.iterdir() if path.name.startswith(".")]


def test_health_that_flaps_is_no_error_in_a_script(real_project: Project) -> None:
    """Healthy while the wrapper waits, and not any more when the test begins."""
    faults = {"error": {"error": 503, "only": "/api/v1/health", "skip": 1}}
    with running_service(faults=faults) as flapping:
        result = real_project.run("smoke", env={"BASE_URL": flapping.url})
    assert result.code == 2, result
    assert "failed: smoke (the service did not become ready, exit code 2)" in result.stderr
    assert "error in a script" not in result.all


def test_the_limits_are_measured(project: Project) -> None:
    call = project.run("smoke", command=[*FEW, *project.command()]).passed().call
    limits = dict(part.split("=") for part in call.vars["GENERATOR_LIMITS"].split(","))
    assert limits["descriptors"] == str(DESCRIPTORS)
    assert {"descriptors", "ports", "memory", "cores"} <= set(limits)
    assert all(float(value) > 0 for value in limits.values())


def test_a_k6_that_the_limits_keep_from_starting_is_no_other_program(
    real_project: Project,
) -> None:
    command = limited("-v 300000", real_project.command())
    stderr = real_project.run("health", command=command).refused("cannot start with the limits")
    assert "Try: ulimit -v unlimited; " in stderr


READ = """
set -eu
for part in text generator; do . "$suite/engine/shell/$part.sh"; done
find_setting() { found=''; }
use_docker=false on_windows=false
proc_folder=$1/proc groups_folder=$1/groups
nproc() { echo 8; }
ulimit() { case $1 in -v) echo "$space" ;; *) echo unlimited ;; esac; }
read_generator
printf '%s' "$generator_limits"
"""
GIB = 1 << 30
MEMORY = {"proc/meminfo": "MemTotal: 9000000 kB\nMemAvailable: 8192000 kB\n"}
TWO = {"groups/cgroup.controllers": "cpu memory pids\n", "proc/self/cgroup": "0::/a.slice/b\n"}
ONE = {"proc/self/cgroup": "9:name=systemd:/x\n4:memory:/d\n2:cpu,cpuacct:/d\n3:pids:/d\n0::/\n"}


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({}, "cores=8"),
        (MEMORY, "memory=8000,cores=8"),
        (
            {"proc/sys/net/netfilter/nf_conntrack_max": "65536\n",
             "proc/sys/net/netfilter/nf_conntrack_count": "65000\n",
             "proc/sys/net/ipv4/ip_local_port_range": "32768\t60999\n"},
            "ports=28232,conntrack=536,cores=8",
        ),
        # The least of all groups that a process is in counts; `max` is none.
        (
            {**MEMORY, **TWO, "groups/a.slice/b/cpu.max": "max 100000\n",
             "groups/a.slice/cpu.max": "150000 100000\n", "groups/cpu.max": "400000 100000\n",
             "groups/a.slice/b/memory.max": f"{2 * GIB}\n",
             "groups/a.slice/b/memory.current": f"{GIB}\n",
             "groups/a.slice/b/memory.stat": f"anon 5\ninactive_file {GIB // 2}\n",
             "groups/a.slice/memory.max": "max\n", "groups/a.slice/memory.current": f"{GIB}\n",
             "groups/a.slice/b/pids.max": "100\n", "groups/a.slice/b/pids.current": "90\n"},
            "processes=10,memory=1536,cores=1.5",
        ),
        # In a container, the root is its own group, and the path is that of the host.
        (
            {**TWO, "groups/cpu.max": "5000 100000\n", "groups/memory.max": f"{GIB}\n",
             "groups/memory.current": f"{2 * GIB}\n"},
            "memory=0,cores=0.1",
        ),
        (
            {**MEMORY, **ONE, "groups/cpu/d/cpu.cfs_quota_us": "250000\n",
             "groups/cpu/d/cpu.cfs_period_us": "100000\n", "groups/cpu/cpu.cfs_quota_us": "-1\n",
             "groups/memory/memory.limit_in_bytes": "9223372036854771712\n",
             "groups/memory/memory.usage_in_bytes": "1\n",
             "groups/memory/d/memory.limit_in_bytes": f"{GIB}\n",
             "groups/memory/d/memory.usage_in_bytes": f"{GIB // 4}\n",
             "groups/pids/pids.max": "max\n"},
            "memory=768,cores=2.5",
        ),
        ({**MEMORY, "space": str(2000 * 1024)}, "memory=8000,space=2000,cores=8"),
    ],
)  # fmt: skip
def test_limits_of_containers_and_firewalls(
    tmp_path: Path, files: dict[str, str], expected: str
) -> None:
    space = files.get("space", "unlimited")
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    done = subprocess.run(
        [BASH, "-c", READ, "bash", str(tmp_path)],
        env={"suite": str(SHELL.parents[1]), "space": space, "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.stderr) == (expected, "")
