"""Metrics for Prometheus in its text format: requests, CPU time and memory."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from service.stats import Stats

METRICS_PATH = "/_metrics"
"""Not ``/metrics``: like the switches, it is not counted and has no faults."""

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

STARTED = time.time()


def exposition(stats: Stats) -> str:
    """Return all metrics, one sample per line.

    Example:
        ``http_requests_total{method="GET",route="/health",status="200"} 12``
    """
    return "".join(f"{line}\n" for line in _lines(stats))


def _lines(stats: Stats) -> Iterator[str]:
    yield "# HELP http_requests_total Completed requests; status 0 means not answered."
    yield "# TYPE http_requests_total counter"
    for (method, route, status), count in sorted(stats.counts.items()):
        labels = f'method="{_escaped(method)}",route="{_escaped(route)}",status="{status}"'
        yield f"http_requests_total{{{labels}}} {count}"
    yield "# HELP process_cpu_seconds_total CPU time of this process."
    yield "# TYPE process_cpu_seconds_total counter"
    yield f"process_cpu_seconds_total {time.process_time():.3f}"
    yield "# HELP process_resident_memory_bytes Memory of this process."
    yield "# TYPE process_resident_memory_bytes gauge"
    yield f"process_resident_memory_bytes {_memory()}"
    yield "# HELP process_start_time_seconds When this process started."
    yield "# TYPE process_start_time_seconds gauge"
    yield f"process_start_time_seconds {STARTED:.3f}"


def readings() -> dict[str, dict[str, float]]:
    """Return memory and CPU time as numbers, for clients that do not read Prometheus' format.

    Example:
        ``{"process": {"memory_usage_mb": 61.3, "cpu_seconds": 0.9, "uptime_seconds": 12.5}}``
    """
    return {
        "process": {
            "memory_usage_mb": round(_memory() / 1024 / 1024, 3),
            "cpu_seconds": round(time.process_time(), 3),
            "uptime_seconds": round(time.time() - STARTED, 3),
        }
    }


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _memory() -> int:
    """Return the current memory, or the peak memory if the system does not report it."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except OSError:
        import resource  # noqa: PLC0415 - Windows has none, and does not start for it

        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return most if sys.platform == "darwin" else most * 1024
    return pages * os.sysconf("SC_PAGE_SIZE")
