"""The customer metrics recover what was planted, each within three standard errors."""

import numpy as np
import pytest

from cxlab.demo.sales import LOST_REASONS, REASON_SHARES
from cxlab.measure.close_rate import close_rate
from cxlab.measure.disloyalty_ratio import disloyalty_ratio
from cxlab.measure.first_contact_resolution import first_contact_resolution
from cxlab.measure.followed_issues import followed_issues
from cxlab.measure.lost_reasons import lost_reasons
from cxlab.measure.word_of_mouth import word_of_mouth
from cxlab.measure.word_of_mouth_balance import word_of_mouth_balance
from tests.demo.in_turn import IN_TURN


@pytest.mark.parametrize("name", IN_TURN)
def test_first_contacts_resolve_as_planted(loaded, truth, name):
    issues = followed_issues(loaded(name).interactions)
    row = first_contact_resolution(issues, cluster="customer_id").rows.iloc[0]
    assert abs(row["estimate"] - truth.markets[name].teams.first_contact) < 3 * row["std_error"]
    assert issues.headless == issues.without_issue == 0


@pytest.mark.parametrize("name", IN_TURN)
def test_opportunities_close_as_planted(loaded, truth, name):
    """By value too: the value of an opportunity has nothing to do with its chance."""
    planted = truth.markets[name].sales
    for counted in ("count", "value"):
        rows = close_rate(loaded(name).opportunities, counted=counted, by="existing").rows.set_index("level")
        for level, chance in (("true", planted.existing), ("false", planted.new)):
            row = rows.loc[level]
            assert abs(row["estimate"] - chance) < 3 * row["std_error"], (counted, level)


@pytest.mark.parametrize("name", IN_TURN)
def test_they_are_lost_for_the_planted_reasons(loaded, name):
    rows = lost_reasons(loaded(name).opportunities).shares.rows.set_index("level")
    assert set(rows.index) == set(LOST_REASONS)
    for reason, share in zip(LOST_REASONS, REASON_SHARES, strict=True):
        assert abs(rows.loc[reason, "estimate"] - share) < 3 * rows.loc[reason, "std_error"]


@pytest.mark.parametrize("name", IN_TURN)
def test_effort_goes_with_disloyalty_as_planted(loaded, truth, name):
    """Four less loyal for one more loyal after an effortful contact, one for three after an easy one."""
    answers = loaded(name).responses.dropna(subset=["ces"])
    felt = answers.assign(felt=(answers["ces"] >= 5).map({True: "easy", False: "effortful"}))
    rows = disloyalty_ratio(felt, by="felt", cluster="cluster").rows.set_index("level")
    for level, shares in (
        ("effortful", truth.markets[name].effort.effortful),
        ("easy", truth.markets[name].effort.easy),
    ):
        row = rows.loc[level]
        planted = shares[0] / shares[2]
        # The logarithm of a ratio is nearer to normal than the ratio.
        error = row["std_error"] / row["estimate"]
        assert abs(np.log(row["estimate"] / planted)) < 3 * error, level


@pytest.mark.parametrize("name", IN_TURN)
def test_customers_talk_as_planted(loaded, truth, name):
    answers = loaded(name).responses.dropna(subset=["nps"])
    group = np.select([answers["nps"] >= 9, answers["nps"] >= 7], ["promoter", "passive"], "detractor")
    answers, rule = answers.assign(group=group), truth.markets[name].word_of_mouth
    for place, level in enumerate(("detractor", "passive", "promoter")):
        offline, online, _ = rule.source[place]
        good, bad, _ = rule.valence[place]
        for source, valence, planted in (
            ("offline", "positive", offline * good),
            ("online", "negative", online * bad),
            ("offline", None, offline),
        ):
            rows = word_of_mouth(answers, source, valence, by="group", cluster="cluster").rows.set_index(
                "level"
            )
            row = rows.loc[level]
            assert abs(row["estimate"] - planted) < 3 * row["std_error"], (level, source, valence)
        balance = (
            word_of_mouth_balance(answers, by="group", cluster="cluster").rows.set_index("level").loc[level]
        )
        assert abs(balance["estimate"] - 100 * (good - bad)) < 3 * balance["std_error"], level
