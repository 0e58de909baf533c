# Owns: a clock for waits and durations. $SECONDS follows the time of day, which may be set meanwhile: then a wait would end
# early or never. It stands alone: it needs no other part.

# Where Linux and Git Bash tell how long the machine has been up; elsewhere $SECONDS is used
clock_file=/proc/uptime
# Whole seconds that have passed between the readings so far
clock=0
# The last reading
clock_at=''

# read_clock [LONGEST]: sets $clock. A step back counts as nothing, and more than LONGEST since the last reading as LONGEST.
# There is no $(...) in it: it is read during runs.
read_clock() {
  local now='' gap _
  if [ -r "$clock_file" ]; then read -r now _ <"$clock_file" || :; fi
  now=${now%%.*}
  case $now in '' | *[!0-9]*) now=$SECONDS ;; esac
  gap=$((now - ${clock_at:-$now}))
  clock_at=$now
  [ "$gap" -ge 0 ] || gap=0
  [ -z "${1:-}" ] || [ "$gap" -le "$1" ] || gap=$1
  clock=$((clock + gap))
}
