"""Who may import whom in the generated suite, and how long a file may be. Reads text only.

The tables come first. To add a module, find its folder there: it may import what its row lists,
and its own folder. The most specific row counts, so `lib/define.js` is not covered by `lib/`.
"""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pytest
from placing import features
from sources import files_below

from tests.lint.linting import assert_none
from tests.support.hooks import defaults
from tests.support.layout import LOAD, STAGE
from tests.support.option_sets import OPTION_SETS

# Files that the owner of a suite edits, from the top down, and lib/. `lazy:` allows `require` only:
# such a module is loaded where it is needed, and not in every VU.
OWNERS = {
    "scenarios/": "workload.js lib/scenario.js",
    "workload.js": "workloads/ scripts/ lib/",
    "workloads/": "scripts/ config/ lib/ engine/features/",
    "scripts/": "config/ lib/ engine/features/",
    "k6.config.js": "config/ lib/config.js",
    "config/": "lib/helpers.js lib/unique-name.js",
    "lib/": "engine/vu/ engine/settings/",
    "lib/http.js": "lib/config.js engine/vu/ lazy:engine/plan/naming.js",
    "lib/checker.js": "lib/config.js lib/http.js engine/vu/ lazy:engine/plan/naming.js",
    "lib/auth.js": "lib/ engine/auth/bearer.js lazy:engine/auth/",
    "lib/config.js": "lazy:engine/settings/ lazy:config/thresholds.js",
    "lib/define.js": "lib/config.js engine/vu/ lazy:lib/http.js lazy:engine/plan/plan.js",
}

# The engine, from the bottom up: a row names only itself, rows above it, and parts of lib/.
BASE = "engine/vu/ engine/settings/ engine/features/registry.js"
LIB = "lib/config.js lib/http.js lib/checker.js"
SHARED = "engine/summary/statistics.js engine/summary/causes.js"
ENGINE = {
    "engine/vu/": "",
    "engine/features/registry.js": "lazy:engine/features/",
    "engine/settings/": "engine/features/registry.js",
    "engine/settings/user-files.js": "config/ lazy:k6.config.js",
    "engine/auth/": f"{BASE} {LIB} lib/define.js",
    "engine/summary/statistics.js": "",
    "engine/summary/causes.js": "",
    "engine/baseline/": f"{BASE} {LIB}",
    "engine/report/": f"{BASE} {LIB} {SHARED}",
    "engine/summary/": f"{BASE} {LIB} engine/baseline/ engine/report/",
    "engine/segments/": f"{BASE} {LIB} engine/summary/",
    "engine/plan/": f"{BASE} {LIB} engine/baseline/ engine/summary/ engine/segments/",
    "engine/commands/": f"{BASE} {LIB} engine/baseline/ engine/report/ engine/summary/"
    " engine/segments/ engine/plan/",
}

# Features build on everything but the commands. What VUs run of them is test code: it sends
# requests and pauses like a file in scripts/, so it needs more of lib/ than the engine does.
FEATURES = {
    "engine/features/": f"{BASE} {LIB} {SHARED} engine/report/ engine/plan/",
    "engine/features/cdc/": "lib/define.js lib/helpers.js",  # a whole test
    "engine/features/history/": "engine/baseline/",  # the noise between runs
    "engine/features/queries/": "lib/define.js",  # a whole test
    # Journeys through an API.
    "engine/features/openapi/": "lib/define.js lib/lost-creates.js lazy:lib/auth.js",
    "engine/features/traffic/": "lib/define.js lib/lost-creates.js lazy:lib/auth.js"
    " lazy:engine/auth/users.js",
    "engine/features/tenants/": "lib/helpers.js lazy:lib/auth.js",  # journeys through a shop
}

MAX_LINES = 400
"""Of a file in engine/ or lib/ that is no shell script, and of a module of the placing package."""

RELATIVE = re.compile(
    r"""(?:\bfrom\s+|^import\s+|\b(?P<lazy>require)\(\s*)['"`](?P<path>\.{1,2}/[^'"`$]*)""",
    re.MULTILINE,
)
COMMENT = re.compile(r"/\*.*?\*/|^\s*//[^\n]*", re.DOTALL | re.MULTILINE)
FEATURE = re.compile(r"engine/features/([a-z-]+)/")

TABLE = features.load_table()
SOURCES = {
    path.relative_to(LOAD).as_posix(): path.read_text(encoding="utf-8")
    for path in files_below(LOAD)
    if path.suffix in {".css", ".js", ".py", ".ts"}
}
MODULES = {name: text for name, text in SOURCES.items() if name.endswith(".js")}


@dataclass(frozen=True)
class Import:
    """One import of a module of the suite; paths from tests/load."""

    importer: str
    imported: str
    lazy: bool = False

    def __str__(self) -> str:
        return f"{self.importer} {'requires' if self.lazy else 'imports'} {self.imported}"


def imports(modules: Mapping[str, str]) -> Iterator[Import]:
    """Yield the imports of modules; types in comments do not count."""
    for name, text in modules.items():
        for match in RELATIVE.finditer(COMMENT.sub("", text)):
            path = posixpath.join(posixpath.dirname(name), match["path"])
            folder = "/" if match["path"].endswith("/") else ""
            yield Import(name, posixpath.normpath(path) + folder, match["lazy"] is not None)


def within(path: str, place: str) -> bool:
    """Tell whether a path is a place or below it."""
    return path == place or (place.endswith("/") and path.startswith(place))


def row_of(path: str, table: Mapping[str, str]) -> str:
    """Return the most specific row for a path; an empty text if there is none."""
    return max((row for row in table if within(path, row)), key=len, default="")


def allowed(found: Import, row: str, entries: str) -> bool:
    """Tell whether an import is one of a row's, or stays within it."""
    places = [row]
    for entry in entries.split():
        place = entry.removeprefix("lazy:")
        if found.lazy or place == entry:
            places.append(place)
    return any(within(found.imported, place) for place in places)


def forbidden(modules: Mapping[str, str]) -> Iterator[str]:
    """Yield imports that no table allows. Features are judged by `foreign` as well."""
    for found in imports(modules):
        feature = feature_of(found.importer)
        if feature:
            rows = ("engine/features/", f"engine/features/{feature}/")
            entries = " ".join(FEATURES.get(row, "") for row in rows)
            fine = found.imported.startswith("config/") or allowed(found, rows[0], entries)
        else:
            table = {**OWNERS, **ENGINE}
            row = row_of(found.importer, table)
            fine = bool(row) and allowed(found, row, table[row])
        if not fine:
            yield f"{found}: see OWNERS, ENGINE and FEATURES"


def feature_of(path: str) -> str:
    """Return the folder of features that a path is in; an empty text if there is none."""
    match = FEATURE.match(path)
    return match[1] if match else ""


def option_of(path: str) -> str:
    """Return the option of features.json that owns a file; empty if every project has it."""
    full = f"tests/load/{path}"
    owners = (name for name, row in TABLE.items() if any(within(full, f) for f in files_of(row)))
    return next(owners, "")


def files_of(row: Mapping[str, object]) -> list[str]:
    """Return the files of a row of features.json."""
    files = row.get("files", [])
    assert isinstance(files, list)
    return files


def reach(option: str) -> set[str]:
    """Return the options whose files an option may use: itself and what it needs."""
    found: set[str] = set()
    rest = [option]
    while rest:
        name = rest.pop()
        if name and name not in found:
            found.add(name)
            rest.extend(TABLE[name].get("needs", []))
    return found


def foreign(modules: Mapping[str, str]) -> Iterator[str]:
    """Yield imports of optional files by files that exist without them."""
    for found in imports(modules):
        owner = option_of(found.imported)
        hub = found.importer == "engine/features/registry.js"
        if owner and not hub and owner not in reach(option_of(found.importer)):
            yield f"{found}, of the option {owner}: see `needs` in placing/features.json"


def named(sources: Mapping[str, str]) -> Iterator[str]:
    """Yield names of features in files that exist without them, comments and types included."""
    for path, text in sources.items():
        if path == "engine/features/registry.js":
            continue
        for line in text.splitlines():
            for match in FEATURE.finditer(line):
                owner = option_of(match[0])
                if owner not in reach(option_of(path)):
                    yield f"{path}: names the feature {match[1]}; only the registry may"


def cycles(modules: Mapping[str, str]) -> Iterator[str]:
    """Yield modules that import themselves through others; `require` at run time is no cycle."""
    graph: dict[str, list[str]] = {}
    for found in imports(modules):
        if not found.lazy:
            graph.setdefault(found.importer, []).append(found.imported)
    for start in graph:
        seen: set[str] = set()
        rest = [start]
        while rest:
            following = graph.get(rest.pop(), [])
            if start in following:
                yield f"{start} imports itself through {', '.join(sorted(seen))}"
                break
            rest.extend(name for name in following if name not in seen)
            seen.update(following)


def test_imports_point_one_way() -> None:
    assert_none(forbidden(MODULES))


def test_no_module_imports_itself() -> None:
    assert_none(cycles(MODULES))


def test_the_engine_table_points_one_way() -> None:
    rows = list(ENGINE)
    for row, entries in ENGINE.items():
        for entry in entries.split():
            if entry in ENGINE and entry != "engine/features/registry.js":
                assert rows.index(entry) < rows.index(row), f"{row} names {entry}"


@pytest.mark.parametrize("table", [OWNERS, ENGINE, FEATURES], ids=["owners", "engine", "features"])
def test_every_row_and_entry_is_used(table: dict[str, str]) -> None:
    """A table that allows more than the suite needs is no table of the suite."""
    found = list(imports(MODULES))
    for row, entries in table.items():
        assert any(within(name, row) for name in MODULES), row
        for entry in set(entries.split()) - {*BASE.split(), *LIB.split(), *SHARED.split()}:
            place = entry.removeprefix("lazy:")
            assert any(
                within(one.importer, row) and within(one.imported, place) for one in found
            ), f"{row}: nothing there imports {entry}"


def test_optional_files_are_imported_only_with_their_option() -> None:
    assert_none(foreign(MODULES))


def test_features_are_named_in_the_registry_only() -> None:
    code = {name: text for name, text in SOURCES.items() if name.endswith((".js", ".ts"))}
    assert_none(named(code))


@pytest.mark.parametrize("answers", OPTION_SETS.values(), ids=OPTION_SETS)
def test_what_a_feature_needs_is_there(answers: dict[str, str | int | bool]) -> None:
    on = features.switched_on(TABLE, {**defaults(), **answers})
    assert_none(
        f"{name} needs {need}, which is off"
        for name in on
        for need in TABLE[name].get("needs", [])
        if need not in on
    )


def test_no_file_is_too_long() -> None:
    parts = {name: text for name, text in SOURCES.items() if name.startswith(("engine/", "lib/"))}
    for path in (STAGE / "placing").glob("*.py"):
        parts[f"placing/{path.name}"] = path.read_text(encoding="utf-8")
    assert_none(too_long(parts))


def too_long(parts: Mapping[str, str]) -> Iterator[str]:
    """Yield the files with more lines than a file may have."""
    for name, text in parts.items():
        lines = text.count("\n")
        if lines > MAX_LINES:
            yield f"{name}: {lines} lines, at most {MAX_LINES}"


@pytest.mark.parametrize(
    ("importer", "line"),
    [
        ("lib/http.js", "import { planTest } from '../engine/plan/plan.js';"),
        ("lib/define.js", "import { planTest } from '../engine/plan/plan.js';"),
        ("lib/http.js", "const plan = require('../engine/plan/plan.js');"),
        ("lib/http.js", "import { visit } from '../scripts/health.js';"),
        ("scripts/health.js", "import { workload } from '../workload.js';"),
        ("scripts/health.js", "import { planTest } from '../engine/plan/plan.js';"),
        ("config/profiles.js", "import { request } from '../lib/http.js';"),
        ("engine/vu/failures.js", "import { env } from '../../lib/config.js';"),
        ("engine/plan/plan.js", "import { pause } from '../../lib/define.js';"),
        ("engine/plan/plan.js", "import {\n  config,\n} from '../../k6.config.js';"),
        ("engine/plan/plan.js", "export * from '../../config/profiles.js';"),
        ("engine/plan/plan.js", "import '../commands/frame.js';"),
        ("engine/report/page.js", "import { verdict } from '../summary/verdict.js';"),
        ("engine/settings/user-files.js", "import { config } from '../../k6.config.js';"),
        ("engine/features/sockets/sockets.js", "import { pause } from '../../../lib/define.js';"),
        ("engine/new/new.js", "import { hooksOf } from '../features/registry.js';"),
    ],
)
def test_a_forbidden_import_is_found(importer: str, line: str) -> None:
    assert list(forbidden({importer: line}))


@pytest.mark.parametrize(
    ("importer", "line"),
    [
        ("engine/plan/plan.js", "require('../features/sockets/socket-plan.js');"),
        ("engine/features/cdc/writer.js", "import { x } from '../sockets/socketio.js';"),
        ("engine/features/cdc/writer.js", "import { x } from '../queries/queries.js';"),
        ("engine/features/cdc/writer.js", "import { x } from '../../../config/database.js';"),
        ("scripts/health.js", "import { x } from '../engine/features/cdc/pipeline.js';"),
        ("lib/http.js", "import { resource } from './resources.js';"),
    ],
)
def test_an_import_across_options_is_found(importer: str, line: str) -> None:
    assert list(foreign({importer: line}))


def test_imports_that_are_fine() -> None:
    fine = {
        "engine/features/cdc/writer.js": "import { now } from '../database/clock.js';",
        "engine/features/queries/queries.js": "// import { x } from '../sockets/sockets.js';",
        "engine/plan/plan.js": "/** @type {import('../features/x.js').X} */",
    }
    assert not [*forbidden(fine), *foreign(fine), *cycles(fine)]


def test_other_mistakes_are_found() -> None:
    assert list(named({"engine/types/suite.d.ts": "// see engine/features/sockets/types.d.ts"}))
    assert list(too_long({"engine/a.js": "\n" * (MAX_LINES + 1)}))
    circle = {"lib/a.js": "import './b.js';", "lib/b.js": "import { a } from './a.js';"}
    assert list(cycles(circle))
    assert not list(cycles({**circle, "lib/b.js": "require('./a.js');"}))


def test_needs_name_options() -> None:
    table = json.loads((STAGE / "placing" / "features.json").read_text(encoding="utf-8"))
    assert all(set(row.get("needs", [])) <= set(table) for row in table.values())
