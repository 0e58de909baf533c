# shellcheck shell=bash disable=SC2154 # $suite
# Shared by the scripts in this folder. They set $suite.

k6=''

# say KIND MESSAGE: prints to stderr; on GitHub as an annotation (`::` and line breaks are its syntax).
say() {
  local text=${2//[[:cntrl:]]/ }
  if [ "${GITHUB_ACTIONS:-}" = true ]; then
    printf '::%s::%s\n' "$1" "${text//::/: :}" >&2
  else
    printf '%s: %s\n' "$1" "$text" >&2
  fi
}

refuse() {
  say error "$1"
  exit 1
}

# find_k6: sets $k6, the one on PATH or the one that ci.sh has built.
find_k6() {
  local built
  k6=$(command -v k6) || k6=''
  for built in "$suite"/ci/.k6/*/k6; do
    [ -n "$k6" ] || [ ! -x "$built" ] || k6=$built
  done
  [ -n "$k6" ] || refuse 'k6 is not installed. Run before it: bash tests/load/ci/ci.sh install'
}

# run_k6 WORDS...: a script that is no test.
run_k6() { "$k6" run --quiet --log-format=raw --no-color --address= --no-usage-report "$@"; }
