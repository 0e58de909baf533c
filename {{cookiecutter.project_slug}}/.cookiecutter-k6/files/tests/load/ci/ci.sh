#!/usr/bin/env bash
#
# Shared by all CI systems: plans the run, installs k6, runs the test, prints the report, cleans up.
#
#   ci.sh plan      prints run, profile, journey, vus, minutes, target, group as NAME=value lines
#   ci.sh install   builds the pinned k6 unless k6 is already installed; needs Go
#   ci.sh run       runs scripts/load-test.sh; without PROFILE it first plans the run and installs k6
#   ci.sh summary   prints the Markdown report of this run
#   ci.sh cleanup   stops processes left behind by an interrupted run
#
# All inputs are environment variables and are validated before use. Only START_COMMAND is ever executed.
#
#   PROFILE JOURNEY VUS TARGET   what to run and where; without PROFILE the occasion decides (runs.txt)
#   OCCASION, or EVENT and CRON  pull-request, nightly, weekly, monthly
#   SERVICE_IMAGE                container image of the service, started and stopped with the run
#   SERVICE_HOST                 host of a service container that the CI system started for the job
#   CONFIRM_TARGET               the host of TARGET, if it is not in ALLOWED_HOSTS
#   FORK                         true: the change comes from a fork, so there are no secrets and no deployed target
#   REQUIRED                     true: fail instead of skipping if there is nothing to test
#   SAVE_BASELINE                true: run the test several times and save a baseline
#   RUN_ID                       name of the run and its folder
#
# All settings of the suite (START_COMMAND, DURATION, ALLOWED_HOSTS, ...) can be set as well.

set -euo pipefail
LC_ALL=C

readonly CONTAINER=load-test-service
# Seconds between SIGTERM and SIGKILL for the processes of an interrupted run
readonly STOP_LIMIT=3
# GitHub accepts 1 MiB per step.
readonly SUMMARY_LIMIT=1000000

suite=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)
project=$(cd -- "$suite/../.." && pwd -P)
results=${RESULTS_DIR:-$suite/results}
tools=${K6_FOLDER:-$suite/ci/.k6}

# shellcheck source-path=SCRIPTDIR source=shared.sh
. "$suite/ci/shared.sh"
# shellcheck source-path=SCRIPTDIR source=../engine/shell/text.sh
. "$suite/engine/shell/text.sh"
# shellcheck source-path=SCRIPTDIR source=../engine/shell/settings-file.sh
. "$suite/engine/shell/settings-file.sh"
# shellcheck source-path=SCRIPTDIR source=../engine/shell/url.sh
. "$suite/engine/shell/url.sh"
# shellcheck source-path=SCRIPTDIR source=../engine/shell/rules.sh
. "$suite/engine/shell/rules.sh"

read_suite_env() {
  [ -r "$suite/suite.env" ] || return 0
  parse_settings "$suite/suite.env" ||
    refuse "tests/load/suite.env:$bad_line: expected KEY=value, a comment or a blank line."
}

# setting NAME: prints it, from the environment or else from suite.env.
setting() {
  find_parsed "$1"
  printf '%s' "${!1:-$parsed_value}"
}

# require_form NAME VALUE PATTERN ACCEPTED: refuses a value that does not match; an empty value passes.
require_form() {
  local shown=$2
  case $2 in *@*) [ "$1" = SERVICE_IMAGE ] || shown='***' ;; esac
  [ -z "$2" ] || [[ $2 =~ ^($3)$ ]] || refuse "$1=$shown is invalid: expected $4."
}

check_inputs() {
  require_form PROFILE "${PROFILE:-}" '[A-Za-z0-9][A-Za-z0-9_-]*' 'the name of a profile, such as smoke'
  require_form JOURNEY "${JOURNEY:-}" '[A-Za-z0-9][A-Za-z0-9_-]*' 'the name of a test in tests/load/scripts, or all'
  require_form VUS "${VUS:-}" '[1-9][0-9]{0,5}' 'a whole number from 1 to 100000'
  require_form MINUTES "${MINUTES:-}" '[1-9][0-9]{0,2}' 'a whole number of minutes from 1 to 999'
  require_form TARGET "${TARGET:-$(setting BASE_URL)}" 'https?://[A-Za-z0-9._:/~[-]+[]A-Za-z0-9._:/~-]*' 'an address such as https://staging.example.com'
  require_form SERVICE_IMAGE "${SERVICE_IMAGE:-}" '[A-Za-z0-9][A-Za-z0-9._/:@-]*' 'an image such as registry.example.com/shop:1.2.3'
  require_form SERVICE_HOST "${SERVICE_HOST:-}" '[A-Za-z0-9][A-Za-z0-9.-]*' 'a host name such as service'
  require_form RUN_ID "${RUN_ID:-}" '[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}' 'letters, digits, dot, dash and underscore'
}

# ---------------------------------------------------------------------------------------------------
# plan
# ---------------------------------------------------------------------------------------------------

# occasion: prints the occasion of this pipeline. Schedules are told apart by the fields of their cron expression.
occasion() {
  local day month_day
  if [ -n "${OCCASION:-}" ]; then
    printf '%s' "$OCCASION"
  elif [ "${EVENT:-}" = schedule ]; then
    read -r _ _ month_day _ day <<<"${CRON:-}"
    if [ "${month_day:-*}" != '*' ]; then
      printf monthly
    elif [ "${day:-*}" != '*' ]; then
      printf weekly
    else
      printf nightly
    fi
  else
    printf pull-request
  fi
}

# read_row OCCASION: sets $profile, $journey, $vus and $minutes from runs.txt.
read_row() {
  local name rest
  profile='' journey='' vus='' minutes=''
  while read -r name profile journey vus minutes rest; do
    [ "$name" != "$1" ] || break
    profile=''
  done <"$suite/ci/runs.txt"
  [ -n "$profile" ] || refuse "tests/load/ci/runs.txt has no row for the occasion '$1'."
  [ "$journey" != - ] || journey=''
  [ "$vus" != - ] || vus=''
  PROFILE=$profile JOURNEY=$journey VUS=$vus MINUTES=$minutes check_inputs
  [ -n "$minutes" ] || refuse "tests/load/ci/runs.txt: the row '$1' needs five columns."
}

# host_of URL: prints host and port in lower case, as the lock that keeps two runs off the same host.
host_of() { parse_url "$1" && printf '%s' "$url_host${url_port:+:$url_port}"; }

# is_local URL: is it on this machine?
is_local() { parse_url "$1" && is_this_machine "$url_host"; }

is_startable() { [ -n "$(setting START_COMMAND)" ] || [ -n "${SERVICE_IMAGE:-}" ]; }

container_url() {
  local port
  port=$(setting BACKEND_PORT)
  printf 'http://%s:%s' "$SERVICE_HOST" "${port:-8000}"
}

# choose_place OCCASION: sets $target, and $skip to the reason if there is nothing to test. An empty target is the service
# started for the run, which pull requests prefer in order to test their own change.
choose_place() {
  skip=''
  target=${TARGET:-}
  [ -z "${SERVICE_HOST:-}" ] || target=$(container_url)
  [ -n "$target" ] || target=$(setting BASE_URL)
  if [ "$1" = pull-request ] && [ -n "$target" ] && ! is_local "$target" && is_startable; then target=''; fi
  if [ -z "$target" ] && ! is_startable; then
    skip='there is nothing to test. Set LOAD_TEST_START_COMMAND, LOAD_TEST_IMAGE or LOAD_TEST_URL in the CI system (tests/load/docs/ci-*.md), or TARGET on your machine.'
  elif [ "${FORK:-}" = true ] && [ -z "${SERVICE_HOST:-}" ] && [ -n "$target" ] && ! is_local "$target"; then
    skip='changes from a fork are not run against a deployed service.'
  fi
  if [ -z "$skip" ] && [ "$1" != manual ] && is_heavy "$profile" && [ -n "$target" ] && ! is_local "$target" &&
    [ -z "${SERVICE_HOST:-}" ] && [ "$(setting ALLOW_HEAVY)" != true ]; then
    skip="$profile overloads $(host_of "$target"), which nobody has allowed. Set LOAD_TEST_ALLOW_HEAVY=true, or choose another profile in tests/load/ci/runs.txt."
  fi
  if [ "${FORK:-}" = true ] && [ "$(setting AUTH_MODE)" = api-key ] && [ -z "${API_KEY:-}" ]; then
    skip='changes from a fork do not get the secret API_KEY.'
  fi
}

# make_plan: sets $run, $profile, $journey, $vus, $minutes, $target and $group.
make_plan() {
  local occasion=manual
  read_suite_env
  check_inputs
  if [ -n "${PROFILE:-}" ]; then
    profile=$PROFILE journey=${JOURNEY:-} vus=${VUS:-} minutes=${MINUTES:-60}
  else
    occasion=$(occasion)
    read_row "$occasion"
  fi
  choose_place "$occasion"
  run=true
  if [ "$profile" = off ]; then
    run=false
    say notice "Load test skipped: runs.txt says off for $occasion."
  elif [ -n "$skip" ]; then
    [ "${REQUIRED:-}" != true ] || refuse "$skip"
    run=false
    say notice "Load test skipped: $skip"
  fi
  group=${RUN_ID:-local}
  if [ -n "$target" ] && ! is_local "$target"; then group=$(host_of "$target"); fi
}

print_plan() {
  make_plan
  printf '%s\n' "run=$run" "profile=$profile" "journey=$journey" "vus=$vus" "minutes=$minutes" "target=$target" \
    "group=load-test-$group"
}

# ---------------------------------------------------------------------------------------------------
# install
# ---------------------------------------------------------------------------------------------------

# pinned_k6: prints the version in k6/go.mod.
pinned_k6() {
  local line pattern='go\.k6\.io/k6 +(v[^ ]+)'
  while IFS= read -r line; do
    if [[ $line =~ $pattern ]]; then
      printf '%s' "${BASH_REMATCH[1]}"
      return
    fi
  done <"$suite/ci/k6/go.mod"
  refuse 'tests/load/ci/k6/go.mod does not name a version of go.k6.io/k6.'
}

install_k6() {
  local work version
  if command -v k6 >/dev/null 2>&1; then
    k6 version
    return
  fi
  version=$(pinned_k6)
  if [ ! -x "$tools/$version/k6" ]; then
    command -v go >/dev/null 2>&1 || refuse 'k6 is not installed, and neither is Go, which is needed to build it.'
    work=$(mktemp -d)
    # shellcheck disable=SC2064  # expand $work now
    trap "rm -rf -- '$work'" EXIT
    cat -- "$suite/ci/k6/go.mod" >"$work/go.mod"
    cat -- "$suite/ci/k6/go.sum" >"$work/go.sum"
    (cd -- "$work" && GOFLAGS='' GOWORK=off go build -mod=mod -trimpath -ldflags='-s -w' -o k6 go.k6.io/k6)
    "$work/k6" version
    mkdir -p -- "$tools/$version"
    mv -- "$work/k6" "$tools/$version/k6"
    rm -rf -- "$work"
    trap - EXIT
  fi
  [ -z "${GITHUB_PATH:-}" ] || printf '%s\n' "$tools/$version" >>"$GITHUB_PATH"
  PATH=$tools/$version:$PATH
}

# ---------------------------------------------------------------------------------------------------
# run
# ---------------------------------------------------------------------------------------------------

# choose_service: exports the address of the service and how to start it. The wrapper starts the service only if it is on
# this machine and not yet running.
choose_service() {
  local port base
  port=$(setting BACKEND_PORT)
  base=${target:-$(setting BASE_URL)}
  if [ -z "$target" ] && ! is_local "$base"; then base=http://localhost:${port:-8000}; fi
  export BASE_URL=$base
  if [ -n "${SERVICE_HOST:-}" ]; then
    # The container exists for this job only, so any load and any writes are safe.
    export BASE_URL ALLOW_HEAVY=true ALLOW_WRITES=true ALLOWED_HOSTS=$SERVICE_HOST
    BASE_URL=$(container_url)
  fi
  [ -z "${CONFIRM_TARGET:-}" ] || export CONFIRM_TARGET ALLOW_REMOTE=true
  if [ -n "${SERVICE_IMAGE:-}" ]; then
    # In the foreground, so that the wrapper can stop it and capture its log.
    port=127.0.0.1:${port:-8000}:${port:-8000}
    export START_COMMAND="exec docker run --rm --init --name $CONTAINER -p $port $SERVICE_IMAGE"
    export START_TIMEOUT=${START_TIMEOUT:-3m}
  fi
}

# choose_gate: sets $gate, the baseline arguments. If a baseline is committed, regressions fail the run.
choose_gate() {
  local name=$profile${journey:+-$journey}
  gate=()
  if [ "${SAVE_BASELINE:-}" = true ]; then
    gate=(--save-baseline)
  elif [ -f "$suite/baselines/$name.json" ]; then
    gate=(--compare)
  else
    say notice "No baseline is committed (tests/load/baselines/$name.json), so this run is not checked for regressions."
  fi
}

run_test() {
  local words
  profile=${PROFILE:-} journey=${JOURNEY:-} vus=${VUS:-} target=${TARGET:-}
  read_suite_env
  check_inputs
  if [ -z "$profile" ]; then
    make_plan
    [ "$run" = true ] || exit 0
    install_k6
  fi
  choose_service
  choose_gate
  # These become arguments; as settings they would apply twice.
  unset PROFILE JOURNEY TARGET SERVICE_IMAGE
  if [ -n "$vus" ]; then export VUS=$vus; else unset VUS; fi
  words=("$profile")
  [ -z "$journey" ] || words+=("$journey")
  [ "$journey" != all ] || gate=()
  export REASON_FILE
  REASON_FILE=$(reason_file)
  rm -f -- "$REASON_FILE"
  # exec, so that the signal of a cancelled job reaches the wrapper, which then stops k6 and the service.
  exec bash "$project/scripts/load-test.sh" "${words[@]}" ${gate[@]+"${gate[@]}"}
}

# ---------------------------------------------------------------------------------------------------
# summary, cleanup
# ---------------------------------------------------------------------------------------------------

run_folder() { printf '%s' "$results/${RUN_ID:-latest}"; }

# reason_file: where the wrapper says why it sent no load.
reason_file() { printf '%s' "$results/.${RUN_ID:-latest}.reason"; }

print_summary() {
  local report folder reason reports=()
  folder=$(run_folder)
  for report in "$folder/report.md" "$folder"/*/report.md; do
    [ ! -f "$report" ] || reports+=("$report")
  done
  if [ "${#reports[@]}" -gt 0 ]; then
    cat -- "${reports[@]}" | head -c "$SUMMARY_LIMIT" || :
  elif reason=$(reason_file) && [ -s "$reason" ]; then
    printf '### Load test\n\nThe test did not start:\n\n'
    sed 's/^/    /' -- "$reason" | head -c "$SUMMARY_LIMIT" || :
  else
    printf '### Load test\n\nThere is no report, because the test did not start or did not finish. See the log of the job.\n'
  fi
}

# stop_group PID: sends SIGTERM to a process group, and SIGKILL after STOP_LIMIT.
stop_group() {
  # Counted: the clock may be set meanwhile.
  local left=$((STOP_LIMIT * 10))
  kill -TERM -- "-$1" 2>/dev/null || return 0
  while kill -0 -- "-$1" 2>/dev/null && [ $((left -= 1)) -ge 0 ]; do sleep 0.1; done
  kill -KILL -- "-$1" 2>/dev/null || :
}

# clean_up: stops leftover processes. The wrapper's marker file still exists only if the wrapper was killed.
clean_up() {
  local marker name pid
  marker=$(run_folder)/.running
  if [ -f "$marker" ]; then
    while IFS='=' read -r name pid; do
      case $name in k6 | service) [[ ! $pid =~ ^[1-9][0-9]*$ ]] || stop_group "$pid" ;; esac
    done <"$marker"
    rm -f -- "$marker"
    say warning 'The run was killed. Data that it created in the service may be left behind; look for its run id.'
  fi
  if [ -n "${SERVICE_IMAGE:-}" ] && command -v docker >/dev/null 2>&1; then
    docker rm --force "$CONTAINER" >/dev/null 2>&1 || :
  fi
}

case ${1:-} in
  plan) print_plan ;;
  install) install_k6 ;;
  run) run_test ;;
  summary) print_summary ;;
  cleanup) clean_up ;;
  *) refuse "ci.sh: unknown command '${1:-}': expected plan, install, run, summary or cleanup." ;;
esac
