"""Questions put to a page in the browser, shared by tests of the sample and of the briefing."""

DRAWN = """() => [...document.querySelectorAll('figure.exhibit')].map((figure) => ({
  id: figure.id,
  state: figure.querySelector('.plot').dataset.state,
  marks: [...figure.querySelectorAll('.main-svg .trace path')].filter((path) =>
    path.checkVisibility() && path.getBoundingClientRect().width).length,
}))"""
"""Each figure with its state and the number of marks that can be seen."""

WIDE = """() => [...document.querySelectorAll('main *')].filter((e) =>
      !e.closest('.table-wrap') && !e.closest('svg') && e.getBoundingClientRect().right >
      innerWidth + 1).map((e) => e.outerHTML.slice(0, 80))"""
"""Elements wider than the screen, a table's own wrap aside."""

CLASHES = """() => [...document.querySelectorAll('.plot')].flatMap((plot) => {
      const frame = plot.getBoundingClientRect();
      const parts = [...plot.querySelectorAll('.xtick text, .ytick text, .g-xtitle text,' +
        ' .g-ytitle text, .annotation-text, .legend')];
      const boxes = parts.map((part) => [part.textContent, part.getBoundingClientRect()]);
      const shown = boxes.filter(([, box]) => box.width);
      const outside = shown.filter(([, box]) => box.left < frame.left - 1 ||
        box.right > frame.right + 3 || box.bottom > frame.bottom + 1 || box.top < frame.top - 1);
      const over = shown.flatMap(([name, one], place) => shown.slice(place + 1).filter(([, two]) =>
        one.left < two.right - 1 && one.right > two.left + 1 && one.top < two.bottom - 2 &&
        one.bottom > two.top + 2).map(([other]) => `${name} over ${other}`));
      return [...outside.map(([name]) => `${name} outside`), ...over];
    })"""
"""Texts of a figure that overlap one another or leave it."""
