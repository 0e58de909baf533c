# What tests of WebSockets need of the wrapper: WS_URL is guarded and translated like the address of the service.

# WS_URL as k6 sees it, if that is different
inside_socket_url=''

on guard guard_sockets
on paths set_socket_url
on environment add_socket_variable
on flags add_socket_flag

# guard_sockets: the host of WS_URL. The scripts check how much load it may get.
guard_sockets() {
  local url host found origin
  find_setting WS_URL
  url=$found
  [ -n "$url" ] || return 0
  host=$(socket_host "$url") ||
    refuse "WS_URL needs ws:// or wss://, a host, optionally a port and a path." "WS_URL=ws://localhost:8000/ws $(command_line)"
  [ "$host" != "$target_host" ] || return 0
  ! is_local_host "$host" || return 0
  ! is_allowed_host "$host" || return 0
  if is_on ALLOW_REMOTE && is_confirmed "$host"; then return 0; fi
  refuse "WS_URL: $host is neither local nor in ALLOWED_HOSTS (tests/load/suite.env). To load it once, add --yes." \
    "CONFIRM_TARGET=$(quote "$host") $(same_call --yes)"
}

# socket_host URL: prints its host. In a subshell, so that the parts of the service's address stay.
socket_host() (
  case $1 in ws://* | wss://*) ;; *) return 1 ;; esac
  parse_url "http${1#ws}" && printf '%s' "$url_host"
)

# docker_socket_url: prints WS_URL as a container sees it; nothing if it can stay. In a subshell, like socket_host.
docker_socket_url() (
  local url
  url=$(setting WS_URL)
  parse_url "http${url#ws}" && is_this_machine "$url_host" || return 0
  printf 'ws%s://%shost.docker.internal%s%s' "${url_scheme#http}" "$url_credentials" "${url_port:+:$url_port}" "$url_path"
)

set_socket_url() {
  inside_socket_url=''
  [ "$use_docker" = false ] || [ "$docker_host_network" = true ] || inside_socket_url=$(docker_socket_url)
}

add_socket_variable() { [ -z "$inside_socket_url" ] || add_child_variable WS_URL "$inside_socket_url"; }

add_socket_flag() { [ -z "$inside_socket_url" ] || ! has_option WS_URL || add_env WS_URL "$inside_socket_url"; }
