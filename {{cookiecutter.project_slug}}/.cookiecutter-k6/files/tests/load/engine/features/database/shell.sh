# Wrapper part of the database tests: k6 extensions, and `load-test.sh cleanup`.

add_usage '  load-test.sh cleanup RUN        Remove data that a run left in databases (--older-than 24h: of older runs)'

on command cleanup_command
on chosen leave_out_tests
on guard skip_needless_wait
on named mark_database_run
on k6 require_extensions_of_jobs
on leftovers name_database_leftovers
on killed name_own_leftovers

# needs_of SCRIPT: prints the k6 extensions that a script names in a comment `// needs k6/x/...`.
needs_of() {
  local line number=0
  while IFS= read -r line && [ "$number" -lt 40 ]; do
    number=$((number + 1))
    case $line in
      '// needs k6/x/'*)
        line=${line#// needs }
        printf '%s ' "${line%% //*}"
        ;;
    esac
  done <"$1"
}

# missing_extension SCRIPT: prints the first extension that the script needs and this k6 lacks.
missing_extension() {
  local module
  for module in $(needs_of "$1"); do
    ! any_hook not-needed "$module" || continue
    case "$k6_answer" in
      *", $module ["*) ;;
      *)
        printf '%s' "$module"
        return
        ;;
    esac
  done
}

# leave_out_tests: `all` runs every test that this k6 supports, and warns about the others.
leave_out_tests() {
  local name needs=''
  case "${positionals[0]-} ${positionals[1]-}" in 'all ' | *' all') ;; *) return 0 ;; esac
  for name in ${jobs[@]+"${jobs[@]}"}; do
    select_job "$name"
    needs+=$(needs_of "$job_script")
  done
  [ -n "$needs" ] || return 0
  [ "$action" = dry-run ] || require_k6
  keep_jobs can_run
  [ "${#jobs[@]}" -gt 0 ] || refuse 'this k6 cannot run any of the selected tests.' "$(command_line --list)"
}

# can_run: does this k6 have the extensions that the selected job needs?
can_run() {
  local missing
  missing=$(missing_extension "$job_script")
  [ -n "$missing" ] || return 0
  warn "$job_name is skipped: it needs $missing, which this k6 does not have. See tests/load/docs/databases.md"
  return 1
}

require_extensions_of_jobs() {
  local name
  for name in ${jobs[@]+"${jobs[@]}"}; do
    select_job "$name"
    require_extensions "$job_script"
  done
}

# require_extensions SCRIPT: checks the extensions before any load, and before k6 asks its build service for one.
require_extensions() {
  local script=$1 missing
  if [ "$use_docker" = true ]; then
    [ "$docker_image" = "$DOCKER_IMAGE" ] || return 0
    [ -z "$(needs_of "$script")" ] ||
      refuse "${script##*/} needs $(needs_of "$script"), which $DOCKER_IMAGE does not have." \
        "docker build -t k6-databases -f $(quote "$suite/k6/databases.dockerfile") $(quote "$suite/k6") && K6_IMAGE=k6-databases $(command_line)"
    return 0
  fi
  missing=$(missing_extension "$script")
  [ -n "$missing" ] || return 0
  # The user opted in to k6's build service. Its catalogue does not include the MongoDB extension.
  if [ "${K6_AUTO_EXTENSION_RESOLUTION:-}" = true ] && [ "$missing" != k6/x/mongo ]; then return 0; fi
  complain "${script##*/} needs $missing, which $k6 ($k6_version) does not have."
  note "Build a k6 with it (needs Go and xk6: go install go.k6.io/xk6/cmd/xk6@v1.1.5):
  xk6 build v1.8.1 \\
    --with github.com/grafana/xk6-sql@v1.0.6 \\"
  case " $(needs_of "$script") " in
    *' k6/x/mongo '*)
      note "    --with github.com/grafana/xk6-sql-driver-postgres@v0.1.2 \\
    --with github.com/GhMartingit/xk6-mongo@v1.2.0"
      ;;
    *) note '    --with github.com/grafana/xk6-sql-driver-postgres@v0.1.2' ;;
  esac
  note "Then run: K6_BIN=./k6 $(command_line). Alternatives (Docker, k6's build service): tests/load/docs/databases.md"
  exit "$EXIT_REFUSED"
}

# skip_needless_wait: does not wait for the service if no test sends requests to it.
skip_needless_wait() {
  local name
  for name in ${jobs[@]+"${jobs[@]}"}; do
    select_job "$name"
    [ -n "$(needs_of "$job_script")" ] || return 0
  done
  skip_wait
}

mark_database_run() { [ -z "$(needs_of "$job_script")" ] || set_field database true; }

# name_database_leftovers ID
name_database_leftovers() { note "  To remove its data from databases: $this cleanup $1"; }

name_own_leftovers() {
  [ "$job_database" != true ] || note "To remove its data from databases: $this cleanup $job_id"
}

# cleanup_command cleanup RUN | cleanup --older-than T: removes marked rows with k6.
cleanup_command() {
  local script pairs
  [ "${1:-}" = cleanup ] || return 0
  shift
  open_suite
  script=$suite/engine/features/database/clean-up.js
  case ${1:-} in
    -h | --help)
      printf 'Usage: load-test.sh cleanup RUN_ID\n       load-test.sh cleanup --older-than 24h\n'
      exit 0
      ;;
    --older-than)
      is_duration "${2:-}" || refuse "--older-than needs $(accepts duration), got '${2:-nothing}'." "$(command_line cleanup --older-than 24h)"
      pairs=CLEAN_OLDER_THAN=$2
      shift
      ;;
    --older-than=*)
      is_duration "${1#*=}" || refuse "--older-than needs $(accepts duration), got '${1#*=}'." "$(command_line cleanup --older-than 24h)"
      pairs=CLEAN_OLDER_THAN=${1#*=}
      ;;
    *)
      is_kind run_id "${1:-}" || refuse "cleanup needs a run id or --older-than T, got '${1:-nothing}'." "$(command_line cleanup --older-than 24h)"
      pairs=CLEAN_RUN=$1
      ;;
  esac
  [ $# -eq 1 ] || refuse "cleanup accepts one run id, or --older-than T." "$(command_line cleanup --older-than 24h)"
  require_k6
  require_extensions "$script"
  drop_dangerous_variables
  clear_environment K6_AUTO_EXTENSION_RESOLUTION false
  clear_words
  add_words "$k6" run --address= --no-usage-report --quiet --log-format=raw --env "$pairs" "$(native "$script")"
  run_aside
  leave_if_interrupted
  [ "$child_code" -eq 0 ] ||
    fail "$EXIT_REFUSED" 'cleanup: some data could not be removed, see above.'
  exit 0
}
