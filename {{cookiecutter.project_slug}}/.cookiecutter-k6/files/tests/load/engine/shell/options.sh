# Owns: the option table and what the options of a call say.
#
#   flag | value | setting | kind | example | help
#
# The parser, `--help` and every usage error read it. A line without `|` is a heading of the help.

option_table='
What to run
--profile|NAME|PROFILE|name|load|Run the test under this profile; it needs no file in scenarios/
--profile-set|NAME|PROFILE_SET|name|core|Use this set of profiles (tests/load/config/profiles.js)
--list|||||List the profiles and tests
How much
--vus|N|VUS|vus|20|Set the peak number of VUs; every stage scales with it
--rate|N|RATE|vus|50|Start N iterations per second (open model); --vus limits the VUs
--duration|T|DURATION|duration|2m|Set the length of the hold: 30s, 5m, 1m30s
--time-scale|X|TIME_SCALE|scale|0.1|Stretch the stages that --duration does not set
--think-time|X|THINK_TIME|think|0.5|Multiply every pause; 0 removes them
--segment|PART|SEGMENT|segment|1/4|Run one part of a test split over N machines; then: merge RUN
Where
--base-url|URL|BASE_URL|url|http://localhost:8000|Set the address of the service; default http://localhost:BACKEND_PORT
--yes||ALLOW_REMOTE|||Load a host that is not in ALLOWED_HOSTS (asks for its name)
--allow-heavy||ALLOW_HEAVY|||Allow stress, spike, breakpoint and load above the caps on a remote host
--allow-writes||ALLOW_WRITES|||Allow requests that change data on a remote host
Pass/fail criteria
--threshold|M=EXPR||threshold|http_req_duration=p(95)<300|Replace a threshold; repeatable
--slo|NAME|SLO|name|target|Add service-level thresholds: target, critical, strict, desk or saas
The service
--wait|T|WAIT_TIMEOUT|duration|60s|Wait this long until it is healthy; default 30s
--no-wait|||||Neither wait for it nor start it
--start|COMMAND|START_COMMAND|text|npm start|Start it if nothing answers, and stop it afterwards
Baselines
--save-baseline|||||Save the results as a baseline in tests/load/baselines/
--compare|||||Fail if a p95 is above the baseline, twice in a row
--runs|N||runs|5|Run this often; default 5 with --save-baseline, else 1
Results
--output|FILE||file|raw.json|Write every sample as JSON lines to the run folder
--out|OUTPUT||text|prometheus|Add a k6 output: csv=F, prometheus, influxdb=URL, ...; repeatable
--report|||||Fail with exit code 3 if report.html is missing
--dashboard|||||Also write the k6 dashboard to the run folder (dashboard.html)
Settings
--environment|NAME||name|staging|Use the settings of tests/load/environments/NAME.env
--env-file|FILE||text|tests/load/staging.secret.env|Read KEY=value lines; the environment takes precedence
--env|NAME=VALUE||pair|ENVIRONMENT=staging|Set a setting or a variable for the scripts; repeatable
This command
--docker|||||Run k6 in a container instead of a local k6
--dry-run|||||Print the k6 command and run nothing
--quiet|||||Print results and errors only
--verbose|||||Explain what is decided
--no-color|||||Print without colors; so does the variable NO_COLOR
--version|||||Print the versions of the suite and of k6
--help|||||Print this help (-h)
'

row_value=''
row_name=''
row_kind=''
row_example=''

positionals=()
k6_arguments=()
thresholds=()
action=run
report=false
dashboard=false
save_baseline=false
compare=false
runs=''
no_wait=false
use_docker=false

# add_options ROWS: of a feature.
add_options() { option_table+=$1$'\n'; }

# option_row FLAG: sets $row_value, $row_name, $row_kind, $row_example; fails for an unknown flag.
option_row() {
  local flag value name kind example help
  while IFS='|' read -r flag value name kind example help; do
    if [ "$flag" = "$1" ]; then
      row_value=$value row_name=$name row_kind=$kind row_example=$example
      return 0
    fi
  done <<<"$option_table"
  return 1
}

# take_switch FLAG: an option without a value.
take_switch() {
  case $1 in
    --list) action=list ;;
    --dry-run) action=dry-run ;;
    --version) action=version ;;
    --report) report=true ;;
    --dashboard) dashboard=true ;;
    --save-baseline) save_baseline=true ;;
    --compare) compare=true ;;
    --no-wait) no_wait=true ;;
    --docker) use_docker=true ;;
    --quiet) be_quiet ;;
    --verbose) be_verbose ;;
    --no-color) be_colorless ;;
    *) if [ -n "$row_name" ]; then set_option "$row_name" true; else run_hooks switch "$1"; fi ;;
  esac
}

# take_option FLAG VALUE
take_option() {
  [ -n "$2" ] || refuse_value "$1" 'an empty value'
  is_kind "$row_kind" "$2" || refuse_value "$1" "'$(masked "$2")'"
  case $1 in
    --threshold) thresholds+=("$2") ;;
    --out) add_output "$2" ;;
    --output) set_raw_output "$2" ;;
    --runs) runs=$2 ;;
    --environment) set_environment_name "$2" ;;
    --env-file) set_env_file "$2" ;;
    --env) take_env_pair "${2%%=*}" "${2#*=}" ;;
    *) set_option "$row_name" "$2" ;;
  esac
}

# take_env_pair NAME VALUE
take_env_pair() {
  case " $SHAPE_VARIABLES $VERDICT_VARIABLES " in
    *" $1 "*) refuse "--env $1 would replace the profile or the verdict. Use --vus and --duration." "$(command_line smoke --vus 5 --duration 1m)" ;;
  esac
  if is_secret "$1" || { [ "$1" != BASE_URL ] && has_credentials "$2"; }; then
    refuse "--env $1: a secret on a command line is visible to every user. Export it instead." \
      "export $1=...; $(command_line)"
  fi
  case $1 in
    RESULTS_DIR | RUN_K6_VERSION) refuse "--env $1: this command sets it. Export RESULTS_DIR to move the results." ;;
    BASELINE) refuse "--env $1: this command sets it." "$(command_line --compare)" ;;
    THRESHOLDS) thresholds=("$2") ;;
    *) set_option "$1" "$2" ;;
  esac
}

take_name() { positionals+=("$1"); }
take_k6_arguments() { k6_arguments=("$@"); }
skip_wait() { no_wait=true; }

# rename_positional OLD NEW
rename_positional() {
  local i
  for ((i = 0; i < ${#positionals[@]}; i++)); do
    [ "${positionals[i]}" != "$1" ] || positionals[i]=$2
  done
}

# join_thresholds: --threshold may be repeated, the setting is one text.
join_thresholds() {
  local joined='' threshold
  for threshold in ${thresholds[@]+"${thresholds[@]}"}; do joined+="${joined:+; }$threshold"; done
  [ -z "$joined" ] || set_option THRESHOLDS "$joined"
}

# settle_runs: sets $runs. A baseline needs several: one run says nothing about noise.
settle_runs() {
  [ "$save_baseline" = false ] || [ "$compare" = false ] ||
    refuse '--save-baseline and --compare exclude each other: a run either makes the baseline or is judged by it.'
  [ -z "$runs" ] || return 0
  runs=1
  [ "$save_baseline" = false ] || runs=5
}

# same_call WORDS...: prints this call with WORDS added, for `Try:` lines. Neither secrets nor pairs of --env.
same_call() {
  local flag value name kind example help words=(${positionals[@]+"${positionals[@]}"})
  while IFS='|' read -r flag value name kind example help; do
    if [ -z "$name" ] || ! has_option "$name"; then continue; fi
    case " $* " in *" $flag "*) continue ;; esac
    case $name in
      # May hold a password, or was joined from several options.
      BASE_URL | START_COMMAND | THRESHOLDS) ;;
      *)
        words+=("$flag")
        [ -z "$value" ] || words+=("$(setting "$name")")
        ;;
    esac
  done <<<"$option_table"
  [ -z "$environment_name" ] || words+=(--environment "$environment_name")
  [ -z "$env_file" ] || words+=(--env-file "$env_file")
  command_line ${words[@]+"${words[@]}"} "$@"
}
