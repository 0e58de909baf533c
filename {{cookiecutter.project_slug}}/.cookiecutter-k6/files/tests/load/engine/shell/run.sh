# Owns: the runs, one after the other.

run_code=0

run_all() {
  local name
  for name in ${jobs[@]+"${jobs[@]}"}; do
    [ -z "$interrupted" ] || break
    select_job "$name"
    run_job
  done
  if service_failed; then
    warn "the service that was started ended during the run (code $service_code)."
    show_service_log
  fi
  link_latest
  remove_old_runs
  [ "${#jobs[@]}" -eq 1 ] || print_table
  save_baselines
}

# run_job: the present job, from banner to verdict. If it is only slower than its baseline, it is measured a second time:
# noise seldom comes twice, a regression stays.
run_job() {
  local started
  read_clock
  started=$clock
  show "$job_banner"
  say ''
  explain "running: $job_line"
  measure
  if [ "$run_code" -eq "$EXIT_THRESHOLDS" ] && [ "$summary_only_slower" = true ] && [ -z "$interrupted" ]; then
    note "Slower than the baseline. Re-running once to rule out noise:"
    set_aside "$job_folder"
    measure
    [ "$run_code" -ne 0 ] || warn "a first run was slower than the baseline, a second one was not: $job_folder/first"
  fi
  set_field code "$run_code"
  read_clock
  set_field seconds "$((clock - started))"
  print_verdict
}

# set_aside FOLDER: moves what a run left to FOLDER/first.
set_aside() {
  local file
  mkdir -- "$1/first"
  for file in "$1"/*; do
    case $file in */service.log) continue ;; esac
    [ ! -f "$file" ] || mv -- "$file" "$1/first/"
  done
}

# measure: runs k6 once; sets $run_code.
measure() {
  local pipe='' since before
  use_command "$job"
  # What is there afterwards is of this run. A clock that is set back would make it look older.
  rm -f -- "$job_folder/summary.json" "$job_folder/segment.json"
  watch_log "$job_folder/.log"
  [ -z "$log_reader" ] || pipe=$job_folder/.log
  read_children "$job_folder/.times"
  before=$children_ms
  begin_measuring
  since=$clock
  start_k6 "$pipe"
  write_marker || :
  await_k6
  run_code=$child_code
  read_children "$job_folder/.times"
  count_k6 "$before"
  end_log "$job_folder/.log"
  end_measuring
  since=$((clock - since))
  [ "$clock_set_by" -eq 0 ] ||
    warn "the clock of this machine was set by $clock_set_by s during the run. k6 counts by it: rates and durations are wrong."
  if tell_death "$run_code" "$since"; then
    [ "$run_code" -ne "$EXIT_NOT_READY" ] || run_code=$EXIT_INCOMPLETE
  fi
  check_results "$job_folder" "$run_code" || run_code=$?
  check_metrics
  complete_report "$job_folder" "$since" || run_code=$?
  [ -z "$interrupted" ] || run_code=$EXIT_INTERRUPTED
}

# check_metrics: a run is no success if its metrics did not arrive where --out sends them.
check_metrics() {
  [ "$metrics_lost" = true ] || return 0
  if [ "$run_code" -eq 0 ]; then
    run_code=$EXIT_OUTPUT_DOWN
    note "${red}metrics lost:${plain} an output of --out rejected some metrics, see k6's log above."
  else
    warn "an output of --out rejected some metrics, see k6's log above."
  fi
}

# exit_with_worst: the highest code of all.
exit_with_worst() {
  local name worst=0
  [ "$baseline_failed" = false ] || worst=$EXIT_INCOMPLETE
  for name in ${jobs[@]+"${jobs[@]}"}; do
    select_job "$name"
    [ "${job_code:-0}" -le "$worst" ] || worst=$job_code
  done
  exit "$worst"
}
