# --stack: Grafana and its stores in containers.

use_stack=false
grafana_port=''
stack_command=()

add_options 'Dashboards
--stack|||||Start Grafana and its data stores (compose.yaml) and send the metrics there'

on switch take_stack_switch
on outputs prepare_stack
on dry-run show_stack
on start start_stack

take_stack_switch() { [ "$1" != --stack ] || use_stack=true; }

# prepare_stack: sets $stack_command and sends the metrics to the stores that it starts.
prepare_stack() {
  local host=localhost file=$suite/compose.yaml store=$suite/grafana/provisioning/datasources
  [ "$use_stack" = true ] || return 0
  [ -f "$file" ] || refuse "--stack: $file is missing; run the update command of tests/load/README.md."
  [ "${#outputs[@]}" -eq 0 ] || refuse '--stack and --out exclude each other: the stack is where the metrics go.' "$(command_line --stack)"
  type -P "$engine" >/dev/null || refuse "--stack needs the $engine command on PATH." "$(command_line)"
  stack_command=("$engine" compose --file "$(native "$file")" up --detach --wait)
  grafana_port=$(setting GRAFANA_PORT 3000)
  [ -n "$(setting GRAFANA_PORT)" ] || [ "$target_port" != 3000 ] || grafana_port=3001
  export GRAFANA_PORT=$grafana_port
  [ "$use_docker" = false ] || [ "$docker_host_network" = true ] || host=host.docker.internal
  if [ -f "$store/k6-prometheus.yml" ]; then
    add_output experimental-prometheus-rw
    add_output_variable K6_PROMETHEUS_RW_SERVER_URL "http://$host:$(setting PROMETHEUS_PORT 9090)/api/v1/write"
    want_percentiles
  fi
  [ ! -f "$store/k6-influxdb.yml" ] || add_output "influxdb=http://$host:$(setting INFLUXDB_PORT 8086)/k6"
}

show_stack() {
  [ "$use_stack" = true ] || return 0
  printf 'GRAFANA_PORT=%s' "$grafana_port"
  printf ' %s' ${stack_command[@]+"${stack_command[@]}"}
  printf '\n'
}

# start_stack: waits until all of it is healthy; what runs already stays as it is.
start_stack() {
  [ "$use_stack" = true ] || return 0
  explain "running: ${stack_command[*]}"
  ${stack_command[@]+"${stack_command[@]}"} >&2 || fail "$EXIT_OUTPUT_DOWN" "--stack: Grafana and its data stores could not be started, see above." \
    "$(command_line ${positionals[@]+"${positionals[@]}"})"
  say "Dashboards: http://localhost:$grafana_port/d/k6-results?var-run=$run_id"
}
