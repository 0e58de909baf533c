# Owns: the k6 command that is being built or run, and the commands that are kept for later.
#
# The first half of main builds all of them, keep_command keeps each under a name: that of its job, `wait`, JOB_report,
# GROUP_baseline. The second half brings one back with use_command and runs it.

# Seconds between two points of the dashboard: k6 needs two points, so short runs need a short period.
readonly LONG_PERIOD=10s SHORT_PERIOD=1s

k6_command=()
# Environment of that k6 process, besides the inherited one. Secrets are passed here.
child_names=()
child_values=()
k6_container=''
# Paths and addresses as k6 sees them, which may be in a container
inside_folder=''
inside_suite=''
inside_results=''
inside_url=''

clear_words() { k6_command=(); }
add_words() { k6_command+=("$@"); }
# add_env NAME VALUE: as a flag of k6.
add_env() { k6_command+=(--env "$1=$2"); }

add_child_variable() {
  child_names+=("$1")
  child_values+=("$2")
}

is_child_variable() {
  local name
  for name in ${child_names[@]+"${child_names[@]}"}; do
    [ "$name" != "$1" ] || return 0
  done
  return 1
}

# keep_command NAME: keeps $k6_command and its environment. NAME is a name of a variable.
keep_command() {
  local i
  printf -v "kept_$1_container" '%s' "$k6_container"
  printf -v "kept_$1_words" '%s' "${#k6_command[@]}"
  for ((i = 0; i < ${#k6_command[@]}; i++)); do printf -v "kept_$1_word_$i" '%s' "${k6_command[i]}"; done
  printf -v "kept_$1_variables" '%s' "${#child_names[@]}"
  for ((i = 0; i < ${#child_names[@]}; i++)); do
    printf -v "kept_$1_name_$i" '%s' "${child_names[i]}"
    printf -v "kept_$1_value_$i" '%s' "${child_values[i]}"
  done
}

# use_command NAME: brings it back.
use_command() {
  local i count=kept_$1_words word name value
  k6_command=() child_names=() child_values=()
  for ((i = 0; i < ${!count}; i++)); do
    word=kept_$1_word_$i
    k6_command+=("${!word}")
  done
  count=kept_$1_variables
  for ((i = 0; i < ${!count}; i++)); do
    name=kept_$1_name_$i value=kept_$1_value_$i
    add_child_variable "${!name}" "${!value}"
  done
  word=kept_$1_container
  k6_container=${!word}
}

# replace_word OLD NEW: in $k6_command.
replace_word() {
  local i
  for ((i = 0; i < ${#k6_command[@]}; i++)); do
    [ "${k6_command[i]}" != "$1" ] || k6_command[i]=$2
  done
}

# set_paths FOLDER: of a run, as k6 sees it.
set_paths() {
  make_native "$results"
  inside_url=$base_url inside_results=$native_path
  if [ "$use_docker" = true ]; then
    inside_folder=/results inside_suite=/suite inside_results=/history
    [ "$docker_host_network" = true ] || inside_url=$(docker_url)
  else
    make_native "$1"
    inside_folder=$native_path
    make_native "$suite"
    inside_suite=$native_path
  fi
  run_hooks paths
}

# begin_command NAME FOLDER [EARLIER]: k6 and the flags that every use of it gets; NAME names its container.
begin_command() {
  k6_container=k6-${run_root##*/}-$1
  if [ "$use_docker" = true ]; then
    k6_command=()
    add_docker_words "$2" "${3:-}"
  else
    k6_command=("$k6" run)
  fi
  # Without this k6 1.x opens port 6565, and a second run would complain about it.
  k6_command+=(--address= --no-usage-report)
  [ "$color" != never ] || k6_command+=(--no-color)
}

# set_environment [FOLDER]: what k6 gets besides the inherited environment. FOLDER: of a measured run.
set_environment() {
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
  run_hooks environment
  [ -z "${1:-}" ] || add_dashboard_variables "$1"
}

# clear_environment NAMES AND VALUES...: nothing but these.
clear_environment() {
  child_names=() child_values=()
  while [ $# -gt 0 ]; do
    add_child_variable "$1" "$2"
    shift 2
  done
}

# add_dashboard_variables FOLDER: for --dashboard.
add_dashboard_variables() {
  [ "$dashboard" = true ] || return 0
  add_child_variable K6_WEB_DASHBOARD true
  # Any free port of this machine. (-1, "no port", opens one on every interface in k6 1.8.)
  add_child_variable K6_WEB_DASHBOARD_PORT 0
  add_child_variable K6_WEB_DASHBOARD_HOST 127.0.0.1
  add_child_variable K6_WEB_DASHBOARD_EXPORT "$1/dashboard.html"
  [ -n "${K6_WEB_DASHBOARD_PERIOD:-}" ] || add_child_variable K6_WEB_DASHBOARD_PERIOD "$(dashboard_period)"
}

# dashboard_period: prints the period for the present job.
dashboard_period() {
  local found origin seconds
  find_setting DURATION
  if [ -n "$found" ]; then
    duration_ms "$found"
    seconds=$((milliseconds / 60000))
    [ "$seconds" -ge 1 ] || seconds=1
    [ "$seconds" -le 10 ] || seconds=10
    printf '%ss' "$seconds"
  else
    case $job_profile in
      load | stress | soak | breakpoint) [ -z "$(setting TIME_SCALE)" ] && printf '%s' "$LONG_PERIOD" || printf '%s' "$SHORT_PERIOD" ;;
      *) printf '%s' "$SHORT_PERIOD" ;;
    esac
  fi
}

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
  run_hooks flags
}
