# Owns: k6 in a container (--docker).

readonly DOCKER_IMAGE=grafana/k6:1.8.1

docker_image=''
# docker or podman
engine=''
docker_host_network=false
# Patterns of further variables that a container gets
docker_patterns=('K6_*' SSL_CERT_FILE SSL_CERT_DIR HTTP_PROXY HTTPS_PROXY NO_PROXY http_proxy https_proxy no_proxy)

prepare_docker() {
  local found origin
  find_setting K6_IMAGE "$DOCKER_IMAGE"
  docker_image=$found
  find_setting CONTAINER_ENGINE docker
  engine=$found
  case $engine in docker | podman) ;; *) refuse "CONTAINER_ENGINE needs docker or podman, got '$engine'." "CONTAINER_ENGINE=podman $(command_line --docker)" ;; esac
  # Only Docker on Linux shares the host's network; elsewhere the host has a name.
  [ "$system_name" != Linux ] || docker_host_network=true
}

# check_mounts: a container sees only the suite.
check_mounts() {
  local name
  [ "$use_docker" = true ] || return 0
  for name in ${jobs[@]+"${jobs[@]}"}; do
    select_job "$name"
    case $job_script in
      "$suite"/*) ;;
      *) refuse "--docker only sees files below $suite, not $job_script." ;;
    esac
  done
}

require_docker() {
  local answer name=Docker format='{{.Server.Version}}'
  # Podman needs no server.
  [ "$engine" = docker ] || name=Podman format='{{.Client.Version}}'
  type -P "$engine" >/dev/null || refuse "--docker needs the $engine command on PATH." "$(command_line)"
  answer=$(limited "$ANSWER_LIMIT" "$engine" version --format "$format" 2>&1) ||
    refuse "--docker: $name does not answer (${answer%%$'\n'*})." "$(command_line)"
  use_k6 "$engine" "v${docker_image##*:}"
}

# docker_url: prints the address of the service: this machine has another name inside a container.
docker_url() {
  if is_this_machine "$target_host"; then
    printf '%s://%shost.docker.internal%s%s' "$url_scheme" "$url_credentials" "${url_port:+:$url_port}" "$url_path"
  else
    printf '%s' "$base_url"
  fi
}

# csv_field TEXT: prints it as part of --mount, whose value is a line of CSV.
csv_field() { printf '"%s"' "${1//\"/\"\"}"; }

# add_docker_words FOLDER [EARLIER]: results go to FOLDER; EARLIER, with earlier runs, can be read. Secrets are named
# (-e NAME), never written into the command.
add_docker_words() {
  local name seen=' '
  add_words "$engine" run --rm --name "$k6_container" --user "$(id -u):$(id -g)" \
    --mount "type=bind,$(csv_field "source=$(native "$suite")"),target=/suite,readonly" \
    --mount "type=bind,$(csv_field "source=$(native "$1")"),target=/results" --workdir /suite
  [ -z "${2:-}" ] || add_words --mount "type=bind,$(csv_field "source=$(native "$2")"),target=/history,readonly"
  # Without it a rootless Podman gives the results to another user.
  [ "$engine" != podman ] || add_words --userns keep-id
  if [ "$docker_host_network" = true ]; then
    add_words --network host
  else
    add_words --add-host host.docker.internal:host-gateway
  fi
  for name in $setting_names ${child_names[@]+"${child_names[@]}"} $(compgen -e); do
    case $seen in *" $name "*) continue ;; esac
    case "$setting_names ${child_names[*]-} " in
      *" $name "*) ;;
      *) is_passed_on "$name" || continue ;;
    esac
    seen+="$name "
    is_child_variable "$name" || [ -n "${!name:-}" ] || continue
    add_words -e "$name"
  done
  add_words "$docker_image" run
}

# is_passed_on NAME: of a variable that is no setting: does a container get it?
is_passed_on() {
  local pattern
  case $1 in K6_BIN | K6_IMAGE) return 1 ;; esac
  for pattern in "${docker_patterns[@]}"; do
    # shellcheck disable=SC2053  # a pattern
    [[ $1 != $pattern ]] || return 0
  done
  is_secret "$1" || is_of_feature "$1"
}
