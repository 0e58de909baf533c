#!/usr/bin/env bash
#
# Runs this project's load tests with k6. `load-test.sh --help` lists everything.
#
# Needs bash 3.2 or later and k6 or Docker, nothing else. The file reads from general to specific: the
# option table, small helpers, one section per step of a run, and at the end `main`, which is the
# table of contents. Names in capitals are settings (environment, suite.env) or constants; everything
# the script keeps for itself is in small letters.
#
# It decides first and acts afterwards: before the first process is started, every command and text is
# ready. The second half (from "Processes and signals") holds no $(...) on purpose: bash 5.2 loses a signal
# that arrives during one.
#
# shellcheck disable=SC2329  # `launch` and `trap` call functions by name

# Started as `sh load-test.sh`: dash and busybox get no further than this, and need not.
if [ -z "${BASH_VERSION:-}" ]; then
  if command -v bash >/dev/null 2>&1; then exec bash -- "$0" "$@"; fi
  echo "load-test.sh needs bash. Install it, then run: bash $0" >&2
  exit 1
fi
set +o posix
set -euo pipefail

# ---------------------------------------------------------------------------------------------------
# The caller's shell settings must not change what happens here
# ---------------------------------------------------------------------------------------------------

set +afCv
shopt -u nullglob failglob nocaseglob nocasematch dotglob extglob xpg_echo
unset CDPATH GREP_OPTIONS
IFS=$' \t\n'
caller_umask=$(umask)
caller_locale=${LC_ALL-unset}
# In other locales [0-9] also matches digits that no program reads as numbers.
LC_ALL=C
# A closed stdin, stdout or stderr would hand its number to the next file that is opened.
{ : 3>&2; } || exec 2>/dev/null
{ : 3<&0; } 2>/dev/null || exec </dev/null
{ : 3>&1; } 2>/dev/null || exec >/dev/null

# ---------------------------------------------------------------------------------------------------
# Constants and state
# ---------------------------------------------------------------------------------------------------

readonly OLDEST_K6=1.0.0
readonly DOCKER_IMAGE=grafana/k6:1.8.1
# Seconds that `k6 version` and other questions to programs may take.
readonly ANSWER_LIMIT=3
# Seconds between SIGTERM and SIGKILL for a service that this script started.
readonly STOP_LIMIT=5
# Earlier runs that are looked at for the report's trend.
readonly HISTORY_LIMIT=60

# What Prometheus gets of each time, besides the counts.
readonly TREND_STATS='p(50),p(95),p(99),avg,max'

readonly EXIT_REFUSED=1
readonly EXIT_NOT_READY=2
readonly EXIT_INCOMPLETE=3
readonly EXIT_OUTPUT_DOWN=4
readonly EXIT_THRESHOLDS=99
readonly EXIT_INTERRUPTED=105

# k6 replaces all scenarios when it finds these, so the profile would not run.
readonly SHAPE_VARIABLES='K6_VUS K6_DURATION K6_ITERATIONS K6_STAGES'
# With these a run has no verdict or no summary, or skips the checks of setup().
readonly VERDICT_VARIABLES='K6_NO_THRESHOLDS K6_NO_SUMMARY K6_SUMMARY_MODE K6_NO_SETUP'
readonly HEAVY_PROFILES=' stress spike breakpoint '

# Settings that reach k6 as `--env NAME=value` whenever they are set, so that the printed command is whole.
readonly SHOWN_SETTINGS='PROFILE_SET VUS DURATION TIME_SCALE THINK_TIME SLO THRESHOLDS SEGMENT'
# What a container needs besides those: it does not inherit the environment.
SUITE_SETTINGS='PROJECT_NAME PROJECT_SLUG BACKEND_PORT API_PREFIX HEALTH_PATHS HEALTH_STATUS_WORDS READINESS
  OPENAPI_PATH ROOT_PATH ENVIRONMENT REQUEST_TIMEOUT ALLOWED_HOSTS ALLOW_REMOTE CONFIRM_TARGET ALLOW_HEAVY
  ALLOW_WRITES MAX_REMOTE_VUS MAX_REMOTE_RATE MAX_REMOTE_DURATION INSECURE_SKIP_TLS_VERIFY'
# @feature auth {
SUITE_SETTINGS="$SUITE_SETTINGS AUTH_MODE API_KEY LOGIN_PATH REFRESH_PATH ME_PATH TEST_USER_EMAIL TEST_USER_PASSWORD RESOURCE_PATH"
# @feature }
SUITE_SETTINGS="$SUITE_SETTINGS RESOURCES" # @feature resources
SUITE_SETTINGS="$SUITE_SETTINGS WORKLOAD"  # @feature workloads
# @feature multi_tenant {
SUITE_SETTINGS="$SUITE_SETTINGS TIER TIERS TIER_KEY TIER_LOAD NOISY_TIER RATE_LIMIT RATE_LIMIT_WINDOW RATE_LIMIT_TOLERANCE"
SUITE_SETTINGS="$SUITE_SETTINGS FLASH_SALE_PRODUCT FLASH_SALE_STOCK FLASH_SALE_FIELD METRICS_URL MEMORY_FIELD MEMORY_LIMIT"
SUITE_SETTINGS="$SUITE_SETTINGS WARM_UP RATE_FROM RATE_TO RATE_GROWTH KNEE_P95 BULK_ROWS DATA_SEED REPORT_WITHIN"
# @feature }
# @feature websocket {
SUITE_SETTINGS="$SUITE_SETTINGS WS_PROTOCOL WS_URL WS_PATH WS_NAMESPACE WS_CHANNELS WS_SOCKETS WS_SESSION WS_TOKEN_IN"
# @feature }
SUITE_SETTINGS="$SUITE_SETTINGS CDC_READ CDC_DRAIN" # @feature cdc
# One word after the other, with one blank between them: they are looked up as " NAME ".
SUITE_SETTINGS=${SUITE_SETTINGS//$'\n' /}
readonly SUITE_SETTINGS

# Command line
positionals=()
k6_arguments=()
thresholds=()
outputs=()
raw_output=''
env_file=''
action=run
report=false
dashboard=false
save_baseline=false
compare=false
runs=''
segment=''
no_wait=false
use_docker=false
use_stack=false # @feature observability
quiet=false
verbose=false
color=auto

# Settings from options, --env-file and suite.env, as parallel lists (bash 3.2 has no maps)
option_names=()
option_values=()
file_names=()
file_values=()
suite_names=()
suite_values=()
parsed_names=()
parsed_values=()
# Environment of the k6 process beyond the inherited one; the first pair comes from --out
output_names=()
output_values=()
child_names=()
child_values=()
k6_command=()

# What to run: one entry per k6 process
run_names=()
run_scripts=()
run_profiles=()
run_ids=()
run_folders=()
run_banners=()
run_lines=()
# Name of the baseline that each belongs to
run_baselines=()
run_codes=()
run_seconds=()

# The plan: the words and the environment of each k6 process, one after the other, and where each begins.
# Then the readiness check, what completes the report of each, and what makes the baselines.
plan_words=()
plan_word_starts=(0)
plan_names=()
plan_values=()
plan_name_starts=(0)
wait_limit=''
start_limit=''
service_command=''
service_folder=''

# The process side
k6=''
k6_version=''
k6_extensions='' # @feature sql
# Ids of the runs that write to a database, between blanks
database_runs=' ' # @feature sql
launched=''
child_code=0
k6_pid=''
k6_asked=false
k6_container=''
# While k6 runs: the pipe that its log goes through, and who reads it
k6_log=''
log_reader=''
figures_lost=false
wait_pid=''
service_pid=''
service_code=''
service_log=''
service_was_there=false
signal_count=0
interrupted=''
interruption_named=false
echo_timer=''
forced=false
explained=false
k6_started=false
run_root=''
run_id=''
run_folder_made=false
run_code=0
summary_only_slower=false

# ---------------------------------------------------------------------------------------------------
# The option table: flag | value | setting | kind | example | help
#
# The parser, `--help` and every usage error read it. A line without `|` is a heading of the help.
# ---------------------------------------------------------------------------------------------------

OPTION_TABLE='
What to run
--profile|NAME|PROFILE|name|load|profile for the test; also one without a file in scenarios/
--profile-set|NAME|PROFILE_SET|name|core|set of profiles (tests/load/config/profiles.js)
--list|||||list the profiles and tests
How much
--vus|N|VUS|vus|20|virtual users at the peak; every stage scales with it
--duration|T|DURATION|duration|2m|length of the hold: 30s, 5m, 1m30s
--time-scale|X|TIME_SCALE|scale|0.1|stretches the stages that --duration does not set
--think-time|X|THINK_TIME|think|0.5|multiplies every pause; 0 removes them
--segment|PART|SEGMENT|segment|1/4|one part of a run on N machines; then: merge RUN
Where
--base-url|URL|BASE_URL|url|http://localhost:8000|the service; default http://localhost:BACKEND_PORT
--yes||ALLOW_REMOTE|||load a host that is not listed in ALLOWED_HOSTS (asks for its name)
--allow-heavy||ALLOW_HEAVY|||stress, spike, breakpoint and uncapped load on a remote host
--allow-writes||ALLOW_WRITES|||requests that change data on a remote host
What counts as good
--threshold|M=EXPR||threshold|http_req_duration=p(95)<300|replaces a threshold; repeatable
--slo|NAME|SLO|name|target|adds service-level thresholds: target, critical, strict, desk or saas
The service
--wait|T|WAIT_TIMEOUT|duration|60s|how long to wait until it is healthy; default 30s
--no-wait|||||neither wait for it nor start it
--start|COMMAND|START_COMMAND|text|npm start|starts it if nothing answers, and stops it afterwards
Compared with before
--save-baseline|||||stores what these runs measured, in tests/load/baselines/
--compare|||||fails when a p95 is above that baseline, twice in a row
--runs|N||runs|5|how often to run; default 5 with --save-baseline, else 1
Results
--output|FILE||file|raw.json|every sample as JSON lines, in the run folder
--out|OUTPUT||text|prometheus|a k6 output: csv=F, prometheus, influxdb=URL, ...; repeatable
--report|||||insists on report.html, which every run writes: exit code 3 without it
--dashboard|||||k6 dashboard as dashboard.html as well, in the run folder
Settings
--env-file|FILE||text|tests/load/staging.secret.env|reads KEY=value lines; the environment wins over them
--env|NAME=VALUE||pair|ENVIRONMENT=staging|sets a setting or a variable for the scripts; repeatable
The script
--docker|||||runs k6 in a container instead of a local k6
--dry-run|||||prints the k6 command and runs nothing
--quiet|||||no banner, no progress: results and errors only
--verbose|||||says what is decided, and why
--no-color|||||no colours; so does the variable NO_COLOR
--version|||||versions of the suite and of k6
--help|||||this text (-h)
'
# @feature observability {
OPTION_TABLE="$OPTION_TABLE"'Dashboards
--stack|||||starts Grafana and its stores (compose.yaml), sends the figures there
'
# @feature }
readonly OPTION_TABLE

# ---------------------------------------------------------------------------------------------------
# Talking
# ---------------------------------------------------------------------------------------------------

# A terminal that is gone (SIGHUP, `| head`) must not stop the clean-up: printing never fails.
# shellcheck disable=SC2059  # the first argument is the format
out() { printf "$@" 2>/dev/null || :; }
# shellcheck disable=SC2059
err() { printf "$@" >&2 2>/dev/null || :; }

# Control characters in a value could redraw the terminal.
printable() { printf '%s' "${1//[[:cntrl:]]/?}"; }

say() { [ "$quiet" = true ] || out '%s\n' "${1//[[:cntrl:]]/?}"; }
# show TEXT: the same for text that is ready, with its colours.
show() { [ "$quiet" = true ] || out '%s\n' "$1"; }
explain() { [ "$verbose" != true ] || err '%s\n' "${1//[[:cntrl:]]/?}"; }
note() { err '%s\n' "$1"; }
warn() { err '%swarning:%s %s\n' "$yellow" "$plain" "${1//[[:cntrl:]]/?}"; }

# fail CODE MESSAGE [NEXT COMMAND]: the reason, what to type next, and out.
fail() {
  local next=${3:-}
  explained=true
  err '%sload-test.sh:%s %s\n' "$red" "$plain" "${2//[[:cntrl:]]/?}"
  [ -z "$next" ] || err '  Try: %s\n' "${next//[[:cntrl:]]/?}"
  exit "$1"
}

refuse() { fail "$EXIT_REFUSED" "$@"; }

choose_colors() {
  red='' green='' yellow='' heading='' bold='' plain=''
  if [ "$color" = auto ] && [ -t 1 ] && [ -z "${NO_COLOR:-}" ] && [ "${TERM:-dumb}" != dumb ]; then
    red=$'\033[31m' green=$'\033[32m' yellow=$'\033[33m' heading=$'\033[1;36m' bold=$'\033[1m' plain=$'\033[0m'
  fi
}

# quote TEXT: as one word that a shell reads back unchanged.
quote() {
  local apostrophe="'\\''"
  case $1 in
    '' | *[!ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_./:=@%+,-]*)
      printf "'%s'" "${1//\'/$apostrophe}"
      ;;
    *) printf '%s' "$1" ;;
  esac
}

# command_line WORDS...: how to call this script, for `Try:` lines.
command_line() {
  local word
  quote "$self"
  for word in "$@"; do
    printf ' '
    quote "$word"
  done
}

# typed_again WORDS...: this call once more, with WORDS, for `Try:` lines. Neither secrets nor pairs of --env.
typed_again() {
  local flag value name kind example help words=(${positionals[@]+"${positionals[@]}"})
  while IFS='|' read -r flag value name kind example help; do
    if [ -z "$name" ] || ! has_option "$name"; then continue; fi
    case " $* " in *" $flag "*) continue ;; esac
    case $name in
      # May hold a password, or was joined of several.
      BASE_URL | START_COMMAND | THRESHOLDS) ;;
      *)
        words+=("$flag")
        [ -z "$value" ] || words+=("$(setting "$name")")
        ;;
    esac
  done <<<"$OPTION_TABLE"
  [ -z "$env_file" ] || words+=(--env-file "$env_file")
  command_line ${words[@]+"${words[@]}"} "$@"
}

# ---------------------------------------------------------------------------------------------------
# Small tools
# ---------------------------------------------------------------------------------------------------

lower() { printf '%s' "$1" | tr ABCDEFGHIJKLMNOPQRSTUVWXYZ abcdefghijklmnopqrstuvwxyz; }

# absolute FILE: the same file from the root on. (Without dirname, which not every system has.)
absolute() {
  local path=$1
  case $path in */*) ;; *) path=./$path ;; esac
  printf '%s' "$(cd -- "${path%/*}/" && pwd -P)/${path##*/}"
}

# trim TEXT: sets $trimmed, without the blanks around it. (A subshell per line would be slow.)
trim() {
  trimmed=${1#"${1%%[! $'\t']*}"}
  trimmed=${trimmed%"${trimmed##*[! $'\t']}"}
}

is_digits() {
  case $1 in '' | *[!0123456789]*) return 1 ;; esac
}

# in_range NUMBER MIN MAX: a whole number without leading zero, at most 9 digits.
in_range() {
  is_digits "$1" || return 1
  case $1 in 0?*) return 1 ;; esac
  [ "${#1}" -le 9 ] && [ "$1" -ge "$2" ] && [ "$1" -le "$3" ]
}

# decimal_in_range NUMBER MIN MAX: the bounds are in thousandths.
decimal_in_range() {
  local whole=${1%%.*} fraction=000 pattern='^[0-9]{1,9}(\.[0-9]{1,9})?$'
  [[ $1 =~ $pattern ]] || return 1
  case $1 in *.*) fraction=${1#*.} ;; esac
  case $fraction in ????*) fraction=${fraction:0:3}${fraction:3} ;; *) fraction=${fraction}000 ;; esac
  local rest=${fraction:3} thousandths=$((10#$whole * 1000 + 10#${fraction:0:3}))
  [ "$thousandths" -ge "$2" ] || return 1
  [ "$thousandths" -lt "$3" ] || { [ "$thousandths" -eq "$3" ] && [ -z "${rest//0/}" ]; }
}

# duration_ms TEXT: prints milliseconds; fails when TEXT is no k6 duration. A bare number is none: k6
# would take it for milliseconds.
duration_ms() {
  local rest=$1 total=0 unit fraction pattern='^([0-9]{1,9})(\.([0-9]{1,9}))?(ms|s|m|h|d)(.*)$'
  [ -n "$rest" ] || return 1
  while [ -n "$rest" ]; do
    [[ $rest =~ $pattern ]] || return 1
    case ${BASH_REMATCH[4]} in
      ms) unit=1 ;;
      s) unit=1000 ;;
      m) unit=60000 ;;
      h) unit=3600000 ;;
      *) unit=86400000 ;;
    esac
    fraction=${BASH_REMATCH[3]}000
    total=$((total + 10#${BASH_REMATCH[1]} * unit + 10#${fraction:0:3} * unit / 1000))
    rest=${BASH_REMATCH[5]}
  done
  printf '%s' "$total"
}

is_duration() {
  local ms
  ms=$(duration_ms "$1") && [ "$ms" -ge 1000 ]
}

# is_secret NAME: values of such names never reach a command line or the screen.
is_secret() {
  case $(lower "$1") in
    # Settings that only sound like it
    auth_mode | ws_token_in) return 1 ;;
    mongodb_url | read_url) return 0 ;; # @feature cdc
    database_url | *_key | *_dsn | *apikey* | *api_key* | *passw* | *passphrase* | *_pass | *token* | *secret*) return 0 ;;
    auth | auth_* | *_auth | *authorization* | *cookie* | *credential*) return 0 ;;
    *) return 1 ;;
  esac
}

# has_credentials TEXT: does it hold a URL with user:password@?
has_credentials() {
  local pattern='://[^/?#]*@'
  [[ $1 =~ $pattern ]]
}

# masked TEXT: the same without what could be the credentials of a URL, even of a misspelt one.
masked() {
  case $1 in
    *://*@*) printf '%s://***@%s' "${1%%://*}" "${1##*@}" ;;
    *@*) printf '***@%s' "${1##*@}" ;;
    *) printf '%s' "$1" ;;
  esac
}

# Fractions of a second are not in POSIX, but everywhere that matters.
nap() { sleep 0.1 2>/dev/null || sleep 1; }

# launch COMMAND...: starts it in the background, in a process group of its own; sets $launched.
# Signals for the group of this script (Ctrl-C) then reach this script alone, which passes on one.
launch() {
  set -m
  "$@" &
  launched=$!
  set +m
}

kill_after() {
  sleep "$1"
  kill -KILL -- "-$2"
}

# limited SECONDS COMMAND...: its output and exit code; killed with all its children after SECONDS.
limited() {
  local watched watchdog code=0 seconds=$1
  shift
  launch "$@" </dev/null
  watched=$launched
  launch kill_after "$seconds" "$watched" </dev/null >/dev/null 2>&1
  watchdog=$launched
  # A signal ends this `wait` early; then the answer is not needed any more.
  wait "$watched" 2>/dev/null || code=$?
  kill -KILL -- "-$watched" "-$watchdog" 2>/dev/null || :
  wait "$watched" "$watchdog" 2>/dev/null || :
  return "$code"
}

connect() { exec 3<>"/dev/tcp/$1/$2"; }

# answers HOST PORT: does anything accept a connection there? HOST as in a URL.
answers() {
  local host=${1#[}
  limited 2 connect "${host%]}" "$2" >/dev/null 2>&1
}

# ---------------------------------------------------------------------------------------------------
# Kinds of values
# ---------------------------------------------------------------------------------------------------

# accepts KIND: what to write, for messages.
accepts() {
  case $1 in
    vus) echo 'a whole number from 1 to 100000' ;;
    port) echo 'a whole number from 1 to 65535' ;;
    count) echo 'a whole number from 1 to 999999999' ;;
    runs) echo 'a whole number from 1 to 50' ;;
    segment) echo 'PART/PARTS such as 1/4, at most 100 parts' ;;
    duration) echo 'a duration with a unit, at least 1s, such as 30s, 5m or 1m30s' ;;
    scale) echo 'a number from 0.001 to 100' ;;
    think) echo 'a number from 0 to 10' ;;
    bool) echo 'true or false' ;;
    name) echo 'a name of letters, digits, - and _' ;;
    run_id) echo 'at most 100 letters, digits, . - and _, not starting with a dot, not "latest"' ;;
    url) echo 'http:// or https://, a host, optionally a port (1-65535) and a path' ;;
    threshold) echo 'METRIC=EXPRESSION without a semicolon' ;;
    pair) echo 'NAME=VALUE' ;;
    file) echo 'a plain file name: no folder, no leading dash or dot, none of the results of a run' ;;
    *) echo 'a value' ;;
  esac
}

# is_kind KIND VALUE
is_kind() {
  local pattern
  case $1 in
    vus) in_range "$2" 1 100000 ;;
    port) in_range "$2" 1 65535 ;;
    count) in_range "$2" 1 999999999 ;;
    runs) in_range "$2" 1 50 ;;
    segment)
      case $2 in */*) in_range "${2#*/}" 2 100 && in_range "${2%%/*}" 1 "${2#*/}" ;; *) return 1 ;; esac
      ;;
    duration) is_duration "$2" ;;
    scale) decimal_in_range "$2" 1 100000 ;;
    think) decimal_in_range "$2" 0 10000 ;;
    bool) [ "$2" = true ] || [ "$2" = false ] ;;
    name)
      pattern='^[A-Za-z0-9][A-Za-z0-9_-]*$'
      [[ $2 =~ $pattern ]]
      ;;
    run_id)
      pattern='^[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}$'
      [[ $2 =~ $pattern ]] && [ "$2" != latest ]
      ;;
    url) parse_url "$2" ;;
    threshold)
      pattern='^[A-Za-z_][A-Za-z0-9_]*(\{[^;]*\})?=[^;]+$'
      [[ $2 =~ $pattern ]]
      ;;
    pair)
      pattern='^[A-Za-z_][A-Za-z0-9_]*='
      [[ $2 =~ $pattern ]]
      ;;
    file)
      case $2 in -* | .* | */* | *\\* | *[[:cntrl:]]*) return 1 ;; esac
      # Capitals make no other file on macOS and Windows. `first` is a folder, see set_aside.
      case $(lower "$2") in
        first | summary.json | segment.json | report.html | report.md | junit.xml | timeline.json | dashboard.html | service.log) return 1 ;;
      esac
      ;;
    *) : ;;
  esac
}

# ---------------------------------------------------------------------------------------------------
# Settings: option > environment > --env-file > suite.env > default
# ---------------------------------------------------------------------------------------------------

# set_option NAME VALUE: given twice, the last one wins.
set_option() {
  local i
  for ((i = 0; i < ${#option_names[@]}; i++)); do
    if [ "${option_names[i]}" = "$1" ]; then
      option_values[i]=$2
      return
    fi
  done
  option_names+=("$1")
  option_values+=("$2")
}

# find_setting NAME: sets $found (empty = not set) and $origin. An empty value counts as not set.
find_setting() {
  local i
  found='' origin=''
  for ((i = 0; i < ${#option_names[@]}; i++)); do
    [ "${option_names[i]}" != "$1" ] || { found=${option_values[i]} origin=option; }
  done
  [ -z "$found" ] || return 0
  found=${!1:-} origin=environment
  [ -z "$found" ] || return 0
  for ((i = 0; i < ${#file_names[@]}; i++)); do
    [ "${file_names[i]}" != "$1" ] || { found=${file_values[i]} origin=$env_file; }
  done
  [ -z "$found" ] || return 0
  for ((i = 0; i < ${#suite_names[@]}; i++)); do
    [ "${suite_names[i]}" != "$1" ] || { found=${suite_values[i]} origin=suite.env; }
  done
}

# setting NAME [DEFAULT]: prints the value.
setting() {
  local found origin
  find_setting "$1"
  printf '%s' "${found:-${2:-}}"
}

# has_option NAME: was it given on the command line?
has_option() {
  local name
  for name in ${option_names[@]+"${option_names[@]}"}; do
    [ "$name" != "$1" ] || return 0
  done
  return 1
}

is_on() { [ "$(setting "$1")" = true ]; }

# parse_env_file FILE NAME: fills $parsed_names and $parsed_values. Nothing in it is executed. The rules are
# those of tests/load/engine/settings/reading.js. A bad line is not shown: it may be a secret.
parse_env_file() {
  local file=$1 shown=$2 line trimmed bare number=0
  local assignment=$'^(export[ \t]+)?([A-Za-z_][A-Za-z0-9_]*)=(.*)$'
  parsed_names=() parsed_values=()
  while IFS= read -r line || [ -n "$line" ]; do
    number=$((number + 1))
    [ "$number" -gt 1 ] || line=${line#$'\xef\xbb\xbf'}
    trim "${line%$'\r'}"
    case $trimmed in '' | '#'*) continue ;; esac
    [[ $trimmed =~ $assignment ]] || refuse "$shown:$number: expected KEY=value, a comment or a blank line."
    parsed_names+=("${BASH_REMATCH[2]}")
    trim "${BASH_REMATCH[3]}"
    strip_value "$trimmed"
    parsed_values+=("$bare")
  done <"$file"
}

# strip_value TEXT: sets $bare, without the outer pair of quotes, or without the comment behind it.
strip_value() {
  local comment=$'^(.*[^ \t])?([ \t]+#.*)$'
  bare=$1
  case $1 in
    \"*\" | \'*\')
      if [ "${#1}" -ge 2 ]; then
        bare=${1#?}
        bare=${bare%?}
        return
      fi
      ;;
    '#'*)
      bare=''
      return
      ;;
  esac
  while [[ $bare =~ $comment ]]; do bare=${BASH_REMATCH[1]}; done
}

load_settings() {
  if [ -r "$suite/suite.env" ]; then
    parse_env_file "$suite/suite.env" tests/load/suite.env
    suite_names=(${parsed_names[@]+"${parsed_names[@]}"})
    suite_values=(${parsed_values[@]+"${parsed_values[@]}"})
  fi
  if [ -n "$env_file" ]; then
    [ -f "$env_file" ] && [ -r "$env_file" ] ||
      refuse "--env-file needs a readable file, got '$env_file'." "$(command_line --env-file tests/load/staging.secret.env)"
    parse_env_file "$env_file" "$env_file"
    file_names=(${parsed_names[@]+"${parsed_names[@]}"})
    file_values=(${parsed_values[@]+"${parsed_values[@]}"})
  fi
}

# Variables that k6 reads by itself and that would make a run meaningless.
drop_dangerous_variables() {
  local name i
  for name in $SHAPE_VARIABLES; do
    [ -z "${!name+set}" ] || warn "$name is ignored: it would replace the profile. Use --vus, --duration."
    unset "$name"
  done
  for name in $VERDICT_VARIABLES; do
    [ "$name" != K6_SUMMARY_MODE ] || [ "${!name:-}" = disabled ] || continue
    [ -z "${!name:-}" ] || warn "$name is ignored: the run would have no verdict."
    unset "$name"
  done
  # k6 stops when this is 1 instead of true; the flag --no-usage-report says the same.
  unset K6_NO_USAGE_REPORT
  for ((i = 0; i < ${#file_names[@]}; i++)); do
    case " $SHAPE_VARIABLES $VERDICT_VARIABLES K6_NO_USAGE_REPORT " in
      *" ${file_names[i]} "*)
        warn "${file_names[i]} in $env_file is ignored: it would replace the profile or the verdict."
        file_values[i]=''
        ;;
    esac
  done
}

# check_settings: every value that the wrapper or k6 will use, whatever it came from.
check_settings() {
  local flag value name kind example help
  while IFS='|' read -r flag value name kind example help; do
    [ -z "$name" ] || [ -z "$kind" ] || check_setting "$name" "$kind" "$flag" "$example"
  done <<<"$OPTION_TABLE"
  check_setting BACKEND_PORT port '' 8000
  check_setting START_TIMEOUT duration '' 60s
  check_setting MAX_REMOTE_VUS count '' 100
  check_setting MAX_REMOTE_RATE count '' 100
  check_setting MAX_REMOTE_DURATION duration '' 1h
  check_setting RUN_ID run_id '' nightly-1
  for name in ALLOW_REMOTE ALLOW_HEAVY ALLOW_WRITES TIMELINE; do check_setting "$name" bool '' true; done
}

# check_setting NAME KIND FLAG EXAMPLE
check_setting() {
  local found origin label
  find_setting "$1"
  [ -z "$found" ] || ! is_kind "$2" "$found" || return 0
  [ -n "$found" ] || return 0
  case $origin in
    option) label=${3:-$1} ;;
    environment) label="$1 (environment)" ;;
    *) label="$1 in $origin" ;;
  esac
  refuse "$label needs $(accepts "$2"), got '$(masked "$found")'." \
    "$([ -n "$3" ] && command_line smoke "$3" "$4" || printf '%s=%s' "$1" "$4")"
}

# ---------------------------------------------------------------------------------------------------
# The command line
# ---------------------------------------------------------------------------------------------------

usage() {
  local flag value name kind example help
  cat <<EOF
Runs the load tests of this project with k6.

Usage: load-test.sh [PROFILE] [TEST] [options] [-- K6 ARGS]

  load-test.sh                    smoke: one user, a minute, every journey
  load-test.sh PROFILE            a profile over all journeys (scenarios/PROFILE.js)
  load-test.sh TEST               one test with its own load (scripts/TEST.js; api = api-public)
  load-test.sh PROFILE TEST       one test under a profile
  load-test.sh [PROFILE] all      every test, one after the other
  load-test.sh FILE               a script: absolute, from here or from tests/load
  load-test.sh compare A B        two runs that have ended side by side; nothing is run
  load-test.sh merge RUN          judges a run of several --segment as a whole; nothing is run
EOF
  # @feature sql {
  cat <<EOF
  load-test.sh cleanup RUN        removes what a run left in databases (or --older-than 24h: what all did)
EOF
  # @feature }
  # @feature openapi {
  cat <<EOF
  load-test.sh openapi update     compiles the OpenAPI document again (openapi update --help)
  load-test.sh openapi list       lists its operations
EOF
  # @feature }
  while IFS='|' read -r flag value name kind example help; do
    case $flag in
      --*) printf '  %-22s %s\n' "$flag${value:+ $value}" "$help" ;;
      ?*) printf '\n%s\n' "$flag" ;;
    esac
  done <<<"$OPTION_TABLE"
  cat <<EOF

Every option with a setting of that name also works as an environment variable (VUS=5), in --env-file and
in tests/load/suite.env; the order is option, environment, --env-file, suite.env. Also read: K6_BIN,
RESULTS_DIR (folder of the run folders), RUN_ID, ALLOWED_HOSTS, CONFIRM_TARGET, START_DIR, START_TIMEOUT,
MAX_REMOTE_VUS, MAX_REMOTE_RATE, MAX_REMOTE_DURATION, K6_IMAGE and CONTAINER_ENGINE (with --docker).
Secrets (keys, passwords, tokens) are taken from the environment or --env-file only. Git ignores such files
when they are named tests/load/NAME.secret.env.

Exit codes
    0  passed
    1  wrong usage or refused; no load was sent
    2  the service did not become ready, or its start command failed
    3  results are missing or incomplete although k6 reported success
    4  an output asked for with --out cannot be reached, or did not take the figures
   99  thresholds were crossed
  105  interrupted
  107  error in a script, its setup or its settings
  Others are k6's own. With several tests: the highest.

Examples
  load-test.sh
  load-test.sh load --vus 100 --duration 10m
  load-test.sh load health --base-url https://staging.example.com
  load-test.sh load --save-baseline --runs 10
  load-test.sh load --compare
EOF
}

# option_row FLAG: sets $row_value, $row_name, $row_kind, $row_example; fails for an unknown flag.
option_row() {
  local flag value name kind example help
  while IFS='|' read -r flag value name kind example help; do
    if [ "$flag" = "$1" ]; then
      row_value=$value row_name=$name row_kind=$kind row_example=$example
      return 0
    fi
  done <<<"$OPTION_TABLE"
  return 1
}

# Help is given however wrong the rest is.
help_wanted() {
  local argument
  for argument in "$@"; do
    case $argument in
      --) return 1 ;;
      -h | --help) return 0 ;;
    esac
  done
  return 1
}

parse_arguments() {
  local flag row_value row_name row_kind row_example
  while [ $# -gt 0 ]; do
    case $1 in
      --)
        shift
        k6_arguments=("$@")
        return
        ;;
      -?*)
        flag=${1%%=*}
        option_row "$flag" || refuse_unknown_option "$1"
        if [ -z "$row_value" ]; then
          [ "$flag" = "$1" ] || refuse "$flag takes no value, got '$1'." "$(command_line "$flag")"
          take_switch "$flag"
        elif [ "$flag" != "$1" ]; then
          take_option "$flag" "${1#*=}"
        else
          [ $# -ge 2 ] || refuse_value "$flag" 'nothing'
          case $2 in --*) refuse_value "$flag" "the option $2" ;; esac
          take_option "$flag" "$2"
          shift
        fi
        ;;
      *) positionals+=("$1") ;;
    esac
    shift
  done
}

refuse_unknown_option() {
  case $1 in
    -*.js) refuse "'$1' looks like an option. Write a file name with its folder." "$(command_line "./$1")" ;;
    -u* | -d? | -d | -i* | -s) refuse "unknown option '$1'. k6's own flags for load are --vus and --duration here." "$(command_line smoke --vus 5 --duration 1m)" ;;
    *) refuse "unknown option '$1'. k6's own flags go behind --." "$(command_line --help)" ;;
  esac
}

# refuse_value FLAG GOT: uses the row of the flag.
refuse_value() {
  refuse "$1 needs $(accepts "$row_kind"), got $2." "$(command_line smoke "$1" "$row_example")"
}

take_switch() {
  case $1 in
    --list) action=list ;;
    --dry-run) action=dry-run ;;
    --version) action=version ;;
    --report) report=true ;;
    --dashboard) dashboard=true ;;
    --save-baseline) save_baseline=true ;;
    --compare) compare=true ;;
    --no-wait) no_wait=true ;;
    --docker) use_docker=true ;;
    --stack) use_stack=true ;; # @feature observability
    --quiet) quiet=true ;;
    --verbose) verbose=true ;;
    --no-color) color=never ;;
    *) set_option "$row_name" true ;;
  esac
}

# take_option FLAG VALUE
take_option() {
  [ -n "$2" ] || refuse_value "$1" 'an empty value'
  is_kind "$row_kind" "$2" || refuse_value "$1" "'$(masked "$2")'"
  case $1 in
    --threshold) thresholds+=("$2") ;;
    --out) outputs+=("$2") ;;
    --output) raw_output=$2 ;;
    --runs) runs=$2 ;;
    --env-file) env_file=$2 ;;
    --env) take_env_pair "${2%%=*}" "${2#*=}" ;;
    *) set_option "$row_name" "$2" ;;
  esac
}

take_env_pair() {
  case " $SHAPE_VARIABLES $VERDICT_VARIABLES " in
    *" $1 "*) refuse "--env $1 would replace the profile or the verdict. Use --vus and --duration." "$(command_line smoke --vus 5 --duration 1m)" ;;
  esac
  if is_secret "$1" || { [ "$1" != BASE_URL ] && has_credentials "$2"; }; then
    refuse "--env $1: a secret on a command line is visible to every user. Export it instead." \
      "export $1=...; $(command_line)"
  fi
  case $1 in
    RESULTS_DIR | RUN_K6_VERSION) refuse "--env $1: the wrapper sets it. Export RESULTS_DIR to move the results." ;;
    BASELINE) refuse "--env $1: the wrapper sets it." "$(command_line --compare)" ;;
    THRESHOLDS) thresholds=("$2") ;;
    *) set_option "$1" "$2" ;;
  esac
}

join_thresholds() {
  local joined='' threshold
  for threshold in ${thresholds[@]+"${thresholds[@]}"}; do joined+="${joined:+; }$threshold"; done
  [ -z "$joined" ] || set_option THRESHOLDS "$joined"
}

# k6's load flags replace every scenario, others switch off the verdict; its -e and -o would pass by the checks
# above and below.
check_k6_arguments() {
  local argument
  for argument in ${k6_arguments[@]+"${k6_arguments[@]}"}; do
    case $argument in
      --vus | --vus=* | -u | -u[0123456789]* | -u=*)
        refuse "$argument behind -- replaces the profile. Use the option of this script." "$(command_line smoke --vus 5)"
        ;;
      --duration | --duration=* | -d | -d[0123456789]* | -d=* | --iterations | --iterations=* | -i | -i[0123456789]* | -i=* | --stage | --stage=* | -s | -s[0123456789]* | -s=*)
        refuse "$argument behind -- replaces the profile. Use --duration of this script." "$(command_line smoke --duration 1m)"
        ;;
      --env | --env=* | -e | -e?*)
        refuse "${argument%%=*} behind -- is not checked. Use --env of this script." "$(command_line smoke --env NAME=VALUE)"
        ;;
      --no-thresholds* | --no-summary* | --summary-mode* | --no-setup*)
        refuse "$argument behind -- takes away the verdict of the run. Thresholds are changed with --threshold." \
          "$(command_line smoke --threshold 'http_req_duration=p(95)<2000')"
        ;;
      --out | --out=* | -o | -o?*)
        refuse "$(masked "$argument") behind -- is not checked. Use --out of this script." "$(command_line smoke --out csv=samples.csv)"
        ;;
      -[!-]?*)
        refuse "${argument%%=*} behind -- may be several flags in one word. Write each of k6's flags by itself, in its long form." \
          "$(command_line smoke -- --tag team=shop)"
        ;;
    esac
  done
}

# ---------------------------------------------------------------------------------------------------
# Where the suite is
# ---------------------------------------------------------------------------------------------------

# find_suite: sets $root (the project) and $suite (its tests/load), through symlinks and from any folder.
find_suite() {
  local path=${BASH_SOURCE[0]} folder link hops=0
  case $path in */*) ;; *) [ -e "./$path" ] && path=./$path || path=$(type -P -- "$path") ;; esac
  self=$path
  while [ -L "$path" ] && [ "$hops" -lt 40 ]; do
    link=$(readlink -- "$path" 2>/dev/null || readlink "$path" 2>/dev/null) ||
      refuse "cannot follow the link $path without readlink. Call scripts/load-test.sh itself."
    case $link in /*) path=$link ;; *) path=${path%/*}/$link ;; esac
    hops=$((hops + 1))
  done
  folder=$(cd -- "${path%/*}" && pwd -P) || refuse "cannot enter the folder of $path."
  this=$(quote "$self")
  root=${folder%/*}
  suite=$root/tests/load
  [ -d "$suite/scripts" ] && [ -d "$suite/scenarios" ] ||
    refuse "no suite in $suite: it needs the folders scenarios/ and scripts/."
}

# ---------------------------------------------------------------------------------------------------
# What to run
# ---------------------------------------------------------------------------------------------------

# names_in FOLDER: the scripts in scenarios/ or scripts/, one a line.
names_in() {
  local file
  for file in "$suite/$1"/*.js; do
    [ -f "$file" ] || continue
    file=${file##*/}
    printf '%s\n' "${file%.js}"
  done
}

one_line() { printf '%s' "${1//$'\n'/, }"; }

is_profile() { is_kind name "$1" && [ -f "$suite/scenarios/$1.js" ]; }

# test_name NAME: prints the name of the file in scripts/; fails when there is none.
test_name() {
  case $1 in '' | .* | */*) return 1 ;; esac
  if [ -f "$suite/scripts/$1.js" ]; then
    printf '%s' "$1"
  elif [ "$1" = api ] && [ -f "$suite/scripts/api-public.js" ]; then
    printf 'api-public'
  else
    return 1
  fi
}

is_path() {
  case $1 in */* | *.js | *.ts) return 0 ;; *) return 1 ;; esac
}

# script_file PATH: prints the absolute path; refuses what k6 could not run.
script_file() {
  local file=$1 folder
  case $file in
    /*) ;;
    *) if [ -e "$file" ]; then file=./$file; else file=$suite/$1; fi ;;
  esac
  [ -e "$file" ] || refuse "no such file: '$1', neither from here nor from tests/load." "$(command_line --list)"
  [ ! -d "$file" ] || refuse "'$1' is a folder; name a script in it." "$(command_line --list)"
  [ -f "$file" ] && [ -r "$file" ] || refuse "'$1' cannot be read." "$(command_line --list)"
  folder=$(cd -- "${file%/*}" && pwd -P) || refuse "'$1' cannot be read." "$(command_line --list)"
  printf '%s' "$folder/${file##*/}"
}

# add_run NAME SCRIPT PROFILE (empty: the script's own)
add_run() {
  run_names+=("$1")
  run_scripts+=("$2")
  run_profiles+=("$3")
}

add_profile_run() { add_run "$1" "$suite/scenarios/$1.js" "$1"; }

# add_test_runs TEST PROFILE
add_test_runs() {
  local test file name
  if [ "$1" = all ]; then
    while IFS= read -r test; do
      [ -z "$test" ] || add_run "$test" "$suite/scripts/$test.js" "${2:-smoke}"
    done <<<"$(names_in scripts)"
    [ "${#run_names[@]}" -gt 0 ] || refuse "no test in $suite/scripts."
  elif test=$(test_name "$1"); then
    add_run "${2:+$2-}$test" "$suite/scripts/$test.js" "$2"
  elif is_path "$1"; then
    file=$(script_file "$1")
    name=${file##*/}
    name=${name%.js}
    if [ "${file%/*}" = "$suite/scenarios" ]; then
      [ -z "$2" ] || [ "$2" = "$name" ] || refuse "scenarios/$name.js always runs the profile $name, not $2." "$(command_line "$2")"
      add_run "$name" "$file" "$name"
    else
      add_run "${2:+$2-}$name" "$file" "$2"
    fi
  else
    refuse_name "$1"
  fi
}

refuse_name() {
  refuse "unknown profile or test '$1'. Profiles: $(one_line "$(names_in scenarios)"). Tests: $(one_line "$(names_in scripts)"), api, all. Or a file." \
    "$(command_line --list)"
}

choose_runs() {
  local count=${#positionals[@]} found origin first=${positionals[0]-} second=${positionals[1]-}
  find_setting PROFILE
  case $count in
    0)
      [ -n "$found" ] || found=smoke
      is_profile "$found" || refuse "the profile $found has no file in scenarios/. Give it a test." "$(command_line health --profile "$found")"
      add_profile_run "$found"
      ;;
    1)
      if is_profile "$first"; then
        [ "$origin" != option ] || [ -z "$found" ] || [ "$found" = "$first" ] ||
          refuse "the profile is given twice: $first and --profile $found." "$(command_line "$first")"
        add_profile_run "$first"
      else
        add_test_runs "$first" "$found"
      fi
      ;;
    2)
      if ! is_profile "$first"; then
        ! is_profile "$second" || refuse "the profile comes first, then the test." "$(command_line "$second" "$first")"
        ! test_name "$second" >/dev/null || explain "$second is a test."
        refuse "unknown profile '$first'. Profiles with a file: $(one_line "$(names_in scenarios)"). Others: --profile." \
          "$(command_line "$second" --profile "$first")"
      fi
      [ "$origin" != option ] || [ -z "$found" ] || [ "$found" = "$first" ] ||
        refuse "the profile is given twice: $first and --profile $found." "$(command_line "$first" "$second")"
      add_test_runs "$second" "$first"
      ;;
    *) refuse "too many names: ${positionals[*]}. One profile and one test at most." "$(command_line load health)" ;;
  esac
}

# repeat_runs: every run as often as --runs says. A baseline needs several: one says nothing about noise.
repeat_runs() {
  local i k count=${#run_names[@]}
  [ "$save_baseline" = false ] || [ "$compare" = false ] ||
    refuse '--save-baseline and --compare exclude each other: a run is what is normal, or is judged by it.'
  if [ -z "$runs" ]; then
    runs=1
    [ "$save_baseline" = false ] || runs=5
  fi
  local base_names=(${run_names[@]+"${run_names[@]}"})
  local base_scripts=(${run_scripts[@]+"${run_scripts[@]}"}) base_profiles=(${run_profiles[@]+"${run_profiles[@]}"})
  run_names=() run_scripts=() run_profiles=()
  for ((i = 0; i < count; i++)); do
    for ((k = 1; k <= runs; k++)); do
      run_baselines+=("$(file_name "${base_names[i]}")")
      if [ "$runs" -eq 1 ]; then
        add_run "${base_names[i]}" "${base_scripts[i]}" "${base_profiles[i]}"
      else
        add_run "${base_names[i]}-$k" "${base_scripts[i]}" "${base_profiles[i]}"
      fi
    done
  done
}

# require_baselines: a gate without a baseline must not pass.
require_baselines() {
  local name words
  [ "$compare" = true ] || return 0
  for name in ${run_baselines[@]+"${run_baselines[@]}"}; do
    words=(${positionals[@]+"${positionals[@]}"})
    [ -f "$suite/baselines/$name.json" ] ||
      refuse "--compare: there is no baseline $name (tests/load/baselines/$name.json is missing)." \
        "$(command_line ${words[@]+"${words[@]}"} --save-baseline)"
  done
}

# ---------------------------------------------------------------------------------------------------
# Two runs side by side
# ---------------------------------------------------------------------------------------------------

# summary_file RUN: prints the path of its summary; RUN is an id, a folder or a file.
summary_file() {
  local path
  for path in "$results/$1/summary.json" "$1/summary.json" "$1"; do
    if [ -f "$path" ] && [ -s "$path" ]; then
      absolute "$path"
      return
    fi
  done
  refuse "compare: there is no run '$1': expected a run id in $results, a folder with a summary.json, or such a file." \
    "$(command_line --list)"
}

# compare_runs: k6 only reads the two summaries.
compare_runs() {
  local first second
  [ "${#positionals[@]}" -eq 3 ] ||
    refuse "compare needs two runs, got $((${#positionals[@]} - 1))." "$(command_line compare RUN latest)"
  results=$(results_base)
  first=$(summary_file "${positionals[1]}")
  second=$(summary_file "${positionals[2]}")
  run_id=compare-$$
  run_root=$results/$run_id
  require_k6
  if [ "$use_docker" = true ]; then
    case $first$second in
      "$(cd -- "$results" && pwd -P)"/*) ;;
      *) refuse "--docker only sees runs below $results." ;;
    esac
    first=/results${first#"$(cd -- "$results" && pwd -P)"} second=/results${second#"$(cd -- "$results" && pwd -P)"}
    inside_suite=/suite
  else
    first=$(native "$first") second=$(native "$second") inside_suite=$(native "$suite")
  fi
  begin_command "$results"
  run_aside "${k6_command[@]}" --quiet --log-format=raw --env FIRST="$first" --env SECOND="$second" "$inside_suite/engine/commands/compare-runs.js"
  leave_if_interrupted
  [ "$child_code" -eq 0 ] ||
    fail "$EXIT_REFUSED" 'compare: these two cannot be compared, see above.'
}

# ---------------------------------------------------------------------------------------------------
# One run on several machines
# ---------------------------------------------------------------------------------------------------

# prepare_segment: sets $segment, such as 1/4; empty: the whole run.
prepare_segment() {
  segment=$(setting SEGMENT)
  [ -n "$segment" ] || return 0
  [ -n "$(setting RUN_ID)" ] ||
    refuse "--segment needs the same RUN_ID on every machine." "RUN_ID=big-1 $(command_line load --segment "$segment")"
  [ "${#run_names[@]}" -eq 1 ] ||
    refuse '--segment is for one test at a time, without all and --runs.' "$(command_line load --segment "$segment")"
  [ "$save_baseline$report" = falsefalse ] ||
    refuse "--save-baseline and --report are about whole runs. Leave them out with --segment." "$(command_line load --segment "$segment")"
}

# add_segment_flags: what k6 needs to take its part only.
add_segment_flags() {
  local i part=${segment%%/*} parts=${segment#*/} sequence=0
  [ -n "$segment" ] || return 0
  for ((i = 1; i < parts; i++)); do sequence+=,$i/$parts; done
  k6_command+=(--execution-segment "$(boundary $((part - 1))):$(boundary "$part")"
  --execution-segment-sequence "$sequence,1")
}

# boundary NUMBER: of the part of that number, as k6 writes it.
boundary() {
  case $1 in
    0) printf 0 ;;
    "$parts") printf 1 ;;
    *) printf '%s/%s' "$1" "$parts" ;;
  esac
}

# segment_files RUN...: prints the files of a run's segments, one a line; RUN is an id, or folders and files.
segment_files() {
  local path found
  for path in "$@"; do
    found=false
    for file in "$results/$path"-segment-*/segment.json "$path/segment.json" "$path"; do
      [ -f "$file" ] && [ -s "$file" ] || continue
      found=true
      absolute "$file"
      printf '\n'
      case $file in "$results/$path"-segment-*) ;; *) break ;; esac
    done
    [ "$found" = true ] ||
      refuse "merge: there is no segment of '$path': expected a run id with segments in $results, folders with a segment.json, or files." \
        "$(command_line merge RUN_ID)"
  done
}

# merged_id RUN...: prints the id of the whole run.
merged_id() {
  local id
  id=$(setting RUN_ID)
  [ -n "$id" ] || {
    id=${1%/}
    id=${id%/segment.json}
    id=${id##*/}
    id=${id%-segment-*}
  }
  is_kind run_id "$id" || refuse "merge: RUN_ID needs $(accepts run_id), got '$id'." "RUN_ID=big-1 $(command_line merge "$@")"
  printf '%s' "$id"
}

# merge_segments: judges a run that several machines had a part in, by what each has written.
merge_segments() {
  local files file inside='' colour=false
  [ "${#positionals[@]}" -ge 2 ] || refuse 'merge needs a run.' "$(command_line merge RUN_ID)"
  results=$(results_base)
  files=$(segment_files "${positionals[@]:1}") || exit
  run_id=$(merged_id "${positionals[@]:1}") || exit
  run_root=$results/$run_id
  run_names=(merge)
  run_folders=("$run_root")
  require_k6
  if [ "$use_docker" = true ]; then
    inside_suite=/suite inside_folder=/results/$run_id
  else
    inside_suite=$(native "$suite") inside_folder=$(native "$run_root")
  fi
  while IFS= read -r file; do
    if [ "$use_docker" = true ]; then
      case $file in
        "$(cd -- "$results" && pwd -P)"/*) file=/results${file#"$(cd -- "$results" && pwd -P)"} ;;
        *) refuse "--docker only sees files below $results." ;;
      esac
    else
      file=$(native "$file")
    fi
    inside+=${inside:+$'\n'}$file
  done <<<"$files"
  child_names=(SEGMENTS) child_values=("$inside")
  begin_command "$results"
  [ -z "$red" ] || colour=true
  k6_command+=(--quiet --log-format=raw --env RESULTS_DIR="$inside_folder" --env COLOUR="$colour"
    "$inside_suite/engine/commands/merge-segments.js")
  make_run_folder
  rm -f -- "$run_root/.running"
  : >"$run_root/.started"
  run_aside "${k6_command[@]}"
  if [ "$child_code" -ne 0 ] || [ -n "$interrupted" ]; then
    rm -f -- "$run_root/.started"
    rmdir -- "$run_root" 2>/dev/null || :
    leave_if_interrupted
    refuse 'merge: these segments cannot be judged, see above.'
  fi
  judge_merged
}

# judge_merged: the verdict on the whole, as the exit code.
judge_merged() {
  local code=0
  summary_is_whole "$run_root/summary.json" "$run_root/.started" || {
    rm -f -- "$run_root/.started"
    fail "$EXIT_INCOMPLETE" "merge: summary.json $summary_problem."
  }
  rm -f -- "$run_root/.started"
  link_latest
  [ "$summary_passed" = true ] || code=$EXIT_THRESHOLDS
  print_verdict 0 "$run_root" "$code"
  exit "$code"
}

# description FILE: the first line of its first comment.
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

list_folder() {
  local name
  while IFS= read -r name; do
    [ -z "$name" ] || printf '  %-20s %s\n' "$name" "$(description "$suite/$1/$name.js")"
  done <<<"$(names_in "$1")"
}

print_list() {
  printf 'Profiles: load-test.sh PROFILE [TEST]\n'
  list_folder scenarios
  printf '\nTests: load-test.sh [PROFILE] TEST\n'
  list_folder scripts
  printf '  %-20s %s\n' api 'short for api-public' all 'every test above, one after the other'
}

# ---------------------------------------------------------------------------------------------------
# The target
# ---------------------------------------------------------------------------------------------------

# parse_url URL: sets $url_scheme, $url_host (small letters, IPv6 in brackets), $url_port, $url_path and
# $url_credentials. The same rules as tests/load/engine/settings/url.js: what both accept is what gets loaded.
parse_url() {
  local pattern='^(https?)://(([^@/?#[:space:]]*)@)?(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?)(:([0-9]{1,5}))?(/[^?#[:space:]]*)?$'
  case $1 in *[[:cntrl:]]* | *\\*) return 1 ;; esac
  [[ $1 =~ $pattern ]] || return 1
  url_scheme=${BASH_REMATCH[1]}
  url_credentials=${BASH_REMATCH[2]}
  url_host=${BASH_REMATCH[4]}
  url_port=${BASH_REMATCH[7]}
  url_path=${BASH_REMATCH[8]}
  url_host=$(lower "$url_host")
  while [ "${url_path%/}" != "$url_path" ]; do url_path=${url_path%/}; done
  [ -z "$url_port" ] || { url_port=$((10#$url_port)) && in_range "$url_port" 1 65535; }
}

# is_local_host HOST: can it only be this machine or a private network? Names are compared whole.
is_local_host() {
  local octets='[0-9]{1,3}' ipv4 ipv6
  case $1 in localhost | *.localhost | host.docker.internal | 0.0.0.0 | '[::1]') return 0 ;; esac
  ipv4="^(127(\.$octets){3}|10(\.$octets){3}|192\.168(\.$octets){2}|172\.(1[6-9]|2[0-9]|3[01])(\.$octets){2}|169\.254(\.$octets){2})$"
  ipv6='^\[(fe[89ab][0-9a-f]:|f[cd][0-9a-f][0-9a-f]:).*\]$'
  [[ $1 =~ $ipv4 ]] || [[ $1 =~ $ipv6 ]]
}

# is_allowed_host HOST: is it in ALLOWED_HOSTS, whole or by a *.suffix?
is_allowed_host() {
  local rest trimmed
  rest=$(lower "$(setting ALLOWED_HOSTS)"),
  while [ -n "$rest" ]; do
    trim "${rest%%,*}"
    rest=${rest#*,}
    case $trimmed in
      '') ;;
      '*.'*) [ "${1%"${trimmed#\*}"}" = "$1" ] || return 0 ;;
      *) [ "$trimmed" != "$1" ] || return 0 ;;
    esac
  done
  return 1
}

resolve_target() {
  local base
  base=$(setting BASE_URL "http://localhost:$(setting BACKEND_PORT 8000)")
  parse_url "$base" || refuse "BASE_URL needs $(accepts url)." "$(command_line --base-url http://localhost:8000)"
  base_url=$url_scheme://$url_credentials$url_host${url_port:+:$url_port}$url_path
  shown_url=$(masked "$base_url")
  target_host=$url_host
  target_port=$(port_of "$url_scheme" "$url_port")
}

# port_of SCHEME PORT
port_of() {
  case $1$2 in
    https) printf 443 ;;
    http) printf 80 ;;
    *) printf '%s' "$2" ;;
  esac
}

# guard_target: refuses load on hosts that nobody vouched for. The scripts check the same once more.
guard_target() {
  local i profile vus duration
  ! is_local_host "$target_host" || return 0
  is_allowed_host "$target_host" || confirm_target
  ! is_on ALLOW_HEAVY || return 0
  for ((i = 0; i < ${#run_names[@]}; i++)); do
    profile=${run_profiles[i]}
    case $HEAVY_PROFILES in
      *" ${profile:--} "*)
        refuse "the profile $profile pushes $target_host past its limits. If that is meant, add --allow-heavy." \
          "$(typed_again --allow-heavy)"
        ;;
    esac
  done
  vus=$(setting VUS 1)
  [ "$vus" -le "$(setting MAX_REMOTE_VUS 100)" ] ||
    refuse "--vus $vus on $target_host is above MAX_REMOTE_VUS=$(setting MAX_REMOTE_VUS 100). If that is meant, add --allow-heavy." \
      "$(typed_again --allow-heavy)"
  duration=$(setting DURATION 1s)
  [ "$(duration_ms "$duration")" -le "$(duration_ms "$(setting MAX_REMOTE_DURATION 1h)")" ] ||
    refuse "--duration $duration on $target_host is above MAX_REMOTE_DURATION=$(setting MAX_REMOTE_DURATION 1h). If that is meant, add --allow-heavy." \
      "$(typed_again --allow-heavy)"
}
# @feature websocket {

# guard_sockets: the same for the host of WS_URL. How much load it may get is checked by the scripts.
guard_sockets() {
  local url host
  url=$(setting WS_URL)
  [ -n "$url" ] || return 0
  host=$(socket_host "$url") ||
    refuse "WS_URL needs ws:// or wss://, a host, optionally a port and a path." "WS_URL=ws://localhost:8000/ws $(command_line)"
  [ "$host" != "$target_host" ] || return 0
  ! is_local_host "$host" || return 0
  ! is_allowed_host "$host" || return 0
  if is_on ALLOW_REMOTE && [ "$(lower "$(setting CONFIRM_TARGET)")" = "$host" ]; then return 0; fi
  refuse "WS_URL: $host is neither local nor in ALLOWED_HOSTS (tests/load/suite.env). To load it once, add --yes." \
    "CONFIRM_TARGET=$(quote "$host") $(typed_again --yes)"
}

# socket_host URL: in a subshell, so that the parts of the service's own address stay.
socket_host() (
  case $1 in ws://* | wss://*) ;; *) return 1 ;; esac
  parse_url "http${1#ws}" && printf '%s' "$url_host"
)
# @feature }

# confirm_target: ALLOW_REMOTE and the host spelled out, by CONFIRM_TARGET or on the terminal.
confirm_target() {
  local typed=''
  is_on ALLOW_REMOTE ||
    refuse "$target_host is neither local nor in ALLOWED_HOSTS (tests/load/suite.env). To load it once, add --yes." \
      "CONFIRM_TARGET=$(quote "$target_host") $(typed_again --base-url "$(masked "$base_url")" --yes)"
  [ "$(lower "$(setting CONFIRM_TARGET)")" != "$target_host" ] || return 0
  if [ -t 0 ] && [ -t 2 ] && [ "$action" = run ]; then
    err 'This sends load to %s%s%s. Type the host to go on: ' "$bold" "$target_host" "$plain"
    IFS= read -r typed || :
    if [ "$(lower "$typed")" = "$target_host" ]; then
      set_option CONFIRM_TARGET "$target_host"
      return 0
    fi
    refuse "'$typed' is not $target_host; nothing was sent."
  fi
  refuse "--yes also needs the host spelled out: CONFIRM_TARGET=$target_host." \
    "CONFIRM_TARGET=$(quote "$target_host") $(typed_again --base-url "$(masked "$base_url")" --yes)"
}

# @feature sql {
# ---------------------------------------------------------------------------------------------------
# Databases
# ---------------------------------------------------------------------------------------------------

# needs_of SCRIPT: prints the k6 extensions that a script names in a comment `// needs k6/x/...`.
needs_of() {
  local line number=0
  while IFS= read -r line && [ "$number" -lt 40 ]; do
    number=$((number + 1))
    case $line in
      '// needs k6/x/'*)
        line=${line#// needs }
        printf '%s ' "${line%% //*}"
        ;;
    esac
  done <"$1"
}

# missing_extension SCRIPT: prints the first extension that it needs and this k6 does not have.
missing_extension() {
  local module
  for module in $(needs_of "$1"); do
    # @feature cdc {
    if [ "$module" = k6/x/mongo ] && [ "$(setting CDC_READ mongodb)" != mongodb ]; then continue; fi
    # @feature }
    case "$k6_extensions" in
      *", $module ["*) ;;
      *)
        printf '%s' "$module"
        return
        ;;
    esac
  done
}

# leave_out_tests: `all` means all that this k6 can run, and says what it leaves out.
leave_out_tests() {
  local i missing script
  local all_names=(${run_names[@]+"${run_names[@]}"}) all_scripts=(${run_scripts[@]+"${run_scripts[@]}"})
  local all_profiles=(${run_profiles[@]+"${run_profiles[@]}"})
  case "${positionals[0]-} ${positionals[1]-}" in 'all ' | *' all') ;; *) return 0 ;; esac
  [ -n "$(for script in ${all_scripts[@]+"${all_scripts[@]}"}; do needs_of "$script"; done)" ] || return 0
  [ "$action" = dry-run ] || require_k6
  run_names=() run_scripts=() run_profiles=()
  for ((i = 0; i < ${#all_names[@]}; i++)); do
    missing=$(missing_extension "${all_scripts[i]}")
    if [ -n "$missing" ]; then
      warn "${all_names[i]} is left out: it needs $missing, which this k6 does not have. See tests/load/docs/databases.md"
    else
      add_run "${all_names[i]}" "${all_scripts[i]}" "${all_profiles[i]}"
    fi
  done
}

# require_extensions SCRIPT...: before any load, and before k6 would ask its build service for one.
require_extensions() {
  local script missing
  if [ "$use_docker" = true ]; then
    [ "$docker_image" = "$DOCKER_IMAGE" ] || return 0
    for script in "$@"; do
      [ -z "$(needs_of "$script")" ] ||
        refuse "${script##*/} needs $(needs_of "$script"), which $DOCKER_IMAGE does not have." \
          "docker build -t k6-databases -f $(quote "$suite/k6/databases.dockerfile") $(quote "$suite/k6") && K6_IMAGE=k6-databases $(command_line)"
    done
    return 0
  fi
  for script in "$@"; do
    missing=$(missing_extension "$script")
    [ -n "$missing" ] || continue
    # Asked for by name: k6 may fetch what its catalogue has. MongoDB is not in it.
    if [ "${K6_AUTO_EXTENSION_RESOLUTION:-}" = true ] && [ "$missing" != k6/x/mongo ]; then continue; fi
    explained=true
    err '%sload-test.sh:%s %s\n' "$red" "$plain" "${script##*/} needs $missing, and $k6 ($k6_version) does not have it."
    note "Build a k6 that does (Go and xk6: go install go.k6.io/xk6/cmd/xk6@v1.1.5):
  xk6 build v1.8.1 \\
    --with github.com/grafana/xk6-sql@v1.0.6 \\"
    case " $(needs_of "$script") " in
      *' k6/x/mongo '*)
        note "    --with github.com/grafana/xk6-sql-driver-postgres@v0.1.2 \\
    --with github.com/GhMartingit/xk6-mongo@v1.2.0"
        ;;
      *) note '    --with github.com/grafana/xk6-sql-driver-postgres@v0.1.2' ;;
    esac
    note "then K6_BIN=./k6 $(command_line). With Docker, or fetched by k6 itself: tests/load/docs/databases.md"
    exit "$EXIT_REFUSED"
  done
}

# needs_service: does any of the runs ask the service? Tests of databases do not.
needs_service() {
  local script
  for script in ${run_scripts[@]+"${run_scripts[@]}"}; do
    [ -n "$(needs_of "$script")" ] || return 0
  done
  return 1
}

# clean_up RUN | --older-than T: k6 removes rows and nothing else.
clean_up() {
  local script pairs
  find_suite
  tame_git_bash
  load_settings
  script=$suite/engine/features/database/clean-up.js
  case ${1:-} in
    -h | --help)
      printf 'Usage: load-test.sh cleanup RUN_ID\n       load-test.sh cleanup --older-than 24h\n'
      exit 0
      ;;
    --older-than)
      is_duration "${2:-}" || refuse "--older-than needs $(accepts duration), got '${2:-nothing}'." "$(command_line cleanup --older-than 24h)"
      pairs=CLEAN_OLDER_THAN=$2
      shift
      ;;
    --older-than=*)
      is_duration "${1#*=}" || refuse "--older-than needs $(accepts duration), got '${1#*=}'." "$(command_line cleanup --older-than 24h)"
      pairs=CLEAN_OLDER_THAN=${1#*=}
      ;;
    *)
      is_kind run_id "${1:-}" || refuse "cleanup needs a run id or --older-than T, got '${1:-nothing}'." "$(command_line cleanup --older-than 24h)"
      pairs=CLEAN_RUN=$1
      ;;
  esac
  [ $# -eq 1 ] || refuse "cleanup takes one run id, or --older-than T." "$(command_line cleanup --older-than 24h)"
  require_k6
  require_extensions "$script"
  drop_dangerous_variables
  child_names=(K6_AUTO_EXTENSION_RESOLUTION) child_values=(false)
  script=$(native "$script")
  run_aside "$k6" run --address= --no-usage-report --quiet --log-format=raw --env "$pairs" "$script"
  leave_if_interrupted
  [ "$child_code" -eq 0 ] ||
    fail "$EXIT_REFUSED" 'cleanup: not everything could be removed, see above.'
  exit 0
}

# @feature }
# @feature openapi {
# ---------------------------------------------------------------------------------------------------
# The OpenAPI document
# ---------------------------------------------------------------------------------------------------

# python_works COMMAND: is it a Python that can run the compiler?
python_works() {
  limited "$ANSWER_LIMIT" "$1" -c 'import sys; sys.exit(sys.version_info < (3, 10))' >/dev/null 2>&1
}

# openapi_command ARGUMENTS...: the compiler takes over, with the settings it may need in its environment.
openapi_command() {
  local name tool interpreter=''
  find_suite
  load_settings
  resolve_target
  tool=$suite/engine/features/openapi/compile.py
  [ -f "$tool" ] || refuse "$tool is missing; run the update command of tests/load/README.md."
  export BASE_URL=$base_url
  for name in OPENAPI_PATH OPENAPI_SPEC; do export "$name=$(setting "$name")"; done
  for name in python3 python; do
    [ -n "$interpreter" ] || ! python_works "$name" || interpreter=$name
  done
  # uv brings PyYAML where Python does not have it.
  if [ -n "$interpreter" ] && { ! type -P uv >/dev/null || "$interpreter" -c 'import yaml' 2>/dev/null; }; then
    exec "$interpreter" "$tool" "$@"
  elif type -P uv >/dev/null; then
    exec uv run --quiet --no-project --script "$tool" "$@"
  fi
  refuse 'the OpenAPI compiler needs Python 3.10 or later, or uv; neither is on the PATH.' \
    'python3 --version'
}

# @feature }
# ---------------------------------------------------------------------------------------------------
# k6
# ---------------------------------------------------------------------------------------------------

install_hints() {
  note 'Install k6:
  macOS          brew install k6
  Debian/Ubuntu  sudo gpg -k
                 sudo gpg --no-default-keyring --keyring /usr/share/keyrings/k6-archive-keyring.gpg \
                   --keyserver hkp://keyserver.ubuntu.com:80 --recv-keys C5AD17C747E3415A3642D57D77C6C491D6AC1D69
                 echo "deb [signed-by=/usr/share/keyrings/k6-archive-keyring.gpg] https://dl.k6.io/deb stable main" |
                   sudo tee /etc/apt/sources.list.d/k6.list
                 sudo apt-get update && sudo apt-get install k6
  Windows        winget install k6 --source winget
  Docker         add --docker to this command
Or set K6_BIN to a k6 elsewhere.'
}

# find_k6: sets $k6; fails when there is none.
find_k6() {
  if [ -n "${K6_BIN:-}" ]; then
    case $K6_BIN in */*) k6=$K6_BIN ;; *) k6=$(type -P -- "$K6_BIN") || k6=$K6_BIN ;; esac
    case $k6 in -*) k6=./$k6 ;; esac
  else
    k6=$(type -P k6) || return 1
  fi
}

require_k6() {
  local label
  if [ "$use_docker" = true ]; then
    require_docker
    return
  fi
  if ! find_k6; then
    explained=true
    err '%s\n' "${red}load-test.sh:${plain} k6 was not found on PATH."
    install_hints
    exit "$EXIT_REFUSED"
  fi
  label=${K6_BIN:+K6_BIN=}$k6
  [ -f "$k6" ] || refuse "$label: no such file." "K6_BIN=/path/to/k6 $(command_line)"
  [ -x "$k6" ] || refuse "$label is not executable." "chmod +x $(quote "$k6")"
  read_k6_version "$label"
}

# read_k6_version LABEL: asks the binary, which may be anything; sets $k6_version.
read_k6_version() {
  local text code=0 line shown release='^k6(\.exe)? v?(([0-9]{1,6})\.[0-9]+\.[0-9]+[-+0-9A-Za-z.]*)([ ,]|$)'
  local devel='^k6(\.exe)? v?(\(devel\))'
  text=$(limited "$ANSWER_LIMIT" "$k6" version 2>&1) || code=$?
  k6_extensions=$text # @feature sql
  if [ "$code" -eq 137 ]; then
    refuse "$1 did not answer 'k6 version' within $ANSWER_LIMIT s." "K6_BIN=/path/to/k6 $(command_line)"
  fi
  while IFS= read -r line; do
    line=${line%$'\r'}
    if [[ $line =~ $release ]]; then
      k6_version=v${BASH_REMATCH[2]}
      [ "${BASH_REMATCH[3]}" -le 2 ] || explain "$1 is $k6_version; the suite was made for 1.x and 2.x."
      [ "${BASH_REMATCH[3]}" -ge "${OLDEST_K6%%.*}" ] ||
        refuse "$1 is $k6_version; this suite needs k6 $OLDEST_K6 or later." "K6_BIN=/path/to/k6 $(command_line)"
      return
    elif [[ $line =~ $devel ]]; then
      k6_version=${BASH_REMATCH[2]}
      explain "$1 is a development build; its version is not checked."
      return
    fi
  done <<<"$text"
  shown=$(printable "${text%%$'\n'*}")
  refuse "$1 does not work as k6 (exit code $code, '${shown:0:120}'). Wrong architecture, or another program?" \
    "K6_BIN=/path/to/k6 $(command_line)"
}

require_docker() {
  local answer name=Docker format='{{.Server.Version}}'
  # Podman needs no server.
  [ "$engine" = docker ] || name=Podman format='{{.Client.Version}}'
  k6=$engine
  type -P "$engine" >/dev/null || refuse "--docker needs the $engine command on PATH." "$(command_line)"
  answer=$(limited "$ANSWER_LIMIT" "$engine" version --format "$format" 2>&1) ||
    refuse "--docker: $name does not answer (${answer%%$'\n'*})." "$(command_line)"
  k6_version=v${docker_image##*:}
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

# ---------------------------------------------------------------------------------------------------
# Windows
# ---------------------------------------------------------------------------------------------------

# Git Bash rewrites arguments such as API_PREFIX=/api into paths of its own installation.
tame_git_bash() {
  on_windows=false
  case $(uname -s 2>/dev/null) in
    MINGW* | MSYS* | CYGWIN*)
      on_windows=true
      export MSYS_NO_PATHCONV=1 MSYS2_ARG_CONV_EXCL='*'
      ;;
  esac
}

# native PATH: as programs outside the shell spell it.
native() {
  if [ "$on_windows" = true ] && type -P cygpath >/dev/null; then
    cygpath -m -- "$1"
  else
    printf '%s' "$1"
  fi
}

# ---------------------------------------------------------------------------------------------------
# Outputs
# ---------------------------------------------------------------------------------------------------

# prepare_outputs: turns --out into k6's names, and looks whether the other end is there: k6 only logs an
# error and exits with 0 when it is not.
prepare_outputs() {
  local i output found origin
  for ((i = 0; i < ${#outputs[@]}; i++)); do
    output=${outputs[i]}
    ! has_credentials "$output" ||
      refuse "--out ${output%%=*}: a password on a command line is visible to every user. Export K6_INFLUXDB_USERNAME, K6_INFLUXDB_PASSWORD or K6_PROMETHEUS_RW_USERNAME, K6_PROMETHEUS_RW_PASSWORD."
    case $output in
      prometheus=* | experimental-prometheus-rw=*)
        # k6 ignores a URL behind the name.
        output_names+=(K6_PROMETHEUS_RW_SERVER_URL)
        output_values+=("${output#*=}")
        outputs[i]=experimental-prometheus-rw
        ;;
      prometheus) outputs[i]=experimental-prometheus-rw ;;
    esac
    [ "${outputs[i]}" != experimental-prometheus-rw ] || want_percentiles
    [ "$action" != run ] || endpoint_answers "$output" ||
      fail "$EXIT_OUTPUT_DOWN" "--out $output: nothing answers at $(masked "$endpoint"). Start it, or leave the option out."
  done
  find_setting K6_OUT
  # k6 reads it from its environment alone.
  case $origin in option | suite.env) found='' ;; esac
  [ -n "$found" ] && [ "$action" = run ] || return 0
  if [ "${#outputs[@]}" -gt 0 ] || [ -n "$raw_output" ]; then
    warn 'k6 ignores K6_OUT because of --out or --output.'
  elif ! endpoint_answers "$found"; then
    warn "K6_OUT=$(masked "$found"): nothing answers at $(masked "$endpoint"); k6 will go on without it."
  fi
}

# want_percentiles: k6 sends only p99 by default; the dashboards and most questions need more.
want_percentiles() {
  [ -n "$(setting K6_PROMETHEUS_RW_TREND_STATS)" ] || [ "${K6_PROMETHEUS_RW_TREND_AS_NATIVE_HISTOGRAM:-}" = true ] || {
    output_names+=(K6_PROMETHEUS_RW_TREND_STATS)
    output_values+=("$TREND_STATS")
  }
}

# endpoint_of OUTPUT: prints the URL it sends to, nothing for files.
endpoint_of() {
  case $1 in
    prometheus=* | experimental-prometheus-rw=* | influxdb=*) printf '%s' "${1#*=}" ;;
    prometheus | experimental-prometheus-rw) setting K6_PROMETHEUS_RW_SERVER_URL http://localhost:9090/api/v1/write ;;
    influxdb) setting K6_INFLUXDB_ADDR http://localhost:8086 ;;
    opentelemetry)
      case $(setting K6_OTEL_EXPORTER_PROTOCOL grpc) in
        http*) printf 'http://%s' "$(setting K6_OTEL_HTTP_EXPORTER_ENDPOINT localhost:4318)" ;;
        *) printf 'http://%s' "$(setting K6_OTEL_GRPC_EXPORTER_ENDPOINT localhost:4317)" ;;
      esac
      ;;
  esac
}

# endpoint_answers OUTPUT: sets $endpoint for the message. What is no URL is k6's to judge.
endpoint_answers() {
  local url_scheme url_host url_port url_path url_credentials
  endpoint=$(endpoint_of "$1")
  [ -n "$endpoint" ] && parse_url "$endpoint" || return 0
  answers "$url_host" "$(port_of "$url_scheme" "$url_port")"
}

# ---------------------------------------------------------------------------------------------------
# The k6 command
# ---------------------------------------------------------------------------------------------------

# The report of a part would need it, and there is none.
is_timeline_wanted() { [ "$(setting TIMELINE true)" = true ] && [ -z "$segment" ]; }

# dashboard_period: k6 needs two periods for a dashboard, so short runs need short ones.
dashboard_period() {
  local duration seconds profile=${run_profiles[$1]}
  duration=$(setting DURATION)
  if [ -n "$duration" ]; then
    seconds=$(($(duration_ms "$duration") / 60000))
    [ "$seconds" -ge 1 ] || seconds=1
    [ "$seconds" -le 10 ] || seconds=10
    printf '%ss' "$seconds"
  else
    case $profile in load | stress | soak | breakpoint) [ -z "$(setting TIME_SCALE)" ] && printf 10s || printf 1s ;; *) printf 1s ;; esac
  fi
}

add_child_variable() {
  child_names+=("$1")
  child_values+=("$2")
}

# build_environment INDEX FOLDER: what k6 gets beside the inherited environment. Secrets travel here.
build_environment() {
  local i name
  child_names=() child_values=()
  for ((i = 0; i < ${#file_names[@]}; i++)); do
    name=${file_names[i]}
    [ -z "${file_values[i]}" ] || [ -n "${!name:-}" ] || add_child_variable "$name" "${file_values[i]}"
  done
  for ((i = 0; i < ${#output_names[@]}; i++)); do
    add_child_variable "${output_names[i]}" "${output_values[i]}"
  done
  ! has_credentials "$base_url" || add_child_variable BASE_URL "$inside_url"
  [ -z "$inside_socket_url" ] || add_child_variable WS_URL "$inside_socket_url" # @feature websocket
  [ -n "$2" ] || return 0
  [ "$dashboard" = true ] || is_timeline_wanted || return 0
  add_child_variable K6_WEB_DASHBOARD true
  # Any free port of this machine. (-1, "no port", opens one on every interface in k6 1.8.)
  add_child_variable K6_WEB_DASHBOARD_PORT 0
  add_child_variable K6_WEB_DASHBOARD_HOST 127.0.0.1
  [ "$dashboard" = false ] || add_child_variable K6_WEB_DASHBOARD_EXPORT "$2/dashboard.html"
  if is_timeline_wanted; then
    add_child_variable K6_WEB_DASHBOARD_RECORD "$2/.timeline"
    # No figures per tag: k6 would keep every sample once more.
    [ "$dashboard" = true ] || add_child_variable K6_WEB_DASHBOARD_TAGS ''
  fi
  [ -n "${K6_WEB_DASHBOARD_PERIOD:-}" ] || add_child_variable K6_WEB_DASHBOARD_PERIOD "$(dashboard_period "$1")"
}

# inside_paths FOLDER: the run folder, the suite and the service as k6 sees them.
inside_paths() {
  inside_url=$base_url inside_results=$(native "$results")
  inside_socket_url='' # @feature websocket
  if [ "$use_docker" = true ]; then
    inside_folder=/results inside_suite=/suite inside_results=/history
    [ "$docker_host_network" = true ] || inside_url=$(docker_url)
    [ "$docker_host_network" = true ] || inside_socket_url=$(docker_socket_url) # @feature websocket
  else
    inside_folder=$(native "$1") inside_suite=$(native "$suite")
  fi
}

# add_env NAME VALUE: as a flag of k6.
add_env() { k6_command+=(--env "$1=$2"); }

# add_setting_flags PROFILE: every setting that decides what this run is.
add_setting_flags() {
  local name i found origin
  has_credentials "$base_url" || add_env BASE_URL "$inside_url"
  [ -z "$1" ] || add_env PROFILE "$1"
  for name in $SHOWN_SETTINGS; do
    find_setting "$name"
    [ -z "$found" ] || [ "$origin" = suite.env ] || add_env "$name" "$found"
  done
  for ((i = 0; i < ${#option_names[@]}; i++)); do
    case " $SHOWN_SETTINGS BASE_URL PROFILE START_COMMAND WAIT_TIMEOUT RUN_ID " in
      *" ${option_names[i]} "*) ;;
      *) add_env "${option_names[i]}" "${option_values[i]}" ;;
    esac
  done
  [ -z "$inside_socket_url" ] || ! has_option WS_URL || add_env WS_URL "$inside_socket_url" # @feature websocket
}

# begin_command [FOLDERS]: k6 itself and the flags that every use of it gets.
begin_command() {
  if [ "$use_docker" = true ]; then
    begin_docker_command "$@"
  else
    k6_command=("$k6" run)
  fi
  # k6 1.x opens port 6565 without this, and a second run would complain about it.
  k6_command+=(--address= --no-usage-report)
  [ "$color" != never ] || k6_command+=(--no-color)
}

# build_command INDEX FOLDER: the k6 command of one run, in $k6_command.
build_command() {
  local output script=${run_scripts[$1]}
  inside_paths "$2"
  build_environment "$1" "$inside_folder"
  begin_command "$2"
  [ "$quiet" = false ] || k6_command+=(--quiet)
  for output in ${outputs[@]+"${outputs[@]}"}; do k6_command+=(--out "$output"); done
  [ -z "$raw_output" ] || k6_command+=(--out "json=$inside_folder/$raw_output")
  add_setting_flags "${run_profiles[$1]}"
  add_segment_flags
  add_env RESULTS_DIR "$inside_folder"
  add_env RUN_ID "${run_ids[$1]}"
  [ "$compare" = false ] || add_env BASELINE "${run_baselines[$1]}"
  [ -z "$git_commit" ] || add_env GIT_COMMIT "$git_commit"
  [ -z "$k6_version" ] || add_env RUN_K6_VERSION "$k6_version"
  k6_command+=(${k6_arguments[@]+"${k6_arguments[@]}"})
  case $script in
    "$suite"/*) k6_command+=("$inside_suite/${script#"$suite"/}") ;;
    *) k6_command+=("$(native "$script")") ;;
  esac
}

# build_wait_command TIMEOUT: the same for the readiness check, which runs before the first test.
build_wait_command() {
  inside_paths "$run_root"
  build_environment 0 ''
  begin_command "$run_root"
  k6_command+=(--quiet --log-format=raw)
  add_setting_flags ''
  add_env WAIT_TIMEOUT "$1"
  [ "${run_scripts[*]-}" != "$suite/scripts/openapi.js" ] || add_env READINESS answer # @feature openapi
  k6_command+=("$inside_suite/engine/commands/wait-for-service.js")
}

# build_report_command INDEX FOLDER: the same for what completes the report afterwards: the course of the run
# and the runs before it, which k6 cannot see during a run.
build_report_command() {
  local files=$'summary.json\nreport.md\njunit.xml'
  inside_paths "$2"
  child_names=() child_values=()
  [ "$dashboard" = false ] || files+=$'\ndashboard.html'
  [ -z "$raw_output" ] || files+=$'\n'$raw_output
  add_child_variable FILES "$files"
  add_child_variable HISTORY "$(earlier_summaries "${2##*/}")"
  begin_command "$2" "$results"
  k6_command+=(--quiet --log-format=raw)
  add_env RESULTS_DIR "$inside_folder"
  k6_command+=("$inside_suite/engine/commands/finish-report.js")
}

# build_baseline_command INDEX: makes a baseline of the runs from INDEX on that belong to the same.
build_baseline_command() {
  local i summaries='' name=${run_baselines[$1]}
  inside_paths "$run_root"
  child_names=() child_values=()
  for ((i = $1; i < ${#run_names[@]} && i < $1 + runs; i++)); do
    summaries+=${summaries:+$'\n'}$inside_folder${run_folders[i]#"$run_root"}/summary.json
  done
  add_child_variable SUMMARIES "$summaries"
  begin_command "$run_root"
  k6_command+=(--quiet --log-format=raw)
  add_env BASELINE_NAME "$name"
  add_env TO "$inside_folder/.baseline-$name"
  k6_command+=("$inside_suite/engine/commands/save-baseline.js")
}

# earlier_summaries PART: the latest summaries in the results folder, one a line. Run ids begin with the time.
earlier_summaries() {
  local file files=() i
  for file in "$results"/*/summary.json "$results"/*/"$1"/summary.json; do
    case $file in "$results"/latest/*) continue ;; esac
    [ ! -s "$file" ] || files+=("$file")
  done
  i=$((${#files[@]} - HISTORY_LIMIT))
  [ "$i" -gt 0 ] || i=0
  for (( ; i < ${#files[@]}; i++)); do printf '%s%s\n' "$inside_results" "${files[i]#"$results"}"; done
}

# ---------------------------------------------------------------------------------------------------
# Docker
# ---------------------------------------------------------------------------------------------------

prepare_docker() {
  local script
  docker_image=$(setting K6_IMAGE "$DOCKER_IMAGE")
  engine=$(setting CONTAINER_ENGINE docker)
  case $engine in docker | podman) ;; *) refuse "CONTAINER_ENGINE needs docker or podman, got '$engine'." "CONTAINER_ENGINE=podman $(command_line --docker)" ;; esac
  # Only Docker on Linux shares the host's network; elsewhere the host has a name.
  docker_host_network=false
  [ "$(uname -s 2>/dev/null)" != Linux ] || docker_host_network=true
  [ "$use_docker" = true ] || return 0
  for script in ${run_scripts[@]+"${run_scripts[@]}"}; do
    case $script in
      "$suite"/*) ;;
      *) refuse "--docker only sees files below $suite, not $script." ;;
    esac
  done
}

# docker_url: this machine has another name inside a container.
docker_url() {
  if is_this_machine "$target_host"; then
    printf '%s://%shost.docker.internal%s%s' "$url_scheme" "$url_credentials" "${url_port:+:$url_port}" "$url_path"
  else
    printf '%s' "$base_url"
  fi
}

is_this_machine() {
  case $1 in localhost | *.localhost | 127.* | 0.0.0.0 | '[::1]') ;; *) return 1 ;; esac
}
# @feature websocket {

# docker_socket_url: the same for WS_URL; nothing when that can stay. In a subshell, as in socket_host.
docker_socket_url() (
  local url
  url=$(setting WS_URL)
  parse_url "http${url#ws}" && is_this_machine "$url_host" || return 0
  printf 'ws%s://%shost.docker.internal%s%s' "${url_scheme#http}" "$url_credentials" "${url_port:+:$url_port}" "$url_path"
)
# @feature }

# csv_field TEXT: as part of --mount, whose value is a line of CSV.
csv_field() { printf '"%s"' "${1//\"/\"\"}"; }

# begin_docker_command FOLDER [EARLIER]: secrets are named (-e NAME), never written into the command. What earlier
# runs left in EARLIER can be read.
begin_docker_command() {
  local name seen=' '
  k6_command=("$engine" run --rm --name "k6-${run_root##*/}-${#plan_word_starts[@]}" --user "$(id -u):$(id -g)"
  --mount "type=bind,$(csv_field "source=$(native "$suite")"),target=/suite,readonly"
  --mount "type=bind,$(csv_field "source=$(native "$1")"),target=/results" --workdir /suite)
  [ -z "${2:-}" ] || k6_command+=(--mount "type=bind,$(csv_field "source=$(native "$2")"),target=/history,readonly")
  # Without it a rootless Podman gives the results to another user.
  [ "$engine" != podman ] || k6_command+=(--userns keep-id)
  if [ "$docker_host_network" = true ]; then
    k6_command+=(--network host)
  else
    k6_command+=(--add-host host.docker.internal:host-gateway)
  fi
  for name in $SUITE_SETTINGS ${child_names[@]+"${child_names[@]}"} $(compgen -e); do
    case $seen in *" $name "*) continue ;; esac
    case " $SUITE_SETTINGS ${child_names[*]-} " in
      *" $name "*) ;;
      *)
        case $name in
          K6_BIN | K6_IMAGE) continue ;;
          K6_*) ;;
          OPENAPI_*) ;; # @feature openapi
          *) is_secret "$name" || continue ;;
        esac
        ;;
    esac
    seen+="$name "
    is_child_variable "$name" || [ -n "${!name:-}" ] || continue
    k6_command+=(-e "$name")
  done
  k6_command+=("$docker_image" run)
}

is_child_variable() {
  local name
  for name in ${child_names[@]+"${child_names[@]}"}; do
    [ "$name" != "$1" ] || return 0
  done
  return 1
}

# @feature observability {
# ---------------------------------------------------------------------------------------------------
# Stores and dashboards in containers
# ---------------------------------------------------------------------------------------------------

# prepare_stack: sets $stack_command and sends the figures to the stores it starts.
prepare_stack() {
  local host=localhost file=$suite/compose.yaml store=$suite/grafana/provisioning/datasources
  [ "$use_stack" = true ] || return 0
  [ -f "$file" ] || refuse "--stack: $file is missing; run the update command of tests/load/README.md."
  [ "${#outputs[@]}" -eq 0 ] || refuse '--stack and --out exclude each other: the stack is where the figures go.' "$(command_line --stack)"
  type -P "$engine" >/dev/null || refuse "--stack needs the $engine command on PATH." "$(command_line)"
  stack_command=("$engine" compose --file "$(native "$file")" up --detach --wait)
  grafana_port=$(setting GRAFANA_PORT 3000)
  [ -n "$(setting GRAFANA_PORT)" ] || [ "$target_port" != 3000 ] || grafana_port=3001
  export GRAFANA_PORT=$grafana_port
  [ "$use_docker" = false ] || [ "$docker_host_network" = true ] || host=host.docker.internal
  if [ -f "$store/k6-prometheus.yml" ]; then
    outputs+=(experimental-prometheus-rw)
    output_names+=(K6_PROMETHEUS_RW_SERVER_URL)
    output_values+=("http://$host:$(setting PROMETHEUS_PORT 9090)/api/v1/write")
    want_percentiles
  fi
  [ ! -f "$store/k6-influxdb.yml" ] || outputs+=("influxdb=http://$host:$(setting INFLUXDB_PORT 8086)/k6")
}

# start_stack: waits until all of it is healthy; what runs already stays as it is.
start_stack() {
  [ "$use_stack" = true ] || return 0
  explain "running: ${stack_command[*]}"
  ${stack_command[@]+"${stack_command[@]}"} >&2 || fail "$EXIT_OUTPUT_DOWN" "--stack: Grafana and its stores could not be started, see above." \
    "$(command_line ${positionals[@]+"${positionals[@]}"})"
  say "Dashboards: http://localhost:$grafana_port/d/k6-results?var-run=$run_id"
}

# @feature }
# ---------------------------------------------------------------------------------------------------
# The run folder
# ---------------------------------------------------------------------------------------------------

# file_name TEXT: as part of a run id and of a path.
file_name() { printf '%s' "${1//[!A-Za-z0-9_-]/-}"; }

results_base() {
  local folder
  folder=$(setting RESULTS_DIR "$suite/results")
  case $folder in /* | ?:/*) ;; *) folder=$PWD/$folder ;; esac
  printf '%s' "$folder"
}

# new_run_id: time, name, and enough chance that two runs in one second differ.
new_run_id() {
  local name
  if [ "${#run_names[@]}" -gt "$runs" ]; then name=all${positionals[1]+-${positionals[0]}}; else name=${run_baselines[0]}; fi
  printf '%s-%s-%04x%04x' "$(date -u +%Y%m%dT%H%M%SZ)" "${name:0:40}" "$RANDOM" "$RANDOM"
}

# name_run: sets the run id, the run folder and what belongs to each part of the run.
name_run() {
  local i part
  results=$(results_base)
  run_id=$(setting RUN_ID)
  [ -n "$run_id" ] || run_id=$(new_run_id)
  run_root=$results/$run_id${segment:+-segment-${segment%%/*}-of-${segment#*/}}
  for ((i = 0; i < ${#run_names[@]}; i++)); do
    part=$(file_name "${run_names[i]}")
    if [ "${#run_names[@]}" -eq 1 ]; then
      run_ids+=("$run_id")
      run_folders+=("$run_root")
    else
      run_ids+=("$run_id-$part")
      run_folders+=("$run_root/$part")
    fi
    [ -z "$(needs_of "${run_scripts[i]}")" ] || database_runs+="${run_ids[i]} " # @feature sql
  done
  git_commit=$(setting GIT_COMMIT)
  [ -n "$git_commit" ] || git_commit=$(git -C "$root" rev-parse --short HEAD 2>/dev/null) || git_commit=''
}

# name_leftovers: runs whose wrapper was killed could not stop what they had started.
name_leftovers() {
  local marker line script wrapper left id
  for marker in "$results"/*/.running; do
    [ -f "$marker" ] && [ -r "$marker" ] || continue
    id=${marker%/.running}
    id=${id##*/}
    script='' wrapper='' left=''
    while IFS= read -r line; do
      case $line in
        script=*) script=${line#*=} ;;
        wrapper=*) wrapper=${line#*=} ;;
        k6=?*) ! is_process "${line#*=}" "$id" || left+=" k6: kill ${line#*=}." ;;
        service=?*) ! is_process "${line#*=}" '' || left+=" Service it started, perhaps: kill -- -${line#*=}." ;;
      esac
    done <"$marker"
    ! is_process "$wrapper" "$script" || continue
    warn "the run $id was killed.${left:+ Still there:$left} Its data may be left in the service."
    # @feature sql {
    note "  What it left in databases goes with: $this cleanup ${id//[[:cntrl:]]/?}"
    # @feature }
    rm -f -- "$marker" 2>/dev/null || :
  done
}

# is_process PID WORD: does PID live, with WORD in its command line? Numbers are used again.
is_process() {
  local line
  is_digits "$1" && kill -0 "$1" 2>/dev/null || return 1
  line=$(ps -p "$1" -o args= 2>/dev/null) || return 0
  case $line in *"$2"*) return 0 ;; *) return 1 ;; esac
}

# ---------------------------------------------------------------------------------------------------
# The plan
# ---------------------------------------------------------------------------------------------------

# plan_all: everything that the second half needs, so that it only has to act.
plan_all() {
  local i found origin
  for ((i = 0; i < ${#run_names[@]}; i++)); do
    build_command "$i" "${run_folders[i]}"
    store_command
    run_banners+=("$(banner "$i")")
    run_lines+=("$(shown_command)")
  done
  plan_service
  wait_limit=$(setting WAIT_TIMEOUT 30s)
  find_setting WAIT_TIMEOUT
  start_limit=$wait_limit
  [ "$origin" = option ] && [ -n "$found" ] || start_limit=$(setting START_TIMEOUT 60s)
  [ "$no_wait" = true ] || [ -f "$suite/engine/commands/wait-for-service.js" ] ||
    refuse "$suite/engine/commands/wait-for-service.js is missing. Restore it, or use --no-wait."
  build_wait_command "$wait_limit"
  store_command
  for ((i = 0; i < ${#run_names[@]}; i++)); do
    build_report_command "$i" "${run_folders[i]}"
    store_command
  done
  [ "$save_baseline" = true ] || return 0
  for ((i = 0; i < ${#run_names[@]}; i += runs)); do
    build_baseline_command "$i"
    store_command
  done
}

# store_command: appends $k6_command and its environment to the plan.
store_command() {
  plan_words+=("${k6_command[@]}")
  plan_word_starts+=("${#plan_words[@]}")
  plan_names+=(${child_names[@]+"${child_names[@]}"})
  plan_values+=(${child_values[@]+"${child_values[@]}"})
  plan_name_starts+=("${#plan_names[@]}")
}

# plan_service: sets $service_command and $service_folder when there is something to start.
plan_service() {
  local found origin
  find_setting START_COMMAND
  [ -n "$found" ] && [ "$no_wait" = false ] || return 0
  if ! is_local_host "$target_host"; then
    [ "$origin" != option ] || refuse "--start is for a service on this machine, not for $target_host."
    explain "START_COMMAND is not used: $target_host is not this machine."
    return 0
  fi
  service_command=$found
  service_folder=$(setting START_DIR .)
  case $service_folder in /*) ;; *) service_folder=$root/$service_folder ;; esac
  [ -d "$service_folder" ] || refuse "START_DIR: no folder $service_folder."
}

# banner INDEX
banner() {
  local profile=${run_profiles[$1]} file=${run_scripts[$1]}
  file=${file#"$root"/}
  printf '\n%s%s%s\n' "$heading" "$(printable "$(setting PROJECT_NAME "${root##*/}")") load test" "$plain"
  printf '  %-10s %s\n' \
    Scenario "$(printable "${run_names[$1]}")${profile:+ (profile $profile)}" \
    'Test File' "$(printable "$file")" \
    'Base URL' "$(printable "$shown_url")" \
    VUs "$(setting VUS 'as the profile says')" \
    Duration "$(setting DURATION 'as the profile says')" \
    Results "$(printable "${run_folders[$1]}")"
}

# ---------------------------------------------------------------------------------------------------
# --dry-run
# ---------------------------------------------------------------------------------------------------

# shown_command: $k6_command with its environment, as a line to paste. Secrets are named, not shown.
shown_command() {
  local i word
  for ((i = 0; i < ${#child_names[@]}; i++)); do
    is_hidden "$i" || printf '%s=%s ' "${child_names[i]}" "$(quote "${child_values[i]}")"
  done
  for ((i = 0; i < ${#k6_command[@]}; i++)); do
    [ "$i" -eq 0 ] || printf ' '
    word=${k6_command[i]}
    quote "$word"
  done
}

# is_hidden INDEX: of a variable for k6. From --env-file only known settings are shown: anything may be a secret there.
is_hidden() {
  local name
  ! is_secret "${child_names[$1]}" && ! has_credentials "${child_values[$1]}" || return 0
  case " $SHOWN_SETTINGS $SUITE_SETTINGS BASE_URL PROFILE " in *" ${child_names[$1]} "*) return 1 ;; esac
  for name in ${file_names[@]+"${file_names[@]}"}; do
    [ "$name" != "${child_names[$1]}" ] || return 0
  done
  return 1
}

print_dry_run() {
  local i j hidden
  [ -z "$service_command" ] ||
    printf '# If nothing answers at %s, first: %s\n' "$shown_url" "$(printable "$service_command")"
  [ "$use_stack" = false ] || { printf '%s' 'GRAFANA_PORT='"$grafana_port" && printf ' %s' ${stack_command[@]+"${stack_command[@]}"} && printf '\n'; } # @feature observability
  [ "$no_wait" = true ] || printf '# Waits until %s is healthy\n' "$shown_url"
  for ((i = 0; i < ${#run_names[@]}; i++)); do
    use_command "$i"
    hidden=''
    for ((j = 0; j < ${#child_names[@]}; j++)); do
      ! is_hidden "$j" || hidden+=" ${child_names[j]}"
    done
    [ -z "$hidden" ] || printf '# Export first:%s\n' "$hidden"
    printf 'mkdir -p %s\n' "$(quote "${run_folders[i]}")"
    printf '%s\n' "${run_lines[i]}"
  done
}

# ---------------------------------------------------------------------------------------------------
# Processes and signals
# ---------------------------------------------------------------------------------------------------

# use_command INDEX: puts a command of the plan into $k6_command and its environment.
use_command() {
  local first=${plan_word_starts[$1]} first_name=${plan_name_starts[$1]}
  local length=$((plan_word_starts[$1 + 1] - first)) names=$((plan_name_starts[$1 + 1] - first_name))
  k6_command=("${plan_words[@]:first:length}")
  k6_container=k6-${run_root##*/}-$(($1 + 1))
  child_names=() child_values=()
  [ "$names" -gt 0 ] || return 0
  child_names=("${plan_names[@]:first_name:names}")
  child_values=("${plan_values[@]:first_name:names}")
}

# k6_process COMMAND...: becomes k6, in the background.
k6_process() {
  local i
  trap '' HUP
  restore_locale
  for ((i = 0; i < ${#child_names[@]}; i++)); do
    export "${child_names[i]}=${child_values[i]}"
  done
  [ -z "$k6_log" ] || exec 2>"$k6_log"
  exec "$@"
}

restore_locale() {
  if [ "$caller_locale" = unset ]; then unset LC_ALL; else LC_ALL=$caller_locale; fi
}

# wait_child PID: sets $child_code. A trapped signal ends `wait` early; then it waits again.
wait_child() {
  local before
  while :; do
    before=$signal_count child_code=0
    wait "$1" 2>/dev/null || child_code=$?
    [ "$signal_count" -ne "$before" ] || return 0
    [ -n "$echo_timer" ] || start_echo_timer
  done
}

# run_aside COMMAND...: k6 for what is no run, to its end; sets $child_code. Signals reach it as they reach a run.
run_aside() {
  install_traps
  k6_container=k6-${run_root##*/}-1
  launch k6_process "$@" </dev/null
  k6_pid=$launched
  [ -z "$interrupted" ] || ask_k6_to_stop
  wait_child "$k6_pid"
  k6_pid=''
}

# start_echo_timer: what comes within a second of the first signal is the same Ctrl-C once more: npm and others
# pass on what the terminal sent to all.
start_echo_timer() {
  launch sleep 1 </dev/null >/dev/null 2>&1
  echo_timer=$launched
}

# on_signal NAME: the first one lets k6 finish, the second one does not.
on_signal() {
  signal_count=$((signal_count + 1))
  if [ -z "$interrupted" ]; then
    interrupted=$1
    if [ -n "$wait_pid" ]; then kill_group "$wait_pid"; fi
    if [ -n "$k6_pid" ]; then ask_k6_to_stop; fi
  elif [ "$1" = QUIT ] || { [ -n "$echo_timer" ] && ! kill -0 "$echo_timer" 2>/dev/null; }; then
    stop_k6_hard
  fi
}

# ask_k6_to_stop: once only; k6 takes a second signal as the wish to drop everything.
ask_k6_to_stop() {
  [ "$k6_asked" = false ] || return 0
  k6_asked=true
  note "Interrupted (SIG$interrupted): k6 finishes its teardown and summary. Once more stops it at once."
  kill -TERM "$k6_pid" 2>/dev/null || :
}

stop_k6_hard() {
  [ -n "$k6_pid" ] || return 0
  forced=true
  kill_group "$k6_pid"
}

# kill_group PID: k6 at once. A container outlives the command that started it.
kill_group() {
  kill -KILL -- "-$1" 2>/dev/null || :
  [ "$use_docker" = false ] || "$engine" kill "$k6_container" >/dev/null 2>&1 || :
}

catch_signals() {
  local name
  for name in INT TERM HUP QUIT; do
    # shellcheck disable=SC2064  # the name is meant to be fixed now
    trap "on_signal $name" "$name"
  done
}

install_traps() {
  catch_signals
  # A closed pipe must not kill the script before it has stopped what it started.
  trap : PIPE
  trap finish EXIT
}

# finish: the one way out. Stops what is still running, whatever went wrong.
finish() {
  local code=$?
  set +e
  trap - EXIT
  stop_k6_hard
  [ -z "$wait_pid" ] || kill_group "$wait_pid"
  [ -z "$log_reader" ] || kill -KILL -- "-$log_reader" 2>/dev/null
  stop_service
  if [ "$run_folder_made" = true ]; then
    rm -f -- "$run_root/.running" "$run_root/.wait"
    [ "$k6_started" = true ] || rmdir -- "$run_root"/*/ "$run_root" 2>/dev/null
  fi
  if [ -n "$interrupted" ]; then
    [ "$interruption_named" = true ] || note "${red}interrupted${plain} (SIG$interrupted)"
    code=$EXIT_INTERRUPTED
  elif [ "$code" -ne 0 ] && [ "$explained" = false ]; then
    note "load-test.sh ended unexpectedly (code $code)."
  fi
  exit "$code"
}

leave_if_interrupted() { [ -z "$interrupted" ] || exit "$EXIT_INTERRUPTED"; }

# ---------------------------------------------------------------------------------------------------
# The run folder, made and linked
# ---------------------------------------------------------------------------------------------------

# make_run_folder: refuses, before any load, what could not be written later. Everything in it is private
# (umask 077): raw samples and service logs may hold tokens.
make_run_folder() {
  local i
  if [ -L "$results" ] && [ ! -e "$results" ]; then
    refuse "the results folder $results is a link to nothing. Remove it or set RESULTS_DIR."
  elif [ -e "$results" ] && [ ! -d "$results" ]; then
    refuse "the results folder $results is a file. Remove it or set RESULTS_DIR."
  fi
  mkdir -p -- "$results" 2>/dev/null || refuse "the results folder $results cannot be made. Set RESULTS_DIR to another one."
  [ ! -e "$run_root" ] || refuse "the run folder $run_root exists already. Choose another RUN_ID."
  umask 077
  mkdir -- "$run_root" 2>/dev/null || refuse "the results folder $results is not writable. Set RESULTS_DIR to another one."
  run_folder_made=true
  write_marker 2>/dev/null || refuse "nothing can be written to $results (disk full?). Set RESULTS_DIR to another folder."
  for ((i = 0; i < ${#run_names[@]}; i++)); do
    [ "${#run_names[@]}" -eq 1 ] || mkdir -- "${run_folders[i]}"
  done
}

# write_marker: says who works here, until the run is over. What is left of it names leftovers.
write_marker() {
  printf '%s\n' "script=${self##*/}" "wrapper=$$" "k6=$k6_pid" "service=$service_pid" >"$run_root/.running"
}

# link_latest: replaces the link in one step, so that readers always find a run.
link_latest() {
  local link=$results/latest fresh=$results/.latest-$$
  [ "$on_windows" = false ] || return 0
  if [ -e "$link" ] && [ ! -L "$link" ]; then
    warn "$link is not a link; it was left alone."
    return
  fi
  ln -s -- "${run_root##*/}" "$fresh" 2>/dev/null || return 0
  # -T (GNU, busybox) and -h (BSD): replace the link itself, do not move into the folder it points to.
  mv -fT -- "$fresh" "$link" 2>/dev/null || mv -fh -- "$fresh" "$link" 2>/dev/null ||
    { rm -f -- "$fresh" && ln -sfn -- "${run_root##*/}" "$link" 2>/dev/null; } || warn "$link could not be updated."
}

# ---------------------------------------------------------------------------------------------------
# The service
# ---------------------------------------------------------------------------------------------------

# service_process COMMAND FOLDER: becomes the service, in the background, as the caller's shell would start it.
service_process() {
  cd -- "$2" || exit 1
  umask "$caller_umask"
  restore_locale
  exec bash -c "$1"
}

# start_service: only when nothing answers yet: what runs already is not ours to stop.
start_service() {
  [ -n "$service_command" ] || return 0
  if answers "$target_host" "$target_port"; then
    service_was_there=true
    say "Something answers at $target_host:$target_port already: START_COMMAND was not run and nothing will be stopped."
    return 0
  fi
  service_log=$run_root/service.log
  say "Starting the service: ${service_command//[[:cntrl:]]/?}"
  launch service_process "$service_command" "$service_folder" </dev/null >"$service_log" 2>&1
  service_pid=$launched
  write_marker
}

# processes_of GROUP: the living processes of the group and their descendants, one pid a line. Empty when
# ps cannot tell.
processes_of() {
  local table line ids=" $1 " before='' pid parent group state
  table=$(ps -A -o pid= -o ppid= -o pgid= -o stat= 2>/dev/null) || return 0
  while [ "$ids" != "$before" ]; do
    before=$ids
    while read -r pid parent group state; do
      case $state in '' | Z*) continue ;; esac
      case $ids in *" $pid "*) continue ;; esac
      if [ "$group" = "$1" ]; then ids+="$pid "; else case $ids in *" $parent "*) ids+="$pid " ;; esac fi
    done <<<"$table"
  done
  while read -r pid parent group state; do
    case $state in '' | Z*) continue ;; esac
    case $ids in *" $pid "*) printf '%s\n' "$pid" ;; esac
  done <<<"$table"
}

# any_alive PIDS...: zombies do not count; nobody may be there to collect them.
any_alive() {
  local pid
  for pid in "$@"; do
    ! kill -0 "$pid" 2>/dev/null || is_zombie "$pid" || return 0
  done
  return 1
}

is_zombie() {
  ps -p "$1" -o stat= 2>/dev/null | {
    read -r state || exit 1
    case $state in Z*) exit 0 ;; *) exit 1 ;; esac
  }
}

# stop_service: SIGTERM to everything that was started, SIGKILL to what is left after STOP_LIMIT.
stop_service() {
  local pids deadline before=$signal_count
  [ -n "$service_pid" ] || return 0
  # The one $(...) of this half: no signal may arrive during it.
  trap '' INT TERM HUP QUIT
  pids=$(processes_of "$service_pid")
  catch_signals
  if [ -z "$pids" ]; then
    kill -0 -- "-$service_pid" 2>/dev/null || return 0
    pids=$service_pid
  fi
  # shellcheck disable=SC2086  # one pid a line
  {
    kill -TERM -- "-$service_pid" 2>/dev/null
    kill -TERM $pids 2>/dev/null
    deadline=$((SECONDS + STOP_LIMIT))
    while any_alive $pids && [ "$SECONDS" -lt "$deadline" ] && [ "$signal_count" -eq "$before" ]; do nap; done
    kill -KILL -- "-$service_pid" 2>/dev/null
    ! any_alive $pids || kill -KILL $pids 2>/dev/null
  }
  wait "$service_pid" 2>/dev/null
  service_pid=''
  say 'Stopped the service that was started for this run.'
}

# service_failed: has the started command ended, and not with 0 ($service_code)? One that leaves something
# in the background and returns is fine.
service_failed() {
  [ -n "$service_pid" ] || return 1
  if [ -z "$service_code" ]; then
    ! kill -0 "$service_pid" 2>/dev/null || return 1
    service_code=0
    wait "$service_pid" 2>/dev/null || service_code=$?
  fi
  [ "$service_code" -ne 0 ]
}

show_service_log() {
  [ -s "$service_log" ] || return 0
  note "Last lines of ${service_log//[[:cntrl:]]/?}:"
  tail -n 20 "$service_log" 2>/dev/null | while IFS= read -r line; do note "  ${line//[[:cntrl:]]/?}"; done
}

service_start_failed() {
  show_service_log
  fail "$EXIT_NOT_READY" "the start command ended with code $service_code before the service was healthy: $service_command"
}

# wait_for_service: until it is healthy by its own account; costs no time when it is already.
wait_for_service() {
  local i limit=$wait_limit started=$SECONDS
  use_command "${#run_names[@]}"
  if [ -n "$service_pid" ]; then
    limit=$start_limit
    for ((i = 0; i < ${#k6_command[@]}; i++)); do
      [ "${k6_command[i]}" != "WAIT_TIMEOUT=$wait_limit" ] || k6_command[i]=WAIT_TIMEOUT=$limit
    done
  fi
  explain "waiting up to $limit for $shown_url"
  launch k6_process "${k6_command[@]}" </dev/null >/dev/null 2>"$run_root/.wait"
  wait_pid=$launched
  [ -z "$interrupted" ] || kill_group "$wait_pid"
  while [ -n "$service_pid" ] && kill -0 "$wait_pid" 2>/dev/null && [ -z "$interrupted" ]; do
    if service_failed; then
      kill -KILL -- "-$wait_pid" 2>/dev/null || :
      service_start_failed
    fi
    nap
  done
  wait_child "$wait_pid"
  wait_pid=''
  leave_if_interrupted
  [ "$child_code" -eq 0 ] || show_findings
  rm -f -- "$run_root/.wait"
  judge_readiness "$child_code" "$limit"
  ! service_failed || service_start_failed
  [ $((SECONDS - started)) -lt 2 ] || say "The service was ready after $((SECONDS - started)) s."
}

# show_findings: what the readiness check said, without the place in the script that k6 adds.
show_findings() {
  local line
  while IFS= read -r line || [ -n "$line" ]; do
    # Where in the suite's code a setting is refused is of no use to whoever typed it.
    case $line in
      $'\tat '*) continue ;;
      *' at '*' (file://'*) line=${line% at * (file://*} ;;
    esac
    line=${line#test aborted: }
    [ -z "$line" ] || note "${line//[[:cntrl:]]/?}"
  done <"$run_root/.wait"
}

# judge_readiness CODE LIMIT
judge_readiness() {
  local hint=''
  case $1 in
    0) return 0 ;;
    107) refuse "the settings or the scripts were refused, see above; nothing was sent." "$this --help" ;;
    108)
      if [ -n "$service_pid" ]; then
        show_service_log
        hint=', although its start command is running'
      elif [ "$service_was_there" = true ]; then
        hint='; START_COMMAND was not run because something answers there already'
      fi
      fail "$EXIT_NOT_READY" "$shown_url was not healthy within $2$hint." "$this --wait 2m"
      ;;
    *) fail "$EXIT_NOT_READY" "the readiness check of $shown_url did not work (k6 exit code $1)." "$this --dry-run" ;;
  esac
}

# ---------------------------------------------------------------------------------------------------
# One run
# ---------------------------------------------------------------------------------------------------

# run_part INDEX: one test, from banner to verdict; its code goes to $run_codes. What is slower than its baseline
# and nothing else is measured a second time: a disturbance seldom comes twice, a regression stays.
run_part() {
  local folder=${run_folders[$1]} started=$SECONDS
  show "${run_banners[$1]}"
  say ''
  explain "running: ${run_lines[$1]}"
  measure "$1" "$folder"
  if [ "$run_code" -eq "$EXIT_THRESHOLDS" ] && [ "$summary_only_slower" = true ] && [ -z "$interrupted" ]; then
    note "Slower than the baseline. Once more, to tell a regression from a disturbance of this machine:"
    set_aside "$folder"
    measure "$1" "$folder"
    [ "$run_code" -ne 0 ] || warn "a first run was slower than the baseline, a second one was not: $folder/first"
  fi
  run_codes+=("$run_code")
  run_seconds+=("$((SECONDS - started))")
  print_verdict "$1" "$folder" "$run_code"
}

# set_aside FOLDER: moves what a run left into FOLDER/first.
set_aside() {
  local file
  mkdir -- "$1/first"
  for file in "$1"/*; do
    case $file in */service.log) continue ;; esac
    [ ! -f "$file" ] || mv -- "$file" "$1/first/"
  done
}

# measure INDEX FOLDER: runs k6 once; sets $run_code.
measure() {
  local folder=$2
  use_command "$1"
  : >"$folder/.started"
  k6_started=true
  k6_asked=false
  watch_log "$folder/.log"
  launch k6_process "${k6_command[@]}" </dev/null
  k6_pid=$launched
  k6_log=''
  write_marker || :
  # For a signal that came before there was a pid to pass it on to.
  [ -z "$interrupted" ] || ask_k6_to_stop
  wait_child "$k6_pid"
  k6_pid=''
  run_code=$child_code
  end_log "$folder/.log"
  check_results "$folder" "$run_code" || run_code=$EXIT_INCOMPLETE
  check_figures
  rm -f -- "$folder/.started" 2>/dev/null || :
  complete_report "$1" "$folder"
  [ -z "$interrupted" ] || run_code=$EXIT_INTERRUPTED
}

# watch_log PIPE: k6 only logs that a back end did not take the figures, so its log is read where --out names one.
# Without a pipe (Git Bash) nothing is read.
watch_log() {
  local output wanted=false
  figures_lost=false log_reader=''
  for output in ${outputs[@]+"${outputs[@]}"}; do
    case $output in influxdb | influxdb=* | experimental-prometheus-rw | opentelemetry) wanted=true ;; esac
  done
  [ "$wanted" = true ] && [ "$on_windows" = false ] && mkfifo -- "$1" 2>/dev/null || return 0
  launch pass_log "$1" </dev/null
  log_reader=$launched
  k6_log=$1
}

# pass_log PIPE: passes on every line, and ends with 1 when one says that figures were not written. A line of a
# script is none.
pass_log() {
  local line lost=0
  trap '' HUP INT TERM QUIT
  while IFS= read -r line || [ -n "$line" ]; do
    err '%s\n' "$line"
    case $line in
      *source=console* | *'"source":"console"'*) ;;
      *"Couldn't write stats"* | *'Failed to send the time series data'* | *'OpenTelemetry metric provider'*) lost=1 ;;
    esac
  done <"$1"
  exit "$lost"
}

# end_log PIPE: waits for the last lines; sets $figures_lost.
end_log() {
  [ -n "$log_reader" ] || return 0
  # Lets go a reader that still waits for a k6 which never came.
  { : 4<>"$1"; } 2>/dev/null || :
  wait_child "$log_reader"
  log_reader=''
  [ "$child_code" -ne 1 ] || figures_lost=true
  rm -f -- "$1" 2>/dev/null || :
}

# check_figures: a run whose figures did not arrive where --out sends them is no success.
check_figures() {
  [ "$figures_lost" = true ] || return 0
  if [ "$run_code" -eq 0 ]; then
    run_code=$EXIT_OUTPUT_DOWN
    note "${red}figures lost:${plain} an output of --out did not take all of them, see k6's log above."
  else
    warn "an output of --out did not take all figures, see k6's log above."
  fi
}

# check_results FOLDER CODE: k6 exits with 0 although it could not write its results. Judges only then;
# any other code is already a failure.
check_results() {
  local problem='' file=summary.json
  [ -z "$segment" ] || file=segment.json
  if ! summary_is_whole "$1/$file" "$1/.started"; then
    problem="$file $summary_problem"
  elif [ "$summary_passed" = false ]; then
    problem='summary.json says that the test did not pass'
  elif [ -n "$raw_output" ] && [ ! -s "$1/$raw_output" ]; then
    problem="$raw_output is missing or empty"
  elif [ "$report" = true ] && [ ! -s "$1/report.html" ]; then
    problem='report.html is missing or empty'
  elif [ "$dashboard" = true ] && [ ! -s "$1/dashboard.html" ]; then
    problem='dashboard.html is missing (it needs a run of at least 3 s)'
  fi
  [ -n "$problem" ] && [ -z "$interrupted" ] || return 0
  if [ "$2" -eq 0 ]; then
    err '%sresults incomplete:%s %s, although k6 reported success.\n' "$red" "$plain" "$problem"
    return 1
  fi
  [ "$2" -ne "$EXIT_THRESHOLDS" ] || [ "$summary_passed" = false ] || warn "$problem"
}

# complete_report INDEX FOLDER: replaces the page that the run left by one that also has its course. Only a nicety:
# when it does not work the page stays, and so does the exit code.
complete_report() {
  if [ -s "$2/report.html" ] && [ -f "$suite/engine/commands/finish-report.js" ] && [ -z "$interrupted" ]; then
    use_command $((${#run_names[@]} + 1 + $1))
    launch k6_process "${k6_command[@]}" </dev/null >/dev/null 2>"$2/.report-log"
    wait_pid=$launched
    [ -z "$interrupted" ] || kill_group "$wait_pid"
    wait_child "$wait_pid"
    wait_pid=''
    if [ "$child_code" -eq 0 ] && ends_with '</html>' "$2/.report.html"; then
      mv -f -- "$2/.report.html" "$2/report.html"
    elif [ -z "$interrupted" ]; then
      warn "report.html shows no figures over time: they could not be added (k6 exit code $child_code)."
    fi
  fi
  rm -f -- "$2/.timeline" "$2/.report.html" "$2/.report-log" 2>/dev/null || :
}

# ends_with LINE FILE: is that its last line? k6 says nothing when it could write only a part.
ends_with() {
  local line last=''
  [ -f "$2" ] || return 1
  while IFS= read -r line || [ -n "$line" ]; do last=$line; done <"$2"
  [ "$last" = "$1" ]
}

# summary_is_whole FILE MARKER: sets $summary_passed and $summary_only_slower, or $summary_problem when it fails.
summary_is_whole() {
  local line last=''
  summary_passed='' summary_only_slower=false summary_problem=''
  if [ ! -f "$1" ]; then
    summary_problem='is missing'
  elif [ ! -s "$1" ]; then
    summary_problem='is empty'
  elif [ "$1" -ot "$2" ]; then
    summary_problem='is older than this run'
  else
    while IFS= read -r line || [ -n "$line" ]; do
      line=${line%$'\r'}
      case $line in
        '  "passed": true' | '  "passed": true,') summary_passed=true ;;
        '  "passed": false' | '  "passed": false,') summary_passed=false ;;
        '  "onlySlower": true' | '  "onlySlower": true,') summary_only_slower=true ;;
      esac
      [ -z "$line" ] || last=$line
    done <"$1"
    if [ "$last" != '}' ]; then
      summary_problem='is cut off (disk full?)'
    elif [ -z "$summary_passed" ] && [ "${1##*/}" != segment.json ]; then
      summary_problem='has no verdict'
    fi
  fi
  [ -z "$summary_problem" ]
}

# name_code CODE: sets $meaning, the code in words.
name_code() {
  case $1 in
    "$EXIT_INCOMPLETE") meaning='results incomplete' ;;
    "$EXIT_OUTPUT_DOWN") meaning='figures did not reach an output' ;;
    "$EXIT_THRESHOLDS") meaning='thresholds crossed' ;;
    100) meaning='setup took too long' ;;
    101) meaning='teardown took too long' ;;
    104) meaning='k6 refused the options' ;;
    "$EXIT_INTERRUPTED") meaning=interrupted ;;
    107) meaning='error in a script, its setup or its settings' ;;
    108) meaning='aborted by the script' ;;
    110) meaning='failed by the script' ;;
    255) meaning='k6 refused the command' ;;
    *) meaning='k6 failed' ;;
  esac
}

# print_verdict INDEX FOLDER CODE
print_verdict() {
  local name=${run_names[$1]//[[:cntrl:]]/?} file meaning verdict=failed
  name_code "$3"
  [ "$3" -ne "$EXIT_INTERRUPTED" ] || verdict=interrupted interruption_named=true
  if [ "$3" -eq 0 ] && [ -n "$segment" ]; then
    say "measured: $name, segment $segment; merge $run_id judges the whole"
  elif [ "$3" -eq 0 ]; then
    show "${green}passed${plain}: $name"
  else
    note "$red$verdict$plain: $name ($meaning, exit code $3)"
  fi
  if [ "$forced" = true ]; then
    note "Stopped at once: teardown did not run, so data with the run id ${run_ids[$1]} may be left in the service, and the results are incomplete. Remove that data before the next run."
    # @feature sql {
    case "$database_runs" in
      *" ${run_ids[$1]} "*) note "What it left in databases goes with: $this cleanup ${run_ids[$1]}" ;;
    esac
    # @feature }
  fi
  explained=true
  for file in summary.json segment.json report.html dashboard.html "$raw_output"; do
    [ -z "$file" ] || [ ! -s "$2/$file" ] || say "  $2/$file"
  done
  [ -z "$service_log" ] || [ ! -s "$service_log" ] || say "  $service_log"
}

# ---------------------------------------------------------------------------------------------------
# All runs
# ---------------------------------------------------------------------------------------------------

run_all() {
  local i
  for ((i = 0; i < ${#run_names[@]}; i++)); do
    [ -z "$interrupted" ] || break
    run_part "$i"
  done
  if service_failed; then
    warn "the service that was started ended during the run (code $service_code)."
    show_service_log
  fi
  link_latest
  [ "${#run_names[@]}" -eq 1 ] || print_table
  save_baselines
}

# save_baselines: one for each test, of all its runs. None of runs that failed: what they measured is not normal.
save_baselines() {
  local i
  [ "$save_baseline" = true ] || return 0
  for ((i = 0; i < ${#run_names[@]}; i += runs)); do
    store_baseline "$i" || run_codes+=("$EXIT_INCOMPLETE")
  done
}

# store_baseline INDEX: of the runs from INDEX on.
store_baseline() {
  local i name=${run_baselines[$1]} made log=$run_root/.baseline-log
  local target=$suite/baselines/$name.json
  if [ -n "$interrupted" ]; then
    baseline_interrupted
    return 0
  fi
  for ((i = $1; i < $1 + runs; i++)); do
    if [ "${run_codes[i]:-1}" -ne 0 ]; then
      note "${red}baseline not saved:${plain} ${run_names[i]//[[:cntrl:]]/?} did not pass, and only passed runs say what is normal."
      return 0
    fi
  done
  made=$run_root/.baseline-$name
  use_command $((2 * ${#run_names[@]} + 1 + $1 / runs))
  launch k6_process "${k6_command[@]}" </dev/null 2>"$log"
  wait_pid=$launched
  [ -z "$interrupted" ] || kill_group "$wait_pid"
  wait_child "$wait_pid"
  wait_pid=''
  if [ -n "$interrupted" ]; then
    baseline_interrupted
    rm -f -- "$made" "$log"
    return 0
  elif [ "$child_code" -ne 0 ] || ! ends_with '}' "$made"; then
    cat -- "$log" >&2 2>/dev/null || :
    note "${red}baseline not saved:${plain} it could not be made of these runs (k6 exit code $child_code)."
  elif mkdir -p -- "$suite/baselines" 2>/dev/null && rm -f -- "$target.new" 2>/dev/null &&
    (umask 022 && cat -- "$made" >"$target.new") 2>/dev/null && mv -f -- "$target.new" "$target" 2>/dev/null; then
    rm -f -- "$made" "$log"
    say "baseline saved: $target (commit it)"
    return 0
  else
    rm -f -- "$target.new" 2>/dev/null
    note "${red}baseline not saved:${plain} ${target//[[:cntrl:]]/?} cannot be written. It is in ${made//[[:cntrl:]]/?}."
    return 1
  fi
  rm -f -- "$log" 2>/dev/null
  return 1
}

baseline_interrupted() {
  interruption_named=true
  note "${red}baseline not saved:${plain} interrupted (SIG$interrupted)."
}

print_table() {
  local i verdict
  out '\n  %-32s %-12s %5s %8s\n' Test Result Code Time
  for ((i = 0; i < ${#run_names[@]}; i++)); do
    if [ "$i" -ge "${#run_codes[@]}" ]; then
      out '  %-32s %-12s\n' "${run_names[i]//[[:cntrl:]]/?}" 'not run'
      continue
    fi
    case ${run_codes[i]} in
      0) verdict=passed ;;
      "$EXIT_INTERRUPTED") verdict=interrupted ;;
      *) verdict=failed ;;
    esac
    out '  %-32s %-12s %5s %7ss\n' "${run_names[i]//[[:cntrl:]]/?}" "$verdict" "${run_codes[i]}" "${run_seconds[i]}"
  done
  out '  Results: %s\n' "${run_root//[[:cntrl:]]/?}"
}

# exit_with_worst: the highest code of all parts.
exit_with_worst() {
  local code worst=0
  for code in ${run_codes[@]+"${run_codes[@]}"}; do
    [ "$code" -le "$worst" ] || worst=$code
  done
  exit "$worst"
}

# ---------------------------------------------------------------------------------------------------

main() {
  self=$0
  choose_colors
  # @feature openapi {
  if [ "${1:-}" = openapi ]; then
    case ${2:-} in
      update | list)
        shift
        openapi_command "$@"
        ;;
    esac
  fi
  # @feature }
  # @feature sql {
  if [ "${1:-}" = cleanup ]; then
    shift
    clean_up "$@"
  fi
  # @feature }
  if help_wanted "$@"; then
    usage
    exit 0
  fi
  parse_arguments "$@"
  choose_colors
  join_thresholds
  check_k6_arguments
  find_suite
  tame_git_bash
  load_settings
  prepare_docker

  case $action in
    list)
      print_list
      exit 0
      ;;
    version)
      print_version
      exit 0
      ;;
  esac

  check_settings
  drop_dangerous_variables
  case ${positionals[0]-} in
    compare)
      compare_runs
      exit 0
      ;;
    merge) merge_segments ;;
  esac
  choose_runs
  leave_out_tests # @feature sql
  repeat_runs
  prepare_segment
  require_baselines
  prepare_docker
  resolve_target
  needs_service || no_wait=true # @feature sql
  guard_target
  guard_sockets # @feature websocket
  [ "$no_wait" = false ] || ! has_option START_COMMAND ||
    refuse '--start and --no-wait exclude each other: a started service has to be waited for.'
  name_run

  if [ "$action" = dry-run ]; then
    [ "$use_docker" = true ] || find_k6 || k6=k6
    prepare_outputs
    prepare_stack # @feature observability
    plan_all
    print_dry_run
    exit 0
  fi

  require_k6
  require_extensions ${run_scripts[@]+"${run_scripts[@]}"} # @feature sql
  prepare_outputs
  prepare_stack # @feature observability
  plan_all
  name_leftovers
  start_stack # @feature observability

  install_traps
  make_run_folder
  if [ "$no_wait" = false ]; then
    start_service
    leave_if_interrupted
    wait_for_service
  fi
  leave_if_interrupted
  run_all
  exit_with_worst
}

# In braces, so that bash reads it as a whole: an update of this file during a run changes nothing.
{
  main "$@"
}
