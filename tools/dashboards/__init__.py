"""The Grafana dashboards of the suite, for Prometheus and InfluxDB, from one definition.

    python -m tools.dashboards            write the JSON files
    python -m tools.dashboards --check    exit 1 if they differ from the definition

A panel defines what it shows and how to query each store. Everything else (positions, ids,
variables) is derived, so that the dashboards of both stores look the same.

- `queries`: the classes for panels and queries, and shared queries
- `results`, `websocket`, `tiers`, `databases`, `pipelines`: the panels of one dashboard each
- `layout`: panels, variables and annotations in Grafana's JSON
- `__main__`: the list of dashboards, writing and checking
"""
