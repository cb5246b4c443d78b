"""The numbers for Prometheus, read from the database when asked: the same from the daemon and from `tracker web`.

Counters begin at 0 when the process starts. Labels are outcomes and states, of which there are a dozen.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from threading import Lock
from typing import Any

from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from db import count_queries, vital_queries
from db.engine import reading
from scrapers.memory import release
from tracker.pipeline import Tracker, now_utc
from tracker.vitals import Vitals

SECONDS = (0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 900.0, 3600.0)
"""Upper ends of the histograms' buckets."""


class Spread:
    """Durations, counted into buckets as they come."""

    def __init__(self) -> None:
        self._counts = [0] * (len(SECONDS) + 1)
        self._sum = 0.0

    def add(self, seconds: float) -> None:
        """Count one."""
        self._sum += seconds
        for place, most in enumerate((*SECONDS, float("inf"))):
            self._counts[place] += seconds <= most

    def family(self, name: str, told: str) -> HistogramMetricFamily:
        """What was counted, as a histogram."""
        ends = [*(f"{most:g}" for most in SECONDS), "+Inf"]
        buckets = list(zip(ends, self._counts, strict=True))
        return HistogramMetricFamily(name, told, buckets=buckets, sum_value=self._sum)


class Gauges(Collector):
    """Everything that is measured; the registry asks it anew at every look."""

    def __init__(self, tracker: Tracker, vitals: Vitals) -> None:
        self._tracker = tracker
        self._vitals = vitals
        self._looking = Lock()
        self._visits: Counter[str] = Counter()
        self._visit_s, self._delivery_s = Spread(), Spread()
        self._sent = 0
        self._sent_to = now_utc()
        with reading(tracker.engine) as conn:
            self._visits_to = vital_queries.last_visit_id(conn)

    def describe(self) -> Sequence[Metric]:
        """Nothing: the names are told with the numbers, and the database is not asked before the first look."""
        return ()

    def collect(self) -> Iterator[Metric]:
        """Every number as it is now; raises StoreError while the database does not answer."""
        with self._looking:
            yield from self._collected()

    def _collected(self) -> Iterator[Metric]:
        now = now_utc()
        with reading(self._tracker.engine) as conn:
            self._count(vital_queries.visits_after(conn, self._visits_to))
            self._count_sent(vital_queries.sent_after(conn, self._sent_to))
            counts, owed = count_queries.counts(conn), vital_queries.deliveries(conn)
            sources, late_s = vital_queries.sources(conn), vital_queries.overdue_s(conn, now=now)
            size = vital_queries.size(conn)
        yield _labelled(CounterMetricFamily("tracker_visits", "Visits by outcome.", labels=["outcome"]), self._visits)
        yield self._visit_s.family("tracker_visit_seconds", "How long visits took.")
        yield GaugeMetricFamily("tracker_listings", "Listings that are kept.", counts["listings"])
        yield GaugeMetricFamily("tracker_listings_rejected", "Listings that are no offers.", counts["rejected"])
        yield GaugeMetricFamily("tracker_offers", "What can be bought now, auctions aside.", counts["on_offer"])
        yield GaugeMetricFamily("tracker_alerts_owed", "Deliveries not sent yet.", owed.get("owed", 0))
        yield GaugeMetricFamily("tracker_alerts_failed", "Deliveries given up.", owed.get("failed", 0))
        yield CounterMetricFamily("tracker_alerts_sent", "Deliveries sent.", self._sent)
        yield self._delivery_s.family("tracker_delivery_seconds", "From an alert to its delivery.")
        yield _labelled(GaugeMetricFamily("tracker_sources", "Sources by state.", labels=["state"]), sources)
        yield GaugeMetricFamily("tracker_next_visit_lag_seconds", "How long the next visit has been due.", late_s)
        yield GaugeMetricFamily("tracker_database_bytes", "The size of the database.", size)
        writable = not self._vitals.trouble
        yield GaugeMetricFamily("tracker_database_writable", "1 while the database takes writes.", writable)
        if self._vitals.ticks:
            yield GaugeMetricFamily("tracker_clock_quiet_seconds", "Since the last tick.", self._vitals.quiet_s)
        build = GaugeMetricFamily("tracker_build_info", "Always 1; the version is its label.", labels=["version"])
        build.add_metric([release()], 1)
        yield build

    def _count(self, visits: Sequence[Any]) -> None:
        for visit_id, outcome, started_at, ended_at in visits:
            self._visits_to = visit_id
            self._visits[outcome] += 1
            self._visit_s.add((ended_at - started_at).total_seconds())

    def _count_sent(self, sent: Sequence[Any]) -> None:
        for created_at, sent_at in sent:
            self._sent_to = sent_at
            self._sent += 1
            self._delivery_s.add((sent_at - created_at).total_seconds())


def _labelled(family: CounterMetricFamily | GaugeMetricFamily, numbers: dict[str, int]) -> Metric:
    for label, number in sorted(numbers.items()):
        family.add_metric([label], number)
    return family


def registry(tracker: Tracker, vitals: Vitals) -> CollectorRegistry:
    """What /metrics shows: ours, and memory, handles and CPU time of the process."""
    made = CollectorRegistry(auto_describe=False)
    made.register(Gauges(tracker, vitals))
    ProcessCollector(registry=made)
    return made
