#!/usr/bin/env bash
#
# Runs a test in a Kubernetes cluster with the k6-operator, and merges the results of all runners.
#
#   operator.sh make [PROFILE] [TEST]   writes the archive and the manifests; prints their folder
#   operator.sh run FOLDER              applies them, waits for the end, merges the results, cleans up
#   operator.sh clean FOLDER            removes a run from the cluster
#
# `make` needs k6, `run` and `clean` need kubectl. Inputs are environment variables:
#
#   BASE_URL          address of the service from inside the cluster; required here or in suite.env
#   PARALLELISM       number of runners, default 4, at most 100 and at most the number of VUs
#   NAMESPACE         default load-tests; must exist
#   PROMETHEUS_URL    remote-write address; without it no metrics are sent
#   RUN_ID            name of the run: lower-case letters, digits and dashes
#   K6_IMAGE, K6_BIN  k6 image in the cluster, k6 program on this machine
#   RUN_LIMIT         seconds that `run` waits for the test to end, default 14400
#   KEEP              true: `run` keeps everything in the cluster
#
# and all settings of the suite that are set: VUS, DURATION, AUTH_MODE, HEADERS, ... Secrets are not passed on: put them in
# the Secret named in testrun.yaml.

set -euo pipefail
LC_ALL=C

# A ConfigMap may have 1 MiB, including its metadata.
readonly ARCHIVE_LIMIT=1000000
# Seconds between two checks of a run
readonly INTERVAL=${INTERVAL:-5}
readonly EXIT_REFUSED=1
readonly EXIT_INCOMPLETE=3
readonly TREND_STATS='p(50),p(95),p(99),avg,max'

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)
suite=${here%/*}
project=$(cd -- "$suite/../.." && pwd -P)
results=${RESULTS_DIR:-$suite/results}

# Parts of load-test.sh: the reader of suite.env, what a secret is, the names of all settings, the tests of the owner
# shellcheck source-path=SCRIPTDIR source=../engine/shell/settings-file.sh
. "$suite/engine/shell/settings-file.sh"
# shellcheck source-path=SCRIPTDIR source=../engine/shell/text.sh
. "$suite/engine/shell/text.sh"
# shellcheck source-path=SCRIPTDIR source=../engine/shell/clock.sh
. "$suite/engine/shell/clock.sh"
# shellcheck source-path=SCRIPTDIR source=../engine/shell/values.sh
. "$suite/engine/shell/values.sh"
# shellcheck source-path=SCRIPTDIR source=../engine/shell/setting-names.sh
. "$suite/engine/shell/setting-names.sh"
# shellcheck source-path=SCRIPTDIR source=../engine/shell/own-tests.sh
. "$suite/engine/shell/own-tests.sh"

fail() {
  printf 'operator.sh: %s\n' "$2" >&2
  exit "$1"
}

refuse() { fail "$EXIT_REFUSED" "$1"; }

# quoted TEXT: prints it as a YAML scalar in single quotes.
quoted() { printf "'%s'" "${1//\'/\'\'}"; }

# --- make ----------------------------------------------------------------------------------------

# choose NAMES...: sets $profile and $script.
choose() {
  profile='' script=''
  [ $# -le 2 ] || refuse 'make accepts at most one profile and one test, such as: operator.sh make load health'
  if [ $# -eq 0 ]; then set -- smoke; fi
  if [ -f "$suite/scenarios/$1.js" ]; then
    profile=$1 script=scenarios/$1.js
    shift
  fi
  if [ $# -gt 0 ]; then
    script_in scripts "$1" >/dev/null || refuse "unknown profile or test '$1'. To list them: load-test.sh --list"
    [ $# -eq 1 ] || refuse "the profile comes before the test, such as: operator.sh make load health"
    script=$(script_in scripts "$1")
    script=${script#"$suite"/}
  fi
}

read_suite_env() {
  [ ! -r "$suite/suite.env" ] || parse_settings "$suite/suite.env" ||
    refuse "tests/load/suite.env:$bad_line: expected KEY=value, a comment or a blank line."
}

# setting NAME: prints its value, from the environment or else from suite.env.
setting() {
  find_parsed "$1"
  printf '%s' "${!1:-$parsed_value}"
}

check_inputs() {
  local pattern='^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$'
  [ -n "$base_url" ] || refuse 'BASE_URL is not set. Expected the address of the service in the cluster, such as http://shop.default.svc:8000.'
  [ -z "$(setting CLIENT_CERT)" ] || refuse 'CLIENT_CERT is set: the archive, which everyone in the namespace can read, would contain the private key. Unset it.'
  case $(setting USERS_FILE) in *.secret.*) refuse 'USERS_FILE is a secret file, which would be part of the archive. Put TEST_USER_EMAIL and TEST_USER_PASSWORD in the Secret.' ;; esac
  case $base_url in *@*) refuse 'BASE_URL contains credentials, which would end up in the manifests. Put them in the Secret.' ;; esac
  case $parallelism in *[!0123456789]* | '' | 0* | ????*) refuse "PARALLELISM needs a whole number from 2 to 100, got '$parallelism'." ;; esac
  [ "$parallelism" -ge 2 ] && [ "$parallelism" -le 100 ] || refuse "PARALLELISM needs a whole number from 2 to 100, got '$parallelism'."
  [[ $run_id =~ $pattern ]] || refuse "RUN_ID needs at most 40 lower-case letters, digits and dashes, got '$run_id'."
  [[ $namespace =~ $pattern ]] || refuse "NAMESPACE needs lower-case letters, digits and dashes, got '$namespace'."
}

# collect_settings: sets $names and $values, the settings of this run.
collect_settings() {
  local name workload=''
  names=(BASE_URL RUN_ID SEGMENT) values=("$base_url" "$run_id" "*/$parallelism")
  [ -z "$profile" ] || add PROFILE "$profile"
  case $script in scenarios/*) [ -n "$(setting WORKLOAD)" ] || workload=$(own_journeys) ;; esac
  [ -z "$workload" ] || add WORKLOAD "$workload"
  load_setting_names
  for name in $SHOWN_SETTINGS $setting_names; do
    [ "$name" != SEGMENT ] && [ -n "${!name:-}" ] || continue
    ! is_secret "$name" || continue
    case ${!name} in *://*@*) refuse "$name contains credentials, which would end up in the manifests. Put them in the Secret." ;; esac
    add "$name" "${!name}"
  done
  [ -z "${PROMETHEUS_URL:-}" ] || {
    add K6_PROMETHEUS_RW_SERVER_URL "$PROMETHEUS_URL"
    add K6_PROMETHEUS_RW_TREND_STATS "$TREND_STATS"
  }
}

add() {
  names+=("$1")
  values+=("$2")
}

# make_archive FILE: archives the test with all files that it reads. The options are fixed from now on. Of this machine's
# environment, only the settings are included.
make_archive() {
  local i k6=${K6_BIN:-k6} assignments=() size
  for ((i = 0; i < ${#names[@]}; i++)); do assignments+=("${names[i]}=${values[i]}"); done
  env -i PATH="$PATH" HOME="${HOME:-/}" "${assignments[@]}" "$k6" archive --include-system-env-vars --exclude-env-vars \
    --quiet --archive-out "$1" "$suite/$script" >&2 || refuse 'k6 could not create the archive, see above.'
  size=$(wc -c <"$1")
  size=${size//[!0-9]/}
  [ "$size" -le "$ARCHIVE_LIMIT" ] ||
    refuse "the archive has $size bytes, but a ConfigMap may have only $ARCHIVE_LIMIT. Put $1 on a volume (script.volumeClaim in testrun.yaml) or in the image (script.localFile)."
}

# tags FILE: prints the script's tags as flags, because the operator's --tag flag replaces the tags of the script.
tags() {
  local line inside=false
  while IFS= read -r line; do
    case $line in
      '  "tags": {'*) inside=true ;;
      '  }'*) inside=false ;;
      '    "'*': "'*)
        [ "$inside" = true ] || continue
        line=${line#*\"} line=${line%,} line=${line%\"}
        # The operator splits arguments at blanks.
        case $line in *[[:space:]]*' '* | *'": "'*' '*) continue ;; esac
        printf ' --tag %s=%s' "${line%%\"*}" "${line#*\": \"}"
        ;;
    esac
  done <<<"$("${K6_BIN:-k6}" inspect "$1" 2>/dev/null)"
}

# write_manifests FOLDER
write_manifests() {
  local i arguments='--no-usage-report'
  [ -z "${PROMETHEUS_URL:-}" ] || arguments+=' --out experimental-prometheus-rw'
  arguments+=$(tags "$1/archive.tar")
  cp -- "$here/testrun.yaml" "$1/testrun.yaml"
  {
    printf '%s\n' 'apiVersion: kustomize.config.k8s.io/v1beta1' 'kind: Kustomization' "namespace: $namespace" "nameSuffix: -$run_id" \
      'resources:' '  - testrun.yaml' 'patches:' '  - path: run.yaml' 'generatorOptions:' '  disableNameSuffixHash: true' \
      'configMapGenerator:' '  - name: load-test' '    files:' '      - archive.tar'
  } >"$1/kustomization.yaml"
  {
    printf '%s\n' 'apiVersion: k6.io/v1alpha1' 'kind: TestRun' 'metadata:' '  name: load-test' 'spec:' "  parallelism: $parallelism" \
      '  script:' '    configMap:' "      name: load-test-$run_id" "  arguments: $(quoted "$arguments")" '  runner:'
    [ -z "${K6_IMAGE:-}" ] || printf '    image: %s\n' "$(quoted "$K6_IMAGE")"
    printf '    env:\n'
    for ((i = 0; i < ${#names[@]}; i++)); do
      printf '      - name: %s\n        value: %s\n' "${names[i]}" "$(quoted "${values[i]}")"
    done
  } >"$1/run.yaml"
  printf '%s\n' "$namespace" "load-test-$run_id" "$run_id" "$parallelism" >"$1/run.txt"
}

make() {
  local folder
  parallelism=${PARALLELISM:-4} namespace=${NAMESPACE:-load-tests}
  choose "$@"
  run_id=${RUN_ID:-$(date -u +%Y%m%d-%H%M%S)-${profile:-${script##*/}}}
  run_id=${run_id%.?s}
  read_suite_env
  base_url=$(setting BASE_URL)
  check_inputs
  collect_settings
  folder=$results/$run_id-kubernetes
  mkdir -p -- "$results"
  mkdir -- "$folder" 2>/dev/null || refuse "the folder $folder already exists. Choose another RUN_ID."
  make_archive "$folder/archive.tar"
  write_manifests "$folder"
  printf '%s\n' "$folder"
}

# --- run -----------------------------------------------------------------------------------------

# read_run FOLDER: reads run.txt, written by `make`.
read_run() {
  folder=${1:-}
  [ -f "$folder/run.txt" ] || refuse "'$folder' was not created by 'operator.sh make'. Use the folder that it printed."
  {
    IFS= read -r namespace
    IFS= read -r name
    IFS= read -r run_id
    IFS= read -r parallelism
  } <"$folder/run.txt"
}

clean() {
  kubectl delete --kustomize "$folder" --ignore-not-found --wait=false >&2 || :
}

# wait_for_end: waits until the operator reports the end of the run.
wait_for_end() {
  local stage='' deadline
  read_clock
  deadline=$((clock + ${RUN_LIMIT:-14400}))
  while [ "$clock" -lt "$deadline" ]; do
    stage=$(kubectl get testrun "$name" --namespace "$namespace" --output 'jsonpath={.status.stage}') || stage=''
    case $stage in
      finished) return 0 ;;
      error) fail "$EXIT_INCOMPLETE" "the operator could not run $name: kubectl describe testrun $name --namespace $namespace" ;;
    esac
    sleep "$INTERVAL"
    read_clock
  done
  fail "$EXIT_INCOMPLETE" "$name has not finished within ${RUN_LIMIT:-14400} s (stage '${stage:-unknown}'). To wait longer, raise RUN_LIMIT."
}

run() {
  read_run "$@"
  [ "${KEEP:-false}" = true ] || trap clean EXIT
  # A client-side apply would store the archive in an annotation too, where it exceeds the size limit.
  kubectl apply --server-side --kustomize "$folder" >&2 || fail "$EXIT_INCOMPLETE" 'the manifests were rejected, see above.'
  wait_for_end
  kubectl logs --namespace "$namespace" --selector "app=k6,k6_cr=$name,runner=true" --tail=-1 \
    --max-log-requests "$parallelism" >"$folder/segments.log" || fail "$EXIT_INCOMPLETE" 'the output of the runners could not be fetched.'
  RUN_ID=$run_id "$project/scripts/load-test.sh" merge "$folder/segments.log"
}

case ${1:-} in
  make)
    shift
    make "$@"
    ;;
  run)
    shift
    run "$@"
    ;;
  clean)
    shift
    read_run "$@"
    clean
    ;;
  *) refuse "unknown command '${1:-}': expected make, run or clean (see the top of this file)." ;;
esac
