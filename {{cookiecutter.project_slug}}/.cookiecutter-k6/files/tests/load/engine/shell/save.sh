# Owns: saving baselines after the runs.

# Could one that should have been saved not be written?
baseline_failed=false

# save_baselines: one per test, from all its runs.
save_baselines() {
  local group
  [ "$save_baseline" = true ] || return 0
  for group in ${groups[@]+"${groups[@]}"}; do
    save_group "$group" || baseline_failed=true
  done
}

# save_group GROUP: only if all its runs passed: what others measured is not normal.
save_group() {
  local name baseline='' made log=$run_root/.baseline-log target
  if [ -n "$interrupted" ]; then
    baseline_interrupted
    return 0
  fi
  for name in "${jobs[@]}"; do
    select_job "$name"
    [ "$job_group" = "$1" ] || continue
    baseline=$job_baseline
    if [ "${job_code:-1}" -ne 0 ]; then
      note "${red}baseline not saved:${plain} ${job_name//[[:cntrl:]]/?} did not pass, and a baseline needs runs that all passed."
      return 0
    fi
  done
  made=$run_root/.baseline-$baseline
  target=$suite/baselines/$baseline.json
  use_command "$1_baseline"
  start_helper 2>"$log"
  await_helper
  if [ -n "$interrupted" ]; then
    baseline_interrupted
    rm -f -- "$made" "$log"
    return 0
  elif [ "$child_code" -ne 0 ] || ! ends_with '}' "$made"; then
    cat -- "$log" >&2 2>/dev/null || :
    note "${red}baseline not saved:${plain} it could not be made from these runs (k6 exit code $child_code)."
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
  name_interruption
  note "${red}baseline not saved:${plain} interrupted (SIG$interrupted)."
}
