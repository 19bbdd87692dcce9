"""The exports look as the survey tools write them, and one seed gives one set of bytes."""

import csv
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pyreadstat
import pytest

from cxlab.demo import write_demo
from cxlab.demo.company import MARKETS, POLAND, SPAIN, WAVES
from cxlab.demo.spss import CREATED, CREATED_AT, variable_names


def _contents(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def _spanish(folder: Path) -> pd.DataFrame:
    paths = sorted((folder / "exports/demo-es").glob("*.csv"))
    return pd.concat([pd.read_csv(path, skiprows=[1, 2], dtype_backend="numpy_nullable") for path in paths])


def test_same_seed_same_bytes_whenever_written(demo: Path, tmp_path: Path) -> None:
    """Another process, in another time zone, and a second later: the .sav writer would stamp the clock."""
    time.sleep(1.1)
    call = "import pathlib, sys; from cxlab.demo import write_demo; write_demo(pathlib.Path(sys.argv[1]))"
    root = Path(__file__).parents[2]
    environment = os.environ | {"TZ": "Asia/Tokyo", "PYTHONHASHSEED": "1"}
    subprocess.run([sys.executable, "-c", call, str(tmp_path)], check=True, cwd=root, env=environment)
    assert _contents(tmp_path) == _contents(demo)


def test_other_seed_other_answers(demo: Path, tmp_path: Path) -> None:
    write_demo(tmp_path, seed=8)
    ours, theirs = _contents(demo), _contents(tmp_path)
    assert ours.keys() == theirs.keys()
    assert all((ours[name] == theirs[name]) == name.startswith("params/") for name in ours)


def test_returns_the_files_written(tmp_path: Path) -> None:
    written = write_demo(tmp_path, customers=400)
    assert {path.relative_to(tmp_path).as_posix() for path in written} == _contents(tmp_path).keys()
    assert len(written) == len(set(written)) == 7


def test_too_few_customers_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="400 or more"):
        write_demo(tmp_path, customers=399)


def test_qualtrics_has_three_header_rows(demo: Path) -> None:
    path = demo / "exports/demo-es/aurea_pulso_2025-1.csv"
    with path.open(encoding="utf-8", newline="") as file:
        names, labels, imports, first = (row for row, _ in zip(csv.reader(file), range(4), strict=False))
    assert names[:2] == ["StartDate", "EndDate"] and len(set(names)) == len(names) == len(first)
    assert "\n" in labels[names.index("Q1")]
    assert json.loads(imports[names.index("Q4_1")]) == {"ImportId": "QID4_1"}
    assert json.loads(imports[names.index("ResponseId")]) == {"ImportId": "_recordId"}


def test_qualtrics_names_nobody(demo: Path) -> None:
    answers = _spanish(demo)
    assert answers["RecipientEmail"].dropna().str.endswith("@example.com").all()
    assert answers["IPAddress"].dropna().str.startswith("192.0.2.").all()
    blank = ["RecipientFirstName", "RecipientLastName", "LocationLatitude", "LocationLongitude"]
    assert answers[blank].isna().all(axis=None)


def test_qualtrics_delivers_one_file_per_wave(demo: Path) -> None:
    for wave in WAVES[:-1]:
        answers = pd.read_csv(demo / f"exports/demo-es/aurea_pulso_{wave.name}.csv", skiprows=[1, 2])
        assert set(answers["OLEADA"]) == {wave.name}
        assert len(answers) == 1000


def test_spss_declares_user_missing_codes(demo: Path) -> None:
    answers, meta = pyreadstat.read_sav(demo / "exports/demo-pl/aurea_puls.sav", user_missing=True)
    scores = set(variable_names(POLAND).values())
    assert meta.missing_ranges == {name: [{"lo": 98.0, "hi": 99.0}] for name in scores}
    assert meta.variable_value_labels["P1"] == {0: "wcale", 10: "na pewno", 98: "nie dotyczy", 99: "odmowa"}
    assert meta.column_names_to_labels["P4_1"] == "Zadowolenie: Zasięg sieci"
    assert (answers["P1"] == 99).any() and (answers["P4_7"] == 98).any() and answers["P2"].isna().any()
    masked, _ = pyreadstat.read_sav(demo / "exports/demo-pl/aurea_puls.sav")
    assert masked["P4_7"].max() == 10


def test_spss_header_date_is_fixed(demo: Path) -> None:
    content = (demo / "exports/demo-pl/aurea_puls.sav").read_bytes()
    assert content[CREATED_AT : CREATED_AT + len(CREATED)] == CREATED
    _, meta = pyreadstat.read_sav(demo / "exports/demo-pl/aurea_puls.sav", metadataonly=True)
    assert (meta.creation_time.year, meta.creation_time.month, meta.creation_time.day) == (2026, 4, 1)
    assert meta.file_label == "Aurea Telecom, badanie satysfakcji"


def test_moments_lie_in_the_fieldwork(demo: Path) -> None:
    spain = _spanish(demo)[["OLEADA", "EndDate"]].set_axis(["wave", "at"], axis=1)
    spain["at"] = pd.to_datetime(spain["at"])
    poland, meta = pyreadstat.read_sav(demo / "exports/demo-pl/aurea_puls.sav", apply_value_formats=True)
    assert meta.original_variable_types["DATA"] == "DATETIME20"
    for answers in (spain, poland[["FALA", "DATA"]].set_axis(["wave", "at"], axis=1)):
        for wave in WAVES:
            at = answers.loc[answers["wave"] == wave.name, "at"]
            assert at.between(wave.first_day, pd.Timestamp(wave.first_day) + pd.Timedelta(days=21)).all()
            assert at.dt.hour.between(8, 21).all() and at.nunique() > 900


def test_small_regions_fall_below_ten_answers(demo: Path) -> None:
    spain = _spanish(demo).drop_duplicates("ResponseId")
    small = spain[spain["REGION"] == 4].groupby("OLEADA").size()
    assert small.to_list() == list(SPAIN.small_region) and small.min() < 10
    poland = pyreadstat.read_sav(demo / "exports/demo-pl/aurea_puls.sav")[0].drop_duplicates("ID")
    small = poland[poland["REGION"] == 4].groupby("FALA").size()
    assert small.to_list() == list(POLAND.small_region) and small.min() < 10


@pytest.mark.parametrize("plan", MARKETS, ids=lambda plan: plan.name)
def test_plan_is_consistent(plan) -> None:
    assert sum(attribute.driver for attribute in plan.attributes) == pytest.approx(1)
    assert sum(attribute.effort for attribute in plan.attributes) == pytest.approx(1)
    for segment in (plan.region, plan.age_band, plan.customer_type):
        assert len(segment.names) == len(segment.shares) == len(segment.effects)
        assert sum(segment.shares) == pytest.approx(1)
