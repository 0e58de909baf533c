"""Dashboards in Grafana's JSON: panels in their places, variables, annotations."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from .queries import MAIN, Panel, Query, Row, Store

WIDTH = 24
HEIGHT = 8

Json = dict[str, Any]


class Annotation(NamedTuple):
    """A kind of mark in every chart, and how each store is queried for it."""

    name: str
    colour: str
    prometheus: str
    influxdb: str


ANNOTATIONS = (
    Annotation(
        "Start",
        "green",
        'k6_vus{testid="$run"} unless k6_vus{testid="$run"} offset 30s',
        'SELECT first("value") AS "text" FROM "vus" WHERE "testid" = \'$run\' AND $timeFilter',
    ),
    Annotation(
        "End",
        "blue",
        'k6_vus{testid="$run"} offset 30s unless k6_vus{testid="$run"}',
        'SELECT last("value") AS "text" FROM "vus" WHERE "testid" = \'$run\' AND $timeFilter',
    ),
    Annotation(
        "p95 above the limit",
        "orange",
        f"max by (name) (k6_http_req_duration_p95{{{MAIN.prometheus}}}) * 1000 > $limit_ms",
        (
            'SELECT "p95" AS "text" FROM (SELECT percentile("value", 95) AS "p95" FROM'
            f' "http_req_duration" WHERE {MAIN.influxdb} GROUP BY time(10s), "name")'
            ' WHERE "p95" > $limit_ms'
        ),
    ),
)


def dashboard(uid: str, title: str, rows: Sequence[Row], store: Store) -> Json:
    """Return a whole dashboard for one store."""
    return {
        "uid": uid,
        "title": title,
        "description": "Made by tools of the template; copy it before you change it.",
        "tags": ["k6"],
        "schemaVersion": 39,
        "editable": True,
        "graphTooltip": 1,
        "refresh": "5s",
        "time": {"from": "now-1h", "to": "now"},
        "timezone": "browser",
        "annotations": {"list": [_annotation(store, mark) for mark in ANNOTATIONS]},
        "templating": {"list": _variables(store)},
        "panels": panels(store, rows),
    }


def panels(store: Store, rows: Iterable[Row]) -> list[Json]:
    """Return the rows and panels that a store can fill, from left to right, top to bottom."""
    result: list[Json] = []
    top = 0
    for row in rows:
        kept = [panel for panel in row.panels if any(query.text(store) for query in panel.queries)]
        if not kept:
            continue
        place = {"h": 1, "w": WIDTH, "x": 0, "y": top}
        heading = {"id": len(result) + 1, "type": "row", "title": row.title}
        result.append({**heading, "gridPos": place, "panels": []})
        top, left = top + 1, 0
        for panel in kept:
            if left + panel.wide > WIDTH:
                top, left = top + HEIGHT, 0
            result.append(_panel(store, panel, len(result) + 1, left, top))
            left += panel.wide
        top += HEIGHT
    return result


def _source(store: Store) -> Json:
    """Return the reference to a data source: the uid that it is provisioned with."""
    return {"type": store, "uid": f"k6-{store}"}


def _panel(store: Store, panel: Panel, number: int, left: int, top: int) -> Json:
    targets = [
        _target(store, query, text, chr(ord("A") + place), table=panel.kind == "table")
        for place, query in enumerate(panel.queries)
        if (text := query.text(store)) is not None
    ]
    result: Json = {
        "id": number,
        "type": panel.kind,
        "title": panel.title,
        "description": panel.about,
        "datasource": _source(store),
        "gridPos": {"h": HEIGHT, "w": panel.wide, "x": left, "y": top},
        "fieldConfig": {"defaults": {"unit": panel.unit, "min": 0}, "overrides": []},
        "targets": targets,
    }
    if panel.kind == "table" and store == "prometheus":
        hidden = {"excludeByName": {"Time": True}, "renameByName": {"Value": "Requests"}}
        result["transformations"] = [{"id": "organize", "options": hidden}]
    return result


def _target(store: Store, query: Query, text: str, ref: str, *, table: bool) -> Json:
    """Return a query of a panel. ref: its letter in that panel."""
    if store == "prometheus":
        return {
            "refId": ref,
            "datasource": _source(store),
            "expr": text,
            "legendFormat": query.legend,
            "format": "table" if table else "time_series",
            "instant": table,
            "range": not table,
        }
    return {
        "refId": ref,
        "datasource": _source(store),
        "query": text,
        "rawQuery": True,
        "resultFormat": "table" if table else "time_series",
        "alias": query.legend.replace("{{", "$tag_").replace("}}", ""),
    }


def _variables(store: Store) -> list[Json]:
    """Return what can be chosen at the top: run, journeys, limit, and the service's scrape job."""
    if store == "prometheus":
        run = "label_values(k6_vus, testid)"
        journey = 'label_values(k6_vus{testid="$run"}, test_type)'
    else:
        run = 'SHOW TAG VALUES FROM "vus" WITH KEY = "testid"'
        journey = 'SHOW TAG VALUES FROM "vus" WITH KEY = "test_type" WHERE "testid" = \'$run\''
    found = [
        _choice(store, "run", "Run", run),
        _choice(store, "journey", "Journey", journey, several=True),
        {
            "name": "limit_ms",
            "label": "Mark p95 above (ms)",
            "type": "textbox",
            "query": "500",
            "current": {"text": "500", "value": "500"},
            "options": [{"selected": True, "text": "500", "value": "500"}],
        },
    ]
    if store == "prometheus":
        job = "label_values(process_resident_memory_bytes, job)"
        found.append(_choice(store, "job", "Service", job, several=True))
    return found


def _choice(store: Store, name: str, label: str, query: str, *, several: bool = False) -> Json:
    """Return a variable whose values come from a query; the newest run is listed first."""
    return {
        "name": name,
        "label": label,
        "type": "query",
        "datasource": _source(store),
        "query": query,
        "refresh": 2,
        "sort": 1 if several else 2,
        "multi": several,
        "includeAll": several,
        **({"allValue": ".*", "current": {"text": "All", "value": "$__all"}} if several else {}),
    }


def _annotation(store: Store, mark: Annotation) -> Json:
    shared = {
        "name": mark.name,
        "iconColor": mark.colour,
        "enable": True,
        "datasource": _source(store),
    }
    if store == "prometheus":
        return {**shared, "expr": mark.prometheus, "step": "30s", "titleFormat": mark.name}
    return {**shared, "query": mark.influxdb, "textColumn": "text", "fromAnnotations": True}
