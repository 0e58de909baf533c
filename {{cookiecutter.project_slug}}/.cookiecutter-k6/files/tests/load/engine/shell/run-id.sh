# Owns: the id of this run, where its results go, and what earlier runs have left.

# Earlier runs that the trend of the report shows at most
readonly HISTORY_LIMIT=60

results=''
run_id=''
run_root=''
git_commit=''

# set_results: sets $results, the folder of all runs.
set_results() {
  local found origin
  find_setting RESULTS_DIR "$suite/results"
  case $found in /* | ?:/*) results=$found ;; *) results=$PWD/$found ;; esac
}

# new_run_id: prints the time, a name, and a random part, so that two runs in one second differ.
new_run_id() {
  local name
  name=$(run_label)
  printf '%s-%s-%04x%04x' "$(date -u +%Y%m%dT%H%M%SZ)" "${name:0:40}" "$RANDOM" "$RANDOM"
}

# set_run ID [SUFFIX]: names the run and its folder.
set_run() {
  set_results
  run_id=$1
  run_root=$results/$run_id${2:-}
}

# name_run: sets the run id and folder, and those of each job.
name_run() {
  local id name part found origin
  find_setting RUN_ID
  id=${found:-$(new_run_id)}
  set_run "$id" "${segment:+-segment-${segment%%/*}-of-${segment#*/}}"
  for name in ${jobs[@]+"${jobs[@]}"}; do
    select_job "$name"
    part=$(file_name "$job_name")
    if [ "${#jobs[@]}" -eq 1 ]; then
      set_field id "$run_id"
      set_field folder "$run_root"
    else
      set_field id "$run_id-$part"
      set_field folder "$run_root/$part"
    fi
    run_hooks named
  done
  find_setting GIT_COMMIT
  git_commit=$found
  [ -n "$git_commit" ] || git_commit=$(git -C "$root" rev-parse --short HEAD 2>/dev/null) || git_commit=''
}

# earlier_summaries PART: prints the latest summaries in the results folder as k6 sees them, one per line. Run ids begin
# with the time.
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

# name_leftovers: a wrapper that was killed could not stop what it had started.
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
    run_hooks leftovers "${id//[[:cntrl:]]/?}"
    rm -f -- "$marker" 2>/dev/null || :
  done
}

# is_process PID WORD: is PID alive, with WORD in its command line? Process ids are reused.
is_process() {
  local line
  is_digits "$1" && kill -0 "$1" 2>/dev/null || return 1
  line=$(ps -p "$1" -o args= 2>/dev/null) || return 0
  case $line in *"$2"*) return 0 ;; *) return 1 ;; esac
}
