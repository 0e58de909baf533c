# Wrapper part of the change-data-capture tests.

add_secret_names mongodb_url read_url

on names use_new_test_names
on not-needed is_unused_mongo

# is_unused_mongo MODULE: is this the MongoDB extension, although the pipeline does not end in MongoDB?
is_unused_mongo() { [ "$1" = k6/x/mongo ] && [ "$(setting CDC_READ mongodb)" != mongodb ]; }

# use_new_test_names: the tests X-test have been renamed to cdc-X; the old names still work.
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
