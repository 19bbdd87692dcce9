"""The exports look as the survey tools write them, and one seed gives one set of bytes."""

import csv
import json
import os
import subprocess
import sys
import time
from hashlib import sha256
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pyreadstat
import pytest
from numpy._core._multiarray_umath import __cpu_dispatch__, __cpu_features__

from cxlab.demo import demo_truth, write_demo
from cxlab.demo.company import WAVES
from cxlab.demo.markets import POLAND
from cxlab.demo.spss import CREATED, CREATED_AT, variable_names
from cxlab.model.errors import ParameterError
from cxlab.model.tables import TABLES
from tests.demo.in_turn import IN_TURN


def _contents(folder: Path) -> dict[str, str]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): sha256(path.read_bytes()).hexdigest() for path in files}


def _rows(path: Path, n: int, delimiter: str = ",") -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return [row for row, _ in zip(csv.reader(file, delimiter=delimiter), range(n), strict=False)]


def _personal(demo: Path, market: str, file: str, **options: object) -> pd.DataFrame:
    return pd.read_csv(demo / "exports" / market / file, dtype=str, **options)


@pytest.fixture(scope="module")
def spain(demo: Path) -> pd.DataFrame:
    paths = sorted((demo / "exports/demo-es").glob("*.csv"))
    return pd.concat([pd.read_csv(path, skiprows=[1, 2], dtype=str) for path in paths])


def test_same_seed_same_bytes_on_another_machine(tmp_path: Path) -> None:
    """As near as one machine comes to it: another process, time zone, hash seed and number of threads, and a
    processor without its vector instructions; a second later, as the .sav writer has a clock."""
    call = (
        "import pathlib, sys; from cxlab.demo import write_demo; "
        "write_demo(pathlib.Path(sys.argv[1]), customers=1600)"
    )
    root = Path(__file__).parents[2]
    vectors = " ".join(name for name in __cpu_dispatch__ if __cpu_features__[name])
    here = {"TZ": "Asia/Tokyo", "PYTHONHASHSEED": "1", "OMP_NUM_THREADS": "1"}
    there = {
        "TZ": "UTC",
        "PYTHONHASHSEED": "2",
        "OMP_NUM_THREADS": "4",
        "OPENBLAS_NUM_THREADS": "4",
        "NPY_DISABLE_CPU_FEATURES": vectors,
        "ARROW_USER_SIMD_LEVEL": "NONE",
    }
    running = []
    for name, settings in (("here", here), ("there", there)):
        command = [sys.executable, "-c", call, str(tmp_path / name)]
        running.append(subprocess.Popen(command, cwd=root, env=os.environ | settings))
        time.sleep(1.1)
    assert [process.wait(timeout=120) for process in running] == [0, 0]
    assert _contents(tmp_path / "here") == _contents(tmp_path / "there")


def test_other_seed_other_answers(tmp_path: Path) -> None:
    for seed in (7, 8):
        write_demo(tmp_path / str(seed), seed=seed, customers=1600)
    ours, theirs = _contents(tmp_path / "7"), _contents(tmp_path / "8")
    same = {name for name in ours if ours[name] == theirs[name]}
    fixed = {"touchpoints", "causes", "actions"}
    assert ours.keys() == theirs.keys()
    assert same == {name for name in ours if name.startswith("params/") or Path(name).stem in fixed}


def test_returns_the_files_written(tmp_path: Path) -> None:
    written = write_demo(tmp_path, customers=1600)
    assert {path.relative_to(tmp_path).as_posix() for path in written} == _contents(tmp_path).keys()
    own_tables = len(TABLES) - 2
    assert len(written) == len(set(written)) == 4 * own_tables + len(WAVES) + 3 + 5


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"customers": 1599}, "customers: 1599 .* 1600 or more"),
        ({"customers": 2e3}, "customers: 2000.0 .* a whole number"),
        ({"seed": -1}, "seed: -1 .* 0 or more"),
        ({"seed": True}, "seed: True .* a whole number"),
    ],
)
def test_what_cannot_be_simulated_is_refused(tmp_path: Path, options: dict, said: str) -> None:
    with pytest.raises(ParameterError, match=said):
        write_demo(tmp_path, **options)
    with pytest.raises(ParameterError, match=said):
        demo_truth(**options)


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "demo").touch()
    with pytest.raises(ParameterError, match="is a file; name a folder"):
        write_demo(str(tmp_path / "demo"))


@pytest.mark.slow
def test_two_hundred_thousand_customers_take_less_than_twenty_seconds(tmp_path: Path) -> None:
    """CPU time, as the machine may be busy with other things."""
    start = time.process_time()
    write_demo(tmp_path, customers=200_000)
    assert time.process_time() - start < 20


def test_qualtrics_has_three_header_rows(demo: Path) -> None:
    names, labels, imports, first = _rows(demo / "exports/demo-es/aurea_2024-1.csv", 4)
    assert names[:2] == ["StartDate", "EndDate"] and len(set(names)) == len(names) == len(first)
    assert "\n" in labels[names.index("Q1")]
    assert json.loads(imports[names.index("Q14_1")]) == {"ImportId": "QID14_1"}
    assert json.loads(imports[names.index("ResponseId")]) == {"ImportId": "_recordId"}


def test_qualtrics_codes_the_recommendation_from_1_to_11(spain: pd.DataFrame) -> None:
    codes = spain["Q1"].dropna().astype(int)
    assert codes.min() >= 1 and codes.max() == 12  # 12: impossible, and planted


def test_qualtrics_delivers_one_file_per_wave(demo: Path) -> None:
    for wave in WAVES[:-1]:
        answers = pd.read_csv(demo / f"exports/demo-es/aurea_{wave.name}.csv", skiprows=[1, 2])
        assert set(answers["OLEADA"]) == {wave.name}


def test_questionpro_has_one_header_below_rows_about_the_survey(demo: Path) -> None:
    rows = _rows(demo / "exports/demo-it/aurea_rawdata.csv", 6)
    place = next(number for number, row in enumerate(rows) if "Response ID" in row)
    assert place > 0 and "Timestamp (MM/dd/yyyy)" in rows[place]
    assert rows[place].count("Copertura di rete") == 2  # both grids have the same rows
    assert len(rows[place + 1]) == len(rows[place])


def test_surveymonkey_has_two_header_rows(demo: Path) -> None:
    questions, options, first = _rows(demo / "exports/demo-en/aurea_responses.csv", 3)
    assert len(questions) == len(options) == len(first)
    assert options[questions.index("respondent_id")] == ""
    place = questions.index("How satisfied are you with each of these?")
    assert options[place : place + 2] == ["Network coverage", "Value for money"]
    assert questions[place + 1] == ""
    assert "Response" in options and "Open-Ended Response" in options


def test_spss_declares_user_missing_codes(demo: Path) -> None:
    answers, meta = pyreadstat.read_sav(demo / "exports/demo-pl/aurea_puls.sav", user_missing=True)
    names = variable_names(POLAND)
    scores = {name for column, name in names.items() if column in ("nps", "ces") or "satisfaction." in column}
    assert all(meta.missing_ranges[name] == [{"lo": 98.0, "hi": 99.0}] for name in scores)
    assert meta.variable_value_labels["P1"] == {0: "wcale", 10: "na pewno", 98: "nie dotyczy", 99: "odmowa"}
    assert meta.column_names_to_labels[names["satisfaction.network"]] == "Zadowolenie: Zasięg sieci"
    assert (answers["P1"] == 99).any() and (answers[names["satisfaction.installation"]] == 98).any()
    masked, _ = pyreadstat.read_sav(demo / "exports/demo-pl/aurea_puls.sav")
    assert masked[names["satisfaction.installation"]].max() == 10


def test_spss_header_date_is_fixed(demo: Path) -> None:
    content = (demo / "exports/demo-pl/aurea_puls.sav").read_bytes()
    assert content[CREATED_AT : CREATED_AT + len(CREATED)] == CREATED
    _, meta = pyreadstat.read_sav(demo / "exports/demo-pl/aurea_puls.sav", metadataonly=True)
    assert (meta.creation_time.year, meta.creation_time.month, meta.creation_time.day) == (2026, 11, 1)


def test_the_exports_name_nobody(demo: Path, spain: pd.DataFrame) -> None:
    """Addresses are of the example domain and of the networks RFC 5737 keeps for documents."""
    italy = _personal(demo, "demo-it", "aurea_rawdata.csv", skiprows=4)
    england = _personal(demo, "demo-en", "aurea_responses.csv", skiprows=[1])
    mails = (spain["RecipientEmail"], italy["Respondent Email"], england["email_address"])
    hosts = (spain["IPAddress"], italy["IP Address"], england["ip_address"])
    for mail in mails:
        assert mail.notna().any() and mail.dropna().str.endswith("@example.com").all()
    for host, network in zip(hosts, ("192.0.2.", "198.51.100.", "203.0.113."), strict=True):
        assert host.notna().any() and host.dropna().str.startswith(network).all()
    assert spain[["RecipientFirstName", "RecipientLastName", "LocationLatitude"]].isna().all(axis=None)


def test_the_company_files_are_written_as_each_country_does(demo: Path) -> None:
    exports = demo / "exports"
    spain = _rows(exports / "demo-es/company/transactions.csv", 2)[1]
    italy = _rows(exports / "demo-it/company/transactions.csv", 2, ";")[1]
    assert pd.Timestamp(spain[2]) and float(spain[3])
    assert pd.to_datetime(italy[2], format="%d/%m/%Y") and "," in italy[3]
    poland = pq.read_schema(exports / "demo-pl/company/transactions.parquet")
    assert str(poland.field("date").type) == "date32[day]" and str(poland.field("amount").type) == "double"


@pytest.mark.parametrize("name", IN_TURN)
def test_moments_lie_in_the_fieldwork(loaded, name: str) -> None:
    answers = loaded(name).responses
    for wave in WAVES:
        own = answers[answers["wave"] == wave.name]
        first, full = pd.Timestamp(wave.first_day), own["stage"] == "full"
        assert own.loc[full, "responded_at"].between(first, first + pd.Timedelta(days=21)).all()
        assert (own.loc[~full, "responded_at"] < first).all()
        assert own["responded_at"].dt.hour.between(8, 22).all()
