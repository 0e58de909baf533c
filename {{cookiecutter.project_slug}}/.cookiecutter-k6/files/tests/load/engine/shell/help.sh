# Owns: --help, --list and --version.

# Calls that a feature adds to the usage
usage_lines=''

# add_usage LINES
add_usage() { usage_lines+=$1$'\n'; }

print_help() {
  local flag value name kind example help
  cat <<END
Run the load tests of this project with k6.

Usage: load-test.sh [PROFILE] [TEST] [options] [-- K6 ARGS]

  load-test.sh                    Run smoke: few requests, about a minute
  load-test.sh PROFILE            Run a profile over the steps of workload.js
  load-test.sh TEST               Run one test with its own load (scripts/TEST.js; api = api-public)
  load-test.sh PROFILE TEST       Run one test under a profile
  load-test.sh [PROFILE] all      Run every test, or those in ALL_TESTS
  load-test.sh FILE               Run a script: an absolute path, or from here or tests/load
  load-test.sh doctor [write]     Ask the service what it is; propose settings, or write them to suite.env
  load-test.sh settings [WORD]    List the settings with their values, or those about a word
  load-test.sh compare A B        Compare two finished runs; runs nothing
  load-test.sh merge RUN          Judge a run of several --segment as a whole; runs nothing
END
  printf '%s' "$usage_lines"
  while IFS='|' read -r flag value name kind example help; do
    case $flag in
      --*) printf '  %-22s %s\n' "$flag${value:+ $value}" "$help" ;;
      ?*) printf '\n%s\n' "$flag" ;;
    esac
  done <<<"$option_table"
  cat <<END

Every option with a setting of that name also works as an environment variable (VUS=5), in --env-file and
in tests/load/suite.env. Precedence: option, environment, --env-file, suite.env. Also read: K6_BIN,
RESULTS_DIR (parent of the run folders), RUN_ID, ALLOWED_HOSTS, CONFIRM_TARGET, START_DIR, START_TIMEOUT,
MAX_REMOTE_VUS, MAX_REMOTE_RATE, MAX_REMOTE_DURATION, K6_IMAGE and CONTAINER_ENGINE (with --docker).
Secrets (keys, passwords, tokens) are accepted from the environment or --env-file only. Git ignores files
named tests/load/NAME.secret.env.

Exit codes
    0  passed
    1  wrong usage or refused; no load was sent
    2  the service was not healthy before the test, or its start command failed
    3  results are missing or incomplete although k6 reported success
    4  an output given with --out cannot be reached, or rejected some metrics
   99  thresholds were crossed, or never measured
  105  interrupted
  107  error in a script, its setup or its settings
  137, 141  k6 was killed, or wrote to a closed pipe
  Others are k6's own. With several tests: the highest.

Examples
  load-test.sh
  load-test.sh load --vus 100 --duration 10m
  load-test.sh load health --base-url https://staging.example.com
  load-test.sh load --save-baseline --runs 10
  load-test.sh load --compare
END
}

# description FILE: prints the first line of its first comment.
description() {
  local line trimmed number=0
  while IFS= read -r line && [ "$number" -lt 60 ]; do
    number=$((number + 1))
    trim "${line%$'\r'}"
    line=$trimmed
    case $line in
      '//'* | '/*'* | '*'*) ;;
      *) continue ;;
    esac
    line=${line#//}
    line=${line#/\*}
    while [ "${line#\*}" != "$line" ]; do line=${line#\*}; done
    trim "${line%\*/}"
    line=$trimmed
    case $line in '' | /* | @* | eslint* | prettier*) continue ;; esac
    printf '%s' "$(printable "$line")"
    return
  done <"$1"
}

# list_folder FOLDER
list_folder() {
  local name
  while IFS= read -r name; do
    [ -z "$name" ] || printf '  %-20s %s\n' "$name" "$(description "$(script_in "$1" "$name")")"
  done <<<"$(names_in "$1")"
}

print_list() {
  printf 'Profiles: load-test.sh PROFILE [TEST]\n'
  list_folder scenarios
  printf '\nTests: load-test.sh [PROFILE] TEST\n'
  list_folder scripts
  printf '  %-20s %s\n' api 'Short for api-public'
  if [ -n "$(setting ALL_TESTS)" ]; then
    printf '  %-20s %s\n' all "One after the other: $(one_line "$(tests_of_all)"); ALL_TESTS in suite.env says which"
  else
    printf '  %-20s %s\n' all 'Every test above, one after the other; ALL_TESTS in suite.env selects some'
  fi
}

print_version() {
  local version=unknown
  [ ! -r "$suite/engine/version.txt" ] || IFS= read -r version <"$suite/engine/version.txt" || :
  printf 'load-test.sh %s\n' "$version"
  if [ "$use_docker" = true ]; then
    printf 'k6 %s (%s)\n' "v${docker_image##*:}" "$docker_image"
  elif find_k6 && [ -x "$k6" ]; then
    read_k6_version "$k6"
    printf 'k6 %s (%s)\n' "$k6_version" "$k6"
  else
    printf 'k6 not found\n'
  fi
}
