"""What the small validator of the compiler accepts: formats, expressions, rules of schemas."""

from __future__ import annotations

import random
import sys
import warnings
from typing import Any

import pytest
from openapi_table.document import Document
from openapi_table.schemas import expressions, formats
from openapi_table.schemas.checker import Checker, is_multiple, same

from tests.openapi.compiling import openapi

# Format: what has it, what has not.
FORMATS: dict[str, tuple[list[str], list[str]]] = {
    "date-time": (
        ["2024-02-29T23:59:59Z", "2024-01-01t00:00:00.5z", "2024-01-01T00:00:00+02:00"],
        ["2024-02-30T00:00:00Z", "2024-01-01T24:00:00Z", "2024-01-01T00:00:00", "2024-01-01", "x"],
    ),
    "date": (["2024-02-29"], ["2023-02-29", "2024-2-9", "20240229", ""]),
    "time": (["23:59:59Z", "00:00:00.25-01:00"], ["23:59", "1:00:00Z"]),
    "duration": (["P1D", "P1Y2M3W4DT5H6M7.5S", "PT1S"], ["P", "PT", "1D", "P1H"]),
    "email": (
        ["a@b.c", "a" * 64 + "@b.c"],
        ["a", "a b@c.d", "a@", "@b.c", "a@b@c", "a" * 65 + "@b.c"],
    ),
    "uuid": (["00000000-0000-4000-8000-00000000000A"], ["0" * 32, "g" * 36]),
    "uri": (["https://a.b/c?d=e", "urn:x:y"], ["/a/b", "http://a b", "http://ä", "http://a/{b}"]),
    "hostname": (
        ["a", "a-b.c.", "1.b", "a" * 63, "a." * 126 + "a"],
        ["-a", "a-", "a..b", "a_b", ".", "a." * 127, "a" * 64],
    ),
    "ipv4": (["198.51.100.1"], ["256.1.1.1", "1.2.3", "::1"]),
    "ipv6": (["::1", "2001:db8::1"], ["1.2.3.4", ":::"]),
    "byte": (["YWI=", "YWJj", "-_-_", ""], ["YWI", "Y=I=", "a b=", "YW I=", "YW!I="]),
    "shoe-size": (["", "anything"], []),
    "url": (["no URL at all"], []),
}


@pytest.mark.parametrize("name", FORMATS)
def test_what_has_a_format(name: str) -> None:
    good, bad = FORMATS[name]
    assert [text for text in good if not formats.has_format(name, text)] == []
    assert [text for text in bad if formats.has_format(name, text)] == []


@pytest.mark.parametrize("name", formats.MADE)
def test_values_of_a_format_have_it_and_fit(name: str) -> None:
    least, most = formats.lengths(name)
    made = {formats.sample(name, 0, most, random.Random(seed)) for seed in range(50)}
    assert all(formats.has_format(name, text) for text in made)
    assert min(map(len, made)) == least
    assert max(map(len, made)) <= min(most, least + 8)
    assert len(made) > (8 if name == "duration" else 20)
    if most > least + 9:
        low = formats.sample(name, least + 5, least + 9, random.Random(1))
        assert least + 5 <= len(low) <= least + 9
        exact = formats.sample(name, least + 4, least + 4, random.Random(1))
        assert len(exact) == least + 4


@pytest.mark.parametrize(
    ("given", "name"), [("URL", "uri"), ("Date-Time", "date-time"), ("x", "x"), (None, ""), (7, "")]
)
def test_formats_have_other_names(given: Any, name: str) -> None:
    assert formats.known(given) == (formats.ALIASES.get("url", "url") if given == "URL" else name)


# Expression: texts that fit it, texts that do not.
EXPRESSIONS: dict[str, tuple[list[str], list[str]]] = {
    r"^a+$": (["a", "aaa"], ["", "ab", "a\n"]),
    r"b": (["abc"], ["ac", ""]),
    r"^[^a-c]$": (["d", "\n"], ["b", "dd", ""]),
    r"^[\d.]{2,3}$": (["1.", "1.2"], ["1", "1234", "ab"]),
    r"^\D\S\W$": (["ab-"], ["1b-", "a -", "abc"]),
    r"^(?:red|green|(?:dark )?blue)$": (["red", "dark blue", "blue"], ["dark red", "re"]),
    r"^(a|b)?c$": (["c", "ac"], ["abc", "a"]),
    r"^(?=.*[0-9])(?!.*z).{3}$": (["a1b", "1bc"], ["abc", "z1b", "a1"]),
    r"^.$": (["a", "ü"], ["\n", ""]),
    r"^[^/]+$": (["ab"], ["a/b", ""]),
    r"^(ab){2}$": (["abab"], ["ab", "ababab"]),
    r"^(a{2}){2,3}$": (["aaaa", "aaaaaa"], ["aa", "aaa", "a" * 8]),
    r"^(a*)*b$": (["b", "aab"], ["a", "c"]),
    r"^([a-c]+,?)*d$": (["d", "ab,c,d", "a,bc,d"], ["ab,,", "e,d"]),
    r"^a{0}b$": (["b"], ["ab"]),
    r"\Aab\Z": (["ab"], ["ab\n", "xab"]),
    r"^\p{L}+\p{Nd}$": (["äb1"], ["1", "ä"]),
    r"^[\p{Lu}_]\u{62}\x{63}$": (["Abc", "_bc"], ["abc", "Ab"]),
    r"^(?<year>\d{4})\z": (["2024"], ["20240"]),
    r"^[[x]$": (["[", "x"], ["y"]),
    r"^\/\-\_$": (["/-_"], ["/-"]),
    r"^\$$": (["$"], ["", "a"]),
    r"[$]$": (["a$"], ["$a"]),
    r"^\p{Script=Greek}\p{P}$": (["a-"], ["1-", "ab"]),
    r"^\d+?x?$": (["1", "12x"], ["x", "1xx"]),
    r"^(a|b)+c(d|)$": (["abc", "bcd"], ["c", "abd"]),
    r"^(x?){4000000000}$": (["", "x" * 12], ["y"]),
    r"^((x?y?){9999}){9999}z$": (["z", "xyz"], ["y"]),
    r"^(ab?){3}$": (["aaa", "abaab"], ["aa", "abab", "aaaa"]),
    r"^.{0,2}z": (["z", "xyz"], ["xxyz"]),
    r"^[^\D5]$": (["4"], ["5", "a"]),
    r"^\p{Unknown}\p{^L}$": (["ab"], ["1a"]),
    r"^\u{110000}$|^\x{41}$": (["A", "\U0010ffff"], ["x"]),
    r"^\p{Zs}\p{M}\p{S}$": ([" \u0300+"], ["a\u0300+", " a+"]),
    r"^\p{Alnum}\p{Alphabetic}\p{ASCII}\p{N}\p{Ll}$": (["1a~9z"], ["-a~9z", "11~9z", "1a~9Z"]),
}
if sys.version_info >= (3, 11):
    EXPRESSIONS |= {
        r"^(?>a|b)c$": (["ac", "bc"], ["c", "abc"]),
        r"^a++b$": (["ab", "aab"], ["b", "aa"]),
        r"^(?>a{2})+b$": (["aab", "aaaab"], ["ab", "aa"]),
    }
PAIRS = [
    (expression, text, index == 0)
    for expression, both in EXPRESSIONS.items()
    for index, texts in enumerate(both)
    for text in texts
]


@pytest.mark.parametrize(("expression", "text", "fits"), PAIRS)
def test_what_fits_an_expression(expression: str, text: str, fits: bool) -> None:
    assert expressions.matches(expression, text) is fits
    # By sets of places as well, which is for expressions that explode.
    assert expressions._matches_slowly(expression, text) is fits


@pytest.mark.parametrize(
    ("expression", "explodes"),
    [
        (r"^a+$", False),
        (r"^(a+)+$", True),
        (r"^(ab|cd)*$", True),
        (r"^(ab|cd)$", False),
        (r"^(ab|cd){1}$", False),
        (r"^(ab?)+$", False),
        (r"^(a{2})+$", True),
        (r"^a*b*c*d*$", False),
        (r"^a*b*c*d*e*$", True),
        (r"^(?=(a+)+)x$", True),
        (r"^(a*|b)$", False),
        (r"(", False),
    ],
)
def test_expressions_that_explode(expression: str, explodes: bool) -> None:
    assert expressions._explodes(expression) is explodes


def test_what_nobody_understands_forbids_nothing() -> None:
    for expression in ("(", "a{9,1}", "[z-a]", "(?P<a"):
        assert expressions.matches(expression, "x" * 20)
        assert expressions.tree(expression) == []
    assert expressions._matches_slowly(r"^(?<=a)b$", "x")
    assert expressions._matches_slowly(r"^(a)\1$", "ab")
    assert not expressions.matches("^a*$", "a" * 4097)
    assert expressions.matches("^a*$", "a" * 4096)
    assert expressions._matches_slowly("b", "a" * 501)
    assert not expressions._matches_slowly("b", "a" * 500)


def test_expressions_that_python_warns_of_are_read_in_silence() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert expressions.matches("^[a&&b]$", "&")
        assert expressions.tree("^[a||b]$")


def test_the_characters_that_a_set_names() -> None:
    ((_, items),) = expressions._parser.parse("[^a-cz\\d]")
    test, named = expressions.members(items)
    assert named == ["a", "b", "c", "z"]
    assert [char for char in "abz5y-" if test(char)] == ["y", "-"]
    ((_, items),) = expressions._parser.parse("[a-z]")
    assert "".join(expressions.members(items)[1]) == "abcdefghijklmnop"
    for kind in ("CATEGORY_WORD", "CATEGORY_NOT_WORD"):
        assert expressions.category(kind)("_") is (kind == "CATEGORY_WORD")
    with pytest.raises(expressions.Unsupported):
        expressions.category("CATEGORY_LINEBREAK")


THING = {"type": "object", "required": ["id"], "properties": {"id": {"readOnly": True}}}
LOOP = {"properties": {"next": {"$ref": "#/components/schemas/Loop"}}, "required": ["next"]}
INTEGERS = {"type": "integer"}
# Schema: values that are valid, values that are not.
RULES: list[tuple[Any, list[Any], list[Any]]] = [
    (True, [1, None], []),
    (False, [], [1, None]),
    ("text", [1], []),
    ({}, [1, "a", None, [], {}], []),
    ({"type": "integer"}, [1, 1.0, -3], [1.5, True, "1", None]),
    ({"type": "number"}, [1, 1.5], [True, "1"]),
    ({"type": "boolean"}, [True, False], [0, "true"]),
    ({"type": "null"}, [None], [0]),
    ({"type": ["string", "null"]}, ["", None], [1]),
    ({"type": "string", "nullable": True}, ["", None], [1]),
    (
        {"enum": [1, "a", [1], {"a": 1}, True]},
        [1, 1.0, "a", [1.0], {"a": 1.0}, True],
        [0, "1", [], False, {}],
    ),
    ({"const": {"a": [1, None]}}, [{"a": [1, None]}], [{"a": [1]}, {"a": [1, None], "b": 1}, 1]),
    ({"minLength": 2, "maxLength": 3}, ["ab", "abc", 1], ["a", "abcd"]),
    ({"pattern": "^a"}, ["ab", 1], ["b"]),
    ({"format": "date"}, ["2024-01-01", 1], ["x"]),
    ({"minimum": 1, "maximum": 3}, [1, 3, "a"], [0.9, 3.1]),
    ({"exclusiveMinimum": 1, "exclusiveMaximum": 3}, [1.1, 2.9], [1, 3]),
    (
        {"minimum": 1, "exclusiveMinimum": True, "maximum": 3, "exclusiveMaximum": True},
        [1.1, 2.9],
        [1, 3],
    ),
    ({"multipleOf": 0.1}, [0, 0.1, 0.5, "a"], [0.15]),
    ({"multipleOf": 0}, [1], []),
    ({"minItems": 1, "maxItems": 2}, [[1], [1, 2], "a"], [[], [1, 2, 3]]),
    ({"uniqueItems": True}, [[1, 2], [1, True], []], [[1, 1.0], [{"a": 1}, {"a": 1}]]),
    ({"items": INTEGERS}, [[], [1, 2]], [[1, "a"]]),
    (
        {"items": [INTEGERS], "additionalItems": {"type": "string"}},
        [[1, "a"], [1]],
        [["a"], [1, 1]],
    ),
    ({"prefixItems": [INTEGERS], "items": {"type": "string"}}, [[1, "a"]], [["a"], [1, 1]]),
    ({"prefixItems": [INTEGERS]}, [[1, "a"]], [["a"]]),
    ({"contains": {"const": 5}}, [[1, 5]], [[], [1]]),
    ({"required": ["a"]}, [{"a": 1}, 1], [{}, {"b": 1}]),
    (THING, [{"id": 1}, {}], []),
    (
        {"minProperties": 1, "maxProperties": 2},
        [{"a": 1}, {"a": 1, "b": 1}],
        [{}, {"a": 1, "b": 1, "c": 1}],
    ),
    ({"dependentRequired": {"a": ["b"]}}, [{}, {"b": 1}, {"a": 1, "b": 1}], [{"a": 1}]),
    ({"dependentSchemas": {"a": {"required": ["b"]}}}, [{}, {"a": 1, "b": 1}], [{"a": 1}]),
    ({"dependentSchemas": [], "dependentRequired": []}, [], []),
    ({"properties": {"a": INTEGERS}}, [{"a": 1}, {"b": "x"}], [{"a": "x"}]),
    (
        {"properties": {"a": {}}, "additionalProperties": False},
        [{}, {"a": 1}],
        [{"b": 1}, {"a": 1, "b": 1}],
    ),
    ({"additionalProperties": INTEGERS}, [{"x": 1}], [{"x": "a"}]),
    (
        {
            "patternProperties": {"^x": INTEGERS},
            "properties": {"xa": {"minimum": 5}},
            "additionalProperties": False,
        },
        [{"xb": 1}, {"xa": 6}],
        [{"xa": 1}, {"xb": "a"}, {"y": 1}],
    ),
    ({"propertyNames": {"maxLength": 1}}, [{"a": 1}], [{"ab": 1}]),
    ({"allOf": [{"minimum": 1}, {"maximum": 3}]}, [1, 3], [0, 4]),
    ({"anyOf": [{"minimum": 3}, {"maximum": 1}]}, [0, 4], [2]),
    ({"oneOf": [{"minimum": 1}, {"maximum": 3}]}, [0, 4], [2]),
    ({"not": {"type": "string"}}, [1], ["a"]),
    (
        {"if": {"type": "string"}, "then": {"minLength": 2}, "else": {"minimum": 2}},
        ["ab", 2],
        ["a", 1],
    ),
    ({"if": {"type": "string"}, "then": {"minLength": 2}}, ["ab", 0], ["a"]),
    ({"if": {"type": "string"}}, ["ab", 0], []),
    ({"$ref": "#/components/schemas/Small"}, [1, 3], [4, "a", None]),
    ({"$ref": "#/components/schemas/Small", "nullable": True}, [1, None], [4]),
    ({"$ref": "#/components/schemas/Small", "minimum": 2}, [2], [1, 4]),
    ({"$ref": "#/components/schemas/Gone"}, [1, "a"], []),
    ({"$ref": "#/components/schemas/Loop"}, [1], [{}, {"next": {}}, {"next": {"next": {}}}]),
    ({"$ref": "#/components/schemas/Self"}, [1], []),
    ({"allOf": [{"$ref": "#/components/schemas/Small"}], "nullable": True}, [1, None], [4]),
]
DOCUMENT = openapi(
    {},
    components={
        "schemas": {
            "Small": {"type": "integer", "maximum": 3},
            "Loop": LOOP,
            "Self": {"allOf": [{"$ref": "#/components/schemas/Self"}]},
        }
    },
)


@pytest.mark.parametrize(("schema", "good", "bad"), RULES, ids=[str(rule[0]) for rule in RULES])
def test_what_is_valid_for_a_schema(schema: Any, good: list[Any], bad: list[Any]) -> None:
    checker = Checker(Document(DOCUMENT))
    for _ in range(2):
        assert [value for value in good if not checker.valid(value, schema)] == []
        assert [value for value in bad if checker.valid(value, schema)] == []


def test_alternatives_that_are_known_to_overlap_may_both_fit() -> None:
    checker = Checker(Document(DOCUMENT))
    parts: list[Any] = [{"minimum": 1}, {"maximum": 3}]
    checker.overlapping.add(id(parts))
    assert checker.valid(2, {"oneOf": parts})
    assert not checker.valid(2, {"oneOf": [{"maximum": 1}, {"minimum": 3}]})


def test_deep_values_are_checked_to_a_depth() -> None:
    checker = Checker(Document(DOCUMENT))
    schema = {"$ref": "#/components/schemas/Loop"}

    def nested(depth: int) -> Any:
        value: Any = {}
        for _ in range(depth):
            value = {"next": value}
        return value

    assert not checker.valid(nested(10), schema)
    assert checker.valid(nested(70), schema)


def test_references_are_followed_and_circles_noted() -> None:
    names = {"A": {"$ref": "#/x/B"}, "B": {"$ref": "#/x/C"}, "C": {"v": 1}, "D": {"$ref": "#/x/D"}}
    document = Document({**openapi({}), "x": names})
    assert document.follow(names["A"], "#/here") == ({"v": 1}, "#/x/C")
    assert document.follow({"v": 2}, "#/here") == ({"v": 2}, "#/here")
    assert document.follow(names["D"], "#/here")[0] is None
    assert document.follow({"$ref": "#/x/E"}, "#/here")[0] is None
    assert [what for what in document.notes.values() if "circular" in what] == [
        "circular reference: #/x/D"
    ]


def test_what_is_read_only() -> None:
    checker = Checker(Document(openapi({}, components={"schemas": {"Id": {"readOnly": True}}})))
    reference = {"$ref": "#/components/schemas/Id"}
    assert checker.read_only({"readOnly": True})
    assert checker.read_only(reference)
    for schema in ({}, {"readOnly": "yes"}, True, {"$ref": "#/components/schemas/Gone"}):
        assert not checker.read_only(schema)


def test_what_is_the_same_and_what_a_multiple() -> None:
    assert same([1, {"a": 2.0}], [1.0, {"a": 2}])
    for first, second in ((1, True), ([1], [1, 2]), ({"a": 1}, {"b": 1}), ("1", 1), (0, False)):
        assert not same(first, second)
    assert same(True, True)
    assert is_multiple(0.3, 0.1) is is_multiple(0.7, 0.1)
    assert is_multiple(6, 3)
    assert not is_multiple(7, 3)
    assert is_multiple(1, 0)
    assert is_multiple(1e308, 1e-308)
