"""The site: one index page over the last state of every study, made from the manifests alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from cxlab.model.cross_parameters import ALL_MARKETS
from cxlab.report.site import SiteEntry, State, render_site
from cxlab.report.words import Words
from cxlab.study.folders import Folders
from cxlab.study.manifest import Manifest, read_manifest


def write_site(folders: Folders) -> Path:
    """Write `outputs/site/index.html` and return its path."""
    page = folders.outputs / "site" / "index.html"
    page.parent.mkdir(parents=True, exist_ok=True)
    beside = page.with_suffix(".new")
    beside.write_text(render_site(list(site_entries(folders))), encoding="utf-8")
    beside.replace(page)
    return page


def site_entries(folders: Folders) -> Iterator[SiteEntry]:
    """Yield one entry per study that has ever run, in the order of market, wave and study."""
    good, failed = _manifests(folders.outputs), _manifests(folders.outputs / ".failed")
    for place in sorted(good.keys() | failed.keys()):
        yield _entry(good.get(place), failed.get(place))


def _manifests(folder: Path) -> dict[tuple[str, str, str], Manifest]:
    found = {}
    places = [
        path for pattern in ("[!._]*/*/*", f"{ALL_MARKETS}/*/*") for path in sorted(folder.glob(pattern))
    ]
    for path in places:
        manifest = read_manifest(path)
        if manifest is not None:
            found[manifest.market, manifest.wave, manifest.study] = manifest
    return found


def _entry(good: Manifest | None, failed: Manifest | None) -> SiteEntry:
    shown = good or failed
    assert shown is not None  # a place is in one of the two
    state: State = "completed" if failed is None else "stale" if good is not None else "failed"
    return SiteEntry(
        market=shown.market,
        market_name=shown.market_name,
        wave=shown.wave,
        study=shown.study,
        title=Words("en").text(f"study.{shown.study}"),
        state=state,
        n_responses=shown.n_responses,
        href=f"../{shown.market}/{shown.wave}/{shown.study}/report.html" if good else "",
        finished_at=shown.started_at,
        headline=shown.headline,
    )
