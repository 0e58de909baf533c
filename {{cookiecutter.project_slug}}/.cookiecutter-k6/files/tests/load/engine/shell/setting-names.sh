# Owns: the names of the suite's settings. A container does not inherit the environment, and --dry-run shows a value
# from --env-file only when its name is known; both ask the tables of the suite, so that there is no second list.

# Settings that reach k6 as `--env NAME=value` whenever they are set, so that the printed command is complete.
readonly SHOWN_SETTINGS='PROFILE_SET VUS RATE DURATION TIME_SCALE THINK_TIME SLO THRESHOLDS SEGMENT'
# Settings that k6 gets by other means, or does not need
readonly WRAPPER_SETTINGS='ALL_TESTS BASE_URL PROFILE START_COMMAND START_DIR START_TIMEOUT WAIT_TIMEOUT RESULTS_DIR RUN_ID
  GIT_COMMIT RUN_K6_VERSION GENERATOR_LIMITS KEEP_RUNS'

# Between blanks; empty until load_setting_names
setting_names=''
# Patterns of variables of features, besides the settings in their tables
feature_patterns=()

# add_feature_names PATTERN: of a feature.
add_feature_names() { feature_patterns+=("$1"); }

# is_of_feature NAME
is_of_feature() {
  local pattern
  for pattern in ${feature_patterns[@]+"${feature_patterns[@]}"}; do
    # shellcheck disable=SC2053  # a pattern
    [[ $1 != $pattern ]] || return 0
  done
  return 1
}

# load_setting_names: reads the rows `  NAME: ...` of the tables. Without the tables, only the settings above are known.
load_setting_names() {
  local file text line name known=" $SHOWN_SETTINGS ${WRAPPER_SETTINGS//$'\n' /} " IFS=$'\n'
  [ -z "$setting_names" ] || return 0
  setting_names=' '
  for file in "$suite"/engine/settings/*.js "$suite"/engine/features/*/{feature,settings}.js; do
    [ -r "$file" ] || continue
    # Reading line by line takes three times as long.
    IFS= read -r -d '' text <"$file" || :
    set -f
    for line in $text; do
      case $line in '  '[A-Z]*': '[a-z'{']*) ;; *) continue ;; esac
      name=${line%%: *}
      name=${name#  }
      case $name in *[!A-Z0-9_]*) continue ;; esac
      case $known in *" $name "*) ;; *) setting_names+="$name " ;; esac
    done
    set +f
  done
  [ "$setting_names" != ' ' ] || explain "no table of settings was found in $suite/engine/settings."
}

# is_suite_setting NAME
is_suite_setting() {
  load_setting_names
  case " $SHOWN_SETTINGS BASE_URL PROFILE $setting_names" in *" $1 "*) return 0 ;; *) return 1 ;; esac
}
