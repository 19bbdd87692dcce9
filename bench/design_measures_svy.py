"""A mean and a share by design with svy, in an interpreter of its own; one answer a line of input."""

import json
import sys
import time
from pathlib import Path

try:
    import polars as pl
    import svy
except ImportError as absent:
    print(json.dumps({"missing": f"this Python has no {absent.name}"}))
    sys.exit()

folder, form = Path(sys.argv[1]), sys.argv[2]
columns = ["stratum", "cluster", "region", "csat", "weight"]
frame = pl.read_parquet(folder / f"{form}.parquet", columns=columns)
asked = {
    "mean": lambda estimation: estimation.mean("csat", drop_nulls=True),
    "mean by region": lambda estimation: estimation.mean("csat", by="region", drop_nulls=True),
    "top box": lambda estimation: estimation.prop("top", drop_nulls=True),
    "top box by region": lambda estimation: estimation.prop("top", by="region", drop_nulls=True),
}
for _ in sys.stdin:
    busy = time.process_time()
    start = time.perf_counter()
    # The recode has to be a column of the frame.
    ready = frame.with_columns(top=(pl.col("csat") >= 4).cast(pl.Int8))
    sample = svy.Sample(ready, svy.Design(stratum="stratum", psu="cluster", wgt="weight"))
    seconds, figures = {"design": time.perf_counter() - start}, {}
    for question, call in asked.items():
        start = time.perf_counter()
        rows = call(sample.estimation).to_polars()
        seconds[question] = time.perf_counter() - start
        wanted = ["est", "se"]
        if "top" in question:
            wanted += ["lci", "uci"]
            rows = rows.filter(pl.col("top").cast(pl.String) == "1")
        if "region" in question:
            rows = rows.with_columns(pl.col("region").cast(pl.String)).sort("region")
        figures[question] = [rows[name].to_list() for name in wanted]
    status = Path("/proc/self/status").read_text(encoding="ascii")
    peak = int(status.partition("VmHWM:")[2].split()[0]) / 1024
    told = {"seconds": seconds, "processor": time.process_time() - busy, "peak_mib": peak}
    print(json.dumps({**told, "figures": figures}), flush=True)
