"""What is planted can be counted and estimated again from the files."""

from pathlib import Path

import numpy as np
import pandas as pd
import pyreadstat
import pytest

from cxlab.demo import DemoTruth, demo_truth
from cxlab.demo.company import MARKETS, POLAND, SPAIN, WAVES
from cxlab.demo.qualtrics import question_names
from cxlab.demo.spss import variable_names

NAMES = {"demo-es": question_names(SPAIN), "demo-pl": variable_names(POLAND)}
PLANS = {plan.name: plan for plan in MARKETS}


def _rows(folder: Path, market: str) -> pd.DataFrame:
    """Rows as exported, with the planted columns' names and the codes of the export."""
    if market == "demo-es":
        paths = sorted((folder / "exports/demo-es").glob("*.csv"))
        rows = pd.concat([pd.read_csv(path, skiprows=[1, 2]) for path in paths], ignore_index=True)
        names = {"ResponseId": "id", "OLEADA": "wave", "PESO": "weight", "EDAD": "age_band"}
    else:
        rows, _ = pyreadstat.read_sav(folder / "exports/demo-pl/aurea_puls.sav", user_missing=True)
        rows["FALA"] = rows["FALA"].map(dict(enumerate((wave.name for wave in WAVES), start=1)))
        names = {"ID": "id", "FALA": "wave", "WAGA": "weight", "WIEK": "age_band"}
    return rows.rename(columns=names | {name: score for score, name in NAMES[market].items()})


def _clean(folder: Path, market: str) -> pd.DataFrame:
    """Scores on their own scale, missing where no score was given, every answer once."""
    rows = _rows(folder, market).drop_duplicates("id")
    if market == "demo-es":
        rows["nps"] -= 1
    scores = list(NAMES[market])
    highest = pd.Series(10, index=scores).mask([score == "csat_overall" for score in scores], 5)
    lowest = pd.Series(1, index=scores).mask([score == "nps" for score in scores], 0)
    rows[scores] = rows[scores].where(rows[scores].le(highest) & rows[scores].ge(lowest))
    return rows


def _weighted_mean(score: pd.Series, weight: pd.Series) -> tuple[float, float]:
    """Mean and linearised standard error over the rows that hold a score."""
    x, w = score[score.notna()].to_numpy(), weight[score.notna()].to_numpy()
    mean = np.average(x, weights=w)
    return mean, np.sqrt(np.sum((w * (x - mean)) ** 2)) / w.sum()


def _nps_points(score: pd.Series) -> pd.Series:
    return (100.0 * (score >= 9) - 100.0 * (score <= 6)).where(score.notna())


@pytest.mark.parametrize("market", PLANS)
def test_dirt_is_planted_as_counted(demo: Path, truth: DemoTruth, market: str) -> None:
    rows = _rows(demo, market)
    nps = rows["nps"] - (1 if market == "demo-es" else 0)
    dates = pd.to_datetime(rows["RecordedDate" if market == "demo-es" else "DATA"], errors="coerce")
    found = {
        "impossible_nps": int(nps.between(10.5, 97).sum()),
        "impossible_item": int((rows["satisfaction.network"] == 0).sum()),
        "duplicate_id": int(rows["id"].duplicated().sum()),
        "unparsable_date": int(dates.isna().sum()),
    }
    assert found == truth.markets[market].dirt
    assert sum(found.values()) < 0.05 * len(rows)
    assert truth.markets[market].rows == rows.groupby("wave").size().to_dict()


def test_dirt_stays_below_the_limit_in_the_smallest_demo() -> None:
    for market in demo_truth(customers=400).markets.values():
        assert sum(market.dirt.values()) < 0.05 * sum(market.rows.values())


@pytest.mark.parametrize("market", PLANS)
def test_gaps_are_counted_by_reason(demo: Path, truth: DemoTruth, market: str) -> None:
    scores = _rows(demo, market)[list(NAMES[market])]
    code = 11 if market == "demo-es" else 98
    grid = [column for column in scores if column.startswith("satisfaction.")]
    found = {
        "blank": int(scores.isna().sum().sum()),
        "refused": int((scores == 99).sum().sum()),
        "not applicable": int((scores[grid] == code).sum().sum()),
    }
    assert found == truth.markets[market].missing


@pytest.mark.parametrize("market", PLANS)
def test_weights_restore_the_population(demo: Path, market: str) -> None:
    rows = _clean(demo, market)
    for _, wave in rows.groupby("wave"):
        assert wave["weight"].mean() == pytest.approx(1, abs=1e-6)  # exported with six decimals
        shares = wave.groupby("age_band")["weight"].sum() / wave["weight"].sum()
        assert shares.to_numpy() == pytest.approx(PLANS[market].age_band.shares, abs=1e-5)


@pytest.mark.parametrize("market", PLANS)
def test_planted_means_are_recovered(demo: Path, truth: DemoTruth, market: str) -> None:
    """66 weighted figures a market; 4 standard errors are exceeded by chance in 1 of 16,000."""
    planted = truth.markets[market]
    for wave, rows in _clean(demo, market).groupby("wave"):
        figures = {score: (_weighted_mean(rows[score], rows["weight"])) for score in NAMES[market]}
        for score, (mean, error) in figures.items():
            assert abs(mean - planted.means[wave][score]) < 4 * error, (wave, score)
        nps, error = _weighted_mean(_nps_points(rows["nps"]), rows["weight"])
        assert abs(nps - planted.nps[wave]) < 4 * error, wave


@pytest.mark.parametrize("market", PLANS)
def test_without_weights_satisfaction_is_flattered(demo: Path, market: str) -> None:
    rows = _clean(demo, market)
    points = _nps_points(rows["nps"])
    weighted, _ = _weighted_mean(points, rows["weight"])
    assert points.mean() - weighted > 3


def test_only_spain_changes(truth: DemoTruth) -> None:
    assert truth.markets["demo-es"].nps_change > 10
    assert truth.markets["demo-pl"].nps_change == 0


def test_truth_about_the_population_does_not_depend_on_the_seed(truth: DemoTruth) -> None:
    other = demo_truth(seed=8, customers=400)
    assert other.markets["demo-es"].nps == truth.markets["demo-es"].nps
    assert other.markets["demo-es"].missing != truth.markets["demo-es"].missing
