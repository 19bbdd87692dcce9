"""`open_market`, the one door from a parameter file to a market's canonical tables."""

from __future__ import annotations

from pathlib import Path

from cxlab.load.account import account_of
from cxlab.load.draft import Draft
from cxlab.load.draft_tables import draft_tables
from cxlab.load.inputs import market_inputs
from cxlab.load.keys import settle_keys
from cxlab.load.read_parameters import market_files, read_parameters
from cxlab.load.readers.read_source import read_source
from cxlab.load.settle import accepted_tables, refuse_excess, whole_numbers
from cxlab.load.store_market import store_market
from cxlab.load.waves import join_items, n_repeated, under_waves, wave_note
from cxlab.model.errors import ParameterError, nearest
from cxlab.model.market import InputFile, Market
from cxlab.model.parameters import MarketParameters


def open_market(path: str | Path, *, store: str | Path | None = None) -> Market:
    """Load a market from its parameter file.

    Parameters
    ----------
    path
        The market's file, such as `params/demo-es.yaml`.
    store
        Folder to keep the tables in as Parquet files, for data that memory cannot hold: Parquet sources are
        then read batch by batch, and `market.scan(table)` asks the files. In memory unless given.

    Returns
    -------
    Market
        Canonical tables as pandas frames, with `.codebook`, `.missing` and `.quarantine`.

    Raises
    ------
    ParameterError
        Where the file is refused.
    SourceError
        Where a source cannot be read as what the file says it is.
    ContractError
        Where more rows break the contract than `max_quarantine` allows.

    Notes
    -----
    A row that breaks the contract (a score out of range, an unknown label, a duplicate key, an orphan, an
    unparsable date) is neither repaired nor dropped in silence: it goes to `market.quarantine`. A value the
    file names as missing keeps its reason in `market.missing`.
    """
    path = Path(path)
    if not path.is_file() and path.parent.is_dir():
        known = market_files(path.parent)
        raise ParameterError(
            f"there is no market '{path.stem}'", where=str(path), remedy=nearest(path.stem, known)
        )
    parameters = read_parameters(path)
    return load_market(parameters, path) if store is None else store_market(parameters, path, Path(store))


def load_market(parameters: MarketParameters, path: Path) -> Market:
    """Load a market whose parameters are read; `path` is their file."""
    drafts, inputs = _read_sources(parameters, path)
    repeated = n_repeated(drafts)
    drafts = under_waves(drafts) if repeated else drafts
    drafts = settle_keys(join_items(drafts))
    account = account_of(drafts)
    refuse_excess(account.counts, account.quarantine, parameters.max_quarantine, where=str(path))
    accepted = accepted_tables(drafts, parameters.market)
    tables = {name: whole_numbers(frame, name) for name, frame in accepted.items()}
    notes = ((wave_note(repeated),) if repeated else ()) + account.notes
    return Market(parameters, tables, account.codebook, account.missing, account.quarantine, inputs, notes)


def _read_sources(parameters: MarketParameters, path: Path) -> tuple[list[Draft], tuple[InputFile, ...]]:
    drafts: list[Draft] = []
    inputs: list[InputFile] = []
    for entry in market_inputs(parameters, path):
        source = parameters.sources[entry.source]
        raw = read_source(entry, source)
        inputs += raw.inputs
        drafts += draft_tables(raw, entry.source, source)
    return drafts, tuple(dict.fromkeys(inputs))
