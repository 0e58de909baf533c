# Owns: rules that the suite's JavaScript states and that the wrapper applies earlier, with a message of its own. They are
# read from there, so that there is no second list.

# Regular expressions of hosts that are this machine or in a private network
local_hosts=()
# Profiles that push a service past its limits, between blanks
heavy_profiles=''

# load_local_hosts: reads LOCAL_HOSTS. Without it no host counts as local.
load_local_hosts() {
  local line inside=false file=$suite/engine/settings/url.js pattern='^  /(.+)/,$'
  [ "${#local_hosts[@]}" -eq 0 ] && [ -r "$file" ] || return 0
  while IFS= read -r line; do
    case $line in
      'const LOCAL_HOSTS = ['*) inside=true ;;
      '];'*) [ "$inside" = false ] || return 0 ;;
      *) [ "$inside" = false ] || ! [[ $line =~ $pattern ]] || local_hosts+=("${BASH_REMATCH[1]}") ;;
    esac
  done <"$file"
}

# load_heavy_profiles: reads heavyProfiles. What is missing here is refused by the scripts.
load_heavy_profiles() {
  local line list='' file=$suite/config/profiles.js name="['\"]([A-Za-z0-9_-]+)['\"]"
  [ -z "$heavy_profiles" ] && [ -r "$file" ] || return 0
  while IFS= read -r line; do
    case $list$line in
      *'heavyProfiles = ['*) list+=$line ;;
      *) continue ;;
    esac
    case $line in *']'*) break ;; esac
  done <"$file"
  list=${list#*\[}
  list=${list%%\]*}
  heavy_profiles=' '
  while [[ $list =~ $name ]]; do
    heavy_profiles+="${BASH_REMATCH[1]} "
    list=${list#*"${BASH_REMATCH[0]}"}
  done
}

# is_heavy PROFILE
is_heavy() {
  load_heavy_profiles
  case $heavy_profiles in *" ${1:--} "*) return 0 ;; *) return 1 ;; esac
}

# is_local_host HOST: is it this machine or in a private network? HOST in lower case; names are compared whole.
is_local_host() {
  local pattern
  load_local_hosts
  for pattern in ${local_hosts[@]+"${local_hosts[@]}"}; do
    [[ ! $1 =~ $pattern ]] || return 0
  done
  return 1
}
