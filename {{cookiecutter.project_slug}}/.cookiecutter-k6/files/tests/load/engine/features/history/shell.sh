# `load-test.sh history [FILE]`: the p95 of every endpoint over all runs.

add_usage '  load-test.sh history [FILE]     Add the finished runs to FILE, show changes, draw a page'

# Runs that are looked at, the newest ones: their ids begin with the time
readonly HISTORY_RUNS=300

on command history_command

# history_command history ARGUMENTS...
history_command() {
  local file page made log
  [ "${1:-}" = history ] && ! help_wanted "$@" || return 0
  parse_arguments "$@"
  choose_colors
  open_suite
  prepare_docker
  check_settings
  drop_dangerous_variables
  load_setting_names
  [ "${#positionals[@]}" -le 2 ] ||
    refuse "history takes one file, got $((${#positionals[@]} - 1)) words." "$(command_line history history.jsonl)"
  set_run "history-$$"
  file=${positionals[1]:-$results/history.jsonl}
  case $file in *.jsonl) ;; *) refuse "history: the file needs the ending .jsonl, got '$file'." "$(command_line history history.jsonl)" ;; esac
  [ -d "$results" ] || refuse "history: there is no finished run in $results." "$(command_line)"
  case $file in */*) [ -d "${file%/*}" ] || refuse "history: the folder of $file does not exist." ;; esac
  file=$(absolute "$file")
  page=${file%.jsonl}.html
  require_k6
  prepare_history "$file"
  log=$results/.history-$$.log made=$results/.history-$$
  run_aside 2>"$log"
  leave_if_interrupted
  if [ "$child_code" -ne 0 ] || ! ends_with '</html>' "$made.html"; then
    show_history_problem "$log"
    rm -f -- "$log" "$made.jsonl" "$made.html"
    fail "$EXIT_REFUSED" "history: ${file//[[:cntrl:]]/?} was not changed, see above."
  fi
  if ! mv -f -- "$made.jsonl" "$file" || ! mv -f -- "$made.html" "$page"; then
    fail "$EXIT_REFUSED" "history: ${file//[[:cntrl:]]/?} cannot be written. The results are in $made.jsonl."
  fi
  rm -f -- "$log"
  say "  $file"
  say "  $page"
  exit 0
}

# prepare_history FILE: makes the command in use the one that writes the history.
prepare_history() {
  local known=''
  set_paths "$results"
  [ ! -s "$1" ] || known=$(path_inside "$1") || exit
  set_environment
  begin_command history "$results"
  add_words --quiet --log-format=raw
  add_env SUMMARIES "$(summaries_of_history)"
  [ -z "$known" ] || add_env HISTORY "$known"
  add_env TO "$inside_folder/.history-$$"
  add_words "$inside_suite/engine/features/history/update.js"
}

# summaries_of_history: prints the summaries of all runs as k6 sees them, one per line; not the first of two attempts.
summaries_of_history() {
  local path files=() i
  for path in "$results"/*/summary.json "$results"/*/*/summary.json; do
    case $path in "$results"/latest/* | */first/summary.json) continue ;; esac
    [ ! -s "$path" ] || files+=("$path")
  done
  i=$((${#files[@]} - HISTORY_RUNS))
  [ "$i" -gt 0 ] || i=0
  for (( ; i < ${#files[@]}; i++)); do printf '%s%s\n' "$inside_folder" "${files[i]#"$results"}"; done
}

# show_history_problem LOG: the message of k6 without its place in the code.
show_history_problem() {
  local line
  while IFS= read -r line; do
    case $line in *'Error: '*) note "history: ${line#*Error: }" ;; esac
  done <"$1"
}
