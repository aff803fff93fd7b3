// Two players over each other, with an edge to draw across.

const wipe = {
  a: null,
  b: null,
  players: [],
  at: 50,

  show() {
    const ids = state.cells.map((cell) => cell.id);
    const source = data.clips[state.clip].preview;
    $("wipe-section").hidden = ids.length + (source ? 1 : 0) < 2;
    const reference = state.cells.find(isReference) ?? state.cells[state.cells.length - 1];
    const other = state.cells.find((cell) => cell.id !== reference.id);
    if (!this.knows(this.a)) this.a = other ? other.id : source;
    if (!this.knows(this.b)) this.b = reference.id;
    this.draw();
  },

  knows(id) {
    return id !== null && (id === data.clips[state.clip].preview || state.cells.some((cell) => cell.id === id));
  },

  put(letter, id) {
    const other = letter === "a" ? "b" : "a";
    if (this[other] === id) this[other] = this[letter];
    this[letter] = id;
    this.draw();
  },

  swap() {
    [this.a, this.b] = [this.b, this.a];
    this.draw();
  },

  draw() {
    const source = data.clips[state.clip].preview;
    const options = state.cells.map((cell) => [cell.id, nameOf(cell, captionAxes())]);
    if (source) options.unshift([source, "the clip itself"]);
    choose($("wipe-a"), options, this.a);
    choose($("wipe-b"), options, this.b);
    for (const player of this.players) player.remove();
    this.players = ["a", "b"].map((letter) => this.player(letter));
    const stage = $("wipe-stage");
    stage.replaceChildren(...this.players.map((player) => player.box),
      element("div", { class: "edge", "aria-hidden": "true" }),
      element("span", { class: "corner left", text: `A  ${this.words(this.a)}` }),
      element("span", { class: "corner right", text: `B  ${this.words(this.b)}` }));
    const cell = state.cells.find((each) => each.id === this.b) ?? state.cells[0];
    const [width, height] = cell.video.size.split("x").map(Number);
    stage.style.setProperty("--shape", width / height);
    stage.style.setProperty("--width", `${width}px`);
    this.move(this.at);
    mark();
  },

  words(id) {
    const cell = state.cells.find((each) => each.id === id);
    return cell ? nameOf(cell, captionAxes()) : "the clip itself";
  },

  player(letter) {
    const id = this[letter];
    const cell = state.cells.find((each) => each.id === id);
    const made = cell
      ? playerOf(cell, `${letter.toUpperCase()}: ${this.words(id)}`)
      : new Player(id, fastest(state.cells), null, "The clip itself");
    made.box.classList.add(letter);
    return made;
  },

  // A is left of the edge, B right of it; percent of the width.
  move(at) {
    this.at = Math.min(100, Math.max(0, at));
    $("wipe").style.setProperty("--at", `${this.at}%`);
    $("wipe-at").value = this.at;
  },

  flip(alone) {
    $("wipe").classList.toggle("flipped", alone);
  },

  zoom() {
    const button = $("wipe-zoom");
    const full = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", String(full));
    $("wipe").classList.toggle("full", full);
  },

  listen() {
    const stage = $("wipe-stage");
    const follow = (event) => {
      const box = stage.getBoundingClientRect();
      this.move(((event.clientX - box.left) / box.width) * 100);
    };
    stage.addEventListener("pointerdown", (event) => {
      stage.setPointerCapture(event.pointerId);
      follow(event);
    });
    stage.addEventListener("pointermove", (event) => { if (event.buttons) follow(event); });
    $("wipe-at").addEventListener("input", (event) => this.move(Number(event.target.value)));
    $("wipe-a").addEventListener("change", (event) => this.put("a", event.target.value));
    $("wipe-b").addEventListener("change", (event) => this.put("b", event.target.value));
    $("wipe-swap").addEventListener("click", () => this.swap());
    $("wipe-zoom").addEventListener("click", () => this.zoom());
    const button = $("wipe-flip");
    for (const name of ["pointerdown"]) button.addEventListener(name, () => this.flip(true));
    for (const name of ["pointerup", "pointerleave", "pointercancel", "blur"]) {
      button.addEventListener(name, () => this.flip(false));
    }
  },
};
