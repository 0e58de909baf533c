"""Answers are used literally, normalised, or refused with one clear line."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from cookiecutter.exceptions import FailedHookException
from hypothesis import given
from hypothesis import strategies as st
from placing import run, tree
from placing.merge import Git
from placing.request import Request

from tests.generation.commands import MANIFEST, Bake, cookie
from tests.support.hooks import defaults, load_hook, render_hook
from tests.support.layout import LOAD, REPOSITORY, SUITE_FILES
from tests.support.tricky_inputs import (
    BAD_PORTS,
    BAD_PREFIXES,
    BAD_SLUGS,
    GOOD_SLUGS,
    PREFIXES,
    REFUSED_TEXTS,
    TRICKY_TEXTS,
)

if TYPE_CHECKING:
    from pytest_cookies.plugin import Cookies

hook = load_hook("pre_gen_project")
NAMES = [option.name for option in hook.OPTIONS]
STAGED = tree.read_tree(str(SUITE_FILES))


def answers(**changes: object) -> tuple[dict[str, Any], list[str]]:
    """Check the default answers with some changes."""
    context = {name: value for name, value in defaults().items() if name in NAMES}
    checked: tuple[dict[str, Any], list[str]] = hook.check_answers(
        {**context, "project_slug": "my-service", "health_path": "/health", **changes}
    )
    return checked


# --- the OPTIONS table -----------------------------------------------------------------------


def test_the_table_and_cookiecutter_json_have_the_same_options() -> None:
    document = defaults()
    assert [name for name in document if not name.startswith("_")] == NAMES
    assert list(document["__prompts__"]) == NAMES


def test_prompts_hold_no_rich_markup_and_name_every_choice() -> None:
    prompts = defaults()["__prompts__"]
    for option in hook.OPTIONS:
        assert not set("[]") & set(prompts[option.name])
        for choice in option.choices:
            assert choice in prompts[option.name]


def test_every_answer_that_is_text_is_checked_after_its_question() -> None:
    document = defaults()
    names = list(document)
    for option in hook.OPTIONS:
        asked = f"__{option.name}_asked"
        if option.kind == "yes or no":
            assert asked not in document
            continue
        assert names.index(asked) == names.index(option.name) + 1
        assert f"asked('{option.name}')" in document[asked]


def test_the_ways_to_authenticate_are_those_of_the_suite() -> None:
    table = (LOAD / "engine" / "settings" / "auth.js").read_text()
    match = re.search(r"AUTH_MODE: choice\(.*?\(\[(.*?)\]\)", table, re.DOTALL)
    assert match is not None
    assert tuple(re.findall(r"'([\w-]+)'", match[1])) == hook.AUTH_MODES
    strategies = (LOAD / "lib" / "auth.js").read_text().partition("STRATEGIES = {")[2]
    rows = re.findall(r"^  '?([\w-]+)'?: \(\) =>", strategies.partition("};")[0], re.MULTILINE)
    assert tuple(rows) == hook.AUTH_MODES


def test_all_wrong_answers_come_in_one_message_with_a_command(tmp_path: Path) -> None:
    words = ("project_name=Söhne 'X'", "backend_port=0", "auth=logn", "backend_api_prefix=v2")
    result = cookie(tmp_path, "--no-input", *words, "include_observabilty=both")
    assert result.code != 0
    assert [line.split("=")[0] for line in result.errors] == [
        "ERROR: backend_port",
        "ERROR: auth",
        "ERROR: there is no option include_observabilty: did you mean include_observability?",
    ]
    assert list(tmp_path.iterdir()) == []
    (command,) = [line for line in result.err.splitlines() if line.startswith("To repeat")]
    line = command.partition(": ")[2].replace(
        "cookiecutter ", f"{sys.executable} -m cookiecutter ", 1
    )
    done = subprocess.run(
        ["bash", "-c", line], cwd=tmp_path, env=os.environ, check=False, capture_output=True
    )
    assert done.returncode == 0, done.stderr
    (project,) = tmp_path.iterdir()
    stored = json.loads((project / MANIFEST).read_text())["default_context"]
    assert stored["project_name"] == "Söhne 'X'"
    assert stored["backend_api_prefix"] == "/v2"
    assert (stored["backend_port"], stored["auth"]) == (8000, "login")


def test_defaults_and_examples_are_accepted() -> None:
    assert answers()[1] == []
    for option in hook.OPTIONS:
        assert answers(**{option.name: option.example})[1] == []


def test_every_choice_is_accepted_in_any_case() -> None:
    for option in hook.OPTIONS:
        for choice in option.choices:
            assert answers(**{option.name: choice.upper()})[0][option.name] == choice


# --- each option ---------------------------------------------------------------------


@pytest.mark.parametrize("name", TRICKY_TEXTS)
def test_a_tricky_name_is_accepted(name: str) -> None:
    checked, problems = answers(project_name=name)
    assert problems == []
    assert checked["project_name"] == name.strip()


@pytest.mark.parametrize("name", REFUSED_TEXTS)
def test_a_hostile_name_is_refused_in_one_line_of_ascii(name: str) -> None:
    _, problems = answers(project_name=name)
    assert len(problems) == 1
    assert problems[0].isascii()
    assert problems[0].isprintable()
    assert problems[0].startswith("ERROR: project_name=")
    assert "expected 1 to 100 printable characters" in problems[0]


@pytest.mark.parametrize("slug", BAD_SLUGS)
def test_a_bad_slug_is_refused(slug: str) -> None:
    _, problems = answers(project_slug=slug)
    assert [line[:21] for line in problems] == ["ERROR: project_slug='"]


@pytest.mark.parametrize("slug", GOOD_SLUGS)
def test_a_good_slug_is_accepted(slug: str) -> None:
    assert answers(project_slug=slug) == ({**answers()[0], "project_slug": slug}, [])


@pytest.mark.parametrize("port", BAD_PORTS)
def test_a_bad_port_is_refused(port: object) -> None:
    _, problems = answers(backend_port=port)
    assert len(problems) == 1
    assert "backend_port" in problems[0]
    assert "a whole number from 1 to 65535" in problems[0]


@pytest.mark.parametrize("port", ["1", "80", 8000, "65535", " 8000 "])
def test_a_good_port_becomes_a_number(port: object) -> None:
    assert answers(backend_port=port)[0]["backend_port"] == int(str(port))


@pytest.mark.parametrize("prefix", BAD_PREFIXES)
def test_a_bad_prefix_is_refused(prefix: object) -> None:
    _, problems = answers(backend_api_prefix=prefix)
    assert len(problems) == 1
    assert "backend_api_prefix" in problems[0]


@pytest.mark.parametrize(("typed", "meant"), PREFIXES.items())
def test_a_sloppy_prefix_is_normalised(typed: str, meant: str) -> None:
    assert answers(backend_api_prefix=typed)[0]["backend_api_prefix"] == meant


@pytest.mark.parametrize("name", ["auth", "websocket", "profile_set"])
@pytest.mark.parametrize("value", ["", "logn", "none,login", "api_key", 1, True, None, [], "{{x}}"])
def test_a_wrong_choice_is_refused_with_the_list(name: str, value: object) -> None:
    _, problems = answers(**{name: value})
    assert len(problems) == 1
    option = next(option for option in hook.OPTIONS if option.name == name)
    assert ", ".join(option.choices) in problems[0]


@pytest.mark.parametrize(
    ("typed", "meant"),
    {
        "": "none",
        " None ": "none",
        "desk": "desk",
        "desk,missions": "missions,desk",
        "Items , DESK,desk": "items,desk",
    }.items(),
)
def test_a_sloppy_list_is_put_in_order(typed: str, meant: str) -> None:
    assert answers(resources=typed)[0]["resources"] == meant


@pytest.mark.parametrize(
    "value", ["desks", ",", "none,desk", "items;desk", 1, True, None, ["desk"]]
)
def test_a_wrong_list_is_refused_with_what_it_may_hold(value: object) -> None:
    _, problems = answers(resources=value)
    assert len(problems) == 1
    assert "none, or a comma-separated list of items, missions, desk" in problems[0]


@pytest.mark.parametrize("value", ["maybe", "", "2", None, [], 1.5])
def test_a_wrong_switch_is_refused(value: object) -> None:
    _, problems = answers(include_claude_md=value)
    assert len(problems) == 1


@pytest.mark.parametrize("value", [True, "true", "Yes", "on", "1", "y", 1])
def test_a_switch_becomes_a_real_boolean(value: object) -> None:
    assert answers(include_claude_md=value)[0]["include_claude_md"] is True


def test_all_problems_are_reported_at_once() -> None:
    _, problems = answers(project_name="", project_slug="..", backend_port="0", auth="x")
    assert len(problems) == 4


@pytest.mark.slow
@given(st.fixed_dictionaries({name: st.text() | st.integers() | st.none() for name in NAMES}))
def test_no_answer_crashes_the_check(values: dict[str, object]) -> None:
    checked, problems = hook.check_answers(values)
    assert len(checked) + len(problems) == len(NAMES)
    assert all(line.isascii() and line.isprintable() for line in problems)


# --- from cookiecutter into the hook -------------------------------------------------


def handed_over(context: dict[str, Any]) -> object:
    """Return the context that a rendered hook gets."""
    source = render_hook("pre_gen_project", context)
    for node in ast.parse(source).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "CONTEXT_JSON":
            return json.loads(ast.literal_eval(node.value))
    pytest.fail("the hook has no CONTEXT_JSON")


@pytest.mark.parametrize("text", [*TRICKY_TEXTS, *REFUSED_TEXTS])
def test_every_text_reaches_the_hook_unchanged(text: str) -> None:
    context = {"project_name": text, text: [text], "_private": {"a": None, "b": True}}
    assert handed_over(context) == context


@pytest.mark.parametrize("name", ["pre_gen_project", "post_gen_project"])
def test_rendering_a_hook_changes_nothing_but_the_answers(name: str) -> None:
    module = load_hook(name)
    assert module.__file__ is not None
    source = Path(module.__file__).read_text()
    rendered = render_hook(name, {"a": 1})
    changed = [
        pair
        for pair in zip(source.split("\n"), rendered.split("\n"), strict=False)
        if pair[0] != pair[1]
    ]
    assert len(changed) == (1 if name == "pre_gen_project" else 0)


# --- from the hook into the files ----------------------------------------------------


def suite_with(folder: Path, **changes: object) -> dict[str, bytes]:
    """Return the files that are placed for some answers, without cookiecutter."""
    checked, problems = answers(**changes)
    assert problems == []
    request = Request(checked, "my-service", "gh:some/where")
    merger = Git(str(folder), str(folder))
    plan, _ = run.make_plan(run.Template(STAGED), request, lambda _path: tree.ABSENT, merger)
    return {action.path: action.content or b"" for action in plan.actions}


@pytest.mark.slow
def test_tricky_names_show_literally_and_leave_every_file_valid(tmp_path: Path) -> None:
    plain = suite_with(tmp_path, auth="login")
    for name in TRICKY_TEXTS:
        files = suite_with(tmp_path, auth="login", project_name=name)
        for path, content in files.items():
            check_one(path, content, plain[path], name.strip())


def check_one(path: str, content: bytes, plain: bytes, name: str) -> None:
    """A name may only change whole lines that can mean nothing but the name."""
    lines = list(zip(plain.decode().split("\n"), content.decode().split("\n"), strict=True))
    changed = [(before, after) for before, after in lines if before != after]
    if path.endswith(".json"):
        json.loads(content)
    if path == "tests/load/suite.env":
        assert [after.partition("=")[0] for _, after in changed] in ([], ["PROJECT_NAME"])
    elif path.endswith(".js"):
        assert all(after.lstrip().startswith(("//", "*")) for _, after in changed)
        assert all("*/" not in after for _, after in changed)
    elif path not in {"tests/load/README.md", "tests/load/package.json"}:
        assert changed == [], path
    for before, after in changed:
        if path.endswith(".md"):
            assert "My Service" in before
            assert after.replace("\\", "") == before.replace("My Service", name).replace("\\", "")


@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    [
        "$(touch pwned)",
        "`touch pwned`",
        "'; touch pwned; '",
        '"; touch pwned; "',
        "__import__('os').system('touch pwned')",
        "''' + __import__('os').system('touch pwned') + '''",
        "C:\\new\\",
        "\N{GRINNING FACE} \"'`*/ <!-- ]]> </script>",
    ],
)
def test_code_in_a_name_is_never_run(bake: Bake, tmp_path: Path, name: str) -> None:
    project = bake(project_name=name, project_slug="svc")
    document = json.loads((project / MANIFEST).read_text(encoding="utf-8"))
    assert document["default_context"]["project_name"] == name
    assert name in (project / "tests/load/suite.env").read_text(encoding="utf-8")
    assert not list(tmp_path.rglob("pwned"))
    assert not Path("pwned").exists()
    # The stored answers give the same suite again.
    before = (project / MANIFEST).read_bytes()
    result = cookie(project, "--no-input", "-f", "--config-file", MANIFEST)
    assert "nothing to do" in result.out, result
    assert (project / MANIFEST).read_bytes() == before


# --- on the command line -------------------------------------------------------------


def nothing_written(folder: Path) -> bool:
    return list(folder.iterdir()) == []


@pytest.mark.parametrize(
    "slug", ["../x", "a/b/c", "", "..", "a" * 300, "Ünï", "-x", "a\nb", "C:\\x", "@tmp/x/deep"]
)
def test_a_bad_slug_writes_nothing_anywhere(cookies: Cookies, tmp_path: Path, slug: str) -> None:
    result = cookies.bake(extra_context={"project_slug": slug.replace("@tmp", str(tmp_path))})
    assert isinstance(result.exception, FailedHookException)
    assert {path.name for path in tmp_path.rglob("*")} == {"cookies", "bake00"}


def test_a_wrong_choice_in_a_config_file_is_caught(tmp_path: Path) -> None:
    config = tmp_path / "answers.json"
    config.write_text(json.dumps({"default_context": {"auth": "logn", "backend_port": 9000}}))
    output = tmp_path / "out"
    output.mkdir()
    result = cookie(output, "--no-input", "--config-file", str(config))
    assert result.code == 1
    assert result.errors[0].startswith("ERROR: auth='logn' is invalid: expected one of none,")
    assert nothing_written(output)


@pytest.mark.slow
def test_booleans_and_numbers_in_a_config_file_are_accepted(tmp_path: Path) -> None:
    config = tmp_path / "answers.yaml"
    config.write_text("default_context:\n  include_claude_md: true\n  backend_port: 9000\n")
    result = cookie(tmp_path, "--no-input", "--config-file", str(config))
    assert result.code == 0, result.err
    text = (tmp_path / "my-service" / MANIFEST).read_text()
    assert json.loads(text)["default_context"]["include_claude_md"] is True
    assert json.loads(text)["default_context"]["backend_port"] == 9000


@pytest.mark.parametrize("text", ["{{ 7", "{% x", "{# x"])
def test_template_syntax_in_an_answer_ends_in_an_error(
    cookies: Cookies, tmp_path: Path, text: str
) -> None:
    result = cookies.bake(extra_context={"project_name": text})
    assert result.exception
    assert list(tmp_path.glob("cookies/*/*")) == []


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Grüße Łódź", "grusse-lodz"),
        ("服务", "fu-wu"),
        ("\N{ROCKET}", "my-service"),
        ("A  B", "a-b"),
    ],
)
def test_a_slug_is_made_from_any_name(cookies: Cookies, name: str, slug: str) -> None:
    assert cookies.bake(extra_context={"project_name": name}).project_path.name == slug


def type_answers(
    answers: Iterable[str], folder: Path, *words: str
) -> subprocess.CompletedProcess[str]:
    """Generate in a folder, with a line for each question."""
    return subprocess.run(
        [sys.executable, "-m", "cookiecutter", str(REPOSITORY), *words],
        input="".join(f"{answer}\n" for answer in answers),
        cwd=folder,
        env=os.environ,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_an_option_that_does_not_exist_is_named_after_the_first_question(tmp_path: Path) -> None:
    done = type_answers(["Shop"], tmp_path, "include_sockets=yes")
    assert done.returncode != 0
    assert "ERROR: there is no option include_sockets\nOptions: project_name, " in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_the_prompts_work_on_a_terminal(tmp_path: Path) -> None:
    """Cookiecutter handles typed answers differently from those on the command line."""
    typed = {
        "project_name": "Shop",
        "backend_port": "3000",
        "backend_api_prefix": "api",
        "auth": "login",
        "resources": "desk",
        "profile_set": "light",
        "include_claude_md": "y",
    }
    visible = [name for name in defaults() if not name.startswith("_")]
    done = type_answers([typed.get(name, "") for name in visible], tmp_path)
    assert done.returncode == 0, done.stderr
    stored = json.loads((tmp_path / "shop" / MANIFEST).read_text())["default_context"]
    assert stored == {
        **{name: defaults()[name] for name in visible},
        **typed,
        "project_slug": ".",
        "backend_port": 3000,
        "backend_api_prefix": "/api",
        "health_path": "/api/health",
        "include_claude_md": True,
    }
