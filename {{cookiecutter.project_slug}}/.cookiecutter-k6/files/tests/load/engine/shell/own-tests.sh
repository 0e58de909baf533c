# Owns: the names of the suite's tests and profiles, and which tests its owner wrote; it keeps nothing itself. Read by
# other scripts too.

# names_in FOLDER: prints the scripts in scenarios/ or scripts/, one per line.
names_in() {
  local file
  for file in "$suite/$1"/*.js "$suite/$1"/*.ts; do
    case $file in *.d.ts) continue ;; esac
    [ -f "$file" ] || continue
    file=${file##*/}
    printf '%s\n' "${file%.?s}"
  done
}

# script_in FOLDER NAME: prints the file, in JavaScript or TypeScript; fails if there is none.
script_in() {
  local file
  for file in "$suite/$1/$2.js" "$suite/$1/$2.ts"; do
    [ -f "$file" ] || continue
    printf '%s' "$file"
    return 0
  done
  return 1
}

# own_journeys: prints the tests that the owner of the suite wrote and that export a journey, comma-separated. The
# manifest lists the tests that came with the suite.
own_journeys() {
  local name file manifest names=''
  manifest=$suite/.cookiecutter-k6
  [ -r "$manifest" ] || manifest+=.json # its name in earlier versions
  [ -r "$manifest" ] || return 0
  manifest=$(<"$manifest")
  while IFS= read -r name; do
    file=$(script_in scripts "$name") || continue
    case $manifest in *"\"tests/load/scripts/${file##*/}\""*) continue ;; esac
    ! exports_journey "$file" || names+=${names:+,}$name
  done <<<"$(names_in scripts)"
  printf '%s' "$names"
}

# exports_journey FILE
exports_journey() {
  local line pattern='^export[[:space:]].*[^A-Za-z0-9_]journey([^A-Za-z0-9_]|$)'
  while IFS= read -r line || [ -n "$line" ]; do
    [[ ! $line =~ $pattern ]] || return 0
  done <"$1"
  return 1
}
