"""A mean and a share by design with svy, in an interpreter of its own; one answer a line on standard input."""

import json
import sys
import time
from pathlib import Path

import polars as pl
import svy

folder = Path(sys.argv[1])
columns = ["stratum", "cluster", "region", "csat", "weight"]
frame = pl.read_parquet(folder / "categories.parquet", columns=columns)
for _ in sys.stdin:
    start = time.perf_counter()
    # The recode has to be a column of the frame.
    ready = frame.with_columns(top=(pl.col("csat") >= 4).cast(pl.Int8))
    sample = svy.Sample(ready, svy.Design(stratum="stratum", psu="cluster", wgt="weight"))
    seconds = {"design": time.perf_counter() - start}
    estimation, figures = sample.estimation, {}
    asked = {
        "mean": lambda: estimation.mean("csat", drop_nulls=True),
        "mean by region": lambda: estimation.mean("csat", by="region", drop_nulls=True),
        "top box": lambda: estimation.prop("top", drop_nulls=True),
        "top box by region": lambda: estimation.prop("top", by="region", drop_nulls=True),
    }
    for question, call in asked.items():
        start = time.perf_counter()
        rows = call().to_polars()
        seconds[question] = time.perf_counter() - start
        if "top" in rows.columns:
            rows = rows.filter(pl.col("top").cast(pl.String).is_in(["1", "1.0"]))
        if "region" in question:
            rows = rows.with_columns(pl.col("region").cast(pl.String)).sort("region")
        wanted = ["est", "se", *(["lci", "uci"] if "top" in question else [])]
        figures[question] = [rows[name].to_list() for name in wanted]
    status = Path("/proc/self/status").read_text(encoding="ascii")
    peak = int(status.partition("VmHWM:")[2].split()[0]) / 1024
    told = {"seconds": seconds, "figures": figures, "peak_mib": peak, "version": svy.__version__}
    print(json.dumps(told), flush=True)
