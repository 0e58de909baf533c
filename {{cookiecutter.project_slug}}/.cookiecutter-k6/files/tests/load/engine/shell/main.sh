# The order of steps. Everything is decided first and done afterwards: before the first process is started, every
# command and text is ready. It keeps nothing itself.

main() {
  choose_colors
  run_hooks command "$@"
  if help_wanted "$@"; then
    print_help
    exit 0
  fi
  parse_arguments "$@"
  choose_colors
  join_thresholds
  check_k6_arguments
  open_suite
  prepare_docker

  case $action in
    list)
      print_list
      exit 0
      ;;
    version)
      print_version
      exit 0
      ;;
  esac

  check_settings
  drop_dangerous_variables
  [ "$use_docker$verbose" = falsefalse ] || load_setting_names
  case ${positionals[0]-} in
    compare)
      compare_runs
      exit 0
      ;;
    merge) merge_segments ;;
    doctor)
      diagnose
      exit 0
      ;;
    settings)
      show_settings
      exit 0
      ;;
  esac
  choose_tests
  settle_workload
  run_hooks chosen
  settle_runs
  repeat_jobs "$runs"
  prepare_segment
  require_baselines
  check_mounts
  resolve_target
  guard_target
  run_hooks guard
  [ "$no_wait" = false ] || ! has_option START_COMMAND ||
    refuse '--start and --no-wait exclude each other: a started service has to be waited for.'
  name_run

  if [ "$action" = dry-run ]; then
    [ "$use_docker" = true ] || find_k6 || use_k6 k6
  else
    require_k6
    run_hooks k6
  fi
  prepare_outputs
  run_hooks outputs
  plan_all
  if [ "$action" = dry-run ]; then
    print_dry_run
    exit 0
  fi

  name_leftovers
  name_dead_runs
  run_hooks start
  install_traps
  make_run_folder
  if [ "$no_wait" = false ]; then
    start_service
    leave_if_interrupted
    wait_for_service
  fi
  leave_if_interrupted
  run_all
  exit_with_worst
}

# open_suite: reads the settings of the suite that load-test.sh has found.
open_suite() {
  [ -d "$suite/scripts" ] && [ -d "$suite/scenarios" ] ||
    refuse "no suite in $suite: it needs the folders scenarios/ and scripts/."
  name_this
  tame_git_bash
  load_settings
}
