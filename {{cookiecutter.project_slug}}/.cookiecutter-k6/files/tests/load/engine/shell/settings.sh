# Owns: the settings: option > environment > --env-file > suite.env > default.

# k6 replaces all scenarios when one of these is set, so the profile would not run.
readonly SHAPE_VARIABLES='K6_VUS K6_DURATION K6_ITERATIONS K6_STAGES'
# With these a run has no verdict or no summary, or skips the checks of setup().
readonly VERDICT_VARIABLES='K6_NO_THRESHOLDS K6_NO_SUMMARY K6_SUMMARY_MODE K6_NO_SETUP'

# Names and values as parallel arrays: bash 3.2 has no maps.
option_names=()
option_values=()
file_names=()
file_values=()
# Those of suite.env, between blanks; the value of NAME is in $suite_value_NAME
suite_names=' '
env_file=''
environment_name=''
# Where the settings in $file_names come from, for messages
file_label=''
found=''
origin=''

set_env_file() { env_file=$1; }
set_environment_name() { environment_name=$1; }

# set_option NAME VALUE: if given twice, the last one wins.
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

# find_setting NAME [DEFAULT]: sets $found (empty: not set) and $origin. An empty value counts as not set.
find_setting() {
  look_up "$1"
  found=${found:-${2:-}}
}

# look_up NAME: sets $found and $origin.
look_up() {
  local i
  found='' origin=''
  for ((i = 0; i < ${#option_names[@]}; i++)); do
    [ "${option_names[i]}" != "$1" ] || { found=${option_values[i]} origin=option; }
  done
  [ -z "$found" ] || return 0
  found=${!1:-} origin=environment
  [ -z "$found" ] || return 0
  for ((i = 0; i < ${#file_names[@]}; i++)); do
    [ "${file_names[i]}" != "$1" ] || { found=${file_values[i]} origin=$file_label; }
  done
  [ -z "$found" ] || return 0
  case $suite_names in
    *" $1 "*)
      i=suite_value_$1
      found=${!i} origin=suite.env
      ;;
  esac
}

# setting NAME [DEFAULT]: prints the value, where it does not matter that a subshell is slow.
setting() {
  local found origin
  find_setting "$@"
  printf '%s' "$found"
}

# has_option NAME: was it given on the command line?
has_option() {
  local name
  for name in ${option_names[@]+"${option_names[@]}"}; do
    [ "$name" != "$1" ] || return 0
  done
  return 1
}

# is_on NAME
is_on() {
  local found origin
  find_setting "$1"
  [ "$found" = true ]
}

# read_settings FILE LABEL: fills $parsed_names and $parsed_values. A bad line is not shown: it may be a secret.
read_settings() {
  parse_settings "$1" || refuse "$2:$bad_line: expected KEY=value, a comment or a blank line."
}

load_settings() {
  local i
  if [ -r "$suite/suite.env" ]; then
    read_settings "$suite/suite.env" tests/load/suite.env
    for ((i = 0; i < ${#parsed_names[@]}; i++)); do
      suite_names+="${parsed_names[i]} "
      printf -v "suite_value_${parsed_names[i]}" '%s' "${parsed_values[i]}"
    done
  fi
  refuse_committed_secrets
  [ -z "$environment_name" ] || load_environment
  if [ -n "$env_file" ]; then
    [ -f "$env_file" ] && [ -r "$env_file" ] ||
      refuse "--env-file needs a readable file, got '$env_file'." "$(command_line --env-file tests/load/staging.secret.env)"
    read_settings "$env_file" "$env_file"
    # Behind those of the environment: the last one wins.
    file_names+=(${parsed_names[@]+"${parsed_names[@]}"})
    file_values+=(${parsed_values[@]+"${parsed_values[@]}"})
    file_label=$env_file
  fi
}

# load_environment: reads environments/NAME.env.
load_environment() {
  local label=tests/load/environments/$environment_name.env
  [ -f "$suite/environments/$environment_name.env" ] || refuse_environment "$label"
  read_settings "$suite/environments/$environment_name.env" "$label"
  file_names=(ENVIRONMENT ${parsed_names[@]+"${parsed_names[@]}"})
  file_values=("$environment_name" ${parsed_values[@]+"${parsed_values[@]}"})
  file_label=$label
}

# refuse_environment LABEL: there is no such file; names those that are there, or says what belongs into it.
refuse_environment() {
  local file known=''
  for file in "$suite"/environments/*.env; do
    case $file in *.secret.env) continue ;; esac
    [ -f "$file" ] || continue
    file=${file##*/}
    known+="${known:+, }${file%.env}"
  done
  [ -n "$known" ] || refuse "--environment $environment_name: there is no $1." "write it, with a line such as BASE_URL=https://staging.example.com"
  refuse "--environment $environment_name: there is no $1. Environments: $known." "$(command_line --environment "${known%%,*}")"
}

# refuse_committed_secrets: looks into every file of environments/, used or not: they are committed, and CI then finds a
# secret before anybody else does.
refuse_committed_secrets() {
  local file i name label
  for file in "$suite"/environments/*.env; do
    label=tests/load/environments/${file##*/}
    case $file in *.secret.env) continue ;; esac
    [ -f "$file" ] && [ -r "$file" ] || continue
    read_settings "$file" "$label"
    for ((i = 0; i < ${#parsed_names[@]}; i++)); do
      name=${parsed_names[i]}
      if is_secret "$name" || has_credentials "${parsed_values[i]}"; then
        refuse "$label: $name is a secret, and this file is committed. Export it instead." "export $name=..."
      fi
      [ "$name" != HEADERS ] || ! has_secret_header "${parsed_values[i]}" ||
        refuse "$label: HEADERS has a header with a secret, and this file is committed. Export it instead." "export SECRET_HEADERS='Name: value'"
    done
  done
}

# has_secret_header HEADERS: `Name: value`, several separated by |
has_secret_header() {
  local rest=$1\| name
  while [ -n "$rest" ]; do
    trim "${rest%%:*}"
    name=${trimmed//-/_}
    ! is_secret "$name" || return 0
    case $rest in *\|*) rest=${rest#*\|} ;; *) rest='' ;; esac
  done
  return 1
}

# drop_dangerous_variables: removes the variables that k6 reads by itself and that would make a run meaningless.
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
  # k6 fails if this is 1 instead of true; the flag --no-usage-report does the same.
  unset K6_NO_USAGE_REPORT
  [ -z "${K6_HTTP_DEBUG:-}" ] || warn 'K6_HTTP_DEBUG is ignored: it prints every request with its tokens and passwords.'
  unset K6_HTTP_DEBUG
  for ((i = 0; i < ${#file_names[@]}; i++)); do
    case " $SHAPE_VARIABLES $VERDICT_VARIABLES K6_NO_USAGE_REPORT K6_HTTP_DEBUG " in
      *" ${file_names[i]} "*)
        warn "${file_names[i]} in $file_label is ignored: it would change the profile or the verdict, or print secrets."
        file_values[i]=''
        ;;
      *)
        [ -n "${file_values[i]}" ] || continue
        why_not_passed "${file_names[i]}"
        [ -n "$why_not" ] || continue
        warn "${file_names[i]} in $file_label is ignored: $why_not"
        file_values[i]=''
        ;;
    esac
  done
}

# check_settings: checks every value that the wrapper or k6 will use, wherever it comes from.
check_settings() {
  local flag value name kind example help
  while IFS='|' read -r flag value name kind example help; do
    [ -z "$name" ] || [ -z "$kind" ] || check_setting "$name" "$kind" "$flag" "$example"
  done <<<"$option_table"
  check_setting BACKEND_PORT port '' 8000
  check_setting START_TIMEOUT duration '' 60s
  check_setting MAX_REMOTE_VUS count '' 100
  check_setting KEEP_RUNS count '' 200
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
