# Owns: the run folder on disk.

run_folder_made=false

# make_run_folder: refuses, before any load, what could not be written later. Everything in it is private (umask 077): raw
# samples and service logs may hold tokens.
make_run_folder() {
  local name
  if [ -L "$results" ] && [ ! -e "$results" ]; then
    refuse "the results folder $results is a link to nothing. Remove it or set RESULTS_DIR."
  elif [ -e "$results" ] && [ ! -d "$results" ]; then
    refuse "the results folder $results is a file. Remove it or set RESULTS_DIR."
  fi
  mkdir -p -- "$results" 2>/dev/null || refuse "the results folder $results cannot be created. Set RESULTS_DIR to another one."
  [ ! -e "$run_root" ] || refuse "the run folder $run_root exists already. Choose another RUN_ID."
  umask 077
  mkdir -- "$run_root" 2>/dev/null || refuse "the results folder $results is not writable. Set RESULTS_DIR to another one."
  run_folder_made=true
  write_marker 2>/dev/null || refuse "nothing can be written to $results (disk full?). Set RESULTS_DIR to another folder."
  [ "${#jobs[@]}" -gt 1 ] || return 0
  for name in "${jobs[@]}"; do
    select_job "$name"
    mkdir -- "$job_folder"
  done
}

# write_marker: notes the processes of this run until it is over. A marker that is left names leftovers.
write_marker() {
  printf '%s\n' "script=${self##*/}" "wrapper=$$" "k6=$k6_pid" "service=$service_pid" >"$run_root/.running"
}

# leave_run_folder: removes the marker, and the folder if no test was started.
leave_run_folder() {
  [ "$run_folder_made" = true ] || return 0
  rm -f -- "$run_root/.running" "$run_root/.wait"
  [ "$k6_started" = true ] || rmdir -- "$run_root"/*/ "$run_root" 2>/dev/null
}

# remove_old_runs: those that this command named itself, oldest first. Runs with a name of their own stay, and so do those that are
# still at work or whose leftovers were not named yet.
remove_old_runs() {
  local folder old=() digits='[0-9][0-9][0-9][0-9][0-9][0-9]' i
  [ -n "$keep_runs" ] || return 0
  # shellcheck disable=SC2231  # the digits are a pattern
  for folder in "$results"/[0-9][0-9]${digits}T${digits}Z-*-[0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f]; do
    [ -d "$folder" ] && [ ! -L "$folder" ] && [ "$folder" != "$run_root" ] || continue
    [ -e "$folder/.running" ] || [ -e "$folder/.died" ] || old+=("$folder")
  done
  for ((i = 0; i < ${#old[@]} - keep_runs + 1; i++)); do
    rm -rf -- "${old[i]}" 2>/dev/null || warn "the old run ${old[i]} could not be removed."
  done
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
