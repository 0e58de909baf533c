#!/usr/bin/env bash
#
# Runs this project's load tests with k6. `load-test.sh --help` lists everything.
#
# Needs bash 3.2 or later, and k6 or Docker. This file only finds the suite and reads the parts of the command:
# tests/load/engine/shell/*.sh (main.sh shows the order of steps) and tests/load/engine/features/*/shell.sh.

# Started as `sh load-test.sh`: dash and busybox read no further than this.
if [ -z "${BASH_VERSION:-}" ]; then
  if command -v bash >/dev/null 2>&1; then exec bash -- "$0" "$@"; fi
  echo "load-test.sh needs bash. Install it, then run: bash $0" >&2
  exit 1
fi
set +o posix
set -euo pipefail

# The caller's shell settings must not change what happens here.
set +afCv
shopt -u nullglob failglob nocaseglob nocasematch dotglob extglob xpg_echo
unset CDPATH GREP_OPTIONS
IFS=$' \t\n'
caller_umask=$(umask)
caller_locale=${LC_ALL-unset}
# In other locales [0-9] also matches digits that no program reads as numbers.
LC_ALL=C
# If stdin, stdout or stderr is closed, the next file to be opened would get its number.
{ : 3>&2; } || exec 2>/dev/null
{ : 3<&0; } 2>/dev/null || exec </dev/null
{ : 3>&1; } 2>/dev/null || exec >/dev/null

# In this order: a part may use what an earlier one defines when it is read, such as the option table.
readonly shell_parts='hooks talk text background settings-file url rules values settings setting-names options arguments help
  own-tests select target k6 platform outputs jobs command docker generator run-id baselines compare doctor show-settings segments plan dry-run
  process service log folder results died save run main'

self=''
root=''
suite=''
part=''

stop() {
  printf 'load-test.sh: %s\n' "${1//[[:cntrl:]]/?}" >&2
  exit 1
}

# find_suite: sets $self (this script as it was called), $root (the project) and $suite (its tests/load), through
# symlinks and from any folder.
find_suite() {
  local path=${BASH_SOURCE[0]} folder link hops=0
  case $path in */*) ;; *) [ -e "./$path" ] && path=./$path || path=$(type -P -- "$path") ;; esac
  self=$path
  while [ -L "$path" ] && [ "$hops" -lt 40 ]; do
    link=$(readlink -- "$path" 2>/dev/null || readlink "$path" 2>/dev/null) ||
      stop "cannot follow the link $path without readlink. Call scripts/load-test.sh itself."
    case $link in /*) path=$link ;; *) path=${path%/*}/$link ;; esac
    hops=$((hops + 1))
  done
  folder=$(cd -- "${path%/*}" && pwd -P) || stop "cannot enter the folder of $path."
  root=${folder%/*}
  suite=$root/tests/load
}

# In braces, so that bash reads everything before it runs anything: an update during a run changes nothing.
{
  find_suite
  for part in $shell_parts; do
    part=$suite/engine/shell/$part.sh
    [ -r "$part" ] || stop "no suite in $suite: ${part#"$suite"/} is missing. Restore tests/load from Git: git checkout -- tests/load"
    # shellcheck source=/dev/null
    . "$part"
  done
  for part in "$suite"/engine/features/*/shell.sh; do
    # shellcheck source=/dev/null
    [ ! -r "$part" ] || . "$part"
  done
  main "$@"
}
