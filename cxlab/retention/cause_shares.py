"""Why customers left: shares of causes among leavers, and how far they could be otherwise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import narwhals as nw
import numpy as np
import numpy.typing as npt
import pandas as pd

from cxlab.estimate.estimates import weighting_of
from cxlab.estimate.intervals import kish_base, require_conf_level, wilson
from cxlab.model.errors import MeasureError, nearest
from cxlab.retention.cause_result import CauseShares
from cxlab.tally.entry import finite, lazy_rows, refuse_bad_weights, require_names, require_numbers

Floats = npt.NDArray[np.float64]
Objects = npt.NDArray[np.object_]


def cause_shares(
    frame: Any,
    reason: str,
    *,
    groups: Mapping[str, Sequence[str]],
    movable: Mapping[str, str | Sequence[str]] | None = None,
    unknown: Sequence[str] = (),
    weight: str | None = None,
    conf_level: float = 0.95,
) -> CauseShares:
    """Say why customers left: `cx.cause_shares(leavers, "reason", groups={"price": ["Too dear"], …})`.

    Parameters
    ----------
    frame
        pandas, polars, a DuckDB relation, or any frame narwhals knows: one row per leaver, and nobody else.
    reason
        Column of the reason given. A missing or empty one is no part of the base, and is counted.
    groups
        Group to the reasons that count in it; every reason that occurs stands in exactly one.
    movable
        Reason to the group, or groups, it might belong to as well: "made a better offer" may be price.
    unknown
        Reasons that say nothing ("Don't know"): each of them could belong to any group.
    weight
        Column of sampling weights ≥ 0; only their ratios matter.
    conf_level
        Confidence level of each interval.

    Returns
    -------
    CauseShares
        Shares with Wilson's intervals (on Kish's effective base) and bounds: the least share leaves out all
        movable and unknown reasons that count in a group, the most adds all that might belong to it.

    Raises
    ------
    MeasureError
        Where a reason occurs that no group holds, or two do, `movable` or `unknown` name a reason or group
        that none holds, a weight is missing or negative, or nobody gave a reason.

    References
    ----------
    Wilson (1927), JASA 22, 209–212. Manski (1989), Journal of Human Resources 24, 343–360 (bounds).
    """
    require_conf_level(conf_level)
    group_of = _groups(groups)
    target = _targets(movable or {}, group_of, groups)
    unknown = [unknown] if isinstance(unknown, str) else list(unknown)
    _require_known(unknown, group_of, "unknown")
    reasons, w = _answers(frame, reason, weight)
    told = np.array([value is not None and str(value).strip() != "" for value in reasons], dtype=bool)
    refuse_bad_weights(int(((told & np.isnan(w)) | (w < 0)).sum()), weight)
    told &= w > 0
    silent = int((w > 0).sum()) - int(told.sum())
    counts, sizes = _counted(reasons[told], w[told], group_of, reason)
    n_eff = kish_base(w[told])
    share = {name: size / sum(sizes.values()) for name, size in sizes.items()}
    table = _rows(groups, counts, share, target, unknown, n_eff, conf_level)
    return CauseShares(
        reason, table, _moves(table, counts, share, group_of, target), int(told.sum()), n_eff,
        sum(share.get(name, 0.0) for name in unknown), silent, conf_level, weighting_of(weight),
    )  # fmt: skip


def _groups(groups: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Return the group of each reason."""
    found: dict[str, str] = {}
    for group, names in groups.items():
        for name in [names] if isinstance(names, str) else names:
            if found.get(name, group) != group:
                raise MeasureError(
                    f"'{name}' stands in '{found[name]}' and in '{group}'",
                    remedy="let it count in one, and name the other under movable=",
                )
            found[name] = group
    if not found:
        raise MeasureError("no group holds a reason", remedy='give groups={"price": ["Too dear"], …}')
    return found


def _targets(
    movable: Mapping[str, str | Sequence[str]],
    group_of: Mapping[str, str],
    groups: Mapping[str, Sequence[str]],
) -> dict[str, tuple[str, ...]]:
    """Return the groups each movable reason might belong to, beside its own."""
    _require_known(list(movable), group_of, "movable")
    found = {}
    for name, to in movable.items():
        named = (to,) if isinstance(to, str) else tuple(to)
        for group in named:
            if group not in groups:
                raise MeasureError(f"there is no group '{group}'", remedy=nearest(group, groups))
        found[name] = tuple(group for group in named if group != group_of[name])
    return found


def _require_known(names: Sequence[str], group_of: Mapping[str, str], option: str) -> None:
    for name in names:
        if name not in group_of:
            raise MeasureError(
                f"{option}= names '{name}', which stands in no group", remedy=nearest(str(name), group_of)
            )


def _answers(frame: Any, reason: str, weight: str | None) -> tuple[Objects, Floats]:
    """Return the reasons, None where missing, and the weights."""
    rows = lazy_rows(frame)
    schema = rows.collect_schema()
    require_names([reason, *([] if weight is None else [weight])], schema)
    if weight is not None:
        require_numbers(rows, weight, schema[weight])
    asked = [nw.col(reason).alias("reason"), *([] if weight is None else [finite(weight).alias("w")])]
    table = rows.select(*asked).collect().to_pandas()
    column = table["reason"].astype(object)
    w = np.ones(len(table)) if weight is None else table["w"].to_numpy(dtype="float64", na_value=np.nan)
    return column.where(column.notna(), None).to_numpy(dtype=object), w


def _counted(
    reasons: Objects, w: Floats, group_of: Mapping[str, str], reason: str
) -> tuple[dict[str, int], dict[str, float]]:
    """Return how many gave each reason and their weight; refuse one that no group holds."""
    where = f"column '{reason}'"
    if not len(reasons):
        raise MeasureError("nobody gave a reason", where=where, remedy="take leavers who were asked")
    codes, values = pd.factorize(reasons)
    lost = [value for value in values if value not in group_of]
    if lost:
        raise MeasureError(
            f"{len(lost)} reasons stand in no group, such as '{lost[0]}'",
            where=where,
            remedy='name them in groups=, under "other" if need be, and keep leavers only',
        )
    n, size = np.bincount(codes), np.bincount(codes, w)
    return dict(zip(values, n.tolist(), strict=True)), dict(zip(values, size.tolist(), strict=True))


def _rows(
    groups: Mapping[str, Sequence[str]],
    counts: Mapping[str, int],
    share: Mapping[str, float],
    target: Mapping[str, tuple[str, ...]],
    unknown: Sequence[str],
    n_eff: float,
    conf_level: float,
) -> pd.DataFrame:
    figures = []
    for group, names in groups.items():
        own = {names} if isinstance(names, str) else set(names)
        free = {name for name in own if target.get(name)} | (own & set(unknown))
        others = ({name for name, to in target.items() if group in to} | set(unknown)) - own
        parts = [sum(share.get(name, 0.0) for name in some) for some in (own, own - free, own | others)]
        figures.append((*(min(part, 1.0) for part in parts), sum(counts.get(name, 0) for name in own)))
    point, low, high, n = (np.array(column, dtype="float64") for column in zip(*figures, strict=True))
    base = np.full(len(point), n_eff)
    conf_low, conf_high = wilson(point, base, conf_level)
    table = pd.DataFrame({"group": pd.Series(list(groups), dtype="str")})
    return table.assign(
        share=point, conf_low=conf_low, conf_high=conf_high, bound_low=low, bound_high=high,
        outer_low=wilson(low, base, conf_level)[0], outer_high=wilson(high, base, conf_level)[1], n=n,
        suppressed=False,
    )  # fmt: skip


def _moves(
    table: pd.DataFrame,
    counts: Mapping[str, int],
    share: Mapping[str, float],
    group_of: Mapping[str, str],
    target: Mapping[str, tuple[str, ...]],
) -> pd.DataFrame:
    point = dict(zip(table["group"], table["share"], strict=True))
    rows = []
    for name, groups in target.items():
        own, size = group_of[name], share.get(name, 0.0)
        n = float(counts.get(name, 0))
        rows += [(name, own, to, n, point[own] - size, point[to] + size, False) for to in groups]
    columns = ["reason", "group", "to", "n", "share_without", "share_with", "suppressed"]
    made = pd.DataFrame(rows, columns=columns)
    return made.astype({"reason": "str", "group": "str", "to": "str", "suppressed": bool})
