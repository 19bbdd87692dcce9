"""`open_study`: where results go, what may be shown."""

import pandas as pd
import pytest

import cxlab as cx
from cxlab.model.errors import ParameterError, StudyError
from cxlab.report.block import Block
from cxlab.study.folders import find_folders


@pytest.fixture
def study(little, monkeypatch):
    monkeypatch.chdir(little / "notebooks")
    return cx.open_study("01_pulse", "north")


def test_it_finds_the_project_upward_and_writes_to_scratch(study, little):
    assert study.folder == little / "outputs" / ".scratch" / "north" / "2026-2" / "01_pulse"
    assert study.folder.is_dir()


def test_its_responses_are_those_of_the_wave_and_its_history_those_up_to_it(little, monkeypatch):
    monkeypatch.chdir(little)
    middle = cx.open_study("01_pulse", "north", wave="2025-2")
    assert set(middle.responses["wave"]) == {"2025-2"}
    assert set(middle.history["wave"]) == {"2025-1", "2025-2"}


def test_params_and_outputs_may_stand_elsewhere(little, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CXLAB_PARAMS", str(little / "params"))
    monkeypatch.setenv("CXLAB_OUTPUTS", str(tmp_path / "elsewhere"))
    assert cx.open_study("00_intake", "south").folder.is_relative_to(tmp_path / "elsewhere")


def test_a_folder_without_parameters_says_so(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CXLAB_PARAMS", raising=False)
    with pytest.raises(ParameterError, match="no params folder"):
        find_folders()


def test_options_go_before_those_of_the_file(little, monkeypatch):
    monkeypatch.chdir(little)
    study = cx.open_study("01_pulse", "north", options={"segments": ["wave"]})
    assert study.options.segments == ("wave",)


def test_a_segment_that_was_not_asked_in_the_wave_is_left_out(little, monkeypatch):
    monkeypatch.chdir(little)
    path = little / "exports" / "north.csv"
    answers = pd.read_csv(path)
    answers.loc[answers["wave"] == "2026-1", "region"] = None
    answers.to_csv(path, index=False)
    assert cx.open_study("01_pulse", "north", wave="2026-1").segments == ()
    assert cx.open_study("01_pulse", "north").segments == ("segment.region",)


def test_a_misspelt_option_names_the_nearest(little, monkeypatch):
    monkeypatch.chdir(little)
    with pytest.raises(ParameterError, match="did you mean 'segments'"):
        cx.open_study("01_pulse", "north", options={"segmets": []})


def test_an_unknown_wave_and_study_name_the_nearest(little, monkeypatch):
    monkeypatch.chdir(little)
    with pytest.raises(ParameterError, match="2026-2"):
        cx.open_study("01_pulse", "north", wave="2026-9")
    with pytest.raises(ParameterError, match="did you mean '01_pulse'"):
        cx.open_study("01_puls", "north")


def test_saved_metrics_are_suppressed_and_kept_once(study):
    shown = study.save_metrics(cx.nps(study.responses, by="segment.region"))
    study.save_metrics(cx.nps(study.responses, by="segment.region"))
    written = pd.read_csv(study.folder / "metrics.csv")
    assert len(written) == len(shown.rows) == study.responses["segment.region"].nunique()
    assert shown.rows["suppressed"].any()
    assert written.loc[written["suppressed"], "estimate"].isna().all()


def test_a_figure_that_was_not_suppressed_is_not_shown(study):
    result = cx.nps(study.responses, by="segment.region")
    with pytest.raises(StudyError, match="small base"):
        study.show(cx.chart_segments(result))
    study.show(cx.chart_segments(study.save_metrics(result)))
    assert len(list((study.folder / "figures").glob("*.png"))) == 1


def test_a_block_without_figures_may_be_shown(study):
    study.show(Block("<p>hello</p>"))


def test_weights_are_offered_only_where_every_row_has_one(study):
    assert study.weights(study.responses) == [None, "weight"]
    assert study.weights(study.responses.assign(weight=None)) == [None]
    assert study.weights(study.responses.drop(columns="weight")) == [None]
    assert study.weights(study.responses.iloc[:0]) == [None]


def test_a_score_on_two_scales_has_no_scale(study):
    assert study.scale("csat_overall") == (1.0, 5.0)
    with pytest.raises(StudyError, match="no single scale"):
        study.scale("score")  # satisfaction and importance


def test_items_carry_the_weight_and_segments_of_their_response(study):
    items = study.items("importance")
    assert set(items["kind"]) == {"importance"}
    assert {"weight", "segment.region", "score"} <= set(items)
    joined = items.merge(study.responses[["response_id", "weight"]], on="response_id")
    assert (joined["weight_x"] == joined["weight_y"]).all()


def test_headline_is_the_first_sentence(study):
    first = study.save_metrics(cx.nps(study.responses))
    second = study.save_metrics(cx.mean_score(study.responses, "csat_overall"))
    study.say(first)
    study.say(second)
    assert (study.folder / "headline.txt").read_text(encoding="utf-8") == cx.sentence(
        first, "es", words=study.words
    )


def test_what_the_answers_do_not_bear_is_said_in_the_report_and_why_in_the_notebook(
    study, capsys, monkeypatch
):
    shown = []
    monkeypatch.setattr("cxlab.study.record.display", lambda block, metadata: shown.append(block.html))
    frame = pd.DataFrame({"y": [1.0, 2, 4, 3, 5] * 3, "a": [2.0, 1, 3, 5, 4] * 3, "flat": 1.0})
    found = study.attempt(cx.holdout_r_squared, frame, "y", ["a"], folds=3)
    assert found.min_base == study.min_base and not shown
    assert study.attempt(cx.holdout_r_squared, frame, "y", ["a", "flat"], folds=3) is None
    assert len(shown) == 1 and study.words.text("notice.refused") in shown[0]
    assert "'flat'" in capsys.readouterr().out and "flat" not in shown[0]
