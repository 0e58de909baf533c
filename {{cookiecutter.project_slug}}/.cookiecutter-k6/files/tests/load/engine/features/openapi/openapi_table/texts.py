"""Texts taken from the document, made safe for tables, URLs and k6's names."""

from __future__ import annotations

import re
from urllib.parse import quote

_LONGEST = 200  # characters of a name
VARIABLE = re.compile(r"\{([^{}]+)\}")
_URL_SAFE = "/:@!$&'()*+,;=-._~?%"
_BAD_ENDS = " '\"`\\"  # k6 rejects names that end in one of these; InfluxDB, those with a backslash
_PLACEHOLDER = re.compile(
    r"string|undefined|\{\{?[\w. -]+\}?\}|<[\w. -]+>|:[A-Za-z]\w*|YOUR[_-][A-Z_-]+"
)


def clean(text: object) -> str:
    """Return a text as one printable line without commas, at most 200 characters long.

    k6 thresholds cannot select a tag value that contains a comma.

    >>> clean("/a/{x},{y}")
    '/a/{x}%2C{y}'
    """
    line = printable(text).replace(",", "%2C")
    return _cut(line, _LONGEST)


def label(text: object) -> str:
    """Return a text cleaned as by `clean` and valid as the name of a k6 check or group.

    >>> label("GET /a::b/'")
    'GET /a%3A%3Ab/%27'
    """
    line = clean(text).replace("::", "%3A%3A")
    core = line.strip(_BAD_ENDS)
    if core != line:
        before, _, after = line.partition(core) if core else (line, "", "")
        line = quote(before, safe="") + core + quote(after, safe="")
    return _cut(line, _LONGEST)


def shown(text: object) -> str:
    """Return a text as one printable line of at most 80 characters, for messages."""
    return _cut(printable(text), 80)


def printable(text: object) -> str:
    r"""Return a text with a question mark for each character that cannot be printed.

    >>> printable("a\tb")
    'a?b'
    """
    return "".join(char if char.isprintable() else "?" for char in str(text))


def words(text: str) -> str:
    """Return a name as words in lower case.

    >>> words("shutdownServer-v2")
    'shutdown server v2'
    """
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", text)
    return " ".join(re.findall(r"[a-z0-9]+", apart.lower()))


def _cut(line: str, longest: int) -> str:
    return line if len(line) <= longest else line[: longest - 3] + "..."


def variables(path: str) -> list[str]:
    """Return the names of the path parameters in a path template, in order.

    >>> variables("/pets/{petId}/toys/{toyId}")
    ['petId', 'toyId']
    """
    return VARIABLE.findall(path.partition("#")[0])


def url_parts(path: str) -> list[str]:
    """Split a path template into literals, ready for a URL, and variable names at odd indexes.

    Some documents tell operations apart by a fragment (`#`), which is not part of the request.

    >>> url_parts("/pets/{petId}/toys#newest")
    ['/pets/', 'petId', '/toys']
    """
    parts = VARIABLE.split(path.partition("#")[0])
    return [part if index % 2 else quoted(part, _URL_SAFE) for index, part in enumerate(parts)]


def quoted(text: str, safe: str) -> str:
    """Percent-encode a text for a URL, keeping what is encoded already.

    >>> quoted("a b%20c%", "%")
    'a%20b%20c%25'
    """
    return quote(re.sub(r"%(?![0-9A-Fa-f]{2})", "%25", text), safe=safe)


def placeholder(value: object) -> bool:
    """Tell whether an example only marks where a value goes, as some frameworks generate it.

    >>> [placeholder(text) for text in ("string", "{petId}", "<id>", "YOUR_API_KEY", "Rex")]
    [True, True, True, True, False]
    """
    return isinstance(value, str) and _PLACEHOLDER.fullmatch(value) is not None
