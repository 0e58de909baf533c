# Owns: the plan of a run: every command, text and limit, ready before the first process is started.

# How long to wait for a service that is there, and for one that this run starts
wait_limit=''
start_limit=''
# Empty: nothing to start
service_command=''
service_folder=''
# The head of a run, while it is made
banner=''
# Most runs that stay in the results folder; empty: all
keep_runs=''

plan_all() {
  local name group found origin
  [ "$action" = dry-run ] || read_generator
  find_setting KEEP_RUNS
  keep_runs=$found
  for name in ${jobs[@]+"${jobs[@]}"}; do
    select_job "$name"
    build_command
    make_banner
    [ "$action$verbose" = runfalse ] || set_field line "$(shown_command)"
    build_report_command
  done
  plan_service
  plan_wait
  [ "$save_baseline" = true ] || return 0
  for group in ${groups[@]+"${groups[@]}"}; do build_baseline_command "$group"; done
}

# build_command: the k6 command of the present job.
build_command() {
  local output found origin
  set_paths "$job_folder"
  set_environment "$inside_folder"
  begin_command "$job" "$job_folder"
  [ "$quiet" = false ] || add_words --quiet
  for output in ${outputs[@]+"${outputs[@]}"}; do add_words --out "$output"; done
  [ -z "$raw_output" ] || add_words --out "json=$inside_folder/$raw_output"
  add_setting_flags "$job_profile"
  add_segment_flags
  add_env RESULTS_DIR "$inside_folder"
  add_env RUN_ID "$job_id"
  # A store would keep a series for each slice of time.
  find_setting TIMELINE
  ! stores_series || [ -n "$found" ] || add_env TIMELINE false
  [ "$compare" = false ] || add_env BASELINE "$job_baseline"
  [ -z "$git_commit" ] || add_env GIT_COMMIT "$git_commit"
  [ -z "$generator_limits" ] || add_env GENERATOR_LIMITS "$generator_limits"
  [ -z "$k6_version" ] || add_env RUN_K6_VERSION "$k6_version"
  add_words ${k6_arguments[@]+"${k6_arguments[@]}"}
  case $job_script in
    "$suite"/*) add_words "$inside_suite/${job_script#"$suite"/}" ;;
    *) add_words "$(native "$job_script")" ;;
  esac
  keep_command "$job"
}

# build_report_command: completes the report of the present job afterwards with earlier runs and the list of files.
build_report_command() {
  local files=$'summary.json\nreport.md\njunit.xml'
  set_paths "$job_folder"
  [ "$dashboard" = false ] || files+=$'\ndashboard.html'
  [ -z "$raw_output" ] || files+=$'\n'$raw_output
  limit_of cores
  clear_environment FILES "$files" HISTORY "$(earlier_summaries "${job_folder##*/}")" CORES "$number"
  begin_command "${job}_report" "$job_folder" "$results"
  add_words --quiet --log-format=raw
  add_env RESULTS_DIR "$inside_folder"
  add_words "$inside_suite/engine/commands/finish-report.js"
  keep_command "${job}_report"
}

# plan_wait: the readiness check, which runs before the first test.
plan_wait() {
  local found origin script=engine/commands/wait-for-service.js
  find_setting WAIT_TIMEOUT 30s
  wait_limit=$found start_limit=$found
  if [ "$origin" != option ]; then
    find_setting START_TIMEOUT 60s
    start_limit=$found
  fi
  [ "$no_wait" = true ] || [ -f "$suite/$script" ] ||
    refuse "$suite/$script is missing. Restore it, or use --no-wait."
  set_paths "$run_root"
  set_environment
  begin_command wait "$run_root"
  add_words --quiet --log-format=raw
  add_setting_flags ''
  add_connection_flags
  add_env WAIT_TIMEOUT "$wait_limit"
  run_hooks wait-flags
  add_words "$inside_suite/$script"
  keep_command wait
}

# add_connection_flags: those of the caller's k6 flags that decide how the service is reached.
add_connection_flags() {
  local flag takes=false
  for flag in ${k6_arguments[@]+"${k6_arguments[@]}"}; do
    if [ "$takes" = true ]; then
      add_words "$flag"
      takes=false
      continue
    fi
    case $flag in
      --insecure-skip-tls-verify | --insecure-skip-tls-verify=* | --config=* | --dns=* | --local-ips=* | --user-agent=* | --secret-source=*) add_words "$flag" ;;
      --config | --dns | --local-ips | --user-agent | --secret-source | -c)
        add_words "$flag"
        takes=true
        ;;
    esac
  done
}

# plan_service: sets $service_command and $service_folder if there is something to start.
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
  find_setting START_DIR .
  service_folder=$found
  case $service_folder in /*) ;; *) service_folder=$root/$service_folder ;; esac
  [ -d "$service_folder" ] || refuse "START_DIR: no folder $service_folder."
}

# make_banner: the head of the present job.
make_banner() {
  local found origin
  find_setting PROJECT_NAME "${root##*/}"
  banner=$'\n'$heading${found//[[:cntrl:]]/?}" load test"$plain
  add_banner_line Scenario "$job_name${job_profile:+ (profile $job_profile)}"
  add_banner_line 'Test File' "${job_script#"$root"/}"
  add_banner_line 'Base URL' "$shown_url"
  find_setting VUS 'set by the profile'
  add_banner_line VUs "$found"
  find_setting DURATION 'set by the profile'
  add_banner_line Duration "$found"
  add_banner_line Results "$job_folder"
  set_field banner "$banner"
}

# add_banner_line NAME VALUE
add_banner_line() {
  local line
  printf -v line '\n  %-10s %s' "$1" "${2//[[:cntrl:]]/?}"
  banner+=$line
}
