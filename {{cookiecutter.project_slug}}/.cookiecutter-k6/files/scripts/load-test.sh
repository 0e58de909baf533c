#!/usr/bin/env bash
#
# Runs this project's load tests with k6. `load-test.sh --help` lists everything.
#
# Needs bash 3.2 or later, and k6 or Docker. This file only finds the suite and reads the parts of the command:
# tests/load/engine/shell/*.sh (main.sh shows the order of steps) and tests/load/engine/features/*/shell.sh.
# No line is indented and there are no functions: shfmt takes its style from the .editorconfig of your project here.

# Started as `sh load-test.sh`: dash and busybox read no further than this.
[ -n "${BASH_VERSION:-}" ] || ! command -v bash >/dev/null 2>&1 || exec bash -- "$0" "$@"
[ -n "${BASH_VERSION:-}" ] || echo "load-test.sh needs bash. Install it, then run: bash $0" >&2
[ -n "${BASH_VERSION:-}" ] || exit 1
set +o posix
set -euo pipefail

# The caller's shell settings must not change what happens here.
set +afCv
shopt -u nullglob failglob nocaseglob nocasematch dotglob extglob xpg_echo
unset CDPATH GREP_OPTIONS
IFS=$' \t\n'
# shellcheck disable=SC2034 # the parts use it
caller_umask=$(umask)
# shellcheck disable=SC2034
caller_locale=${LC_ALL-unset}
# In other locales [0-9] also matches digits that no program reads as numbers.
LC_ALL=C
# If stdin, stdout or stderr is closed, the next file to be opened would get its number.
: 3>&2 || exec 2>/dev/null
: 2>/dev/null 3<&0 || exec </dev/null
: 2>/dev/null 3>&1 || exec >/dev/null

# In this order: a part may use what an earlier one defines when it is read, such as the option table.
readonly shell_parts='hooks talk text clock background settings-file url rules values settings setting-names env-names options arguments help
  own-tests select target k6 platform outputs jobs command docker generator run-id baselines compare doctor show-settings segments plan dry-run
  process service log folder results died save run main'

# $self: this script as it was called. $script: the file itself, behind all links. $root: the project. $suite: its tests/load.
self=${BASH_SOURCE[0]}
case $self in */*) ;; *) [ -e "./$self" ] && self=./$self || self=$(type -P -- "$self") ;; esac
case $self in /*) script=$self ;; *) script=./$self ;; esac
hops=0
link=''
while [ -L "$script" ] && [ $((hops += 1)) -le 40 ] && link=$(readlink "$script" 2>/dev/null); do case $link in /*) script=$link ;; *) script=${script%/*}/$link ;; esac done
root=$(cd -- "${script%/*}" && pwd -P) || root=''
root=${root%/*}
suite=$root/tests/load

part=''
problem=''
[ ! -L "$script" ] || problem="cannot follow the link $script without readlink. Call scripts/load-test.sh itself."
for part in $shell_parts; do [ -n "$problem" ] || [ -r "$suite/engine/shell/$part.sh" ] || problem=$part; done
case $problem in '' | *' '*) ;; *) problem="no suite in $suite: engine/shell/$problem.sh is missing. Restore tests/load from Git: git checkout -- tests/load" ;; esac
[ -z "$problem" ] || printf 'load-test.sh: %s\n' "${problem//[[:cntrl:]]/?}" >&2
[ -z "$problem" ] || exit 1

# shellcheck source=/dev/null
for part in $shell_parts; do . "$suite/engine/shell/$part.sh"; done
# shellcheck source=/dev/null
for part in "$suite"/engine/features/*/shell.sh; do [ ! -r "$part" ] || . "$part"; done
# It never returns, and all of it has been read: an update during a run changes nothing.
main "$@"
