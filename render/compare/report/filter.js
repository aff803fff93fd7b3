// Which previews are on show: of a large sweep, those that a question is about. Matrix, table and chart
// all ask here.

const AT_A_GLANCE = 6; // previews that nobody needs to filter

const filter = {
  text: "",
  only: new Map(), // axis → the set of its values that are wanted; an axis that is not in it may have any
  speed: "", // on the device of the choice: "fits", "slow", or any
  stars: 0, // at least
  cells: [], // what comes of it

  useful() {
    return state.cells.length > AT_A_GLANCE;
  },

  shown() {
    return this.cells;
  },

  set() {
    return this.text !== "" || this.only.size > 0 || this.speed !== "" || this.stars > 0;
  },

  // Of another clip, whose values may be others.
  show() {
    for (const [axis, wanted] of this.only) {
      const there = state.vary.includes(axis) ? valuesOf(state.cells, axis) : [];
      this.ask(axis, there.filter((value) => wanted.has(value)));
    }
    if (!this.device()) this.speed = "";
    $("filter").hidden = !this.useful();
    $("filter-axes").replaceChildren(...state.vary.map((axis) => this.menu(axis)));
    $("filter-speed-choice").hidden = !this.device();
    if (this.device()) {
      choose($("filter-speed"), [["", "any"], ["fits", `fits ${data.choice.device}`], ["slow", `too slow for ${data.choice.device}`]], this.speed);
    }
    $("filter-text").value = this.text;
    $("filter-stars").value = String(this.stars);
    this.settle();
  },

  device() {
    return state.cells.some((cell) => known(choice.ms(cell)));
  },

  ask(axis, values) {
    if (values.length) this.only.set(axis, new Set(values));
    else this.only.delete(axis);
  },

  // A menu of boxes for an axis: none ticked is any.
  menu(axis) {
    const words = capital(AXIS_WORDS[axis]);
    const boxes = valuesOf(state.cells, axis).map((value) => element("label", {},
      element("input", {
        type: "checkbox", value, checked: Boolean(this.only.get(axis)?.has(value)),
        onchange: () => {
          this.ask(axis, [...menu.querySelectorAll(":checked")].map((box) => box.value));
          this.apply();
        },
      }), element("span", { text: value, dir: "auto" })));
    const menu = element("details", { class: "menu", "data-axis": axis },
      element("summary", {}), element("fieldset", {}, element("legend", { class: "hidden", text: words }), ...boxes));
    return menu;
  },

  // What is wanted of an axis, on its closed menu.
  told(axis) {
    const wanted = this.only.get(axis);
    if (!wanted) return "any";
    return wanted.size <= 2 ? [...wanted].join(", ") : `${wanted.size} of ${valuesOf(state.cells, axis).length}`;
  },

  // Which cells, and how many; what shows them is not told.
  settle() {
    const words = this.text.toLowerCase().split(/\s+/).filter((word) => word);
    this.cells = this.useful() ? state.cells.filter((cell) => this.takes(cell, words)) : state.cells;
    for (const menu of document.querySelectorAll("#filter-axes .menu")) {
      const { axis } = menu.dataset;
      menu.querySelector("summary").textContent = `${capital(AXIS_WORDS[axis])}: ${this.told(axis)}`;
      menu.classList.toggle("asked", this.only.has(axis));
    }
    $("filter-count").textContent = `${this.cells.length} of ${state.cells.length} shown`;
    $("filter-reset").disabled = !this.set();
  },

  takes(cell, words) {
    for (const [axis, wanted] of this.only) if (!wanted.has(axisValue(cell, axis))) return false;
    if (this.speed === "fits" && !(known(choice.ms(cell)) && !choice.over(cell))) return false;
    if (this.speed === "slow" && !choice.over(cell)) return false;
    if (this.stars > 0 && !(notes.rating(cell) >= this.stars)) return false;
    const text = [labelOf(cell), cell.id, ...notes.words(cell)].join("\n").toLowerCase();
    return words.every((word) => text.includes(word));
  },

  apply() {
    const before = this.cells;
    this.settle();
    // What would come out the same is not made again: players would start anew.
    if (before.length === this.cells.length && before.every((cell, n) => cell === this.cells[n])) return;
    matrix.show();
    chart.show();
    table.show();
  },

  clear() {
    this.text = "";
    this.only.clear();
    this.speed = "";
    this.stars = 0;
  },

  reset() {
    this.clear();
    this.apply();
    this.show();
  },

  // What is looked for by name must be there.
  uncover(cell) {
    if (!this.cells.includes(cell)) this.reset();
  },

  nothing() {
    return element("p", { class: "note nothing", text: "No preview matches the filter." });
  },

  listen() {
    let waiting = 0;
    $("filter-text").addEventListener("input", () => {
      clearTimeout(waiting);
      waiting = setTimeout(() => { this.text = $("filter-text").value.trim(); this.apply(); }, 150);
    });
    $("filter-speed").addEventListener("change", (event) => { this.speed = event.target.value; this.apply(); });
    $("filter-stars").addEventListener("change", (event) => { this.stars = Number(event.target.value); this.apply(); });
    $("filter-reset").addEventListener("click", () => { this.reset(); $("filter-text").focus(); });
    // A menu closes like one: by Escape, and by whatever is done elsewhere.
    const open = () => document.querySelectorAll("#filter-axes .menu[open]");
    document.addEventListener("pointerdown", (event) => {
      for (const menu of open()) if (!menu.contains(event.target)) menu.open = false;
    });
    $("filter-axes").addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      for (const menu of open()) { menu.open = false; menu.querySelector("summary").focus(); }
    });
    $("filter-axes").addEventListener("focusout", (event) => {
      for (const menu of open()) if (event.relatedTarget && !menu.contains(event.relatedTarget)) menu.open = false;
    });
  },
};
