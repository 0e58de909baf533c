# Owns: small functions on text and numbers.

trimmed=''
lowered=''
milliseconds=''

# lower TEXT: sets $lowered, the text in lower case.
lower() {
  local i capitals=ABCDEFGHIJKLMNOPQRSTUVWXYZ small=abcdefghijklmnopqrstuvwxyz
  lowered=$1
  case $1 in *[$capitals]*) ;; *) return 0 ;; esac
  for ((i = 0; i < 26; i++)); do lowered=${lowered//${capitals:i:1}/${small:i:1}}; done
}

# absolute FILE: prints its absolute path. (Without dirname, which not every system has.)
absolute() {
  local path=$1
  case $path in */*) ;; *) path=./$path ;; esac
  printf '%s' "$(cd -- "${path%/*}/" && pwd -P)/${path##*/}"
}

# file_name TEXT: prints it as part of a run id and of a path.
file_name() { printf '%s' "${1//[!A-Za-z0-9_-]/-}"; }

# one_line LINES: prints them with commas between.
one_line() { printf '%s' "${1//$'\n'/, }"; }

# trim TEXT: sets $trimmed, the text without blanks around it. (A subshell per line would be slow.)
trim() {
  trimmed=${1#"${1%%[! $'\t']*}"}
  trimmed=${trimmed%"${trimmed##*[! $'\t']}"}
}

is_digits() {
  case $1 in '' | *[!0123456789]*) return 1 ;; esac
}

# in_range NUMBER MIN MAX: a whole number without leading zeros, at most 9 digits.
in_range() {
  is_digits "$1" || return 1
  case $1 in 0?*) return 1 ;; esac
  [ "${#1}" -le 9 ] && [ "$1" -ge "$2" ] && [ "$1" -le "$3" ]
}

# decimal_in_range NUMBER MIN MAX: MIN and MAX are in thousandths.
decimal_in_range() {
  local whole=${1%%.*} fraction=000 pattern='^[0-9]{1,9}(\.[0-9]{1,9})?$'
  [[ $1 =~ $pattern ]] || return 1
  case $1 in *.*) fraction=${1#*.} ;; esac
  case $fraction in ????*) fraction=${fraction:0:3}${fraction:3} ;; *) fraction=${fraction}000 ;; esac
  local rest=${fraction:3} thousandths=$((10#$whole * 1000 + 10#${fraction:0:3}))
  [ "$thousandths" -ge "$2" ] || return 1
  [ "$thousandths" -lt "$3" ] || { [ "$thousandths" -eq "$3" ] && [ -z "${rest//0/}" ]; }
}

# duration_ms TEXT: sets $milliseconds; fails if TEXT is not a k6 duration. A bare number is refused: k6
# would take it for milliseconds.
duration_ms() {
  local rest=$1 total=0 unit fraction pattern='^([0-9]{1,9})(\.([0-9]{1,9}))?(ms|s|m|h|d)(.*)$'
  [ -n "$rest" ] || return 1
  while [ -n "$rest" ]; do
    [[ $rest =~ $pattern ]] || return 1
    case ${BASH_REMATCH[4]} in
      ms) unit=1 ;;
      s) unit=1000 ;;
      m) unit=60000 ;;
      h) unit=3600000 ;;
      *) unit=86400000 ;;
    esac
    fraction=${BASH_REMATCH[3]}000
    total=$((total + 10#${BASH_REMATCH[1]} * unit + 10#${fraction:0:3} * unit / 1000))
    rest=${BASH_REMATCH[5]}
  done
  milliseconds=$total
}

is_duration() { duration_ms "$1" && [ "$milliseconds" -ge 1000 ]; }
