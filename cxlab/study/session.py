"""`open_study` and the study it opens: the three lines every notebook starts with."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
from IPython.display import display

from cxlab.estimate.estimates import Estimates, suppress
from cxlab.load.open_market import open_market
from cxlab.model.errors import StudyError
from cxlab.model.market import Market
from cxlab.model.parameters import Language
from cxlab.model.tables import TABLES
from cxlab.report.block import Block
from cxlab.report.heading import heading
from cxlab.report.paragraph import paragraph
from cxlab.report.sentence import sentence
from cxlab.report.words import Words
from cxlab.study.folders import RUN_NAME, find_folders
from cxlab.study.options import require_wave, study_options

METRIC_KEY = ["market", "wave", "study", "metric", "outcome", "by", "level", "weighting", "method"]
METRIC_COLUMNS = [
    "market", "wave", "study", "metric", "outcome", "by", "level", "estimate", "std_error", "conf_low",
    "conf_high", "conf_level", "n", "n_eff", "unit", "weighting", "method", "suppressed",
]  # fmt: skip


@dataclass(slots=True)
class Study:
    """One study of one market and wave: its data, its options and the place its results go to.

    Parameters
    ----------
    name
        Name of the notebook.
    market
        The loaded market.
    wave
        The wave it looks at.
    options
        Its validated options.
    folder
        Where its results are written.
    """

    name: str
    market: Market
    wave: str
    options: Any
    folder: Path
    _metrics: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=METRIC_COLUMNS))
    _headline: str = ""

    @property
    def language(self) -> Language:
        """Language of the report."""
        return self.market.parameters.language

    @property
    def words(self) -> Words:
        """Texts, numbers and names in the language of the report."""
        return Words(self.language, self.market.parameters.labels)

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

    def save_metrics(self, result: Estimates) -> Estimates:
        """Write a result to `metrics.csv` and return it with small bases suppressed, as it may be shown.

        A figure that is saved twice is kept once, as it was saved last.
        """
        shown = suppress(result, self.market.parameters.min_base)
        place = {"market": self.market.parameters.market, "wave": self.wave, "study": self.name}
        rows = shown.tidy().assign(**place)[METRIC_COLUMNS]
        known = self._metrics if len(self._metrics) else rows.iloc[:0]
        self._metrics = pd.concat([known, rows]).drop_duplicates(METRIC_KEY, keep="last", ignore_index=True)
        self._metrics.to_csv(self.folder / "metrics.csv", index=False, lineterminator="\n")
        return shown

    def save_table(self, name: str, frame: pd.DataFrame) -> pd.DataFrame:
        """Write a table to `tables/<name>.parquet` and return it."""
        target = self.folder / "tables" / f"{name}.parquet"
        target.parent.mkdir(exist_ok=True)
        frame.to_parquet(target, index=False)
        return frame

    def heading(self, key: str) -> None:
        """Show a heading of the report in its language; `key` names the text."""
        self.show(heading(key, words=self.words))

    def say(self, result: Estimates) -> None:
        """Show what a result says, in one sentence; the first of a study is its headline on the site."""
        said = sentence(result, self.language, words=self.words)
        self._headline = self._headline or said
        self._save_headline()
        self.show(Block(paragraph(said).html, min_base=result.min_base))

    def show(self, *blocks: Block) -> None:
        """Show blocks in the notebook and in the report; pictures also go to `figures/`.

        Raises
        ------
        StudyError
            Where a block holds figures that were not suppressed for the market's smallest base.
        """
        for block in blocks:
            if block.min_base is not None and block.min_base < self.market.parameters.min_base:
                raise StudyError(
                    "a figure on a small base would be shown",
                    where=f"{self.name}, {block.name or 'a block'}",
                    remedy="show what study.save_metrics(…) returns",
                )
            if block.png:
                target = self.folder / "figures" / f"{block.name}.png"
                target.parent.mkdir(exist_ok=True)
                target.write_bytes(block.png)
            display(block, metadata={"cxlab": {"role": "report"}})

    def _of_wave(self, responses: pd.DataFrame) -> pd.DataFrame:
        if "wave" not in responses:
            return responses
        return responses[responses["wave"] == self.wave].reset_index(drop=True)

    def _save_headline(self) -> None:
        (self.folder / "headline.txt").write_text(self._headline, encoding="utf-8")


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
    return Study(study, loaded, wave, chosen, _own_folder(folders.outputs, market, wave, study))


def _own_folder(outputs: Path, market: str, wave: str, study: str) -> Path:
    if RUN_NAME in os.environ:
        folder = Path(os.environ[RUN_NAME])
    else:
        folder = outputs / ".scratch" / market / wave / study
        shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    return folder
