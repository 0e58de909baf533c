"""Answers in the template's plain files: feature lines, values, tokens, members."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from placing import rendering
from placing.rendering import TemplateError, apply_features, env_quoted, set_env_values

KNOWN = ["auth", "login"]


def kept(text: str, *on: str) -> str:
    return apply_features(text, on, KNOWN, "file")


@pytest.mark.parametrize(
    "line",
    [
        "code; // @feature auth",
        "key=1  # @feature auth",
        "text <!-- @feature auth -->",
        "a /* @feature auth */",
    ],
)
def test_a_feature_line_loses_its_marker_or_goes(line: str) -> None:
    code = re.split(r" +(?://|#|<!--|/\*)", line)[0]
    assert kept(f"a\n{line}\nb\n", "auth") == f"a\n{code}\nb\n"
    assert kept(f"a\n{line}\nb\n") == "a\nb\n"


@pytest.mark.parametrize(
    ("begin", "end"),
    [
        ("// @feature auth {", "// @feature }"),
        ("  # @feature auth {", "  # @feature }"),
        ("<!-- @feature auth { -->", "<!-- @feature } -->"),
    ],
)
def test_a_feature_block_loses_its_markers_or_goes(begin: str, end: str) -> None:
    text = f"a\n{begin}\nb\nc\n{end}\nd\n"
    assert kept(text, "auth") == "a\nb\nc\nd\n"
    assert kept(text) == "a\nd\n"


def test_blocks_nest() -> None:
    text = "# @feature auth {\na\n# @feature login {\nb\n# @feature }\nc\n# @feature }\nd"
    assert kept(text, "auth", "login") == "a\nb\nc\nd"
    assert kept(text, "auth") == "a\nc\nd"
    assert kept(text, "login") == "d"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a // @feature nonsense", "file:1: unknown feature nonsense"),
        ("// @feature auth {\na", "file: a feature block is not closed"),
        ("a\n// @feature }", "file:2: no feature block is open here"),
        ("a // @feature auth b", "file:1: not a feature marker"),
    ],
)
def test_a_wrong_marker_is_an_error_of_the_template(text: str, message: str) -> None:
    with pytest.raises(TemplateError, match=re.escape(message)):
        kept(text, "auth")


def read_env_value(line: str) -> str:
    """Read a value as the suite and the wrapper do."""
    value = line.partition("=")[2].strip(" \t")
    if len(value) > 1 and value[0] == value[-1] and value[0] in "'\"":
        return value[1:-1]
    return re.split(r"[ \t]#", value)[0].rstrip(" \t")


single_line = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"])).map(str.strip)


@given(single_line)
def test_every_text_comes_back_from_suite_env(value: str) -> None:
    text = set_env_values("# KEY=no\nKEY=old # note\nOTHER=1\n", {"KEY": value})
    lines = text.split("\n")
    assert lines[0] == "# KEY=no"
    assert lines[2:] == ["OTHER=1", ""]
    assert read_env_value(lines[1]) == value


def test_plain_values_are_not_quoted() -> None:
    assert env_quoted("/api/v1") == "/api/v1"
    assert env_quoted("") == ""
    assert env_quoted("My Service") == '"My Service"'
    assert env_quoted('"x"') == '""x""'


@given(single_line)
def test_json_tokens_survive_every_text(value: str) -> None:
    text = rendering.fill_tokens(
        '{"a": "@@project_name@@"}', {"project_name": value}, rendering.for_json, "f"
    )
    assert json.loads(text) == {"a": value}


@given(single_line)
def test_no_text_ends_a_js_comment(value: str) -> None:
    assert "*/" not in rendering.for_js_comment(value)


@pytest.mark.parametrize("value", ["<b>", "a_b_c", "*a*", "`a`", "[x](y)", "&amp;", "# a", "a|b"])
def test_markdown_shows_markup_literally(value: str) -> None:
    escaped = rendering.for_markdown(value)
    assert re.sub(r"\\(.)", r"\1", escaped) == value
    assert not re.search(r"(?<!\\)[<*`_\[\]&#|]", escaped)


def test_an_unknown_token_is_an_error_of_the_template() -> None:
    with pytest.raises(TemplateError, match="unknown token @@nothing@@"):
        rendering.fill_tokens("@@nothing@@", {}, rendering.for_json, "f")


VALUES = rendering.Values(
    ["auth"], KNOWN, {"a.json": ["b.c"]}, {"PORT": "1"}, {"project_name": "<N>"}
)


@pytest.mark.parametrize(
    ("path", "content", "wanted"),
    [
        (rendering.ENV_FILE, b"PORT=0\n", b"PORT=1\n"),
        ("other.env", b"PORT=0\n", b"PORT=0\n"),
        ("tests/load/README.md", b"# @@project_name@@\n", b"# \\<N\\>\n"),
        ("tests/load/other.md", b"# @@project_name@@\n", b"# @@project_name@@\n"),
        ("a.json", b'{"b": {"c": 1}}', b'{"b": {}}'),
        ("b.json", b'{"b": {"c": 1}}', b'{"b": {"c": 1}}'),
        ("picture", b"\xff\xfe// @feature none", b"\xff\xfe// @feature none"),
        ("a.js", b"a // @feature login\n", b""),
        ("a.sh", b"#!/bin/sh\n", b"#!/bin/sh\n"),
        ("a.sql", b"#!/x\nSELECT 1", b"#!/x\n-- noqa: disable=all\nSELECT 1"),
    ],
)
def test_a_file_gets_what_its_place_asks_for(path: str, content: bytes, wanted: bytes) -> None:
    assert rendering.render(path, content, VALUES) == wanted


def test_other_peoples_linters_keep_off() -> None:
    for name in ("a.py", "a.ts", "a.yaml", "a.yml"):
        made = rendering.render(name, b"x\n", VALUES)
        assert made.endswith(b"\nx\n")
        assert made.startswith((b"#", b"//"))
