"""The command line. Options override environment variables, which override the defaults."""

from __future__ import annotations

import argparse
import gc
import os
import re
import sys
from typing import TYPE_CHECKING, Any

from service import NAME, __version__
from service.faults.board import Board, FaultError
from service.faults.table import COMMON, FAULTS, SWITCH, Fault
from service.faults.values import Kind, Parameter
from service.net import ListenError, stop_on_eof
from service.raw import MODES
from service.settings import Paths, Settings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

DEFAULTS = Settings()
LAST_PORT = 65535


def main(argv: Sequence[str] | None = None, env: Mapping[str, str] = os.environ) -> int:
    """Run the service; return the exit code: 0 stopped, 1 cannot start, 2 wrong usage."""
    parser = _parser(env)
    options = parser.parse_args(argv)
    faults = (*_listed(env.get("SERVICE_FAULTS", "")), *options.fault)
    try:
        Board(Paths(options.prefix)).add_specs(faults)
    except FaultError as error:
        parser.error(f"--fault: {error}; see --faults")
    if options.stop_on_eof:
        stop_on_eof()
    try:
        _serve(options, faults)
    except (ListenError, OSError) as error:
        print(f"{NAME}: {error}", file=sys.stderr)
        return 1
    return 0


def _serve(options: argparse.Namespace, faults: tuple[str, ...]) -> None:
    if options.raw:
        from service import raw  # noqa: PLC0415 -- raw or HTTP: only what is needed is loaded

        raw.serve(options.raw, options.host, options.port)
        return
    # The imports create thousands of objects, none of which is garbage. Without the collector the
    # start is faster, and frozen objects are never scanned again.
    gc.disable()
    from service.server import serve  # noqa: PLC0415 -- --help must not wait for FastAPI

    gc.freeze()
    gc.enable()
    serve(
        Settings(
            host=options.host,
            port=options.port,
            prefix=options.prefix,
            api_key=options.api_key,
            anonymous=options.anonymous,
            token_lifetime=options.token_lifetime,
            items=options.items,
            record=options.record,
            news_interval=options.news_interval,
            faults=faults,
            tls_cert=options.tls_cert,
            tls_key=options.tls_key,
        ),
        access_log=options.access_log,
    )


def _parser(env: Mapping[str, str]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m service",
        description="A small web service to demonstrate and test load suites against.",
        epilog="Each option NAME can be set as SERVICE_NAME in the environment "
        "(--token-lifetime: SERVICE_TOKEN_LIFETIME; several faults: SERVICE_FAULTS='a; b').",
    )

    def add(name: str, kind: type | object, default: object, text: str) -> None:
        variable = "SERVICE_" + name.upper().replace("-", "_")
        parser.add_argument(
            f"--{name}",
            type=kind,  # type: ignore[arg-type]
            default=env.get(variable) or default,
            help=f"{text} (default: %(default)s)",
        )

    add("host", str, DEFAULTS.host, "address to bind")
    add("port", _port, DEFAULTS.port, "port, 0 for a free one")
    add("prefix", _prefix, DEFAULTS.prefix, "path prefix of the API, / for none")
    add("api-key", str, DEFAULTS.api_key, "bearer token accepted without a login")
    add("token-lifetime", _whole, DEFAULTS.token_lifetime, "life of access tokens in seconds")
    add("items", _whole, DEFAULTS.items, "number of items at the start")
    add("record", _whole, DEFAULTS.record, "raw requests kept for GET /_stats")
    add("news-interval", _seconds, DEFAULTS.news_interval, "seconds between news on WebSockets")
    add("tls-cert", str, None, "PEM certificate, to speak HTTPS")
    add("tls-key", str, None, "PEM private key of the certificate")
    parser.add_argument(
        "--fault",
        action="append",
        default=[],
        metavar="NAME[=VALUE][,PARAMETER=VALUE...]",
        help="switches a fault on, can be repeated; --faults lists all faults",
    )
    parser.add_argument(
        "--raw", choices=MODES, help="no HTTP: what to do with each connection instead"
    )
    parser.add_argument(
        "--anonymous", action="store_true", help="also answers requests without a token"
    )
    parser.add_argument("--access-log", action="store_true", help="logs each request")
    parser.add_argument(
        "--stop-on-eof", action="store_true", help="stops when the standard input ends"
    )
    parser.add_argument("--faults", action=_ListFaults, help="lists the faults and exits")
    parser.add_argument("--version", action="version", version=f"{NAME} {__version__}")
    return parser


class _ListFaults(argparse.Action):
    def __init__(self, option_strings: Sequence[str], dest: str, **rest: Any) -> None:
        super().__init__(option_strings, dest, nargs=0, **rest)

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        print("\n".join(fault_lines()))
        parser.exit(0)


def fault_lines() -> list[str]:
    """Return the table of faults as text, one fault or parameter per line."""
    lines = []
    for fault in FAULTS:
        lines.append(_line(example(fault), f"{fault.help}{_accepts(fault.kind)}"))
        lines += [_line(f"    ,{_set(each)}", _meaning(each)) for each in fault.parameters]
    lines += ["", "parameters of all faults that apply to requests or WebSockets:"]
    lines += [_line(f"    ,{each.name}=...", _meaning(each)) for each in COMMON]
    return lines


def example(fault: Fault) -> str:
    """Return a fault in the form of ``--fault``, with its default value."""
    return fault.name if fault.default is True else f"{fault.name}={fault.default}"


def _line(switch: str, meaning: str) -> str:
    return f"{switch:<30} {meaning}"


def _set(parameter: Parameter) -> str:
    return f"{parameter.name}={str(parameter.default).lower()}"


def _meaning(parameter: Parameter) -> str:
    return f"{parameter.help}{_accepts(parameter.kind)}"


def _accepts(kind: Kind) -> str:
    return "" if kind.accepts == SWITCH.accepts else f" ({kind.accepts})"


def _listed(text: str) -> list[str]:
    return [part.strip() for part in text.split(";") if part.strip()]


def _port(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,5}", text) or int(text) > LAST_PORT:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port: expected 0 to {LAST_PORT}")
    return int(text)


def _whole(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,9}", text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number")
    return int(text)


def _seconds(text: str) -> float:
    if not re.fullmatch(r"[0-9]{1,5}(\.[0-9]{1,3})?", text) or float(text) <= 0:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds above 0")
    return float(text)


def _prefix(text: str) -> str:
    """Accept ``''``, ``/`` and ``/api/v1``, with or without a slash at the end."""
    if text and not re.fullmatch(r"(/[A-Za-z0-9._~-]+)*/?", text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a path prefix: expected /like/this")
    return text.rstrip("/")
