"""curl commands, one or many: what browsers copy. They are taken apart, never run."""

from __future__ import annotations

import base64
import re
import shlex
from urllib.parse import quote_plus

from traffic_table.model import (
    Answer,
    Exchange,
    Headers,
    Recording,
    Refused,
    Request,
    header_of,
    media_type,
)

_VALUES = {
    "-X": "method", "--request": "method", "-H": "header", "--header": "header",
    "-d": "data", "--data": "data", "--data-raw": "raw", "--data-binary": "raw",
    "--data-ascii": "data", "--data-urlencode": "encoded", "--json": "json",
    "-F": "form", "--form": "form", "--form-string": "form", "-u": "user", "--user": "user",
    "-b": "cookie", "--cookie": "cookie", "-A": "agent", "--user-agent": "agent",
    "-e": "referer", "--referer": "referer", "--url": "url", "--oauth2-bearer": "bearer",
}  # fmt: skip
_IGNORED_WITH_VALUE = set(
    "-o --output -m --max-time --connect-timeout -w --write-out -c --cookie-jar --cacert --cert"
    " --key"
    " -E --retry --resolve -x --proxy --limit-rate -D --dump-header --interface --tls-max --ciphers"
    " --retry-delay --max-redirs --noproxy --capath -K --config -T --upload-file -r --range".split()
)
_BOUNDARY = "----load-test-boundary"


def read(text: str) -> Recording:
    """Return the requests of curl commands; their answers are not known."""
    found: list[Exchange] = []
    notes: list[str] = []
    for number, words in enumerate(_commands(text), 1):
        try:
            found += _requests(words, notes, number)
        except ValueError as problem:
            notes.append(f"curl command {number}: {problem}")
    if not found:
        raise Refused("no curl command with a URL was found")
    return Recording("curl", found, notes, timed=False)


def _commands(text: str) -> list[list[str]]:
    """Split commands into words, as a POSIX shell would; `^` of the Windows prompt too."""
    if re.search(r"\^\s*\r?\n", text) or '^"' in text:
        text = re.sub(r"\^\r?\n", " ", text)
        text = re.sub(r"\^(.)", r"\1", text)
    text = re.sub(r"\\\r?\n", " ", text)
    text = re.sub(r"`\r?\n", " ", text)
    text = re.sub(r"\$'((?:[^'\\]|\\.)*)'", _ansi, text)
    lexer = shlex.shlex(text, posix=True, punctuation_chars=";&|\n")
    lexer.whitespace = " \t\r"
    lexer.whitespace_split = True
    lexer.commenters = "#"
    commands: list[list[str]] = []
    words: list[str] = []
    try:
        for word in lexer:
            if word and set(word) <= set(";&|\n"):
                commands.append(words)
                words = []
            else:
                words.append(word)
    except ValueError:
        words = []
    return [c for c in [*commands, words] if c and re.search(r"(^|/)curl(\.exe)?$", c[0])]


def _ansi(match: re.Match[str]) -> str:
    escapes = {"n": "\n", "t": "\t", "r": "\r", "'": "'", '"': '"', "\\": "\\", "!": "!"}

    def one(found: re.Match[str]) -> str:
        code = found[1]
        return (
            chr(int(code[1:], 16)) if code[0] in "ux" and len(code) > 1 else escapes.get(code, code)
        )

    return shlex.quote(re.sub(r"\\(u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|.)", one, match[1]))


def _requests(words: list[str], notes: list[str], number: int) -> list[Exchange]:
    given: dict[str, list[str]] = {}
    urls: list[str] = []
    flags: set[str] = set()
    index = 1
    while index < len(words):
        word = words[index]
        name, equals, value = word.partition("=") if word.startswith("--") else (word, "", "")
        short = word[:2] if word.startswith("-") and not word.startswith("--") else ""
        if word in _VALUES or (equals and name in _VALUES):
            if not equals:
                index += 1
                value = words[index] if index < len(words) else ""
            given.setdefault(_VALUES[name if equals else word], []).append(value)
        elif word in _IGNORED_WITH_VALUE:
            index += 1
        elif short in _VALUES and len(word) > 2:
            given.setdefault(_VALUES[short], []).append(word[2:])
        elif word.startswith("-") and len(word) > 1:
            flags.add(word)
        else:
            urls.append(word)
        index += 1
    urls += given.get("url", [])
    if not urls:
        raise ValueError("it has no URL")
    return [_exchange(url, given, flags, notes, number) for url in urls]


def _exchange(
    url: str, given: dict[str, list[str]], flags: set[str], notes: list[str], number: int
) -> Exchange:
    url = url if re.match(r"^[a-z][a-z0-9+.-]*://", url, re.IGNORECASE) else f"http://{url}"
    headers: Headers = []
    for line in given.get("header", []):
        name, colon, value = line.partition(":")
        if colon:
            headers.append((name.strip(), value.strip()))
    if "user" in given:
        word = base64.b64encode(given["user"][-1].encode()).decode()
        headers.append(("Authorization", f"Basic {word}"))
    for key, name, start in (
        ("cookie", "Cookie", ""),
        ("referer", "Referer", ""),
        ("bearer", "Authorization", "Bearer "),
    ):
        headers += [(name, start + value) for value in given.get(key, [])]
    body, type_ = _body(given, header_of(headers, "content-type"), notes, number)
    method = given["method"][-1].upper() if "method" in given else ""
    if flags & {"-G", "--get"} and body:
        url += ("&" if "?" in url else "?") + body
        body, type_ = "", ""
    if not method:
        method = "HEAD" if flags & {"-I", "--head"} else "POST" if body else "GET"
    if not method.isalpha():
        raise ValueError(f"method {method!a} is invalid")
    request = Request(method, url, headers, body, type_)
    request.parts.port  # noqa: B018 - raises ValueError for an invalid one
    # What it answered is not known: any success or redirect will do.
    return Exchange(request, Answer(200, assumed=True), statuses=[{"min": 200, "max": 399}])


def _body(
    given: dict[str, list[str]], type_: str, notes: list[str], number: int
) -> tuple[str, str]:
    if "form" in given:
        chunks = []
        for line in given["form"]:
            name, _, value = line.partition("=")
            file = value.startswith(("@", "<"))
            extra = f'; filename="{value[1:].partition(";")[0]}"' if file else ""
            chunks.append(
                f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"{extra}\r\n\r\n'
                f"{'' if file else value}\r\n"
            )
        return "".join(
            chunks
        ) + f"--{_BOUNDARY}--\r\n", f"multipart/form-data; boundary={_BOUNDARY}"
    parts = []
    for key in ("data", "raw", "json", "encoded"):
        for value in given.get(key, []):
            if value.startswith("@") and key != "raw":
                notes.append(f"curl command {number} sends the file {value[1:]}, which is not read")
            elif key == "encoded":
                name, equals, text = value.partition("=")
                parts.append(f"{name}={quote_plus(text)}" if equals else quote_plus(value))
            else:
                parts.append(value)
    if not parts:
        return "", type_
    if "json" in given:
        return "".join(parts), type_ or "application/json"
    joined = "&".join(parts)
    fallback = "application/x-www-form-urlencoded"
    return joined, type_ if media_type(type_) else fallback
