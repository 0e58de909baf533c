# Owns: a k6 that ended in the middle of a run, because it was killed or crashed.

# How it ended, in words; empty: by itself
death=''

# name_death CODE: sets $death.
name_death() {
  death=''
  case $1 in
    137) death='was killed (SIGKILL). The kernel does that when memory runs out: lower VUS, or use a machine with more memory' ;;
    141) death='wrote to a closed pipe (SIGPIPE): the command behind the pipe has ended. Write to a file instead: > run.log 2>&1' ;;
    # A panic of a Go program; k6 itself has no such code.
    2) death='crashed, see its last lines' ;;
    1[3-9][0-9] | 129) [ "$1" -gt 160 ] || death="was ended by signal $(($1 - 128))" ;;
  esac
}

# tell_death CODE SECONDS: says what a k6 that died has left, and notes it for the next run. Fails if k6 ended by itself.
tell_death() {
  local missing='' file
  name_death "$1"
  [ -n "$death" ] && [ -z "$interrupted" ] && [ "$forced" = false ] || return 1
  file=summary.json
  [ -z "$segment" ] || file=segment.json
  for file in "$file" report.html "$raw_output" dashboard.html; do
    [ -n "$file" ] && [ "$dashboard$file" != falsedashboard.html ] || continue
    [ -s "$job_folder/$file" ] || missing+=${missing:+, }$file
  done
  complain "k6 $death. It ran for $2 s of this test; missing: ${missing:-nothing}."
  note "Teardown did not run, so data with the run id $job_id may be left in the service. Remove it before the next run."
  run_hooks killed
  printf 'k6 %s.\nIt ran for %s s. Missing: %s.\nTeardown did not run: data with the run id %s may be left in the service.\n' \
    "$death" "$2" "${missing:-nothing}" "$job_id" >"$job_folder/incomplete.txt" 2>/dev/null || :
  printf '%s\n' "$job_id" >>"$run_root/.died" 2>/dev/null || :
}

# name_dead_runs: those that no run has named since.
name_dead_runs() {
  local marker id
  for marker in "$results"/*/.died; do
    [ -f "$marker" ] && [ -r "$marker" ] || continue
    while IFS= read -r id; do
      is_kind run_id "$id" || continue
      warn "k6 died during the run $id: its teardown did not run. Its data may be left in the service."
      run_hooks leftovers "$id"
    done <"$marker"
    rm -f -- "$marker" 2>/dev/null || :
  done
}
