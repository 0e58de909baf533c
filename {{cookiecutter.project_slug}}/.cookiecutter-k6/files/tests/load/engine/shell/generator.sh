# Owns: what this machine has for generating load; engine/plan/generator.js compares it with the plan, and the verdict names it.

# Where the kernel tells about itself
proc_folder=/proc
groups_folder=/sys/fs/cgroup
# Such as descriptors=1024,ports=28232,memory=3900,cores=4; what cannot be found out is left out
generator_limits=''
# What was found last; empty: not known
number=''
control_groups=()
# Processor time of the processes that ended so far, and of the run that was measured last, milliseconds
children_ms=0
k6_ms=0

# read_generator: sets $generator_limits. Git Bash knows other limits than Windows does, and a container that this script starts
# has its own.
read_generator() {
  local found origin
  find_setting GENERATOR_LIMITS
  generator_limits=$found
  [ -z "$generator_limits" ] && on_this_system || return 0
  # k6 raises its soft limit to the hard one by itself.
  add_limit descriptors "$(ulimit -Hn 2>/dev/null || :)"
  count_processes
  add_limit processes "$number"
  count_ports
  add_limit ports "$number"
  count_connections
  add_limit conntrack "$number"
  measure_memory
  add_limit memory "$number"
  measure_addresses
  add_limit space "$number"
  count_cores
  add_limit cores "$number"
}

on_this_system() { [ "$use_docker$on_windows" = falsefalse ]; }

# add_limit NAME NUMBER: `unlimited` and nothing are no limits.
add_limit() {
  is_digits "${2/./}" && [ "${#2}" -le 9 ] || return 0
  generator_limits+=${generator_limits:+,}$1=$2
}

# limit_of NAME: sets $number, empty if it is not known.
limit_of() {
  number=''
  case ,$generator_limits, in *",$1="*) ;; *) return 0 ;; esac
  number=${generator_limits##*"$1"=}
  number=${number%%,*}
}

# The functions below set $number; it is empty if the number is not known. (A subshell for each would be slow.)

# first_word FILE...: of the first file that can be read; limits that are not set are `max`.
first_word() {
  local file _
  number=''
  for file in "$@"; do
    [ -r "$file" ] || continue
    read -r number _ <"$file" || :
    break
  done
  is_digits "$number" || number=''
}

# field_of FILE NAME: the number behind NAME.
field_of() {
  local name value _
  number=''
  [ -r "$1" ] || return 0
  while read -r name value _; do
    [ "$name" = "$2" ] || continue
    number=$value
    break
  done <"$1"
}

# rest_of MOST USED: what is left.
rest_of() {
  number=''
  is_digits "$1" && is_digits "$2" && [ "${#1}" -le 18 ] || return 0
  number=0
  [ "$1" -le "$2" ] || number=$(($1 - $2))
}

# least NUMBER OTHER: the smaller one of those that are known.
least() {
  number=${1:-$2}
  [ -z "$2" ] || [ "$number" -le "$2" ] || number=$2
}

# find_groups CONTROLLER: sets $control_groups, the folders of the control groups that this process is in, up to the root. In a
# container, the root is its own group.
find_groups() {
  local line controllers path='' top=$groups_folder
  control_groups=()
  [ -r "$top/cgroup.controllers" ] || top+=/$1
  [ -d "$top" ] && [ -r "$proc_folder/self/cgroup" ] || return 0
  while IFS= read -r line; do
    controllers=${line#*:}
    case $top,${controllers%%:*}, in "$groups_folder,," | "$groups_folder/$1,"*"$1,"*) path=${controllers#*:} ;; esac
  done <"$proc_folder/self/cgroup"
  while [ -n "${path%/}" ]; do
    [ ! -d "$top$path" ] || control_groups+=("$top$path")
    path=${path%/*}
  done
  control_groups+=("$top")
}

# count_processes: how many processes and threads may still be started. Root has no limit but that of a container.
count_processes() {
  local most folder left=''
  most=$(ulimit -u 2>/dev/null) || :
  if [ "$EUID" -ne 0 ] && is_digits "$most"; then
    left=$most
    # To count the threads of a user takes a while.
    if [ "$most" -le 20000 ]; then
      rest_of "$most" "$(threads_of "$EUID")"
      left=$number
    fi
  fi
  find_groups pids
  for folder in ${control_groups[@]+"${control_groups[@]}"}; do
    first_word "$folder/pids.max"
    most=$number
    first_word "$folder/pids.current"
    rest_of "$most" "$number"
    least "$left" "$number"
    left=$number
  done
  number=$left
}

# threads_of USER: prints how many threads or, where they are not counted, processes there are.
threads_of() {
  local lines each=''
  # Only Linux counts threads, and -L means something else elsewhere.
  [ ! -d "$proc_folder/self/task" ] || each=-L
  lines=$(ps ${each:+"$each"} -u "$1" -o pid= 2>/dev/null) || return 0
  set -f
  # shellcheck disable=SC2086  # one word for each
  set -- $lines
  set +f
  printf '%s' "$#"
}

# count_connections: how many connections the firewall can still track.
count_connections() {
  local most folder=$proc_folder/sys/net/netfilter
  first_word "$folder/nf_conntrack_max"
  most=$number
  first_word "$folder/nf_conntrack_count"
  rest_of "$most" "$number"
}

# count_ports: how many ports outgoing connections to one address can have.
count_ports() {
  local first='' last=''
  number=''
  if [ -r "$proc_folder/sys/net/ipv4/ip_local_port_range" ]; then
    read -r first last <"$proc_folder/sys/net/ipv4/ip_local_port_range" || :
  else
    first=$(sysctl -n net.inet.ip.portrange.first 2>/dev/null) || :
    last=$(sysctl -n net.inet.ip.portrange.last 2>/dev/null) || :
  fi
  is_digits "$first" && is_digits "$last" && [ "$first" -le "$last" ] || return 0
  number=$((last - first + 1))
}

# measure_memory: megabytes: of this machine, or of a control group if that is less.
measure_memory() {
  local folder free='' used
  field_of "$proc_folder/meminfo" MemAvailable:
  [ -z "$number" ] || free=$((number / 1024))
  find_groups memory
  for folder in ${control_groups[@]+"${control_groups[@]}"}; do
    first_word "$folder/memory.current" "$folder/memory.usage_in_bytes"
    used=$number
    # The kernel drops this part of it when somebody needs the room.
    field_of "$folder/memory.stat" inactive_file
    rest_of "$used" "${number:-0}"
    used=$number
    first_word "$folder/memory.max" "$folder/memory.limit_in_bytes"
    rest_of "$number" "$used"
    [ -z "$number" ] || number=$((number / 1048576))
    least "$free" "$number"
    free=$number
  done
  number=$free
}

# measure_addresses: megabytes of address space that a process may reserve.
measure_addresses() {
  number=$(ulimit -v 2>/dev/null) || :
  ! is_digits "$number" || number=$((number / 1024))
}

# count_cores: such as 4 or 0.5: those of this process, or less if a control group has a quota of time.
count_cores() {
  local tenths folder quota period _
  number=$(OMP_NUM_THREADS='' OMP_THREAD_LIMIT='' nproc 2>/dev/null || getconf _NPROCESSORS_ONLN 2>/dev/null) || :
  is_digits "$number" || return 0
  tenths=$((number * 10))
  find_groups cpu
  for folder in ${control_groups[@]+"${control_groups[@]}"}; do
    quota='' period=''
    if [ -r "$folder/cpu.max" ]; then
      read -r quota period _ <"$folder/cpu.max" || :
    else
      first_word "$folder/cpu.cfs_quota_us"
      quota=$number
      first_word "$folder/cpu.cfs_period_us"
      period=$number
    fi
    is_digits "$quota" && is_digits "$period" && [ "$period" -gt 0 ] || continue
    least "$tenths" "$(((quota * 10 + period - 1) / period))"
    tenths=$number
  done
  number=$((tenths / 10))
  [ $((tenths % 10)) -eq 0 ] || number+=.$((tenths % 10))
}

# read_children FILE: sets $children_ms. FILE is used in between: there is no $(...) during a run.
read_children() {
  local line user='' system=''
  children_ms=0
  { times >"$1"; } 2>/dev/null || {
    rm -f -- "$1" # The disk is full, and an empty file is left.
    return 0
  }
  # The first line is about the shell itself, the last one about its children.
  while IFS= read -r line; do
    user=${line% *}
    system=${line#* }
  done <"$1"
  rm -f -- "$1"
  add_time "$user"
  add_time "$system"
}

# add_time TIME: adds a time such as 1m2.345s to $children_ms.
add_time() {
  local pattern='^([0-9]{1,6})m([0-9]{1,2})\.([0-9]{3})s$'
  [[ $1 =~ $pattern ]] || return 0
  children_ms=$((children_ms + 10#${BASH_REMATCH[1]} * 60000 + 10#${BASH_REMATCH[2]} * 1000 + 10#${BASH_REMATCH[3]}))
}

# count_k6 BEFORE: sets $k6_ms to the processor time since $children_ms was BEFORE; 0 if it is not known.
count_k6() {
  k6_ms=0
  [ "$use_docker" = true ] || k6_ms=$((children_ms - $1))
}
