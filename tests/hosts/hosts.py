"""Small services in the shape that the generators of their ecosystems make."""

from __future__ import annotations

from collections.abc import Mapping

from tests.hosts.compiled_hosts import GO, RUST, SPRING
from tests.hosts.host import Host
from tests.hosts.node_hosts import NEST, NEXT, NODE, TYPESCRIPT
from tests.hosts.python_hosts import DJANGO, FASTAPI, FLASK

HOSTS: Mapping[str, Host] = {
    "fastapi": FASTAPI,
    "django": DJANGO,
    "flask": FLASK,
    "node": NODE,
    "typescript": TYPESCRIPT,
    "nest": NEST,
    "next": NEXT,
    "go": GO,
    "rust": RUST,
    "spring": SPRING,
}
