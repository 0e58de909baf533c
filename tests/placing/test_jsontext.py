"""Members of a JSON file: what is around them stays as it is."""

from __future__ import annotations

import json

import pytest
from placing import jsontext

TEXTS = {
    "one line": '{"s": {"a": 1, "b": [2, {"a": 3}], "c": "}"}, "n": 1.50}',
    "two members": '{"s": {"a": 1, "b": 2}}',
    "one member": '{"s": {"a": 1}, "a": 2}',
    "lines": '{\n  "n": null,\n  "s": {\n    "a": -1e3,\n    "b": true\n  }\n}\n',
    "tight": '{"s":{"a":"\\"","b":false}}',
}


@pytest.mark.parametrize("name", ["s.a", "s.b", "s", "n", "a", "s.x", "x.a", "n.a"])
@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_a_member_is_taken_out(text: str, name: str) -> None:
    wanted = json.loads(text)
    *parents, key = name.split(".")
    inner = wanted
    for parent in parents:
        inner = inner.get(parent) if isinstance(inner, dict) else None
    if not isinstance(inner, dict) or key not in inner:
        assert jsontext.without(text, name) == text
        return
    del inner[key]
    made = jsontext.without(text, name)
    assert json.loads(made) == wanted
    assert len(made) < len(text)
