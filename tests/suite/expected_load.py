"""The load and thresholds the requirements ask for, written by hand: never imported from the suite.

Durations are seconds. A shape is ("constant", users, seconds) or stages of (seconds, target).
"""

from __future__ import annotations

from tests.support.suite_runner import Shape

M = 60
H = 3600


def constant(users: int, seconds: float) -> Shape:
    return Shape("constant-vus", ((seconds, users),))


def ramping(*stages: tuple[float, int]) -> Shape:
    return Shape("ramping-vus", stages)


_SPIKE = ramping((1 * M, 5), (10, 100), (3 * M, 100), (10, 5), (3 * M, 5), (1 * M, 0))

CORE: dict[str, Shape] = {
    "smoke": constant(1, 1 * M),
    "load": ramping((2 * M, 50), (5 * M, 50), (2 * M, 0)),
    "stress": ramping(
        (2 * M, 50),
        (3 * M, 50),
        (2 * M, 100),
        (3 * M, 100),
        (2 * M, 150),
        (3 * M, 150),
        (2 * M, 200),
        (3 * M, 200),
        (5 * M, 0),
    ),
    "soak": constant(20, 30 * M),
    "spike": _SPIKE,
}

PROFILES: dict[str, dict[str, Shape]] = {
    "core": CORE,
    "stress-150": {
        **CORE,
        "stress": ramping(
            (2 * M, 50),
            (5 * M, 50),
            (2 * M, 100),
            (5 * M, 100),
            (2 * M, 150),
            (5 * M, 150),
            (5 * M, 0),
        ),
    },
    "light": {
        "smoke": constant(1, 30),
        "load": ramping((2 * M, 10), (5 * M, 10), (2 * M, 0)),
        "stress": ramping((2 * M, 10), (5 * M, 50), (2 * M, 100), (5 * M, 100), (5 * M, 0)),
        "soak": ramping((5 * M, 10), (60 * M, 10), (5 * M, 0)),
        "spike": _SPIKE,
    },
    "saas": {
        "smoke": CORE["smoke"],
        "load": ramping((2 * M, 100), (5 * M, 100), (2 * M, 0)),
        "stress": ramping(
            (2 * M, 100),
            (5 * M, 100),
            (2 * M, 200),
            (5 * M, 200),
            (2 * M, 300),
            (5 * M, 300),
            (2 * M, 400),
            (5 * M, 400),
            (10 * M, 0),
        ),
        "soak": ramping((5 * M, 400), (4 * H, 400), (5 * M, 0)),
        "spike": ramping(
            (10, 100),
            (1 * M, 100),
            (10, 2000),
            (3 * M, 2000),
            (10, 100),
            (3 * M, 100),
            (10, 0),
        ),
    },
    "cdc": {
        "baseline": constant(10, 5 * M),
        "soak": constant(50, 2 * H),
    },
    "desk": {
        "smoke": constant(3, 1 * M),
        "smoke-ramping": ramping((1 * M, 5), (1 * M, 0)),
        "load": ramping((2 * M, 50), (5 * M, 50), (2 * M, 100), (5 * M, 100), (2 * M, 0)),
        "stress": ramping(
            (2 * M, 100), (5 * M, 200), (5 * M, 300), (5 * M, 400), (10 * M, 500), (5 * M, 0)
        ),
        "soak": ramping((5 * M, 100), (4 * H, 100), (5 * M, 0)),
        "spike": ramping((1 * M, 50), (30, 500), (1 * M, 500), (30, 50), (2 * M, 50), (1 * M, 0)),
    },
}
"""Complete profiles, by profile set."""

TOTALS: dict[tuple[str, str], float] = {
    ("core", "load"): 9 * M,
    ("core", "stress"): 25 * M,
    ("core", "soak"): 30 * M,
    ("stress-150", "stress"): 26 * M,
    ("light", "stress"): 19 * M,
    ("saas", "stress"): 38 * M,
    ("extended", "smoke"): 5 * M,
    ("extended", "load"): 30 * M,
    ("extended", "stress"): 1 * H,
    ("extended", "spike"): 30 * M,
    ("cdc", "stress"): 15 * M,
    ("desk", "load"): 16 * M,
    ("desk", "stress"): 32 * M,
    ("desk", "spike"): 6 * M,
}
"""Durations in the requirements; the only ones for `extended`."""

PEAKS: dict[tuple[str, str], int] = {
    ("core", "stress"): 200,
    ("stress-150", "stress"): 150,
    ("saas", "stress"): 400,
    ("saas", "spike"): 2000,
    ("extended", "load"): 100,
    ("extended", "stress"): 400,
    ("extended", "soak"): 400,
    ("extended", "spike"): 2000,
    ("cdc", "stress"): 150,
    ("cdc", "spike"): 500,
    ("desk", "stress"): 500,
    ("desk", "spike"): 500,
}

BREAKPOINT_STEPS = tuple((5 * M, users) for users in (1000, 2000, 3000, 4000, 5000))
"""In every set; a ramp down follows."""

SETS = ("core", "stress-150", "light", "saas", "extended", "cdc", "desk")

Thresholds = dict[str, list[str]]

_LOAD: Thresholds = {
    "http_req_duration": ["p(95)<500", "p(99)<1000"],
    "http_req_failed": ["rate<0.01"],
    "error_rate": ["rate<0.01"],
    "health_duration": ["p(95)<100"],
    "api_duration": ["p(95)<500"],
    "checks": ["rate>0.95"],
}
_SMOKE: Thresholds = {
    "http_req_duration": ["p(95)<500"],
    "http_req_failed": ["rate<0.01"],
    "checks": ["rate>0.99"],
}
_STRESS: Thresholds = {
    "http_req_duration": ["p(95)<2000"],
    "http_req_failed": ["rate<0.10"],
    "checks": ["rate>0.80"],
}
_DEFAULTS: Thresholds = {
    "http_req_duration": ["p(95)<500"],
    "http_req_failed": ["rate<0.01"],
    "http_req_duration{name:health}": ["p(95)<100"],
    "http_req_duration{name:openapi}": ["p(95)<500"],
}
_LIGHT: Thresholds = {"http_req_duration{expected_response:true}": ["p(99)<1500"]}
_RECOVERY: Thresholds = {
    "http_req_duration{stage:recovery}": ["p(95)<500"],
    "http_req_failed{stage:recovery}": ["rate<0.01"],
    "http_reqs{stage:recovery}": ["count>0"],
}

SCENARIO_THRESHOLDS: dict[tuple[str, str], Thresholds] = {
    ("core", "smoke"): {**_DEFAULTS, **_SMOKE},
    ("core", "load"): {**_DEFAULTS, **_LOAD},
    ("core", "stress"): _STRESS,
    ("core", "soak"): _DEFAULTS,
    ("core", "spike"): _RECOVERY,
    ("core", "breakpoint"): {"http_req_failed": ["rate<0.5"]},
    ("stress-150", "stress"): _STRESS,
    ("light", "smoke"): {**_SMOKE, **_LIGHT},
    ("light", "load"): {**_LOAD, **_LIGHT},
    ("light", "soak"): {**_DEFAULTS, **_LIGHT},
    ("saas", "stress"): {"http_req_duration": ["p(95)<1000"], "http_req_failed": ["rate<0.10"]},
    ("saas", "soak"): {"http_req_duration": ["p(95)<500"], "http_req_failed": ["rate<0.01"]},
    ("saas", "spike"): _RECOVERY,
    ("extended", "spike"): _RECOVERY,
    ("cdc", "spike"): _RECOVERY,
    ("desk", "smoke"): {"http_req_duration": ["p(95)<500"], "http_req_failed": ["rate<0.01"]},
    ("desk", "load"): {
        "http_req_duration": ["p(95)<200", "p(99)<500"],
        "http_req_failed": ["rate<0.01"],
    },
    ("desk", "stress"): {"http_req_duration": ["p(95)<1000"], "http_req_failed": ["rate<0.05"]},
    ("desk", "spike"): _RECOVERY,
}
"""Thresholds that each scenario must have; it may have more."""

SCRIPT_THRESHOLDS: dict[str, Thresholds] = {
    "health": {
        "http_req_duration": ["p(95)<100", "p(99)<200"],
        "http_req_failed": ["rate<0.001"],
        "health_check_errors": ["rate<0.001"],
        "health_check_duration": ["p(95)<100"],
    },
    "api-public": {
        "http_req_duration": ["p(95)<500", "p(99)<1000"],
        "http_req_failed": ["rate<0.01"],
        "api_errors": ["rate<0.01"],
        "http_req_duration{name:health}": ["p(95)<100"],
        "http_req_duration{name:openapi}": ["p(95)<500"],
    },
    "api-authenticated": {
        "http_req_duration{kind:api_read}": ["p(95)<300", "p(99)<500"],
        "http_req_failed{kind:api_read}": ["rate<0.01"],
        "http_req_duration{kind:api_write}": ["p(95)<500", "p(99)<1000"],
        "http_req_failed{kind:api_write}": ["rate<0.01"],
    },
    "auth-flow": {"http_req_failed": ["rate<0.01"], "login_duration": ["p(95)<500"]},
}

SCRIPT_SHAPES: dict[str, tuple[str, Shape]] = {
    "health": ("health_check", constant(10, 1 * M)),
    "api-public": ("public_api", ramping((30, 10), (2 * M, 30), (30, 0))),
}
"""Scenario name and load if no profile is requested."""

TEST_TYPES = {
    **{name: name for name in ("smoke", "load", "stress", "soak", "spike", "breakpoint")},
    "health": "health",
    "api-public": "api_public",
    "api-authenticated": "api_authenticated",
    "auth-flow": "auth_flow",
}
"""The tag `test_type`."""

SLO: dict[str, Thresholds] = {
    "target": {
        "http_req_duration": ["p(50)<50", "p(95)<200", "p(99)<500"],
        "http_req_failed": ["rate<0.001"],
    },
    "critical": {
        "http_req_duration": ["p(50)<100", "p(95)<500", "p(99)<1000"],
        "http_req_failed": ["rate<0.01"],
    },
    "strict": {"http_req_failed": ["rate<0.001"]},
    "desk": {
        "http_req_duration": ["p(95)<200", "p(99)<500"],
        "http_req_failed": ["rate<0.01"],
    },
    "saas": {"http_req_duration": ["p(95)<500"], "http_req_failed": ["rate<0.001"]},
}
SLO_RATES = {
    "target": "rate>1000",
    "critical": "rate>500",
    "desk": "rate>100",
    "saas": "rate>10000",
}
"""Requests per second, asked of load-sized profiles only."""

SHOP_TARGETS: dict[str, tuple[list[str], str]] = {
    "GET /products": (["p(50)<50", "p(95)<200", "p(99)<500"], "rate<0.0001"),
    "GET /products/search": (["p(50)<100", "p(95)<400", "p(99)<800"], "rate<0.0001"),
    "POST /orders": (["p(50)<150", "p(95)<500", "p(99)<1000"], "rate<0.001"),
    "GET /reports/inventory": (["p(50)<2000", "p(95)<5000", "p(99)<10000"], "rate<0.01"),
}
"""What the shop promises: times, and the share of failures that a soak test allows."""

ENDPOINTS: dict[str, tuple[str, ...]] = {
    "smoke": ("health", "openapi"),
    "load": ("health", "openapi"),
    "stress": ("health",),
    "soak": ("health", "openapi"),
    "health": ("health",),
    "api-public": ("health", "openapi", "root"),
    "api-authenticated": (
        "GET /items",
        "POST /items",
        "GET /items/{id}",
        "PATCH /items/{id}",
        "DELETE /items/{id}",
    ),
    "auth-flow": ("POST /auth/login", "GET /user/me", "POST /auth/refresh"),
}
"""Endpoints that each test must call."""
