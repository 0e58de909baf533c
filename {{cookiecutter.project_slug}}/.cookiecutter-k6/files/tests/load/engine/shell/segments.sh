# Owns: one run on several machines: --segment and `load-test.sh merge RUN`.

# Such as 1/4; empty: the whole run
segment=''

# prepare_segment: sets $segment.
prepare_segment() {
  local found origin
  find_setting SEGMENT
  segment=$found
  [ -n "$segment" ] || return 0
  [ -n "$(setting RUN_ID)" ] ||
    refuse "--segment needs the same RUN_ID on every machine." "RUN_ID=big-1 $(command_line load --segment "$segment")"
  [ "${#jobs[@]}" -eq 1 ] ||
    refuse '--segment is for one test at a time, without all and --runs.' "$(command_line load --segment "$segment")"
  [ "$save_baseline$report" = falsefalse ] ||
    refuse "--save-baseline and --report need a whole run. Leave them out with --segment." "$(command_line load --segment "$segment")"
}

# add_segment_flags: k6 then runs its part only.
add_segment_flags() {
  local i part=${segment%%/*} parts=${segment#*/} sequence=0
  [ -n "$segment" ] || return 0
  for ((i = 1; i < parts; i++)); do sequence+=,$i/$parts; done
  add_words --execution-segment "$(boundary $((part - 1)) "$parts"):$(boundary "$part" "$parts")" \
    --execution-segment-sequence "$sequence,1"
}

# boundary NUMBER PARTS: prints where the part of that number ends, as k6 writes it.
boundary() {
  case $1 in
    0) printf 0 ;;
    "$2") printf 1 ;;
    *) printf '%s/%s' "$1" "$2" ;;
  esac
}

# segment_files RUN...: prints the files of a run's segments, one per line; RUN is an id, or folders and files.
segment_files() {
  local path file found
  for path in "$@"; do
    found=false
    for file in "$results/$path"-segment-*/segment.json "$path/segment.json" "$path"; do
      [ -f "$file" ] && [ -s "$file" ] || continue
      found=true
      absolute "$file"
      printf '\n'
      case $file in "$results/$path"-segment-*) ;; *) break ;; esac
    done
    [ "$found" = true ] ||
      refuse "merge: there is no segment of '$path': expected a run id with segments in $results, folders with a segment.json, or files." \
        "$(command_line merge RUN_ID)"
  done
}

# merged_id RUN...: prints the id of the whole run.
merged_id() {
  local id
  id=$(setting RUN_ID)
  [ -n "$id" ] || {
    id=${1%/}
    id=${id%/segment.json}
    id=${id##*/}
    id=${id%-segment-*}
  }
  is_kind run_id "$id" || refuse "merge: RUN_ID needs $(accepts run_id), got '$id'." "RUN_ID=big-1 $(command_line merge "$@")"
  printf '%s' "$id"
}

# merge_segments: judges a run that several machines took part in, by the results of each.
merge_segments() {
  local id files file inside='' color_wanted=false
  [ "${#positionals[@]}" -ge 2 ] || refuse 'merge needs a run.' "$(command_line merge RUN_ID)"
  id=$(merged_id "${positionals[@]:1}") || exit
  set_run "$id"
  refuse_line_break merge "$results"
  files=$(segment_files "${positionals[@]:1}") || exit
  add_job merge '' ''
  set_field id "$run_id"
  set_field folder "$run_root"
  require_k6
  while IFS= read -r file; do
    file=$(path_inside "$file")
    inside+=${inside:+$'\n'}$file
  done <<<"$files"
  set_paths "$run_root"
  clear_environment SEGMENTS "$inside"
  begin_command merge "$results"
  [ -z "$red" ] || color_wanted=true
  add_words --quiet --log-format=raw
  [ "$use_docker" = false ] || add_env RESULTS_DIR "/results/$run_id"
  [ "$use_docker" = true ] || add_env RESULTS_DIR "$inside_folder"
  add_env COLOUR "$color_wanted"
  add_words "$inside_suite/engine/commands/merge-segments.js"
  make_run_folder
  rm -f -- "$run_root/.running"
  run_aside
  if [ "$child_code" -ne 0 ] || [ -n "$interrupted" ]; then
    rmdir -- "$run_root" 2>/dev/null || :
    leave_if_interrupted
    refuse 'merge: these segments cannot be judged, see above.'
  fi
  judge_merged
}

# judge_merged: exits with the verdict on the whole run.
judge_merged() {
  local code=0
  summary_is_whole "$run_root/summary.json" || fail "$EXIT_INCOMPLETE" "merge: summary.json $summary_problem."
  link_latest
  [ "$summary_passed" = true ] || code=$EXIT_THRESHOLDS
  set_field code "$code"
  print_verdict
  exit "$code"
}
