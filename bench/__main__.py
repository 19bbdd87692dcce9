"""`make bench`: every benchmark, or those that are named."""

import sys

from bench import (
    bgnbd,
    churn_training,
    cox,
    demo_company,
    design_measures,
    ecsi,
    importance,
    likelihood_importance,
    lmg,
    moments,
    nps_segments,
    panel_effect,
    pulse_million,
    rake,
    spss_reader,
    survival_curves,
)

BENCHMARKS = {
    "bgnbd": bgnbd.main,
    "churn_training": churn_training.main,
    "cox": cox.main,
    "demo_company": demo_company.main,
    "design_measures": design_measures.main,
    "ecsi": ecsi.main,
    "importance": importance.main,
    "likelihood_importance": likelihood_importance.main,
    "lmg": lmg.main,
    "moments": moments.main,
    "nps_segments": nps_segments.main,
    "panel_effect": panel_effect.main,
    "pulse_million": pulse_million.main,
    "rake": rake.main,
    "spss_reader": spss_reader.main,
    "survival_curves": survival_curves.main,
}

for name in sys.argv[1:] or BENCHMARKS:
    BENCHMARKS[name]()
