# Owns: what is different on Windows.

system_name=''
on_windows=false
# What make_native made
native_path=''

# tame_git_bash: it would rewrite arguments such as API_PREFIX=/api to paths of its own installation.
tame_git_bash() {
  system_name=$(uname -s 2>/dev/null) || system_name=''
  case $system_name in
    MINGW* | MSYS* | CYGWIN*)
      on_windows=true
      export MSYS_NO_PATHCONV=1 MSYS2_ARG_CONV_EXCL='*'
      ;;
  esac
}

# make_native PATH: sets $native_path, as programs outside the shell write it.
make_native() {
  native_path=$1
  [ "$on_windows" = false ] || ! type -P cygpath >/dev/null || native_path=$(cygpath -m -- "$1")
}

# native PATH: prints it.
native() {
  make_native "$1"
  printf '%s' "$native_path"
}
