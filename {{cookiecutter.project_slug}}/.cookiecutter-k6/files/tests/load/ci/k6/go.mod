// The k6 that CI builds. A Go module, so that Renovate and Dependabot (package ecosystem gomod, directory
// /tests/load/ci/k6) propose newer versions. Go verifies it with go.sum, and what it needs with its checksum database.
module load-test-k6

go 1.24

tool go.k6.io/k6

require go.k6.io/k6 v1.8.1
