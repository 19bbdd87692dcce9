"""`open_study` and the study it opens: the three lines every notebook starts with."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from cxlab.load.open_market import open_market
from cxlab.measure.wide_items import wide_items
from cxlab.model.errors import StudyError
from cxlab.model.market import Market
from cxlab.model.parameters import Language
from cxlab.model.tables import TABLES
from cxlab.report.words import Words
from cxlab.retention.renewal_books import RenewalDecisions
from cxlab.retention.renewal_result import RenewalForecast
from cxlab.study.folders import RUN_NAME, find_folders
from cxlab.study.forecasts import SCORES, freeze_forecast, score_forecasts
from cxlab.study.frozen_index import frozen_names
from cxlab.study.options import require_wave, study_options
from cxlab.study.record import Record


@dataclass(slots=True, kw_only=True)
class Study(Record):
    """One study of one market and wave: its data, its options and what it leaves behind.

    Parameters
    ----------
    market
        The loaded market.
    options
        Its validated options.
    """

    market: Market
    options: Any

    @property
    def language(self) -> Language:
        """Language of the report."""
        return self.words.language

    @property
    def responses(self) -> pd.DataFrame:
        """Responses of the study's wave."""
        return self._of_wave(self.market.table("responses"))

    @property
    def history(self) -> pd.DataFrame:
        """Responses of the study's wave and of every wave before it; waves sort by their names."""
        responses = self.market.table("responses")
        if "wave" not in responses:
            return responses.assign(wave=self.wave)
        return responses[responses["wave"] <= self.wave].reset_index(drop=True)

    @property
    def outcomes(self) -> tuple[str, ...]:
        """The scores that anybody answered in the study's wave."""
        scores = [name for name, column in TABLES["responses"].columns.items() if column.kind == "score"]
        return tuple(name for name in scores if self.has(name))

    @property
    def segments(self) -> tuple[str, ...]:
        """The segments of the options that tell respondents of the study's wave apart.

        A question that was not asked in this wave, or that all answered alike, has nothing to compare.
        """
        responses = self.responses
        return tuple(name for name in self.options.segments if responses[name].nunique() > 1)

    def items(self, kind: str = "satisfaction") -> pd.DataFrame:
        """Return the wave's item scores of one kind, each with the weight and segments of its response.

        Empty where the market has none.
        """
        items = self.market.tables.get("response_items")
        if items is None:
            return self.responses.iloc[:0].assign(attribute_id="", kind="", score=0.0)
        items = items[items["kind"] == kind].drop(columns="market")
        # A questionnaire has a kind of its own (relationship or transactional).
        return items.merge(
            self.responses.drop(columns="kind", errors="ignore"), on="response_id", how="inner"
        )

    def mapped(self, table: str, *columns: str) -> pd.DataFrame | None:
        """Return a table of the market, or None where no source maps it with these columns."""
        found = self.market.tables.get(table)
        return found if found is not None and set(columns) <= set(found) else None

    def wide(self, questions: Sequence[str], responses: pd.DataFrame | None = None) -> pd.DataFrame:
        """Return responses with rated attributes beside their columns, as a path model wants them.

        Parameters
        ----------
        questions
            Columns of responses, or attributes rated for satisfaction or asked as expectations; NaN where
            a respondent did not rate one.
        responses
            Whose; those of the study's wave unless given, such as `history`.
        """
        wide = self.responses if responses is None else responses
        kinds = {name: self._kind_of(name) for name in questions if name not in wide}
        for kind in dict.fromkeys(kinds.values()):
            rated = [name for name in kinds if kinds[name] == kind]
            items = self.market.table("response_items")
            wide = wide_items(items, wide, kind=kind, attributes=rated)
        return wide

    def scales(self, questions: Sequence[str]) -> dict[str, tuple[float, float]]:
        """Return the scale of each question that `wide` sets side by side."""
        own = self.responses
        return {
            name: self.scale(name) if name in own else self.scale("score", f"{self._kind_of(name)}.{name}")
            for name in questions
        }

    def freeze(self, forecast: RenewalForecast, decisions: RenewalDecisions) -> None:
        """Keep a forecast unchanged until its decisions have come, in `outputs/forecasts/<market>`.

        Work by hand keeps it below `outputs/.scratch`. The same forecast is kept once, as of the first day it
        was made on, by the clock. One whose decisions lie in the past on that day is none, and is not kept.
        """
        today = date.today().isoformat()
        if today <= decisions.due_until:
            freeze_forecast(self._forecasts, forecast, today)

    def frozen(self, decisions: RenewalDecisions) -> pd.DataFrame:
        """Return how the market's earlier forecasts held: those made of data before `decisions.as_of` only.

        As `cxlab.score_forecasts` returns it; empty where there is none.
        """
        if not frozen_names(self._forecasts):
            return pd.DataFrame(columns=SCORES)
        scores = score_forecasts(self._forecasts, decisions.history, entity="contract_id", decided="end")
        # A forecast is due from the first day that its data did not know.
        return scores[scores["due"] < decisions.as_of].reset_index(drop=True)

    @property
    def _forecasts(self) -> Path:
        outputs = find_folders().outputs
        kept = outputs if RUN_NAME in os.environ else outputs / ".scratch"
        return kept / "forecasts" / self.market.parameters.market

    def _kind_of(self, attribute: str) -> str:
        codebook = self.market.codebook
        kinds = [
            kind
            for kind in ("satisfaction", "expectation")
            if f"{kind}.{attribute}" in set(codebook["attribute"])
        ]
        if not kinds:
            raise StudyError(
                f"'{attribute}' is neither a column of responses nor an attribute",
                where=f"market {self.market.parameters.market}",
                remedy="name a question that the market's file maps",
            )
        return kinds[0]

    def has(self, column: str) -> bool:
        """Whether anybody answered this column of responses in the study's wave."""
        responses = self.responses
        return column in responses and bool(responses[column].notna().any())

    def first_of(self, *columns: str) -> str:
        """Return the first of some columns of responses that anybody answered in the study's wave.

        Raises
        ------
        StudyError
            Where nobody answered any of them.
        """
        answered = [column for column in columns if self.has(column)]
        if not answered:
            raise StudyError(
                f"nobody answered {' or '.join(columns)}",
                where=f"{self.market.parameters.market}, wave {self.wave}",
                remedy="map one of them in the market's file",
            )
        return answered[0]

    def weights(self, frame: pd.DataFrame) -> list[str | None]:
        """Return the weightings a frame allows: none, and the market's weight where every row has one."""
        weighted = len(frame) > 0 and "weight" in frame and bool(frame["weight"].notna().all())
        return [None, "weight"] if weighted else [None]

    def scale(self, column: str, attribute: str = "") -> tuple[float, float]:
        """Return the scale of a score, as the codebook has it.

        Raises
        ------
        StudyError
            Where sources disagree: scores on two scales have no common mean.
        """
        codebook = self.market.codebook
        rows = codebook[(codebook["column"] == column) & codebook["attribute"].str.startswith(attribute)]
        scales = rows[["scale_min", "scale_max"]].dropna().drop_duplicates()
        if len(scales) != 1:
            found = ", ".join(f"{low:g}–{high:g}" for low, high in scales.itertuples(index=False)) or "none"
            raise StudyError(
                f"the score '{column}' has no single scale (found: {found})",
                where=f"market {self.market.parameters.market}",
                remedy="map every source to one scale (shift, reverse, codes)",
            )
        low, high = scales.iloc[0]
        return float(low), float(high)

    def _of_wave(self, responses: pd.DataFrame) -> pd.DataFrame:
        if "wave" not in responses:
            return responses
        return responses[responses["wave"] == self.wave].reset_index(drop=True)


def open_study(
    study: str, market: str, *, wave: str | None = None, options: Mapping[str, Any] | None = None
) -> Study:
    """Open a study: find its parameters, load its market, prepare the place of its results.

    Parameters
    ----------
    study
        Name of the notebook, such as `01_pulse`.
    market
        Code of the market: the stem of a file in the nearest `params/` upward (or in `CXLAB_PARAMS`).
    wave
        Wave to look at; the one the market's file names unless given.
    options
        Options that go before those of the market's file.

    Returns
    -------
    Study
        Results go to `outputs/.scratch/…`, or to the folder of the run under `cxlab run`.

    Raises
    ------
    ParameterError, SourceError, ContractError
        Where a parameter or an input is refused.
    """
    folders = find_folders()
    loaded = open_market(folders.params / f"{market}.yaml")
    chosen = study_options(loaded.parameters, study, options or {})
    wave = wave or loaded.parameters.wave
    require_wave(loaded.parameters.market, loaded.waves, wave)
    return Study(
        name=study,
        place=loaded.parameters.market,
        wave=wave,
        words=Words(loaded.parameters.language, loaded.parameters.labels),
        min_base=loaded.parameters.min_base,
        folder=results_folder(folders.outputs, market, wave, study),
        market=loaded,
        options=chosen,
    )


def results_folder(outputs: Path, market: str, wave: str, study: str) -> Path:
    """Return the folder of a study's results: that of the run, or an empty one for work by hand."""
    if RUN_NAME in os.environ:
        folder = Path(os.environ[RUN_NAME])
    else:
        folder = outputs / ".scratch" / market / wave / study
        shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    return folder
