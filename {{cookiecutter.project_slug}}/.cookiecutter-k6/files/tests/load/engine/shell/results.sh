# Owns: the judgement on what a run has written, and the verdict in words.

summary_passed=''
summary_only_slower=false
summary_not_ready=false
summary_problem=''
report_problem=''
# Of a file: its last whole line, and what stands behind it
last_line='' cut_line=''
meaning=''

# check_results FOLDER CODE: k6 exits with 0 although it could not write its results, or passed thresholds that it never
# measured. Returns the exit code that stands for it in these cases only: any other code is a failure already.
check_results() {
  local problem='' file=summary.json
  [ -z "$segment" ] || file=segment.json
  if ! summary_is_whole "$1/$file"; then
    problem="$file $summary_problem"
  elif [ "$summary_passed" = false ]; then
    if [ "$2" -eq 0 ] && [ -z "$interrupted" ]; then
      err '%sfailed:%s for the reasons above; k6 alone reports success, it passes what it never measured.\n' "$red" "$plain"
      return "$EXIT_THRESHOLDS"
    fi
    # k6 has one code for whatever setup throws.
    [ "$summary_not_ready" = false ] || [ "$2" -ne 107 ] || return "$EXIT_NOT_READY"
    return 0
  elif [ -n "$raw_output" ] && [ ! -s "$1/$raw_output" ]; then
    problem="$raw_output is missing or empty"
  elif [ "$report" = true ] && [ ! -s "$1/report.html" ]; then
    problem='report.html is missing or empty'
  elif ! reports_are_whole "$1"; then
    problem=$report_problem
  elif [ "$dashboard" = true ] && [ ! -s "$1/dashboard.html" ]; then
    problem='dashboard.html is missing (it needs a run of at least 3 s)'
  fi
  if [ -z "$problem" ] && [ "$summary_passed" = true ] && [ "$2" -gt "$EXIT_INTERRUPTED" ]; then
    name_code "$2"
    warn "summary.json and the report say passed, k6 does not: $meaning. The exit code counts."
  fi
  [ -n "$problem" ] && [ -z "$interrupted" ] || return 0
  if [ "$2" -eq 0 ]; then
    err '%sresults incomplete:%s %s, although k6 reported success.\n' "$red" "$plain" "$problem"
    return "$EXIT_INCOMPLETE"
  fi
  [ "$2" -ne "$EXIT_THRESHOLDS" ] || [ "$summary_passed" = false ] || warn "$problem"
}

# reports_are_whole FOLDER: sets $report_problem if it fails. k6 goes on when the disk is full.
reports_are_whole() {
  local name
  report_problem=''
  for name in report.md junit.xml timeline.json report.html; do
    [ -e "$1/$name" ] || continue
    read_end "$1/$name"
    # All of them end with a line break.
    [ -z "$cut_line" ] || report_problem="$name is cut off (disk full?)"
    [ -s "$1/$name" ] || report_problem="$name is empty (disk full?)"
  done
  # The page comes last, and ends with the end of its document.
  [ ! -s "$1/report.html" ] || [ "$last_line" = '</html>' ] || report_problem='report.html is cut off (disk full?)'
  [ -z "$report_problem" ]
}

# summary_is_whole FILE: sets $summary_passed, $summary_only_slower and $summary_not_ready, or $summary_problem if it fails.
summary_is_whole() {
  local line last=''
  summary_passed='' summary_only_slower=false summary_not_ready=false summary_problem=''
  if [ ! -f "$1" ]; then
    summary_problem='is missing'
  elif [ ! -s "$1" ]; then
    summary_problem='is empty'
  else
    while IFS= read -r line || [ -n "$line" ]; do
      line=${line%$'\r'}
      case $line in
        '  "passed": true' | '  "passed": true,') summary_passed=true ;;
        '  "passed": false' | '  "passed": false,') summary_passed=false ;;
        '  "onlySlower": true' | '  "onlySlower": true,') summary_only_slower=true ;;
        '  "notReady": true' | '  "notReady": true,') summary_not_ready=true ;;
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

# read_end FILE: sets $last_line and $cut_line.
read_end() {
  last_line=''
  while IFS= read -r cut_line; do last_line=$cut_line; done <"$1"
}

# ends_with LINE FILE: is that its last line? k6 reports nothing if it could write only a part.
ends_with() {
  [ -f "$2" ] || return 1
  read_end "$2"
  [ "${cut_line:-$last_line}" = "$1" ]
}

# complete_report FOLDER SECONDS: replaces the page of the run with one that also shows earlier runs. If that does not work, the
# page stays. Returns the exit code of a run that was limited by this machine, see engine/summary/machine.js.
complete_report() {
  local code=$run_code
  if [ -s "$1/report.html" ] && [ -f "$suite/engine/commands/finish-report.js" ] && [ -z "$interrupted" ]; then
    use_command "${job}_report"
    add_child_variable K6_MS "$k6_ms"
    add_child_variable K6_SECONDS "$2"
    start_helper >/dev/null 2>"$1/.report-log"
    await_helper
    if [ "$child_code" -eq 0 ] && ends_with '</html>' "$1/.report.html"; then
      mv -f -- "$1/.report.html" "$1/report.html"
      take_over_judgement "$1" || code=$?
    elif [ -z "$interrupted" ]; then
      warn "report.html shows no earlier runs: they could not be added (k6 exit code $child_code)."
    fi
  fi
  rm -f -- "$1/.report.html" "$1/.report-log" 2>/dev/null || :
  return "$code"
}

# take_over_judgement FOLDER: puts the results in place that say that this machine was the limit, if there are any.
take_over_judgement() {
  local line name
  [ -s "$1/.summary.json" ] && ends_with '}' "$1/.summary.json" || return 0
  for name in summary.json report.md junit.xml; do
    [ ! -s "$1/.$name" ] || mv -f -- "$1/.$name" "$1/$name"
  done
  while IFS= read -r line; do
    case $line in 'this machine was the limit'*) note "${red}failed:${plain} ${line//[[:cntrl:]]/?}" ;; esac
  done <"$1/.report-log"
  [ "$run_code" -ne 0 ] || return "$EXIT_THRESHOLDS"
  return "$run_code"
}

# name_code CODE: sets $meaning, the code in words.
name_code() {
  case $1 in
    "$EXIT_REFUSED") meaning='wrong usage or refused' ;;
    "$EXIT_NOT_READY") meaning='the service did not become ready' ;;
    "$EXIT_INCOMPLETE") meaning='results incomplete' ;;
    "$EXIT_OUTPUT_DOWN") meaning='an output rejected some metrics' ;;
    "$EXIT_THRESHOLDS") meaning='thresholds crossed' ;;
    100) meaning='setup timed out' ;;
    101) meaning='teardown timed out' ;;
    104) meaning='k6 rejected the options' ;;
    "$EXIT_INTERRUPTED") meaning=interrupted ;;
    107) meaning='error in a script, its setup or its settings' ;;
    108) meaning='aborted by the script' ;;
    110) meaning='failed by the script' ;;
    137) meaning='k6 was killed' ;;
    141) meaning='k6 wrote to a closed pipe' ;;
    255) meaning='k6 rejected the command' ;;
    *) meaning='k6 failed' ;;
  esac
}

# print_verdict: on the present job.
print_verdict() {
  local name=${job_name//[[:cntrl:]]/?} file verdict=failed
  name_code "$job_code"
  if [ "$job_code" -eq "$EXIT_INTERRUPTED" ]; then
    verdict=interrupted
    name_interruption
  fi
  if [ "$job_code" -eq 0 ] && [ -n "$segment" ]; then
    say "measured: $name, segment $segment; merge $run_id judges the whole run"
  elif [ "$job_code" -eq 0 ]; then
    show "${green}passed${plain}: $name"
  else
    note "$red$verdict$plain: $name ($meaning, exit code $job_code)"
  fi
  if [ "$forced" = true ]; then
    note "Stopped at once: teardown did not run, so data with the run id $job_id may be left in the service, and the results are incomplete. Remove that data before the next run."
    run_hooks killed
  fi
  mark_explained
  for file in summary.json segment.json report.html dashboard.html "$raw_output" incomplete.txt; do
    [ -z "$file" ] || [ ! -s "$job_folder/$file" ] || say "  $job_folder/$file"
  done
  [ -z "$service_log" ] || [ ! -s "$service_log" ] || say "  $service_log"
}

print_table() {
  local name verdict
  out '\n  %-32s %-12s %5s %8s\n' Test Result Code Time
  for name in ${jobs[@]+"${jobs[@]}"}; do
    select_job "$name"
    case $job_code in
      '')
        out '  %-32s %-12s\n' "${job_name//[[:cntrl:]]/?}" 'not run'
        continue
        ;;
      0) verdict=passed ;;
      "$EXIT_INTERRUPTED") verdict=interrupted ;;
      *) verdict=failed ;;
    esac
    out '  %-32s %-12s %5s %7ss\n' "${job_name//[[:cntrl:]]/?}" "$verdict" "$job_code" "$job_seconds"
  done
  out '  Results: %s\n' "${run_root//[[:cntrl:]]/?}"
}
