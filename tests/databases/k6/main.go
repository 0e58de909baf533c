// The k6 that the tests of databases run with: plain k6, the SQL extension with a PostgreSQL driver, and
// a stand-in for the MongoDB extension (package mongo).
package main

import (
	"github.com/grafana/xk6-sql/sql"
	"go.k6.io/k6/cmd"

	_ "github.com/cookiecutter-k6/cookiecutter-k6/tests/databases/k6/mongo"
	_ "github.com/grafana/xk6-sql"
	_ "github.com/lib/pq"
)

func main() {
	sql.RegisterModule("postgres")
	cmd.Execute()
}
