"""Whether a feature knows too much, and which."""

from __future__ import annotations

from collections.abc import Sequence

from cxlab.quality.leakage import Leakage
from cxlab.report.block import Block
from cxlab.report.feature_name import feature_name
from cxlab.report.notice import notice
from cxlab.report.wording import shortlist
from cxlab.report.words import ENGLISH, Words


def leak_notice(result: Leakage, *, allow: Sequence[str] = (), words: Words = ENGLISH) -> Block:
    """Return a notice that names the features which give away who left, or says that none does.

    Parameters
    ----------
    result
        What `cxlab.leakage` returned of the features and who left.
    allow
        Features that are known before and may pass.
    words
        Words of the report.
    """
    named = [
        f"{feature_name(column, words=words)} ({column})" for column in result.leaks if column not in allow
    ]
    if named:
        return notice(words.text("churn.leak", names=shortlist(named, words)), level="stop", words=words)
    features = words.text("churn.features", n=words.number(len(result.rows)))
    said = words.text(
        "churn.leak_none", features=features, customers=words.plural("count.customers", result.n)
    )
    return notice(said, level="go", words=words)
