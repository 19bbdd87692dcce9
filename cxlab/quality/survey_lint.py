"""Faults of a survey that no interval shows."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.special import ndtr, ndtri

from cxlab.model.market import Market
from cxlab.model.parameters import IntakeOptions
from cxlab.quality.answer_matrix import AnswerMatrix, Floats, answer_matrix
from cxlab.quality.finding import Check, Finding, Findings, Level
from cxlab.quality.judge_response import frame_segments, judge_base, judge_response, people_invited
from cxlab.quality.pilot_against_full import holm

ANCHORS = ("nps", "csat_overall")
DECLARED: tuple[Check, ...] = ("incentive", "selective_sampling", "staff_present")
MIN_ANSWERS = 100
MIN_NEXT = 30
LONG_SCALE = 9
MIN_CHANNEL = 30
MIN_BEYOND = 10
CHANNEL_GAP = 0.3
AGAINST = -0.1
ERROR = 0.01


def survey_lint(market: Market, wave: str | None = None, *, options: IntakeOptions | None = None) -> Findings:
    """Look for faults of the questionnaire and of the way people were asked.

    Parameters
    ----------
    market
        The loaded market.
    wave
        The wave; the one the market's file names unless given.
    options
        Limits and declarations; those of the market's file unless given.

    Returns
    -------
    Findings
        `scale_code`: scores one beyond the scale and none at its lower end, as exports that code 0–10 as 1–11
        have them. `scale_unused`: half of the scale is never used, or, of ten points or more, one end while
        30 answers lie next to it. `reversed`: a question goes against recommendation or overall satisfaction.
        `precision`: too few answers for the margin wanted. `sampling`: the invited are not made up as the
        customers are. `channels`: one channel scores far above the others, as scores given in front of staff
        do. `incentive`, `selective_sampling`, `staff_present`: what the market's file declares, for no figure
        can tell.

    Raises
    ------
    MeasureError
        Where the wave has no answers.
    """
    options = options or market.parameters.studies.intake
    answers = answer_matrix(market, wave)
    people = people_invited(market, wave)
    asked = judge_response(people, market, frame_segments(people, options.segments), options)[-1:]
    base = [finding for finding in judge_base(market, answers, options) if finding.check == "precision"]
    return Findings((*base, *asked, *lint_questionnaire(market, answers, options)))


def lint_questionnaire(market: Market, answers: AnswerMatrix, options: IntakeOptions) -> list[Finding]:
    """Return the findings about scales, channels and what is declared."""
    return [
        _named("scale_code", _coded_one_higher(market, answers), len(answers.questions)),
        _named("scale_unused", _unused(answers), len(answers.questions)),
        _named("reversed", _reversed(answers), len(answers.questions)),
        _channels(answers),
        *(_declared(check, getattr(options, check)) for check in DECLARED),
    ]


def _named(check: Check, questions: list[str], n: int) -> Finding:
    said = {
        "scale_code": "score one beyond the scale and never its lowest: subtract one (shift: -1)",
        "scale_unused": "never use a part of the scale: is it the right one?",
        "reversed": "go against recommendation or satisfaction: is the scale turned round (reverse: true)?",
    }[check]
    if not questions:
        return Finding(check, "ok", f"No question seems to {said.partition(':')[0]}.", n=n)
    level: Level = "stop" if check == "scale_code" else "caution"
    subject = ", ".join(questions)
    return Finding(check, level, f"Some questions {said} ({subject})", subject, len(questions), n)


def _coded_one_higher(market: Market, answers: AnswerMatrix) -> list[str]:
    """Name the questions with values one beyond the scale in quarantine, and none at its lower end."""
    broken = market.quarantine
    value = pd.to_numeric(broken["value"].astype("str"), errors="coerce")
    found = []
    for question, scores in zip(answers.questions, answers.scores.T, strict=True):
        column = f"score ({question.name})" if question.is_item else question.name
        beyond = int(((broken["column"] == column) & (value == question.scale_max + 1)).sum())
        if beyond >= MIN_BEYOND and not (scores == question.scale_min).any():
            found.append(question.name)
    return found


def _unused(answers: AnswerMatrix) -> list[str]:
    found = []
    for question, scores in zip(answers.questions, answers.scores.T, strict=True):
        low, high = question.scale_min, question.scale_max
        given = scores[np.isfinite(scores)]
        if len(given) < MIN_ANSWERS or not high > low:
            continue
        half = given.max() - given.min() < (high - low) / 2
        bottom = given.min() > low and (given == low + 1).sum() >= MIN_NEXT
        top = given.max() < high and (given == high - 1).sum() >= MIN_NEXT
        if half or (high - low >= LONG_SCALE and (bottom or top)):
            found.append(question.name)
    return found


def _reversed(answers: AnswerMatrix) -> list[str]:
    """Name the questions whose correlation with the anchor is below −0.1 beyond chance (Fisher's z)."""
    questions = answers.names
    anchors = [questions.index(name) for name in ANCHORS if name in questions]
    looked_at = [
        place for place, name in enumerate(questions) if not name.startswith(("importance.", "expectation."))
    ]
    found = []
    for place in looked_at:
        against = [anchor for anchor in anchors if anchor != place][:1]
        if against and _goes_against(answers.scores[:, place], answers.scores[:, against[0]]):
            found.append(questions[place])
    return found


def _goes_against(scores: Floats, anchor: Floats) -> bool:
    both = np.isfinite(scores) & np.isfinite(anchor)
    n = int(both.sum())
    if n < MIN_ANSWERS or np.ptp(scores[both]) == 0 or np.ptp(anchor[both]) == 0:
        return False
    r = float(np.corrcoef(scores[both], anchor[both])[0, 1])
    if r >= AGAINST:
        return False
    return r <= -1 or float(np.arctanh(r) * np.sqrt(n - 3)) < ndtri(ERROR)


def _channels(answers: AnswerMatrix) -> Finding:
    """Find the channel whose scores stand out upwards: by 0.3 standard deviations, and beyond chance."""
    questions = answers.names
    anchors = [name for name in ANCHORS if name in questions]
    if not anchors or "channel" not in answers.responses:
        return Finding("channels", "note", "Not checked: there are no channels to compare.")
    scores = answers.scores[:, questions.index(anchors[0])]
    given = np.isfinite(scores)
    channel = answers.responses["channel"].astype("str").to_numpy(dtype=object)[given]
    scores = scores[given]
    rows = [(name, *_above(scores, channel == name)) for name in sorted({c for c in channel if c == c})]
    rows = [row for row in rows if np.isfinite(row[1])]
    if not rows:
        return Finding("channels", "note", "Not checked: there is one channel only, or too few answers.")
    p_values = holm(np.array([row[2] for row in rows]))
    gap, p_value, name = max((row[1], p, row[0]) for row, p in zip(rows, p_values, strict=True))
    text = f"Scores given by '{name}' lie {gap:.2f} standard deviations above the others."
    level: Level = "caution" if gap >= CHANNEL_GAP and p_value < ERROR else "ok"
    return Finding("channels", level, text, name, 0, len(scores), gap, CHANNEL_GAP)


def _above(scores: Floats, inside: np.ndarray) -> tuple[float, float]:
    """Return how many standard deviations a channel lies above the others, and the p-value of that."""
    one, rest = scores[inside], scores[~inside]
    if len(one) < MIN_CHANNEL or len(rest) < MIN_CHANNEL or np.ptp(scores) == 0:
        return float("nan"), float("nan")
    error = np.sqrt(one.var(ddof=1) / len(one) + rest.var(ddof=1) / len(rest))
    gap = one.mean() - rest.mean()
    return float(gap / scores.std(ddof=1)), float(2 * ndtr(-abs(gap) / error)) if error else 0.0


def _declared(check: Check, value: bool | None) -> Finding:
    name = check.replace("_", " ")
    if value is None:
        return Finding(check, "note", f"Nobody declared whether there was: {name}.")
    text = f"Declared: {name}." if value else f"Declared: no {name}."
    return Finding(check, "caution" if value else "ok", text, n=1, count=int(value))
