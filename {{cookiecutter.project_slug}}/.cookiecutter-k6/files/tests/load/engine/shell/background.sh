# Owns: processes in the background, each in a process group of its own.

launched=''

# nap: a short pause between two looks at something; sets $clock. Not every sleep knows fractions of a second.
nap() {
  sleep 0.1 2>/dev/null || sleep 1
  # A laptop may be asleep meanwhile.
  read_clock 2
}

# launch COMMAND...: starts it in the background, in a process group of its own; sets $launched.
# A signal for the group of this script (Ctrl-C) then reaches this script alone, which passes it on once.
launch() {
  set -m
  "$@" &
  launched=$!
  set +m
}

kill_after() {
  sleep "$1"
  kill -KILL -- "-$2"
}

# limited SECONDS COMMAND...: its output and exit code; kills it and all its children after SECONDS.
limited() {
  local watched watchdog code=0 seconds=$1
  shift
  launch "$@" </dev/null
  watched=$launched
  launch kill_after "$seconds" "$watched" </dev/null >/dev/null 2>&1
  watchdog=$launched
  # A signal ends this `wait` early; then the answer is no longer needed.
  wait "$watched" 2>/dev/null || code=$?
  kill -KILL -- "-$watched" "-$watchdog" 2>/dev/null || :
  wait "$watched" "$watchdog" 2>/dev/null || :
  return "$code"
}

connect() { exec 3<>"/dev/tcp/$1/$2"; }

# answers HOST PORT: does it accept a connection? HOST as in a URL.
answers() {
  local host=${1#[}
  limited 2 connect "${host%]}" "$2" >/dev/null 2>&1
}
