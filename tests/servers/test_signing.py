"""Signed requests and tokens made by the load test, checked by botocore, PyJWT and others."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.servers.conftest import Start
from tests.servers.test_logins import SCRIPT, assert_green, fetch
from tests.servers.test_nginx import only_reads
from tests.support.layout import LOAD
from tests.support.suite_runner import PATIENT, SCRIPT_ERROR, Suite

pytestmark = pytest.mark.slow

SECRET = "s3cret/of+ours-and-long-enough-for-HS256"
USER = {"TEST_USER_EMAIL": "alice", "TEST_USER_PASSWORD": "wonderland-1"}
RECIPES = dict(
    re.findall(
        r"<!-- recipe (\w+) -->\n+```js\n(.*?)```",
        (LOAD / "docs" / "auth.md").read_text(),
        re.DOTALL,
    )
)
"""The recipes of the page on authentication, as a reader would copy them."""


def with_recipe(suite: Suite, name: str, text: str | None = None) -> Suite:
    """Write `config/auth.js` as the page says."""
    (suite.load / "config" / "auth.js").write_text(text or RECIPES[name])
    return suite.having(AUTH_MODE="custom", SIGNING_SECRET=SECRET, AWS_SECRET_ACCESS_KEY=SECRET,
                        AWS_ACCESS_KEY_ID="AKIDEXAMPLE", AWS_REGION="eu-central-1")  # fmt: skip


@pytest.mark.parametrize("kind", ["hmac", "aws", "HS256", "RS256", "ES256"])
def test_a_recipe(suite: Suite, start: Start, tmp_path: Path, kind: str) -> None:
    url = start("signed_app", KIND=kind)
    text = RECIPES["jwt" if kind.endswith("256") else kind].replace("'RS256'", f"'{kind}'")
    live = with_recipe(suite, kind, text).against(url, THRESHOLDS=PATIENT)
    if kind in ("RS256", "ES256"):
        (suite.load / "config" / "jwt.secret.pem").write_text(
            (tmp_path / "signing.pem").read_text()
        )
    elif kind == "HS256":
        (suite.load / "config" / "jwt.secret.pem").write_text(SECRET)
    run = live.run(SCRIPT, samples=True)
    assert_green(run)
    assert SECRET not in run.everything + run.summary_text + run.samples_text
    wrong = live.run(SCRIPT, SIGNING_SECRET="wrong-one", AWS_SECRET_ACCESS_KEY="wrong-one") \
        if kind in ("hmac", "aws") else None  # fmt: skip
    if wrong is not None:
        assert wrong.code == 99
        assert "not authorised" in wrong.reasons


def test_tokens_are_made_anew_before_they_end(suite: Suite, start: Start, tmp_path: Path) -> None:
    url = start("signed_app", KIND="ES256")
    (suite.load / "config" / "jwt.secret.pem").write_text((tmp_path / "signing.pem").read_text())
    text = RECIPES["jwt"].replace("'RS256'", "'ES256'").replace("lifetime: 600", "lifetime: 2")
    live = with_recipe(suite, "jwt", text).against(url, THRESHOLDS=PATIENT)
    run = live.run(SCRIPT, samples=True, DURATION="5s", VUS=1)
    assert_green(run)
    assert fetch(f"{url}/tokens") >= 3


def test_an_s3_signature(suite: Suite, start: Start) -> None:
    url = start("signed_app", KIND="aws")
    text = RECIPES["aws"].replace("execute-api", "s3")
    live = with_recipe(suite, "aws", text).against(url, THRESHOLDS=PATIENT)
    assert_green(live.run(SCRIPT, samples=True))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("export const other = 1;\n", "needs an exported function headersOf"),
        ("export function headersOf() { return nothing; }\n", "nothing is not defined"),
        ("this is no JavaScript\n", "cannot load config/auth.js"),
    ],
)
def test_a_wrong_function(suite: Suite, start: Start, text: str, said: str) -> None:
    live = with_recipe(suite, "", text).against(start("signed_app", KIND="hmac"))
    run = live.run(SCRIPT)
    assert run.code in (99, SCRIPT_ERROR)
    assert said in run.everything


def test_a_missing_function(suite: Suite, start: Start) -> None:
    (suite.load / "config" / "auth.js").unlink(missing_ok=True)
    run = suite.against(start("signed_app", KIND="hmac"), AUTH_MODE="custom").run(SCRIPT)
    assert run.code == SCRIPT_ERROR
    assert "cannot load config/auth.js" in run.err
    assert "docs/auth.md" in run.err


@pytest.mark.parametrize("algorithm", ["MD5", "MD5-Sess"])
def test_digest(suite: Suite, start: Start, algorithm: str) -> None:
    live = suite.against(start("signed_app", KIND="digest", ALGORITHM=algorithm),
                         THRESHOLDS=PATIENT, AUTH_MODE="digest", **USER)  # fmt: skip
    run = live.run(SCRIPT, samples=True)
    assert_green(run)
    wrong = live.run(SCRIPT, samples=True, TEST_USER_PASSWORD="wrong/one")
    assert wrong.code == 99
    assert "not authorised" in wrong.reasons
    for secret in ("wrong/one", "wrong%2Fone"):
        assert secret not in wrong.everything + wrong.summary_text + wrong.samples_text


def test_ntlm(suite: Suite, start: Start) -> None:
    live = only_reads(suite).against(start("ntlm_app"), THRESHOLDS=PATIENT, AUTH_MODE="ntlm",
                                     VUS=1, DURATION="1s", **USER)  # fmt: skip
    run = live.run("scripts/listing.js", samples=True)
    assert run.code == 0, run.everything
    assert "wonderland-1" not in run.everything + run.summary_text + run.samples_text
    wrong = live.run("scripts/listing.js", TEST_USER_PASSWORD="wrong-one", THRESHOLDS="")
    assert wrong.code == 99
    assert "GET /items status is 200" in wrong.reasons
    assert "wrong-one" not in wrong.everything + wrong.summary_text
