"""A market too large for memory: its tables go to Parquet files, one batch of source rows after another."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from cxlab.load.account import Account, account_of, sum_accounts
from cxlab.load.draft import Draft
from cxlab.load.draft_tables import draft_tables
from cxlab.load.inputs import market_inputs
from cxlab.load.keys import follow_questionnaires, key_columns, settle_keys
from cxlab.load.readers.read_source import read_batches
from cxlab.load.settle import accepted_tables, refuse_excess
from cxlab.load.stored_tables import StoredTables
from cxlab.load.waves import join_items, n_repeated, under_waves, wave_note
from cxlab.model.market import InputFile, Market
from cxlab.model.parameters import MarketParameters

BATCH_ROWS = 500_000
Part = tuple[str, tuple[str, ...]]  # a draft among those of one batch: its table and its attributes


def store_market(
    parameters: MarketParameters, path: Path, store: Path, *, batch_rows: int = BATCH_ROWS
) -> Market:
    """Load a market whose parameters are read into Parquet files.

    Parameters
    ----------
    parameters, path
        The parameters and their file.
    store
        Folder for the tables; those that an earlier load of the market left there are replaced.
    batch_rows
        Rows of a Parquet source that are in memory at once. A file of another format is read whole.

    Returns
    -------
    Market
        The same rows, codebook and quarantine as in memory; items and quarantine stand batch by batch.

    Notes
    -----
    Whether a key is doubled or points nowhere shows only when all rows were seen. So the sources are read
    twice: once for their keys, which alone stay in memory, then batch by batch for good.
    """
    batches, notes = _settled_keys(parameters, path, batch_rows)
    folder = store / f"{parameters.market}.tables"
    store.mkdir(parents=True, exist_ok=True)
    unfinished = Path(tempfile.mkdtemp(dir=store, prefix=f".{parameters.market}-"))
    try:
        account, inputs = _write_batches(parameters, path, batches, unfinished, batch_rows)
        refuse_excess(account.counts, account.quarantine, parameters.max_quarantine, where=str(path))
        shutil.rmtree(folder, ignore_errors=True)
        unfinished.rename(folder)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    tables = StoredTables(folder)
    patterns = {name: str(folder / name / "*.parquet") for name in tables}
    notes = (*notes, *account.notes)
    return Market(
        parameters, tables, account.codebook, account.missing, account.quarantine, inputs, notes, patterns
    )


def _read_drafts(
    parameters: MarketParameters, path: Path, batch_rows: int
) -> Iterator[tuple[list[Draft], tuple[InputFile, ...]]]:
    for entry in market_inputs(parameters, path):
        source = parameters.sources[entry.source]
        for raw in read_batches(entry, source, batch_rows):
            yield draft_tables(raw, entry.source, source), raw.inputs


def _settled_keys(
    parameters: MarketParameters, path: Path, batch_rows: int
) -> tuple[list[dict[Part, Draft]], tuple[str, ...]]:
    """Return the settled keys of each batch's drafts, and what there is to note about them."""
    keys: list[Draft] = []
    stubs: list[int] = []
    for drafts, _ in _read_drafts(parameters, path, batch_rows):
        stub = replace(drafts[0].raw, frame=drafts[0].raw.frame[[]])
        stubs.append(id(stub))
        keys += [_keys_only(replace(draft, raw=stub)) for draft in drafts if not _shares_questionnaire(draft)]
    repeated = n_repeated(keys)
    settled = settle_keys(under_waves(keys) if repeated else keys)
    batches: dict[int, dict[Part, Draft]] = {stub: {} for stub in stubs}
    for draft in settled:
        batches[id(draft.raw)][_part(draft)] = draft
    return list(batches.values()), (wave_note(repeated),) if repeated else ()


def _shares_questionnaire(draft: Draft) -> bool:
    """Whether a draft holds items of the questionnaire in their row: they share its fate."""
    return bool(draft.attributes) and "response_id" not in draft.values


def _keys_only(draft: Draft) -> Draft:
    kept = [name for name in draft.values if name in key_columns(draft.table)]
    return replace(draft, values=draft.values[kept], reasons={}, origin={}, doubts={})


def _part(draft: Draft) -> Part:
    return draft.table, tuple(draft.attributes)


def _write_batches(
    parameters: MarketParameters,
    path: Path,
    batches: Sequence[Mapping[Part, Draft]],
    folder: Path,
    batch_rows: int,
) -> tuple[Account, tuple[InputFile, ...]]:
    accounts: list[Account] = []
    inputs: list[tuple[InputFile, ...]] = []
    read = _read_drafts(parameters, path, batch_rows)
    for number, (keys, (drafts, files)) in enumerate(zip(batches, read, strict=True)):
        settled = join_items([_with_keys(draft, keys.get(_part(draft))) for draft in drafts])
        settled = follow_questionnaires(settled)
        accounts.append(account_of(settled))
        inputs.append(files)
        for name, frame in accepted_tables(settled, parameters.market).items():
            place = folder / name / f"{number:06d}.parquet"
            place.parent.mkdir(exist_ok=True)
            pq.write_table(pa.Table.from_pandas(frame, preserve_index=False), place)
    return sum_accounts(accounts), _summed_inputs(inputs)


def _with_keys(draft: Draft, keys: Draft | None) -> Draft:
    """Return a draft with its keys and breaches as they were settled over all batches."""
    if keys is None:
        return draft
    settled = {str(name): keys.values[name] for name in keys.values}
    return replace(draft, broken=keys.broken, refused=keys.refused, values=draft.values.assign(**settled))


def _summed_inputs(batches: Sequence[tuple[InputFile, ...]]) -> tuple[InputFile, ...]:
    """Add up the rows of a file's batches; the files joined onto them were read once."""
    rows: dict[InputFile, int] = {}
    for read, *joined in batches:
        name = replace(read, n_rows=0)
        rows[name] = rows.get(name, 0) + read.n_rows
        rows.update({replace(file, n_rows=0): file.n_rows for file in joined})
    return tuple(replace(file, n_rows=n_rows) for file, n_rows in rows.items())
