# Owns: which k6 runs, and its version.

readonly OLDEST_K6=1.0.0
# Seconds that `k6 version` and other questions to programs may take
readonly ANSWER_LIMIT=3

k6=''
k6_version=''
# All that `k6 version` printed, its extensions too
k6_answer=''

install_hints() {
  note 'Install k6:
  macOS          brew install k6
  Debian/Ubuntu  sudo apt-get update && sudo apt-get install gnupg ca-certificates
                 sudo gpg -k
                 sudo gpg --no-default-keyring --keyring /usr/share/keyrings/k6-archive-keyring.gpg \
                   --keyserver hkp://keyserver.ubuntu.com:80 --recv-keys C5AD17C747E3415A3642D57D77C6C491D6AC1D69
                 echo "deb [signed-by=/usr/share/keyrings/k6-archive-keyring.gpg] https://dl.k6.io/deb stable main" |
                   sudo tee /etc/apt/sources.list.d/k6.list
                 sudo apt-get update && sudo apt-get install k6
  Windows        winget install k6 --source winget
  Docker         add --docker to this command
Or set K6_BIN to a k6 elsewhere.'
}

# use_k6 COMMAND [VERSION]
use_k6() { k6=$1 k6_version=${2:-}; }

# find_k6: sets $k6; fails if there is none.
find_k6() {
  if [ -n "${K6_BIN:-}" ]; then
    case $K6_BIN in */*) k6=$K6_BIN ;; *) k6=$(type -P -- "$K6_BIN") || k6=$K6_BIN ;; esac
    case $k6 in -*) k6=./$k6 ;; esac
  else
    k6=$(type -P k6) || return 1
  fi
}

require_k6() {
  local label
  if [ "$use_docker" = true ]; then
    require_docker
    return
  fi
  if ! find_k6; then
    complain 'k6 was not found on PATH.'
    install_hints
    exit "$EXIT_REFUSED"
  fi
  label=${K6_BIN:+K6_BIN=}$k6
  [ -f "$k6" ] || refuse "$label: no such file." "K6_BIN=/path/to/k6 $(command_line)"
  [ -x "$k6" ] || refuse "$label is not executable." "chmod +x $(quote "$k6")"
  read_k6_version "$label"
}

# read_k6_version LABEL: asks the binary, which may be any program; sets $k6_version.
read_k6_version() {
  local code=0 line shown release='^k6(\.exe)? v?(([0-9]{1,6})\.[0-9]+\.[0-9]+[-+0-9A-Za-z.]*)([ ,]|$)'
  local devel='^k6(\.exe)? v?(\(devel\))'
  k6_answer=$(limited "$ANSWER_LIMIT" "$k6" version 2>&1) || code=$?
  if [ "$code" -eq 137 ]; then
    refuse "$1 did not answer 'k6 version' within $ANSWER_LIMIT s." "K6_BIN=/path/to/k6 $(command_line)"
  fi
  while IFS= read -r line; do
    line=${line%$'\r'}
    if [[ $line =~ $release ]]; then
      k6_version=v${BASH_REMATCH[2]}
      [ "${BASH_REMATCH[3]}" -le 2 ] || explain "$1 is $k6_version; the suite was made for 1.x and 2.x."
      [ "${BASH_REMATCH[3]}" -ge "${OLDEST_K6%%.*}" ] ||
        refuse "$1 is $k6_version; this suite needs k6 $OLDEST_K6 or later." "K6_BIN=/path/to/k6 $(command_line)"
      return
    elif [[ $line =~ $devel ]]; then
      k6_version=${BASH_REMATCH[2]}
      explain "$1 is a development build; its version is not checked."
      return
    fi
  done <<<"$k6_answer"
  shown=$(printable "${k6_answer%%$'\n'*}")
  case $shown in
    *memory* | *thread*)
      refuse "$1 cannot start with the limits of this shell or container (exit code $code, '${shown:0:120}')." \
        "ulimit -v unlimited; $(command_line)"
      ;;
  esac
  refuse "$1 does not work as k6 (exit code $code, '${shown:0:120}'). Wrong architecture, or another program?" \
    "K6_BIN=/path/to/k6 $(command_line)"
}
