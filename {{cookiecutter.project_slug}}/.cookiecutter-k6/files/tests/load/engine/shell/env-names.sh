# Owns: which names of --env-file and environments/ reach k6: settings, and what the tests of this project read. Anything
# else in such a file changes how programs run, or nothing at all.

# Variables that the docs list and no table of settings has
readonly DOCUMENTED_NAMES='K6_IMAGE CONTAINER_ENGINE GRAFANA_PORT PROMETHEUS_PORT INFLUXDB_PORT K6_CLOUD_TOKEN
  K6_WEB_DASHBOARD_PERIOD SSL_CERT_FILE SSL_CERT_DIR HTTP_PROXY HTTPS_PROXY NO_PROXY http_proxy https_proxy no_proxy'

# Why a name is not passed on; empty: it is
why_not=''
# The code of the tests; empty until it is needed
own_code=''
# Files elsewhere whose code is in it, between line breaks
code_elsewhere=''

# why_not_passed NAME: sets $why_not.
why_not_passed() {
  why_not=''
  ! is_documented "$1" || return 0
  if acts_on_programs "$1"; then
    why_not='it is no setting, and changes how programs run. Export it if that is meant.'
  elif ! is_secret "$1" && ! is_named_in_tests "$1"; then
    why_not='it is no setting, and no test names it. Export it, or name it in a test, if one reads it.'
  fi
}

# is_documented NAME
is_documented() {
  case $1 in K6_INFLUXDB_* | K6_PROMETHEUS_RW_* | K6_OTEL_*) return 0 ;; esac
  load_setting_names
  case " ${WRAPPER_SETTINGS//$'\n' /} ${DOCUMENTED_NAMES//$'\n' /} " in *" $1 "*) return 0 ;; esac
  is_suite_setting "$1" || is_of_feature "$1"
}

# acts_on_programs NAME: is it read by k6, a shell, the loader or a language? These are never of a test.
acts_on_programs() {
  case $1 in
    K6_* | XDG_* | LD_* | DYLD_* | GLIBC_* | MALLOC_* | BASH_* | ENV | SHELLOPTS | BASHOPTS | PS4 | PROMPT_COMMAND | SHELL | IFS) return 0 ;;
    NODE_* | NPM_* | PYTHON* | PERL* | RUBY* | JAVA_* | _JAVA_* | JDK_* | GIT_* | GODEBUG | GOGC | GOMAXPROCS | GOMEMLIMIT | GOTRACEBACK) return 0 ;;
    SSLKEYLOGFILE | TMPDIR | PATH | HOME | USER | PWD | DOCKER_*) return 0 ;;
    *) return 1 ;;
  esac
}

# is_named_in_tests NAME: as a whole word, anywhere in the code of the suite that its owner edits, in a test given by its path,
# or in a module that these import: __ENV.NAME, `const { NAME } = __ENV`, a comment.
is_named_in_tests() {
  local word="(^|[^A-Za-z0-9_])$1([^A-Za-z0-9_]|$)" name
  if [ -z "$own_code" ]; then
    own_code=' '
    read_code "$suite"
    for name in ${positionals[@]+"${positionals[@]}"}; do add_code "$name"; done
  fi
  case $own_code in *"$1"*) [[ $own_code =~ $word ]] ;; *) return 1 ;; esac
}

# read_code FOLDER: with all folders in it, but links: they may lead in circles.
read_code() {
  local path
  for path in "$1"/*; do
    if [ -d "$path" ] && [ ! -L "$path" ]; then
      case $path in "$suite"/engine | "$suite"/results | */node_modules) ;; *) read_code "$path" ;; esac
    else
      add_code "$path"
    fi
  done
}

# add_code FILE: and the modules elsewhere in the project that it imports.
add_code() {
  local text='' inside up=../
  case $1 in *.js | *.mjs | *.cjs | *.ts) ;; *) return 0 ;; esac
  [ -f "$1" ] && [ -r "$1" ] || return 0
  IFS= read -r -d '' text <"$1" || :
  own_code+=$text$'\n'
  case $1 in
    "$suite"/*)
      inside=${1#"$suite"/}
      while [ "$inside" != "${inside#*/}" ]; do inside=${inside#*/} up+=../; done
      # Most files import nothing that is so far away.
      case $text in *"$up"*) add_imports "${1%/*}" "$text" "$up" ;; esac
      ;;
    */*) add_imports "${1%/*}" "$text" . ;;
    *) add_imports . "$text" . ;;
  esac
}

# add_imports FOLDER TEXT START: modules whose path from FOLDER begins with START, each once.
add_imports() {
  local rest=$2 import="['\"]([.][.]?/[^'\"]+)['\"]" up='[^/.][^/]*/[.][.]/' path
  while [[ $rest =~ $import ]]; do
    path=${BASH_REMATCH[1]}
    rest=${rest#*"${BASH_REMATCH[0]}"}
    case $path in "$3"*) path=$1/$path ;; *) continue ;; esac
    path=${path//\/.\///}
    while [[ $path =~ $up ]]; do path=${path/"${BASH_REMATCH[0]}"/}; done
    case $code_elsewhere in *$'\n'"$path"$'\n'*) continue ;; esac
    [ "${#code_elsewhere}" -le 20000 ] || return 0
    code_elsewhere+=$'\n'$path$'\n'
    add_code "$path"
  done
}
