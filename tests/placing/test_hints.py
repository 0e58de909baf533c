"""Hints for tools of the service that read no file of the suite."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest
from placing import hints
from placing.steps import Action
from placing.tree import ABSENT, Found

FOLDER = os.path.dirname(hints.__file__)
NO_INCLUDE = '{"compilerOptions": {"allowJs": true}'


def looking_at(**files: str) -> Callable[[str], Found]:
    """Return a look at a project of these files; `_` stands for the dot of a name."""
    there = {name.replace("__", "-").replace("_", "."): text for name, text in files.items()}
    return lambda path: Found("file", there[path].encode()) if path in there else ABSENT


@pytest.mark.parametrize(
    ("files", "hinted"),
    [
        ({"eslint_config_js": "export default [];"}, True),
        ({"eslint_config_mjs": "x", "package_json": '{"eslint": "^9.1.0"}'}, True),
        ({"eslint_config_mjs": "x", "package_json": '{"eslint": "^10.1.0"}'}, False),
        ({"eslint_config_js": "export default [{ ignores: ['tests/load/**'] }];"}, False),
        ({"tsconfig_json": NO_INCLUDE + "}"}, True),
        ({"tsconfig_json": NO_INCLUDE.replace("true", "false") + "}"}, False),
        ({"tsconfig_json": '{"extends": "astro/tsconfigs/strict", "include": ["**/*"]}'}, True),
        ({"tsconfig_json": '{"extends": "expo/tsconfig.base"}'}, True),
        ({"tsconfig_json": '{"extends": "./tsconfig.base.json"}'}, False),
        ({"tsconfig_json": NO_INCLUDE + ', "include": ["src"]}'}, False),
        ({"tsconfig_json": NO_INCLUDE + ', "include": ["src/**/*", "types"]}'}, False),
        ({"tsconfig_json": NO_INCLUDE + ', "include": ["src", "tests"]}'}, True),
        ({"tsconfig_json": NO_INCLUDE + ', "include": ["**/*.ts", "**/*.js"]}'}, True),
        ({"tsconfig_json": NO_INCLUDE + ', "include": ["./**/*"]}'}, True),
        ({"tsconfig_json": NO_INCLUDE + ', "exclude": ["tests/load"]}'}, False),
        ({"biome_json": '{"$schema": "https://biomejs.dev/schemas/1.9.4/schema.json"}'}, True),
        ({"biome_json": '{"$schema": "https://biomejs.dev/schemas/2.0.0/schema.json"}'}, False),
        ({"package_json": '{"devDependencies": {"@biomejs/biome": "^1.9.4"}}'}, True),
        ({"package_json": '{"@biomejs/biome": "1.9.4"}', "biome_json": "schemas/1.9.4"}, True),
        ({"package_json": '{"devDependencies": {"@biomejs/biome": "2.0.0"}}'}, False),
        ({"package_json": '{"devDependencies": {"ava": "^6.0.0"}}'}, True),
        ({"package_json": '{"devDependencies": {"jest": "^29.0.0"}}'}, False),
        ({"deno_json": "{}"}, True),
        ({"_pre__commit__config_yaml": "- id: name-tests-test"}, True),
        ({"_pre__commit__config_yaml": "- id: end-of-file-fixer"}, False),
        ({"_mocharc_json": '{"spec": "tests/**/*.js"}'}, True),
        ({"_mocharc_json": '{"spec": ["tests"], "recursive": true}'}, True),
        ({"_mocharc_yml": "spec: tests\nrecursive: true\n"}, True),
        ({"_mocharc_yml": "spec: tests/**/*.test.js\n"}, False),
        ({"_mocharc_yml": "spec: test/**/*.js\n"}, False),
        ({"package_json": '{"scripts": {"test": "mocha --recursive tests"}}'}, True),
        ({"package_json": '{"scripts": {"test": "mocha --recursive ./tests --exit"}}'}, True),
        ({"package_json": '{"scripts": {"test": "mocha \\"tests/**/*.js\\""}}'}, True),
        ({"package_json": '{"scripts": {"test": "mocha tests/unit"}}'}, False),
        ({"package_json": '{"scripts": {"test": "mocha tests/**/*.spec.js"}}'}, False),
        ({"jest_config_js": "module.exports = { testMatch: ['**/tests/**/*.js'] };"}, True),
        ({"jest_config_js": "module.exports = { testMatch: ['**/*.test.js'] };"}, False),
        ({"package_json": '{"jest": {"testMatch": ["<rootDir>/tests/**/*.[jt]s"]}}'}, True),
        ({"vitest_config_ts": "test: { include: ['tests/**/*.{js,ts}'] }"}, True),
        ({"vitest_config_ts": "test: { include: ['tests/**/*.test.ts'] }"}, False),
        ({"package_json": '{"devDependencies": {"standard": "^17.0.0"}}'}, True),
        ({"package_json": '{"devDependencies": {"xo": "^1.0.0"}}'}, True),
        ({"package_json": '{"devDependencies": {"knip": "^5.0.0"}}'}, True),
        ({"package_json": '{"devDependencies": {"knip": "1"}}', "knip_json": "{ }"}, True),
        ({"cspell_json": "{}"}, True),
        ({"shop_csproj": '<Project Sdk="Microsoft.NET.Sdk.Web">'}, True),
        ({"shop_csproj": '<Project Sdk="Microsoft.NET.Sdk">'}, False),
        ({"pom_xml": "<artifactId>apache-rat-plugin</artifactId>"}, True),
        ({"pom_xml": "<artifactId>spring-boot-starter-web</artifactId>"}, False),
        ({"_vitepress/config_mts": "export default { title: 'x' }"}, True),
        ({"_vitepress/config_mts": "export default {\n  srcDir: './src' }"}, False),
        ({"eleventy_config_js": "return { dir: { input: '.' } };"}, True),
        ({"eleventy_config_js": "\nreturn { dir: { input: 'src' } };"}, False),
        ({"_eleventy_js": "module.exports = () => {};"}, True),
        ({"conf_py": 'extensions = ["myst_parser"]'}, True),
        ({"conf_py": "extensions = []"}, False),
        ({"REUSE_toml": "version = 1"}, True),
        ({"_licenserc_yaml": "header:"}, True),
        ({"pyproject_toml": "[tool.check-manifest]"}, True),
        ({"pyproject_toml": "[tool.interrogate]"}, True),
        ({"pyproject_toml": "[tool.vulture]"}, True),
        ({"pyproject_toml": "[tool.ruff]"}, False),
        ({"_ls__lint_yml": "ls:"}, True),
        ({"pyproject_toml": '[dependency-groups]\ndev = ["ty>=0.0.1"]'}, True),
        ({"pyproject_toml": "[tool.ty.rules]"}, True),
        ({"pyproject_toml": '["ty"]', "ty_toml": "[rules]"}, True),
        ({"pyproject_toml": '["ty"]', "ty_toml": '[src]\nexclude = ["tests/load"]'}, False),
        ({"pyproject_toml": '["typer", "pretty"]'}, False),
        ({"pyproject_toml": '["basedpyright"]'}, True),
        ({"pyproject_toml": '["basedpyright"]', "pyrightconfig_json": "{}"}, True),
        ({"pyproject_toml": '["basedpyright"]', "pyrightconfig_json": '["tests/load"]'}, False),
        ({"pyproject_toml": "[tool.pyright]"}, False),
        ({"pytest_ini": "[pytest]\naddopts = --doctest-modules"}, True),
        ({"pytest_ini": "[pytest]\naddopts = --doctest-modules --ignore=tests/load"}, False),
        ({"jsconfig_json": '{"compilerOptions": {"checkJs": true}}'}, True),
        ({"jsconfig_json": '{"compilerOptions": {"checkJs": true}, "include": ["src"]}'}, False),
        ({"jsconfig_json": '{"compilerOptions": {"paths": {}}}'}, False),
        ({"nx_json": "{}"}, True),
        ({"nx_json": "{}", "_nxignore": "tests/load\n"}, False),
        ({}, False),
    ],
)
def test_a_hint_is_given_where_it_helps(files: dict[str, str], hinted: bool) -> None:
    lines = hints.for_tools(looking_at(**files), FOLDER, ["shop.csproj"])
    assert len(lines) == hinted
    for line in lines:
        assert line.startswith("Hint: add to ")
        assert "tests/load" in line


def test_tools_of_the_repository_around_a_service_get_its_path() -> None:
    look = looking_at(eslint_config_js="x", package_json='{"ava": "6", "mocha": "mocha tests"}')
    [line] = hints.for_tools(look, FOLDER, prefix="services/api/")
    add = "{ ignores: ['services/api/tests/load/**'] },"
    assert line.startswith(f"Hint: add to ../../eslint.config.js:  {add}  (")


def test_workflows_in_a_subfolder_are_named_when_they_are_written() -> None:
    written = [Action("add", ".github/workflows/load-tests.yml", b"x")]
    assert "monorepo.sh" in hints.for_monorepo(written, "services/api/")[1]
    assert hints.for_monorepo(written, "") == []
    kept = [Action("kept", ".github/workflows/load-tests.yml")]
    assert hints.for_monorepo(kept, "services/api/") == []


def test_both_places_of_the_suite_are_named_from_the_root() -> None:
    [line] = hints.for_tools(looking_at(REUSE_toml="version = 1"), FOLDER, prefix="apps/api/")
    assert 'add to ../../REUSE.toml:  path = ["apps/api/tests/load/**", "apps/api/scripts/' in line


def test_a_site_at_the_root_is_named() -> None:
    site = {"_config.yml": "title: x"}
    [line] = hints.for_tools(
        lambda path: Found("file", site[path].encode()) if path in site else ABSENT, FOLDER
    )
    assert line.startswith("Hint: add to _config.yml:  exclude: [tests/load/]")


@pytest.mark.parametrize(
    ("style", "hinted"),
    [
        ('@import "tailwindcss";', True),
        ("@import 'tailwindcss' prefix(tw);", True),
        ('@import "tailwindcss" source(none);', False),
        ("@import 'tailwindcss';\n@source not '../../tests/load';", False),
        ("@tailwind base;", False),
        ("body {}", False),
    ],
)
def test_a_path_in_a_style_sheet_is_from_its_own_folder(style: str, hinted: bool) -> None:
    sheet = {"src/routes/layout.css": style}
    lines = hints.for_tools(
        lambda path: Found("file", sheet[path].encode()) if path in sheet else ABSENT, FOLDER
    )
    start = "Hint: add to src/routes/layout.css:  @source not '../../tests/load';  ("
    assert [line.startswith(start) for line in lines] == [True] * hinted
