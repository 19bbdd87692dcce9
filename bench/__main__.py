"""`make bench`: every benchmark, or those that are named."""

import sys

from bench import pulse_million

BENCHMARKS = {"pulse_million": pulse_million.main}

for name in sys.argv[1:] or BENCHMARKS:
    BENCHMARKS[name]()
