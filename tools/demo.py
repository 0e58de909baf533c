"""The demo: generates a project, starts the reference service, and runs a real smoke test.

`make demo` runs this with the packages of requirements/demo.txt. The exit code is 0 if the smoke
test passed, else the exit code of scripts/load-test.sh (99: a threshold was crossed).

All settings of the suite work: `DURATION=10s make demo`. `DEMO_DIR` is an existing folder to
generate into; by default every run uses a new temporary folder, which is kept.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import cachedir
import toolchain

REPOSITORY = toolchain.REPOSITORY
SERVICE = REPOSITORY / "examples" / "service"
PROJECT_NAME = "Demo Service"
# Settings that would redirect the demo away from its own project and service.
FOREIGN_SETTINGS = frozenset(
    "API_PREFIX AUTH_MODE BACKEND_PORT BASE_URL HEALTH_PATHS HEALTH_STATUS_WORDS OPENAPI_PATH "
    "PROFILE_SET RESULTS_DIR ROOT_PATH RUN_ID START_COMMAND".split()
)


class DemoError(Exception):
    """The demo cannot continue; the message is for the user."""


def heading(number: int, text: str) -> None:
    """Print the title of a step."""
    bold, plain = ("\033[1m", "\033[0m") if sys.stdout.isatty() else ("", "")
    print(f"\n{bold}{number}. {text}{plain}", flush=True)


def detail(text: str) -> None:
    """Print a line below a title."""
    print(f"   {text}", flush=True)


# --- k6 -------------------------------------------------------------------------------------


def k6_for_demo(environ: Mapping[str, str]) -> Path:
    """Return the k6 to run: `$K6_BIN`, else a 1.x or 2.x on PATH, else the pinned one.

    Raises DemoError if K6_BIN is not a supported k6, ToolError if k6 cannot be built.
    """
    chosen = environ.get("K6_BIN")
    if chosen:
        if not is_supported_k6(chosen):
            raise DemoError(f"K6_BIN={chosen} is not k6 1.x or 2.x: correct it, or unset K6_BIN")
        return Path(shutil.which(chosen) or chosen)
    found = shutil.which("k6", path=environ.get("PATH"))
    if found and is_supported_k6(found):
        return Path(found)
    return toolchain.ensure(["k6"], environ)["k6"] / ("k6.exe" if cachedir.WINDOWS else "k6")


def is_supported_k6(path: str) -> bool:
    """Tell whether `path version` reports k6 1.x or 2.x."""
    try:
        done = subprocess.run(
            [path, "version"], capture_output=True, text=True, timeout=20, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0 and re.match(r"k6(\.exe)? v[12]\.", done.stdout) is not None


# --- steps ----------------------------------------------------------------------------------


def generate(folder: Path, port: int) -> Path:
    """Generate the demo project below `folder` with the real command, and return its folder.

    Raises DemoError with the output of cookiecutter.
    """
    answers = [f"project_name={PROJECT_NAME}", f"backend_port={port}"]
    command = ["cookiecutter", str(REPOSITORY), "--no-input", "--output-dir", str(folder)]
    command += answers
    detail(f"$ {shlex.join(['cookiecutter', '.', '--no-input', *answers])}")
    # A separate HOME, because the user's cookiecutter configuration must not change the demo, and a
    # separate TMPDIR, because cookiecutter never deletes its copies of the hooks.
    with tempfile.TemporaryDirectory(prefix="cookiecutter-k6-home-") as home:
        environ = {**os.environ, "HOME": home, "USERPROFILE": home, "TMPDIR": home, "TEMP": home}
        environ.pop("COOKIECUTTER_CONFIG", None)
        done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise DemoError(f"cookiecutter failed:\n{done.stdout}{done.stderr}")
    scripts = list(folder.glob("*/scripts/load-test.sh"))
    if not scripts:
        raise DemoError(f"no scripts/load-test.sh was generated in {folder}:\n{done.stdout}")
    return max(scripts, key=lambda path: path.stat().st_mtime).parent.parent


def smoke(project: Path, k6: Path) -> int:
    """Run the generated smoke test, streaming its output; return its exit code."""
    detail("$ ./scripts/load-test.sh smoke\n")
    environ = {
        name: value
        for name, value in os.environ.items()
        if name not in FOREIGN_SETTINGS and not name.startswith("K6_")
    }
    environ["K6_BIN"] = str(k6)
    process = subprocess.Popen(["bash", "scripts/load-test.sh", "smoke"], cwd=project, env=environ)
    return wait(process)


def wait(process: subprocess.Popen[bytes]) -> int:
    """Wait for the test. Ctrl-C reaches it directly, and SIGTERM is forwarded."""
    before = {
        signal.SIGINT: signal.signal(signal.SIGINT, signal.SIG_IGN),
        signal.SIGTERM: signal.signal(signal.SIGTERM, lambda *_: process.terminate()),
    }
    try:
        return process.wait()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def newest_summary(project: Path) -> Path | None:
    """Return the summary written by the run, or None."""
    results = project / "tests" / "load" / "results"
    found = [path for path in results.glob("*/summary.json") if not path.parent.is_symlink()]
    return max(found, key=lambda path: path.stat().st_mtime, default=None)


def report(code: int, project: Path, port: int, seconds: float) -> None:
    """Print the verdict, the path of the summary, and the next steps."""
    verdict = "PASSED" if code == 0 else "FAILED"
    colour = "32" if code == 0 else "31"
    on, off = (f"\033[1;{colour}m", "\033[0m") if sys.stdout.isatty() else ("", "")
    print(f"\n{on}{verdict}{off} in {seconds:.0f} s (exit code {code})")
    summary = newest_summary(project)
    print(f"  summary   {summary or 'none was written'}")
    print(f"  project   {project}")
    print(f"  service   stopped; to start it again: make service PORT={port}")


def demo(folder: Path) -> int:
    """Run all steps in `folder`; return the exit code of the smoke test."""
    sys.path.insert(0, str(SERVICE))
    from service.testing import running_service  # noqa: PLC0415 - needs the path above

    print("cookiecutter-k6 demo: from answers to a verdict")
    k6 = k6_for_demo(os.environ)
    heading(1, "The service under test")
    with running_service(forked=False) as service:
        detail(f"the reference service listens on {service.url}")
        heading(2, "Generate a project")
        project = generate(folder, service.port)
        files = sum(1 for path in project.rglob("*") if path.is_file())
        detail(f"{files} files in {project}")
        heading(3, f"Run its smoke test with {k6}")
        started = time.monotonic()
        code = smoke(project, k6)
        report(code, project, service.port, time.monotonic() - started)
    return code


def stop(*_: object) -> None:
    """Exit normally, so that the service is stopped."""
    raise SystemExit(128 + signal.SIGTERM)


def main(arguments: Sequence[str]) -> int:
    """Run the demo; return the exit code."""
    if arguments:
        print("usage: python tools/demo.py (set options in the environment)", file=sys.stderr)
        return 2
    signal.signal(signal.SIGTERM, stop)
    folder = Path(os.environ.get("DEMO_DIR") or tempfile.mkdtemp(prefix="cookiecutter-k6-demo-"))
    try:
        return demo(folder)
    except (DemoError, toolchain.ToolError, cachedir.CacheError, RuntimeError) as error:
        print(f"ERROR: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    finally:
        with suppress(OSError):
            folder.rmdir()  # succeeds only if nothing was generated


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
