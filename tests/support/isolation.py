"""Isolates the tests from the settings of the person who runs them."""

from __future__ import annotations

import os
import re
import shutil
import signal
import tempfile
from collections.abc import MutableMapping
from pathlib import Path

from tests.support.layout import LOAD

# Settings of the suite or the wrapper that suite.env need not list.
SUITE_VARIABLES = frozenset(
    """
    ALLOW_HEAVY ALLOW_REMOTE ALLOW_WRITES ALLOWED_HOSTS API_KEY API_PREFIX AUTH_MODE BACKEND_PORT
    BASE_URL CONFIRM_TARGET DATABASE_URL DURATION ENVIRONMENT GIT_COMMIT HEALTH_PATHS
    HEALTH_STATUS_WORDS INSECURE_SKIP_TLS_VERIFY LOGIN_PATH MAX_REMOTE_DURATION
    MAX_REMOTE_RATE MAX_REMOTE_VUS ME_PATH OPENAPI_PATH OPENAPI_SPEC PROFILE PROFILE_SET
    PROJECT_NAME PROJECT_SLUG REFRESH_PATH
    REQUEST_TIMEOUT
    RESOURCE_PATH RESULTS_DIR ROOT_PATH RUN_ID RUN_K6_VERSION SLO START_COMMAND START_DIR
    GENERATOR_LIMITS KEEP_RUNS
    START_TIMEOUT TEST_USER_EMAIL TEST_USER_PASSWORD THINK_TIME THRESHOLDS TIME_SCALE VUS
    WAIT_TIMEOUT
    """.split()
)
# Settings of programs that the tests start. A proxy would intercept requests to 127.0.0.1.
PROGRAM_VARIABLES = frozenset(
    """
    ALL_PROXY BASH_ENV CDPATH CI COOKIECUTTER_CONFIG ENV FORCE_COLOR GITHUB_ACTIONS GREP_OPTIONS
    HTTPS_PROXY HTTP_PROXY MAKEFLAGS MAKELEVEL MFLAGS NODE_OPTIONS NO_COLOR NO_PROXY POSIXLY_CORRECT
    PYTHONPATH SHELLOPTS XDG_CACHE_HOME XDG_CONFIG_HOME XDG_DATA_HOME all_proxy http_proxy
    https_proxy no_proxy
    """.split()
)
# GIT_DIR and its like are set when tests run from a git hook.
PREFIXES = ("K6_", "GIT_", "SERVICE_", "COOKIECUTTER_REPLAY")

MEMORY = "/dev/shm"
ROOM = 6 * 1024**3

RARE_COLLECTION = {"GOGC": "off", "GOMEMLIMIT": "400MiB"}
USUAL_COLLECTION = {"GOGC": "100", "GOMEMLIMIT": "off"}
"""How often programs written in Go collect garbage; as usual in runs whose memory counts."""

GIT_CONFIG = """\
[user]
\tname = Test
\temail = test@example.com
[init]
\tdefaultBranch = main
[safe]
\tdirectory = *
[core]
\tautocrlf = false
[commit]
\tgpgsign = false
[protocol "file"]
\tallow = always
"""


def temporary_root() -> str:
    """Return the folder of temporary files: in memory if there is room for them.

    The tests make hundreds of thousands of small files. Some disks need a millisecond for each.
    """
    usual = tempfile.gettempdir()
    if "TMPDIR" in os.environ or not os.access(MEMORY, os.W_OK | os.X_OK):
        return usual
    runs_programs = not os.statvfs(MEMORY).f_flag & os.ST_NOEXEC
    return MEMORY if runs_programs and shutil.disk_usage(MEMORY).free > ROOM else usual


def heed_signals() -> None:
    """Restore the default signal handlers.

    `nohup` and background jobs start processes that ignore signals, and a shell cannot trap those.
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for name in ("SIGHUP", "SIGQUIT"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_DFL)


def suite_env_keys() -> set[str]:
    """Return every key in suite.env, including those in comments."""
    path = LOAD / "suite.env"
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    return set(re.findall(r"^#?\s*([A-Z][A-Z0-9_]+)=", text, flags=re.MULTILINE))


def isolate(environ: MutableMapping[str, str], home: Path) -> None:
    """Remove inherited settings from `environ`; set an empty home and a plain git configuration.

    Temporary files go below `home` too, because cookiecutter never deletes its copies of the hooks.
    k6 runs for seconds here, in little memory: it collects no garbage until there is much of it,
    which takes a quarter of its processor time away.
    """
    unwanted = SUITE_VARIABLES | PROGRAM_VARIABLES | suite_env_keys()
    for name in list(environ):
        if name in unwanted or name.startswith(PREFIXES):
            del environ[name]
    git_config = home / "gitconfig"
    git_config.write_text(GIT_CONFIG, encoding="utf-8")
    temporary = home / "tmp"
    temporary.mkdir()
    environ.update(
        HOME=str(home),
        TMPDIR=str(temporary),
        GIT_CONFIG_GLOBAL=str(git_config),
        GIT_CONFIG_NOSYSTEM="1",
        GIT_TERMINAL_PROMPT="0",
        **RARE_COLLECTION,
        K6_NO_USAGE_REPORT="true",
        LC_ALL=environ.get("LC_ALL", "C.UTF-8" if os.name != "nt" else ""),
    )
