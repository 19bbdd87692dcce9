"""First-contact resolution and channel switching against a loop over contacts, and cases by hand."""

import numpy as np
import pandas as pd
import pytest

from cxlab.measure.channel_switching import channel_switching
from cxlab.measure.first_contact_resolution import first_contact_resolution
from cxlab.measure.followed_issues import FollowedIssues, followed_issues
from cxlab.model.errors import MeasureError

# Issue, customer, day and hour, channel, number, resolved.
BY_HAND = pd.DataFrame(
    [
        ("at once", "c1", "2026-03-01 10:00", "phone", 1, True),
        ("after all", "c2", "2026-03-01 10:00", "phone", 1, False),
        ("after all", "c2", "2026-03-03 10:00", "phone", 2, True),
        # Called resolved, and the customer came back: exactly on the last day, and a minute later.
        ("on the day", "c3", "2026-03-01 10:00", "chat", 1, True),
        ("on the day", "c3", "2026-03-08 10:00", "phone", 2, True),
        ("too late", "c4", "2026-03-01 10:00", "chat", 1, True),
        ("too late", "c4", "2026-03-08 10:01", "phone", 2, True),
        ("dropped", "c5", "2026-03-01 10:00", "shop", 1, False),
        # The same customer with another matter.
        ("other matter", "c1", "2026-03-04 10:00", "phone", 1, True),
        ("headless", "c6", "2026-03-02 10:00", "phone", 2, True),
        ("recent", "c7", "2026-03-10 10:00", "phone", 1, True),
        (None, "c8", "2026-03-02 10:00", "phone", 1, True),
    ],
    columns=["issue_id", "customer_id", "at", "channel", "seq", "resolved"],
).assign(at=lambda rows: pd.to_datetime(rows["at"]), touchpoint="centre")


def test_by_hand():
    issues = followed_issues(BY_HAND, until="2026-03-15")
    rows = issues.rows.set_index("issue_id")
    solved = rows["resolved"] & ~rows["repeated"]
    assert set(rows.index[solved]) == {"at once", "too late", "other matter"}
    assert set(rows.index[~solved]) == {"after all", "on the day", "dropped"}
    assert (issues.too_recent, issues.headless, issues.without_issue) == (1, 1, 1)
    result = first_contact_resolution(issues)
    assert result.rows["estimate"][0] == 3 / 6 and result.rows["n"][0] == 6
    assert channel_switching(issues).rows["estimate"][0] == 1 / 6
    assert issues.summary() == (
        "6 issues with a first contact up to 2026-03-09, each followed for 7 days; left out: 1 later issues, "
        "1 issues without their first contact, 1 contacts without an issue."
    )


def test_a_customer_with_another_matter_may_count_as_a_repeat():
    issues = followed_issues(BY_HAND, until="2026-03-15", repeat="customer").rows.set_index("issue_id")
    assert issues.loc["at once", "repeated"] and not issues.loc["other matter", "repeated"]


def test_what_is_known_ends_with_the_last_contact_unless_said():
    issues = followed_issues(BY_HAND)
    assert issues.until == pd.Timestamp("2026-03-10 10:00")
    # "recent" and "other matter" opened less than seven days before.
    assert issues.too_recent == 2
    # What came after the last day is not known yet.
    early = followed_issues(BY_HAND, days=1, until="2026-03-02").rows.set_index("issue_id")
    assert early["contacts"].eq(1).all() and not early["repeated"].any()


def _contacts(seed: int, issues: int = 80) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    made = rng.integers(1, 5, issues)
    issue = np.repeat(np.arange(issues), made)
    first = np.datetime64("2026-01-01T08:00") + rng.integers(0, 60 * 24, issues).astype("timedelta64[h]")
    gaps = rng.integers(1, 12 * 24, len(issue)).astype("timedelta64[h]")
    seq = np.arange(len(issue)) - np.repeat(np.cumsum(made) - made, made) + 1
    frame = pd.DataFrame(
        {
            "issue_id": [f"i{number}" for number in issue],
            "customer_id": [f"c{number}" for number in np.repeat(rng.integers(0, 30, issues), made)],
            "seq": seq,
            "channel": rng.choice(["phone", "chat", "shop"], len(issue)),
            "touchpoint": rng.choice(["app", "centre"], len(issue)),
            "resolved": rng.random(len(issue)) < 0.6,
        }
    )
    since = pd.Series(np.where(seq == 1, np.timedelta64(0, "h"), gaps)).groupby(issue).cumsum()
    frame["at"] = pd.Series(np.repeat(first, made)) + since
    return frame.sample(frac=1, random_state=seed, ignore_index=True)


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("repeat", ["issue", "customer"])
def test_random_contacts_equal_a_loop(seed: int, repeat: str):
    frame = _contacts(seed)
    issues = followed_issues(frame, days=7, repeat=repeat)
    last, window = frame["at"].max(), pd.Timedelta(days=7)
    solved, switched = {}, {}
    for name in frame["issue_id"].unique():
        own = frame[frame["issue_id"] == name]
        first = own[own["seq"] == 1].iloc[0]
        if last - first["at"] < window:
            continue
        others = (
            own[own["seq"] > 1] if repeat == "issue" else frame[frame["customer_id"] == first["customer_id"]]
        )
        came_back = False
        for other in others.itertuples():
            if other.Index != first.name and first["at"] <= other.at <= first["at"] + window:
                came_back = True
        solved[name] = bool(first["resolved"]) and not came_back
        switched[name] = own.loc[own["at"] <= first["at"] + window, "channel"].nunique() > 1
    rows = issues.rows.set_index("issue_id")
    assert (rows["resolved"] & ~rows["repeated"]).to_dict() == solved
    assert (rows["channels"] > 1).to_dict() == switched
    assert issues.too_recent == frame["issue_id"].nunique() - len(solved)
    found = first_contact_resolution(issues, by="touchpoint").rows
    assert found["n"].sum() == len(solved)
    assert (found["estimate"] * found["n"]).sum() == pytest.approx(sum(solved.values()))


def test_the_order_of_the_contacts_never_matters():
    frame = _contacts(5)
    one, other = (followed_issues(rows).rows for rows in (frame, frame[::-1]))
    pd.testing.assert_frame_equal(one, other)


def test_issues_of_one_customer_share_an_interval():
    frame = _contacts(6)
    alike = frame.assign(resolved=frame["customer_id"].str[-1].isin(list("02468")))
    issues = followed_issues(alike[alike["seq"] == 1])
    plain, by_customer = (
        first_contact_resolution(issues, cluster=cluster).rows["std_error"][0]
        for cluster in (None, "customer_id")
    )
    assert by_customer > 1.2 * plain


@pytest.mark.parametrize("measure", [first_contact_resolution, channel_switching])
def test_without_issues_there_is_a_base_of_0(measure):
    for frame in (BY_HAND.iloc[:0], BY_HAND[BY_HAND["issue_id"] == "recent"], BY_HAND.assign(issue_id=None)):
        result = measure(followed_issues(frame, until="2026-03-12"))
        assert result.rows["n"].tolist() == [0] and result.rows["estimate"].isna().all()


@pytest.mark.parametrize("resolved", [True, False])
def test_all_alike_has_an_interval_open_to_one_side(resolved: bool):
    issues = followed_issues(BY_HAND[BY_HAND["seq"] == 1].assign(resolved=resolved), until="2026-03-20")
    row = first_contact_resolution(issues).rows.iloc[0]
    assert row["estimate"] == resolved and row["conf_low"] < row["conf_high"]


def test_segments_joined_before_are_carried_over():
    issues = followed_issues(BY_HAND.assign(region="north"), carry=["region"])
    assert first_contact_resolution(issues, by="region").rows["level"].tolist() == ["north"]
    with pytest.raises(MeasureError, match="there is no column 'touchpoint'"):
        first_contact_resolution(issues, by="touchpoint")


def test_polars_and_duckdb_read_alike():
    import duckdb
    import polars as pl

    known = followed_issues(BY_HAND).rows
    for frame in (pl.from_pandas(BY_HAND), duckdb.from_df(BY_HAND)):
        found = followed_issues(frame)
        assert isinstance(found, FollowedIssues)
        pd.testing.assert_frame_equal(found.rows, known)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"at": pd.NaT}, "12 contacts have no time"),
        ({"resolved": pd.array([None] * 12, dtype="boolean")}, "12 contacts have no outcome"),
        ({"seq": np.nan}, "12 contacts have no number"),
        ({"resolved": "yes"}, "the column 'resolved' holds String, not yes or no"),
        ({"at": "2026-03-01"}, "the column 'at' holds String, not dates"),
        ({"seq": 1}, r"3 issues have two first contacts \(such as 'after all'\)"),
        ({"customer_id": [f"c{n}" for n in range(12)]}, "3 issues have several customers"),
        ({"seq": [1, 2, 1, 1, 2, 1, 2, 1, 1, 2, 1, 1]}, "1 issues have a contact before the first in time"),
    ],
)
def test_bad_contacts_are_refused(change: dict, said: str):
    with pytest.raises(MeasureError, match=said):
        followed_issues(BY_HAND.assign(**change))


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"days": 0}, "a window of 0 days is none"),
        ({"repeat": "case"}, "unknown repeat 'case'; take one of issue, customer"),
        ({"until": "never"}, "'never' is no day"),
        ({"carry": ["regio"]}, "there is no column 'regio'"),
    ],
)
def test_bad_options_are_refused(options: dict, said: str):
    with pytest.raises(MeasureError, match=said):
        followed_issues(BY_HAND, **options)
