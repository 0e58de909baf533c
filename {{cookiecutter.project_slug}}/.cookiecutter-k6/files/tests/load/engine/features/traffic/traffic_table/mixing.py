"""The command `mix`: an access log becomes data/traffic.mix.json, which the test `mix` runs."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any

from table_tool import write

from . import logs
from .mix import Mix
from .model import Refused
from .routes import Routes, known_routes
from .texts import clean

FORMAT = 1
MIX = "tests/load/data/traffic.mix.json"
OPERATIONS = "tests/load/data/operations.jsonl"
SLICES = 24
_SHOWN = 15
_FASTEST = 100_000  # requests per second; a profile beyond is a mistake


def run(project: str, options: Any, say: Callable[[str], None]) -> int:
    """Read logs, write the mix, and print it; return the exit code."""
    if not 0.1 <= options.minutes <= 24 * 60:
        raise Refused(f"--minutes {options.minutes:g} is invalid: expected 0.1 to 1440. Try: 10")
    mix = Mix(Routes(known_routes(_read(project, OPERATIONS))), assets=options.assets)
    mix.take(logs.read(options.file))
    if mix.requests == 0:
        raise Refused(
            f"none of {mix.unreadable + mix.assets} lines is a request of a known format: common,"
            " combined, nginx JSON, Caddy, Traefik, ALB, uvicorn"
        )
    sent, left = mix.rows()
    if not sent:
        raise Refused(
            f"none of {len(left)} routes can be requested; the first: {left[0]['name']},"
            f" {left[0]['reason']}"
        )
    content = {
        "format": FORMAT,
        "source": [os.path.basename(path) for path in options.file],
        "requests": mix.requests,
        "stages": stages(mix, options.minutes),
        "routes": sent,
        "left": left,
    }
    _say(mix, content, options.minutes, say)
    if options.check:
        return 0
    text = json.dumps(content, indent=1, ensure_ascii=True) + "\n"
    write(os.path.join(project, *MIX.split("/")), text)
    say(f"{MIX}: {len(sent)} routes. Next: ./scripts/load-test.sh mix")
    return 0


def stages(mix: Mix, minutes: float) -> list[dict[str, Any]]:
    """Return the stages of an arrival-rate profile: the log's time, as long as asked for.

    Each has a duration in seconds and a rate in requests per minute. Without times in the log, one
    stage of a request per second.
    """
    rates = mix.rates(SLICES) or [1.0]
    length = minutes * 60 / len(rates)
    return [
        {"seconds": round(length, 2), "perMinute": min(_FASTEST * 60, max(1, round(rate * 60)))}
        for rate in rates
    ]


def _read(project: str, name: str) -> str:
    try:
        with open(os.path.join(project, *name.split("/")), encoding="utf-8") as file:
            return file.read()
    except (OSError, UnicodeDecodeError):
        return ""


def _say(mix: Mix, content: dict[str, Any], minutes: float, say: Callable[[str], None]) -> None:
    for row in content["routes"][:_SHOWN]:
        say(f"  {row['share']:6.2f} %  {clean(row['name'])}")
    if len(content["routes"]) > _SHOWN:
        say(f"            ... and {len(content['routes']) - _SHOWN} more")
    for row in content["left"][:_SHOWN]:
        say(f"  left out  {row['share']:.2f} %  {clean(row['name'])}: {row['reason']}")
    if len(content["left"]) > _SHOWN:
        say(f"  left out  ... and {len(content['left']) - _SHOWN} more")
    say(f"{mix.requests} requests, {mix.assets} assets left out, {mix.unreadable} lines not read")
    minute, rate = mix.peak()
    if minute:
        moment = datetime.fromtimestamp(minute * 60, tz=timezone.utc)
        highest = max(stage["perMinute"] for stage in content["stages"]) / 60
        say(
            f"peak {rate:.2f} requests/s at {moment:%Y-%m-%d %H:%M} UTC;"
            f" profile: {minutes:g} minutes, up to {highest:.2f} requests/s"
        )
    else:
        say("the log has no times: the profile is one request per second; set RATE or --rate")
