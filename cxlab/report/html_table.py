"""A table of a report as HTML."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

Rows = Sequence[Sequence[str]]


def html_table(
    caption: str, head: Sequence[str], groups: Mapping[str, Rows], *, numbers: Sequence[int]
) -> str:
    """Return a table that can be scrolled sideways where it is wider than the page.

    Parameters
    ----------
    caption
        What the table shows.
    head
        Names of the columns.
    groups
        Rows of plain texts by the heading they stand under; an empty heading is not shown. The first cell of
        a row names it. A line break in a text stays one: an interval stands below its figure where the table
        would be wider than the page.
    numbers
        Positions of the columns that hold numbers.
    """
    columns = "".join(
        f'<th scope="col"{_class(position in numbers)}>{escape(name)}</th>'
        for position, name in enumerate(head)
    )
    body = "\n".join(_body(title, rows, len(head), numbers) for title, rows in groups.items())
    return (
        f'<div class="cx-scroll" role="region" aria-label="{escape(caption)}" tabindex="0">\n'
        f'<table class="cx-table">\n<caption>{escape(caption)}</caption>\n'
        f"<thead>\n<tr>{columns}</tr>\n</thead>\n{body}\n</table>\n</div>"
    )


def _body(title: str, rows: Rows, width: int, numbers: Sequence[int]) -> str:
    group = (
        f'<tr><th scope="rowgroup" colspan="{width}"><strong>{escape(title)}</strong></th></tr>\n'
        if title
        else ""
    )
    lines = "\n".join(_row(row, numbers) for row in rows)
    return f"<tbody>\n{group}{lines}\n</tbody>"


def _row(row: Sequence[str], numbers: Sequence[int]) -> str:
    cells = "".join(
        f"<td{_class(position in numbers)}>{_lines(cell)}</td>"
        for position, cell in enumerate(row[1:], start=1)
    )
    return f'<tr><th scope="row">{escape(row[0])}</th>{cells}</tr>'


def _lines(cell: str) -> str:
    return escape(cell).replace("\n", "<br>")


def _class(is_number: bool) -> str:
    return ' class="cx-number"' if is_number else ""
