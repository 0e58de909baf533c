#!/usr/bin/env bash
#
# Writes the results of a run into a comment on its pull or merge request, or updates the one that is there. k6 has to be
# installed (ci.sh install).
#
#   comment.sh FOLDER    FOLDER: where the results of the run are; without a summary.json in it, the run has no result
#
# COMMENT_TOKEN: may comment. The other variables are in engine/features/comment/hosts.js.

set -euo pipefail
LC_ALL=C

suite=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)

# shellcheck source-path=SCRIPTDIR source=shared.sh
. "$suite/ci/shared.sh"

[ $# -eq 1 ] || refuse 'comment.sh takes one folder.'
if [ -z "${COMMENT_TOKEN:-}" ]; then
  if [ "${FORK:-}" = true ]; then
    say notice 'No comment: changes from a fork do not get the token that may write it. The log of the job has the results.'
  else
    say notice 'No comment: there is no token. Set LOAD_TEST_COMMENT_TOKEN (tests/load/docs/sharing.md).'
  fi
  exit 0
fi
summaries=''
if [ -d "$1" ]; then
  # A test that was slower than its baseline and was repeated has its first result in `first`.
  summaries=$(find "$(cd -- "$1" && pwd -P)" -name summary.json ! -path '*/first/*' | sort)
fi
find_k6
export TESTED_RUN=''
if [ -n "${CI_JOB_ID:-}" ] && [[ $summaries =~ /(ci-([0-9]+))/ ]]; then
  export TESTED_RUN=${BASH_REMATCH[1]} TESTED_JOB_ID=${BASH_REMATCH[2]}
fi
SUITE_PATH=$(git -C "$suite" rev-parse --show-prefix)
export SUITE_PATH
run_k6 --env SUMMARIES="$summaries" "$suite/engine/features/comment/post.js"
