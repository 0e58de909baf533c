# Owns: the service: starting, waiting and stopping.

# Seconds between SIGTERM and SIGKILL for a service that this script started
readonly STOP_LIMIT=5

service_pid=''
service_code=''
service_log=''
service_was_there=false
# What the readiness check advises
wait_advice=''

# service_process COMMAND FOLDER: becomes the service, in the background, as the caller's shell would start it.
service_process() {
  cd -- "$2" || exit 1
  umask "$caller_umask"
  restore_locale
  exec bash -c "$1"
}

# start_service: only if nothing answers yet: what runs already is not ours to stop.
start_service() {
  [ -n "$service_command" ] || return 0
  if answers "$target_host" "$target_port"; then
    service_was_there=true
    say "Something answers at $target_host:$target_port already: START_COMMAND was not run and nothing will be stopped."
    return 0
  fi
  service_log=$run_root/service.log
  say "Starting the service: ${service_command//[[:cntrl:]]/?}"
  launch service_process "$service_command" "$service_folder" </dev/null >"$service_log" 2>&1
  service_pid=$launched
  write_marker
}

# processes_of GROUP: prints the living processes of the group and their descendants, one pid per line. Empty if ps
# cannot tell.
processes_of() {
  local table line ids=" $1 " before='' pid parent group state
  table=$(ps -A -o pid= -o ppid= -o pgid= -o stat= 2>/dev/null) || return 0
  while [ "$ids" != "$before" ]; do
    before=$ids
    while read -r pid parent group state; do
      case $state in '' | Z*) continue ;; esac
      case $ids in *" $pid "*) continue ;; esac
      if [ "$group" = "$1" ]; then ids+="$pid "; else case $ids in *" $parent "*) ids+="$pid " ;; esac fi
    done <<<"$table"
  done
  while read -r pid parent group state; do
    case $state in '' | Z*) continue ;; esac
    case $ids in *" $pid "*) printf '%s\n' "$pid" ;; esac
  done <<<"$table"
}

# any_alive PIDS...: zombies do not count; nobody may be there to reap them.
any_alive() {
  local pid
  for pid in "$@"; do
    ! kill -0 "$pid" 2>/dev/null || is_zombie "$pid" || return 0
  done
  return 1
}

is_zombie() {
  local state
  ps -p "$1" -o stat= 2>/dev/null | {
    read -r state || exit 1
    case $state in Z*) exit 0 ;; *) exit 1 ;; esac
  }
}

# stop_service: SIGTERM to everything that was started, SIGKILL to what is left after STOP_LIMIT.
stop_service() {
  local pids deadline before=$signal_count
  [ -n "$service_pid" ] || return 0
  # The only $(...) of this half: no signal may arrive during it.
  trap '' INT TERM HUP QUIT
  pids=$(processes_of "$service_pid")
  catch_signals
  if [ -z "$pids" ]; then
    kill -0 -- "-$service_pid" 2>/dev/null || return 0
    pids=$service_pid
  fi
  # shellcheck disable=SC2086  # one pid per line
  {
    kill -TERM -- "-$service_pid" 2>/dev/null
    kill -TERM $pids 2>/dev/null
    read_clock
    deadline=$((clock + STOP_LIMIT))
    while any_alive $pids && [ "$clock" -lt "$deadline" ] && [ "$signal_count" -eq "$before" ]; do nap; done
    kill -KILL -- "-$service_pid" 2>/dev/null
    ! any_alive $pids || kill -KILL $pids 2>/dev/null
    # Even SIGKILL takes a moment on a busy machine.
    deadline=$((clock + 2))
    while any_alive $pids && [ "$clock" -lt "$deadline" ]; do nap; done
  }
  wait "$service_pid" 2>/dev/null
  service_pid=''
  say 'Stopped the service that was started for this run.'
}

# service_failed: did the start command end with an error ($service_code)? A command that leaves something in the
# background and returns is fine.
service_failed() {
  [ -n "$service_pid" ] || return 1
  if [ -z "$service_code" ]; then
    ! kill -0 "$service_pid" 2>/dev/null || return 1
    service_code=0
    wait "$service_pid" 2>/dev/null || service_code=$?
  fi
  [ "$service_code" -ne 0 ]
}

show_service_log() {
  local line
  [ -s "$service_log" ] || return 0
  note "Last lines of ${service_log//[[:cntrl:]]/?}:"
  tail -n 20 "$service_log" 2>/dev/null | while IFS= read -r line; do note "  ${line//[[:cntrl:]]/?}"; done
}

service_start_failed() {
  show_service_log
  fail "$EXIT_NOT_READY" "the start command ended with code $service_code before the service was healthy: $service_command"
}

# wait_for_service: until it reports itself healthy; costs no time if it already is.
wait_for_service() {
  local limit=$wait_limit started
  read_clock
  started=$clock
  use_command wait
  if [ -n "$service_pid" ]; then
    limit=$start_limit
    replace_word "WAIT_TIMEOUT=$wait_limit" "WAIT_TIMEOUT=$limit"
  fi
  explain "waiting up to $limit for $shown_url"
  start_helper >/dev/null 2>"$run_root/.wait"
  while [ -n "$service_pid" ] && kill -0 "$helper_pid" 2>/dev/null && [ -z "$interrupted" ]; do
    if service_failed; then
      kill -KILL -- "-$helper_pid" 2>/dev/null || :
      service_start_failed
    fi
    nap
  done
  await_helper
  leave_if_interrupted
  [ "$child_code" -eq 0 ] || show_findings
  rm -f -- "$run_root/.wait"
  judge_readiness "$child_code" "$limit"
  ! service_failed || service_start_failed
  read_clock
  [ $((clock - started)) -lt 2 ] || say "The service was ready after $((clock - started)) s."
}

# show_findings: what the readiness check printed, without the places in the suite's code.
show_findings() {
  local line
  while IFS= read -r line || [ -n "$line" ]; do
    case $line in
      $'\tat '*) continue ;;
      *' at '*' (file://'*) line=${line% at * (file://*} ;;
    esac
    line=${line#test aborted: }
    case $line in
      'Try: '*)
        wait_advice=${line#Try: }
        continue
        ;;
    esac
    [ -n "$line" ] || continue
    note "${line//[[:cntrl:]]/?}"
    keep_reason "$line"
  done <"$run_root/.wait"
}

# judge_readiness CODE LIMIT
judge_readiness() {
  local hint=''
  case $1 in
    0) return 0 ;;
    107) refuse "the settings or the scripts were refused, see above; nothing was sent." "$this --help" ;;
    108)
      if [ -n "$service_pid" ]; then
        show_service_log
        hint=', although its start command is running'
      elif [ "$service_was_there" = true ]; then
        hint='; START_COMMAND was not run because something answers there already'
      fi
      fail "$EXIT_NOT_READY" "$shown_url was not healthy within $2$hint." "${wait_advice:-$this --wait 2m}"
      ;;
    *) fail "$EXIT_NOT_READY" "the readiness check of $shown_url did not work (k6 exit code $1)." "$this --dry-run" ;;
  esac
}
