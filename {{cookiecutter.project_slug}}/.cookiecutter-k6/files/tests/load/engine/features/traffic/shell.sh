# `load-test.sh import FILE` and `mix LOG`, and what the test traffic needs of the wrapper.

add_usage '  load-test.sh import FILE        Turn a HAR file, collection or curl commands into rows (import --help)
  load-test.sh mix LOG            Take the mix and the arrival rate of an access log'

# Secrets of recordings, TRAFFIC_NAME
add_feature_names 'TRAFFIC_*'

on command traffic_command
on wait-flags accept_any_traffic

# traffic_command import|mix ARGUMENTS...: the importer takes over.
traffic_command() {
  local name tool=$suite/engine/features/traffic/import.py
  case "${1:-}" in
    import) ;;
    mix) is_log "${2:-}" || return 0 ;;
    *) return 0 ;;
  esac
  open_suite
  [ -f "$tool" ] || refuse "$tool is missing; run the update command of tests/load/README.md."
  for name in python3 python; do
    if limited "$ANSWER_LIMIT" "$name" -c 'import sys; sys.exit(sys.version_info < (3, 10))' >/dev/null 2>&1; then
      exec "$name" "$tool" "$@"
    fi
  done
  if type -P uv >/dev/null; then
    exec uv run --quiet --no-project --script "$tool" "$@"
  fi
  refuse 'the importer needs Python 3.10 or later, or uv; neither is on the PATH.' 'python3 --version'
}

# is_log WORD: is what follows `mix` a log, rather than a switch or another test to run?
is_log() {
  case $1 in
    -) return 0 ;;
    '' | -*) return 1 ;;
  esac
  [ ! -f "$suite/scripts/$1.js" ] && [ ! -f "$suite/scenarios/$1.js" ]
}

# accept_any_traffic: the recorded application may have no health document.
accept_any_traffic() {
  local name
  for name in ${jobs[@]+"${jobs[@]}"}; do
    select_job "$name"
    case $job_script in
      "$suite/scripts/traffic.js" | "$suite/scripts/mix.js") ;;
      *) return 0 ;;
    esac
  done
  add_env READINESS answer
}
