# Owns: the address of the service, and whether it may get load.

base_url=''
# The same without credentials
shown_url=''
target_host=''
target_port=''

resolve_target() {
  local found origin
  find_setting BACKEND_PORT 8000
  find_setting BASE_URL "http://localhost:$found"
  parse_url "$found" || refuse "BASE_URL needs $(accepts url)." "$(command_line --base-url http://localhost:8000)"
  base_url=$url_scheme://$url_credentials$url_host${url_port:+:$url_port}$url_path
  shown_url=$(masked "$base_url")
  target_host=$url_host
  target_port=$(port_of "$url_scheme" "$url_port")
}

# is_allowed_host HOST: is it in ALLOWED_HOSTS, exactly or by a *.suffix?
is_allowed_host() {
  local rest trimmed found origin
  find_setting ALLOWED_HOSTS
  lower "$found"
  rest=$lowered,
  while [ -n "$rest" ]; do
    trim "${rest%%,*}"
    rest=${rest#*,}
    case $trimmed in
      '') ;;
      '*.'*) [ "${1%"${trimmed#\*}"}" = "$1" ] || return 0 ;;
      *) [ "$trimmed" != "$1" ] || return 0 ;;
    esac
  done
  return 1
}

# is_confirmed HOST: is it named in CONFIRM_TARGET?
is_confirmed() {
  local found origin
  find_setting CONFIRM_TARGET
  lower "$found"
  case ,${lowered// /}, in *",$1,"*) return 0 ;; *) return 1 ;; esac
}

# guard_target: refuses load on hosts that are not on the allow list. The scripts check the same again.
guard_target() {
  local name vus duration most
  ! is_local_host "$target_host" || return 0
  is_allowed_host "$target_host" || confirm_target
  ! is_on ALLOW_HEAVY || return 0
  for name in ${jobs[@]+"${jobs[@]}"}; do
    select_job "$name"
    ! is_heavy "$job_profile" ||
      refuse "the profile $job_profile would overload $target_host. To allow it, add --allow-heavy." \
        "$(same_call --allow-heavy)"
  done
  vus=$(setting VUS 1)
  [ "$vus" -le "$(setting MAX_REMOTE_VUS 100)" ] ||
    refuse "--vus $vus on $target_host is above MAX_REMOTE_VUS=$(setting MAX_REMOTE_VUS 100). To allow it, add --allow-heavy." \
      "$(same_call --allow-heavy)"
  duration=$(setting DURATION 1s)
  duration_ms "$(setting MAX_REMOTE_DURATION 1h)"
  most=$milliseconds
  duration_ms "$duration"
  [ "$milliseconds" -le "$most" ] ||
    refuse "--duration $duration on $target_host is above MAX_REMOTE_DURATION=$(setting MAX_REMOTE_DURATION 1h). To allow it, add --allow-heavy." \
      "$(same_call --allow-heavy)"
}

# confirm_target: needs ALLOW_REMOTE and the name of the host, from CONFIRM_TARGET or the terminal.
confirm_target() {
  local typed='' names
  is_on ALLOW_REMOTE ||
    refuse "$target_host is neither local nor in ALLOWED_HOSTS (tests/load/suite.env). To load it once, add --yes." \
      "CONFIRM_TARGET=$(quote "$target_host") $(same_call --base-url "$(masked "$base_url")" --yes)"
  ! is_confirmed "$target_host" || return 0
  if [ -t 0 ] && [ -t 2 ] && [ "$action" = run ]; then
    err 'This sends load to %s%s%s. Type the host to go on: ' "$bold" "$target_host" "$plain"
    IFS= read -r typed || :
    lower "$typed"
    if [ "$lowered" = "$target_host" ]; then
      names=$(setting CONFIRM_TARGET)
      set_option CONFIRM_TARGET "${names:+$names,}$target_host"
      return 0
    fi
    refuse "'$typed' is not $target_host; nothing was sent."
  fi
  refuse "--yes also needs the name of the host: CONFIRM_TARGET=$target_host." \
    "CONFIRM_TARGET=$(quote "$target_host") $(same_call --base-url "$(masked "$base_url")" --yes)"
}
