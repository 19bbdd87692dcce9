"""Look at a page as its readers do, in headless Chromium, and name what is wrong with it.

`audit_page(path)` opens the file in a wide and in a narrow window and as print, and returns faults in words;
an empty list means that none was found. `CHROMIUM` is the browser found or None: tests that look at pages
carry

    @pytest.mark.chromium
    @needs_chromium

What is looked at, at every width, as the page opens and with everything unfolded: nothing is fetched but the
file itself and `data:`; no error on the console; `lang` and a title; exactly one h1 and no level of heading
skipped; every picture is drawn and described; ids are unique; no sideways scrolling of the page; no text cut
off (what scrolls in a container of its own is fine); text contrast of at least 4.5 to 1 (3 to 1 for large
text, as WCAG 2 AA); a visible mark on what has the focus. In print: the page fits the paper's width and every
table is shown, also those folded away on the screen.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
HEIGHT = 900
PAPER = 672  # CSS pixels between the margins of A4: (210 mm − 2 × 16 mm) at 96 pixels an inch
LOCAL = ("file:", "data:", "about:", "blob:")

needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="needs chromium: no such program on the PATH")

_SCREEN = r"""
() => {
  const faults = [];
  const say = (text) => faults.push(text);
  const words = (node) => (node.textContent || '').trim().replace(/\s+/g, ' ').slice(0, 40);
  const name = (node) => {
    const classes = [...node.classList].map((one) => '.' + one).join('');
    return `${node.tagName.toLowerCase()}${classes} "${words(node)}"`;
  };
  const visible = (node) => node.checkVisibility({visibilityProperty: true, opacityProperty: true});
  const all = [...document.body.querySelectorAll('*')];

  if (!document.documentElement.lang) say('html has no lang');
  if (!document.title.trim()) say('the page has no title');

  let before = 0, tops = 0;
  for (const node of document.querySelectorAll('h1, h2, h3, h4, h5, h6')) {
    const level = Number(node.tagName[1]);
    if (level > before + 1) say(`level of heading skipped: h${level} below h${before} at ${name(node)}`);
    if (!words(node)) say(`an empty h${level}`);
    if (level === 1) tops += 1;
    before = level;
  }
  if (tops !== 1) say(`${tops} h1 instead of one`);

  for (const image of document.images) {
    const which = `picture ${image.src.slice(0, 40)}`;
    if (!image.alt.trim()) say(`${which} has no alt text`);
    if (!image.complete || image.naturalWidth === 0) say(`${which} is not drawn`);
  }

  const ids = [...document.querySelectorAll('[id]')].map((node) => node.id);
  for (const id of new Set(ids.filter((id, i) => ids.indexOf(id) !== i))) say(`the id ${id} appears twice`);

  const root = document.scrollingElement;
  if (root.scrollWidth > innerWidth) {
    const beyond = (node) => visible(node) && node.getBoundingClientRect().right > innerWidth + 0.5;
    const which = all.filter(beyond).slice(0, 3).map(name).join(', ');
    say(`the page is ${root.scrollWidth} wide in a window of ${innerWidth}: ${which}`);
  }

  const isScroller = (node, part) => ['auto', 'scroll'].includes(getComputedStyle(node, part).overflowX);
  const unfolds = (node) => node.tagName === 'DETAILS' && isScroller(node, '::details-content');
  const inScroller = (node) =>
    node && node !== document.body && (isScroller(node) || unfolds(node) || inScroller(node.parentElement));
  const drawn = new Set(['img', 'svg', 'canvas']);
  for (const node of all) {
    if (!visible(node) || node.clientWidth === 0 || drawn.has(node.tagName.toLowerCase())) continue;
    if (node.scrollWidth > node.clientWidth + 1 && !inScroller(node)) {
      say(`cut off or spilling: ${name(node)} (${node.scrollWidth} in ${node.clientWidth})`);
    }
    const hides = ['hidden', 'clip'].includes(getComputedStyle(node).overflowY);
    if (hides && node.scrollHeight > node.clientHeight + 1) say(`cut off below: ${name(node)}`);
  }

  const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  const rgba = (colour) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  };
  const over = ([r, g, b, a], below) => [r, g, b].map((v, i) => v * a + below[i] * (1 - a));
  const ground = (node) => {
    const below = node.parentElement ? ground(node.parentElement) : [255, 255, 255];
    return over(rgba(getComputedStyle(node).backgroundColor), below);
  };
  const linear = (v) => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4);
  const light = ([r, g, b]) => 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
  for (const node of [document.body, ...all]) {
    const isText = (child) => child.nodeType === Node.TEXT_NODE && child.textContent.trim();
    if (![...node.childNodes].some(isText) || !visible(node)) continue;
    const style = getComputedStyle(node), below = ground(node), size = parseFloat(style.fontSize);
    const [bright, dark] = [light(over(rgba(style.color), below)), light(below)].sort((x, y) => y - x);
    const ratio = (bright + 0.05) / (dark + 0.05);
    const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    if (ratio < (large ? 3 : 4.5)) say(`contrast ${ratio.toFixed(2)} of ${name(node)}`);
  }

  for (const node of document.querySelectorAll('a[href], summary, button, [tabindex="0"]')) {
    if (!visible(node)) continue;
    node.focus({focusVisible: true, preventScroll: true});
    const {outlineStyle, outlineWidth} = getComputedStyle(node);
    if (document.activeElement !== node) say(`cannot have the focus: ${name(node)}`);
    else if (outlineStyle === 'none' || !parseFloat(outlineWidth)) say(`focus unseen: ${name(node)}`);
    node.blur();
  }
  return faults;
}
"""

_PRINT = r"""
() => {
  const faults = [];
  const root = document.scrollingElement;
  const say = (text) => faults.push(`${text} on paper of ${innerWidth}`);
  if (root.scrollWidth > innerWidth) say(`the page is ${root.scrollWidth} wide`);
  for (const table of document.querySelectorAll('table')) {
    const which = `"${table.textContent.trim().replace(/\s+/g, ' ').slice(0, 40)}"`;
    const box = table.getBoundingClientRect();
    if (!table.checkVisibility() || box.height === 0) say(`table not shown: ${which}`);
    if (box.right > innerWidth + 0.5) say(`table ${which} is ${Math.round(box.right)} wide`);
  }
  return faults;
}
"""


@contextmanager
def open_browser() -> Iterator[Browser]:
    """Give a headless Chromium, closed at the end."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()


def audit_page(path: Path, widths: Sequence[int] = (1280, 390)) -> list[str]:
    """Return the faults of the page in a file, each with where it was seen; an empty list is good.

    Parameters
    ----------
    path
        The HTML file.
    widths
        Widths of the window to look at, in CSS pixels.
    """
    with open_browser() as browser:
        faults = [fault for width in widths for fault in _on_screen(browser, path, width)]
        return faults + _on_paper(browser, path)


def _on_screen(browser: Browser, path: Path, width: int) -> list[str]:
    page = browser.new_page(viewport={"width": width, "height": HEIGHT})
    faults = _opened(page, path) + page.evaluate(_SCREEN)
    # Once more with everything unfolded: a table must not push the page apart when its reader opens it.
    page.evaluate("() => document.querySelectorAll('details').forEach((details) => { details.open = true; })")
    faults += [f"{fault} (unfolded)" for fault in page.evaluate(_SCREEN) if fault not in faults]
    page.close()
    return [f"{width} px: {fault}" for fault in faults]


def _on_paper(browser: Browser, path: Path) -> list[str]:
    page = browser.new_page(viewport={"width": PAPER, "height": HEIGHT})
    _opened(page, path)
    page.emulate_media(media="print")
    faults = page.evaluate(_PRINT)
    if not page.pdf(format="A4", prefer_css_page_size=True).startswith(b"%PDF"):
        faults.append("cannot be printed")
    page.close()
    return [f"print: {fault}" for fault in faults]


def _opened(page: Page, path: Path) -> list[str]:
    """Open the page and return what went wrong on the way: requests that leave, and errors."""
    faults: list[str] = []

    def on_request(url: str) -> None:
        if not url.startswith(LOCAL):
            faults.append(f"fetches {url}")

    page.on("request", lambda request: on_request(request.url))
    page.on(
        "console",
        lambda message: faults.append(f"console: {message.text}") if message.type == "error" else None,
    )
    page.on("pageerror", lambda error: faults.append(f"script error: {error}"))
    page.goto(path.resolve().as_uri(), wait_until="load")
    page.wait_for_timeout(50)
    return faults
