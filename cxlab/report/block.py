"""A block: the one kind of thing a report is made of."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, repr=False)
class Block:
    """A piece of a report: a heading, a sentence, a table or a chart with its table twin.

    Parameters
    ----------
    html
        What a reader sees: semantic HTML with `cx-…` classes, no script, no style and no address.
    min_base
        Smallest base its figures were suppressed at; None where it holds no figures.
    name
        File name of its picture, without an ending; empty where it has none.
    png
        The picture, as it also stands in `html`; empty where there is none.
    """

    html: str
    min_base: int | None = None
    name: str = ""
    png: bytes = b""

    def _repr_html_(self) -> str:
        return self.html
