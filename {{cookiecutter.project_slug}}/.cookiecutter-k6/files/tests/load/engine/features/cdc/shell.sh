# What tests of change-data-capture pipelines need of the wrapper.

add_secret_names mongodb_url read_url

on names use_new_test_names
on not-needed is_unused_mongo

# is_unused_mongo MODULE: the pipeline ends somewhere else.
is_unused_mongo() { [ "$1" = k6/x/mongo ] && [ "$(setting CDC_READ mongodb)" != mongodb ]; }

# use_new_test_names: the tests X-test are now called cdc-X; the old names still work.
use_new_test_names() {
  local name new
  for name in ${positionals[@]+"${positionals[@]}"}; do
    case $name in */* | .* | cdc-*) continue ;; *-test) ;; *) continue ;; esac
    new=cdc-${name%-test}
    [ ! -f "$suite/scripts/$name.js" ] && [ -f "$suite/scripts/$new.js" ] || continue
    warn "the test $name is now called $new."
    rename_positional "$name" "$new"
  done
}
