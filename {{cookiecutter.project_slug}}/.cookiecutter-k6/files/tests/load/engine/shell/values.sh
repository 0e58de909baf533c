# Owns: the kinds of values, and which names are secrets.

# Names of secrets that no rule of is_secret covers, in lower case
secret_names=''

# accepts KIND: prints what is accepted, for messages.
accepts() {
  case $1 in
    vus) echo 'a whole number from 1 to 100000' ;;
    port) echo 'a whole number from 1 to 65535' ;;
    count) echo 'a whole number from 1 to 999999999' ;;
    runs) echo 'a whole number from 1 to 50' ;;
    segment) echo 'PART/PARTS such as 1/4, at most 100 parts' ;;
    duration) echo 'a duration with a unit, at least 1s, such as 30s, 5m or 1m30s' ;;
    scale) echo 'a number from 0.001 to 100' ;;
    think) echo 'a number from 0 to 10' ;;
    bool) echo 'true or false' ;;
    name) echo 'a name of letters, digits, - and _' ;;
    run_id) echo 'at most 100 letters, digits, . - and _, not starting with a dot, not "latest"' ;;
    url) echo 'http:// or https://, a host, optionally a port (1-65535) and a path; a % as %25' ;;
    threshold) echo 'METRIC=EXPRESSION without a semicolon' ;;
    pair) echo 'NAME=VALUE' ;;
    file) echo 'a plain file name: no folder, no leading dash or dot, not the name of a file that every run writes' ;;
    *) echo 'a value' ;;
  esac
}

# is_kind KIND VALUE
is_kind() {
  local pattern
  case $1 in
    vus) in_range "$2" 1 100000 ;;
    port) in_range "$2" 1 65535 ;;
    count) in_range "$2" 1 999999999 ;;
    runs) in_range "$2" 1 50 ;;
    segment)
      case $2 in */*) in_range "${2#*/}" 2 100 && in_range "${2%%/*}" 1 "${2#*/}" ;; *) return 1 ;; esac
      ;;
    duration) is_duration "$2" ;;
    scale) decimal_in_range "$2" 1 100000 ;;
    think) decimal_in_range "$2" 0 10000 ;;
    bool) [ "$2" = true ] || [ "$2" = false ] ;;
    name)
      pattern='^[A-Za-z0-9][A-Za-z0-9_-]*$'
      [[ $2 =~ $pattern ]]
      ;;
    run_id)
      pattern='^[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}$'
      [[ $2 =~ $pattern ]] && [ "$2" != latest ]
      ;;
    url) parse_url "$2" ;;
    threshold)
      pattern='^[A-Za-z_][A-Za-z0-9_]*(\{[^;]*\})?=[^;]+$'
      [[ $2 =~ $pattern ]]
      ;;
    pair)
      pattern='^[A-Za-z_][A-Za-z0-9_]*='
      [[ $2 =~ $pattern ]]
      ;;
    file)
      case $2 in -* | .* | */* | *\\* | *[[:cntrl:]]*) return 1 ;; esac
      # Capitals make no other file on macOS and Windows. `first` is a folder, see set_aside.
      lower "$2"
      case $lowered in
        first | summary.json | segment.json | report.html | report.md | junit.xml | timeline.json | dashboard.html | service.log | incomplete.txt) return 1 ;;
      esac
      ;;
    *) : ;;
  esac
}

# add_secret_names NAMES...: in lower case.
add_secret_names() { secret_names+=" $* "; }

# is_secret NAME: values of such names never reach a command line or the screen.
is_secret() {
  lower "$1"
  case $lowered in
    # Settings that only sound like it
    auth_mode | ws_token_in | api_key_in | api_key_name | login_token_in | login_token_name | oauth2_token_url | csrf_cookie) return 1 ;;
    database_url | *_key | *_dsn | *apikey* | *api_key* | *passw* | *passphrase* | *_pass | *token* | *secret*) return 0 ;;
    auth | auth_* | *_auth | *authorization* | *cookie* | *credential*) return 0 ;;
  esac
  case $secret_names in *" $lowered "*) return 0 ;; *) return 1 ;; esac
}
