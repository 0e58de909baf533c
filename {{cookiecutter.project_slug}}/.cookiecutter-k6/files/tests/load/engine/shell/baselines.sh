# Owns: what --compare and --save-baseline need before a run; it keeps nothing itself.

# require_baselines: a comparison without a baseline must not pass.
require_baselines() {
  local name words=(${positionals[@]+"${positionals[@]}"})
  set_results
  [ "$save_baseline" = false ] || refuse_line_break --save-baseline "$suite$results"
  [ "$compare" = true ] || return 0
  for name in ${jobs[@]+"${jobs[@]}"}; do
    select_job "$name"
    [ -f "$suite/baselines/$job_baseline.json" ] ||
      refuse "--compare: there is no baseline $job_baseline (tests/load/baselines/$job_baseline.json is missing)." \
        "$(command_line ${words[@]+"${words[@]}"} --save-baseline)"
  done
}

# refuse_line_break WHAT PATH: lists of files are handed to k6 one per line.
refuse_line_break() {
  case $2 in
    *$'\n'*) refuse "$1 needs a project and a results folder without a line break in their path. Move them, or set RESULTS_DIR." ;;
  esac
}

# build_baseline_command GROUP: makes a baseline of its runs.
build_baseline_command() {
  local name summaries='' baseline=''
  set_paths "$run_root"
  for name in "${jobs[@]}"; do
    select_job "$name"
    [ "$job_group" = "$1" ] || continue
    baseline=$job_baseline
    summaries+=${summaries:+$'\n'}$inside_folder${job_folder#"$run_root"}/summary.json
  done
  clear_environment SUMMARIES "$summaries"
  begin_command "$1_baseline" "$run_root"
  add_words --quiet --log-format=raw
  add_env BASELINE_NAME "$baseline"
  add_env TO "$inside_folder/.baseline-$baseline"
  add_words "$inside_suite/engine/commands/save-baseline.js"
  keep_command "$1_baseline"
}
