"""`load-test.sh settings [WORD]`: what can be set, what is set, and where."""

from __future__ import annotations

import re

from tests.support.layout import LOAD
from tests.support.wrapper_project import Project

NAME = re.compile(r"^([A-Z][A-Z0-9_]+)=", re.MULTILINE)
ROW = re.compile(r"^\| `([A-Z][A-Z0-9_]+)` \|", re.MULTILINE)


def test_every_setting_of_the_page_is_listed_once(real_project: Project) -> None:
    listed = NAME.findall(real_project.run("settings").passed().stdout)
    page = ROW.findall((LOAD / "docs/settings.md").read_text(encoding="utf-8"))
    assert len(listed) == len(set(listed))
    assert set(page) <= set(listed)
    assert {"OPENAPI_INCLUDE", "WS_PROTOCOL"} <= set(listed)


def test_a_word_selects(real_project: Project) -> None:
    found = real_project.run("settings", "CERT").passed().stdout
    assert set(NAME.findall(found)) >= {"CLIENT_CERT", "CLIENT_KEY", "INSECURE_SKIP_TLS_VERIFY"}
    assert "REQUEST_TIMEOUT" not in found
    for word in ("nothing-has-this", "KEY*"):
        done = real_project.run("settings", word)
        assert "settings" in done.refused(f"no setting has '{word}'")
    real_project.run("settings", "two", "words").refused("one word")


def test_values_and_where_they_come_from(real_project: Project) -> None:
    real_project.write("tests/load/suite.env", "REQUEST_TIMEOUT=5s\n")
    env = {"HOST_HEADER": "shop.test", "API_KEY": "canary-1"}
    shown = real_project.run("settings", env=env).passed().stdout
    assert "REQUEST_TIMEOUT=5s  (suite.env, default 30s)\n    Longest wait" in shown
    assert "HOST_HEADER=shop.test  (environment)\n" in shown
    assert "READINESS=health  (default)\n" in shown
    assert (
        "HEADERS={}  (default)\n    Headers of every request, Name: value, several separated by |"
        in shown
    )
    assert "API_KEY=***  (environment)\n" in shown
    assert "canary-1" not in shown
    gate = {"HEADERS": "X-Team: shop | Authorization: Bearer canary-2"}
    shown = real_project.run("settings", "HEADERS", env=gate).passed().stdout
    assert "HEADERS=***  (environment, default {})\n" in shown
    assert "canary-2" not in shown
