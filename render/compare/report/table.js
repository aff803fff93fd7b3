// All figures, sorted by any.

const table = {
  sorted: { key: data.sort, descending: true },

  columns() {
    const axes = saidAxes().map((axis) => ({
      key: axis, words: AXIS_WORDS[axis], axis, of: (cell) => axisOrder(cell, axis),
    }));
    const noted = notes.any(state.cells) ? NOTED : [];
    return [...axes, ...noted, ...COLUMNS.filter((column) => measured(state.cells, column))];
  },

  show() {
    const columns = this.columns();
    if (!columns.some((column) => column.key === this.sorted.key)) this.sorted.key = columns[0].key;
    const head = element("tr", {}, ...columns.map((column) => this.head(column)),
      element("th", { scope: "col", text: "file" }));
    const rows = this.order(columns).map((cell) => this.row(cell, columns));
    $("table").replaceChildren(element("thead", {}, head), element("tbody", {}, ...rows));
    if (!rows.length) $("table").tBodies[0].append(element("tr", {}, element("td", { colspan: columns.length + 1 }, filter.nothing())));
    mark();
  },

  head(column) {
    const sorted = this.sorted.key === column.key;
    const way = sorted ? (this.sorted.descending ? "descending" : "ascending") : "none";
    return element("th", { "aria-sort": way, scope: "col", class: kindOf(column) },
      element("button", {
        type: "button", title: column.about ?? null, "data-key": column.key,
        text: column.words, onclick: () => this.sort(column),
      }));
  },

  // First the best, or the least where none is; then the other way round.
  sort(column) {
    const again = this.sorted.key === column.key;
    this.sorted = { key: column.key, descending: again ? !this.sorted.descending : column.better === 1 };
    this.show();
    document.querySelector(`#table [data-key="${column.key}"]`).focus();
  },

  order(columns) {
    const column = columns.find((each) => each.key === this.sorted.key);
    const way = this.sorted.descending ? -1 : 1;
    const there = (value) => value !== null && value !== undefined && !Number.isNaN(value);
    return [...filter.shown()].sort((first, second) => {
      const [a, b] = [column.of(first), column.of(second)];
      if (!there(a) || !there(b)) return Number(there(b)) - Number(there(a)); // unmeasured last
      return a < b ? -way : a > b ? way : 0;
    });
  },

  // The first word is a button, so that a row can be chosen with keys too.
  row(cell, columns) {
    const cells = columns.map((column, n) => {
      if (column.shown) return element("td", { class: kindOf(column) }, column.shown(cell));
      const words = column.axis ? axisValue(cell, column.axis) : shown(column, cell);
      if (n > 0) return element("td", { class: kindOf(column), text: words });
      return element("th", { class: kindOf(column), scope: "row" },
        element("button", { type: "button", "aria-pressed": "false", "aria-label": labelOf(cell), text: words }),
        isReference(cell) ? element("em", { text: "reference" }) : null, choice.badge(cell));
    });
    const chosen = (event) => { if (event.target.tagName !== "A") select(cell.id); };
    const file = link(cell.id, "open");
    file.setAttribute("aria-label", `open ${cell.id}`);
    file.title = cell.id;
    return element("tr", { "data-id": cell.id, onclick: chosen }, ...cells, element("td", { class: "file" }, file));
  },

  explain() {
    const list = element("dl");
    for (const column of COLUMNS.filter((each) => measured(state.cells, each))) {
      list.append(element("dt", { text: column.words }), element("dd", { text: column.about }));
    }
    const summary = $("explained").querySelector("summary");
    $("explained").replaceChildren(summary, list);
  },
};

// What tells the cells apart comes first, since a row is called by its first word.
function saidAxes() {
  const { always } = data.orders;
  const varies = (axis) => state.vary.includes(axis);
  return [...new Set([...always.filter(varies), ...state.vary, ...always])];
}

function kindOf(column) {
  return column.axis ? "axis" : column.kind ?? "number";
}
