"""One reading of suite.env: by k6, by the wrapper, by ci.sh and by operator.sh."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.support.bakery import Bakery
from tests.support.layout import LOAD, SHELL
from tests.support.wrapper_project import BASH, Project

BOM = "\ufeff"
STAGING = "https://staging.example.com"

# What a file says, and what is read; None: it is refused.
FILES: Mapping[str, dict[str, str] | None] = {
    "": {},
    "\n \n\t\n# A=1\n  # A=1\n": {},
    "A=1": {"A": "1"},
    "A=1\n": {"A": "1"},
    "A=1\r\nB=2\r\n": {"A": "1", "B": "2"},
    f"{BOM}A=1\n": {"A": "1"},
    f"{BOM}# comment\nA=1\n": {"A": "1"},
    "A=1\nA=2\n": {"A": "2"},
    "A=1\nA=\n": {"A": ""},
    "A=": {"A": ""},
    "  A=1  ": {"A": "1"},
    "\tA=\t1\t": {"A": "1"},
    "export A=1": {"A": "1"},
    "export\tA=1": {"A": "1"},
    "export   A='1 2'": {"A": "1 2"},
    "  export A=1 # one": {"A": "1"},
    "export=1": {"export": "1"},
    "A=\"1 2\"\nB='1 2'": {"A": "1 2", "B": "1 2"},
    "A=\"\"\nB=''\nC=\"\nD='": {"A": "", "B": "", "C": '"', "D": "'"},
    "A=\"it's\"\nB='say \"x\"'": {"A": "it's", "B": 'say "x"'},
    "A=\"1'": {"A": "\"1'"},
    'A=" 1 "': {"A": " 1 "},
    "A=1 # one\nB=1\t# one\nC=1#one\nD=#one\nE= # one": {
        "A": "1", "B": "1", "C": "1#one", "D": "", "E": "",
    },
    "A=1 # one # more\nB=x # 'y'\nC='x # y'\nD=\"x\" # y": {
        "A": "1", "B": "x", "C": "x # y", "D": "x",
    },
    "A='x y' # 'z'\nB=\"a\"b\"\nC=\"a\"b # c\nD=\"x\"#y": {
        "A": "x y", "B": 'a"b', "C": '"a"b', "D": '"x"#y',
    },
    "A=a=b=c\nB==\nC=${A}\nD=$(id)\nE=`id`\nF=\\n": {
        "A": "a=b=c", "B": "=", "C": "${A}", "D": "$(id)", "E": "`id`", "F": "\\n",
    },
    "A=~/x\nB=*\nC=a;b\nD=%s": {"A": "~/x", "B": "*", "C": "a;b", "D": "%s"},
    "_a1=1\nlower=2": {"_a1": "1", "lower": "2"},
    f"A={STAGING}/x?y#z": {"A": f"{STAGING}/x?y#z"},
    "A=\u00e9 \u4e2d": {"A": "\u00e9 \u4e2d"},
    "nonsense": None,
    "A=1\nB": None,
    "1A=1": None,
    "A =1": None,
    "A-B=1": None,
    "=1": None,
    "exportA": None,
    "export export A=1": None,
    "set A=1": None,
}  # fmt: skip

IDS = [text.encode("unicode_escape").decode()[:40] or "empty" for text in FILES]


@pytest.fixture(scope="module")
def read_by_k6(k6_binary: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    """Every file as the suite's own JavaScript reads it, in one run of k6."""
    folder = tmp_path_factory.mktemp("lines")
    (folder / "files.json").write_text(json.dumps(list(FILES)), encoding="utf-8")
    script = folder / "read.js"
    script.write_text(
        f"import {{ parseEnvFile }} from '{(LOAD / 'engine/settings/reading.js').as_uri()}';\n"
        "const texts = JSON.parse(open('./files.json'));\n"
        "const read = (text) => {\n"
        "  try { return parseEnvFile(text, 'x'); } catch { return null; }\n"
        "};\n"
        "export const options = { iterations: 1 };\n"
        "export default function () {}\n"
        "export function handleSummary() {\n"
        "  return { stdout: JSON.stringify(texts.map(read)) };\n"
        "}\n",
        encoding="utf-8",
    )
    done = subprocess.run(
        [k6_binary, "run", "--quiet", "--no-usage-report", "--address=", script],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return dict(zip(FILES, json.loads(done.stdout), strict=True))


@pytest.mark.parametrize("text", FILES, ids=IDS)
def test_k6_and_the_shell_read_the_same(
    text: str, read_by_k6: dict[str, object], tmp_path: Path
) -> None:
    file = tmp_path / "suite.env"
    file.write_bytes(text.encode())
    program = (
        'set -euo pipefail; LC_ALL=C; . "$1"; parse_settings "$2" || exit 9\n'
        "for ((i = 0; i < ${#parsed_names[@]}; i++)); do\n"
        '  printf "%s\\0%s\\0" "${parsed_names[i]}" "${parsed_values[i]}"\ndone'
    )
    done = subprocess.run(
        [BASH, "-c", program, "bash", SHELL / "settings-file.sh", file],
        capture_output=True, check=False, timeout=20,
    )  # fmt: skip
    words = done.stdout.decode().split("\0")
    found = None if done.returncode == 9 else dict(zip(words[:-1:2], words[1::2], strict=True))
    assert done.stderr == b""
    assert found == FILES[text] == read_by_k6[text]


ADDRESSES = {
    f"BASE_URL={STAGING}\n": STAGING,
    f"export BASE_URL={STAGING}\n": STAGING,
    f"export\tBASE_URL='{STAGING}'\n": STAGING,
    f'BASE_URL="{STAGING}"\r\n': STAGING,
    f"export BASE_URL='{STAGING}' # where it runs\n": STAGING,
    f"{BOM}BASE_URL={STAGING} # where it runs\n": STAGING,
    f"  BASE_URL={STAGING}\t#\nALLOWED_HOSTS=": STAGING,
    f"BASE_URL=http://other.example.com\nBASE_URL={STAGING}": STAGING,
    f"# BASE_URL={STAGING}\n": "",
    f"BASE_URL {STAGING}\n": None,
}


@pytest.mark.parametrize("text", ADDRESSES, ids=lambda text: text.encode("unicode_escape").decode())
def test_the_wrapper_ci_and_operator_read_the_same(
    text: str, baked: Bakery, tmp_path: Path, k6_binary: Path
) -> None:
    project = baked.copy(ci="github", include_kubernetes=True)
    load = project / "tests" / "load"
    (load / "suite.env").write_bytes(text.encode())
    environment = {
        "PATH": f"{k6_binary.parent}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(tmp_path),
    }

    def call(script: str, *words: str, **settings: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [BASH, str(project / script), *words], env={**environment, **settings},
            capture_output=True, text=True, check=False, timeout=60,
        )  # fmt: skip

    allowed = {"ALLOWED_HOSTS": "staging.example.com"}
    shown = call("scripts/load-test.sh", "--dry-run", **allowed)
    plan = call("tests/load/ci/ci.sh", "plan", PROFILE="smoke")
    made = call("tests/load/kubernetes/operator.sh", "make", RUN_ID="one", VUS="4", **allowed)
    expected = ADDRESSES[text]
    if expected is None:
        for done in (shown, plan, made):
            assert done.returncode == 1, done
            assert "tests/load/suite.env:1: expected KEY=value" in done.stderr
        return
    assert f"--env BASE_URL={expected or 'http://localhost:8000'} " in shown.stdout, shown.stderr
    assert f"\ntarget={expected}\n" in plan.stdout, plan.stderr
    assert plan.stdout.startswith(f"run={'true' if expected else 'false'}\n")
    if expected:
        assert made.returncode == 0, made.stderr
        manifest = (load / "results" / "one-kubernetes" / "run.yaml").read_text(encoding="utf-8")
        assert f"- name: BASE_URL\n        value: '{expected}'\n" in manifest
    else:
        assert made.returncode == 1
        assert "BASE_URL is not set" in made.stderr


def test_the_fake_suite_of_these_tests_has_the_reader(project: Project) -> None:
    project.write("tests/load/suite.env", "export BASE_URL='http://127.0.0.1:8123' # here\n")
    assert project.run().passed().call.vars["BASE_URL"] == "http://127.0.0.1:8123"
