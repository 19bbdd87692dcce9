"""What a study leaves behind: its figures and tables in files, its page in the notebook."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, Self, TypeVar

import pandas as pd
from IPython.display import display

from cxlab.estimate.estimates import Estimates, suppress
from cxlab.model.errors import MeasureError, StudyError
from cxlab.report.block import Block
from cxlab.report.heading import heading
from cxlab.report.notice import NoticeLevel, notice
from cxlab.report.paragraph import paragraph
from cxlab.report.sentence import sentence
from cxlab.report.words import Words

METRIC_KEY = ["market", "wave", "study", "metric", "outcome", "by", "level", "weighting", "method"]
METRIC_COLUMNS = [
    "market", "wave", "study", "metric", "outcome", "by", "level", "estimate", "std_error", "conf_low",
    "conf_high", "conf_level", "n", "n_eff", "unit", "weighting", "method", "suppressed",
]  # fmt: skip


class Suppressible(Protocol):
    """A result that can blank its figures on small bases."""

    def suppress(self, min_base: int) -> Self:
        """Return the result without figures on fewer answers than `min_base`."""
        ...


R = TypeVar("R", bound=Suppressible)


@dataclass(slots=True, kw_only=True)
class Record:
    """The results of one study.

    Parameters
    ----------
    name
        Name of the notebook.
    place
        The market the results are of, `_all` where they are of all markets together.
    wave
        The wave they are of.
    words
        Texts, numbers and names in the language of the report.
    min_base
        Figures on fewer answers than this are not shown.
    folder
        Where the results are written.
    """

    name: str
    place: str
    wave: str
    words: Words
    min_base: int
    folder: Path
    _metrics: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=METRIC_COLUMNS))
    _headline: str = ""

    def save_metrics(self, result: Estimates) -> Estimates:
        """Write a result to `metrics.csv` and return it with small bases suppressed, as it may be shown.

        A figure that is saved twice is kept once, as it was saved last.
        """
        shown = suppress(result, self.min_base)
        place = {"market": self.place, "wave": self.wave, "study": self.name}
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

    def save_restricted(self, name: str, frame: pd.DataFrame) -> int:
        """Write rows of customers to `restricted/<name>.csv`, for the owner's eyes alone; return how many.

        Folder and file can be opened by their owner only (modes 700 and 600), from the moment they are there.
        What is written here must not be shown: the manifest holds the name and the number of rows.
        """
        folder = self.folder / "restricted"
        folder.mkdir(mode=0o700, exist_ok=True)
        folder.chmod(0o700)
        path = folder / f"{name}.csv"
        path.unlink(missing_ok=True)
        handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            os.fchmod(file.fileno(), 0o600)
            frame.to_csv(file, index=False, lineterminator="\n")
        return len(frame)

    def attempt(self, measure: Callable[..., R], *given: Any, **options: Any) -> R | None:
        """Return what a measure gives, small bases suppressed; None where the answers do not bear it.

        The report then says that this part could not be computed. Why is printed in the notebook: it names
        columns and options.
        """
        try:
            return measure(*given, **options).suppress(self.min_base)
        except MeasureError as error:
            print(error)
            self.show(notice(self.words.text("notice.refused"), level="caution", words=self.words))
            return None

    def heading(self, key: str) -> None:
        """Show a heading of the report in its language; `key` names the text."""
        self.show(heading(key, words=self.words))

    def say(self, result: Estimates) -> None:
        """Show what a result says, in one sentence; the first of a study is its headline on the site."""
        said = sentence(result, self.words.language, words=self.words)
        self.state(said, min_base=result.min_base)

    def state(self, text: str, *, min_base: int) -> None:
        """Show a sentence on figures suppressed at `min_base`; the first of a study is its headline."""
        self._offer_headline(text)
        self.show(Block(paragraph(text).html, min_base=min_base))

    def conclude(self, text: str, level: NoticeLevel) -> None:
        """Show a conclusion as a notice; the first thing a study says is its headline on the site."""
        self._offer_headline(text)
        self.show(notice(text, level=level, words=self.words))

    def show(self, *blocks: Block) -> None:
        """Show blocks in the notebook and in the report; pictures also go to `figures/`.

        Raises
        ------
        StudyError
            Where a block holds figures that were not suppressed for the market's smallest base.
        """
        for block in blocks:
            if block.min_base is not None and block.min_base < self.min_base:
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

    def _offer_headline(self, text: str) -> None:
        self._headline = self._headline or text
        (self.folder / "headline.txt").write_text(self._headline, encoding="utf-8")
