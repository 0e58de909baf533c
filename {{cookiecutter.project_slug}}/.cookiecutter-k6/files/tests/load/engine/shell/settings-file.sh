# Owns: the reader of suite.env and --env-file, for every shell script of the suite. It stands alone: it needs no other
# part.
#
# The rules are those of parseEnvFile in the suite's JavaScript: KEY=value, `export` in front, quotes, comments behind
# a blank, a byte order mark, CRLF. The last line of a name wins. Nothing is expanded or executed.

parsed_names=()
parsed_values=()
parsed_value=''
bad_line=''

# parse_settings FILE: fills $parsed_names and $parsed_values. Fails on a bad line and sets $bad_line to its number; the
# line itself is not for printing, it may hold a secret.
parse_settings() {
  local line number=0 assignment=$'^(export[ \t]+)?([A-Za-z_][A-Za-z0-9_]*)=(.*)$'
  parsed_names=() parsed_values=() bad_line=''
  while IFS= read -r line || [ -n "$line" ]; do
    number=$((number + 1))
    [ "$number" -gt 1 ] || line=${line#$'\xef\xbb\xbf'}
    line=${line%$'\r'}
    line=${line#"${line%%[! $'\t']*}"}
    case $line in '' | '#'*) continue ;; esac
    if ! [[ $line =~ $assignment ]]; then
      bad_line=$number
      return 1
    fi
    parsed_names+=("${BASH_REMATCH[2]}")
    bare_value "${BASH_REMATCH[3]}"
    parsed_values+=("$parsed_value")
  done <"$1"
}

# bare_value TEXT: sets $parsed_value, the text without blanks around it and without its quotes or its comment.
bare_value() {
  local comment=$'^(.*[^ \t])?([ \t]+#.*)$' value=$1
  local quoted=$'^("([^"]*)"|\'([^\']*)\')([ \t]+#.*)?$'
  value=${value#"${value%%[! $'\t']*}"}
  value=${value%"${value##*[! $'\t']}"}
  if [[ $value =~ $quoted ]]; then
    parsed_value=${BASH_REMATCH[2]}${BASH_REMATCH[3]}
    return
  fi
  parsed_value=$value
  case $value in
    \"*\" | \'*\')
      if [ "${#value}" -ge 2 ]; then
        parsed_value=${value#?}
        parsed_value=${parsed_value%?}
        return
      fi
      ;;
    '#'*)
      parsed_value=''
      return
      ;;
  esac
  while [[ $parsed_value =~ $comment ]]; do parsed_value=${BASH_REMATCH[1]}; done
}

# find_parsed NAME: sets $parsed_value to the last value of NAME; empty if there is none.
find_parsed() {
  local i
  parsed_value=''
  for ((i = 0; i < ${#parsed_names[@]}; i++)); do
    [ "${parsed_names[i]}" != "$1" ] || parsed_value=${parsed_values[i]}
  done
}
