# Owns: the hooks, by which an optional feature (engine/features/NAME/shell.sh) takes part in a run.
#
#   command ARGS...     before anything else; a feature that knows the first word acts and exits
#   switch FLAG         a switch of the option table that the core does not know
#   names               before the names on the command line are looked up
#   chosen              the runs are known
#   guard               the host of the service was accepted
#   named               a run has got its id and folder; once for each
#   k6                  k6 was found, nothing has been started
#   outputs             the outputs are known
#   paths               the paths as k6 sees them are known; before each command is built
#   environment         the environment of a k6 process is being built
#   flags               the flags of a k6 process are being built
#   wait-flags          the same, of the readiness check
#   dry-run             --dry-run prints what happens before k6 starts
#   start               just before the run folder is made
#   leftovers ID        an earlier run was killed; what it may have left
#   finished CODE       everything is over, with this exit code, which does not change any more
#   killed              this run was stopped at once; what it may have left
#   not-needed MODULE   succeeds when a k6 extension is not needed with the present settings
#
# Functions of `finished` and `killed` run while signals are caught and may not use $(...), see process.sh.

# HOOK:FUNCTION, between blanks
hooks=''

# on HOOK FUNCTION
on() { hooks+=" $1:$2"; }

# run_hooks HOOK ARGUMENTS...: calls every function, in the order of their files.
run_hooks() {
  local entry hook=$1
  shift
  for entry in $hooks; do
    case $entry in "$hook:"*) "${entry#*:}" "$@" ;; esac
  done
}

# any_hook HOOK ARGUMENTS...: does one of the functions succeed?
any_hook() {
  local entry hook=$1
  shift
  for entry in $hooks; do
    case $entry in "$hook:"*) ! "${entry#*:}" "$@" || return 0 ;; esac
  done
  return 1
}
