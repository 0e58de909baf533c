# Owns: the parser of the command line; it keeps nothing itself.

# help_wanted ARGUMENTS...: help is printed even if everything else is wrong.
help_wanted() {
  local argument
  for argument in "$@"; do
    case $argument in
      --) return 1 ;;
      -h | --help) return 0 ;;
    esac
  done
  return 1
}

parse_arguments() {
  local flag
  while [ $# -gt 0 ]; do
    case $1 in
      --)
        shift
        take_k6_arguments "$@"
        return
        ;;
      -?*)
        flag=${1%%=*}
        option_row "$flag" || refuse_unknown_option "$1"
        if [ -z "$row_value" ]; then
          [ "$flag" = "$1" ] || refuse "$flag takes no value, got '$1'." "$(command_line "$flag")"
          take_switch "$flag"
        elif [ "$flag" != "$1" ]; then
          take_option "$flag" "${1#*=}"
        else
          [ $# -ge 2 ] || refuse_value "$flag" 'nothing'
          case $2 in --*) refuse_value "$flag" "the option $2" ;; esac
          take_option "$flag" "$2"
          shift
        fi
        ;;
      *) take_name "$1" ;;
    esac
    shift
  done
}

refuse_unknown_option() {
  case $1 in
    -*.js) refuse "'$1' looks like an option. Write a file name with its folder." "$(command_line "./$1")" ;;
    -u* | -d? | -d | -i* | -s) refuse "unknown option '$1'. Use --vus and --duration instead of k6's own flags for load." "$(command_line smoke --vus 5 --duration 1m)" ;;
    *) refuse "unknown option '$1'. Write k6's own flags behind --." "$(command_line --help)" ;;
  esac
}

# refuse_value FLAG GOT: uses the row of the flag.
refuse_value() {
  refuse "$1 needs $(accepts "$row_kind"), got $2." "$(command_line smoke "$1" "$row_example")"
}

# check_k6_arguments: refuses what is behind -- and would replace the scenarios, remove the verdict or bypass the checks
# of --env and --out.
check_k6_arguments() {
  local argument before=''
  for argument in ${k6_arguments[@]+"${k6_arguments[@]}"}; do
    case $before$argument in
      --tag*[[:cntrl:]]* | --tag*\\)
        refuse "--tag $(printable "$argument"): a tag must not hold a line break or end with a backslash: stores of time series lose samples with such tags." \
          "$(command_line smoke -- --tag team=shop)"
        ;;
    esac
    before=''
    [ "$argument" != --tag ] || before=--tag
    case $argument in
      --vus | --vus=* | -u | -u[0123456789]* | -u=*)
        refuse "$argument behind -- replaces the profile. Use the option of this script." "$(command_line smoke --vus 5)"
        ;;
      --duration | --duration=* | -d | -d[0123456789]* | -d=* | --iterations | --iterations=* | -i | -i[0123456789]* | -i=* | --stage | --stage=* | -s | -s[0123456789]* | -s=*)
        refuse "$argument behind -- replaces the profile. Use --duration of this script." "$(command_line smoke --duration 1m)"
        ;;
      --env | --env=* | -e | -e?*)
        refuse "${argument%%=*} behind -- is not checked. Use --env of this script." "$(command_line smoke --env NAME=VALUE)"
        ;;
      --no-thresholds* | --no-summary* | --summary-mode* | --no-setup*)
        refuse "$argument behind -- removes the verdict of the run. Use --threshold to change thresholds." \
          "$(command_line smoke --threshold 'http_req_duration=p(95)<2000')"
        ;;
      --http-debug*)
        refuse "$argument behind -- prints every request with its tokens and passwords. Look at a single one with curl -v instead." \
          "$(command_line smoke --verbose)"
        ;;
      --out | --out=* | -o | -o?*)
        refuse "$(masked "$argument") behind -- is not checked. Use --out of this script." "$(command_line smoke --out csv=samples.csv)"
        ;;
      -[!-]?*)
        refuse "${argument%%=*} behind -- may be several flags in one word. Write each k6 flag separately, in its long form." \
          "$(command_line smoke -- --tag team=shop)"
        ;;
    esac
  done
}
