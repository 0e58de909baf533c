# Owns: a clock for waits and durations. $SECONDS follows the time of day, which may be set meanwhile: then a wait would end
# early or never. It stands alone: it needs no other part.

# Where Linux and Git Bash tell how long the machine has been up; elsewhere $SECONDS is used
clock_file=/proc/uptime
# Whole seconds that have passed between the readings so far
clock=0
# The last reading
clock_at=''
# When a measurement began: seconds of this clock, and of the one of the machine
clock_since=0
seconds_since=0
# By how much the clock of the machine was set since then
clock_set_by=0

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

# begin_measuring: from here on, end_measuring tells whether the clock of the machine was set.
begin_measuring() {
  read_clock
  clock_since=$clock seconds_since=$SECONDS
}

# end_measuring: sets $clock, and $clock_set_by if somebody set the clock of the machine meanwhile; 0 where that cannot be
# found out. One second is rounding.
end_measuring() {
  read_clock
  clock_set_by=$((SECONDS - seconds_since - (clock - clock_since)))
  case $clock_set_by in -1 | 1) clock_set_by=0 ;; esac
}
