"""Named sets of answers: every one that makes a different tree occurs here, once.

Only the answers that differ from the defaults are listed.
"""

from __future__ import annotations

Answers = dict[str, str | int | bool]

OPTION_SETS: dict[str, Answers] = {
    "defaults": {},
    "login": {"auth": "login"},
    "api-key": {"auth": "api-key"},
    "claude-md": {"include_claude_md": True},
    "everything": {
        "project_name": 'Shop & Söhne\'s "API"',
        "project_slug": "shop-api",
        "backend_port": "3000",
        "backend_api_prefix": "/api",
        "auth": "login",
        "profile_set": "extended",
        "include_claude_md": True,
    },
}
