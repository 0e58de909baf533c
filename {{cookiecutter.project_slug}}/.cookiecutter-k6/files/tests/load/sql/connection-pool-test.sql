-- Connections to this database by state. Run it by hand during a test (psql -f), or let scripts/database.js do so.
SELECT coalesce(state, 'background') AS state, count(*) AS value
FROM pg_stat_activity
WHERE datname = current_database()
GROUP BY 1
ORDER BY 2 DESC
