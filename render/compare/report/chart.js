// Cost against loss: a point a cell, and the frontier of those that nothing beats.

const CHART = { width: 900, height: 420, left: 64, right: 24, top: 20, bottom: 52 };

const chart = {
  x: "macs_second",
  y: null,

  show() {
    const costs = ["macs_second", "macs", "ms", "parameters", "bytes"].map((key) => COLUMN[key]);
    const losses = ["jod", "lpips", "style", "ssim", "flicker_gap", "sharpness", "stroke"].map((key) => COLUMN[key]);
    const xs = costs.filter((column) => measured(state.cells, column));
    const ys = losses.filter((column) => measured(state.cells, column));
    $("chart-section").hidden = ys.length === 0 || state.cells.length < 2;
    if (ys.length === 0) return;
    choose($("chart-x"), xs.map((column) => [column.key, column.words]), this.x);
    choose($("chart-y"), ys.map((column) => [column.key, column.words]), this.y);
    this.x = $("chart-x").value;
    this.y = $("chart-y").value;
    this.draw();
  },

  draw() {
    const [x, y] = [COLUMN[this.x], COLUMN[this.y]];
    const points = state.cells
      .map((cell) => ({ cell, x: x.of(cell), y: y.of(cell) }))
      .filter((point) => Number.isFinite(point.x) && Number.isFinite(point.y));
    const best = y.better === 0 ? [] : frontier(points, y.better);
    const across = scale(points.map((point) => point.x), CHART.left, CHART.width - CHART.right, true);
    const up = scale(points.map((point) => point.y), CHART.height - CHART.bottom, CHART.top, false);
    const drawing = svg("svg", {
      viewBox: `0 0 ${CHART.width} ${CHART.height}`, role: "group",
      "aria-label": `${x.words} against ${y.words}, ${points.length} previews`,
    });
    drawing.append(...gridlines(across, up, x, y));
    if (best.length > 1) {
      const path = best.map((point, n) => `${n ? "L" : "M"}${across.at(point.x)} ${up.at(point.y)}`).join("");
      drawing.append(svg("path", { class: "frontier", d: path }));
    }
    const placed = [];
    for (const point of points) {
      drawing.append(this.point(point, across, up, best.includes(point), placed));
    }
    $("chart").replaceChildren(drawing);
    const single = ["lpips", "ssim", "style"].includes(y.key);
    $("chart-note").textContent = [
      best.length ? "The line joins the previews that no other beats: none costs less and loses less." : "",
      single && state.vary.includes("fps") ? "This compares single pictures: points of one size and network differ in rate alone and stand level." : "",
      y.about,
    ].filter((words) => words).join(" ");
    mark();
  },

  point(point, across, up, best, placed) {
    const [x, y] = [across.at(point.x), up.at(point.y)];
    const name = nameOf(point.cell, state.vary);
    const told = `${name}: ${shown(COLUMN[this.x], point.cell)} ${COLUMN[this.x].words}, `
      + `${COLUMN[this.y].words} ${shown(COLUMN[this.y], point.cell)}`;
    const made = svg("g", {
      class: `point${best ? " best" : ""}${isReference(point.cell) ? " ref" : ""}`,
      "data-id": point.cell.id, tabindex: "0", role: "button", "aria-label": told,
      transform: `translate(${x} ${y})`,
      onclick: () => select(point.cell.id),
      onkeydown: (event) => { if (event.key === "Enter") select(point.cell.id); },
    });
    const title = svg("title", {});
    title.textContent = told;
    // To the side that has room; under another's words it would be no use, so only on request.
    const end = x > CHART.width * 0.72;
    const box = { left: end ? x - 12 - name.length * 7 : x + 12, y, width: name.length * 7 };
    const free = placed.every((other) => Math.abs(other.y - y) > 15
      || box.left > other.left + other.width || other.left > box.left + box.width);
    const words = svg("text", {
      x: end ? -12 : 12, y: 4, "text-anchor": end ? "end" : "start", class: free ? "words" : "words crowded",
    });
    if (free) placed.push(box);
    words.textContent = name;
    made.append(title, svg("circle", { class: "halo", r: 15 }), svg("circle", { class: "dot", r: 6 }), words);
    return made;
  },
};

// The points that no other beats, from the cheapest up: each next one is better. way: 1 where more
// is better, -1 where less is.
function frontier(points, way) {
  const sorted = [...points].sort((a, b) => a.x - b.x || way * (b.y - a.y));
  const best = [];
  for (const point of sorted) {
    const last = best[best.length - 1];
    if (!last || way * (point.y - last.y) > 0) best.push(point);
  }
  return best;
}

// A scale over the values with a little room, its ticks at round numbers; logarithmic where they
// span much and it may be.
function scale(values, from, to, mayBeLog) {
  let [low, high] = [Math.min(...values), Math.max(...values)];
  const log = mayBeLog && low > 0 && high / low > 6;
  const forth = log ? Math.log : (value) => value;
  const room = (forth(high) - forth(low) || Math.abs(forth(high)) || 1) * 0.08;
  const [first, last] = [forth(low) - room, forth(high) + room];
  const at = (value) => from + ((forth(value) - first) / (last - first)) * (to - from);
  [low, high] = log ? [Math.exp(first), Math.exp(last)] : [first, last];
  return { at, ticks: log ? logTicks(low, high) : ticksOf(low, high) };
}

function ticksOf(low, high) {
  const rough = (high - low) / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((n) => n * power).find((size) => size >= rough);
  const ticks = [];
  for (let n = Math.ceil(low / step); n * step <= high; n += 1) ticks.push(round(n * step, 10));
  return ticks;
}

function logTicks(low, high) {
  const ticks = [];
  for (let power = Math.floor(Math.log10(low)); 10 ** power <= high; power += 1) {
    for (const n of [1, 2, 5]) {
      const value = round(n * 10 ** power, 10);
      if (value >= low && value <= high) ticks.push(value);
    }
  }
  return ticks;
}

function gridlines(across, up, x, y) {
  const { left, right, top, bottom, width, height } = CHART;
  const made = [];
  const words = (text, at) => {
    const label = svg("text", at);
    label.textContent = text;
    return label;
  };
  for (const value of up.ticks) {
    const at = up.at(value);
    made.push(svg("line", { class: "rule", x1: left, x2: width - right, y1: at, y2: at }));
    made.push(words(String(value), { class: "tick", x: left - 10, y: at + 4, "text-anchor": "end" }));
  }
  for (const value of across.ticks) {
    const at = across.at(value);
    made.push(svg("line", { class: "rule faint", x1: at, x2: at, y1: top, y2: height - bottom }));
    made.push(words(String(value), { class: "tick", x: at, y: height - bottom + 20, "text-anchor": "middle" }));
  }
  made.push(words(x.words, { class: "axis-words", x: (left + width - right) / 2, y: height - 8, "text-anchor": "middle" }));
  made.push(words(y.words, { class: "axis-words", x: 4, y: top - 4, "text-anchor": "start" }));
  return made;
}
