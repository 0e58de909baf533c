"""Copies of the repository, in which a file is changed and tests run."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import cachedir

from benchmarks.mutation.covering import Covering
from benchmarks.mutation.operators import Mutant
from benchmarks.mutation.recording import FILES, TO

PYTEST = (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--no-header", "--tb=no")

NO_TESTS = 5
"""Exit code of pytest if the arguments select no test."""

SPREAD = ("-n", "2", "--dist", "loadgroup")
"""How the tests of a stage run; those of one line are few, and run in one process."""


class Copy:
    """A copy of the repository.

    Args:
        repository: what is copied: all files but the ignored ones.
        root: folder of the copy; it must not exist.
        limit: seconds for the tests of one stage.
        green: whether the tests of a stage pass without a change; shared by copies.
    """

    def __init__(self, repository: Path, root: Path, limit: float, green: dict[str, bool]) -> None:
        self.repository = repository
        self.root = root
        self.limit = limit
        self.green = green
        listed = ["git", "-C", str(repository), "ls-files", "-co", "--exclude-standard", "-z"]
        names = subprocess.run(listed, check=True, capture_output=True, text=True).stdout
        for name in filter(None, names.split("\0")):
            if (repository / name).is_file():
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(repository / name, root / name)
        # Some tests ask git for the files of the repository.
        for words in ("init -q", "add -A"):
            subprocess.run(["git", "-C", str(root), *words.split()], check=True)

    @contextmanager
    def having(self, mutant: Mutant) -> Iterator[None]:
        """Change a file for a while."""
        path = self.root / mutant.path.relative_to(self.repository)
        path.write_text(mutant.changed, encoding="utf-8")
        shutil.rmtree(path.parent / "__pycache__", ignore_errors=True)
        try:
            yield
        finally:
            path.write_text(mutant.text, encoding="utf-8")

    def test(
        self, words: Sequence[str], *how: str, environ: Mapping[str, str] | None = None
    ) -> tuple[int, str]:
        """Run tests up to the first failure; return exit code and output, 1 after a timeout.

        Args:
            words: arguments of pytest.
            how: further ones; default: in two processes.
            environ: further variables.
        """
        process = subprocess.Popen(
            [*PYTEST, *(how or SPREAD), "--maxfail=1", *words],
            cwd=self.root,
            env={
                **os.environ,
                "PYTHONDONTWRITEBYTECODE": "1",
                cachedir.CACHE_VARIABLE: str(cachedir.cache_roots(self.repository, os.environ)[0]),
                **(environ or {}),
            },
            text=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            out, _ = process.communicate(timeout=self.limit)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            return 1, process.communicate()[0] + "\ntimeout"
        return process.returncode, out

    def is_green(self, arguments: str) -> bool:
        """Tell whether tests pass without a change; those that do not are left out."""
        if arguments not in self.green:
            code, out = self.test(words_of(arguments))
            self.green[arguments] = code in {0, NO_TESTS}
            if not self.green[arguments]:
                print(f"  left out, they fail without any change: {arguments}\n{out}", flush=True)
        return self.green[arguments]

    def record(self, arguments: str, watched: Sequence[Path], folder: Path) -> Covering:
        """Run tests once, and note which lines of Python each of them runs.

        Args:
            arguments: of pytest.
            watched: folders of the repository, whose files count.
            folder: for the notes; empty.
        """
        places = [str(self.root / path.relative_to(self.repository)) for path in watched]
        environ = {FILES: os.pathsep.join(places), TO: str(folder)}
        plugin = ("-p", "benchmarks.mutation.recording", "--maxfail=1000")
        code, out = self.test([*words_of(arguments), *plugin], environ=environ)
        if code != 0:
            print(f"  not all tests pass without any change:\n{out}", flush=True)
        return Covering.read(folder, self.root)


def words_of(stage: str) -> list[str]:
    """Return the arguments of pytest for a stage; `+` stands for a blank in an argument."""
    return [word.replace("+", " ") for word in stage.split()]
