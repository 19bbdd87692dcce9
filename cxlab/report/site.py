"""The index of all reports."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any, Literal

from babel.dates import format_date, format_time
from jinja2 import Environment, PackageLoader, Template

from cxlab.model.parameters import Language
from cxlab.report.words import Words

State = Literal["completed", "failed", "stale"]


@dataclass(frozen=True, slots=True)
class SiteEntry:
    """The last run of one study for one market and wave.

    Parameters
    ----------
    market, market_name
        Code of the market, and its name as a reader knows it.
    wave
        Name of the wave.
    study, title
        Stem of the study's notebook, and its title.
    state
        `completed`, `failed` (the last run), or `stale` (something it was made from has changed since).
    n_responses
        Answers of the wave; 0 where nobody counted them.
    href
        Address of the report relative to the index; empty where there is none. A failed study with one
        shows its last good report.
    finished_at
        When the report was made, as ISO text; empty where that is unknown.
    headline
        What the study found, in one short sentence; empty where it has none.
    """

    market: str
    market_name: str
    wave: str
    study: str
    title: str
    state: State
    n_responses: int = 0
    href: str = ""
    finished_at: str = ""
    headline: str = ""


def render_site(entries: Sequence[SiteEntry], language: Language = "en") -> str:
    """Return the index page: for every market and wave the studies with their state and their report.

    Parameters
    ----------
    entries
        The last runs in any order. Markets are listed by name, waves from the latest on, studies by stem.
    language
        Language of the page; titles and headlines stay as they come.

    Returns
    -------
    str
        A page without any script or outside address; without entries it says what to do.
    """
    words = Words(language)
    by_study = sorted(entries, key=lambda entry: entry.study)
    by_wave = sorted(by_study, key=lambda entry: entry.wave, reverse=True)
    ordered = sorted(by_wave, key=lambda entry: (entry.market_name, entry.market))
    groups = [
        {"market_name": name, "wave": wave, "studies": [_study(entry, words) for entry in studies]}
        for (name, _, wave), studies in groupby(ordered, lambda e: (e.market_name, e.market, e.wave))
    ]
    return _template().render(language=language, say=words.text, groups=groups) + "\n"


@functools.cache
def _template() -> Template:
    loader = PackageLoader("cxlab.report", "template")
    environment = Environment(loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True)
    return environment.get_template("site.html.j2")


def _study(entry: SiteEntry, words: Words) -> dict[str, Any]:
    return {
        "title": entry.title,
        "href": entry.href,
        "headline": entry.headline,
        "state": entry.state,
        "answers": words.plural("count.answers", entry.n_responses) if entry.n_responses else "",
        "finished_at": entry.finished_at,
        "finished": _moment(entry.finished_at, words.language),
    }


def _moment(iso: str, language: Language) -> str:
    """Return a moment to the minute as the language writes it, on the clock it was written down with."""
    if not iso:
        return ""
    moment = datetime.fromisoformat(iso)
    zone = f" {moment.tzname()}" if moment.tzinfo else ""
    clock = moment.replace(tzinfo=None)
    day, hour = format_date(clock, "medium", locale=language), format_time(clock, "short", locale=language)
    return f"{day}, {hour}{zone}"
