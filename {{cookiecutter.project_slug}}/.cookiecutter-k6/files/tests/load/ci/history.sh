#!/usr/bin/env bash
#
# Keeps the history of load tests across CI runs, as an artifact that every run reads and writes again. k6 has to be
# installed (ci.sh install).
#
#   history.sh find          prints run=ID, the workflow run on GitHub that has the newest history; nothing if there is none
#   history.sh fetch         on GitLab: downloads the newest history, if there is one and the cache does not have it
#   history.sh add FOLDER    adds the runs whose results are in FOLDER, and prints the newest ones
#
# API_TOKEN: for find, may read the runs of the repository.

set -euo pipefail
LC_ALL=C

suite=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)
file=$suite/results/history.jsonl

# shellcheck source-path=SCRIPTDIR source=shared.sh
. "$suite/ci/shared.sh"

find_history() {
  local said
  find_k6
  # k6 logs to stderr.
  if ! said=$(run_k6 "$suite/engine/features/history/find.js" 2>&1); then
    printf '%s\n' "$said" >&2
    refuse 'GitHub does not say where the history is, so it is not written again. Run the job once more.'
  fi
  grep '^run=' <<<"$said" || :
}

# fetch_history: the token goes through stdin, where no list of processes shows it.
fetch_history() {
  local path code
  # The cache had it.
  [ ! -s "$file" ] || return 0
  path=$(git -C "$suite" rev-parse --show-prefix)results/history.jsonl
  code=$(printf 'header = "JOB-TOKEN: %s"\n' "$CI_JOB_TOKEN" |
    curl --config - --silent --show-error --location --output "$file.new" --write-out '%{http_code}' \
      "$CI_API_V4_URL/projects/$CI_PROJECT_ID/jobs/artifacts/$CI_DEFAULT_BRANCH/raw/$path?job=$CI_JOB_NAME") || code=000
  case $code in
    200) mv -f -- "$file.new" "$file" ;;
    404) say notice 'There is no history yet: this run begins it.' ;;
    *)
      rm -f -- "$file.new"
      refuse "the history cannot be downloaded (status $code), so it is not written again. Run the job once more."
      ;;
  esac
  rm -f -- "$file.new"
}

add_runs() {
  local folder
  find_k6
  # Runs of CI are called ci-...; those in results/ already stay there.
  while IFS= read -r folder; do
    case $folder in '' | "$suite/results/"*) continue ;; esac
    cp -R -- "$folder" "$suite/results/"
  done <<<"$(find "$1" -type d -name 'ci-*' 2>/dev/null)"
  printf '### History of load tests\n\n```text\n'
  K6_BIN=$k6 bash "$suite/../../scripts/load-test.sh" history "$file"
  printf '```\n'
}

case ${1:-} in
  find) find_history ;;
  fetch) fetch_history ;;
  add) add_runs "${2:?the folder with the results}" ;;
  *) refuse "history.sh: unknown command '${1:-}': expected find, fetch or add." ;;
esac
