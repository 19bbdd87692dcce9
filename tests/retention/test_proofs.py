"""Where each question of the room is proved: a reference, an identity, a planted truth, the battery."""

import ast
import inspect
import re
from pathlib import Path

import pytest

import cxlab as cx

HERE = Path(__file__).parent
KINDS = ("reference", "identity", "planted", "battery")
GAPS = "test_missing_values.py::test_a_gap_is_left_out_or_refused"
WEIGHTS = "test_weighted_invariants.py::test_weight_k_is_k_copies_for_the_figures_and_not_for_their_errors"
HELD = "test_intervals_hold_the_truth_as_often_as_they_say"
PROOFS: dict[str, dict[str, list[str]]] = {
    "aalen_johansen": {
        "reference": [
            "test_aalen_johansen.py::test_it_equals_survfit",
            "test_aalen_johansen.py::test_the_published_incidence_of_melanoma",
            "test_gray_test.py::test_it_equals_cuminc",
        ],
        "identity": ["test_aalen_johansen.py::test_a_single_cause_is_one_less_kaplan_meier"],
        "planted": [
            "test_curve_coverage.py::test_incidence_and_time_lost_by_cause",
            "test_curve_coverage.py::test_tests_reject_what_is_so_as_often_as_they_say",
        ],
        "battery": [GAPS, WEIGHTS],
    },
    "backtest": {
        "reference": ["test_backtest.py::test_each_period_is_the_forecast_made_from_those_before"],
        "identity": ["test_backtest.py::test_coverage_is_the_share_of_intervals_that_held"],
        "planted": ["test_renewal_coverage.py::test_intervals_hold_what_comes_as_often_as_they_say"],
        "battery": [GAPS],
    },
    "bgnbd": {
        "reference": [
            "test_bgnbd.py::test_cdnow_gives_the_published_digits",
            "test_bgnbd.py::test_estimates_and_errors_equal_those_of_lifetimes",
        ],
        "identity": ["test_bgnbd.py::test_the_likelihood_is_the_integral_over_rates_and_dropout"],
        "planted": [f"test_bgnbd.py::{HELD}"],
        "battery": [GAPS, WEIGHTS],
    },
    "boosted_hazard": {
        "reference": ["test_boosted_hazard.py::test_chances_equal_scikit_learn_on_expanded_rows"],
        "identity": ["test_boosted_hazard.py::test_the_gain_and_its_error_by_a_loop_over_the_customers"],
        "planted": ["test_boosted_hazard.py::test_survival_is_near_the_planted_one"],
        "battery": [GAPS, "test_weighted_invariants.py::test_who_weighs_nothing_is_not_there"],
    },
    "cause_shares": {
        "reference": ["test_cause_shares.py::test_telco_shares_and_bounds_equal_the_check_values"],
        "identity": ["test_cause_shares.py::test_bounds_are_the_extremes_of_every_way_to_deal_the_reasons"],
        "planted": ["test_cause_shares.py::test_outer_intervals_hold_the_true_share_wherever_reasons_belong"],
        "battery": [GAPS, WEIGHTS],
    },
    "chance_groups": {
        "identity": [
            "test_chance_groups.py::test_groups_are_of_equal_size_and_add_up",
            "test_chance_groups.py::test_equal_chances_stay_together",
        ],
        "battery": [GAPS, "test_chance_groups.py::test_bad_input"],
    },
    "churn_contributions": {
        "reference": ["test_churn_contributions.py::test_they_are_those_of_the_package_shap"],
        "identity": [
            "test_churn_contributions.py::test_trees_are_as_by_brute_force_over_coalitions",
            "test_churn_contributions.py::test_they_add_up_to_the_log_odds_and_what_is_not_used_adds_nothing",
        ],
        "battery": [GAPS],
    },
    "churn_days": {
        "reference": ["test_churn_days.py::test_the_books_are_taken_from_the_ends_of_settled_contracts"],
        "identity": [
            "test_churn_days.py::test_origins_lie_a_horizon_apart_and_end_before_the_scoring_day",
            "test_churn_days.py::test_who_is_scored_stands_in_the_books",
        ],
        "battery": [GAPS, "test_churn_days.py::test_no_such_days"],
    },
    "churn_drivers": {
        "reference": [
            "test_churn_drivers.py::test_losses_are_those_of_scikit_learn_within_the_noise_of_shuffling"
        ],
        "identity": [
            "test_churn_drivers.py::test_by_contributions_it_is_their_mean_size_with_the_spread_of_a_mean"
        ],
        "battery": [GAPS],
    },
    "churn_forecast": {
        "reference": ["test_churn_forecast.py::test_it_is_the_model_of_the_past_on_the_customers_of_today"],
        "identity": [
            "test_churn_forecast.py::test_what_became_of_todays_customers_is_not_looked_at",
            "test_churn_forecast.py::test_the_latest_past_teaches_the_curve_and_nothing_else",
        ],
        "battery": ["test_churn_forecast.py::test_a_past_that_is_not_over_is_refused"],
    },
    "churn_model": {
        "reference": [
            "test_churn_model.py::test_boosted_trees_are_those_of_scikit_learn_on_the_same_codes",
            "test_churn_model.py::test_without_a_penalty_the_logit_is_that_of_statsmodels",
        ],
        "identity": ["test_churn_model.py::test_calibration_is_learnt_on_the_later_block_alone"],
        "planted": ["test_churn_model.py::test_where_leaving_rises_with_satisfaction_nothing_is_corrected"],
        "battery": [GAPS, "test_weighted_invariants.py::test_the_scale_of_the_weights_never_matters"],
    },
    "churn_reasons": {
        "reference": [
            "test_churn_reasons.py::test_the_largest_contributions_come_first_and_none_lowers_the_chance"
        ],
        "identity": ["test_churn_reasons.py::test_against_typical_values_it_is_the_chance_that_is_lost"],
        "battery": [
            GAPS,
            "test_churn_reasons.py::test_a_missing_value_is_a_reason_without_a_value",
            "test_churn_reasons.py::test_bad_input",
        ],
    },
    "compare_scores": {
        "reference": ["test_score_quality.py::test_two_scores_are_compared_as_by_proc"],
        "identity": ["test_score_quality.py::test_influence_is_what_taking_a_row_out_changes"],
        "planted": ["test_score_quality.py::test_intervals_cover_planted_truth"],
        "battery": [GAPS, WEIGHTS],
    },
    "cox": {
        "reference": [
            "test_cox.py::test_rossi_equals_r",
            "test_cox.py::test_start_stop_rows_equal_r",
            "test_cox.py::test_published_values",
        ],
        "identity": ["test_cox.py::test_the_fit_is_the_top_of_the_likelihood_by_loops"],
        "planted": [
            "test_cox.py::test_intervals_hold_the_planted_ratio_and_the_test_its_level",
            "test_cox.py::test_the_robust_test_of_steady_ratios_keeps_its_level",
            "test_cause_hazards.py::test_ratios_of_hazards_by_cause_are_held_in_continuous_time",
        ],
        "battery": [GAPS, WEIGHTS],
    },
    "discrete_hazard": {
        "reference": [
            "test_discrete_hazard.py::test_rossi_equals_glm_in_r",
            "test_discrete_hazard.py::test_coefficients_errors_and_likelihood_equal_statsmodels",
        ],
        "identity": ["test_discrete_hazard.py::test_expected_leavers_equal_those_seen"],
        "planted": [
            "test_discrete_hazard.py::test_intervals_hold_the_planted_ratio",
            "test_cause_hazards.py::test_odds_by_cause_are_held_in_discrete_time",
        ],
        "battery": [GAPS, WEIGHTS],
    },
    "drift": {
        "reference": ["test_drift.py::test_the_index_is_the_sum_over_the_groups"],
        "identity": ["test_drift.py::test_equal_frames_have_not_moved_and_both_ways_are_alike"],
        "planted": ["test_drift.py::test_without_change_the_mean_is_as_expected"],
        "battery": [GAPS, "test_drift.py::test_one_value_all_missing_and_bad_input"],
    },
    "errors_by_segment": {
        "reference": [
            "test_errors_by_segment.py::test_the_error_is_tested_as_by_the_score_test_of_statsmodels"
        ],
        "identity": [
            "test_errors_by_segment.py::test_the_interval_is_where_the_score_test_of_a_shift_would_reject"
        ],
        "planted": ["test_errors_by_segment.py::test_intervals_and_tests_hold_planted_truth"],
        "battery": [GAPS, WEIGHTS],
    },
    "expected_profit": {
        "reference": ["test_expected_profit.py::test_the_worked_example"],
        "identity": ["test_expected_profit.py::test_it_is_the_mean_over_acceptance_of_the_best_reach"],
        "planted": [f"test_expected_profit.py::{HELD}"],
        "battery": [GAPS, WEIGHTS],
    },
    "gamma_gamma": {
        "reference": ["test_gamma_gamma.py::test_estimates_and_expectations_equal_those_of_lifetimes"],
        "identity": ["test_gamma_gamma.py::test_the_likelihood_is_the_integral_over_the_scales"],
        "planted": [f"test_gamma_gamma.py::{HELD}"],
        "battery": [GAPS, WEIGHTS],
    },
    "kaplan_meier": {
        "reference": [
            "test_kaplan_meier.py::test_it_equals_survfit",
            "test_log_rank.py::test_it_equals_survdiff",
            "test_restricted_mean.py::test_means_and_errors_are_those_of_r",
        ],
        "identity": ["test_kaplan_meier.py::test_the_jackknife_of_equal_weights_is_greenwood"],
        "planted": [
            "test_curve_coverage.py::test_survival_its_median_and_its_mean",
            "test_curve_coverage.py::test_clusters_and_weights_of_sampling",
        ],
        "battery": [GAPS, WEIGHTS],
    },
    "leaving_counts": {
        "reference": ["test_leaving_counts.py::test_the_width_is_the_rank_of_the_rule"],
        "identity": ["test_leaving_counts.py::test_expected_counts_and_intervals_by_hand"],
        "planted": [
            "test_leaving_counts.py::test_intervals_hold_the_count_even_of_a_wrong_model_in_moving_times"
        ],
        "battery": [GAPS],
    },
    "lifetime_value": {
        "reference": ["test_lifetime_value.py::test_margins_by_period_are_summed_as_by_hand"],
        "identity": [
            "test_lifetime_value.py::test_the_first_period_is_a_difference_of_one_margin",
            "test_lifetime_value.py::test_draws_of_survival_make_the_interval",
        ],
        "battery": [GAPS],
    },
    "pareto_nbd": {
        "reference": ["test_pareto_nbd.py::test_estimates_equal_those_of_lifetimes"],
        "identity": ["test_pareto_nbd.py::test_the_likelihood_equals_that_by_hypergeometric_functions"],
        "planted": [f"test_pareto_nbd.py::{HELD}"],
        "battery": [GAPS, WEIGHTS],
    },
    "purchase_history": {
        "reference": [
            "test_purchase_history.py::test_it_equals_what_lifetimes_makes_of_the_same_transactions"
        ],
        "identity": [
            "test_purchase_history.py::test_dates_without_a_time_and_other_units",
            "test_purchase_history.py::test_it_feeds_the_models",
        ],
        "battery": [GAPS],
    },
    "purchase_value": {
        "reference": [
            "test_purchase_value.py::test_without_discount_it_is_expected_purchases_times_expected_spend"
        ],
        "identity": ["test_purchase_value.py::test_discounting_weighs_what_each_step_brings"],
        "planted": [f"test_purchase_value.py::{HELD}"],
        "battery": ["test_purchase_value.py::test_what_does_not_go_together_is_refused"],
    },
    "renewal_curve": {
        "reference": ["test_renewal_forecast.py::test_the_penalised_logit_is_the_maximum_that_r_finds"],
        "identity": ["test_renewal_curve.py::test_the_curve_has_the_coefficients_of_the_forecast"],
        "planted": ["test_renewal_forecast.py::test_planted_coefficients_lie_in_their_intervals"],
        "battery": [GAPS],
    },
    "renewal_decisions": {
        "reference": [
            "test_renewal_decisions.py::test_history_and_due_are_those_of_a_loop_over_the_contracts"
        ],
        "identity": [
            "test_renewal_decisions.py::test_nothing_dated_on_the_day_or_later_changes_a_row",
            "test_renewal_decisions.py::test_it_is_what_the_forecast_asks_for",
        ],
        "battery": [GAPS],
    },
    "renewal_forecast": {
        "reference": [
            "test_renewal_forecast.py::test_the_penalised_logit_is_the_maximum_that_r_finds",
            "test_renewal_forecast.py::test_variance_between_periods_its_interval_and_the_means_are_those_of_metafor",
        ],
        "identity": ["test_renewal_forecast.py::test_totals_of_certain_parameters_are_binomial"],
        "planted": ["test_renewal_coverage.py::test_intervals_hold_what_comes_as_often_as_they_say"],
        "battery": [GAPS],
    },
    "renewal_index": {
        "reference": ["test_renewal_index.py::test_estimates_are_those_of_the_mean_of_the_scores"],
        "identity": ["test_renewal_index.py::test_each_question_is_brought_onto_one_scale"],
        "planted": ["../measure/test_coverage.py::test_weighted_mean_covers_the_truth_on_a_large_base"],
        "battery": [GAPS, WEIGHTS],
    },
    "renewal_scores": {
        "reference": ["test_renewal_index.py::test_estimates_are_those_of_the_mean_of_the_scores"],
        "identity": ["test_renewal_index.py::test_each_question_is_brought_onto_one_scale"],
        "battery": [GAPS],
    },
    "rolling_origin": {
        "reference": [
            "test_rolling_origin.py::test_each_cut_off_is_judged_by_a_model_of_those_whose_outcomes_were_known"
        ],
        "identity": [
            "test_rolling_origin.py::test_what_comes_after_a_cut_off_does_not_change_the_scores_at_it"
        ],
        "planted": ["test_score_quality.py::test_intervals_cover_planted_truth"],
        "battery": [GAPS],
    },
    "save_list": {
        "reference": ["test_save_list.py::test_with_money_it_is_the_profit_of_one_contact"],
        "identity": [
            "test_save_list.py::test_of_equal_customers_the_list_is_worth_what_the_campaign_is",
            "test_save_list.py::test_without_money_it_is_chance_times_value_and_equals_by_name",
        ],
        "battery": ["test_save_list.py::test_bad_input"],
    },
    "sbg": {
        "reference": ["test_sbg.py::test_the_published_cohorts"],
        "identity": ["test_sbg.py::test_survival_is_the_mean_of_customers_who_each_renew_at_random"],
        "planted": [
            "test_sbg.py::test_intervals_hold_the_truth_and_forecasts_what_comes_as_often_as_they_say"
        ],
        "battery": [GAPS],
    },
    "score_quality": {
        "reference": [
            "test_score_quality.py::test_auc_and_its_variance_are_those_of_proc",
            "test_score_quality.py::test_calibration_and_losses_are_those_of_glm_in_r",
        ],
        "identity": ["test_score_quality.py::test_influence_is_what_taking_a_row_out_changes"],
        "planted": ["test_score_quality.py::test_intervals_cover_planted_truth"],
        "battery": [GAPS, WEIGHTS],
    },
    "snapshot": {
        "reference": [
            "test_snapshot.py::test_features_and_labels_are_those_of_a_loop_over_the_customers",
            "test_snapshot.py::test_the_days_and_ends_of_a_horizon_by_hand",
        ],
        "identity": ["test_snapshot.py::test_no_later_row_changes_a_feature"],
        "battery": [GAPS],
    },
}
NOT_DRAWN = {
    "boosted_hazard": "too slow to draw in a test: docs/discrete_hazard.md says how often its interval holds",
    "churn_model": "chances without an interval; those of their quality are score_quality's",
    "renewal_curve": "the model of the forecast, whose intervals are drawn there",
}
"""Why a planted truth is looked for once, and not often enough for the coverage of an interval."""
NOT_THERE = {
    ("chance_groups", "reference"): "counts within groups of equal size, which nobody publishes",
    ("chance_groups", "planted"): "its intervals are Wilson's, whose coverage is known and uneven",
    ("churn_contributions", "planted"): "shares out what a model says: no interval",
    ("churn_days", "planted"): "days of a calendar",
    ("churn_drivers", "planted"): "its interval is that of repeats of a shuffle, or of a mean over customers",
    ("churn_forecast", "planted"): "chances of the model, and their sums",
    ("churn_reasons", "planted"): "orders what a model says of a customer",
    ("lifetime_value", "planted"): "a sum of given numbers; its interval is that of the draws it was given",
    ("purchase_history", "planted"): "counts transactions",
    ("renewal_decisions", "planted"): "takes rows out of the books",
    ("renewal_scores", "planted"): "brings answers onto one scale",
    ("save_list", "planted"): "orders customers by a formula",
    ("snapshot", "planted"): "takes rows out of the books",
}
"""Why a kind of proof does not apply."""


def test_every_public_function_stands_in_the_table_with_four_proofs_or_why_not():
    stub = Path(cx.__file__).with_suffix(".pyi").read_text(encoding="utf-8")
    public = re.findall(r"^from \.retention\.\w+ import (\w+) as", stub, re.MULTILINE)
    assert {name for name in public if inspect.isfunction(getattr(cx, name))} == set(PROOFS)
    for name, proofs in PROOFS.items():
        assert tuple(proofs) == tuple(kind for kind in KINDS if (name, kind) not in NOT_THERE), name
        assert all(proofs.values()), name
    assert set(NOT_DRAWN) < set(PROOFS) and {name for name, _ in NOT_THERE} < set(PROOFS)


@pytest.mark.parametrize("name", PROOFS)
def test_every_proof_is_there_and_what_is_planted_is_drawn_often_enough(name: str):
    for kind, proofs in PROOFS[name].items():
        for proof in proofs:
            path, _, test = proof.partition("::")
            tree = ast.parse((HERE / path).read_text(encoding="utf-8"))
            assert test in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}, proof
            if kind == "planted" and name not in NOT_DRAWN:
                assert _replications(tree) >= 2_000, path
                assert _runs_over_them(tree, test), proof


def _replications(tree: ast.Module) -> int:
    """Return the constant REPLICATIONS of a file; 0 where there is none."""
    for node in tree.body:
        if isinstance(node, ast.Assign):
            names, values = (getattr(side, "elts", [side]) for side in (node.targets[0], node.value))
            named = dict(zip(map(ast.unparse, names), values, strict=False))
            if "REPLICATIONS" in named:
                return int(ast.literal_eval(named["REPLICATIONS"]))
    return 0


def _runs_over_them(tree: ast.Module, test: str) -> bool:
    """Tell whether a test, or a function of its file that it names, draws or repeats REPLICATIONS times.

    It is then an argument of a call, as in `range(REPLICATIONS)`, by its name or by that of a parameter whose
    default it is; to divide by it is not enough.
    """
    functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    asked, seen = [test], {test}
    while asked:
        function = functions[asked.pop()]
        names = {"REPLICATIONS", *_defaults(function)}
        for node in ast.walk(function):
            if isinstance(node, ast.Name) and node.id in functions and node.id not in seen:
                seen.add(node.id)
                asked.append(node.id)
            if isinstance(node, ast.Call) and any(_is_count(argument, names) for argument in node.args):
                return True
    return False


def _defaults(function: ast.FunctionDef) -> list[str]:
    """Return the parameters that are REPLICATIONS unless given."""
    pairs = zip(reversed(function.args.args), reversed(function.args.defaults), strict=False)
    return [parameter.arg for parameter, value in pairs if ast.unparse(value) == "REPLICATIONS"]


def _is_count(argument: ast.expr, names: set[str]) -> bool:
    """Tell whether an argument has one of these names, or is a shape that has it."""
    parts = argument.elts if isinstance(argument, ast.Tuple) else [argument]
    return any(isinstance(part, ast.Name) and part.id in names for part in parts)
