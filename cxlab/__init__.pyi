from .estimate.estimates import Estimates as Estimates
from .estimate.estimates import suppress as suppress
from .load.open_market import open_market as open_market
from .measure.answered import answered as answered
from .measure.mean_score import mean_score as mean_score
from .measure.nps import nps as nps
from .measure.nps_classes import nps_classes as nps_classes
from .measure.share import share as share
from .measure.top_box import top_box as top_box
from .model.errors import CxlabError as CxlabError
from .model.market import Market as Market
from .quality.intake_verdict import intake_verdict as intake_verdict
from .report.chart_missing import chart_missing as chart_missing
from .report.chart_nps import chart_nps as chart_nps
from .report.chart_segments import chart_segments as chart_segments
from .report.chart_trend import chart_trend as chart_trend
from .report.contract_table import contract_table as contract_table
from .report.estimates_table import estimates_table as estimates_table
from .report.missing_table import missing_table as missing_table
from .report.quarantine_table import quarantine_table as quarantine_table
from .report.scorecard import scorecard as scorecard
from .report.sentence import sentence as sentence
from .report.verdict_notice import verdict_notice as verdict_notice
from .report.words import Words as Words
from .study.session import Study as Study
from .study.session import open_study as open_study

__version__: str
