# `load-test.sh openapi update` and `openapi list`, and what the test openapi needs of the wrapper.

add_usage '  load-test.sh openapi update     Compile the OpenAPI document again (openapi update --help)
  load-test.sh openapi list       List its operations'

# Credentials of security schemes, OPENAPI_SCHEME
add_docker_pattern 'OPENAPI_*'

on command openapi_command
on wait-flags accept_any_answer

# python_works COMMAND: can this Python run the compiler?
python_works() {
  limited "$ANSWER_LIMIT" "$1" -c 'import sys; sys.exit(sys.version_info < (3, 10))' >/dev/null 2>&1
}

# openapi_command openapi ARGUMENTS...: the compiler takes over, with the settings it may need in its environment.
openapi_command() {
  local name tool=$suite/engine/features/openapi/compile.py interpreter=''
  case "${1:-} ${2:-}" in 'openapi update' | 'openapi list') shift ;; *) return 0 ;; esac
  open_suite
  resolve_target
  [ -f "$tool" ] || refuse "$tool is missing; run the update command of tests/load/README.md."
  export BASE_URL=$base_url
  for name in OPENAPI_PATH OPENAPI_SPEC; do export "$name=$(setting "$name")"; done
  for name in python3 python; do
    [ -n "$interpreter" ] || ! python_works "$name" || interpreter=$name
  done
  # uv brings PyYAML if Python does not have it.
  if [ -n "$interpreter" ] && { ! type -P uv >/dev/null || "$interpreter" -c 'import yaml' 2>/dev/null; }; then
    exec "$interpreter" "$tool" "$@"
  elif type -P uv >/dev/null; then
    exec uv run --quiet --no-project --script "$tool" "$@"
  fi
  refuse 'the OpenAPI compiler needs Python 3.10 or later, or uv; neither is on the PATH.' \
    'python3 --version'
}

# accept_any_answer: the documented API may have no health document.
accept_any_answer() {
  local name
  for name in ${jobs[@]+"${jobs[@]}"}; do
    select_job "$name"
    [ "$job_script" = "$suite/scripts/openapi.js" ] || return 0
  done
  add_env READINESS answer
}
