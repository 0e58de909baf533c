#!/usr/bin/env bash
#
# For a service in a subfolder of its repository, where CI systems look for no workflows: writes copies to the root of
# the repository that run this suite. Run it again after an update or an edit of the workflows.
#
#   bash tests/load/ci/monorepo.sh

set -euo pipefail
LC_ALL=C

project=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../../.." && pwd -P)

refuse() {
  printf 'monorepo.sh: %s\n' "$1" >&2
  exit 1
}

root=$(git -C "$project" rev-parse --show-toplevel) || refuse "$project is in no git repository."
folder=$(git -C "$project" rev-parse --show-prefix)
folder=${folder%/}
[ -n "$folder" ] || refuse "this project is the root of its repository; its workflows are where they belong."
case $folder in
  *[!A-Za-z0-9._/-]*) refuse "$folder: use only letters, digits, dots, dashes and underscores in the names of folders." ;;
esac
id=${folder//\//-}
mark="# A copy made by $folder/tests/load/ci/monorepo.sh. Edit the original and run that script again."

# adapted FILE: prints a workflow that works from the root of the repository, beside those of other suites.
adapted() {
  printf '%s\n' "$mark"
  sed \
    -e "s#tests/load/#$folder/tests/load/#g" \
    -e "s#scripts/deploy-staging.sh#$folder/scripts/deploy-staging.sh#g" \
    -e "s#workflows/load-tests\.yml#workflows/load-tests-$id.yml#g" \
    -e "s#^\(name: .*\)#\1 ($folder)#" \
    -e "s#workflows: \[Load tests\]#workflows: ['Load tests ($folder)']#" \
    -e "s#^\(    branches: .*\)#\1\\
    paths: ['$folder/**']#" \
    -e "s#load-tests-[\$]#load-tests-$id-\$#" \
    -e "s#group: load-test-gate#group: load-test-gate-$id#" \
    -e "s#load-test-history\$#load-test-history-$id#" \
    -e "s#load-test-comment-[\$]#load-test-comment-$id-\$#" \
    -e "s#load-test-results-#load-test-results-$id-#" \
    -e "s#key: k6-#key: k6-$id-#" \
    -e "s#resource_group: load-tests#resource_group: load-tests-$id#" \
    -e "s#extends: \.load-test#extends: .load-test-$id#" \
    -e "s#^\(\.\{0,1\}load-test\(-[a-z]*\)\{0,1\}\):\$#\1-$id:#" \
    -e "s#job: load-test\(-image\)\{0,1\}\$#&-$id#" \
    "$1"
}

# put FILE COPY: writes the adapted file, unless a file of somebody else is there.
put() {
  [ -f "$project/$1" ] || return 0
  [ ! -e "$root/$2" ] || grep -qxF "$mark" "$root/$2" || refuse "$2 is there and is no copy made by this script."
  mkdir -p "$(dirname -- "$root/$2")"
  adapted "$project/$1" >"$root/$2.new"
  mv "$root/$2.new" "$root/$2"
  printf 'written: %s\n' "$2"
}

put .github/workflows/load-tests.yml ".github/workflows/load-tests-$id.yml"
put .github/workflows/load-test-gate.yml ".github/workflows/load-test-gate-$id.yml"
put .github/workflows/load-test-comment.yml ".github/workflows/load-test-comment-$id.yml"
put .github/workflows/load-test-history.yml ".github/workflows/load-test-history-$id.yml"
put tests/load/ci/gitlab.yml ".gitlab/load-tests-$id.yml"
[ ! -f "$root/.gitlab/load-tests-$id.yml" ] ||
  printf 'Include it in .gitlab-ci.yml at the root of the repository:\n  include:\n    - local: .gitlab/%s\n' "load-tests-$id.yml"
