-- Connections to this database by state. scripts/database.js runs it during a test; or use psql -f.
SELECT coalesce(state, 'background') AS state, count(*) AS value
FROM pg_stat_activity
WHERE datname = current_database()
GROUP BY 1
ORDER BY 2 DESC
