"""Carries out a plan so that the project is either unchanged or complete, whatever happens.

1. Everything is written to the staging folder first, and new folders are made. If the disk is full
   or a folder is not writable, this fails before anything has changed.
2. The manifest is replaced by one that also records the pending steps. If the run is killed from
   now on, the next run completes it, even with a newer template.
3. Each file is put in place by one atomic rename.
4. The final manifest is put in place.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial

from . import manifest
from .steps import Action, Plan
from .tree import look, with_line_endings_of


class Refusal(Exception):
    """Nothing was changed; the text says why."""


class Disk:
    """All calls that change the project. Tests replace it with one that fails or dies."""

    def make_folder(self, path: str) -> None:
        """Create one folder."""
        os.mkdir(path)

    def write(self, path: str, content: bytes, mode: int | None, executable: bool) -> None:
        """Write a new file. mode: exact permission bits, or None for those of a new file."""
        bits = 0o777 if executable else 0o666
        with open(path, "xb", opener=lambda name, flags: os.open(name, flags, bits)) as file:
            file.write(content)
        if mode is not None:
            os.chmod(path, mode)

    def replace(self, source: str, target: str) -> None:
        """Put a file in its place, atomically."""
        os.replace(source, target)

    def remove(self, path: str) -> None:
        """Remove a file."""
        os.unlink(path)

    def remove_folder(self, path: str) -> None:
        """Remove an empty folder."""
        os.rmdir(path)

    def set_mode(self, path: str, mode: int) -> None:
        """Set permission bits."""
        os.chmod(path, mode)


class Workplace:
    """The project, and a scratch folder on the same disk where contents are prepared."""

    def __init__(self, root: str, scratch: str, disk: Disk) -> None:
        self.root = root
        self._scratch = scratch
        self._disk = disk
        self._count = 0
        self._made: list[str] = []

    def full(self, path: str) -> str:
        """Return the absolute form of a path of the project."""
        return os.path.join(self.root, *path.split("/"))

    def prepare(self, action: Action) -> str:
        """Write the content of a step to the scratch folder; return its path."""
        self._count += 1
        ready = os.path.join(self._scratch, f"ready-{self._count}")
        self._disk.write(ready, action.content or b"", action.mode, action.executable)
        self._keep_owner(ready, self.full(action.path))
        return ready

    def place(self, ready: str, path: str) -> None:
        """Move a prepared file to its place, creating parent folders."""
        self.make_parents(path)
        target = self.full(path)
        try:
            self._disk.replace(ready, target)
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
            self._place_across_disks(ready, target)

    def remove(self, path: str) -> None:
        """Remove a file, and the folders below tests/load that it leaves empty."""
        self._disk.remove(self.full(path))
        parent = path.rpartition("/")[0]
        while parent.startswith("tests/load/") and not os.listdir(self.full(parent)):
            self._disk.remove_folder(self.full(parent))
            parent = parent.rpartition("/")[0]

    def set_mode(self, path: str, mode: int) -> None:
        """Set the permission bits of a file."""
        self._disk.set_mode(self.full(path), mode)

    def check_writable(self, path: str) -> None:
        """Raise Refusal if the folder of a path, or its nearest existing parent, is read-only."""
        folder = os.path.dirname(self.full(path))
        while not os.path.lexists(folder):
            folder = os.path.dirname(folder)
        if not os.access(folder, os.W_OK | os.X_OK):
            raise Refusal(f"cannot write {path}: no permission to change the folder {folder}")

    def make_parents(self, path: str) -> None:
        """Make the folders of a path that are missing."""
        if os.path.isdir(os.path.dirname(self.full(path))):
            return
        folder = self.root
        for part in path.split("/")[:-1]:
            folder = os.path.join(folder, part)
            if not os.path.isdir(folder):
                self._disk.make_folder(folder)
                self._made.append(folder)

    def forget_folders(self) -> None:
        """Remove the folders that were made, as far as they are empty."""
        while self._made:
            with suppress(OSError):
                self._disk.remove_folder(self._made.pop())

    def _place_across_disks(self, ready: str, target: str) -> None:
        """Copy next to the target first, so that the last step is atomic there too."""
        with open(ready, "rb") as file:
            content = file.read()
        near = target + ".cookiecutter-k6"
        if os.path.lexists(near):
            self._disk.remove(near)
        try:
            self._disk.write(near, content, os.stat(ready).st_mode & 0o7777, executable=False)
            self._disk.replace(near, target)
        except OSError:
            with suppress(OSError):
                self._disk.remove(near)
            raise

    @staticmethod
    def _keep_owner(ready: str, target: str) -> None:
        """Give a prepared file the owner of the one it replaces, if the system permits it."""
        try:
            status = os.lstat(target)
            made = os.lstat(ready)
            if (status.st_uid, status.st_gid) != (made.st_uid, made.st_gid):
                os.chown(ready, status.st_uid, status.st_gid)
        except (OSError, AttributeError):
            return


def carry_out(place: Workplace, plan: Plan) -> list[str]:
    """Carry out the plan; return one line for each step that failed.

    Raises Refusal if nothing was changed.
    """
    steps = [action for action in plan.actions if action.changes]
    path = plan.after.path
    there = look(place.root, path)
    final = with_line_endings_of(manifest.dumps(plan.after), there.content)
    if not steps and there.kind == "file" and manifest.says(there.content, plan.after):
        return []
    record = Action("record", path, final, there.mode if there.kind == "file" else None)
    try:
        for step in [*steps, record]:
            place.check_writable(step.path)
        ready = {id(step): place.prepare(step) for step in steps if step.content is not None}
        ready_record = place.prepare(record)
        ready_during = place.prepare(record._replace(content=manifest.dumps(plan.during)))
        for step in [*steps, record]:
            if step.content is not None:
                place.make_parents(step.path)
        _set_aside(place, steps, ready)
        place.place(ready_during, path)
    except OSError as error:
        place.forget_folders()
        raise Refusal(f"nothing was changed: {error.strerror} ({error.filename})") from error
    problems = _do_steps(place, steps, ready)
    if not problems:
        problems = _attempt(path, lambda: place.place(ready_record, path))
    return problems


def _set_aside(place: Workplace, steps: list[Action], ready: dict[int, str]) -> None:
    """Save an unusable manifest before the first thing that replaces it."""
    for step in [step for step in steps if step.verb == "set-aside"]:
        place.place(ready[id(step)], step.path)
        steps.remove(step)


def _do_steps(place: Workplace, steps: Sequence[Action], ready: dict[int, str]) -> list[str]:
    problems: list[str] = []
    failed: set[str] = set()
    for step in steps:
        if step.needs in failed:
            failed.add(step.path)  # a step that it depends on failed
            continue
        new_problems = _attempt(step.path, partial(_do_step, place, step, ready.get(id(step), "")))
        if new_problems:
            failed.add(step.path)
        problems.extend(new_problems)
    return problems


def _do_step(place: Workplace, step: Action, ready: str) -> None:
    # The user may have saved the file since it was planned; their version wins.
    if look(place.root, step.path) != step.expected:
        raise OSError(errno.EAGAIN, "it changed while the template was running")
    if step.content is not None:
        place.place(ready, step.path)
    elif step.removes:
        place.remove(step.path)
    elif step.mode is not None:
        place.set_mode(step.path, step.mode)


def _attempt(path: str, step: Callable[[], None]) -> list[str]:
    """Do one step; return a line with the error, if there was one."""
    try:
        step()
    except OSError as error:
        return [f"{path}: {error.strerror}"]
    return []
