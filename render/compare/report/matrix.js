// Cells by row and column, of the axes that vary.

const matrix = {
  axes: { rows: null, columns: null, fixed: {} },
  players: [],

  // Whatever varies besides rows and columns is held at one value.
  show() {
    const { cells, vary } = state;
    const columns = pick(this.axes.columns, ["fps", "network", "style", "strength", "size", "upscaler", "upscale"], vary, []);
    const rows = pick(this.axes.rows, ["size", "network", "style", "strength", "upscaler", "upscale", "fps"], vary, [columns]);
    this.axes = { rows, columns, fixed: this.held(rows, columns) };
    this.choices();
    this.draw();
  },

  held(rows, columns) {
    const fixed = {};
    for (const axis of state.vary) {
      if (axis === rows || axis === columns) continue;
      const values = valuesOf(state.cells, axis);
      fixed[axis] = values.includes(this.axes.fixed[axis]) ? this.axes.fixed[axis] : values[0];
    }
    return fixed;
  },

  choices() {
    const box = $("axes");
    box.replaceChildren();
    if (state.vary.length < 2) return;
    const options = state.vary.map((axis) => [axis, AXIS_WORDS[axis]]);
    const add = (words, id, all, value, change) => {
      const select = element("select", { id, onchange: (event) => { change(event.target.value); this.show(); } });
      choose(select, all, value);
      box.append(element("label", {}, `${words} `, select));
    };
    add("Rows", "rows", options, this.axes.rows, (axis) => this.turn("rows", axis, "columns"));
    add("Columns", "columns", options, this.axes.columns, (axis) => this.turn("columns", axis, "rows"));
    for (const [axis, value] of Object.entries(this.axes.fixed)) {
      const all = valuesOf(state.cells, axis).map((each) => [each, each]);
      add(capital(AXIS_WORDS[axis]), `fixed-${axis}`, all, value, (chosen) => { this.axes.fixed[axis] = chosen; });
    }
  },

  // The axis that was there goes where the new one came from.
  turn(side, axis, other) {
    if (this.axes[other] === axis) this.axes[other] = this.axes[side];
    this.axes[side] = axis;
  },

  draw() {
    for (const player of this.players) player.remove();
    this.players = [];
    const { rows, columns, fixed } = this.axes;
    const cells = state.cells.filter((cell) =>
      Object.entries(fixed).every(([axis, value]) => axisValue(cell, axis) === value));
    const across = columns ? valuesOf(cells, columns) : [null];
    const down = rows ? valuesOf(cells, rows) : [null];
    const box = $("matrix");
    const source = this.source();
    // One axis alone fills lines as a page of pictures does.
    const flat = down.length === 1 || across.length === 1;
    box.className = flat ? "flat" : "grid";
    box.style.setProperty("--columns", across.length);
    box.replaceChildren();
    if (source) box.append(element("div", { class: flat ? "" : "beside" }, source));
    for (const row of down) {
      for (const column of across) {
        const here = cells.filter((cell) =>
          (row === null || axisValue(cell, rows) === row)
          && (column === null || axisValue(cell, columns) === column));
        const shownHere = here.map((cell) => this.cell(cell));
        if (shownHere.length) box.append(element("div", { class: "place" }, ...shownHere));
        else box.append(element("div", { class: "place empty", text: "not rendered" }));
      }
    }
    mark();
  },

  source() {
    const clip = data.clips[state.clip];
    if (!clip.preview) return null;
    const player = new Player(clip.preview, fastest(state.cells), null, "The clip itself");
    this.players.push(player);
    return element("figure", { class: "cell source" }, player.box,
      element("figcaption", {}, element("strong", { text: "The clip" }),
        element("span", { text: `${clip.size}, ${round(clip.fps_float, 2)} fps` })));
  },

  cell(cell) {
    const name = nameOf(cell, ["fps", "size", "network", ...state.vary]);
    const player = playerOf(cell, name);
    this.players.push(player);
    const side = (letter) => element("button", {
      type: "button", class: `side side-${letter}`, "data-id": cell.id, text: letter.toUpperCase(),
      "aria-label": `${name} as ${letter.toUpperCase()}`, "aria-pressed": "false",
      onclick: () => wipe.put(letter, cell.id),
    });
    const facts = [
      `${shown(COLUMN.macs_second, cell)} GMAC/s`,
      cell.cost.ms === null ? null : `${shown(COLUMN.ms, cell)} ms`,
      cell.figures && cell.figures.jod !== null ? `JOD ${shown(COLUMN.jod, cell)}` : null,
    ].filter((fact) => fact !== null);
    return element("figure", { class: "cell", "data-id": cell.id },
      player.box,
      element("figcaption", {},
        element("button", { type: "button", class: "name", onclick: () => select(cell.id) },
          element("strong", { text: nameOf(cell, captionAxes()) }),
          isReference(cell) ? element("em", { text: "reference" }) : null),
        element("span", { class: "sides" }, side("a"), side("b")),
        element("span", { class: "facts", text: facts.join(" · ") })));
  },
};

function captionAxes() {
  return [...new Set(["fps", "size", "network", ...state.vary])];
}

function pick(wanted, order, vary, taken) {
  if (wanted !== null && vary.includes(wanted) && !taken.includes(wanted)) return wanted;
  return order.find((axis) => vary.includes(axis) && !taken.includes(axis)) ?? null;
}

function capital(words) {
  return words[0].toUpperCase() + words.slice(1);
}

function fastest(cells) {
  return Math.max(...cells.map((cell) => cell.target.fps_float));
}
