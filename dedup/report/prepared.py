"""One preparation for every format: sorted, numbered and counted once, so that no two can disagree."""

from __future__ import annotations

from dataclasses import dataclass

from dedup.model import ScanResult
from dedup.report.calendar import Calendar, Days, calendar
from dedup.report.catalogue import Catalogue, Seen, catalogue
from dedup.report.facts import Counts, Facts, gather
from dedup.report.labels import ranked
from dedup.report.network import Network, Tally, network
from dedup.report.redact import redact


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportOptions:
    """How much of the texts a report shows: snippets, all of them (`full_text`), or figures alone (`redact`).

    `jobs` processes write it, as many as there are cores when 0; it is the same whatever their number.
    """

    full_text: bool = False
    redact: bool = False
    jobs: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A result as reports need it; `result` is redacted already where that was asked for."""

    result: ScanResult
    known: Catalogue
    facts: Facts
    network: Network
    calendar: Calendar | None
    options: ReportOptions


def prepare(result: ScanResult, options: ReportOptions | None = None) -> Prepared:
    """Return a result prepared for all writers; figures come from the whole result, also when texts are hidden."""
    options = options or ReportOptions()
    tally, counts, days, seen = Tally(), Counts(), Days(), Seen()
    # where passages are many, each is made anew whenever it is asked for
    for cluster in ranked(result.passages):
        tally.take(cluster, result.texts)
        counts.take(cluster)
        days.take(cluster, result.texts)
        if not options.redact:
            seen.take(cluster, result.texts)
    outlets = network(result, tally)
    shown = redact(result) if options.redact else result
    known = catalogue(
        shown, shows_text=not options.redact, full_text=options.full_text, seen=None if options.redact else seen
    )
    return Prepared(
        result=shown,
        known=known,
        facts=gather(result, outlets.outlets, counts),
        network=outlets,
        calendar=calendar(days),
        options=options,
    )
