// All figures, sorted by any.

const table = {
  sorted: { key: "macs_second", descending: true },

  columns() {
    const axes = captionAxes().map((axis) => ({
      key: axis, words: AXIS_WORDS[axis], axis, of: (cell) => axisOrder(cell, axis),
    }));
    return [...axes, ...COLUMNS.filter((column) => measured(state.cells, column))];
  },

  show() {
    const columns = this.columns();
    if (!columns.some((column) => column.key === this.sorted.key)) this.sorted.key = columns[0].key;
    const head = element("tr", {}, ...columns.map((column) => this.head(column)), element("th", { text: "file" }));
    const rows = this.order(columns).map((cell) => this.row(cell, columns));
    $("table").replaceChildren(element("thead", {}, head), element("tbody", {}, ...rows));
    mark();
  },

  head(column) {
    const sorted = this.sorted.key === column.key;
    const way = sorted ? (this.sorted.descending ? "descending" : "ascending") : "none";
    return element("th", { "aria-sort": way, scope: "col", class: column.axis ? "axis" : "number" },
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
    const known = (value) => value !== null && value !== undefined && !Number.isNaN(value);
    return [...state.cells].sort((first, second) => {
      const [a, b] = [column.of(first), column.of(second)];
      if (!known(a) || !known(b)) return Number(known(b)) - Number(known(a)); // unmeasured last
      return a < b ? -way : a > b ? way : 0;
    });
  },

  row(cell, columns) {
    const cells = columns.map((column) => column.axis
      ? element("td", { class: "axis" }, axisValue(cell, column.axis))
      : element("td", { class: "number", text: shown(column, cell) }));
    if (isReference(cell)) cells[0].append(element("em", { text: " reference" }));
    return element("tr", { "data-id": cell.id, onclick: () => select(cell.id) },
      ...cells, element("td", { class: "file" }, link(cell.id, "open")));
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
