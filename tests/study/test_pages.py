"""The pages that the runner makes of the demo company, as a reader sees them."""

import pytest

from tests.page_audit import audit_page, needs_chromium

pytestmark = [pytest.mark.chromium, needs_chromium]


@pytest.mark.parametrize("market", ["demo-es", "demo-pl"])
@pytest.mark.parametrize("study", ["00_intake", "01_pulse", "04_effort"])
def test_a_report_is_readable_wide_and_narrow(finished_project, market, study):
    report = finished_project / "outputs" / market / "2026-2" / study / "report.html"
    assert audit_page(report) == []


def test_the_site_is_readable_wide_and_narrow(finished_project):
    assert audit_page(finished_project / "outputs" / "site" / "index.html") == []
