// Cells by row and column, of the axes that vary.

const SOURCE = Symbol("the clip itself"); // a column that is no value

const matrix = {
  axes: { rows: null, columns: null, fixed: {} },
  players: [],
  cells: [], // those on show, in reading order
  all: false, // clips

  // Whatever varies besides rows and columns is held at one value.
  show() {
    const all = state.clip === ALL;
    if (all !== this.all) this.axes = { rows: null, columns: null, fixed: {} };
    this.all = all;
    const rows = all ? pick(this.axes.rows, ["clip"], []) : null;
    const columns = pick(this.axes.columns, [...(all ? [TARGET] : []), ...data.orders.across], [rows]);
    this.put(rows ?? pick(this.axes.rows, data.orders.down, [columns]), columns);
  },

  put(rows, columns) {
    this.axes = { rows, columns, fixed: this.held(rows, columns) };
    this.choices();
    this.draw();
  },

  // What was held stays so; else the value of what is to be built, or of the reference.
  held(rows, columns) {
    const fixed = {};
    const cells = filter.shown().length ? filter.shown() : state.cells;
    const first = cells.find((cell) => choice.taken(cell)) ?? cells.find(isReference) ?? cells[0];
    for (const axis of state.vary) {
      if (axis === rows || axis === columns) continue;
      if (axis !== "clip" && (rows === TARGET || columns === TARGET)) continue;
      const values = valuesOf(cells, axis);
      const before = this.axes.fixed[axis];
      fixed[axis] = values.includes(before) ? before : axisValue(first, axis);
    }
    return fixed;
  },

  choices() {
    const box = $("axes");
    const focused = document.activeElement && box.contains(document.activeElement) ? document.activeElement.id : null;
    box.replaceChildren();
    if (state.vary.length < 2) return;
    const options = mayBeAxes().map((axis) => [axis, AXIS_WORDS[axis]]);
    const add = (words, id, all, value, change) => {
      const select = element("select", { id, onchange: (event) => { change(event.target.value); this.show(); } });
      choose(select, all, value);
      box.append(element("label", {}, `${words} `, select));
    };
    for (const [axis, value] of Object.entries(this.axes.fixed)) {
      const all = valuesOf(filter.shown(), axis).map((each) => [each, each]);
      if (!all.length) continue;
      add(capital(AXIS_WORDS[axis]), `fixed-${axis}`, all, value, (chosen) => { this.axes.fixed[axis] = chosen; });
    }
    add("Rows", "rows", options, this.axes.rows, (axis) => this.turn("rows", axis, "columns"));
    add("Columns", "columns", options, this.axes.columns, (axis) => this.turn("columns", axis, "rows"));
    if (focused && $(focused)) $(focused).focus(); // it was replaced under the hand
  },

  // The axis that was there goes where the new one came from.
  turn(side, axis, other) {
    if (this.axes[other] === axis) this.axes[other] = this.axes[side];
    this.axes[side] = axis;
    // A target is all but the clip.
    if (axis === TARGET && this.axes[other] !== "clip") this.axes[other] = "clip";
    if (this.axes[other] === TARGET && axis !== "clip") this.axes[other] = "clip";
  },

  draw() {
    for (const player of this.players) player.remove();
    this.players = [];
    this.cells = [];
    const { rows, columns, fixed } = this.axes;
    const cells = filter.shown().filter((cell) =>
      Object.entries(fixed).every(([axis, value]) => axisValue(cell, axis) === value));
    const across = columns ? valuesOf(cells, columns) : [null];
    const down = rows ? valuesOf(cells, rows) : [null];
    // Of several clips each has its own beside its previews.
    const beside = this.all && rows === "clip" && clipsOf(cells).some((clip) => data.clips[clip].preview);
    if (beside) across.unshift(SOURCE);
    // One axis alone fills lines as a page of pictures does.
    const flat = down.length < 2 || across.length < 2;
    const source = this.all ? null : this.source(state.clip);
    const grid = element("div", { class: "cells" });
    if (flat && source) grid.append(source);
    if (!flat) grid.append(element("div", { class: "corner-head" }), ...across.map((value) => element("div", { class: "head", text: value === SOURCE ? "The clip" : value })));
    for (const row of down) {
      if (!flat) grid.append(element("div", { class: "row", text: row }));
      for (const column of across) grid.append(this.place(cells, row, column));
    }
    const box = $("matrix");
    box.className = `${flat ? "flat" : "grid"}${this.all ? " all" : ""}`;
    box.style.setProperty("--columns", across.length);
    box.style.setProperty("--shape", Math.max(...state.cells.map((cell) => shapeOf(cell.video.size))));
    box.replaceChildren(...(!flat && source ? [source, grid] : [grid]), ...(cells.length ? [] : [filter.nothing()]));
    mark();
  },

  place(cells, row, column) {
    const { rows, columns } = this.axes;
    if (column === SOURCE) {
      const source = this.source(cells.find((cell) => axisValue(cell, rows) === row).clip);
      return source ?? element("div", { class: "place empty", text: "not written" });
    }
    const here = cells.filter((cell) =>
      (row === null || axisValue(cell, rows) === row)
      && (column === null || axisValue(cell, columns) === column));
    if (!here.length) return element("div", { class: "place empty", text: "not rendered" });
    this.cells.push(...here);
    return element("div", { class: "place" }, ...here.map((cell) => this.cell(cell)));
  },

  source(number) {
    const clip = data.clips[number];
    if (!clip.preview) return null;
    const player = playerOfClip(number);
    this.players.push(player);
    return element("figure", { class: "cell source" }, player.box,
      element("figcaption", {}, element("strong", { text: "The clip" }),
        element("span", { class: "facts", text: `${clip.size}, ${round(clip.fps_float, 2)} fps` })));
  },

  cell(cell) {
    const label = labelOf(cell);
    const player = playerOf(cell, label);
    this.players.push(player);
    if (isReference(cell)) player.box.append(element("em", { text: "reference" }));
    const badge = choice.badge(cell);
    if (badge) player.box.append(badge);
    player.box.addEventListener("click", () => select(cell.id));
    const name = element("button", { type: "button", class: "name", "aria-pressed": "false", onclick: () => select(cell.id) },
      element("strong", { text: this.all ? nameOf(cell, this.named()) : label }));
    return element("figure", { class: "cell", "data-id": cell.id }, player.box,
      element("figcaption", {}, name, sides(cell), element("span", { class: "facts", text: factsOf(cell) }), notes.beside(cell)));
  },

  // Of several clips, the row or the column says which.
  named() {
    const { rows, columns } = this.axes;
    const said = rows === "clip" || columns === "clip";
    return [...new Set([...data.orders.always, ...state.vary])].filter((axis) => axis !== "clip" || !said);
  },

  // Turned to what holds the cell, and to it.
  find(cell) {
    filter.uncover(cell);
    for (const axis of Object.keys(this.axes.fixed)) this.axes.fixed[axis] = axisValue(cell, axis);
    this.show();
    const found = [...document.querySelectorAll("#matrix .cell")].find((each) => each.dataset.id === cell.id);
    found.scrollIntoView({ block: "center", inline: "center" });
    found.querySelector(".name").focus({ preventScroll: true });
  },
};

// Buttons that put a cell into the wipe; null where there is nothing to hold it against.
function sides(cell) {
  if (!wipe.possible(cell.clip)) return null;
  const side = (letter) => element("button", {
    type: "button", class: `side side-${letter}`, "data-id": cell.id, text: letter.toUpperCase(),
    title: `See it as ${letter.toUpperCase()} of the wipe`,
    "aria-label": `${labelOf(cell)} as ${letter.toUpperCase()}`, "aria-pressed": "false",
    onclick: () => wipe.put(letter, cell.id),
  });
  return element("span", { class: "sides" }, side("a"), side("b"));
}

// What it costs, and the best word on what it loses.
function factsOf(cell) {
  const facts = [`${shown(COLUMN.macs_second, cell)} GMAC/s`];
  if (known(choice.ms(cell))) facts.push(choice.words(cell));
  if (cell.played) facts.push(`${shown(COLUMN.shown, cell)} shown a second`, `${shown(COLUMN.lag, cell)} ms late`);
  else if (known(COLUMN.ms.of(cell)) && !known(choice.ms(cell))) facts.push(`${shown(COLUMN.ms, cell)} ms`);
  const loss = LOSSES.find((column) => column.better !== 0 && known(column.of(cell)));
  if (loss) facts.push(`${bare(loss)} ${shown(loss, cell)}`);
  return together(facts);
}

// Facts in a line, none of them broken across two.
function together(facts) {
  return facts.map((fact) => fact.replaceAll(" ", "\u00a0")).join(" · ");
}

function mayBeAxes() {
  return state.clip === ALL && state.vary.length > 2 ? [...state.vary, TARGET] : state.vary;
}

function pick(wanted, order, taken) {
  const free = (axis) => mayBeAxes().includes(axis) && !taken.includes(axis);
  return wanted !== null && free(wanted) ? wanted : order.find(free) ?? null;
}

function capital(words) {
  return words[0].toUpperCase() + words.slice(1);
}

function fastest(cells) {
  return Math.max(...cells.map(videoRate));
}
