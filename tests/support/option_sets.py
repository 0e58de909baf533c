"""Named sets of answers. Tests of generated projects run on all of them.

Only the answers that differ from the defaults are listed.
"""

from __future__ import annotations

from pathlib import Path

# OpenAPI documents used by the tests.
DOCUMENTS = Path(__file__).parents[1] / "openapi" / "documents"

Answers = dict[str, str | int | bool]

OPTION_SETS: dict[str, Answers] = {
    "defaults": {},
    "login": {"auth": "login"},
    "api-key": {"auth": "api-key"},
    "openapi": {"openapi_spec": str(DOCUMENTS / "shop.json")},
    "traffic": {"include_traffic": True},
    "items": {"resources": "items"},
    "commerce": {"include_multi_tenant": True, "profile_set": "saas"},
    "missions": {"resources": "missions", "auth": "api-key", "profile_set": "light"},
    "desk": {"resources": "desk", "auth": "login", "profile_set": "desk"},
    "github": {"ci": "github"},
    "gitlab": {"ci": "gitlab", "auth": "api-key", "share_results": "comment,history"},
    "raw": {"websocket": "raw"},
    "socketio": {"websocket": "socketio", "auth": "login"},
    "prometheus": {"include_observability": "prometheus"},
    "influxdb": {"include_observability": "influxdb"},
    "claude-md": {"include_claude_md": True},
    "database": {"include_database": True},
    "cdc": {"include_cdc": True, "profile_set": "cdc"},
    "everything": {
        "project_name": 'Shop & Söhne\'s "API"',
        "project_slug": "shop-api",
        "backend_port": "3000",
        "backend_api_prefix": "/api",
        "auth": "login",
        "openapi_spec": "live",
        "include_traffic": True,
        "resources": "items,missions,desk",
        "include_multi_tenant": True,
        "websocket": "socketio",
        "include_database": True,
        "include_cdc": True,
        "profile_set": "extended",
        "ci": "github",
        "share_results": "comment,history,webhook",
        "include_observability": "both",
        "include_kubernetes": True,
        "include_claude_md": True,
    },
}
