# Owns: k6's log, as far as it says that an output lost metrics.

log_reader=''
metrics_lost=false

# watch_log PIPE: k6 only logs that a back end rejected metrics, so its log is read if --out names one. Makes PIPE if so;
# without pipes (Git Bash) nothing is read.
watch_log() {
  metrics_lost=false log_reader=''
  stores_series && [ "$on_windows" = false ] && mkfifo -- "$1" 2>/dev/null || return 0
  launch pass_log "$1" </dev/null
  log_reader=$launched
}

# pass_log PIPE: passes every line on, and exits with 1 if one says that metrics were not written. Lines that a script
# prints do not count.
pass_log() {
  local line lost=0
  trap '' HUP INT TERM QUIT
  while IFS= read -r line || [ -n "$line" ]; do
    err '%s\n' "$line"
    case $line in
      *source=console* | *'"source":"console"'*) ;;
      *"Couldn't write stats"* | *'Failed to send the time series data'* | *'OpenTelemetry metric provider'*) lost=1 ;;
    esac
  done <"$1"
  exit "$lost"
}

# end_log PIPE: waits for the last lines; sets $metrics_lost.
end_log() {
  [ -n "$log_reader" ] || return 0
  # Ends a reader that still waits for a k6 that never came.
  { : 4<>"$1"; } 2>/dev/null || :
  wait_child "$log_reader"
  log_reader=''
  [ "$child_code" -ne 1 ] || metrics_lost=true
  rm -f -- "$1" 2>/dev/null || :
}

stop_log_reader() { [ -z "$log_reader" ] || kill -KILL -- "-$log_reader" 2>/dev/null; }
