# `load-test.sh openapi update` and `openapi list`, and what the test openapi needs of the wrapper.

add_usage '  load-test.sh openapi update     Compile the OpenAPI document again (openapi update --help)
  load-test.sh openapi list       List its operations
  load-test.sh openapi plan       List what a run would change; sends nothing'

# Credentials of security schemes, OPENAPI_SCHEME
add_feature_names 'OPENAPI_*'

on command openapi_command
on wait-flags accept_any_answer
on dry-run print_openapi_plan

# true: `openapi plan`, the plan alone instead of the whole dry run
plan_alone=false

# python_works COMMAND: can this Python run the compiler?
python_works() {
  limited "$ANSWER_LIMIT" "$1" -c 'import sys; sys.exit(sys.version_info < (3, 10))' >/dev/null 2>&1
}

# refuse_misspelt openapi WORD: a word behind `openapi` that is no command, no switch and no test.
refuse_misspelt() {
  local command
  case $2 in '' | -* | list | plan | update) return 0 ;; esac
  [ "$1" = openapi ] && [ ! -f "$suite/scripts/$2.js" ] && [ ! -f "$suite/scenarios/$2.js" ] || return 0
  for command in update list plan; do
    case $2 in
      "${command:0:1}"* | *"${command:1}") refuse "openapi $2: no such command. Did you mean 'openapi $command'?" "scripts/load-test.sh openapi $command" ;;
    esac
  done
}

# openapi_command openapi ARGUMENTS...: the compiler takes over, with the settings it may need in its environment.
openapi_command() {
  local name tool=$suite/engine/features/openapi/compile.py interpreter=''
  case "${1:-} ${2:-}" in
    'openapi update' | 'openapi list') shift ;;
    'openapi plan')
      [ "$plan_alone" = false ] || return 0
      plan_alone=true
      shift 2
      main openapi --dry-run "$@"
      exit 0
      ;;
    *)
      refuse_misspelt "${1:-}" "${2:-}"
      return 0
      ;;
  esac
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

# print_openapi_plan: what the test openapi would create, change and delete. The test itself knows; nothing is sent.
print_openapi_plan() {
  local name i code=0 words environment
  for name in ${jobs[@]+"${jobs[@]}"}; do
    select_job "$name"
    [ "$job_script" = "$suite/scripts/openapi.js" ] || continue
    use_command "$job"
    if [ "$use_docker" = true ] || ! type -P -- "$k6" >/dev/null; then
      note '# openapi: what would be created, changed and deleted can only be listed with k6 on this machine.'
      continue
    fi
    environment=()
    for ((i = 0; i < ${#child_names[@]}; i++)); do environment+=("${child_names[i]}=${child_values[i]}"); done
    words=(--log-format=raw --include-system-env-vars=true --env OPENAPI_PLAN=true)
    for ((i = 0; i < ${#k6_command[@]} - 1; i++)); do
      [ "${k6_command[i]}" != --env ] || words+=(--env "${k6_command[i + 1]}")
    done
    {
      env ${environment[@]+"${environment[@]}"} \
        "$k6" inspect ${words[@]+"${words[@]}"} "${k6_command[${#k6_command[@]} - 1]}" >/dev/null || code=$?
    } 2>&1
    [ "$code" -eq 0 ] || exit "$code"
  done
  [ "$plan_alone" = false ] || exit 0
}
