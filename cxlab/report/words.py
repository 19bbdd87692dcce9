"""Texts, numbers and names in the language of a report."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib import resources
from typing import Any

from babel import Locale
from babel.numbers import format_currency, format_decimal, format_percent
from ruamel.yaml import YAML

from cxlab.estimate.estimates import PER_CENT
from cxlab.model.errors import CxlabError
from cxlab.model.parameters import Language

# CLDR's minimumGroupingDigits, which Babel leaves out: 1234 is written without a separator, 12.345 with one.
FOUR_DIGITS_CLOSED = ("es", "it", "pl")
NOTHING = "–"
"""Stands where there is no figure."""


@dataclass(frozen=True, slots=True)
class Words:
    """How a report says things.

    Parameters
    ----------
    language
        `en`, `es`, `it` or `pl`.
    labels
        Display names of attributes, columns and levels, per language; they go before the names every
        language brings along.
    """

    language: Language = "en"
    labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def text(self, key: str, **values: object) -> str:
        """Return the text called `key` (such as `pulse.title`) with its placeholders filled."""
        texts = _texts(self.language)
        if key not in texts:
            raise CxlabError(f"there is no text '{key}' in {self.language}", where="cxlab/report/texts")
        return texts[key].format(**values)

    def has(self, key: str) -> bool:
        """Tell whether there is a text called `key`."""
        return key in _texts(self.language)

    def plural(self, key: str, n: int, **values: object) -> str:
        """Return the form of the text called `key` that goes with the count `n`, which fills `{n}`.

        The forms are sub-keys: `one`, `few`, `many`, `other`.
        """
        form = Locale(self.language).plural_form(n)
        return self.text(f"{key}.{form}", n=self.number(n), **values)

    def label(self, name: str) -> str:
        """Return the display name of a column, an attribute, a metric or a level.

        The market's own label comes first, then the language's, then the name itself made readable:
        `segment.age_band` becomes `Age band`. A level that nobody labelled stays as it is.
        """
        if label := self._given(name):
            return label
        stem = name.removeprefix("segment.")
        is_code_name = stem != name or "_" in stem
        return stem.replace("_", " ").capitalize() if is_code_name else name

    def column(self, table: str, name: str) -> str:
        """Return the display name of a column; `reason` is another thing in another table."""
        return self._given(f"{table}.{name}") or self.label(name)

    def level(self, name: str, by: Sequence[str]) -> str:
        """Return the display name of a level of the segment columns `by`; of several, joined by commas.

        Attributes and drivers are names of the code and are made readable; any other level that nobody
        labelled stays as it is.
        """
        parts = json.loads(name) if len(by) > 1 else [name]
        named = [
            self.label(part) if column in ("attribute_id", "driver") else self._given(part) or part
            for column, part in zip(by, parts, strict=True)
        ]
        return ", ".join(named)

    def _given(self, name: str) -> str | None:
        own = self.labels.get(name, {})
        return own.get(self.language) or own.get("en") or _texts(self.language).get(f"label.{name}")

    def number(self, value: float, digits: int = 0) -> str:
        """Return a number with a fixed count of decimals and a proper minus sign."""
        rounded = round(value, digits) + 0.0
        closed = self.language in FOUR_DIGITS_CLOSED and abs(rounded) < 10_000
        pattern = _pattern("0" if closed else "#,##0", digits)
        return format_decimal(rounded, format=pattern, locale=self.language).replace("-", "−")

    def percent(self, share: float, digits: int = 0) -> str:
        """Return a share of 0–1 as a percentage, spaced as the language does."""
        sign = Locale(self.language).percent_formats[None].pattern.removeprefix("#,##0")
        pattern = _pattern("#,##0", digits) + sign
        rounded = round(share, digits + 2) + 0.0
        return format_percent(rounded, format=pattern, locale=self.language).replace("-", "−")

    def money(self, amount: float, currency: str, digits: int = 0) -> str:
        """Return an amount in its currency, as the language writes it: `€12.40`, `12,40 €`."""
        rounded = round(amount, digits) + 0.0
        closed = self.language in FOUR_DIGITS_CLOSED and abs(rounded) < 10_000
        standard = Locale(self.language).currency_formats["standard"].pattern
        pattern = standard.replace("#,##0.00", _pattern("0" if closed else "#,##0", digits))
        said = format_currency(rounded, currency, format=pattern, locale=self.language, currency_digits=False)
        return said.replace("-", "−")

    def figure(self, value: float, unit: str) -> str:
        """Return an estimate in its unit: `36.0` points, `81.0%`, `4.04` on its scale."""
        if unit in PER_CENT:
            return self.percent(value, 1)
        return self.number(value, 1 if unit == "points" else 2)

    def p_value(self, value: float) -> str:
        """Return a p-value with three decimals: `0.021`, `< 0.001`."""
        return f"< {self.number(0.001, 3)}" if value < 0.001 else self.number(value, 3)

    def interval(self, low: float, high: float, unit: str) -> str:
        """Return an interval in its unit: `29.1 to 42.3`."""
        return self.text("figure.interval", low=self.figure(low, unit), high=self.figure(high, unit))


ENGLISH = Words()
"""The words of a call that names none."""


def _pattern(whole: str, digits: int) -> str:
    return whole + ("." + "0" * digits if digits else "")


@functools.cache
def _texts(language: Language) -> Mapping[str, str]:
    content = (
        resources.files("cxlab.report").joinpath("texts", f"{language}.yaml").read_text(encoding="utf-8")
    )
    return _flat(YAML(typ="safe").load(content))


def _flat(node: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    flat: dict[str, str] = {}
    for key, value in node.items():
        name = f"{prefix}{key}"
        flat |= _flat(value, f"{name}.") if isinstance(value, Mapping) else {name: str(value)}
    return flat
