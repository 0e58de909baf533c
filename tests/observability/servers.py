"""What receives the figures in these tests: a real Prometheus and a real InfluxDB.

Telegraf would take minutes to build; what stands in for it reads its configuration.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from service.testing import free_port

CONFIG = """\
global:
  scrape_interval: 1s
scrape_configs:
  - job_name: service
    metrics_path: /_metrics
    static_configs:
      - targets: ['{service}']
"""


@dataclass
class Prometheus:
    """A running Prometheus that accepts remote writes."""

    url: str

    @property
    def output(self) -> str:
        """What `--out` takes."""
        return f"prometheus={self.url}/api/v1/write"

    def ask(self, path: str, **parameters: object) -> Any:
        """Return the data of an answer of its API.

        Raises ValueError with Prometheus's own words when it refuses the query.
        """
        query = urllib.parse.urlencode(parameters, doseq=True)
        try:
            with urllib.request.urlopen(f"{self.url}/api/v1/{path}?{query}", timeout=30) as answer:
                return json.load(answer)["data"]
        except urllib.error.HTTPError as error:
            raise ValueError(error.read().decode()) from error

    def series(self, query: str, start: float, end: float) -> list[dict[str, Any]]:
        """Return the series of a query between two times."""
        data = self.ask("query_range", query=query, start=start, end=end, step=1)
        return list(data["result"])


@contextmanager
def running_prometheus(binary: Path, folder: Path, service: str) -> Iterator[Prometheus]:
    """Start a Prometheus that also scrapes the service at `host:port`; stop it at the end."""
    config = folder / "prometheus.yml"
    config.write_text(CONFIG.format(service=service), encoding="utf-8")
    port = free_port()
    with (folder / "prometheus.log").open("wb") as log:
        process = subprocess.Popen(
            [
                str(binary),
                f"--config.file={config}",
                f"--storage.tsdb.path={folder / 'data'}",
                f"--web.listen-address=127.0.0.1:{port}",
                "--web.enable-remote-write-receiver",
                "--enable-feature=native-histograms",
            ],
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        wait_until_ready(f"http://127.0.0.1:{port}/-/ready", process, folder / "prometheus.log")
        yield Prometheus(f"http://127.0.0.1:{port}")
    finally:
        process.terminate()
        process.wait(30)


def wait_until_ready(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except OSError:
            words = log.read_text("utf-8", "replace")[-2000:]
            assert process.poll() is None, f"{log.stem} ended: {words}"
            assert time.monotonic() < deadline, f"{log.stem} is not ready: {words}"
            time.sleep(0.1)


INFLUXDB_CONFIG = """\
reporting-disabled = true
bind-address = "127.0.0.1:{rpc}"
[meta]
  dir = "{folder}/meta"
[data]
  dir = "{folder}/data"
  wal-dir = "{folder}/wal"
  query-log-enabled = false
[monitor]
  store-enabled = false
[http]
  bind-address = "127.0.0.1:{port}"
  log-enabled = false
"""


@dataclass
class Influxdb:
    """A running InfluxDB 1."""

    url: str

    @property
    def output(self) -> str:
        """What `--out` takes."""
        return f"influxdb={self.url}/k6"

    def series(self, query: str) -> list[dict[str, Any]]:
        """Return the series of an InfluxQL query: name, tags, columns, values.

        Raises ValueError with InfluxDB's own words when it refuses the query.
        """
        parameters = urllib.parse.urlencode({"db": "k6", "q": query})
        try:
            with urllib.request.urlopen(f"{self.url}/query?{parameters}", timeout=30) as answer:
                (result,) = json.load(answer)["results"]
        except urllib.error.HTTPError as error:
            raise ValueError(error.read().decode()) from error
        if "error" in result:
            raise ValueError(f"{result['error']}: {query}")
        return list(result.get("series", []))


@contextmanager
def running_influxdb(binary: Path, folder: Path) -> Iterator[Influxdb]:
    """Start an empty InfluxDB in a folder of its own; stop it at the end."""
    config = folder / "influxdb.conf"
    port = free_port()
    text = INFLUXDB_CONFIG.format(folder=folder, port=port, rpc=free_port())
    config.write_text(text, encoding="utf-8")
    with (folder / "influxdb.log").open("wb") as log:
        process = subprocess.Popen(
            [str(binary), "run", "-config", str(config)], stdout=log, stderr=subprocess.STDOUT
        )
    try:
        url = f"http://127.0.0.1:{port}"
        wait_until_ready(f"{url}/ping", process, folder / "influxdb.log")
        yield Influxdb(url)
    finally:
        process.terminate()
        process.wait(30)


@contextmanager
def copying(config: Path, metrics: str, influxdb: Influxdb) -> Iterator[None]:
    """Copy a service's metrics to InfluxDB twice a second, as Telegraf does with a configuration.

    Args:
        config: telegraf.conf, of which the names of fields and tags and the database are taken.
        metrics: URL, in the format of Prometheus.
        influxdb: the store.
    """
    toml = import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")
    settings = toml.loads(config.read_text(encoding="utf-8"))
    (source,) = settings["inputs"]["prometheus"]
    (target,) = settings["outputs"]["influxdb"]
    assert source["metric_version"] == 2
    database = urllib.parse.urlencode({"db": target["database"]})
    ended = threading.Event()

    def once() -> None:
        with urllib.request.urlopen(metrics, timeout=30) as answer:
            lines = answer.read().decode()
        found = re.findall(r"^(\w+) (\S+)$", lines, re.MULTILINE)
        fields = ",".join(f"{name}={one}" for name, one in found if name in source["fieldinclude"])
        point = f"prometheus,{source['url_tag']}={metrics} {fields}".encode()
        urllib.request.urlopen(f"{influxdb.url}/write?{database}", point, timeout=30).close()

    def all_the_time() -> None:
        while not ended.wait(0.5):
            once()

    made = urllib.parse.urlencode({"q": f'CREATE DATABASE "{target["database"]}"'}).encode()
    urllib.request.urlopen(f"{influxdb.url}/query", made, timeout=30).close()
    once()
    thread = threading.Thread(target=all_the_time)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
