"""What the README tells a newcomer to do works as it is written."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
EXPORT = """ID;Fecha;P1;P2;Zona;P3_1;P3_2;Notas
1;03/02/2026;10;Muy satisfecho;1;9;8;ñ
2;04/02/2026;7;Satisfecho;2;7;99;
3;04/02/2026;98;Normal;1;5;6;
4;31/02/2026;3;Insatisfecho;2;4;4;
"""


def block(language: str) -> str:
    return re.search(rf"```{language}\n(.*?)```", README, re.DOTALL).group(1)


@pytest.fixture
def newcomer(tmp_path, monkeypatch):
    (tmp_path / "params").mkdir()
    (tmp_path / "data").mkdir()
    (tmp_path / "params" / "acme-es.yaml").write_text(
        block("yaml") + "max_quarantine: 0.3\n", encoding="utf-8"
    )
    (tmp_path / "data" / "acme_2026.csv").write_bytes(EXPORT.encode("cp1252"))
    monkeypatch.chdir(tmp_path)


def test_the_tour_runs_as_written(newcomer):
    names = {}
    exec(block("python"), names)
    market = names["market"]
    assert market.responses["nps"].dropna().tolist() == [10, 7]
    assert market.responses["csat_overall"].tolist() == [5, 4, 3]
    assert market.responses["segment.region"].tolist() == ["Norte", "Sur", "Norte"]
    assert len(market.response_items) == 5
    dates = market.quarantine[market.quarantine["rule"] == "unparsable date"]
    assert dates["row"].tolist() == [5]


DOCUMENTS = ["README.md", "ARCHITECTURE.md", *(f"docs/{page.name}" for page in ROOT.glob("docs/*.md"))]


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_link_leads_somewhere(document):
    page = ROOT / document
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text(encoding="utf-8")):
        assert "://" not in target, "documents fetch nothing"
        assert (page.parent / target).exists(), target


def test_the_commands_of_the_readme_exist():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in set(re.findall(r"make ([a-z]+)", README)):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target
