"""Two little markets and two short notebooks: the runner does with them what it does with any."""

from functools import cache
from pathlib import Path

import nbformat
import numpy as np
import pandas as pd

WAVES = ("2025-1", "2025-2", "2026-1", "2026-2")
ROWS = 60
"""Answers in each wave."""

PARAMETERS = """market: {name}
name: The {name}
language: es
wave: "2026-2"
sources:
  survey:
    path: ../exports/{name}.csv
    format: csv
    tables:
      responses:
        response_id: id
        wave: wave
        weight: w
        nps: {{from: nps, shift: 0}}
        csat_overall: {{from: csat, scale: [1, 5]}}
        segment.region: region
      response_items:
        satisfaction: {{scale: [1, 5], attributes: {{price: price, staff: staff}}}}
        importance: {{scale: [1, 10], attributes: {{price: price_matters, staff: staff_matters}}}}
studies:
  01_pulse: {{segments: [segment.region]}}
"""
INTAKE = """study = cx.open_study("00_intake", market, wave=wave, options=options)
study.show(cx.contract_table(study.market.codebook, words=study.words))"""
PULSE = """study = cx.open_study("01_pulse", market, wave=wave, options=options)
score = study.save_metrics(cx.nps(study.responses))
study.say(score)
for segment in study.options.segments:
    by_segment = study.save_metrics(cx.nps(study.responses, by=segment))
    study.show(cx.chart_segments(by_segment, total=score, words=study.words))"""


def make_little_project(folder: Path) -> Path:
    for name in ("exports", "params", "notebooks"):
        (folder / name).mkdir(parents=True)
    (folder / "params" / "_defaults.yaml").write_text("min_base: 10\n", encoding="utf-8")
    for seed, name in enumerate(("north", "south")):
        answers(seed).to_csv(folder / "exports" / f"{name}.csv", index=False)
        text = PARAMETERS.format(name=name)
        (folder / "params" / f"{name}.yaml").write_text(text, encoding="utf-8")
    nbformat.write(notebook(INTAKE), folder / "notebooks" / "00_intake.ipynb")
    nbformat.write(notebook(PULSE), folder / "notebooks" / "01_pulse.ipynb")
    return folder


@cache
def answers(seed: int) -> pd.DataFrame:
    """Answers of four waves; in each, one region has few."""
    rng = np.random.default_rng(seed)
    n = ROWS * len(WAVES)
    return pd.DataFrame(
        {
            "id": [f"r{number}" for number in range(n)],
            "wave": np.repeat(WAVES, ROWS),
            "w": rng.choice([0.5, 1.5], n),
            "nps": rng.integers(0, 11, n),
            "csat": rng.integers(1, 6, n),
            "region": np.tile(["Isla"] * 5 + ["Costa"] * 25 + ["Sierra"] * 30, len(WAVES)),
            "price": rng.integers(1, 6, n),
            "staff": rng.integers(1, 6, n),
            "price_matters": rng.integers(1, 11, n),
            "staff_matters": rng.integers(1, 11, n),
        }
    )


def notebook(source: str) -> nbformat.NotebookNode:
    parameters = nbformat.v4.new_code_cell("market = 'north'\nwave = None\noptions = {}")
    parameters.metadata["tags"] = ["parameters"]
    cells = [parameters, nbformat.v4.new_code_cell("import cxlab as cx"), nbformat.v4.new_code_cell(source)]
    kernel = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    return nbformat.v4.new_notebook(cells=cells, metadata=kernel)
