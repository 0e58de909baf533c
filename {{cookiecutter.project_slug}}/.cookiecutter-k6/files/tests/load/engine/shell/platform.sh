# Owns: what is different on Windows.

on_windows=false

# tame_git_bash: it would rewrite arguments such as API_PREFIX=/api to paths of its own installation.
tame_git_bash() {
  case $(uname -s 2>/dev/null) in
    MINGW* | MSYS* | CYGWIN*)
      on_windows=true
      export MSYS_NO_PATHCONV=1 MSYS2_ARG_CONV_EXCL='*'
      ;;
  esac
}

# native PATH: prints it as programs outside the shell write it.
native() {
  if [ "$on_windows" = true ] && type -P cygpath >/dev/null; then
    cygpath -m -- "$1"
  else
    printf '%s' "$1"
  fi
}
