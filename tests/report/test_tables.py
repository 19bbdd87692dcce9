import re
from xml.etree import ElementTree

import pandas as pd
import pytest

from cxlab.model.market import CODEBOOK_COLUMNS
from cxlab.report.contract_table import contract_table, share_text
from cxlab.report.estimates_table import estimates_table
from cxlab.report.heading import heading
from cxlab.report.missing_table import missing_table
from cxlab.report.notice import notice
from cxlab.report.paragraph import paragraph
from cxlab.report.quarantine_table import quarantine_table
from cxlab.report.scorecard import scorecard
from cxlab.report.words import Words
from tests.report.report_results import APART, CLOSE, EVERYONE, LANGUAGES, NOTHING, result_of


def cells(html: str) -> list[list[str]]:
    """The texts of a table, row by row; a table that is not well formed raises."""
    tree = ElementTree.fromstring(f"<div>{html}</div>")
    return [["".join(cell.itertext()) for cell in row] for row in tree.iter("tr")]


def codebook(*rows: tuple[str, str, str, int, int, int]) -> pd.DataFrame:
    """Entries of table, column, attribute and the counts accepted, missing and quarantined."""
    entries = [
        {"table": t, "column": c, "attribute": a, "n_rows": x + y + z}
        | {"n_accepted": x, "n_missing": y, "n_quarantined": z}
        for t, c, a, x, y, z in rows
    ]
    return pd.DataFrame(entries, columns=CODEBOOK_COLUMNS)


BOOK = codebook(
    ("responses", "nps", "", 900, 60, 40),
    ("responses", "nps", "", 1000, 0, 0),
    ("response_items", "score", "satisfaction.contact_centre", 100, 0, 0),
)


def test_estimates_table():
    table = cells(estimates_table(CLOSE).html)
    assert table[0] == ["Group", "Estimate", "95% interval", "Answers (n)"]
    assert table[1] == ["North", "41.2", "35.0 to 47.1", "812"]
    assert table[3:] == [["East", "not shown", "–", "–"], ["West", "not shown", "–", "–"]]


def test_effective_base_stands_beside_weighted_figures_only():
    assert cells(estimates_table(EVERYONE, words=Words("pl")).html)[1] == [
        "Ogółem", "36,0", "od 29,1 do 42,3", "1412", "1130",
    ]  # fmt: skip
    assert "Effective" not in estimates_table(APART).html


def test_numbers_are_marked_and_heads_have_a_scope():
    html = estimates_table(APART).html
    assert '<th scope="row">North</th><td class="cx-number">41.2</td>' in html
    assert html.count('scope="col"') == 4
    assert estimates_table(APART).min_base == 10


def test_small_bases_are_flagged_in_words():
    assert cells(estimates_table(result_of(("A", 0.0, -40.0, 40.0, 29))).html)[1][3] == "29 (small base)"
    assert cells(estimates_table(result_of(("A", 0.0, -40.0, 40.0, 30))).html)[1][3] == "30"


def test_scorecard():
    small = result_of(("", 5.0, -30.0, 40.0, 12), by=())
    silent = result_of(by=(), hidden=("",), metric="top_2_box", outcome="csat_overall", unit="share")
    html = scorecard(EVERYONE, small, silent).html
    tiles = html.split('<div class="cx-tile">')[1:]
    assert "36.0" in tiles[0] and "95% interval: 29.1\u00a0to\u00a042.3" in tiles[0]
    assert "1,412 answers, weighted, effective base 1,130" in tiles[0] and "small base" not in tiles[0]
    assert "12 answers, unweighted" in tiles[1] and "small base" in tiles[1]
    assert "Overall satisfaction (top-2 box)" in tiles[2] and "not shown" in tiles[2]
    assert not re.search(r"nan|NA", tiles[2])
    assert scorecard(EVERYONE, small).min_base == 10


def test_a_scorecard_names_the_scale_of_a_mean():
    mean = result_of(
        ("", 4.05, 4.0, 4.1, 99),
        metric="mean_score",
        outcome="csat_overall",
        by=(),
        unit="score",
        scale=(1, 5),
    )
    assert "Escala de 1 a 5" in scorecard(mean, words=Words("es")).html
    assert "Scale" not in scorecard(EVERYONE).html


def test_a_scorecard_refuses_segments():
    with pytest.raises(ValueError, match="nps has segments"):
        scorecard(APART)


def test_contract_table_adds_up_the_sources():
    table = cells(contract_table(BOOK).html)
    assert table[0][:2] == ["Table", "Values"]
    assert table[1] == ["Questionnaires", "2,000", "1,900 (95.0%)", "60 (3.0%)", "40 (2.0%)"]
    assert table[2] == ["Ratings of attributes: satisfaction", "100", "100 (100.0%)", "0", "0"]


def test_contract_table_unfolds_to_the_columns_of_each_table():
    html = contract_table(BOOK).html
    assert html.count("<details") == 1 and "<summary>Column by column</summary>" in html
    table = cells(html)
    assert table[3:5] == [
        ["Question or column", "Rows", "Accepted", "Missing", "Quarantined"],
        ["Questionnaires"],
    ]
    assert table[5] == ["Likelihood to recommend (NPS)", "2,000", "1,900 (95.0%)", "60 (3.0%)", "40 (2.0%)"]
    assert table[6:] == [
        ["Ratings of attributes: satisfaction"],
        ["Contact centre", "100", "100 (100.0%)", "0", "0"],
    ]


def test_shares_round_neither_to_nothing_nor_to_all():
    words = Words()
    assert share_text(0.0001, words) == "<\u00a00.1%" and share_text(0.99999, words) == ">\u00a099.9%"
    assert (share_text(0, words), share_text(1, words)) == ("0.0%", "100.0%")


def test_missing_table_names_reasons_in_the_language():
    missing = pd.DataFrame(
        [
            ("responses", "nps", "", "a", "empty", 3),
            ("responses", "nps", "", "b", "refused", 1500),
            ("responses", "nps", "", "b", "empty", 4),
            ("response_items", "score", "satisfaction.shop", "a", "wrong number", 2),
        ],
        columns=["table", "column", "attribute", "source", "reason", "n"],
    )
    table = cells(missing_table(missing, words=Words("it")).html)
    assert table[2] == [
        "Probabilità di consigliare (NPS)",
        "1507",
        "rifiuta di rispondere: 1500; lasciato vuoto: 7",
    ]
    assert table[4] == ["shop (soddisfazione)", "2", "wrong number: 2"]


QUARANTINE = pd.DataFrame(
    [
        *(("responses", "pulse", "a.csv", row, "nps", "SECRET", "outside 0–10") for row in (17, 40, 41, 99)),
        ("responses", "pulse", "a.csv", 50, "response_id", "SECRET", "duplicate response_id"),
        *(
            ("response_items", "pulse", "a.csv", 17, f"response_id (satisfaction.{name})", "SECRET", rule)
            for name in ("shop", "app")
            for rule in ("its response is quarantined",)
        ),
        ("response_items", "pulse", "a.csv", 3, "score (satisfaction.shop)", "SECRET", "a rule nobody knows"),
    ],
    columns=["table", "source", "file", "row", "column", "value", "rule"],
)


def test_quarantine_table_counts_rules_and_never_shows_a_value():
    html = quarantine_table(QUARANTINE, words=Words("pl")).html
    table = cells(html)
    assert table[2] == [
        "Skłonność do polecania (NPS)",
        "poza zakresem od 0 do 10",
        "4",
        "a.csv: 17, 40, 41, …",
    ]
    assert table[3] == ["Klucz odpowiedzi", "występuje dwa razy", "1", "a.csv: 50"]
    assert table[5] == ["Klucz odpowiedzi (2 pytania)", "jej ankieta jest w kwarantannie", "2", "a.csv: 17"]
    assert table[6][:2] == ["shop (satysfakcja)", "a rule nobody knows"]
    assert "SECRET" not in html


@pytest.mark.parametrize("language", LANGUAGES)
def test_empty_frames_are_said_in_a_sentence(language):
    words = Words(language)
    missing = pd.DataFrame(columns=["table", "column", "attribute", "source", "reason", "n"])
    for block in (
        contract_table(codebook(), words=words),
        missing_table(missing, words=words),
        quarantine_table(QUARANTINE.head(0), words=words),
    ):
        assert re.fullmatch(r"<p>[^<]+\.</p>", block.html)
    assert len(cells(estimates_table(NOTHING, words=words).html)) == 3


def test_texts_are_escaped():
    hostile = result_of(("<script>", 1.0, 0.0, 2.0, 99))
    assert "<script>" not in estimates_table(hostile).html
    assert paragraph("a < b & c").html == "<p>a &lt; b &amp; c</p>"
    assert "<b>" not in notice("<b>", level="go").html


def test_a_notice_says_how_grave_it_is_in_words():
    levels = {level: notice("x", level=level, words=Words("es")).html for level in ("stop", "caution", "go")}
    assert "Alto" in levels["stop"] and "Cautela" in levels["caution"] and "Adelante" in levels["go"]
    with pytest.raises(ValueError, match="stop, caution, go"):
        notice("x", level="danger")  # type: ignore[arg-type]


def test_a_heading_bears_its_note():
    assert heading("pulse.trend").html.startswith("<h2>How has it changed?</h2>\n<p")
    assert heading("study.01_pulse", level=1).html == "<h1>Where do we stand?</h1>"
