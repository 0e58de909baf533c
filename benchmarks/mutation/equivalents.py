"""Changes that make no difference, looked at one by one: file, line before and after.

The line before a bare `break` belongs to it: a file may have several.
"""

from __future__ import annotations

_SEVERAL = (
    'several = sum(context.schemas.flat(part).get("types") != ["null"] for part in parts) > 1'
)

EQUIVALENT: frozenset[tuple[str, str, str]] = frozenset(
    [
        # There is no target before the first one, and nothing is equal to it.
        (
            "profiles.js",
            "if (index > 0 && stage.target === targets[index - 1]) {",
            "if (index >= 0 && stage.target === targets[index - 1]) {",
        ),
        # What comes after the last value is less than nothing.
        (
            "quantiles.js",
            "while (at < part.values.length && part.values[at] < value) {",
            "while (at <= part.values.length && part.values[at] < value) {",
        ),
        # A line break at the very start of a text is stripped afterwards.
        (
            "imports.py",
            'before = text[text.rfind("\\n", 0, start) + 1 : start].lstrip()',
            'before = text[text.rfind("\\n", 1, start) + 1 : start].lstrip()',
        ),
        # Counts only whether there are more doubts than before.
        ("context.py", "self._doubts += 1", "self._doubts += 2"),
        # How often a value is tried before fewer will do.
        ("sampling.py", "for _ in range(count * 20):", "for _ in range(count * 21):"),
        # The index is made once more.
        ("slots.py", "if self._by_schema is None:", "if True:"),
        # By sets of places every expression is matched alike, only more slowly.
        (
            "expressions.py",
            "if _turns(expression) > _TURNS or (len(text) > _SHORT and _explodes(expression)):",
            "if True:",
        ),
        # Of no places nothing comes, however long one goes on.
        ("expressions.py", "if not places: break", "continue"),
        ("expressions.py", "if not new: break", "continue"),
        # Made as many times as are wanted, and tried in vain after that.
        ("sampling.py", "if len(made) >= count: break", "continue"),
        # Without a new answer there is no new lesson, however often it is asked for.
        ("journeys.js", "if (wiser === undefined) { break;", "continue;"),
        # Chance is hardly ever exactly one half.
        (
            "sampling.py",
            '"bool": lambda _: self.random.random() < 0.5,',
            '"bool": lambda _: self.random.random() <= 0.5,',
        ),
        (
            "sampling.py",
            "if self.random.random() < self.chance:",
            "if self.random.random() <= self.chance:",
        ),
        # Another series of random values.
        (
            "sampling.py",
            "sampler = Sampler(self.shared, seed=7, chance=chance)",
            "sampler = Sampler(self.shared, seed=8, chance=chance)",
        ),
        (
            "sampling.py",
            "sampler = Sampler(self.shared, seed=11)",
            "sampler = Sampler(self.shared, seed=12)",
        ),
        # An abstract method: nobody calls it.
        (
            "context.py",
            "def build(self, schema: Schema, name: str, *, files: bool = False) -> Node:",
            "def build(self, schema: Schema, name: str, *, files: bool = True) -> Node:",
        ),
        # Compared only with itself, later.
        ("context.py", "self._doubts = 0", "self._doubts = 1"),
        # An exception keeps what it is made of anyway.
        ("nodes.py", "super().__init__(reason)", "pass"),
        # Counted anew for each body, and one circle more or less of 500.
        ("builder.py", "self._circles = 0", "self._circles = 1"),
        (
            "builder.py",
            "_CIRCLES = 500  # references back to a schema's beginning that are tried for one body",
            "_CIRCLES = 501  # references back to a schema's beginning that are tried for one body",
        ),
        # What needs no trial is tried once more.
        (
            "alternatives.py",
            'doubtful = bool(base.keys() - _ANNOTATIONS) or (several and word == "oneOf")',
            'doubtful = bool(base.keys() - _ANNOTATIONS) or (several or word == "oneOf")',
        ),
        (
            "alternatives.py",
            _SEVERAL,
            _SEVERAL.replace("> 1", ">= 1"),
        ),
        # Texts are looked for in another way, which is slower.
        ("checker.py", "if isinstance(value, str):", "if False:"),
        # Where checking begins to be given up.
        ("checker.py", "for _ in range(5):", "for _ in range(6):"),
        (
            "checker.py",
            "_STEPS = 100_000  # schemas visited for one value",
            "_STEPS = 100001  # schemas visited for one value",
        ),
        (
            "checker.py",
            "fits = self.valid(value, schema, 1)",
            "fits = self.valid(value, schema, 2)",
        ),
        # Bytes that are read at a time.
        ("download.py", "_CHUNK = 65536", "_CHUNK = 65537"),
        # What is longer than the limit is too long, by one byte or by two.
        (
            "source.py",
            "content = file.read(SIZE_LIMIT + 1)",
            "content = file.read(SIZE_LIMIT + 2)",
        ),
        (
            "download.py",
            "unpacked = unpacker.decompress(content, SIZE_LIMIT + 1)",
            "unpacked = unpacker.decompress(content, SIZE_LIMIT + 2)",
        ),
        # gzip, which the first bytes have shown already, or found by the first bytes.
        (
            "download.py",
            "unpacker = zlib.decompressobj(wbits=31)",
            "unpacker = zlib.decompressobj(wbits=32)",
        ),
        # Without a weight there is nothing to check.
        (
            "overrides.py",
            'weight = change.get("weight", 1)',
            'weight = change.get("weight", 2)',
        ),
        # Without lines there is no width.
        (
            "report.py",
            "width = max((len(VERBS[a.verb]) for a in shown), default=0)",
            "width = max((len(VERBS[a.verb]) for a in shown), default=1)",
        ),
    ]
)
