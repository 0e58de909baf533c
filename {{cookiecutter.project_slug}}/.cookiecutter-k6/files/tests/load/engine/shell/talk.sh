# Owns: everything that is printed, and the exit codes.

readonly EXIT_REFUSED=1
readonly EXIT_NOT_READY=2
readonly EXIT_INCOMPLETE=3
readonly EXIT_OUTPUT_DOWN=4
readonly EXIT_THRESHOLDS=99
readonly EXIT_INTERRUPTED=105

quiet=false
verbose=false
color=auto
red='' green='' yellow='' heading='' bold='' plain=''
# Was the reason for a failure printed?
explained=false
# The first one
first_reason=''
# This script as a word to paste, for messages that are printed where $(...) must not be used.
this=''

be_quiet() { quiet=true; }
be_verbose() { verbose=true; }
be_colorless() { color=never; }
mark_explained() { explained=true; }

name_this() { this=$(quote "$self"); }

# Printing never fails: a closed terminal (SIGHUP, `| head`) must not stop the clean-up.
# shellcheck disable=SC2059  # the first argument is the format
out() { printf "$@" 2>/dev/null || :; }
# shellcheck disable=SC2059
err() { printf "$@" >&2 2>/dev/null || :; }

# say TEXT: a line of progress. Control characters in it could redraw the terminal.
say() { [ "$quiet" = true ] || out '%s\n' "${1//[[:cntrl:]]/?}"; }
# show TEXT: the same for text with colours.
show() { [ "$quiet" = true ] || out '%s\n' "$1"; }
explain() { [ "$verbose" != true ] || err '%s\n' "${1//[[:cntrl:]]/?}"; }
note() { err '%s\n' "$1"; }
warn() { err '%swarning:%s %s\n' "$yellow" "$plain" "${1//[[:cntrl:]]/?}"; }

# keep_reason TEXT: for the summary of a CI job, which shows no log.
keep_reason() {
  [ -z "${REASON_FILE:-}" ] || printf '%s\n' "${1//[[:cntrl:]]/?}" >>"$REASON_FILE" 2>/dev/null || :
}

# complain MESSAGE [NEXT COMMAND]: the reason for a failure and what to type next.
complain() {
  explained=true
  first_reason=${first_reason:-$1}
  keep_reason "$1"
  err '%sload-test.sh:%s %s\n' "$red" "$plain" "${1//[[:cntrl:]]/?}"
  [ -z "${2:-}" ] || err '  Try: %s\n' "${2//[[:cntrl:]]/?}"
}

# fail CODE MESSAGE [NEXT COMMAND]
fail() {
  local code=$1
  shift
  complain "$@"
  exit "$code"
}

refuse() { fail "$EXIT_REFUSED" "$@"; }

choose_colors() {
  red='' green='' yellow='' heading='' bold='' plain=''
  if [ "$color" = auto ] && [ -t 1 ] && [ -z "${NO_COLOR:-}" ] && [ "${TERM:-dumb}" != dumb ]; then
    red=$'\033[31m' green=$'\033[32m' yellow=$'\033[33m' heading=$'\033[1;36m' bold=$'\033[1m' plain=$'\033[0m'
  fi
}

# printable TEXT: prints it without control characters.
printable() { printf '%s' "${1//[[:cntrl:]]/?}"; }

# quote TEXT: prints it as one word that a shell reads back unchanged.
quote() {
  local apostrophe="'\\''"
  case $1 in
    '' | *[!ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_./:=@%+,-]*)
      printf "'%s'" "${1//\'/$apostrophe}"
      ;;
    *) printf '%s' "$1" ;;
  esac
}

# command_line WORDS...: prints a call of this script, for `Try:` lines.
command_line() {
  local word
  quote "$self"
  for word in "$@"; do
    printf ' '
    quote "$word"
  done
}
