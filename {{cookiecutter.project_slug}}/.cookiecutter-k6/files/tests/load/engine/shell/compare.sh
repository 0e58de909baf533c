# Owns: `load-test.sh compare A B`; it keeps nothing itself.

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

# path_inside PATH: prints the path of a file of the results as k6 sees it.
path_inside() {
  local base
  [ "$use_docker" = true ] || {
    native "$1"
    return
  }
  base=$(cd -- "$results" && pwd -P)
  case $1 in
    "$base"/*) printf '/results%s' "${1#"$base"}" ;;
    *) refuse "--docker only sees files below $results, not $1." ;;
  esac
}

# compare_runs: k6 only reads the two summaries.
compare_runs() {
  local first second
  [ "${#positionals[@]}" -eq 3 ] ||
    refuse "compare needs two runs, got $((${#positionals[@]} - 1))." "$(command_line compare RUN latest)"
  set_run "compare-$$"
  first=$(summary_file "${positionals[1]}")
  second=$(summary_file "${positionals[2]}")
  require_k6
  first=$(path_inside "$first")
  second=$(path_inside "$second")
  set_paths "$run_root"
  begin_command compare "$results"
  add_words --quiet --log-format=raw
  add_env FIRST "$first"
  add_env SECOND "$second"
  add_words "$inside_suite/engine/commands/compare-runs.js"
  run_aside
  leave_if_interrupted
  [ "$child_code" -eq 0 ] ||
    fail "$EXIT_REFUSED" 'compare: these two runs cannot be compared, see above.'
}
