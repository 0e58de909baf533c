#!/usr/bin/env python3
"""Sets up the pinned tools of this repository, and runs commands with them.

    python3 tools/toolchain.py setup
    python3 tools/toolchain.py run dev k6 -- pytest tests/wrapper
    python3 tools/toolchain.py which k6

Nothing is installed system-wide: see `cachedir.cache_roots`. Once everything is set up, it writes
nothing and needs no network.

It uses the standard library only, because it is the first thing to run on a fresh machine.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import debian
from cachedir import WINDOWS, CacheError, cache_roots, fill_once, find_complete, writable_root

REPOSITORY = Path(__file__).resolve().parent.parent
OLDEST_PYTHON = (3, 10)

# Variables that would redirect Python, Go or make inside the tools.
UNWANTED = frozenset(
    "GOARCH GOOS MAKEFLAGS MAKELEVEL MFLAGS PYTHONHOME PYTHONPATH __PYVENV_LAUNCHER__".split()
)


class ToolError(Exception):
    """A tool cannot be set up; the message is for the user."""


# --- kinds of tools -------------------------------------------------------------------------


@dataclass(frozen=True)
class Tool:
    """A tool to install. `name` identifies it on the command line and in the tests."""

    name: str

    def folder_name(self) -> str:
        """Return the folder name below the cache root; it depends on the version or content."""
        raise NotImplementedError

    def label(self) -> str:
        """Return the description shown during installation."""
        raise NotImplementedError

    def commands(self, folder: Path) -> Path:
        """Return the folder to add to PATH, given the installation folder."""
        raise NotImplementedError

    def install(self, folder: Path, environ: dict[str, str]) -> None:
        """Fill the empty `folder`. Raises ToolError."""
        raise NotImplementedError


@dataclass(frozen=True)
class GoTool(Tool):
    """A command compiled from source, which Go's checksum database verifies.

    `command` is the path of the package inside the module, empty for its root.
    """

    module: str
    version: str
    command: str = ""

    def folder_name(self) -> str:
        return f"{self.name}-{self.version}"

    def label(self) -> str:
        return f"{self.name} {self.version}"

    def commands(self, folder: Path) -> Path:
        return folder

    def install(self, folder: Path, environ: dict[str, str]) -> None:
        go = need("go", "Go 1.21 or later (https://go.dev/dl)", environ)
        # Not `go install`: it requests a list of all versions, which some module proxies lack.
        module = f"module tool\n\ngo 1.21\n\nrequire {self.module} {self.version}\n"
        (folder / "go.mod").write_text(module, encoding="utf-8")
        flags = ["-mod=mod", "-ldflags=-s -w", "-o", "."]
        call(
            [go, "build", *flags, f"{self.module}{self.command}"],
            folder,
            {**environ, "GOWORK": "off"},
        )


@dataclass(frozen=True)
class PythonSet(Tool):
    """A virtual environment made from one hash-locked requirements file."""

    lock: str

    def folder_name(self) -> str:
        # Include the interpreter: a virtual environment depends on the Python that created it.
        python = f"{os.path.realpath(sys.executable)} {sys.version}"
        return f"{self.name}-{short_hash(python.encode())}-{lock_hash(self.lock)}"

    def label(self) -> str:
        return f"the packages of {self.lock}"

    def commands(self, folder: Path) -> Path:
        return folder / ("Scripts" if WINDOWS else "bin")

    def install(self, folder: Path, environ: dict[str, str]) -> None:
        require_venv_module()
        call([sys.executable, "-m", "venv", str(folder)], folder, environ)
        python = self.commands(folder) / ("python.exe" if WINDOWS else "python")
        pip = [str(python), "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
        flags = ["--require-hashes", "--only-binary", ":all:", "-r", str(REPOSITORY / self.lock)]
        call([*pip, *flags], folder, environ)


@dataclass(frozen=True)
class NodeSet(Tool):
    """The packages of a package-lock.json, without running their install scripts."""

    lock: str

    def folder_name(self) -> str:
        return f"{self.name}-{lock_hash(self.lock)}"

    def label(self) -> str:
        return f"the packages of {self.lock}"

    def commands(self, folder: Path) -> Path:
        return folder / "node_modules" / ".bin"

    def install(self, folder: Path, environ: dict[str, str]) -> None:
        need("node", "Node.js 20.19 or later (https://nodejs.org)", environ)
        npm = need("npm", "npm (it comes with Node.js)", environ)
        lock = REPOSITORY / self.lock
        for source in (lock, lock.with_name("package.json")):
            shutil.copy(source, folder)
        flags = ["--ignore-scripts", "--engine-strict", "--no-audit", "--no-fund"]
        call([npm, "ci", *flags, "--loglevel=error"], folder, environ)


@dataclass(frozen=True)
class DebianSet(Tool):
    """Commands of unpacked Debian packages; on other systems, commands found on PATH.

    `packages` may be patterns (see `debian.unpack`). The system's release sets the versions.
    """

    packages: tuple[str, ...]
    programs: tuple[str, ...]

    def folder_name(self) -> str:
        return f"{self.name}-{short_hash(repr((self.packages, self.programs, release())).encode())}"

    def label(self) -> str:
        return f"the system's packages of {', '.join(self.packages)}"

    def commands(self, folder: Path) -> Path:
        return folder / "bin"

    def install(self, folder: Path, environ: dict[str, str]) -> None:
        if shutil.which("apt-get", path=environ.get("PATH")) is None:
            self._link(folder, environ)
            return
        try:
            debian.unpack(
                self.packages, self.programs, folder, lambda argv: call(argv, folder, environ)
            )
        except (OSError, LookupError) as error:
            raise ToolError(f"{error} (wanted: {self.label()})") from error

    def _link(self, folder: Path, environ: dict[str, str]) -> None:
        """Link the commands found on PATH; `which` reports missing ones when they are needed."""
        self.commands(folder).mkdir()
        for program in self.programs:
            found = shutil.which(program, path=environ.get("PATH"))
            if found is None:
                say(f"`{program}` was not found: install it with your package manager")
            else:
                (self.commands(folder) / program).symlink_to(found)


def release() -> str:
    """Return a text that identifies the release of the system."""
    try:
        return Path("/etc/os-release").read_text(encoding="utf-8")
    except OSError:
        return sys.platform


@dataclass(frozen=True)
class GoModule(Tool):
    """A command built from a Go module of this repository, whose `go.sum` pins its dependencies.

    `source` is its folder.
    """

    source: str
    command: str

    def folder_name(self) -> str:
        return f"{self.name}-{self.command}-{tree_hash(self.source)}"

    def label(self) -> str:
        return f"{self.name}, built from {self.source}"

    def commands(self, folder: Path) -> Path:
        return folder

    def install(self, folder: Path, environ: dict[str, str]) -> None:
        go = need("go", "Go 1.21 or later (https://go.dev/dl)", environ)
        target = folder / (self.command + (".exe" if WINDOWS else ""))
        flags = ["-mod=readonly", "-ldflags=-s -w", "-o", str(target)]
        call([go, "build", *flags, "."], REPOSITORY / self.source, {**environ, "GOWORK": "off"})


@dataclass(frozen=True)
class JavaServer(Tool):
    """A Java program of this repository: `Server.java`, `pom.xml` and the hashes of all jars.

    `source` is its folder; the command has the name of the tool.
    """

    source: str

    def folder_name(self) -> str:
        return f"{self.name}-{tree_hash(self.source)}"

    def label(self) -> str:
        return f"{self.name}, built from {self.source}"

    def commands(self, folder: Path) -> Path:
        return folder

    def install(self, folder: Path, environ: dict[str, str]) -> None:
        what = "a JDK and Maven (Debian, Ubuntu: apt install maven default-jdk-headless)"
        maven, compiler, java = (need(name, what, environ) for name in ("mvn", "javac", "java"))
        source, jars = REPOSITORY / self.source, folder / "jars"
        flags = ["-B", "-q", "-f", str(source / "pom.xml"), f"-DoutputDirectory={jars}"]
        call([maven, *flags, "dependency:copy-dependencies"], folder, environ)
        require_hashes(jars, source / "SHA256SUMS")
        path = f"{jars}{os.sep}*"
        call(
            [compiler, "-cp", path, "-d", str(folder), str(source / "Server.java")], folder, environ
        )
        starter = folder / self.name
        flags = ["-Xmx256m", "-XX:TieredStopAtLevel=1", "-cp", f"{path}{os.pathsep}{folder}"]
        line = " ".join(shlex.quote(word) for word in (java, *flags, "Server"))
        starter.write_text(f'#!/bin/sh\nexec {line} "$@"\n', encoding="utf-8")
        starter.chmod(0o755)


# The table of tools. The versions of Python and Node packages are in their lock files.
TOOLS: dict[str, Tool] = {
    tool.name: tool
    for tool in (
        PythonSet("demo", "requirements/demo.txt"),
        PythonSet("dev", "requirements/dev.txt"),
        PythonSet("kubernetes", "requirements/kubernetes.txt"),
        PythonSet("servers", "requirements/servers.txt"),
        PythonSet("hosts-python", "requirements/hosts.txt"),
        NodeSet("node", "package-lock.json"),
        NodeSet("hosts-node", "tests/hosts/tools/package-lock.json"),
        GoTool("k6", "go.k6.io/k6", "v1.8.1"),
        # The next major version: the suite supports both.
        GoTool("k6-v2", "go.k6.io/k6/v2", "v2.2.0"),
        GoTool("actionlint", "github.com/rhysd/actionlint", "v1.7.12", "/cmd/actionlint"),
        GoTool("kustomize", "sigs.k8s.io/kustomize/kustomize/v5", "v5.7.1"),
        # Reads compose files as Docker does; its command is called `cmd`.
        GoTool("compose-go", "github.com/compose-spec/compose-go/v2", "v2.16.2", "/cmd"),
        DebianSet(
            "system",
            (
                *("prometheus", "influxdb", "postgresql-[0-9]+", "postgresql-client-[0-9]+"),
                *("dash", "busybox"),
            ),
            (
                *("prometheus", "promtool", "influxd"),
                *("initdb", "pg_ctl", "postgres", "psql"),
                *("dash", "busybox"),
            ),
        ),
        # A set of its own, so that a change here does not fetch the databases again.
        DebianSet("nginx", ("nginx",), ("nginx",)),
        # k6 1.x with the database extensions, and a MongoDB server for it.
        GoModule("k6-databases", "tests/databases/k6", "k6"),
        JavaServer("mongo-server", "tests/databases/mongo-server"),
        JavaServer("spring-server", "tests/servers/apps/spring"),
    )
}


# --- finding --------------------------------------------------------------------------------


def find(name: str, environ: Mapping[str, str]) -> Path | None:
    """Return the folder of a completely installed tool, or None."""
    return find_complete(TOOLS[name].folder_name(), cache_roots(REPOSITORY, environ))


def which(name: str, command: str, environ: Mapping[str, str]) -> Path:
    """Return the path of a `command` of the installed tool `name`.

    Raises ToolError when it is not installed. Example: `which("dev", "ruff", os.environ)`.
    """
    folder = find(name, environ)
    if folder is None:
        raise ToolError(f"{TOOLS[name].label()}: not installed; run `make tools`")
    found = shutil.which(command, path=str(TOOLS[name].commands(folder)))
    if found is None:
        raise ToolError(f"`{command}` is missing in {folder}; remove that folder, run `make tools`")
    return Path(found)


# --- installing -----------------------------------------------------------------------------


def ensure(names: Sequence[str], environ: Mapping[str, str]) -> dict[str, Path]:
    """Install the missing tools of `names`; return the folder of each.

    Raises ToolError or CacheError with one line that says what to do.
    """
    return {name: find(name, environ) or install(TOOLS[name], environ) for name in names}


def install(tool: Tool, environ: Mapping[str, str]) -> Path:
    """Install one tool into the first usable cache root; return its folder."""
    root = writable_root(cache_roots(REPOSITORY, environ))
    folder = root / tool.folder_name()

    def fill(empty: Path) -> None:
        say(f"setting up {tool.label()}, once, in {root}")
        started = time.monotonic()
        tool.install(empty, installer_environment(root, environ))
        say(f"{tool.label()}: ready after {time.monotonic() - started:.0f} s")

    fill_once(folder, fill, lambda: say(f"another run is setting up {tool.label()}: waiting"))
    return folder


def installer_environment(root: Path, environ: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of installers.

    If HOME is missing or read-only, the caches of the installers go below `root`. HOME itself is
    kept, because it may contain the user's registry settings.
    """
    result = clean(environ)
    home = result.get("HOME") or result.get("USERPROFILE")
    if home and os.access(home, os.W_OK):
        return result
    downloads = root / "downloads"
    result.update(
        PIP_CACHE_DIR=str(downloads / "pip"),
        npm_config_cache=str(downloads / "npm"),
        GOPATH=str(downloads / "go"),
        GOCACHE=str(downloads / "go-build"),
        # Otherwise Go creates read-only folders, which a plain `rm -r` cannot remove.
        GOFLAGS=f"{result.get('GOFLAGS', '')} -modcacherw".strip(),
    )
    return result


def require_venv_module() -> None:
    """Raise ToolError if the system packages venv separately and it is not installed."""
    for module in ("venv", "ensurepip"):
        try:
            __import__(module)
        except ImportError:
            raise ToolError(
                f"{sys.executable} has no {module} module: install it "
                "(Debian, Ubuntu: apt install python3-venv)"
            ) from None


def need(command: str, what: str, environ: Mapping[str, str]) -> str:
    """Return the path of a command of this machine; raise ToolError naming what to install."""
    found = shutil.which(command, path=environ.get("PATH"))
    if found is None:
        raise ToolError(f"`{command}` was not found: install {what}")
    return found


def call(command: Sequence[str], cwd: Path, environ: Mapping[str, str]) -> str:
    """Run an installer quietly; return its output, or show it on failure.

    Raises ToolError when the exit code is not 0.
    """
    done = subprocess.run(
        command,
        cwd=cwd,
        env=dict(environ),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode != 0:
        sys.stderr.write(done.stdout)
        start = " ".join([Path(command[0]).name, *command[1:3]])
        raise ToolError(
            f"`{start} ...` failed with exit code {done.returncode} (see its output above); "
            "is the network up? Run the same command again to retry"
        )
    return done.stdout


def short_hash(data: bytes) -> str:
    """Return 12 hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()[:12]


def lock_hash(lock: str) -> str:
    """Return the hash of a lock file, the same for CRLF and LF checkouts."""
    return short_hash((REPOSITORY / lock).read_bytes().replace(b"\r\n", b"\n"))


def tree_hash(folder: str) -> str:
    """Return the hash of all files below a folder, the same for CRLF and LF checkouts."""
    content = hashlib.sha256()
    for path in sorted((REPOSITORY / folder).rglob("*")):
        if path.is_file():
            content.update(path.relative_to(REPOSITORY).as_posix().encode() + b"\0")
            content.update(path.read_bytes().replace(b"\r\n", b"\n") + b"\0")
    return short_hash(content.digest())


def require_hashes(folder: Path, sums: Path) -> None:
    """Raise ToolError unless `folder` holds exactly the files of `sums`, unchanged."""
    lines = [line.split() for line in sums.read_text(encoding="utf-8").splitlines()]
    wanted = {name: digest for digest, name in lines}
    found = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}
    for name in sorted(wanted.keys() | found.keys()):
        if wanted.get(name) != found.get(name):
            raise ToolError(f"{name}: does not match {sums.name}; it was not used")


# --- running --------------------------------------------------------------------------------


def clean(environ: Mapping[str, str]) -> dict[str, str]:
    """Return a copy of `environ` without the variables that redirect tools."""
    return {key: value for key, value in environ.items() if key not in UNWANTED}


def run_environment(folders: Mapping[str, Path], environ: Mapping[str, str]) -> dict[str, str]:
    """Return the environment in which the tools in `folders` come first on PATH."""
    result = clean(environ)
    paths = [str(TOOLS[name].commands(folder)) for name, folder in folders.items()]
    result["PATH"] = os.pathsep.join([*paths, result.get("PATH", os.defpath)])
    for name, folder in folders.items():
        if isinstance(TOOLS[name], PythonSet):
            result["VIRTUAL_ENV"] = str(folder)
            # Where the environment forbids bytecode, each process of a test run would compile all
            # tests anew.
            result.pop("PYTHONDONTWRITEBYTECODE", None)
            result["PYTHONPYCACHEPREFIX"] = str(folder.parent / "bytecode")
        elif isinstance(TOOLS[name], NodeSet):
            result["NODE_PATH"] = str(folder / "node_modules")
    return result


def run(names: Sequence[str], command: Sequence[str], environ: Mapping[str, str]) -> int:
    """Set up `names`, run `command` with them on PATH, return its exit code."""
    result = run_environment(ensure(names, environ), environ)
    program = need(command[0], "it, or name the tool that holds it before --", result)
    sys.stdout.flush()
    if not WINDOWS:
        # Replace this process, so that signals and exit codes are those of the command.
        os.execve(program, [program, *command[1:]], result)  # noqa: S606 - no shell wanted
    return subprocess.run([program, *command[1:]], env=result, check=False).returncode


def say(text: str) -> None:
    """Report progress on standard error; standard output belongs to the command."""
    print(f"[tools] {text}", file=sys.stderr, flush=True)


# --- command line ---------------------------------------------------------------------------


def parser() -> argparse.ArgumentParser:
    """Return the parser of everything before `--`."""
    result = argparse.ArgumentParser(
        prog="toolchain.py", description="Set up the pinned tools, and run commands with them."
    )
    verbs = result.add_subparsers(dest="verb", required=True)
    for verb, text in (
        ("setup", "install tools; all of them unless named"),
        ("which", "print where tools are installed"),
        ("run", "install tools, then run the command that follows --"),
    ):
        sub = verbs.add_parser(verb, help=text)
        sub.add_argument("tools", nargs="*", metavar="TOOL", help=", ".join(TOOLS))
    return result


def parse(argv: Sequence[str]) -> tuple[str, list[str], list[str]]:
    """Return the verb, the tool names and the command; exits with 2 on wrong usage."""
    split = argv.index("--") if "--" in argv else len(argv)
    command = list(argv[split + 1 :])
    arguments = parser().parse_args(argv[:split])
    for name in arguments.tools:
        if name not in TOOLS:
            parser().error(f"unknown tool {name!r}: expected {', '.join(TOOLS)}")
    if (arguments.verb == "run") != bool(command):
        parser().error("`run` needs a command after --, the other verbs accept none")
    return arguments.verb, arguments.tools, command


def dispatch(verb: str, names: Sequence[str], command: Sequence[str]) -> int:
    """Run one verb and return the exit code."""
    if verb == "run":
        return run(names, command, os.environ)
    if verb == "setup":
        ensure(names or list(TOOLS), os.environ)
        return 0
    for name in names or list(TOOLS):
        print(f"{name}: {find(name, os.environ) or 'not installed'}")
    return 0


def main(argv: Sequence[str]) -> int:
    """Run the command line; return the exit code."""
    if sys.version_info < OLDEST_PYTHON:
        have = ".".join(map(str, sys.version_info[:3]))
        say(f"ERROR: Python 3.10 or later is needed, this is {have}: make PYTHON=python3.12 ...")
        return 1
    try:
        return dispatch(*parse(argv))
    except (CacheError, ToolError) as error:
        say(f"ERROR: {error}")
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
