# Owns: what this machine has for generating load; engine/plan/generator.js compares it with the plan, and the verdict names it.

# Such as descriptors=1024,ports=28232,memory=3900,cores=4; what cannot be found out is left out
generator_limits=''
# Processor time of the processes that ended so far, and of the run that was measured last, milliseconds
children_ms=0
k6_ms=0

# read_generator: sets $generator_limits. Git Bash knows other limits than Windows does, and a container has its own.
read_generator() {
  generator_limits=$(setting GENERATOR_LIMITS)
  [ -z "$generator_limits$(on_this_system || printf no)" ] || return 0
  # k6 raises its soft limit to the hard one by itself.
  add_limit descriptors "$(ulimit -Hn 2>/dev/null || :)"
  add_limit ports "$(local_ports)"
  add_limit memory "$(free_memory)"
  add_limit cores "$(getconf _NPROCESSORS_ONLN 2>/dev/null || :)"
}

on_this_system() { [ "$use_docker$on_windows" = falsefalse ]; }

# add_limit NAME NUMBER: `unlimited` and nothing are no limits.
add_limit() {
  is_digits "$2" && [ "${#2}" -le 9 ] || return 0
  generator_limits+=${generator_limits:+,}$1=$2
}

# limit_of NAME: prints it, nothing if it is not known.
limit_of() {
  local rest
  case ,$generator_limits, in *",$1="*) ;; *) return 0 ;; esac
  rest=${generator_limits##*"$1"=}
  printf '%s' "${rest%%,*}"
}

# local_ports: prints how many ports outgoing connections to one address can have.
local_ports() {
  local first='' last=''
  if [ -r /proc/sys/net/ipv4/ip_local_port_range ]; then
    read -r first last </proc/sys/net/ipv4/ip_local_port_range || :
  else
    first=$(sysctl -n net.inet.ip.portrange.first 2>/dev/null) || :
    last=$(sysctl -n net.inet.ip.portrange.last 2>/dev/null) || :
  fi
  is_digits "$first" && is_digits "$last" && [ "$first" -le "$last" ] && printf '%s' "$((last - first + 1))"
}

# free_memory: prints megabytes: of this machine, or of the control group if that has less.
free_memory() {
  local name number _ free='' limit='' used='' group=/sys/fs/cgroup
  [ -r /proc/meminfo ] || return 0
  while read -r name number _; do
    [ "$name" != MemAvailable: ] || free=$((number / 1024))
  done </proc/meminfo
  if [ -r "$group/memory.max" ] && [ -r "$group/memory.current" ]; then
    read -r limit <"$group/memory.max" || :
    read -r used <"$group/memory.current" || :
    if is_digits "$limit" && is_digits "$used" && [ "$limit" -ge "$used" ]; then
      limit=$(((limit - used) / 1048576))
      [ -n "$free" ] && [ "$free" -le "$limit" ] || free=$limit
    fi
  fi
  printf '%s' "$free"
}

# read_children FILE: sets $children_ms. FILE is used in between: there is no $(...) during a run.
read_children() {
  local line user='' system=''
  children_ms=0
  { times >"$1"; } 2>/dev/null || return 0
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
