"""Whether a market's data can be studied at all, asked before any kernel starts."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from cxlab.load.open_market import open_market
from cxlab.load.settle import breach_lines
from cxlab.model.errors import CxlabError
from cxlab.model.market import Market
from cxlab.study.manifest import Input
from cxlab.study.options import require_wave
from cxlab.study.records import MarketCheck


def check_market(file: Path, waves: Sequence[str] | None = None) -> MarketCheck:
    """Load a market and say what was accepted and what was not.

    Parameters
    ----------
    file
        The market's parameter file.
    waves
        Waves that must have responses; the one the file names unless given.

    Returns
    -------
    MarketCheck
        With a `refusal` instead of an error, so that many markets can be checked in one go.
    """
    try:
        market = open_market(file)
        for wave in [market.parameters.wave] if waves is None else waves:
            require_wave(market.parameters.market, market.waves, wave)
    except CxlabError as error:
        return MarketCheck(file.stem, refusal=str(error))
    return _describe(market)


def _describe(market: Market) -> MarketCheck:
    set_aside = market.quarantine.groupby("table")["row"].count()
    return MarketCheck(
        market=market.parameters.market,
        name=market.parameters.name,
        rows={name: len(frame) for name, frame in market.tables.items()},
        quarantined={str(table): int(n) for table, n in set_aside.items()},
        breaches=tuple(breach_lines(market.quarantine, most=10)),
        notes=market.notes,
        inputs=tuple(
            Input(source=entry.source, file=entry.file, sha256=entry.sha256, n_rows=entry.n_rows)
            for entry in market.inputs
        ),
        n_responses=_answers(market),
    )


def _answers(market: Market) -> dict[str, int]:
    responses = market.tables.get("responses")
    if responses is None:
        return {}
    if "wave" not in responses:
        return {"": len(responses)}
    return {str(wave): int(n) for wave, n in responses["wave"].value_counts().items()}
