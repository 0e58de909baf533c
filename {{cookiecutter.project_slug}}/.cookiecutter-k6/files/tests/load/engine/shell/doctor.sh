# Owns: `load-test.sh doctor [write]`; it keeps nothing itself.

# diagnose: asks the running service what it is, and proposes the lines for suite.env; with `write`, writes them there.
diagnose() {
  local write=false
  case ${#positionals[@]}:${positionals[1]-} in
    1:*) ;;
    2:write) write=true ;;
    *) refuse "doctor takes no name, or 'write' to change suite.env." "$(command_line doctor)" ;;
  esac
  resolve_target
  guard_target
  set_run "doctor-$$"
  require_k6
  mkdir -p -- "$run_root" || refuse "cannot write to $results."
  set_paths "$run_root"
  set_environment
  begin_command doctor "$run_root"
  add_words --quiet --log-format=raw
  add_setting_flags ''
  add_connection_flags
  add_env RESULTS_DIR "$inside_folder"
  add_words "$inside_suite/engine/commands/doctor.js"
  run_aside
  leave_if_interrupted
  [ "$child_code" -eq 0 ] || {
    rm -rf -- "$run_root"
    fail "$EXIT_REFUSED" 'doctor: the service could not be asked, see above.'
  }
  [ "$write" = false ] || write_proposals "$run_root/.proposals"
  rm -rf -- "$run_root"
}

# write_proposals FILE: puts its NAME=value lines into suite.env, each in place of the line it had.
write_proposals() {
  local proposal name line text='' seen=' '
  while IFS= read -r line || [ -n "$line" ]; do
    while IFS= read -r proposal; do
      name=${proposal%%=*}
      case $line in "$name="*) line=$proposal seen+="$name " ;; esac
    done <"$1"
    text+=$line$'\n'
  done <"$suite/suite.env"
  while IFS= read -r proposal; do
    [ -n "$proposal" ] || continue
    case $seen in *" ${proposal%%=*} "*) ;; *) text+=$proposal$'\n' ;; esac
  done <"$1"
  printf '%s' "$text" >"$suite/suite.env" || refuse "cannot write to $suite/suite.env."
  say 'Wrote these lines to tests/load/suite.env.'
}
