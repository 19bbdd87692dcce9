"""The verdict: every rule by itself, and the words on panels whose truth is known."""

import re
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

import cxlab as cx
from cxlab.linkage.panel_effect import panel_effect
from cxlab.linkage.partial_effect import PartialEffect
from cxlab.linkage.verdict_rules import (
    FEW_CLUSTERS,
    LEAST_RV,
    LEAST_YARDSTICK,
    PLACEBO_P,
    PLACEBO_SIZE,
    REASONS,
    TOO_FEW_CLUSTERS,
)
from cxlab.model.errors import MeasureError

PAGE = (Path(__file__).parents[2] / "docs" / "verdict.md").read_text(encoding="utf-8")
SOUND = {
    "pooled": (2.2, 0.3, 0.001),
    "two_way": (2.0, 0.3, 0.001),
    "entity": (2.1, 0.3, 0.001),
    "first_differences": (1.8, 0.5, 0.001),
    "placebo_lead": (0.1, 0.3, 0.7),
}


def _effect(clusters: float = 200, method: str = "CR1", **changed) -> SimpleNamespace:
    designs = {name: row for name, row in (SOUND | changed).items() if row is not None}
    rows = pd.DataFrame(
        [
            {
                "design": name, "estimate": estimate, "conf_low": estimate - 2 * error,
                "conf_high": estimate + 2 * error, "p_value": p, "entities": 200.0, "clusters": clusters,
                "method": method, "suppressed": False, "std_error": error, "df": 199.0, "n_eff": 1200.0,
            }
            for name, (estimate, error, p) in designs.items()
        ]
    )  # fmt: skip
    return SimpleNamespace(outcome="revenue", exposure="score", rows=rows, conf_level=0.95)


def _sensitivity(
    estimate: float = 2.0, error: float = 0.3, df: int = 1000, r2: tuple[float, float] = (0.01, 0.01)
):
    table = pd.DataFrame({"covariate": ["tenure"], "r2_exposure": [r2[0]], "r2_outcome": [r2[1]]})
    partial = PartialEffect("revenue", "score", "two_way", estimate, error, df, 1200, table)
    return cx.sensitivity(partial)


def test_what_passes_every_check_is_consistent():
    result = cx.verdict(_effect(), _sensitivity())
    assert (result.word, result.reasons, result.design) == ("consistent", (), "two_way")
    assert (result.checks["level"] == "passed").all() and len(result.checks) == 8
    assert result.estimate == 2.0 and not result.causal


@pytest.mark.parametrize(
    ("effect", "word", "reason"),
    [
        (_effect(two_way=(0.8, 0.6, 0.2), pooled=None), "fragile", "interval_holds_zero"),
        (_effect(entity=(-0.1, 0.3, 0.7)), "fragile", "within_signs_differ"),
        (_effect(placebo_lead=(0.6, 0.2, 0.003)), "contradicted_by_placebo", "placebo_contradicts"),
        (_effect(placebo_lead=(-0.6, 0.2, 0.003)), "contradicted_by_placebo", "placebo_opposes"),
        (_effect(placebo_lead=(0.4, 0.1, 0.001)), "suggestive", "placebo_small"),
        (_effect(placebo_lead=(0.5, 1.0, 0.6)), "suggestive", "placebo_uninformative"),
        (_effect(placebo_lead=(-0.5, 1.0, 0.6)), "consistent", ""),
        (_effect(placebo_lead=None), "suggestive", "no_placebo"),
        (_effect(clusters=29), "suggestive", "few_clusters"),
        (_effect(clusters=9), "fragile", "too_few_clusters"),
        (_effect(clusters=12, method="wild bootstrap"), "consistent", ""),
        (_effect(clusters=8, method="wild bootstrap"), "suggestive", "few_clusters"),
        (_effect(pooled=(-2.0, 0.3, 0.001)), "suggestive", "pooled_disagrees"),
        (_effect(pooled=(9.0, 0.3, 0.001)), "consistent", "pooled_overstates"),
        (_effect(pooled=(0.5, 0.3, 0.1)), "consistent", "pooled_understates"),
        (_effect(pooled=None), "consistent", ""),
    ],
)
def test_each_rule_by_itself(effect, word: str, reason: str):
    main = effect.rows.set_index("design").loc["two_way", "estimate"]
    result = cx.verdict(effect, _sensitivity(estimate=main))
    assert result.word == word
    assert result.reasons == ((reason,) if reason else ())


@pytest.mark.parametrize(
    ("sensitivity", "word", "reason"),
    [
        (None, "suggestive", ("no_sensitivity",)),
        (_sensitivity().suppress(5000), "suggestive", ("no_sensitivity",)),
        (_sensitivity(r2=(0.2, 0.2)), "fragile", ("benchmark_takes_all",)),
        (_sensitivity(r2=(0.6, 0.2)), "fragile", ("benchmark_takes_all",)),
        (_sensitivity(r2=(0.11, 0.17)), "suggestive", ("benchmark_takes_interval",)),
        (_sensitivity(error=0.3, df=40000), "suggestive", ("little_is_enough",)),
        (_sensitivity(r2=(0.1, 0.005)), "consistent", ("benchmarks_weak",)),
    ],
)
def test_each_rule_of_what_was_not_measured(sensitivity, word: str, reason: tuple):
    result = cx.verdict(_effect(), sensitivity)
    assert (result.word, result.reasons) == (word, reason)


def test_without_a_measured_covariate_it_is_suggestive():
    partial = _sensitivity().effect
    bare = cx.sensitivity(replace(partial, benchmarks=partial.benchmarks[:0]))
    assert cx.verdict(_effect(), bare).reasons == ("no_benchmark",)


def test_the_sign_of_the_link_changes_nothing():
    turned = _effect(**{name: (-one[0], one[1], one[2]) for name, one in SOUND.items()})
    assert cx.verdict(turned, _sensitivity(estimate=-2.0)).word == "consistent"
    cases = [{"pooled": (9.0, 0.3, 0.001)}, {"placebo_lead": (0.5, 1.0, 0.6)}, {"pooled": (-2.0, 0.3, 0.001)}]
    for changed in cases:
        there = cx.verdict(_effect(**changed), _sensitivity())
        mirrored = {name: (-one[0], one[1], one[2]) for name, one in (SOUND | changed).items()}
        back = cx.verdict(_effect(**mirrored), _sensitivity(estimate=-2.0))
        assert (there.word, there.reasons) == (back.word, back.reasons)
        np.testing.assert_allclose(there.checks["value"], back.checks["value"])


def test_the_worst_word_wins_and_all_reasons_are_said():
    effect = _effect(clusters=20, placebo_lead=(1.5, 0.2, 1e-9), two_way=(0.5, 0.3, 0.1))
    result = cx.verdict(effect)
    assert result.word == "contradicted_by_placebo"
    assert set(result.reasons) == {
        "interval_holds_zero", "placebo_contradicts", "no_sensitivity", "few_clusters", "pooled_overstates",
    }  # fmt: skip


def test_without_a_within_design_it_is_fragile():
    bare = _effect(two_way=None, entity=None, first_differences=None)
    result = cx.verdict(bare)
    assert (result.word, result.reasons, result.design) == ("fragile", ("no_within_design",), "")
    assert "no design compares customers with themselves" in result.summary()
    # Without two-way effects the entity design is judged, then first differences.
    assert cx.verdict(_effect(two_way=None)).design == "entity"
    assert cx.verdict(_effect(two_way=None, entity=None)).design == "first_differences"


def test_the_page_names_every_threshold_and_every_code():
    codes = set(re.findall(r"`([a-z_]+)`", PAGE))
    assert set(REASONS) <= codes
    assert f"p > .{100 * PLACEBO_P:02.0f}" in PAGE and PLACEBO_SIZE == 0.25 and "a quarter" in PAGE
    assert f"RV of the estimate is {100 * LEAST_RV:.0f} % or more" in PAGE
    assert f"explains {100 * LEAST_YARDSTICK:.0f} % of what is left of the outcome" in PAGE
    assert f"{FEW_CLUSTERS} or more, or {TOO_FEW_CLUSTERS} and more with the wild bootstrap" in PAGE


def test_only_a_random_assignment_is_an_effect():
    random = cx.verdict(_effect(), _sensitivity(), identified_by="randomised")
    assert random.causal and "assigned at random" in random.summary()
    weak = cx.verdict(_effect(), identified_by="randomised")
    assert not weak.causal and "It is an association" in weak.summary()
    with pytest.raises(MeasureError, match="unknown identified_by 'yes'; take one of none, randomised"):
        cx.verdict(_effect(), identified_by="yes")


def test_no_word_says_more_than_it_may():
    for effect in (
        _effect(),
        _effect(clusters=20),
        _effect(two_way=None, entity=None, first_differences=None),
    ):
        assert "effect" not in cx.verdict(effect).summary()
    said = cx.verdict(_effect(), _sensitivity()).summary()
    assert said.startswith("The evidence is consistent: a point of score goes with +2 of revenue (two_way")


def test_what_does_not_belong_together_is_refused():
    with pytest.raises(MeasureError, match="a int is no effect of a panel"):
        cx.verdict(3)
    with pytest.raises(MeasureError, match="a dict is no sensitivity"):
        cx.verdict(_effect(), {})
    other = cx.sensitivity(replace(_sensitivity().effect, design="pooled"))
    with pytest.raises(
        MeasureError, match=r'by pooled, and .* give cx.sensitivity\(effect, design="two_way"'
    ):
        cx.verdict(_effect(), other)


def test_small_bases_are_not_shown():
    hidden = cx.verdict(_effect(), _sensitivity()).suppress(500)
    assert (hidden.word, hidden.reasons) == ("not_shown", ()) and np.isnan(hidden.estimate)
    assert hidden.tidy().empty and hidden.summary().startswith("There are too few rows to say")
    assert cx.verdict(_effect(), _sensitivity()).suppress(50).word == "consistent"
    blank = _effect()
    blank.rows = blank.rows.assign(
        estimate=np.nan, conf_low=np.nan, conf_high=np.nan, p_value=np.nan, suppressed=True
    )
    assert cx.verdict(blank).word == "not_shown"


def _panel(seed: int, within: float, reverse: float, entities: int = 400, periods: int = 8) -> pd.DataFrame:
    """Return customers whose score goes with revenue by `within`, and follows revenue by `reverse`."""
    rng = np.random.default_rng(seed)
    own = rng.normal(size=entities)
    score, revenue, tenure = (np.zeros((entities, periods + 1)) for _ in range(3))
    for t in range(periods + 1):
        before = revenue[:, t - 1] if t else 0.0
        tenure[:, t] = rng.normal(size=entities)
        score[:, t] = own + 0.3 * tenure[:, t] + reverse * before + rng.normal(size=entities)
        revenue[:, t] = within * score[:, t] + 2 * own + 0.3 * tenure[:, t] + rng.normal(size=entities)
    entity, period = np.indices((entities, periods))
    columns = {
        "score": score[:, :-1], "revenue": revenue[:, :-1], "after": score[:, 1:], "tenure": tenure[:, :-1],
        "customer": entity, "period": period,
    }  # fmt: skip
    return pd.DataFrame({name: values.ravel() for name, values in columns.items()})


@pytest.mark.parametrize(
    ("within", "reverse", "word"),
    [(0.4, 0.0, "consistent"), (0.0, 0.0, "fragile"), (0.0, 0.4, "contradicted_by_placebo")],
    ids=["planted", "none", "revenue moves the score"],
)
def test_planted_panels_get_their_word(within: float, reverse: float, word: str):
    effect = panel_effect(
        _panel(2, within, reverse), "revenue", "score", entity="customer", time="period",
        controls=["tenure"], lead="after", designs=("pooled", "entity", "two_way", "placebo_lead"),
    )  # fmt: skip
    result = cx.verdict(effect, cx.sensitivity(effect, design="two_way"))
    assert result.word == word, result.checks
    if reverse == 0:
        assert "pooled_overstates" in result.reasons, "customers differ for lasting reasons"


def _asked(panel: pd.DataFrame, **options):
    return panel_effect(
        panel, "revenue", "score", entity="customer", time="period", controls=["tenure"], lead="after",
        **options,
    )  # fmt: skip


def test_the_word_follows_from_the_data_whatever_was_asked_of_its_parts():
    """Neither the level of the panel's intervals nor the options of the sensitivity move the word."""
    panel = _panel(5, 0.05, 0.0, entities=120)
    effect = _asked(panel)
    plain = cx.verdict(effect, cx.sensitivity(effect, design="two_way"))
    assert 0.05 < effect.rows.set_index("design").loc["two_way", "p_value"] < 0.5 and plain.word == "fragile"
    for level in (0.5, 0.999):
        other = _asked(panel, conf_level=level)
        again = cx.verdict(
            other, cx.sensitivity(other, design="two_way", q=0.1, alpha=0.5, k=(3,), benchmarks=[])
        )
        pd.testing.assert_frame_equal(again.checks, plain.checks)
        assert (again.word, again.reasons, again.conf_level) == (plain.word, plain.reasons, 0.95)
        assert (again.conf_low, again.conf_high) == pytest.approx((plain.conf_low, plain.conf_high))
    few = _asked(_panel(2, 0.4, 0.0, entities=12), conf_level=0.9, n_boot=99)
    with pytest.raises(
        MeasureError, match=r"those of the wild bootstrap are at 0\.9; ask .* conf_level=0\.95"
    ):
        cx.verdict(few)


def test_a_sensitivity_of_other_data_is_refused():
    effect, other = _asked(_panel(2, 0.4, 0.0)), _asked(_panel(3, 0.0, 0.0))
    with pytest.raises(MeasureError, match=r"the sensitivity is of an estimate of .* is judged"):
        cx.verdict(effect, cx.sensitivity(other, design="two_way"))
    errors = _asked(_panel(2, 0.4, 0.0), cluster="period")
    with pytest.raises(MeasureError, match="the sensitivity is of an estimate of"):
        cx.verdict(effect, cx.sensitivity(errors, design="two_way"))


def test_rows_are_not_taken_for_clusters():
    effect = _asked(_panel(2, 0.4, 0.0, entities=20), cluster=())
    checks = cx.verdict(effect).checks.set_index("check")
    assert checks.loc["clusters", "value"] == 20 and checks.loc["clusters", "reason"] == "few_clusters"
