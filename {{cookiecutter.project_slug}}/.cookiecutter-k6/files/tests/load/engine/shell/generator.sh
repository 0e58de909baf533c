# Owns: what this machine has for generating load; engine/plan/generator.js compares it with the plan, and the verdict names it.

# Where the kernel tells about itself
proc_folder=/proc
groups_folder=/sys/fs/cgroup
# Such as descriptors=1024,ports=28232,memory=3900,cores=4; what cannot be found out is left out
generator_limits=''
# Processor time of the processes that ended so far, and of the run that was measured last, milliseconds
children_ms=0
k6_ms=0

# read_generator: sets $generator_limits. Git Bash knows other limits than Windows does, and a container that this script starts
# has its own.
read_generator() {
  generator_limits=$(setting GENERATOR_LIMITS)
  [ -z "$generator_limits$(on_this_system || printf no)" ] || return 0
  # k6 raises its soft limit to the hard one by itself.
  add_limit descriptors "$(ulimit -Hn 2>/dev/null || :)"
  add_limit processes "$(free_processes)"
  add_limit ports "$(local_ports)"
  add_limit conntrack "$(free_connections)"
  add_limit memory "$(free_memory)"
  add_limit space "$(address_space)"
  add_limit cores "$(usable_cores)"
}

on_this_system() { [ "$use_docker$on_windows" = falsefalse ]; }

# add_limit NAME NUMBER: `unlimited` and nothing are no limits.
add_limit() {
  is_digits "${2/./}" && [ "${#2}" -le 9 ] || return 0
  generator_limits+=${generator_limits:+,}$1=$2
}

# limit_of NAME: prints it, nothing if it is not known.
limit_of() {
  local rest
  case ,$generator_limits, in *",$1="*) ;; *) return 0 ;; esac
  rest=${generator_limits##*"$1"=}
  printf '%s' "${rest%%,*}"
}

# first_word FILE: prints it, if it can be read; limits that are not set are `max`.
first_word() {
  local word='' _
  [ -r "$1" ] || return 0
  read -r word _ <"$1" || :
  ! is_digits "$word" || printf '%s' "$word"
}

# own_groups CONTROLLER: prints the folders of the control groups that this process is in, up to the root, one per line. In a
# container, the root is its own group.
own_groups() {
  local line controllers path='' top=$groups_folder
  [ -r "$top/cgroup.controllers" ] || top+=/$1
  [ -d "$top" ] && [ -r "$proc_folder/self/cgroup" ] || return 0
  while IFS= read -r line; do
    controllers=${line#*:}
    case $top,${controllers%%:*}, in "$groups_folder,," | "$groups_folder/$1,"*"$1,"*) path=${controllers#*:} ;; esac
  done <"$proc_folder/self/cgroup"
  while [ -n "${path%/}" ]; do
    [ ! -d "$top$path" ] || printf '%s\n' "$top$path"
    path=${path%/*}
  done
  printf '%s\n' "$top"
}

# rest_of MOST USED: prints what is left; nothing if one is not known.
rest_of() {
  is_digits "$1" && is_digits "$2" && [ "${#1}" -le 18 ] || return 0
  [ "$1" -gt "$2" ] || { printf 0 && return; }
  printf '%s' "$(($1 - $2))"
}

# least NUMBER...: prints the smallest of those that are known.
least() {
  local number found=''
  for number in "$@"; do
    case $number,$found in
      ,*) ;;
      *,) found=$number ;;
      *) [ "$number" -ge "$found" ] || found=$number ;;
    esac
  done
  printf '%s' "$found"
}

# free_processes: prints how many processes and threads may still be started. Root has no limit but that of a container.
free_processes() {
  local most folder left=''
  most=$(ulimit -u 2>/dev/null) || :
  if [ "$EUID" -ne 0 ] && is_digits "$most"; then
    # To count the threads of a user takes a while.
    [ "$most" -gt 20000 ] || most=$(rest_of "$most" "$(threads_of "$EUID")")
    left=$most
  fi
  while IFS= read -r folder; do
    left=$(least "$left" "$(rest_of "$(first_word "$folder/pids.max")" "$(first_word "$folder/pids.current")")")
  done <<<"$(own_groups pids)"
  printf '%s' "$left"
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

# free_connections: prints how many connections the firewall can still track.
free_connections() {
  local folder=$proc_folder/sys/net/netfilter
  rest_of "$(first_word "$folder/nf_conntrack_max")" "$(first_word "$folder/nf_conntrack_count")"
}

# local_ports: prints how many ports outgoing connections to one address can have.
local_ports() {
  local first='' last=''
  if [ -r "$proc_folder/sys/net/ipv4/ip_local_port_range" ]; then
    read -r first last <"$proc_folder/sys/net/ipv4/ip_local_port_range" || :
  else
    first=$(sysctl -n net.inet.ip.portrange.first 2>/dev/null) || :
    last=$(sysctl -n net.inet.ip.portrange.last 2>/dev/null) || :
  fi
  is_digits "$first" && is_digits "$last" && [ "$first" -le "$last" ] && printf '%s' "$((last - first + 1))"
}

# free_memory: prints megabytes: of this machine, or of a control group if that is less.
free_memory() {
  local folder free='' used cache
  [ ! -r "$proc_folder/meminfo" ] || free=$(field_of "$proc_folder/meminfo" MemAvailable:)
  [ -z "$free" ] || free=$((free / 1024))
  while IFS= read -r folder; do
    used=$(first_word "$folder/memory.current")$(first_word "$folder/memory.usage_in_bytes")
    # The kernel drops this part of it when somebody needs the room.
    cache=$(field_of "$folder/memory.stat" inactive_file)
    used=$(rest_of "$used" "${cache:-0}")
    used=$(rest_of "$(first_word "$folder/memory.max")$(first_word "$folder/memory.limit_in_bytes")" "$used")
    [ -z "$used" ] || free=$(least "$free" "$((used / 1048576))")
  done <<<"$(own_groups memory)"
  printf '%s' "$free"
}

# address_space: prints megabytes of it that a process may reserve.
address_space() {
  local most
  most=$(ulimit -v 2>/dev/null) || :
  ! is_digits "$most" || printf '%s' "$((most / 1024))"
}

# field_of FILE NAME: prints the number behind NAME.
field_of() {
  local name number _
  [ -r "$1" ] || return 0
  while read -r name number _; do
    [ "$name" != "$2" ] || printf '%s' "$number"
  done <"$1"
}

# usable_cores: prints them, such as 4 or 0.5: those of this process, or less if a control group has a quota of time.
usable_cores() {
  local tenths folder quota period _
  tenths=$(OMP_NUM_THREADS='' OMP_THREAD_LIMIT='' nproc 2>/dev/null || getconf _NPROCESSORS_ONLN 2>/dev/null) || return 0
  is_digits "$tenths" || return 0
  tenths=$((tenths * 10))
  while IFS= read -r folder; do
    quota='' period=''
    if [ -r "$folder/cpu.max" ]; then
      read -r quota period _ <"$folder/cpu.max" || :
    else
      quota=$(first_word "$folder/cpu.cfs_quota_us")
      period=$(first_word "$folder/cpu.cfs_period_us")
    fi
    is_digits "$quota" && is_digits "$period" && [ "$period" -gt 0 ] || continue
    tenths=$(least "$tenths" "$(((quota * 10 + period - 1) / period))")
  done <<<"$(own_groups cpu)"
  printf '%s' "$((tenths / 10))"
  [ $((tenths % 10)) -eq 0 ] || printf '.%s' "$((tenths % 10))"
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
