"""The manifest: what a run was made of and how it ended."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

FILE = "manifest.json"


class Input(BaseModel):
    """One source file, by name; its folder is nobody's business."""

    model_config = ConfigDict(frozen=True)

    source: str
    file: str
    sha256: str
    n_rows: int


class Manifest(BaseModel):
    """The record of one run.

    Parameters
    ----------
    study, market, market_name, wave, language
        What was run.
    status
        How it ended; papermill's own metadata is not asked.
    key
        Digest of everything the results depend on.
    key_parts
        Digest of each part: code, parameters, language, cxlab, packages, inputs.
    inputs
        Source files read.
    n_responses, n_quarantined
        Answers of the wave, and rows of all tables set aside.
    restricted
        Files that only their owner can read, by name, with their number of rows.
    headline
        First sentence of the report.
    error
        Why it failed, in one line; empty where it did not.
    started_at, duration_s
        When and how long; the only entries that two runs of one key do not share.
    cxlab, python
        Versions.
    """

    model_config = ConfigDict(frozen=True)

    study: str
    market: str
    market_name: str
    wave: str
    language: str
    status: Literal["completed", "failed"]
    key: str
    key_parts: dict[str, str]
    inputs: tuple[Input, ...]
    n_responses: int
    n_quarantined: int
    headline: str
    error: str
    started_at: str
    duration_s: float
    cxlab: str
    python: str
    restricted: dict[str, int] = {}

    def write(self, folder: Path) -> None:
        """Write the manifest into a folder."""
        (folder / FILE).write_text(self.model_dump_json(indent=2) + "\n", encoding="utf-8")


def read_manifest(folder: Path) -> Manifest | None:
    """Return the manifest of a folder, or None where there is none this version can read."""
    try:
        return Manifest.model_validate_json((folder / FILE).read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError, ValidationError):
        return None
