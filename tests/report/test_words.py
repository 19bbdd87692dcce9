import re

import pytest

from cxlab.model.errors import CxlabError
from cxlab.model.tables import TABLES
from cxlab.report.words import Words, _texts
from tests.report.report_results import LANGUAGES


def placeholders(text: str) -> list[str]:
    return sorted(set(re.findall(r"\{(\w+)\}", text)))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_says_the_same_things(language):
    english, own = _texts("en"), _texts(language)
    assert sorted(own) == sorted(english)
    assert {key: placeholders(text) for key, text in own.items()} == {
        key: placeholders(text) for key, text in english.items()
    }
    assert not [key for key, text in own.items() if not text.strip()]


@pytest.mark.parametrize("language", ["es", "it", "pl"])
def test_no_sentence_was_left_in_english(language):
    english, own = _texts("en"), _texts(language)
    bare = {key: re.sub(r"\{\w+\}", "", text) for key, text in english.items()}
    sentences = [key for key, text in bare.items() if len(re.findall(r"[a-z]{2,}", text)) > 4]
    assert len(sentences) > 50
    assert [key for key in sentences if own[key] == english[key]] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_fills(language):
    for key, text in _texts(language).items():
        filled = Words(language).text(key, **dict.fromkeys(placeholders(text), "X"))
        assert "{" not in filled and "}" not in filled, key


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_report_speaks_of_causes(language):
    forbidden = r"\b(drives?|causes|caused|provoca|causa|determina|powoduje|napędza)\b"
    names_of_data = {"label.causes", "label.cause_id", "label.parent"}
    found = [
        key
        for key, text in _texts(language).items()
        if re.search(forbidden, text, re.IGNORECASE) and key not in names_of_data
    ]
    assert found == []


@pytest.mark.parametrize("table", TABLES)
def test_tables_and_their_columns_have_a_label(table):
    labels = {key.removeprefix("label.") for key in _texts("en") if key.startswith("label.")}
    assert table in labels
    assert [name for name in TABLES[table].columns if not labels & {name, f"{table}.{name}"}] == []


def test_a_column_may_be_named_by_its_table():
    words = Words("es", labels={"rank": {"es": "Orden"}})
    assert words.column("executives", "reason") == "Motivo"
    assert words.column("contracts", "reason") != "Motivo"
    assert words.column("brand_ratings", "rank") == "Orden"


@pytest.mark.parametrize(
    ("n", "rows"),
    [(1, "1 wiersz"), (2, "2 wiersze"), (5, "5 wierszy"), (12, "12 wierszy"), (22, "22 wiersze")],
)
def test_polish_plurals(n, rows):
    assert Words("pl").plural("count.rows", n) == rows


@pytest.mark.parametrize(("language", "one"), [("en", "1 row"), ("es", "1 fila"), ("it", "1 riga")])
def test_one_is_not_a_plural(language, one):
    assert Words(language).plural("count.rows", 1) == one
    assert Words(language).plural("count.rows", 2) != one.replace("1", "2")


# Four digits stand closed up in es, it and pl: CLDR 44, minimumGroupingDigits; the same as Chromium's
# new Intl.NumberFormat("es").format(1234).
@pytest.mark.parametrize(
    ("language", "small", "large", "share"),
    [
        ("en", "1,234", "−12,345.6", "36.2%"),
        ("es", "1234", "−12.345,6", "36,2\u00a0%"),
        ("it", "1234", "−12.345,6", "36,2%"),
        ("pl", "1234", "−12\u00a0345,6", "36,2%"),
    ],
)
def test_numbers_are_written_as_the_language_writes_them(language, small, large, share):
    words = Words(language)
    assert (words.number(1234), words.number(-12345.6, 1), words.percent(0.362, 1)) == (small, large, share)


def test_nothing_is_minus_nothing():
    assert Words().number(-0.04, 1) == "0.0"
    assert Words().percent(-0.0001) == "0%"


def test_the_market_names_things_before_the_language():
    words = Words("es", {"nps": {"en": "Recommendation"}, "shop": {"es": "Tienda"}})
    assert words.label("nps") == "Recommendation"
    assert words.label("shop") == "Tienda"
    assert words.label("ces") == "Esfuerzo del cliente (CES)"
    assert words.label("segment.sales_area") == "Sales area"


def test_levels_stay_as_they_are_and_attributes_become_readable():
    words = Words("en", {"shop": {"en": "Store"}})
    assert words.level("2026_1", ("wave",)) == "2026_1"
    assert words.level("contact_centre", ("attribute_id",)) == "Contact centre"
    assert words.level('["shop", "(missing)"]', ("attribute_id", "segment.age_band")) == "Store, no answer"


def test_an_unknown_text_is_named():
    with pytest.raises(CxlabError, match=r"no text 'pulse\.nonsense' in it"):
        Words("it").text("pulse.nonsense")
