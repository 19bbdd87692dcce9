"""The pages that the runner makes of the demo company, as a reader sees them."""

import pytest

from tests.page_audit import audit_page, needs_chromium
from tests.study.demo_project import ROOT

pytestmark = [pytest.mark.chromium, needs_chromium]


@pytest.mark.parametrize(
    "study",
    [
        "demo-es/2026-2/00_intake",
        "demo-es/2026-2/01_pulse",
        "demo-pl/2026-2/02_index_gap",
        "demo-es/2026-2/03_drivers",
        "demo-es/2026-2/04_effort",
        "demo-es/2026-2/06_revenue",
        "demo-es/2026-2/07_churn",
        "demo-es/2026-2/08_renewal",
        "_all/2026-2/90_cross_market",
    ],
)
def test_a_report_is_readable_wide_and_narrow(finished_project, study):
    assert audit_page(finished_project / "outputs" / study / "report.html") == []


def test_the_site_is_readable_wide_and_narrow(finished_project):
    assert audit_page(finished_project / "outputs" / "site" / "index.html") == []


@pytest.mark.slow
@pytest.mark.parametrize("market", ["_all", "demo-en", "demo-es", "demo-it", "demo-pl"])
def test_every_report_of_the_whole_company_is_readable(market):
    """Look at what `make study` left: every study of every market, in every language."""
    reports = sorted((ROOT / "outputs" / market).glob("*/[0-9]*/report.html"))
    if not reports:
        pytest.skip("make study has not been run")
    found = {str(path.relative_to(ROOT / "outputs")): audit_page(path) for path in reports}
    assert {name: faults for name, faults in found.items() if faults} == {}
