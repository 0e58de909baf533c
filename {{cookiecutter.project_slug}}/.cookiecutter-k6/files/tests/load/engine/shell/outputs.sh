# Owns: where samples go besides the summary: --out and --output.

# What Prometheus gets of each trend, besides the counts
readonly TREND_STATS='p(50),p(95),p(99),avg,max'

outputs=()
raw_output=''
# Variables of k6 that belong to an output
output_names=()
output_values=()
endpoint=''

add_output() { outputs+=("$1"); }
set_raw_output() { raw_output=$1; }

add_output_variable() {
  output_names+=("$1")
  output_values+=("$2")
}

# prepare_outputs: turns --out into k6's names and checks that the other end answers: if it does not, k6 only logs an
# error and exits with 0.
prepare_outputs() {
  local i output found origin
  for ((i = 0; i < ${#outputs[@]}; i++)); do
    output=${outputs[i]}
    ! has_credentials "$output" ||
      refuse "--out ${output%%=*}: a password on a command line is visible to every user. Export K6_INFLUXDB_USERNAME, K6_INFLUXDB_PASSWORD or K6_PROMETHEUS_RW_USERNAME, K6_PROMETHEUS_RW_PASSWORD."
    case $output in
      prometheus=* | experimental-prometheus-rw=*)
        # k6 ignores a URL behind the name.
        add_output_variable K6_PROMETHEUS_RW_SERVER_URL "${output#*=}"
        outputs[i]=experimental-prometheus-rw
        ;;
      prometheus) outputs[i]=experimental-prometheus-rw ;;
    esac
    [ "${outputs[i]}" != experimental-prometheus-rw ] || want_percentiles
    [ "$action" != run ] || endpoint_answers "$output" ||
      fail "$EXIT_OUTPUT_DOWN" "--out $output: nothing answers at $(masked "$endpoint"). Start it, or leave the option out."
  done
  find_setting K6_OUT
  # k6 reads it from its environment only.
  case $origin in option | suite.env) found='' ;; esac
  [ -n "$found" ] && [ "$action" = run ] || return 0
  if [ "${#outputs[@]}" -gt 0 ] || [ -n "$raw_output" ]; then
    warn 'k6 ignores K6_OUT because of --out or --output.'
  elif ! endpoint_answers "$found"; then
    warn "K6_OUT=$(masked "$found"): nothing answers at $(masked "$endpoint"); k6 will go on without it."
  fi
}

# want_percentiles: by default k6 sends only p99; the dashboards and most questions need more.
want_percentiles() {
  [ -n "$(setting K6_PROMETHEUS_RW_TREND_STATS)" ] || [ "${K6_PROMETHEUS_RW_TREND_AS_NATIVE_HISTOGRAM:-}" = true ] ||
    add_output_variable K6_PROMETHEUS_RW_TREND_STATS "$TREND_STATS"
}

# endpoint_of OUTPUT: prints the URL it sends to, nothing for files.
endpoint_of() {
  case $1 in
    prometheus=* | experimental-prometheus-rw=* | influxdb=*) printf '%s' "${1#*=}" ;;
    prometheus | experimental-prometheus-rw) setting K6_PROMETHEUS_RW_SERVER_URL http://localhost:9090/api/v1/write ;;
    influxdb) setting K6_INFLUXDB_ADDR http://localhost:8086 ;;
    opentelemetry)
      case $(setting K6_OTEL_EXPORTER_PROTOCOL grpc) in
        http*) printf 'http://%s' "$(setting K6_OTEL_HTTP_EXPORTER_ENDPOINT localhost:4318)" ;;
        *) printf 'http://%s' "$(setting K6_OTEL_GRPC_EXPORTER_ENDPOINT localhost:4317)" ;;
      esac
      ;;
  esac
}

# endpoint_answers OUTPUT: sets $endpoint for messages. k6 judges what is not a URL.
endpoint_answers() {
  local url_scheme url_host url_port url_path url_credentials
  endpoint=$(endpoint_of "$1")
  [ -n "$endpoint" ] && parse_url "$endpoint" || return 0
  answers "$url_host" "$(port_of "$url_scheme" "$url_port")"
}

# stores_series: does an output go to a store of time series? All of them only log that they lost metrics.
stores_series() {
  local output
  for output in ${outputs[@]+"${outputs[@]}"}; do
    case $output in influxdb | influxdb=* | experimental-prometheus-rw | opentelemetry) return 0 ;; esac
  done
  return 1
}
