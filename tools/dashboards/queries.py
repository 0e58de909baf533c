"""Panels and queries: the building blocks of the dashboards."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Store = Literal["prometheus", "influxdb"]
STORES: tuple[Store, ...] = ("prometheus", "influxdb")


@dataclass(frozen=True)
class Filter:
    """A condition on the samples, in the language of each store."""

    prometheus: str
    influxdb: str


# The chosen run and its chosen journeys: k6 puts both tags on every sample.
RUN = Filter(
    'testid="$run", test_type=~"$journey"',
    '"testid" = \'$run\' AND "test_type" =~ /^$journey$/ AND $timeFilter',
)
# The samples that the summary counts: without those of setup and logins.
MAIN = Filter(f'{RUN.prometheus}, phase="main"', f"{RUN.influxdb} AND \"phase\" = 'main'")
# k6 writes every five seconds; a rate needs at least two samples of a series, preferably four.
WINDOW = "[$__rate_interval]"

_PER_SECOND = 'sum("value") / $__interval_ms * 1000'


@dataclass(frozen=True)
class Query:
    """One series of a panel.

    Attributes:
        legend: its name; `{{tag}}` is replaced with the value of a tag.
        prometheus: PromQL.
        influxdb: InfluxQL.
    """

    legend: str
    prometheus: str
    influxdb: str

    def text(self, store: Store) -> str:
        """Return the query in the language of a store."""
        return self.prometheus if store == "prometheus" else self.influxdb


@dataclass(frozen=True)
class Panel:
    """A chart or a table.

    Attributes:
        title: its heading.
        about: its description.
        unit: Grafana's identifier of the unit, e.g. "reqps".
        queries: its series.
        kind: Grafana's panel type.
        wide: columns, of 24.
    """

    title: str
    about: str
    unit: str
    queries: tuple[Query, ...]
    kind: str = "timeseries"
    wide: int = 12


@dataclass(frozen=True)
class Row:
    """A heading with its panels."""

    title: str
    panels: tuple[Panel, ...]


def select(what: str, measurement: str, where: str, by: str = "") -> str:
    """Return an InfluxQL query over time; `by` names a tag to group by as well.

    >>> select('max("value")', "vus", "$timeFilter")
    'SELECT max("value") FROM "vus" WHERE $timeFilter GROUP BY time($__interval) fill(none)'
    """
    tag = f', "{by}"' if by else ""
    return (
        f'SELECT {what} FROM "{measurement}" WHERE {where}'
        f" GROUP BY time($__interval){tag} fill(none)"
    )


def per_second(legend: str, counter: str, where: Filter, by: str = "") -> Query:
    """Return the rate of a counter, summed over all series, or for each value of a tag."""
    grouping = f"sum by ({by}) " if by else "sum"
    return Query(
        legend,
        f"{grouping}(rate(k6_{counter}_total{{{where.prometheus}}}{WINDOW}))",
        select(_PER_SECOND, counter, where.influxdb, by),
    )


def total(legend: str, counter: str, where: Filter) -> Query:
    """Return the value of a counter since the start of the run."""
    return Query(
        legend,
        f"sum(k6_{counter}_total{{{where.prometheus}}})",
        select('sum("value")', counter, where.influxdb),
    )


def gauge(legend: str, metric: str, where: Filter) -> Query:
    """Return a gauge, summed over the instances of a distributed run."""
    return Query(
        legend,
        f"sum(k6_{metric}{{{where.prometheus}}})",
        select('max("value")', metric, where.influxdb),
    )


def share(legend: str, rate: str, where: Filter, by: str = "") -> Query:
    """Return the value of a k6 Rate metric, from 0 to 1."""
    grouping = f"avg by ({by}) " if by else "avg"
    return Query(
        legend,
        f"{grouping}(k6_{rate}_rate{{{where.prometheus}}})",
        select('mean("value")', rate, where.influxdb, by),
    )


def p95(legend: str, trend: str, where: Filter, by: str = "") -> Query:
    """Return the 95th percentile of a time, in seconds."""
    grouping = f"max by ({by}) " if by else "max"
    return Query(
        legend,
        f"{grouping}(k6_{trend}_p95{{{where.prometheus}}})",
        select('percentile("value", 95) / 1000', trend, where.influxdb, by),
    )


def percentiles(trend: str, where: Filter) -> tuple[Query, ...]:
    """Return p50, p95 and p99 of a time, in seconds.

    k6 sends Prometheus a percentile per series. Percentiles cannot be merged, so the panel shows
    the highest one.
    """
    return tuple(
        Query(
            f"p{rank}",
            f"max(k6_{trend}_p{rank}{{{where.prometheus}}})",
            select(f'percentile("value", {rank}) / 1000', trend, where.influxdb),
        )
        for rank in (50, 95, 99)
    )
