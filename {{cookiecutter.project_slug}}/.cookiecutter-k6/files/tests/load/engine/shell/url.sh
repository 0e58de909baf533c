# Owns: the form of URLs, and what may be shown of them. The form is that of parseHttpUrl in engine/settings/url.js: what both
# accept is what gets load.

url_scheme=''
url_host=''
url_port=''
url_path=''
url_credentials=''

# parse_url URL: sets $url_scheme, $url_host (lower case, IPv6 in brackets), $url_port, $url_path and
# $url_credentials.
parse_url() {
  local pattern='^(https?)://(([^@/?#[:space:]]*)@)?(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?)(:([0-9]{1,5}))?(/[^?#[:space:]]*)?$'
  local stray='%([^0-9A-Fa-f]|.[^0-9A-Fa-f]|.?$)' # what no % of an address may be followed by
  case $1 in *[[:cntrl:]]* | *\\*) return 1 ;; esac
  [[ $1 =~ $stray ]] && return 1
  [[ $1 =~ $pattern ]] || return 1
  url_scheme=${BASH_REMATCH[1]}
  url_credentials=${BASH_REMATCH[2]}
  url_host=${BASH_REMATCH[4]}
  url_port=${BASH_REMATCH[7]}
  url_path=${BASH_REMATCH[8]}
  lower "$url_host"
  url_host=$lowered
  while [ "${url_path%/}" != "$url_path" ]; do url_path=${url_path%/}; done
  [ -z "$url_port" ] || { url_port=$((10#$url_port)) && in_range "$url_port" 1 65535; }
}

# port_of SCHEME PORT
port_of() {
  case $1$2 in
    https) printf 443 ;;
    http) printf 80 ;;
    *) printf '%s' "$2" ;;
  esac
}

# is_this_machine HOST: is it this machine, and no other one of a private network?
is_this_machine() {
  case $1 in localhost | *.localhost | 127.* | 0.0.0.0 | '[::1]') ;; *) return 1 ;; esac
}

# has_credentials TEXT: does it hold a URL with user:password@?
has_credentials() {
  local pattern='://[^/?#]*@'
  [[ $1 =~ $pattern ]]
}

# masked TEXT: prints it without what could be the credentials of a URL, even a misspelt one.
masked() {
  case $1 in
    *://*@*) printf '%s://***@%s' "${1%%://*}" "${1##*@}" ;;
    *@*) printf '***@%s' "${1##*@}" ;;
    *) printf '%s' "$1" ;;
  esac
}
