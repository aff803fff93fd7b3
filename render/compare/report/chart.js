// Cost against loss: a point a cell, and the frontier of those that nothing beats.

const EDGES = { left: 58, right: 22, top: 30, bottom: 50 };
const TOO_SLOW = "too slow";
const MOST_WORDS = 24; // points; beyond, only the best have their words beside them

const chart = {
  x: data.chart.cost,
  y: data.chart.loss,

  show() {
    const options = (keys) => keys.map((key) => COLUMN[key])
      .filter((column) => compares(column))
      .map((column) => [column.key, column.words]);
    const [xs, ys] = [options(data.chart.costs), options(data.chart.losses)];
    $("chart-section").hidden = xs.length === 0 || ys.length === 0;
    if ($("chart-section").hidden) return;
    choose($("chart-x"), xs, this.x);
    choose($("chart-y"), ys, this.y);
    this.x = $("chart-x").value;
    this.y = $("chart-y").value;
    this.draw();
  },

  draw() {
    const [x, y] = [COLUMN[this.x], COLUMN[this.y]];
    const points = filter.shown()
      .map((cell) => ({ cell, x: x.of(cell), y: y.of(cell) }))
      .filter((point) => known(point.x) && known(point.y));
    const nothing = state.clip === ALL ? "Drawn for one clip at a time: what a target loses depends on the clip."
      : !points.length && filter.shown().length ? "No preview has both." : null;
    for (const select of [$("chart-x"), $("chart-y")]) select.disabled = state.clip === ALL;
    if (nothing || !points.length) {
      $("chart").replaceChildren(nothing ? element("p", { class: "note", text: nothing }) : filter.nothing());
      $("chart-note").textContent = "";
      return;
    }
    const lines = frontiers(points, y);
    const width = Math.max(280, $("chart").clientWidth - 20);
    const height = Math.min(440, Math.max(300, width * 0.48));
    const page = {
      width, height,
      dots: [], // where they stand: nothing is written over them
      across: scale(points.map((point) => point.x), EDGES.left, width - EDGES.right, true),
      up: scale(points.map((point) => point.y), height - EDGES.bottom, EDGES.top, false),
    };
    page.dots = points.map((point) => dotBox(point, page));
    const drawing = svg("svg", {
      width, height, viewBox: `0 0 ${width} ${height}`, role: "group",
      "aria-label": `${bare(x)} against ${bare(y)}, ${points.length} previews`,
    });
    drawing.append(...gridlines(page, x, y), ...this.limit(page, x), ...lines.map((line) => this.line(line, page)));
    const best = new Set(lines.flatMap((line) => line.points));
    const taken = [
      ...page.dots,
      ...lines.flatMap((line) => lineBoxes(line, page)),
      ...page.up.ticks.map((value) => tickBox(page.up.at(value))),
      ...this.limitBoxes(page, x),
    ];
    const all = points.length <= MOST_WORDS;
    // The best first: where words are short of room, theirs stay.
    const rank = (point) => 2 * choice.taken(point.cell) + best.has(point);
    const order = [...points].sort((a, b) => rank(b) - rank(a));
    for (const point of order) {
      const words = all || rank(point) ? taken : null;
      drawing.append(this.point(point, page, best.has(point), words));
    }
    $("chart").replaceChildren(drawing);
    $("chart-note").textContent = this.note(y, lines, points.length);
    mark();
  },

  // What the device can do, if it is on the page.
  limit(page, x) {
    const at = this.limitAt(page, x);
    if (at === null) return [];
    const [box] = this.limitBoxes(page, x);
    const words = svg("text", { class: "limit-words", x: box.left, y: box.bottom - 4 });
    words.textContent = TOO_SLOW;
    return [svg("line", { class: "limit", x1: at, x2: at, y1: EDGES.top, y2: page.height - EDGES.bottom }), words];
  },

  limitAt({ width, across }, x) {
    const at = x.limit === null ? NaN : across.at(x.limit);
    return at > EDGES.left && at < width - EDGES.right ? at : null;
  },

  // Where its words stand: no label of a point may cover them, and they no point. On the side that
  // is too slow, if there is room; else above it.
  limitBoxes(page, x) {
    const at = this.limitAt(page, x);
    if (at === null) return [];
    const wide = widthOf(TOO_SLOW) * 1.18; // they are bold
    const left = Math.min(at + 6, page.width - 2 - wide);
    const spots = [EDGES.top - 3, page.height - EDGES.bottom - 18, EDGES.top - 16]
      .map((top) => ({ left, right: left + wide, top, bottom: top + 17, point: null }));
    return [spots.find((spot) => !page.dots.some((dot) => overlap(dot, spot))) ?? spots.at(-1)];
  },

  line({ points }, page) {
    const path = points.map((point, n) => `${n ? "L" : "M"}${page.across.at(point.x)} ${page.up.at(point.y)}`);
    return svg("path", { class: "frontier", d: path.join("") });
  },

  note(y, lines, count) {
    const [all, several] = [filter.shown().length, groupsOf(state.cells).length > 1];
    const missing = all - count;
    return [
      lines.length === 1 ? "Filled, on the line: no other costs less and loses less." : "",
      lines.length > 1 && several ? groupWords() : "",
      lines.length > 1 && y.apart !== null ? apartWords(AXIS_WORDS[y.apart]) : "",
      y.about,
      state.cells.some((cell) => choice.over(cell)) ? `Red: too slow for ${data.choice.device} at its rate, by the estimate.` : "",
      missing ? `${missing} of ${all} have no such figure.` : "",
    ].filter((words) => words).join(" ");
  },

  point(point, page, best, taken) {
    const name = nameOf(point.cell, state.vary);
    const told = `${labelOf(point.cell)}: ${shown(COLUMN[this.x], point.cell)} ${bare(COLUMN[this.x])}, `
      + `${bare(COLUMN[this.y])} ${shown(COLUMN[this.y], point.cell)}`;
    const made = svg("g", {
      class: `point${best ? " best" : ""}${isReference(point.cell) ? " ref" : ""}${choice.over(point.cell) ? " over" : ""}${choice.taken(point.cell) ? " taken" : ""}`,
      "data-id": point.cell.id, tabindex: "0", role: "button", "aria-label": told, "aria-pressed": "false",
      transform: `translate(${page.across.at(point.x)} ${page.up.at(point.y)})`,
      onclick: () => select(point.cell.id),
      onkeydown: (event) => {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
        event.stopPropagation();
        select(point.cell.id);
      },
    });
    const title = svg("title");
    title.textContent = told;
    const { at, free } = wordsPlace(point, name, page, taken);
    const words = svg("text", { ...at, class: free ? "words" : "words crowded" });
    words.textContent = name;
    made.append(title, svg("circle", { class: "halo", r: 15 }), svg("circle", { class: "dot", r: 6 }), words);
    return made;
  },
};

// Whether it has two dots that compare: of one style, strength and crop.
function compares(column) {
  return groupsOf(state.cells).some((cells) => cells.filter((cell) => known(column.of(cell))).length > 1);
}

function groupWords() {
  return "A line for each style, strength and crop: these show other pictures on purpose, and are not compared.";
}

function apartWords(axis) {
  return `A line for each ${axis}, since this figure compares single pictures and may not rank ${axis}s. `
    + `Filled, on a line: no other of its ${axis} costs less and loses less.`;
}

// Where words may stand beside their point, the best place first: dx, dy, and which end is there.
const SPOTS = [
  [12, 4, "start"], [-12, 4, "end"], [10, 17, "start"], [-10, -9, "end"], [0, -13, "middle"],
  [0, 22, "middle"], [10, -9, "start"], [-10, 17, "end"],
];

const pen = document.createElement("canvas").getContext("2d");

function widthOf(words) {
  pen.font = "12.5px system-ui, sans-serif";
  return pen.measureText(words).width;
}

function overlap(a, b) {
  return a.left <= b.right && a.right >= b.left && a.top <= b.bottom && a.bottom >= b.top;
}

function dotBox(point, page) {
  const [x, y] = [page.across.at(point.x), page.up.at(point.y)];
  return { left: x - 7, right: x + 7, top: y - 7, bottom: y + 7, point };
}

function tickBox(y) {
  return { left: 0, right: EDGES.left - 8, top: y - 7, bottom: y + 7, point: null };
}

// A line as small boxes along it.
function lineBoxes({ points }, page) {
  const boxes = [];
  const spots = points.map((point) => [page.across.at(point.x), page.up.at(point.y)]);
  for (let n = 1; n < spots.length; n += 1) {
    const [[x, y], [toX, toY]] = [spots[n - 1], spots[n]];
    const count = Math.ceil(Math.hypot(toX - x, toY - y) / 6);
    for (let i = 1; i < count; i += 1) {
      const at = [x + ((toX - x) * i) / count, y + ((toY - y) * i) / count];
      boxes.push({ left: at[0] - 1, right: at[0] + 1, top: at[1] - 1, bottom: at[1] + 1, point: null });
    }
  }
  return boxes;
}

// Beside its point, above or below it, wherever nothing is in the way; under other words it would be
// of no use, and shows only on request. Takes the place; taken is null where only that is wanted.
function wordsPlace(point, words, page, taken) {
  const [x, y, wide] = [page.across.at(point.x), page.up.at(point.y), widthOf(words)];
  const share = { start: 0, middle: 0.5, end: 1 };
  const spots = SPOTS.map(([dx, dy, anchor]) => {
    const left = x + dx - wide * share[anchor];
    return {
      at: { x: dx, y: dy, "text-anchor": anchor }, left, right: left + wide, top: y + dy - 11, bottom: y + dy + 3,
    };
  }).filter((spot) => spot.left >= 4 && spot.right <= page.width - 2);
  const clear = (spot) => taken.every((box) => box.point === point || !overlap(box, spot));
  const found = taken === null ? undefined : spots.find(clear);
  if (found) taken.push(found);
  return { at: (found ?? spots[0] ?? { at: { x: 0, y: -13, "text-anchor": "middle" } }).at, free: Boolean(found) };
}

function gridlines({ width, height, across, up }, x, y) {
  const { left, right, top, bottom } = EDGES;
  const made = [];
  const words = (text, attributes) => {
    const label = svg("text", attributes);
    label.textContent = text;
    return label;
  };
  for (const value of up.ticks) {
    const at = up.at(value);
    made.push(svg("line", { class: "rule", x1: left, x2: width - right, y1: at, y2: at }));
    made.push(words(String(value), { class: "tick", x: left - 10, y: at + 4, "text-anchor": "end" }));
  }
  let free = -Infinity; // on a phone not every tick's number has room
  for (const value of across.ticks) {
    const at = across.at(value);
    made.push(svg("line", { class: "rule faint", x1: at, x2: at, y1: top, y2: height - bottom }));
    if (at - free < 34) continue;
    made.push(words(String(value), { class: "tick", x: at, y: height - bottom + 20, "text-anchor": "middle" }));
    free = at;
  }
  made.push(words(`${x.words} →`, { class: "axis-words", x: width - right, y: height - 8, "text-anchor": "end" }));
  made.push(words(`${y.words}`, { class: "axis-words", x: 4, y: 14, "text-anchor": "start" }));
  return made;
}
