# Owns: the runs of this call. A job is one run of k6 over one test; its fields are kept as job_N_FIELD.
#
#   name      what is printed            script    file of the test       profile   empty: the script's own
#   group     the runs of one test       baseline  name of its baseline
#   id        run id                     folder    of its results
#   banner    printed before it          line      its k6 command as text
#   code      exit code, empty: not run  seconds   it took
#   database  true: it writes to one
#
# select_job makes one job the present one: its fields are in $job_name, $job_script, ...

readonly JOB_FIELDS='name script profile group baseline id folder banner line code seconds database'

# Ids of the jobs and groups, in order: job_1, job_2, ...; group_1, ...
jobs=()
groups=()
job=''
job_name=''
job_script=''
job_profile=''
job_group=''
job_baseline=''
job_id=''
job_folder=''
job_banner=''
job_line=''
job_code=''
job_seconds=''
job_database=''

# add_job NAME SCRIPT PROFILE: a test that is run once; it gets a group of its own.
add_job() {
  groups+=("group_$((${#groups[@]} + 1))")
  new_job "$1" "$2" "$3" "group_${#groups[@]}" "$(file_name "$1")"
}

# new_job NAME SCRIPT PROFILE GROUP BASELINE
new_job() {
  local field
  job=job_$((${#jobs[@]} + 1))
  jobs+=("$job")
  for field in $JOB_FIELDS; do set_field "$field" ''; done
  set_field name "$1"
  set_field script "$2"
  set_field profile "$3"
  set_field group "$4"
  set_field baseline "$5"
}

# set_field FIELD VALUE: of the present job.
set_field() {
  printf -v "${job}_$1" '%s' "$2"
  printf -v "job_$1" '%s' "$2"
}

# select_job JOB
select_job() {
  local field name
  job=$1
  for field in $JOB_FIELDS; do
    name=${job}_$field
    printf -v "job_$field" '%s' "${!name}"
  done
}

# keep_jobs FUNCTION: keeps the jobs for which FUNCTION succeeds.
keep_jobs() {
  local all=(${jobs[@]+"${jobs[@]}"}) one
  jobs=() groups=()
  for one in ${all[@]+"${all[@]}"}; do
    select_job "$one"
    if "$1"; then
      jobs+=("$one")
      groups+=("$job_group")
    fi
  done
}

# repeat_jobs TIMES: every test TIMES times; the repetitions are one group.
repeat_jobs() {
  local once=(${jobs[@]+"${jobs[@]}"}) one i
  [ "$1" -gt 1 ] || return 0
  jobs=()
  for one in ${once[@]+"${once[@]}"}; do
    for ((i = 1; i <= $1; i++)); do
      select_job "$one"
      copy_job "${one}_$i" "$job_name-$i"
    done
  done
}

# copy_job JOB NAME: the present job as JOB, under another name.
copy_job() {
  local field name
  jobs+=("$1")
  for field in $JOB_FIELDS; do
    name=job_$field
    printf -v "${1}_$field" '%s' "${!name}"
  done
  job=$1
  set_field name "$2"
}
