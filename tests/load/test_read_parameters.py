"""Parameters are strict: each fault is named with its file, its line and the remedy."""

# ruff: noqa: E501 (one case a line)

import pytest

from cxlab.load.inputs import Input, SourceFile, market_inputs
from cxlab.load.open_market import open_market
from cxlab.load.read_parameters import market_files, read_parameters
from cxlab.model.errors import CxlabError, ParameterError, SourceError

GOOD = """\
market: xx
name: Example
wave: "2026-1"
sources:
  survey:
    path: survey.csv
    format: csv
    tables:
      responses:
        response_id: id
        nps: {from: q}
      response_items:
        satisfaction:
          scale: [1, 5]
          attributes: {art: a, food: {from: f}}
    ignore: rest
labels:
  art: {en: Art, es: Arte}
studies:
  01_pulse: {segments: []}
"""


def _fault(desk, text: str, defaults: str | None = None, name: str = "xx.yaml") -> str:
    if defaults is not None:
        desk.write("_defaults.yaml", defaults)
    with pytest.raises(ParameterError) as raised:
        read_parameters(desk.write(name, text))
    return str(raised.value).replace(f"{desk.folder}/", "")


def test_good_file_is_good(desk):
    parameters = read_parameters(desk.write("xx.yaml", GOOD))
    assert parameters.sources["survey"].tables["response_items"]["satisfaction"].column("art").scale == (1, 5)


@pytest.mark.parametrize(
    ("right", "wrong", "message"),
    [
        ("name: Example", "nmae: Example", "xx.yaml:2: nmae: unknown key 'nmae'; did you mean 'name'?"),
        ("format: csv", "fromat: csv", "xx.yaml:7: sources.survey.fromat: unknown key 'fromat'; did you mean 'format'?"),
        ("{from: q}", "{from: q, mising: {0: x}}", "xx.yaml:11: sources.survey.tables.responses.nps.mising: unknown key 'mising'; did you mean 'missing'?"),
        ("scale: [1, 5]", "scales: [1, 5]", "xx.yaml:14: sources.survey.tables.response_items.satisfaction.scales: unknown key 'scales'; did you mean 'scale'?"),
        ("{from: f}", "{frm: f}", "xx.yaml:15: sources.survey.tables.response_items.satisfaction.attributes.food.frm: unknown key 'frm'; did you mean 'from'?"),
        ("01_pulse", "01_puls", "xx.yaml:20: studies.01_puls: unknown key '01_puls'; did you mean '01_pulse'?"),
        ("{segments: []}", "{segment: []}", "xx.yaml:20: studies.01_pulse.segment: unknown key 'segment'; did you mean 'segments'?"),
        ("      responses:", "      response:", "xx.yaml:9: sources.survey.tables.response: unknown table 'response'; did you mean 'responses'?"),
        ("        nps:", "        npss:", "xx.yaml:11: sources.survey.tables.responses.npss: the table 'responses' has no column 'npss'; did you mean 'nps'?"),
        ("        response_id: id\n", "", "xx.yaml:9: sources.survey.tables.responses: 'response_id' is not mapped"),
        ("name: Example\n", "", "name: 'name' is missing"),
        ("    format: csv\n", "", "xx.yaml:5: sources.survey.format: 'format' is missing"),
        ("format: csv", "format: cvs", "xx.yaml:7: sources.survey.format: Input should be 'csv'"),
        ("{from: q}", "{from: [q, f]}", "xx.yaml:11: sources.survey.tables.responses.nps: 'nps' is a score, which cannot be joined from several columns"),
        ("{from: q}", "{}", "xx.yaml:11: sources.survey.tables.responses.nps: a column has either `from`"),
        ("{from: q}", "{from: q, value: 3}", "xx.yaml:11: sources.survey.tables.responses.nps: a column has either `from`"),
        ("nps: {from: q}", "csat_overall: q", "xx.yaml:11: sources.survey.tables.responses.csat_overall: the score 'csat_overall' has no scale; add scale"),
        ("scale: [1, 5]", "shift: 1", "xx.yaml:13: sources.survey.tables.response_items.satisfaction: the score 'score' has no scale"),
        ("{from: q}", "{from: q, scale: [5, 1]}", "nps.scale: a scale is [lowest, highest]"),
        ("{from: q}", "{from: q, scale: [1, 11]}", "'nps' runs from 0 to 10, which the scale [1.0, 11.0] exceeds; bring the source's codes onto it with shift"),
        ("nps: {from: q}", "duration_s: {from: q, reverse: true}", "`reverse` needs a `scale`"),
        ("nps: {from: q}", "responded_at: {from: q, shift: 1}", "'responded_at' is a date: `shift` means nothing there"),
        ("{from: q}", '{from: q, tz: Europe/Madrid}', "'nps' is a score: `tz` means nothing there"),
        ("nps: {from: q}", "responded_at: {from: q, tz: Madrid}", "'Madrid' is no time zone"),
        ("nps: {from: q}", "responded_at: {from: q, format: dd/MM/yyyy}", "'dd/MM/yyyy' is no date format"),
        ("nps: {from: q}", 'responded_at: {from: q, format: "%Q"}', "'%Q' is no date format"),
        ("{from: q}", '{from: q, missing: {1: a, "1.0": b}}', "the code 1 stands twice"),
        ("ignore: rest", "ignore: all", "xx.yaml:16: sources.survey.ignore: Input should be 'rest'"),
        ("ignore: rest", "ignore: [q]", "xx.yaml:16: sources.survey.ignore: 'q' is mapped and listed under ignore"),
        ("ignore: rest", "drop: [a]", "xx.yaml:16: sources.survey.drop: 'a' is mapped and listed under drop"),
        ("ignore: rest", "sheet: one", "sources.survey: `sheet` means nothing with format: csv"),
        ("ignore: rest", "delimiter: \\t", "a delimiter is one sign"),
        ("ignore: rest", "delimiter: '\"'", "a delimiter is one sign"),
        ("{en: Art", "{de: Art", "de"),
        ("        satisfaction:", "        delight:", "'delight' with attributes has no place in the table 'response_items'"),
        ("market: xx", "market: all", "'all' is a folder of the outputs and cannot name a market"),
        ("market: xx", "market: XX", "xx.yaml:1: market: String should match"),
        ("market: xx", "market: yy", "xx.yaml:1: market is 'yy' but the file is called 'xx.yaml'"),
        ('wave: "2026-1"', "wave: yes", "xx.yaml:3: a bare yes is a truth value"),
        ("art: a,", "art: off,", "xx.yaml:15: a bare off"),
        ("art: a,", "on: a,", "xx.yaml:15: a bare on"),
        ("ignore: rest", "ignore: [a, no]", "xx.yaml:16: a bare no"),
        ("labels:", "name: Twice\nlabels:", "xx.yaml:17: a key stands twice"),
        ("{from: q}", "{from: q, from: r}", "xx.yaml:11: a key stands twice"),
        ('wave: "2026-1"', "wave: 2026-13-01", "is no valid YAML: month must be in 1..12"),
        ("name: Example", "name: 'Example", "is no valid YAML"),
        ("name: Example", "name: \x07", "is no valid YAML"),
        ("name: Example", "name: &a [*a]", "xx.yaml:2: name: Input should be a valid string"),
        ("labels:", "min_base: few\nlabels:", "xx.yaml:17: min_base: Input should be a valid integer"),
        ("labels:", "max_quarantine: 5\nlabels:", "xx.yaml:17: max_quarantine: Input should be less than or equal to 1"),
    ],
)  # fmt: skip
def test_each_fault_names_its_place_and_the_remedy(desk, right, wrong, message):
    assert right in GOOD
    assert message in _fault(desk, GOOD.replace(right, wrong, 1))


def test_all_faults_are_listed_at_once(desk):
    text = GOOD.replace("name: Example", "nmae: Example").replace("{from: q}", "{form: q, hsah: true}")
    text = text.replace("format: csv", "format: cvs")
    lines = _fault(desk, text).splitlines()
    assert [line.split(": ")[1] for line in lines] == [
        "nmae", "name", "sources.survey.format",
        "sources.survey.tables.responses.nps.form", "sources.survey.tables.responses.nps.hsah",
    ]  # fmt: skip
    text = GOOD.replace("nps:", "npss:").replace("      response_items:", "      items:")
    assert len(_fault(desk, text).splitlines()) == 2


def test_attributes_may_bear_names_the_grammar_uses(desk):
    """`items` and `column` are words like others: a fault below them keeps its place."""
    text = GOOD.replace("art: a", "items: {from: {x: 1}}").replace(
        "food: {from: f}", "column: {from: {x: 1}}"
    )
    fault = _fault(desk, text)
    assert "attributes.items.from" in fault and "attributes.column.from" in fault


@pytest.mark.parametrize("name", ["_all", "all", "site", "demo"])
def test_reserved_names(desk, name):
    assert "market" in _fault(desk, GOOD.replace("market: xx", f"market: {name}"), name=f"{name}.yaml")


def test_defaults_are_merged_deeply_and_lists_replaced(desk):
    desk.write(
        "_defaults.yaml",
        "currency: CHF\nmin_base: 7\nstudies: {01_pulse: {segments: [segment.x]}}\n"
        "labels: {food: {en: Food}}\n",
    )
    parameters = read_parameters(desk.write("xx.yaml", GOOD + "min_base: 8\n"))
    assert (parameters.currency, parameters.min_base) == ("CHF", 8)
    assert parameters.studies.pulse.segments == ()
    assert parameters.labels == {"food": {"en": "Food"}, "art": {"en": "Art", "es": "Arte"}}


def test_a_fault_is_found_in_the_file_it_stands_in(desk):
    defaults = "currency: CHF\nstudies:\n  01_pulse: {conf_levl: 2}\n"
    assert "_defaults.yaml:3: studies.01_pulse.conf_levl" in _fault(desk, GOOD, defaults)
    assert "xx.yaml:20: studies.01_pulse.segmets" in _fault(
        desk, GOOD.replace("segments", "segmets"), defaults
    )
    assert "_defaults.yaml:2: a key stands twice" in _fault(desk, GOOD, "currency: A\ncurrency: B\n")


def test_anchors_and_merge_keys(desk):
    """What is merged in from an anchor has no line of its own; the fault still has a place."""
    text = GOOD.replace("nps: {from: q}", "nps: &n {from: q}").replace(
        "food: {from: f}", "food: {<<: *n, shfit: 1}"
    )
    assert "xx.yaml:15:" in _fault(desk, text)
    good = GOOD.replace("nps: {from: q}", "nps: &n {from: q}").replace("food: {from: f}", "food: {<<: *n}")
    parameters = read_parameters(desk.write("xx.yaml", good))
    assert parameters.sources["survey"].tables["response_items"]["satisfaction"].column("food").from_ == (
        "q",
    )


@pytest.mark.parametrize("content", ["", "# nothing\n", "- a\n- b\n", "text"])
def test_a_file_without_parameters(desk, content):
    assert "xx.yaml: holds no parameters" in _fault(desk, content)


def test_a_file_in_another_encoding_names_the_line(desk):
    path = desk.write("xx.yaml", GOOD.replace("Example", "Málaga").encode("latin-1"))
    with pytest.raises(ParameterError, match=r"xx.yaml:2: is not UTF-8"):
        read_parameters(path)


def test_a_market_nobody_knows_and_a_folder(desk):
    desk.write("xx.yaml", GOOD)
    desk.write("_defaults.yaml", "currency: EUR\n")
    assert list(market_files(desk.folder)) == ["xx"]
    with pytest.raises(ParameterError, match="there is no market 'xxx'; did you mean 'xx'"):
        open_market(desk.folder / "xxx.yaml")
    (desk.folder / "dir.yaml").mkdir()
    for path in (desk.folder / "dir.yaml", desk.folder / "nowhere" / "xx.yaml"):
        with pytest.raises(ParameterError):
            open_market(path)
    with pytest.raises(ParameterError):
        read_parameters(desk.folder / "dir.yaml")


def test_environment_is_read_in_paths(desk, monkeypatch):
    path = desk.write("xx.yaml", GOOD.replace("path: survey.csv", "path: ${CX_PLACE}/survey.csv"))
    monkeypatch.delenv("CX_PLACE", raising=False)
    with pytest.raises(ParameterError, match=r"sources.survey: the environment variable CX_PLACE is not set"):
        open_market(path)
    monkeypatch.setenv("CX_PLACE", str(desk.folder / "there"))
    survey = desk.write("there/survey.csv", "id,q,a,f\n1,9,5,5\n")
    assert market_inputs(read_parameters(path), path) == [Input("survey", SourceFile(survey))]
    assert open_market(path).responses["nps"].tolist() == [9]


@pytest.mark.parametrize(
    ("text", "what"), [("no.csv", "there is no file 'no.csv'"), (".", "'.' is a folder")]
)
def test_a_source_that_is_not_there(desk, text, what):
    path = desk.write("xx.yaml", GOOD.replace("path: survey.csv", f"path: {text}"))
    with pytest.raises(SourceError) as raised:
        open_market(path)
    assert what in str(raised.value) and "sources.survey" in str(raised.value)


def test_no_path_at_all(desk):
    for text in ("~nobody-by-this-name/survey.csv", '"a\\0b"'):
        path = desk.write("xx.yaml", GOOD.replace("path: survey.csv", f"path: {text}"))
        with pytest.raises(CxlabError):
            open_market(path)
