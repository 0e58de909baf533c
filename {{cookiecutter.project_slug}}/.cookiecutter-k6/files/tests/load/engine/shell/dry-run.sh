# Owns: --dry-run, and how a command is shown; it keeps nothing itself.

# shown_command: prints $k6_command with its environment, as a line to paste. Secrets are named, not shown.
shown_command() {
  local i
  for ((i = 0; i < ${#child_names[@]}; i++)); do
    is_hidden "${child_names[i]}" "${child_values[i]}" || printf '%s=%s ' "${child_names[i]}" "$(quote "${child_values[i]}")"
  done
  for ((i = 0; i < ${#k6_command[@]}; i++)); do
    [ "$i" -eq 0 ] || printf ' '
    quote "${k6_command[i]}"
  done
}

# is_hidden NAME VALUE: of a variable for k6. What comes from --env-file may be a secret, unless it is a setting.
is_hidden() {
  local name
  ! is_secret "$1" && ! has_credentials "$2" || return 0
  ! is_suite_setting "$1" || return 1
  for name in ${file_names[@]+"${file_names[@]}"}; do
    [ "$name" != "$1" ] || return 0
  done
  return 1
}

print_dry_run() {
  local name i hidden
  [ -z "$service_command" ] ||
    printf '# If nothing answers at %s, first: %s\n' "$shown_url" "$(printable "$service_command")"
  run_hooks dry-run
  [ "$no_wait" = true ] || printf '# Waits until %s is healthy\n' "$shown_url"
  for name in ${jobs[@]+"${jobs[@]}"}; do
    select_job "$name"
    use_command "$job"
    hidden=''
    for ((i = 0; i < ${#child_names[@]}; i++)); do
      ! is_hidden "${child_names[i]}" "${child_values[i]}" || hidden+=" ${child_names[i]}"
    done
    [ -z "$hidden" ] || printf '# Export first:%s\n' "$hidden"
    printf 'mkdir -p %s\n%s\n' "$(quote "$job_folder")" "$job_line"
  done
}
