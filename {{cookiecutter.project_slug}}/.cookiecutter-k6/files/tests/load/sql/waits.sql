-- Wait events of active connections. Many of the same kind over time indicate the bottleneck.
SELECT coalesce(wait_event_type, 'running') AS event, count(*) AS value
FROM pg_stat_activity
WHERE datname = current_database() AND state = 'active' AND pid <> pg_backend_pid()
GROUP BY 1
ORDER BY 2 DESC
