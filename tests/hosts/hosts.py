"""Small services in the shape that the generators of their ecosystems make, and their commands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

# (tool of tools/toolchain.py, command, arguments); "" is a program of this machine.
Command = tuple[str, ...]


class Host(NamedTuple):
    """A service that gets a suite.

    files: path -> text. commands: what its developers run; each ends with 0. hints: file -> the
    text to replace there, and its replacement, as the hint of the generation asks for. built: files
    that the commands make.
    """

    files: Mapping[str, str]
    commands: Mapping[str, Command]
    hints: Mapping[str, tuple[str, str]] = {}
    built: frozenset[str] = frozenset()


FASTAPI = Host(
    files={
        ".gitignore": "__pycache__/\n*.py[cod]\nbuild/\ndist/\nlib/\nlib64/\n.env\n*.log\n.venv\n",
        "app/__init__.py": "",
        "app/main.py": '''"""The service."""

from fastapi import FastAPI

app = FastAPI()


@app.get("/health")
def health() -> dict[str, str]:
    """Tell that the service is up."""
    return {"status": "ok"}
''',
        "tests/__init__.py": "",
        "tests/test_main.py": '''"""Tests of the service."""

from app.main import health


def test_health() -> None:
    """The service is up."""
    assert health() == {"status": "ok"}
''',
        "pyproject.toml": """[project]
name = "api"
version = "0.1.0"
dependencies = ["fastapi"]

[tool.ruff.lint]
select = ["E", "W", "F", "I", "B", "C4", "UP", "ARG", "D103", "ANN", "PL", "S"]
per-file-ignores = { "tests/*" = ["S101"] }

[tool.isort]
profile = "black"

[tool.mypy]
strict = true
overrides = [{ module = ["fastapi.*"], ignore_missing_imports = true }]
disable_error_code = ["untyped-decorator"]
""",
    },
    commands={
        "ruff check .": ("dev", "ruff", "check", "--no-cache", "."),
        "ruff format --check .": ("dev", "ruff", "format", "--no-cache", "--check", "."),
        "black --check .": ("hosts-python", "black", "--check", "."),
        "isort --check .": ("hosts-python", "isort", "--check", "."),
        "flake8": ("hosts-python", "flake8"),
        "mypy .": ("hosts-python", "mypy", "."),
        "pylint": ("hosts-python", "pylint", "--recursive=y", "--disable=import-error", "."),
        "yamllint .": ("hosts-python", "yamllint", "."),
        "codespell": ("hosts-python", "codespell"),
        "pytest": ("dev", "pytest", "-q", "-p", "no:cacheprovider"),
    },
)

# Biome's style: tabs and double quotes. prettier takes the tabs from .editorconfig.
NODE = Host(
    files={
        ".gitignore": "node_modules\nlogs\n*.log\nlib-cov\ncoverage\n.env\ndist\n",
        ".editorconfig": "root = true\n\n[*]\nindent_style = tab\n",
        "package.json": """{
\t"name": "api",
\t"version": "1.0.0",
\t"private": true,
\t"main": "app.js",
\t"scripts": {
\t\t"test": "jest"
\t},
\t"devDependencies": {
\t\t"eslint": "^9.0.0",
\t\t"jest": "^29.0.0"
\t}
}
""",
        "app.js": """const sum = (a, b) => {
\treturn a + b;
};

module.exports = { sum };
""",
        "__tests__/sum.js": """const { sum } = require("../app");

test("adds", () => {
\texpect(sum(1, 2)).toBe(3);
});
""",
        "sum.spec.mjs": """import { expect, test } from "vitest";
import { sum } from "./app.js";

test("adds", () => {
\texpect(sum(1, 2)).toBe(3);
});
""",
        "test/sum.js": """const assert = require("node:assert");
const { test } = require("node:test");
const { sum } = require("../app");

test("adds", () => {
\tassert.equal(sum(1, 2), 3);
});
""",
        "eslint.config.js": """const js = require("@eslint/js");

module.exports = [
\tjs.configs.recommended,
\t{
\t\tlanguageOptions: {
\t\t\tglobals: {
\t\t\t\texpect: "readonly",
\t\t\t\tmodule: "readonly",
\t\t\t\trequire: "readonly",
\t\t\t\ttest: "readonly",
\t\t\t},
\t\t},
\t},
];
""",
        "biome.json": """{
\t"vcs": { "enabled": true, "clientKind": "git", "useIgnoreFile": true },
\t"linter": { "rules": { "style": { "useNodejsImportProtocol": "error" } } }
}
""",
    },
    commands={
        "npx jest": ("hosts-node", "jest"),
        "node --test": ("", "node", "--test"),
        "npx mocha": ("hosts-node", "mocha"),
        "npx vitest run": ("hosts-node", "vitest", "run"),
        "npx eslint . (9)": ("hosts-node", "eslint", "."),
        "npx eslint . (10)": ("node", "eslint", "."),
        "npx biome ci": ("hosts-node", "biome", "ci"),
    },
    hints={
        "eslint.config.js": (
            "module.exports = [\n",
            'module.exports = [\n\t{ ignores: ["tests/load/**"] },\n',
        )
    },
)

TYPESCRIPT = Host(
    files={
        ".gitignore": "node_modules\ndist\nplain\n",
        "package.json": '{\n  "name": "api",\n  "private": true,\n  "scripts": {}\n}\n',
        "src/main.ts": "import { sum } from './sum';\n\nconsole.log(sum(1, 2));\n",
        "src/sum.js": "exports.sum = (a, b) => a + b;\n",
        "src/more.ts": "export const more = (a: number): number => a + 1;\n",
        "tsconfig.json": """{
  "compilerOptions": {
    "allowJs": true,
    "skipLibCheck": true,
    "target": "es2022",
    "module": "commonjs",
    "outDir": "dist",
    "strict": true,
    "types": []
  }
}
""",
        "tsconfig.plain.json": """{
  "compilerOptions": {
    "noImplicitAny": false,
    "target": "es2022",
    "module": "commonjs",
    "outDir": "plain",
    "strict": true,
    "types": []
  }
}
""",
    },
    commands={
        "npx tsc (allowJs)": ("hosts-node", "tsc"),
        "npx tsc (no include)": ("hosts-node", "tsc", "--project", "tsconfig.plain.json"),
    },
    hints={
        "tsconfig.json": (
            '"types": []\n  }\n',
            '"types": []\n  },\n  "exclude": ["node_modules", "tests/load", "dist", "plain"]\n',
        )
    },
    built=frozenset(
        {"dist/main.js", "dist/more.js", "dist/sum.js", "plain/main.js", "plain/more.js"}
    ),
)

GO = Host(
    files={
        "go.mod": "module example.com/api\n\ngo 1.21\n",
        "main.go": """package main

import "fmt"

func sum(a, b int) int { return a + b }

func main() { fmt.Println(sum(1, 2)) }
""",
        "main_test.go": """package main

import "testing"

func TestSum(t *testing.T) {
\tif sum(1, 2) != 3 {
\t\tt.Fatal("wrong")
\t}
}
""",
    },
    commands={
        "go vet ./...": ("", "go", "vet", "./..."),
        "go test ./...": ("", "go", "test", "./..."),
    },
)

HOSTS: Mapping[str, Host] = {"fastapi": FASTAPI, "node": NODE, "typescript": TYPESCRIPT, "go": GO}
