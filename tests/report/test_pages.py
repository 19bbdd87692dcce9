"""The pages as their readers see them. The audit's own test comes last: a page with every fault."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cxlab.measure.mean_score import mean_score
from cxlab.measure.nps import nps
from cxlab.measure.nps_classes import nps_classes
from cxlab.model.parameters import Language
from cxlab.report.block import Block
from cxlab.report.chart_nps import chart_nps
from cxlab.report.chart_segments import chart_segments
from cxlab.report.chart_trend import chart_trend
from cxlab.report.estimates_table import estimates_table
from cxlab.report.heading import heading
from cxlab.report.html import render_report
from cxlab.report.notice import notice
from cxlab.report.paragraph import paragraph
from cxlab.report.scorecard import scorecard
from cxlab.report.sentence import sentence
from cxlab.report.site import SiteEntry, render_site
from cxlab.report.words import Words
from tests.page_audit import audit_page, needs_chromium, open_browser
from tests.report.report_pages import FACTS, notebook_of, png, report_output

pytestmark = [pytest.mark.chromium, needs_chromium]

LONG = "Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz"
HEAD = "".join(f'<th scope="col" class="cx-number">{name}</th>' for name in ("Estimate", "95% interval", "n"))
CELLS = "".join(f'<td class="cx-number">{text}</td>' for text in ("−36.0", "−32.1 to −39.8", "1,842"))
ROWS = "".join(f'<tr><th scope="row">{level}</th>{CELLS * 3}</tr>' for level in ("18–24", "25–34", LONG))
TABLE = (
    '<div class="cx-scroll" role="region" aria-label="NPS" tabindex="0"><table><caption>NPS by age</caption>'
    f'<thead><tr><th scope="col">Group</th>{HEAD * 3}</tr></thead><tbody>{ROWS}</tbody></table></div>'
)
BLOCKS = [
    '<h2>The key figures</h2><p class="cx-lead">NPS is −36.0 points (95% interval −39.8 to −32.1).</p>',
    f'<figure class="cx-figure"><img src="{png(1400, 700)}" alt="Dot plot: NPS by age">'
    f"<figcaption>NPS by age, {LONG}.</figcaption></figure>"
    f'<details class="cx-twin"><summary>Show as a table</summary>{TABLE}</details>',
    '<div class="cx-notice cx-stop"><p><strong>Stop</strong></p><p>Too few answers.</p></div>',
]
PULSE = SiteEntry(
    "es", "Norte Telecom", "2025-Q2", "01_pulse", "¿Dónde estamos?", "completed", 1842, "r.html"
)


@pytest.fixture
def report(tmp_path: Path) -> Path:
    path = tmp_path / "report.html"
    path.write_text(render_report(notebook_of(*map(report_output, BLOCKS)), FACTS), encoding="utf-8")
    return path


def test_a_report_has_no_fault(report: Path):
    assert audit_page(report) == []


@pytest.mark.parametrize(
    "language", ["es", "pl", *(pytest.param(name, marks=pytest.mark.slow) for name in ("en", "it"))]
)
def test_a_report_of_real_blocks_has_no_fault(language: Language, tmp_path: Path):
    words = Words(language)
    blocks = _real_blocks(words)
    path = tmp_path / "report.html"
    outputs = [report_output(block.html) for block in blocks]
    path.write_text(render_report(notebook_of(*outputs), replace(FACTS, language=language)), encoding="utf-8")
    assert audit_page(path) == []
    pictures = sum(len(block.png) for block in blocks) * 4 / 3
    assert path.stat().st_size - pictures <= 250 * 1024


def _real_blocks(words: Words) -> list[Block]:
    """What a study of 900 answers shows: six ages, one of them with a small base, and four waves."""
    rng = np.random.default_rng(7)
    draws = {
        "nps": rng.choice(11, 900, p=[0.1, *[0.04] * 5, 0.1, 0.1, 0.1, 0.2, 0.2]),
        "ces": rng.choice(range(1, 8), 900),
        "segment.age_band": rng.choice(
            ["18–24", "25–34", "35–49", "50–64", LONG, "80+"], 900, p=[0.196] * 5 + [0.02]
        ),
        "wave": rng.choice(["2024-Q3", "2024-Q4", "2025-Q1", "2025-Q2"], 900),
        "weight": rng.gamma(4, 0.25, 900),
    }
    frame = pd.DataFrame(draws)
    everyone, ages = (nps(frame, by=by, weight="weight") for by in (None, "segment.age_band"))
    classes = nps_classes(frame, by="segment.age_band", weight="weight")
    return [
        heading("pulse.headline", words=words),
        paragraph(sentence(everyone, words=words), lead=True),
        scorecard(everyone, mean_score(frame, "ces", weight="weight"), words=words),
        notice("900 > 30.", level="go", words=words),
        heading("pulse.classes", words=words),
        chart_nps(ages, classes, words=words),
        heading("pulse.segments", words=words),
        chart_segments(ages, total=everyone, words=words),
        estimates_table(ages, words=words),
        notice(sentence(ages, words=words), level="caution", words=words),
        heading("pulse.trend", words=words),
        chart_trend(nps(frame, by="wave"), words=words),
    ]


def test_a_report_without_anything_has_no_fault(tmp_path: Path):
    path = tmp_path / "report.html"
    bare = replace(FACTS, metrics=(), methods=(), sources=(), market_name=LONG, wave=LONG)
    path.write_text(render_report(notebook_of(), bare), encoding="utf-8")
    assert audit_page(path) == []


def test_the_index_has_no_fault(tmp_path: Path):
    path = tmp_path / "index.html"
    entries = [
        replace(PULSE, headline="NPS is 36.0 points.", finished_at="2025-07-01T03:12:45+00:00"),
        replace(PULSE, study="00_intake", title="Is it fit to analyse?", state="failed"),
        replace(PULSE, study="02_index_gap", title=LONG, state="stale", headline=LONG),
        replace(PULSE, market="us", market_name=LONG),
    ]
    path.write_text(render_site(entries), encoding="utf-8")
    assert audit_page(path) == []


def test_the_empty_index_has_no_fault(tmp_path: Path):
    path = tmp_path / "index.html"
    path.write_text(render_site([]), encoding="utf-8")
    assert audit_page(path) == []


def test_a_folded_table_is_seen_in_print_only(report: Path):
    with open_browser() as browser:
        page = browser.new_page()
        page.goto(report.as_uri())
        seen = "() => document.querySelector('.cx-twin table').checkVisibility()"
        assert not page.evaluate(seen)
        page.emulate_media(media="print")
        assert page.evaluate(seen)


def test_the_answer_is_on_the_first_screen(report: Path):
    with open_browser() as browser:
        for width, height in ((1280, 720), (390, 664)):
            page = browser.new_page(viewport={"width": width, "height": height})
            page.goto(report.as_uri())
            box = page.locator(".cx-lead").bounding_box()
            assert box is not None
            assert box["y"] + box["height"] < height


FAULTY = f"""<!DOCTYPE html><html><head><style>
.pale {{ color: #999; }} .cut {{ width: 3rem; overflow: hidden; white-space: nowrap; }}
a:focus {{ outline: none; }} @media print {{ .gone {{ display: none; }} }} .wide {{ width: 1500px; }}
</style></head><body><h1>One</h1><h1>Two</h1><h3>Three</h3>
<img src="{png(9, 9)}" alt=""><img src="lost.png" alt="lost">
<img src="http://127.0.0.1:9/x.png" alt="outside">
<p class="pale">pale</p><p class="cut">much too long</p><p id="a">a</p><p id="a">b</p><a href="#a">unseen</a>
<div class="wide">wide</div><table class="gone"><tr><td>gone</td></tr></table>
<script>console.error("loud"); nothing_here();</script></body></html>"""
FAULTS = [
    "fetches http://127.0.0.1:9/x.png", "console: loud", "script error: nothing_here", "html has no lang",
    "the page has no title", "2 h1 instead of one", "level of heading skipped: h3 below h1",
    "has no alt text", "is not drawn", "the id a appears twice", "the page is 1508 wide",
    "cut off or spilling: p.cut", "contrast 2.85 of p.pale", 'focus unseen: a "unseen"',
    'print: table not shown: "gone"', "print: the page is 1508 wide",
]  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_the_audit_finds(fault: str, faults_found: list[str]):
    assert any(fault in found for found in faults_found)


@pytest.fixture(scope="module")
def faults_found(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    path = tmp_path_factory.mktemp("faulty") / "page.html"
    path.write_text(FAULTY, encoding="utf-8")
    return audit_page(path)
