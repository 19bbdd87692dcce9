"""What a study may be asked: its options, and a wave that has answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from cxlab.model.cross_parameters import CrossParameters
from cxlab.model.errors import ParameterError, nearest
from cxlab.model.parameters import MarketParameters
from cxlab.model.strict import Strict


def study_options(
    parameters: MarketParameters | CrossParameters, study: str, overrides: Mapping[str, Any]
) -> Strict:
    """Return the options of a study: those of the market's file under the overrides."""
    own = parameters.studies.of(study)
    if own is None:
        known = [str(entry.alias) for entry in type(parameters.studies).model_fields.values()]
        raise ParameterError(f"there is no study '{study}'", remedy=nearest(study, known))
    try:
        return type(own).model_validate({**own.model_dump(), **overrides})
    except ValidationError as error:
        faults = "; ".join(fault["msg"].removeprefix("Value error, ") for fault in error.errors())
        raise ParameterError(faults, where=f"options of {study}") from None


def require_wave(market: str, waves: Sequence[str], wave: str) -> None:
    """Raise ParameterError where a market has waves, and none of that name."""
    if waves and wave not in waves:
        raise ParameterError(
            f"there are no responses of wave '{wave}'", where=market, remedy=nearest(wave, waves)
        )
