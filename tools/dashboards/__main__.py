"""Write the dashboards, or check that they are up to date."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from . import databases, pipelines, results, tiers, websocket
from .layout import dashboard
from .queries import STORES, Row, Store

FOLDER = (
    Path(__file__)
    .resolve()
    .parent.parent.parent.joinpath(
        "{{cookiecutter.project_slug}}/.cookiecutter-k6/files/tests/load/grafana/dashboards"
    )
)


class Dashboard(NamedTuple):
    """One dashboard: its file is `NAME-STORE.json`."""

    name: str
    uid: str
    title: str
    rows: tuple[Row, ...]


# The first dashboard is for all tests, each other one for an option.
DASHBOARDS = (
    Dashboard("k6", "k6-results", "Load test results", results.ROWS),
    Dashboard("k6-tiers", "k6-tiers", "Load test results: tiers", tiers.ROWS),
    Dashboard("k6-database", "k6-database", "Load test results: databases", databases.ROWS),
    Dashboard("k6-cdc", "k6-cdc", "Load test results: change data capture", pipelines.ROWS),
    Dashboard("k6-websocket", "k6-websocket", "Load test results: WebSocket", websocket.ROWS),
)


def content(what: Dashboard, store: Store) -> dict[str, Any]:
    """Return a dashboard for a store.

    The uid of the first one for InfluxDB depends on the answers, because it must be unique in a
    Grafana with both stores.
    """
    if store == "prometheus":
        return dashboard(what.uid, what.title, what.rows, store)
    uid = "@@influxdb_dashboard@@" if what.name == "k6" else f"{what.uid}-influxdb"
    return dashboard(uid, f"{what.title} (InfluxDB)", what.rows, store)


def main(arguments: Sequence[str]) -> int:
    """Write the files that are out of date, or report them; return the exit code.

    Only the content counts: prettier formats the files afterwards.
    """
    files = {
        FOLDER / f"{what.name}-{store}.json": content(what, store)
        for what in DASHBOARDS
        for store in STORES
    }
    behind = {
        path: wanted
        for path, wanted in files.items()
        if not path.is_file() or json.loads(path.read_text(encoding="utf-8")) != wanted
    }
    for path, wanted in behind.items():
        if "--check" in arguments:
            print(f"{path.name} differs from its definition in tools/dashboards: run `make format`")
        else:
            text = json.dumps(wanted, indent=2, ensure_ascii=False)
            path.write_text(f"{text}\n", encoding="utf-8")
    return 1 if behind and "--check" in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
