"""One generation: from the staged template to the placed suite."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from functools import lru_cache, partial
from typing import Any, NamedTuple

from . import additive, features, hints, ignored, manifest, openapi, rendering, report
from .act import Disk, Refusal, Workplace, carry_out
from .answers import Former
from .links import Look
from .manifest import Manifest
from .merge import Git, Merger
from .plan import Planner
from .request import Request, suite_name, suite_slug
from .steps import Action, Plan
from .tree import NewFile, look, modules, read_tree, runs

STAGING = ".cookiecutter-k6"
LOCK = ".cookiecutter-k6.lock"
VERSION_FILE = "tests/load/engine/version.txt"
HERE = os.path.dirname(os.path.abspath(__file__))

DRY_RUN = "K6_SUITE_DRY_RUN"
CHECK = "K6_SUITE_CHECK"
REWRITE = "K6_SUITE_REWRITE_IMPORTS"
TAKE_OVER = "K6_SUITE_TAKE_OVER"


class Template(NamedTuple):
    """A staged template. files: path -> content. tables: folder of the JSON tables."""

    files: Mapping[str, bytes]
    tables: str = HERE

    @property
    def version(self) -> str:
        """The version of the suite."""
        return self.files.get(VERSION_FILE, b"0.0.0").decode("utf-8").strip()


def read_manifest(found_at: Look) -> tuple[Manifest, list[Action]]:
    """Read the manifest of the last run; an unusable one is saved under another name."""
    path = manifest.PATH
    if found_at(path).kind == "absent" and found_at(manifest.OLD_PATH).kind != "absent":
        path = manifest.OLD_PATH
    found = found_at(path)
    if found.kind == "absent":
        return Manifest(), []
    if found.kind != "file":
        why = found.why or f"{path} is a {found.kind}"
        raise Refusal(f"nothing was changed: {why}; move it away")
    try:
        return manifest.loads(found.content)._replace(path=path), []
    except manifest.Unusable as reason:
        return Manifest(path=path), _set_aside(found_at, path, found.content, str(reason))


def _set_aside(found_at: Look, path: str, content: bytes, why: str) -> list[Action]:
    note = f"{why}; files that differ from the template are kept"
    report_line = Action("skipped", path, note=note)
    for number in ("", "2", "3", "4", "5", "6", "7", "8", "9"):
        place = f"{path}.unusable{number}"
        there = found_at(place)
        if there.kind == "absent":
            return [Action("set-aside", place, content), report_line]
        if there.kind == "file" and there.content == content:
            return [report_line]
    raise Refusal(f"nothing was changed: {why}; delete old {path}.unusable files")


def renderer(
    table: Mapping[str, Any], answers: Mapping[str, Any], slug: str, update_command: str
) -> tuple[frozenset[str], Callable[[str, bytes], bytes]]:
    """Return the features that answers switch on, and what renders a file with these answers."""
    on = features.switched_on(table, answers)
    values = rendering.Values(
        on,
        frozenset(table),
        features.dropped_members(table, on),
        rendering.env_values(answers, slug),
        rendering.token_values(answers, slug, update_command),
    )
    return on, partial(rendering.render, values=values)


def make_plan(
    template: Template,
    request: Request,
    found_at: Look,
    merger: Merger,
    sources: Callable[[], Iterable[str]] = tuple,
    *,
    rewrite: bool = False,
    take_over: bool = False,
    repository: ignored.Repository | None = None,
) -> tuple[Plan, Manifest]:
    """Plan a generation; return the plan and the manifest of the last run.

    sources: lists the modules of the project. rewrite: see plan.Planner.plan. take_over: see
    plan.Planner. repository: tells what git ignores.
    """
    before, first_actions = read_manifest(found_at)
    slug = suite_slug(request, before)
    answers = {**request.answers, "project_name": suite_name(request, before)}
    table = features.load_table(os.path.join(template.tables, "features.json"))
    update_command = request.update_command(before.path)
    on, render = renderer(table, answers, slug, update_command)
    former = Former()
    if before.answers:
        was = {**request.answers, **before.answers}
        was_on, was_rendered = renderer(table, was, before.slug, update_command)
        former = Former(
            frozenset(features.select(table, was_on, template.files)),
            lambda path: was_rendered(path, template.files[path]),
        )
    contents = {
        path: render(path, template.files[path])
        for path in features.select(table, on, template.files)
    }
    suite = {path: NewFile(content, runs(content)) for path, content in contents.items()}
    with open(os.path.join(template.tables, "renames.json"), encoding="utf-8") as file:
        renames = [(earlier, later) for earlier, later in json.load(file)]
    after = Manifest(template.version, slug, answers, path=before.path)
    planner = Planner(
        suite, before, found_at, merger, renames, sources, former, take_over=take_over
    )
    plan = planner.plan(after, first_actions, rewrite=rewrite)
    additions = additive.load(on, render, template.tables)
    return _with_additions(plan, additions, before, found_at, repository), before


def _with_additions(
    plan: Plan,
    additions: Sequence[additive.Addition],
    before: Manifest,
    found_at: Look,
    repository: ignored.Repository | None,
) -> Plan:
    """Return a plan that also extends files of the service, so that git keeps the suite."""
    blocks = [item.file for item in additions if item.text]
    paths = [plan.after.path, *plan.after.files, *blocks]
    texts = _ignore_files(plan.actions)
    hit: Mapping[str, ignored.Rule] = {}
    if repository is not None:
        own = found_at(ignored.FILE).content
        block = next((item for item in additions if item.file == ignored.FILE), None)
        if block is not None:
            own = additive.without_block(block, own)
        # Without our block: whether its lines are needed must not depend on their being there.
        hit = repository.ignored(paths, {**texts, ignored.FILE: own}, tracked=True)
    lines = ignored.kept_by(hit, paths)
    additions = [
        item._replace(text=item.text + lines) if lines and item.file == ignored.FILE else item
        for item in additions
    ]
    extra, records = additive.plan(additions, found_at, before.additions, before.pending_additions)
    if repository is not None and hit:
        texts.update(_ignore_files(extra))
        rules = repository.ignored(paths, texts, tracked=False)
        extra = [*extra, *ignored.named(rules, paths)]
    return Plan(
        [*plan.actions, *extra],
        plan.after._replace(additions=records),
        plan.during._replace(pending_additions=records),
    )


def _ignore_files(actions: Iterable[Action]) -> dict[str, bytes]:
    """Return the ignore files that a plan writes, by path."""
    return {
        action.path: action.content
        for action in actions
        if action.content is not None and action.path.rpartition("/")[2] == ignored.FILE
    }


def asked(environ: Mapping[str, str], variable: str) -> bool:
    """Tell whether an environment variable is set to a true value."""
    return environ.get(variable, "").strip().lower() not in {"", "0", "no", "off", "false"}


def generate(root: str, environ: Mapping[str, str], disk: Disk) -> int:
    """Place the staged suite into the project at `root`; return the exit code."""
    with open(os.path.join(root, LOCK, "run.json"), encoding="utf-8") as file:
        record = json.load(file)
    answers = openapi.settled(record["answers"], root, environ)
    request = Request(answers, record["name_slug"], record["template_home"], os.path.basename(root))
    scratch = os.path.join(root, STAGING, "scratch")
    os.mkdir(scratch)
    template = Template(read_tree(os.path.join(root, STAGING, "files")))
    found_at = lru_cache(maxsize=None)(partial(look, root))
    merger = Git(root, scratch)
    repository = ignored.Repository(root, scratch)
    plan, before = make_plan(
        template,
        request,
        found_at,
        merger,
        partial(modules, root),
        rewrite=asked(environ, REWRITE),
        take_over=asked(environ, TAKE_OVER),
        repository=repository,
    )
    checking = asked(environ, CHECK)
    if checking or asked(environ, DRY_RUN):
        code = _tell_only(plan, before, found_at, checking=checking)
        _tell_hints(root, plan, before, request, found_at, repository.prefix)
        return code
    problems = carry_out(Workplace(root, scratch, disk), plan)
    _tell(plan, before, merger.how_to_merge(), done=not problems)
    if not problems:
        _tell_hints(root, plan, before, request, found_at, repository.prefix)
    for problem in problems:
        complain(problem)
    if not problems:
        _compile(root, before, answers)
    if problems:
        complain("the suite is incomplete; fix the errors above and run the same command again")
    return 1 if problems else 0


def _compile(root: str, before: Manifest, answers: Mapping[str, Any]) -> None:
    """Compile the OpenAPI document if there is one and the table does not match it."""
    answer = str(answers.get(openapi.OPTION, ""))
    changed = before.answers.get(openapi.OPTION, answer) != answer
    if answer and openapi.outdated(root, changed=changed):
        staged = os.path.join(root, STAGING, "files")
        project = openapi.home(root, os.environ)
        for line in openapi.compile_table(root, staged, answer, project):
            say(line)


def _tell_only(plan: Plan, before: Manifest, found_at: Look, *, checking: bool) -> int:
    """Print the plan; return 1 if `checking` and the suite is not up to date."""
    changes = any(action.changes for action in plan.actions)
    # A .yours file that the user has deleted does not make the suite outdated.
    after = plan.after._replace(yours=before.yours)
    changes = changes or not manifest.says(found_at(after.path).content, after)
    say(f"cookiecutter-k6 {plan.after.version}, dry run: nothing is changed")
    for line in report.changed_answers(before.answers, plan.after.answers):
        say(line)
    for line in report.lines(plan.actions, everything=True):
        say(line)
    if checking and any(action.verb == "ignored" for action in plan.actions):
        complain("git ignores files of the suite: a clone is not complete; the rules are above")
        return 1
    if checking and changes:
        complain("the suite is not up to date; update it with the command in tests/load/README.md")
        return 1
    say("the suite is up to date" if not changes else f"would be: {report.counts(plan.actions)}")
    return 0


def _tell(plan: Plan, before: Manifest, how_to_merge: str, *, done: bool) -> None:
    was = f" (was {before.version})" if before.version not in {"", plan.after.version} else ""
    summary = report.counts(plan.actions) if done else "incomplete"
    say(f"cookiecutter-k6 {plan.after.version}{was}: {summary}")
    for line in report.changed_answers(before.answers, plan.after.answers):
        say(line)
    for line in report.lines(plan.actions, everything=False):
        say(line)
    for line in report.advice(plan.actions, REWRITE, how_to_merge, plan.after.path):
        say(line)


def _tell_hints(
    root: str,
    plan: Plan,
    before: Manifest,
    request: Request,
    found_at: Look,
    folder: str,
) -> None:
    """Print what the user has to do for the suite to work here; the first time, also for peace."""
    for line in hints.for_monorepo(plan.actions, folder):
        say(line)
    if before.version:
        return
    for line in hints.for_tools(found_at, HERE, os.listdir(root)):
        say(line)
    for line in hints.for_namesakes(root, folder, plan.after.slug):
        say(line)
    if folder:
        top = root.removesuffix(folder.rstrip("/").replace("/", os.sep))
        for line in hints.for_tools(partial(look, top), HERE, prefix=folder):
            say(line)
    foreign = [path for path, entry in plan.after.files.items() if entry.foreign]
    needed = [path for path in foreign if not path.endswith(".md")]
    if needed:
        say("The suite is not usable yet: it needs its own version of these files of yours:")
        for path in needed:
            say(f"  {path}")
        say("Take over each .new file, or let this command do it (yours is kept as FILE.yours):")
        say(f"  {TAKE_OVER}=1 {request.update_command(plan.after.path)}")
    else:
        say("Next: ./scripts/load-test.sh smoke (about the suite: tests/load/README.md)")


def say(line: str) -> None:
    """Print a line; do not fail if the console is closed."""
    _print(line, sys.stdout)


def complain(line: str) -> None:
    """Print an error to the user."""
    _print(f"ERROR: {line}", sys.stderr)


def _print(line: str, stream: Any) -> None:
    try:
        print(line.encode("ascii", "backslashreplace").decode("ascii"), file=stream, flush=True)
    except OSError:
        return


def finish(folder: str) -> int:
    """Run the generation for the hook; always remove the staging folder and the lock."""
    root = os.path.realpath(folder)
    code = 1
    try:
        code = generate(root, os.environ, Disk())
    except Refusal as refusal:
        complain(str(refusal))
    except rendering.TemplateError as error:
        complain(f"nothing was changed: the template is broken: {error}")
    except OSError as error:
        complain(f"nothing was changed: {error.strerror} ({error.filename})")
    finally:
        remove_folder(os.path.join(root, STAGING))
        remove_folder(os.path.join(root, LOCK))
    if code == 0:
        _remove_if_empty(root)
    return code


def remove_folder(folder: str) -> None:
    """Remove a folder; one copied from a read-only template has to be made writable first."""
    try:
        shutil.rmtree(folder)
    except OSError:
        for parent, _folders, _files in os.walk(folder):
            with suppress(OSError):
                os.chmod(parent, 0o700)
        shutil.rmtree(folder, ignore_errors=True)


def _remove_if_empty(root: str) -> None:
    """Remove the folder that cookiecutter made for a dry run of a new project."""
    try:
        os.rmdir(root)
    except OSError:
        return
