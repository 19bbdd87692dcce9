"""Options are refused by name, with those there are."""

import pytest

from cxlab.estimate.require_option import require_option
from cxlab.model.errors import MeasureError


@pytest.mark.parametrize("value", ["holms", None, 3])
def test_an_unknown_option_is_refused_with_those_there_are(value):
    require_option("family", "holm", ("holm", "bh"))
    with pytest.raises(MeasureError, match=f"^unknown family '{value}'; take one of holm, bh$"):
        require_option("family", value, ("holm", "bh"))
