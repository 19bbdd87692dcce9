"""Write the demo company's exports and the parameter files that read them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd

from cxlab.demo.company import MarketPlan, Tool
from cxlab.demo.company_files import STYLES, write_company
from cxlab.demo.market_size import market_size
from cxlab.demo.markets import MARKETS
from cxlab.demo.parameters import parameter_files
from cxlab.demo.qualtrics import write_qualtrics
from cxlab.demo.questionpro import write_questionpro
from cxlab.demo.simulate import company_tables, simulate_market
from cxlab.demo.spss import write_spss
from cxlab.demo.surveymonkey import write_surveymonkey
from cxlab.model.errors import ParameterError

WRITERS: dict[Tool, Callable[[MarketPlan, pd.DataFrame, Path], list[Path]]] = {
    "qualtrics": write_qualtrics,
    "questionpro": write_questionpro,
    "spss": write_spss,
    "surveymonkey": write_surveymonkey,
}


def write_demo(folder: str | Path, *, seed: int = 7, customers: int = 12_000) -> list[Path]:
    """Write the exports of a simulated company with four markets, and parameters to open them with.

    Parameters
    ----------
    folder : str or Path
        Made if need be; files of an earlier demo in it are replaced.
    seed : int, default 7
        One seed gives the same bytes on every machine with the same versions of numpy, pandas, pyarrow and
        pyreadstat.
    customers : int, default 12000
        Customers of the company, an equal quarter in each market; 1600 at least.

    Returns
    -------
    list of Path
        The files written. In `exports/<market>/` the survey: `aurea_<wave>.csv` (Spain, Qualtrics, one per
        wave), `aurea_rawdata.csv` (Italy, QuestionPro), `aurea_puls.sav` (Poland, SPSS) or
        `aurea_responses.csv` (England, SurveyMonkey); the company's own tables in `company/` beside it. In
        `params/`: `_defaults.yaml` and a file for each market.

    Raises
    ------
    ParameterError
        With fewer than 1600 customers, with a seed below 0, or where `folder` is a file.
    """
    folder, share = Path(folder), market_size(customers, seed)
    if folder.exists() and not folder.is_dir():
        raise ParameterError("is a file", where=str(folder), remedy="name a folder for the demo")
    written: list[Path] = []
    for plan in MARKETS:
        market = simulate_market(plan, seed=seed, customers=share)
        exports = folder / "exports" / plan.name
        written += WRITERS[plan.tool](plan, market.fieldwork.answers, exports)
        written += write_company(company_tables(market), STYLES[plan.language], exports)
    params = folder / "params"
    params.mkdir(parents=True, exist_ok=True)
    for name, text in parameter_files("../exports").items():
        (params / name).write_text(text, encoding="utf-8", newline="\n")
        written.append(params / name)
    return written
