# Owns: which tests run under which profile; it keeps nothing itself, the runs are jobs.

# tests_of_all: prints what `all` runs, one per line: the tests in ALL_TESTS, or every one.
tests_of_all() {
  local names
  names=$(setting ALL_TESTS)
  names=${names//, /,}
  if [ -n "$names" ]; then printf '%s\n' "${names//,/$'\n'}"; else names_in scripts; fi
}

# profile_script NAME: prints the file of a profile. A variant such as smoke-ramping runs in the file of the profile it
# is named after; fails if there is none.
profile_script() {
  script_in scenarios "$1" && return 0
  case $1 in *-*) ;; *) return 1 ;; esac
  ! script_in scripts "$1" >/dev/null && [ -r "$suite/config/profiles.js" ] || return 1
  case $(<"$suite/config/profiles.js") in *"'$1':"*) script_in scenarios "${1%%-*}" ;; *) return 1 ;; esac
}

is_profile() { is_kind name "$1" && profile_script "$1" >/dev/null; }

# test_name NAME: prints the name of the file in scripts/; fails if there is none.
test_name() {
  case $1 in '' | .* | */*) return 1 ;; esac
  if script_in scripts "$1" >/dev/null; then
    printf '%s' "$1"
  elif [ "$1" = api ] && [ -f "$suite/scripts/api-public.js" ]; then
    printf 'api-public'
  else
    return 1
  fi
}

is_path() {
  case $1 in */* | *.js | *.ts) return 0 ;; *) return 1 ;; esac
}

# script_file PATH: prints the absolute path; refuses what k6 could not run.
script_file() {
  local file=$1 folder
  case $file in
    /*) ;;
    *) if [ -e "$file" ]; then file=./$file; else file=$suite/$1; fi ;;
  esac
  [ -e "$file" ] || refuse "no such file: '$1', neither from here nor from tests/load." "$(command_line --list)"
  [ ! -d "$file" ] || refuse "'$1' is a folder; name a script in it." "$(command_line --list)"
  [ -f "$file" ] && [ -r "$file" ] || refuse "'$1' cannot be read." "$(command_line --list)"
  folder=$(cd -- "${file%/*}" && pwd -P) || refuse "'$1' cannot be read." "$(command_line --list)"
  printf '%s' "$folder/${file##*/}"
}

add_profile_job() { add_job "$1" "$(profile_script "$1")" "$1"; }

# add_test_jobs TEST PROFILE
add_test_jobs() {
  local test file name
  if [ "$1" = all ]; then
    while IFS= read -r name; do
      trim "$name"
      [ -n "$trimmed" ] || continue
      test=$(test_name "$trimmed") || refuse "ALL_TESTS names '$trimmed', which is no test in scripts/." "$(command_line --list)"
      add_job "$test" "$(script_in scripts "$test")" "${2:-smoke}"
    done <<<"$(tests_of_all)"
    [ "${#jobs[@]}" -gt 0 ] || refuse "no test in $suite/scripts."
  elif test=$(test_name "$1"); then
    add_job "${2:+$2-}$test" "$(script_in scripts "$test")" "$2"
  elif is_path "$1"; then
    file=$(script_file "$1")
    name=${file##*/}
    name=${name%.?s}
    if [ "${file%/*}" = "$suite/scenarios" ]; then
      [ -z "$2" ] || [ "$2" = "$name" ] || refuse "scenarios/$name.js always runs the profile $name, not $2." "$(command_line "$2")"
      add_job "$name" "$file" "$name"
    else
      add_job "${2:+$2-}$name" "$file" "$2"
    fi
  else
    refuse_name "$1"
  fi
}

refuse_name() {
  refuse "unknown profile or test '$1'. Profiles: $(one_line "$(names_in scenarios)"). Tests: $(one_line "$(names_in scripts)"), api, all. Or a file." \
    "$(command_line --list)"
}

choose_tests() {
  local count found origin first second
  run_hooks names
  count=${#positionals[@]} first=${positionals[0]-} second=${positionals[1]-}
  find_setting PROFILE
  case $count in
    0)
      [ -n "$found" ] || found=smoke
      is_profile "$found" || refuse "the profile $found has no file in scenarios/. Give it a test." "$(command_line health --profile "$found")"
      add_profile_job "$found"
      ;;
    1)
      if is_profile "$first"; then
        [ "$origin" != option ] || [ -z "$found" ] || [ "$found" = "$first" ] ||
          refuse "the profile is given twice: $first and --profile $found." "$(command_line "$first")"
        add_profile_job "$first"
      else
        add_test_jobs "$first" "$found"
      fi
      ;;
    2)
      if ! is_profile "$first"; then
        ! is_profile "$second" || refuse "the profile comes first, then the test." "$(command_line "$second" "$first")"
        ! test_name "$second" >/dev/null || explain "$second is a test."
        refuse "unknown profile '$first'. Profiles with a file: $(one_line "$(names_in scenarios)"). Others: --profile." \
          "$(command_line "$second" --profile "$first")"
      fi
      [ "$origin" != option ] || [ -z "$found" ] || [ "$found" = "$first" ] ||
        refuse "the profile is given twice: $first and --profile $found." "$(command_line "$first" "$second")"
      add_test_jobs "$second" "$first"
      ;;
    *) refuse "too many names: ${positionals[*]}. One profile and one test at most." "$(command_line load health)" ;;
  esac
}

# settle_workload: lets the profiles run the journeys of the suite's owner, unless WORKLOAD says what they run.
settle_workload() {
  local name own found origin
  find_setting WORKLOAD
  [ -z "$found" ] || return 0
  for name in ${jobs[@]+"${jobs[@]}"}; do
    select_job "$name"
    case $job_script in
      "$suite"/scenarios/*)
        own=$(own_journeys)
        [ -n "$own" ] || return 0
        explain "the profiles run the journeys of $own. To run others, set WORKLOAD."
        set_option WORKLOAD "$own"
        return 0
        ;;
    esac
  done
}

# run_label: prints what the run id says of the tests.
run_label() {
  if [ "${#groups[@]}" -gt 1 ]; then
    printf 'all%s' "${positionals[1]+-${positionals[0]}}"
  else
    select_job "${jobs[0]}"
    printf '%s' "$job_baseline"
  fi
}
