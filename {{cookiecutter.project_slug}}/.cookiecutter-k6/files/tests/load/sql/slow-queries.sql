-- The most expensive statements, in milliseconds. Needs the extension pg_stat_statements, PostgreSQL 13 or later.
SELECT
  left(regexp_replace(query, '\s+', ' ', 'g'), 80) AS query,
  round(mean_exec_time::numeric, 2)::float8 AS mean_ms,
  round(max_exec_time::numeric, 2)::float8 AS max_ms,
  calls,
  round(total_exec_time::numeric, 0)::float8 AS total_ms
FROM pg_stat_statements
WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
ORDER BY total_exec_time DESC
LIMIT 10
