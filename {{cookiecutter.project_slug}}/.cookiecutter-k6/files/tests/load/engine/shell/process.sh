# Owns: k6 as a process, and signals.
#
# From here on (process, folder, service, log, results, save, run) there is no $(...): bash 5.2 loses a signal that
# arrives while one is expanded.

child_code=0
k6_pid=''
k6_asked=false
k6_started=false
# While k6 runs: the pipe that its log goes through
k6_log=''
# A k6 that is not a measured run: the readiness check, the report, a baseline
helper_pid=''
signal_count=0
interrupted=''
interruption_named=false
echo_timer=''
forced=false

# k6_process: becomes k6, in the background.
k6_process() {
  local i
  trap '' HUP
  restore_locale
  for ((i = 0; i < ${#child_names[@]}; i++)); do
    export "${child_names[i]}=${child_values[i]}"
  done
  [ -z "$k6_log" ] || exec 2>"$k6_log"
  exec "${k6_command[@]}"
}

restore_locale() {
  if [ "$caller_locale" = unset ]; then unset LC_ALL; else LC_ALL=$caller_locale; fi
}

# start_k6 [PIPE]: a measured run of the command in use; its log goes to PIPE.
start_k6() {
  k6_log=${1:-}
  k6_started=true
  k6_asked=false
  launch k6_process </dev/null
  k6_pid=$launched
  k6_log=''
}

# await_k6: sets $child_code.
await_k6() {
  # For a signal that came before there was a process to pass it on to.
  [ -z "$interrupted" ] || ask_k6_to_stop
  wait_child "$k6_pid"
  k6_pid=''
}

# run_aside: the command in use, to its end; sets $child_code. It is no run, but signals reach it like a run.
run_aside() {
  install_traps
  launch k6_process </dev/null
  k6_pid=$launched
  await_k6
}

# start_helper: the command in use, which a signal kills at once.
start_helper() {
  launch k6_process </dev/null
  helper_pid=$launched
  [ -z "$interrupted" ] || kill_group "$helper_pid"
}

# await_helper: sets $child_code.
await_helper() {
  wait_child "$helper_pid"
  helper_pid=''
}

# wait_child PID: sets $child_code. A trapped signal ends `wait` early; then it waits again.
wait_child() {
  local before
  while :; do
    before=$signal_count child_code=0
    wait "$1" 2>/dev/null || child_code=$?
    [ "$signal_count" -ne "$before" ] || return 0
    [ -n "$echo_timer" ] || start_echo_timer
  done
}

# start_echo_timer: a signal within a second of the first one is a duplicate of the same Ctrl-C: npm and others pass on
# what the terminal has sent to all.
start_echo_timer() {
  launch sleep 1 </dev/null >/dev/null 2>&1
  echo_timer=$launched
}

# on_signal NAME: the first one lets k6 finish, the second one does not.
on_signal() {
  signal_count=$((signal_count + 1))
  if [ -z "$interrupted" ]; then
    interrupted=$1
    if [ -n "$helper_pid" ]; then kill_group "$helper_pid"; fi
    if [ -n "$k6_pid" ]; then ask_k6_to_stop; fi
  elif [ "$1" = QUIT ] || { [ -n "$echo_timer" ] && ! kill -0 "$echo_timer" 2>/dev/null; }; then
    stop_k6_hard
  fi
}

# ask_k6_to_stop: once only; at a second signal k6 drops everything.
ask_k6_to_stop() {
  [ "$k6_asked" = false ] || return 0
  k6_asked=true
  note "Interrupted (SIG$interrupted): k6 is finishing its teardown and summary. Interrupt again to stop it at once."
  kill -TERM "$k6_pid" 2>/dev/null || :
}

stop_k6_hard() {
  [ -n "$k6_pid" ] || return 0
  forced=true
  kill_group "$k6_pid"
}

# kill_group PID: kills k6. A container outlives the command that started it.
kill_group() {
  kill -KILL -- "-$1" 2>/dev/null || :
  [ "$use_docker" = false ] || "$engine" kill "$k6_container" >/dev/null 2>&1 || :
}

catch_signals() {
  local name
  for name in INT TERM HUP QUIT; do
    # shellcheck disable=SC2064  # the name is meant to be fixed now
    trap "on_signal $name" "$name"
  done
}

install_traps() {
  catch_signals
  # A closed pipe must not kill the script before it has stopped what it started.
  trap : PIPE
  trap finish EXIT
}

# finish: the only way out. Stops what is still running, whatever went wrong.
finish() {
  local code=$?
  set +e
  trap - EXIT
  stop_k6_hard
  [ -z "$helper_pid" ] || kill_group "$helper_pid"
  stop_log_reader
  stop_service
  if [ -n "$interrupted" ]; then
    [ "$interruption_named" = true ] || note "${red}interrupted${plain} (SIG$interrupted)"
    code=$EXIT_INTERRUPTED
  elif [ "$code" -ne 0 ] && [ "$explained" = false ]; then
    note "load-test.sh ended unexpectedly (code $code)."
  fi
  run_hooks finished "$code"
  leave_run_folder
  exit "$code"
}

name_interruption() { interruption_named=true; }

leave_if_interrupted() { [ -z "$interrupted" ] || exit "$EXIT_INTERRUPTED"; }
