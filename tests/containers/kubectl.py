#!/usr/bin/env python3
"""A kubectl with a k6-operator behind it: what is applied runs here, as the operator would run it.

STANDIN holds `records` (a folder), `kustomize` and `k6` (programs), `stage` (how the run ends).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import yaml

STANDIN = json.loads(os.environ["STANDIN"])
RECORDS = Path(STANDIN["records"])


def apply(folder: str) -> None:
    """Build the manifests with the real kustomize, and run what they say."""
    built = subprocess.run(
        [STANDIN["kustomize"], "build", folder], check=True, capture_output=True, text=True
    ).stdout
    (RECORDS / "built.yaml").write_text(built, encoding="utf-8")
    if STANDIN["stage"] != "finished":
        return
    documents = {document["kind"]: document for document in yaml.safe_load_all(built)}
    run = documents["TestRun"]["spec"]
    archive = RECORDS / run["script"]["configMap"]["file"]
    archive.write_text(documents["ConfigMap"]["data"][archive.name], encoding="utf-8")
    with ThreadPoolExecutor(run["parallelism"]) as pool:
        list(pool.map(lambda index: runner(run, archive, index), range(run["parallelism"])))


def runner(run: dict[str, Any], archive: Path, index: int) -> None:
    """Run one share as the operator does, with nothing but the manifest's environment."""
    parts = run["parallelism"]
    ends = ["0", *(f"{i}/{parts}" for i in range(1, parts)), "1"]
    flags = [
        *("run", "--quiet", "--address=", "--tag", f"instance_id={index + 1}"),
        f"--execution-segment={ends[index]}:{ends[index + 1]}",
        f"--execution-segment-sequence={','.join(ends)}",
    ]
    done = subprocess.run(
        [STANDIN["k6"], *flags, *run["arguments"].split(), str(archive)],
        env={
            "PATH": "/usr/bin:/bin",
            **{row["name"]: row["value"] for row in run["runner"]["env"]},
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    (RECORDS / f"runner-{index}.log").write_bytes(done.stdout)


def main(words: list[str]) -> int:
    """Do what the words say; note them."""
    with (RECORDS / "calls.txt").open("a", encoding="utf-8") as calls:
        calls.write(f"{words[0]}\n")
    if words[0] == "apply":
        assert "--server-side" in words
        apply(words[words.index("--kustomize") + 1])
    elif words[0] == "get":
        sys.stdout.write(STANDIN["stage"])
    elif words[0] == "logs":
        for path in sorted(RECORDS.glob("runner-*.log")):
            sys.stdout.buffer.write(path.read_bytes())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
