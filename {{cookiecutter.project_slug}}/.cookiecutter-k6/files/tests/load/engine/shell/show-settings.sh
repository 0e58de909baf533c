# Owns: `load-test.sh settings [WORD]`.

readonly BACKTICK=$'\140'

# The row of a table of settings that was read last
shown_name=''
shown_default=''
shown_meaning=''

# show_settings: prints the settings of the suite, each with its value, where that comes from, and what it means. WORD
# selects those that have it in their name, their meaning or the heading above them.
show_settings() {
  local word=${positionals[1]-} file line section='' seen=' '
  [ "${#positionals[@]}" -le 2 ] || refuse 'settings takes one word.' "$(command_line settings proxy)"
  load_setting_names
  # A page of a feature may name a setting again.
  for file in "$suite"/docs/settings.md "$suite"/docs/*.md; do
    [ -r "$file" ] || continue
    while IFS= read -r line; do
      line=${line%$'\r'}
      case $line in '#'*) section=${line##*# } ;; esac
      split_row "$line" || continue
      case $seen in *" $shown_name "*) continue ;; esac
      is_listed_setting "$shown_name" || continue
      matches "$word" "$section $shown_name $shown_meaning" || continue
      show_setting
      seen+="$shown_name "
    done <"$file"
  done
  [ "$seen" != ' ' ] ||
    refuse "no setting has '$(printable "$word")' in its name or description." "$(command_line settings)"
}

# split_row LINE: sets $shown_name, $shown_default and $shown_meaning from a row of a table of settings: the name as code,
# the default, the meaning.
split_row() {
  local rest
  case $1 in "| $BACKTICK"[A-Z]*"$BACKTICK | "*' | '*' |') ;; *) return 1 ;; esac
  rest=${1#"| $BACKTICK"}
  shown_name=${rest%%"$BACKTICK"*}
  rest=${rest#*"$BACKTICK |"}
  shown_default=${rest%%'| '*}
  shown_meaning=${rest#*'| '}
  shown_meaning=${shown_meaning%' |'}
  trim "${shown_default//$BACKTICK/}"
  shown_default=$trimmed
  shown_meaning=${shown_meaning//$BACKTICK/}
  shown_meaning=${shown_meaning//\\|/|}
}

# is_listed_setting NAME: tables of the docs also list variables of k6 and of CI.
is_listed_setting() {
  case " ${WRAPPER_SETTINGS//$'\n' /} " in *" $1 "*) return 0 ;; esac
  is_suite_setting "$1"
}

# matches WORD TEXT: in any case
matches() {
  local result=1
  shopt -s nocasematch
  case $2 in *"$1"*) result=0 ;; esac
  shopt -u nocasematch
  return "$result"
}

# show_setting: the one in $shown_name.
show_setting() {
  local found origin value
  find_setting "$shown_name"
  value=${found:-$shown_default}
  if [ -n "$found" ] && is_hidden "$shown_name" "$found"; then value='***'; fi
  [ "$shown_name" != HEADERS ] || ! has_secret_header "$found" || value='***'
  if [ -z "$found" ]; then origin=default; else origin+=${shown_default:+, default $shown_default}; fi
  printf '%s%s%s=%s  (%s)\n    %s\n' "$heading" "$shown_name" "$plain" "$(printable "$value")" "$origin" "$shown_meaning"
}
