"""Where each estimator of the room is proved: a reference, an identity, a planted truth, the battery."""

import ast
import inspect
import re
from pathlib import Path

import pytest

import cxlab as cx

HERE = Path(__file__).parent
KINDS = ("reference", "identity", "planted", "battery")
SHAPES = "test_shape_battery.py::test_rows_that_lack_a_value_are_left_out_and_counted"
TABLE = "test_weighted_invariants.py::test_weight_k_is_k_copies_for_the_figures_and_not_for_their_errors"
PROOFS: dict[str, dict[str, list[str]]] = {
    "asymmetric_effect": {
        "reference": ["test_asymmetric_effect.py::test_slopes_are_rs_regression_of_changes"],
        "identity": [
            "test_asymmetric_effect.py::test_where_slopes_are_equal_they_are_those_of_the_plain_difference"
        ],
        "planted": [
            "test_shape_simulation.py::test_rises_falls_and_their_difference_are_held",
            "test_shape_simulation.py::test_no_asymmetry_is_found_where_there_is_none",
        ],
        "battery": [SHAPES, TABLE],
    },
    "dose_response": {
        "reference": [
            "test_dose_response.py::test_levels_are_rs_regression_on_dummies",
            "test_dose_response.py::test_a_spline_is_rs_natural_spline",
        ],
        "identity": ["test_dose_response.py::test_two_levels_make_a_line"],
        "planted": [
            "test_shape_simulation.py::test_a_curve_is_held_at_each_point_and_a_line_rejected_nominally"
        ],
        "battery": [SHAPES, TABLE],
    },
    "e_value": {
        "reference": ["test_e_value.py::test_published_examples"],
        "identity": ["test_e_value.py::test_a_confounder_of_that_strength_just_explains_it"],
        "planted": ["test_e_value.py::test_a_two_by_two_world_with_such_a_confounder_shows_the_ratio"],
        "battery": ["test_e_value.py::test_what_makes_no_sense_is_refused"],
    },
    "effect_by_segment": {
        "reference": ["test_effect_by_segment.py::test_shrunken_slopes_are_metafors_blup"],
        "identity": ["test_effect_by_segment.py::test_each_slope_is_that_of_its_segment_alone"],
        "planted": [
            "test_segment_simulation.py::test_slopes_and_their_differences_are_held_and_the_mean_at_least",
            "test_segment_simulation.py::test_a_spread_well_beyond_chance_is_found_and_one_more_segment_is_held",
        ],
        "battery": [SHAPES, TABLE],
    },
    "elasticity": {
        "reference": ["test_elasticity.py::test_the_coefficient_is_statsmodels"],
        "identity": ["test_elasticity.py::test_errors_at_a_mean_are_those_of_the_infinitesimal_jackknife"],
        "planted": ["test_outcome_simulation.py::test_percents_per_point_and_per_percent_are_held"],
        "battery": [SHAPES, TABLE],
    },
    "link_panel": {
        "reference": [
            "test_link_panel.py::test_the_last_answer_before_each_period_stands_beside_its_revenue"
        ],
        "identity": ["test_link_panel.py::test_everything_that_came_in_is_used_or_has_a_reason"],
        "planted": [
            "../demo/test_linked_panel.py::test_the_planted_slope_is_found_with_dummies_and_a_larger_one_without"
        ],
        "battery": ["test_link_panel.py::test_bad_input_is_refused_in_words"],
    },
    "loyalty_elements": {
        "reference": ["test_loyalty_elements.py::test_slopes_and_their_differences_are_those_of_sandwich"],
        "identity": [
            "test_loyalty_elements.py::test_errors_of_standardised_slopes_are_those_of_the_infinitesimal_jackknife"
        ],
        "planted": [
            "test_loyalty_elements.py::test_slopes_are_covered_and_equal_ones_told_apart_in_one_of_twenty"
        ],
        "battery": ["test_loyalty_elements.py::test_bad_input_is_refused_in_words", TABLE],
    },
    "measurement_error": {
        "reference": ["test_measurement_error.py::test_it_is_the_latent_regression_of_lavaan"],
        "identity": ["test_measurement_error.py::test_the_error_is_that_of_leaving_each_unit_out"],
        "planted": [
            "test_measurement_error.py::test_the_interval_covers_the_planted_slope",
            "test_error_simulation.py::test_within_entities_the_corrected_slope_is_held_and_the_naive_one_is_not",
        ],
        "battery": ["test_measurement_error.py::test_what_makes_no_sense_is_refused", TABLE],
    },
    "mediation": {
        "reference": ["test_mediation.py::test_the_paths_are_those_of_lavaan"],
        "identity": ["test_mediation.py::test_entities_are_dummies"],
        "planted": ["test_mediation.py::test_the_intervals_cover_the_planted_paths"],
        "battery": ["test_mediation.py::test_what_makes_no_sense_is_refused", TABLE],
    },
    "nps_steps": {
        "reference": ["test_nps_steps.py::test_steps_are_rs_weighted_regression_on_classes"],
        "identity": ["test_nps_steps.py::test_without_entities_steps_are_differences_of_means"],
        "planted": ["test_shape_simulation.py::test_steps_are_held_and_a_line_makes_no_jumps"],
        "battery": [SHAPES, TABLE],
    },
    "oster": {
        "reference": ["test_oster.py::test_the_published_example_is_reproduced"],
        "identity": ["test_oster.py::test_a_made_confounder_is_found_exactly"],
        "planted": ["test_oster_simulation.py::test_the_planted_coefficient_and_selection_are_held"],
        "battery": ["test_oster.py::test_what_makes_no_sense_is_refused", TABLE],
    },
    "panel_effect": {
        "reference": [
            "test_panel_effect.py::test_pooled_errors_are_petersens",
            "test_panel_effect.py::test_effects_and_errors_are_those_of_pyfixest",
            "test_panel_effect.py::test_within_between_and_differences_are_those_of_plm",
        ],
        "identity": ["test_panel_effect.py::test_every_design_is_its_regression_on_dummies"],
        "planted": [
            "test_panel_simulation.py::test_within_covers_the_truth_where_pooled_fails_and_the_placebo_holds_its_level",
            "test_panel_simulation.py::test_mundlaks_three_terms_are_covered",
            "test_panel_simulation.py::test_the_lagged_outcome_covers_where_scores_follow_it_and_there_within_fails",
            "test_panel_simulation.py::test_the_wild_bootstrap_covers_with_eight_clusters",
        ],
        "battery": ["test_panel_effect.py::test_bad_input_is_a_clear_error", TABLE],
    },
    "retention_effect": {
        "reference": [
            "test_retention_effect.py::test_odds_are_rs_logit_with_clustered_errors",
            "test_retention_effect.py::test_hazards_are_rs_complementary_log_log",
        ],
        "identity": ["test_retention_effect.py::test_the_average_effect_is_the_slope_of_the_mean_chance"],
        "planted": [
            "test_shape_simulation.py::test_hazards_and_the_average_effect_are_held",
            "test_outcome_simulation.py::test_log_odds_and_the_average_effect_are_held",
        ],
        "battery": [SHAPES, TABLE],
    },
    "revenue_glm": {
        "reference": ["test_revenue_glm.py::test_it_is_rs_glm_with_clustered_errors"],
        "identity": ["test_revenue_glm.py::test_the_density_is_the_sum_over_numbers_of_payments"],
        "planted": [
            "test_shape_simulation.py::test_tweedie_slopes_are_held_where_errors_go_together",
            "test_outcome_simulation.py::test_the_slope_of_skewed_revenue_and_its_average_effect_are_held",
        ],
        "battery": [SHAPES, TABLE],
    },
    "sensitivity": {
        "reference": ["test_sensitivity.py::test_the_published_example_is_reproduced"],
        "identity": ["test_sensitivity.py::test_the_adjusted_estimate_is_the_regression_with_the_confounder"],
        "planted": ["test_sensitivity.py::test_no_confounder_is_stronger_than_its_bound"],
        "battery": ["test_sensitivity.py::test_options_that_make_no_sense_are_refused"],
    },
    "verdict": {
        "reference": ["test_verdict.py::test_the_page_names_every_threshold_and_every_code"],
        "identity": ["test_verdict.py::test_each_rule_by_itself"],
        "planted": ["test_verdict.py::test_planted_panels_get_their_word"],
        "battery": ["test_verdict.py::test_what_does_not_belong_together_is_refused"],
    },
    "wallet_rank_share": {
        "reference": ["test_wallet_rank_share.py::test_shares_are_those_published"],
        "identity": ["test_wallet_rank_share.py::test_a_loop_over_respondents_finds_the_same"],
        "planted": [
            "test_wallet_rank_share.py::test_planted_shares_are_covered",
            "test_wallet_rank_share.py::test_the_planted_correlation_is_covered",
        ],
        "battery": ["test_wallet_rank_share.py::test_bad_input_is_refused_in_words", TABLE],
    },
}
NOT_DRAWN = ["e_value", "link_panel", "sensitivity", "verdict"]
"""No interval of their own is to cover a truth: a formula, a join, a bound, a rule."""


def test_every_public_function_stands_in_the_table_with_four_proofs():
    stub = Path(cx.__file__).with_suffix(".pyi").read_text(encoding="utf-8")
    public = re.findall(r"^from \.linkage\.\w+ import (\w+) as", stub, re.MULTILINE)
    assert {name for name in public if inspect.isfunction(getattr(cx, name))} == set(PROOFS)
    assert all(tuple(proofs) == KINDS and all(proofs.values()) for proofs in PROOFS.values())


@pytest.mark.parametrize("name", PROOFS)
def test_every_proof_is_there_and_what_is_planted_is_drawn_often_enough(name: str):
    for kind in KINDS:
        for proof in PROOFS[name][kind]:
            path, _, test = proof.partition("::")
            source = (HERE / path).read_text(encoding="utf-8")
            assert f"\ndef {test}(" in source, proof
            if kind == "planted" and name not in NOT_DRAWN:
                assert _replications(source) >= 2_000, path


def _replications(source: str) -> int:
    """Return the constant of that name in a file; of several set at once it is the first."""
    told = [node for node in ast.parse(source).body if isinstance(node, ast.Assign)]
    values = [node.value for node in told if "REPLICATIONS" in ast.unparse(node.targets[0])]
    return next(int(node.value) for node in ast.walk(values[0]) if isinstance(node, ast.Constant))
