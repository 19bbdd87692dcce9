import re

import pytest

from cxlab.report.site import SiteEntry, render_site

PULSE = SiteEntry(
    "demo-es", "Norte Telecom", "2025-Q2", "01_pulse", "¿Dónde estamos?", "completed", 1842,
    "../demo-es/2025-Q2/01_pulse/report.html", "2025-07-01T03:12:45+00:00", "NPS is 36.0 points.",
)  # fmt: skip
INTAKE = SiteEntry("demo-es", "Norte Telecom", "2025-Q2", "00_intake", "Is it fit to analyse?", "failed")


def test_an_empty_site_says_what_to_do():
    page = render_site([])
    assert "There are no reports yet." in page
    assert "<code>make study</code>" in page


def test_a_study_with_its_link_state_and_answers():
    page = render_site([PULSE])
    assert f'<a href="{PULSE.href}">¿Dónde estamos?</a>' in page
    assert "up to date" in page
    assert "1,842 answers" in page
    assert "NPS is 36.0 points." in page
    assert 'datetime="2025-07-01T03:12:45+00:00"' in page
    assert "Jul 1, 2025, 3:12\u202fAM UTC" in page


def test_states_are_said_in_words():
    failed = render_site([INTAKE])
    assert ">failed<" in failed
    assert "<a " not in failed
    last_good = SiteEntry(*PULSE_LIKE, state="failed", href="x/report.html")
    shown = render_site([last_good])
    assert ">failed<" in shown
    assert '<a href="x/report.html">Last good report</a>' in shown
    assert "out of date" in render_site([SiteEntry(*PULSE_LIKE, state="stale", href="x/report.html")])


PULSE_LIKE = ("demo-es", "Norte Telecom", "2025-Q2", "01_pulse", "Where do we stand?")


def test_one_group_per_market_and_wave_the_latest_first():
    older = SiteEntry("demo-es", "Norte Telecom", "2025-Q1", "01_pulse", "Older", "completed")
    other = SiteEntry("demo-us", "Acme", "2025-Q2", "01_pulse", "Other", "completed")
    page = render_site([older, PULSE, INTAKE, other])
    headings = re.findall(r"<h2>(.*?)</h2>", page)
    assert [re.sub(r"<.*?>", "", heading) for heading in headings] == [
        "Acme 2025-Q2",
        "Norte Telecom 2025-Q2",
        "Norte Telecom 2025-Q1",
    ]
    assert page.index("Is it fit") < page.index("¿Dónde estamos?") < page.index("Older")


def test_the_order_of_the_entries_does_not_matter():
    assert render_site([PULSE, INTAKE]) == render_site([INTAKE, PULSE])


def test_names_are_escaped():
    hostile = "<b>&\"'"
    page = render_site([SiteEntry("x", hostile, hostile, "s", hostile, "completed", 3, hostile, "", hostile)])
    assert '<b>&"' not in page


@pytest.mark.parametrize("entries", [[], [PULSE, INTAKE]])
@pytest.mark.parametrize("language", ["en", "es", "it", "pl"])
def test_every_language_without_script_or_outside_address(entries, language):
    page = render_site(entries, language)
    assert f'<html lang="{language}">' in page
    assert "<script" not in page
    assert not re.search(r"https?://|@import|url\(", page)
    assert page.count("<h1>") == 1
