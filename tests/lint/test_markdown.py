"""Markdown: style, and links that lead somewhere."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest
from sources import files_below, tracked_files

from tests.lint.linting import assert_none, lint, run
from tests.support.layout import REPOSITORY, TEMPLATE

NodeBin = Callable[[str], Path]

CONFIG = REPOSITORY / ".markdownlint.yaml"
CODE = re.compile(r"^( *(?:```|~~~)).*?^\1|`[^`\n]*`", flags=re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\)|^\[[^\]]+\]:\s+(\S+)", re.MULTILINE)
HEADING = re.compile(r"^#{1,6}\s+(.+?)\s*#*$", re.MULTILINE)
ANCHOR = re.compile(r"<a\s+(?:id|name)=\"([^\"]+)\"")


def markdown(paths: Iterable[Path]) -> list[Path]:
    """Return the Markdown files among `paths`."""
    return [path for path in paths if path.suffix == ".md"]


def own_markdown() -> list[Path]:
    """Return the repository's Markdown files, without those of the template tree."""
    return [path for path in markdown(tracked_files()) if TEMPLATE not in path.parents]


def anchors(path: Path) -> set[str]:
    """Return the anchors of a page, as GitHub makes them from headings."""
    text = path.read_text(encoding="utf-8")
    found = set(ANCHOR.findall(text))
    for heading in HEADING.findall(CODE.sub(keep_inline_code, text)):
        plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower()
        slug = re.sub(r"[^\w\- ]", "", plain).replace(" ", "-")
        count = sum(1 for known in found if re.fullmatch(rf"{re.escape(slug)}(-\d+)?", known))
        found.add(f"{slug}-{count}" if count else slug)
    return found


def keep_inline_code(match: re.Match[str]) -> str:
    """Drop fenced blocks, whose comments look like headings; keep words in backquotes."""
    return "" if match[1] else match[0]


def broken_links(path: Path) -> Iterator[str]:
    """Yield every relative link of a page that leads nowhere."""
    text = CODE.sub("", path.read_text(encoding="utf-8"))
    for inline, reference in LINK.findall(text):
        link = inline or reference
        if re.match(r"[a-z][a-z+.-]*:", link, flags=re.IGNORECASE):
            continue
        name, _, anchor = link.partition("#")
        target = path.parent / name if name else path
        if not target.exists():
            yield f"{path.name}: {link}: no such file"
        elif anchor and target.suffix == ".md" and anchor not in anchors(target):
            yield f"{path.name}: {link}: no such heading"


@pytest.mark.slow
def test_markdown_style_of_the_repository(node_bin: NodeBin) -> None:
    lint([node_bin("markdownlint-cli2"), "--config", CONFIG, *literal(own_markdown())], REPOSITORY)


def test_markdown_style_of_a_generated_project(generated: Path, node_bin: NodeBin) -> None:
    pages = literal(markdown(files_below(generated)))
    lint([node_bin("markdownlint-cli2"), "--config", CONFIG, *pages], generated)


def literal(paths: Iterable[Path]) -> list[str]:
    """Return paths that markdownlint-cli2 does not take for glob patterns."""
    return [f":{path}" for path in paths]


def test_links_of_the_repository_lead_somewhere() -> None:
    assert_none(line for page in own_markdown() for line in broken_links(page))


def test_links_of_a_generated_project_lead_somewhere(generated: Path) -> None:
    pages = markdown(files_below(generated))
    assert pages
    assert_none(line for page in pages for line in broken_links(page))


def test_a_broken_link_is_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    (tmp_path / "a b.md").write_text("# Top\n", encoding="utf-8")
    page.write_text(
        "# One `two`: (three)\n# Twice\n# Twice\n"
        "[ok](#one-two-three) [ok](#twice-1) [ok](<./page.md#twice>) [ok](https://example.com/x)\n"
        "`[code](missing.md)`\n```sh\n# [code](missing.md)\n```\n"
        "1. One\n\n   ```diff\n   +[code](missing.md)\n   ```\n\n"
        "[bad](missing.md) [bad](#nowhere)\n\n[bad]: also-missing.md\n",
        encoding="utf-8",
    )
    assert list(broken_links(page)) == [
        "page.md: missing.md: no such file",
        "page.md: #nowhere: no such heading",
        "page.md: also-missing.md: no such file",
    ]


@pytest.mark.slow
def test_markdownlint_refuses_bad_style(tmp_path: Path, node_bin: NodeBin) -> None:
    (tmp_path / "bad.md").write_text("#No space\n\n\n\n* a\n- b\n", encoding="utf-8")
    done = run([node_bin("markdownlint-cli2"), "--config", CONFIG, "bad.md"], tmp_path)
    assert done.returncode == 1
    assert "MD018" in done.stderr
