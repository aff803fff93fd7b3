"""Links to a state of the page: written, restored, and never trusted."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from .conftest import Opened, Report

Open = Callable[..., Opened]

STATE = """({
  clip: render.state.clip, sides: [render.wipe.a, render.wipe.b], edge: render.wipe.at,
  tick: render.clock.tick(), axes: [render.matrix.axes.rows, render.matrix.axes.columns],
  cell: render.state.selected, sorted: render.table.sorted, chart: [render.chart.x, render.chart.y],
  shown: render.filter.shown().map((cell) => cell.id), text: render.filter.text,
})"""


def link_of(one: Opened, *parts: str) -> str:
    """The address, once it holds these parts."""
    for part in parts:
        one.until(f"location.hash.includes({part!r})")
    return str(one.page.evaluate("location.hash"))


def test_a_link_leads_to_what_was_shown(report: Report, opened: Open, tmp_path: Path) -> None:
    report(("6", "10", "15", "30"), ("res3", "res1"), name=lambda r, n: f"{n}, {r} & é.mp4")
    one = opened(tmp_path)
    link_of(one, "#clip=0&a=")
    one.page.select_option("#rows", "fps")
    one.page.keyboard.press("2")
    one.page.keyboard.press("Shift+Digit3")
    one.page.evaluate("render.clock.seek(0.5)")
    one.page.keyboard.press(",")
    one.page.keyboard.press(",")
    one.page.keyboard.press("]")
    one.page.select_option("#chart-y", "lpips")
    one.page.click("#filter-axes [data-axis=fps] summary")
    for rate in ("10 fps", "30 fps"):
        one.page.get_by_label(rate, exact=True).check()
    one.page.keyboard.press("Escape")
    one.page.fill("#filter-text", "é &")
    one.until("render.filter.text === 'é &'")
    one.page.click("#table [data-key=jod]")
    one.page.click("#table tbody tr >> nth=1 >> th button")
    link = link_of(
        one, "&t=0.43", "edge=52", "rows=fps&columns=network", "cell=", "sort=-jod", "y=lpips",
        "only-fps=10+fps,30+fps", "find=%C3%A9+%26",
    )  # fmt: skip
    told = one.page.evaluate(STATE)
    assert told["tick"] == 13 and len(told["shown"]) == 4 and told["cell"] is not None
    other = opened(tmp_path, link=link, reduced_motion="no-preference")
    assert other.page.evaluate(STATE) == told
    assert not other.page.evaluate("render.clock.playing"), "it stands where the link says"
    assert other.page.locator("#matrix .cell").count() == 4
    assert not other.page.locator("#link-gone").is_visible()
    # Another link in the same page; what it does not say is as the page opens.
    other.page.evaluate("location.hash = '#clip=0&sort=fps'")
    other.until("render.table.sorted.key === 'fps' && render.filter.shown().length === 8")
    plain = other.page.evaluate(STATE)
    assert (plain["axes"], plain["cell"], plain["edge"]) == (["network", "fps"], None, 50)
    assert plain["sorted"] == {"key": "fps", "descending": False}


def test_while_it_plays_a_link_says_no_time(report: Report, opened: Open, tmp_path: Path) -> None:
    report(("10", "15"), ("res3",))
    one = opened(tmp_path, reduced_motion="no-preference")
    one.until("render.clock.time > 0.1")
    one.page.keyboard.press("l")
    assert "t=" not in link_of(one, "#clip=0")
    # One that somebody copies leads to what they see.
    one.page.evaluate(
        "Object.defineProperty(navigator, 'clipboard', {value: {writeText: (text) => {"
        " window.copied = text; }}})"
    )
    one.page.click("#link-copy")
    assert "&t=" in one.page.evaluate("window.copied")


HOSTILE = [
    "#clip=7&a=x&b=%3Cimg+src%3Dx+onerror%3Dalert(1)%3E",
    "#clip=-1&t=1e999&edge=NaN&rows=__proto__&columns=constructor&at-__proto__=x&x=toString&y=a",
    "#clip=0.5&sort=-__proto__&stars=9e9&speed=<b>&find=%E0%A4%A&only-fps=<b>,x&cell=%00",
    "#" + "a=" + "x" * 20_000,
    "#&&==&=x&a&%",
]


def test_what_no_page_wrote_changes_nothing(report: Report, opened: Open, tmp_path: Path) -> None:
    report(("6", "10", "12", "15", "24", "30", "50"), ("res3",))
    one = opened(tmp_path)
    plain = one.page.evaluate(STATE)
    for link in HOSTILE:
        one.page.evaluate("(link) => { location.hash = link; }", link)
        one.until("location.hash.startsWith('#clip=0&a=res3')")
        assert one.page.evaluate(STATE) == plain, link
    # A preview that is not here is said, as text.
    gone = "#clip=0&a=%3Cimg+src%3Dx%3E&b=res3-15.mp4&cell=%3Cimg+src%3Dx%3E"
    one.page.evaluate("(link) => { location.hash = link; }", gone)
    one.until("location.hash.includes('&t=')")
    assert one.text("#link-gone-words") == (
        "The link speaks of <img src=x>, which is not in this report."
    )
    assert one.page.locator("img, b b").count() == 0
    one.page.click("#link-gone-close")
    assert not one.page.locator("#link-gone").is_visible()


def test_a_link_is_copied_or_there_to_be_copied(
    report: Report, opened: Open, tmp_path: Path
) -> None:
    report(("10", "15"), ("res3",))
    one = opened(tmp_path)
    one.page.evaluate(
        """Object.defineProperty(navigator, 'clipboard', {value: {writeText: (text) => {
          if (window.copied) throw new Error('refused');
          window.copied = text;
        }}})"""
    )
    one.page.evaluate("render.clock.seek(0.4)")
    one.page.click("#link-copy")
    wanted = one.page.evaluate("location.href")
    assert "&t=0.40" in wanted, "written at once"
    assert one.page.evaluate("window.copied") == wanted
    assert one.text("#link-copy") == "Copied" and not one.page.locator("#link").is_visible()
    one.page.click("#link-copy")
    assert one.page.evaluate("getSelection().toString()") == wanted
    one.page.click("#link-close")
    assert not one.page.locator("#link").is_visible()
    # A browser that refuses new addresses shows the page all the same.
    one.page.evaluate(
        "void (history.replaceState = () => { throw new DOMException('', 'SecurityError'); })"
    )
    one.page.keyboard.press("s")
    one.page.evaluate("render.fragment.write()")
    one.page.click("#table [data-key=fps]")
    assert one.page.evaluate("render.table.sorted.key") == "fps"
