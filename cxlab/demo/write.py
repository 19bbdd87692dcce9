"""Write the demo company's exports and the parameter files that read them."""

from __future__ import annotations

from pathlib import Path

from cxlab.demo.company import POLAND, SPAIN
from cxlab.demo.parameters import parameter_files
from cxlab.demo.qualtrics import write_qualtrics
from cxlab.demo.simulate import simulate_market
from cxlab.demo.spss import write_spss


def write_demo(folder: Path, *, seed: int = 7, customers: int = 4000) -> list[Path]:
    """Write the exports of two simulated markets, and parameters to open them with.

    Parameters
    ----------
    folder : Path
        Made if need be; files of an earlier demo in it are replaced.
    seed : int, default 7
        One seed gives the same bytes on every machine with the same versions of numpy, pandas and pyreadstat.
    customers : int, default 4000
        Customers per market, 400 at least; one in four answers in each of three waves.

    Returns
    -------
    list of Path
        The files written: `exports/demo-es/…csv` (Qualtrics, one per wave), `exports/demo-pl/…sav` (SPSS, all
        waves), `params/_defaults.yaml`, `params/demo-es.yaml`, `params/demo-pl.yaml`.

    Raises
    ------
    ValueError
        With fewer than 400 customers.
    """
    spain = simulate_market(SPAIN, seed=seed, customers=customers)
    poland = simulate_market(POLAND, seed=seed, customers=customers)
    written = write_qualtrics(SPAIN, spain, folder / "exports" / SPAIN.name)
    written.append(write_spss(POLAND, poland, folder / "exports" / POLAND.name))
    params = folder / "params"
    params.mkdir(parents=True, exist_ok=True)
    for name, text in parameter_files("../exports").items():
        (params / name).write_text(text, encoding="utf-8", newline="\n")
        written.append(params / name)
    return written
