# The message to a chat after a run (WEBHOOK_URL). It never changes the exit code of the run.

add_secret_names webhook_url

# Is there a command to send it with?
webhook_ready=false

on start prepare_webhook
on finished send_webhook

# prepare_webhook: builds the command. Whether there will be a summary of each job is seen when it is sent.
prepare_webhook() {
  local name summaries='' found origin
  find_setting WEBHOOK_URL
  [ -n "$found" ] || return 0
  set_paths "$run_root"
  for name in "${jobs[@]}"; do
    select_job "$name"
    summaries+=${summaries:+$'\n'}$inside_folder${job_folder#"$run_root"}/summary.json
  done
  set_environment
  [ -z "${REASON_FILE:-}" ] || add_child_variable REASON_FILE ''
  begin_command webhook "$run_root"
  add_words --quiet --log-format=raw
  add_env SUMMARIES "$summaries"
  add_env RUN_ID "$run_id"
  add_env PLANNED "${#jobs[@]}"
  add_words "$inside_suite/engine/features/webhook/send.js"
  keep_command webhook
  webhook_ready=true
}

# send_webhook CODE: of load-test.sh.
send_webhook() {
  local line problem=''
  [ "$webhook_ready" = true ] && [ -z "$interrupted" ] || return 0
  name_code "$1"
  use_command webhook
  add_env CODE "$1"
  add_env MEANING "$meaning"
  add_env REASON "$first_reason"
  start_helper >/dev/null 2>"$results/.webhook-$run_id"
  await_helper
  if [ "$child_code" -ne 0 ]; then
    while IFS= read -r line; do
      case $line in
        *'Error: '*' did not accept the message'*) problem=${line#*Error: } && problem=${problem%%" 	at "*} ;;
      esac
    done <"$results/.webhook-$run_id"
    warn "WEBHOOK_URL: ${problem:-the message could not be sent (k6 exit code $child_code)}. The verdict stays the same."
  fi
  rm -f -- "$results/.webhook-$run_id" 2>/dev/null || :
}
