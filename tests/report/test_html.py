import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output, new_raw_cell

from cxlab.report.facts import ReportFacts, SourceFact
from cxlab.report.html import render_report
from tests.report.report_pages import FACTS, REPORT, notebook_of, report_output

BLOCKS = ["<h2>First</h2>", "<p class='cx-lead'>Second &amp; last</p>"]
FETCHED = re.compile(
    r"""(?:src|href|srcset|action|data|poster)\s*=\s*["']?\s*(?!data:|#)[^\s"'>]|@import|url\(""", re.I
)


class _Nesting(HTMLParser):
    """Fails where an element is closed that is not the one open."""

    void = frozenset({"meta", "link", "img", "br", "hr"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag, attrs):
        if tag not in self.void:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def _page(*blocks: str, **changes) -> str:
    return render_report(notebook_of(*map(report_output, blocks)), replace(FACTS, **changes))


def test_blocks_stand_as_they_are_and_in_order():
    notebook = notebook_of(*(report_output(block) for block in BLOCKS))
    notebook.cells.append(new_code_cell("", outputs=[report_output("<p>Third</p>", "execute_result")]))
    page = render_report(notebook, FACTS)
    places = [page.index(block) for block in [*BLOCKS, "<p>Third</p>"]]
    assert places == sorted(places)


def test_only_marked_outputs_enter():
    outputs = [
        new_output("stream", name="stdout", text="STREAM-MARKER"),
        new_output("error", ename="ERROR-MARKER", evalue="", traceback=["ERROR-MARKER"]),
        new_output("display_data", data={"text/html": "<p>UNMARKED-MARKER</p>"}),
        new_output(
            "display_data", data={"text/html": "<p>OTHER-MARKER</p>"}, metadata={"cxlab": {"role": "x"}}
        ),
        new_output("display_data", data={"text/html": "<p>ODD-MARKER</p>"}, metadata={"cxlab": "report"}),
        new_output("execute_result", data={"text/plain": "PLAIN-MARKER"}, metadata=REPORT),
        report_output("<p>wanted</p>"),
    ]
    notebook = notebook_of(*outputs)
    notebook.cells.append(new_raw_cell("RAW-MARKER"))
    page = render_report(notebook, FACTS)
    assert "<p>wanted</p>" in page
    assert "MARKER" not in page


def test_the_notebook_is_not_changed():
    notebook = notebook_of(*(report_output(block) for block in BLOCKS))
    before = str(notebook)
    render_report(notebook, FACTS)
    assert str(notebook) == before


def test_the_same_input_gives_the_same_bytes():
    assert _page(*BLOCKS) == _page(*BLOCKS)


def test_nothing_is_fetched_and_nothing_runs():
    page = _page(*BLOCKS)
    assert "<script" not in page.casefold()
    assert not re.search(r"https?://", page)
    assert not FETCHED.search(page)


@pytest.mark.parametrize(
    "leak", ["<link rel='stylesheet' href='//x.org/a.css'>", "<img src=x.png>", "@import 'a'"]
)
def test_the_search_for_addresses_finds_one(leak):
    assert FETCHED.search(leak)


def test_names_are_escaped():
    hostile = "<b>&\"'"
    sources = (SourceFact(hostile, hostile, 3),)
    page = _page(*BLOCKS, market_name=hostile, wave=hostile, market=hostile, sources=sources, study=hostile)
    assert '<b>&"' not in page
    assert "&lt;b&gt;&amp;" in page


@pytest.mark.parametrize(
    ("language", "title"),
    [
        ("en", "Where do we stand?"),
        ("es", "¿Dónde estamos?"),
        ("it", "A che punto siamo?"),
        ("pl", "Gdzie jesteśmy?"),
    ],
)
def test_title_and_language(language, title):
    page = _page(*BLOCKS, language=language)
    assert f'<html lang="{language}">' in page
    assert f"<title>{title} – Norte Telecom – 2025-Q2</title>" in page
    assert page.count("<h1") == 1
    assert f"<h1>{title}</h1>" in page


def test_numbers_are_written_in_the_language():
    assert "1,842" in _page(language="en", n_responses=1842)
    assert "11.842" in _page(language="it", n_responses=11842)
    assert "11\u00a0842" in _page(language="pl", n_responses=11842)


def test_a_study_of_the_users_own_has_its_name_as_title():
    assert "<h1>20 our own study</h1>" in _page(study="20_our_own_study")


def test_glossary_explains_what_is_used_and_skips_what_it_does_not_know():
    page = _page(metrics=("nps", "promoters", "nobody_knows"), methods=("wilson", "wilson", "nobody_knows"))
    assert page.count("<dt>Net Promoter Score (NPS)</dt>") == 1
    assert page.count("<dt>Promoter</dt>") == page.count("<dt>Detractor</dt>") == 1
    assert "nobody" not in page
    assert page.count("Wilson") == _page(metrics=("nps",), methods=("wilson",)).count("Wilson")
    assert "<dt>Effective base</dt>" in page
    assert "<dt>Effective base</dt>" not in _page(weighted=False)


def test_glossary_explains_what_the_blocks_say():
    assert "<dt>Small base</dt>" in _page("<p>Small base: read with care.</p>")
    assert "<dt>Small base</dt>" not in _page("<p>Plenty of answers.</p>")


def test_without_metrics_methods_and_sources_their_sections_are_absent():
    page = _page(metrics=(), methods=(), sources=(), weighted=False)
    assert all(f'class="cx-{part}"' not in page for part in ("glossary", "methods"))
    assert "<table" not in page


def test_provenance_names_the_sources_and_the_short_key():
    page = _page()
    assert "wave_2025_q2.csv" in page
    assert "1,990" in page
    assert "9f8e7d6c5b4a<" in page
    assert FACTS.key not in page


def test_the_page_is_well_nested():
    parser = _Nesting()
    parser.feed(_page(*BLOCKS))
    assert parser.open == []


def test_a_report_without_blocks_says_so_and_is_small():
    page = render_report(new_notebook(cells=[]), ReportFacts("01_pulse", "es", "Spain", "2025-Q2"))
    assert "nothing to report" in page
    assert len(page.encode()) <= 60 * 1024
