// Two players over each other, with an edge to draw across; and a look at their pixels.

const ZOOMS = ["fit", "1", "2"];
const GRIP = 28; // pixels around the edge that take hold of it while the picture can be moved too

const wipe = {
  clip: 0, // A and B are of one
  a: null,
  b: null,
  players: [],
  at: 50, // percent of the frame: A is left of it, B right of it
  scale: "fit", // or how many pixels of the screen show one of the preview
  pan: { x: 0, y: 0 },

  possible(clip = this.clip) {
    return cellsOf(clip).length + (data.clips[clip].preview ? 1 : 0) > 1;
  },

  cells() { return cellsOf(this.clip); },
  source() { return data.clips[this.clip].preview; },

  // Of the clip that is on show; of all, one that leaves something to decide.
  show() {
    const clips = clipsOf(state.cells);
    if (!clips.includes(this.clip) || !this.possible()) {
      this.clip = clips.find((clip) => this.possible(clip)) ?? clips[0];
    }
    $("wipe-section").hidden = !this.possible();
    choose($("wipe-clip"), clips.map((clip) => [clip, clipLabel(clip)]), this.clip);
    $("blind-open").hidden = blind.cells().length < 2;
    $("wipe-clip-choice").hidden = clips.length < 2;
    this.begin();
    this.draw();
  },

  begin() {
    if (this.knows(this.a) && this.knows(this.b)) return;
    const [a, b] = toDecide(this.cells());
    this.a = a ? a.id : this.source();
    this.b = b.id;
  },

  knows(id) {
    return id !== null && (id === this.source() || this.cells().some((cell) => cell.id === id));
  },

  // To another clip, at the same targets where it has them.
  turnTo(clip) {
    const [a, b] = [this.a, this.b].map((id) => counterpart(id, clip));
    this.clip = clip;
    $("wipe-clip").value = clip;
    [this.a, this.b] = a && b && a !== b ? [a, b] : [null, null];
    this.begin();
  },

  put(letter, id) {
    const clip = cellOf(id)?.clip ?? this.clip;
    if (clip !== this.clip) this.turnTo(clip);
    const other = letter === "a" ? "b" : "a";
    if (this[other] === id) this[other] = this[letter];
    this[letter] = id;
    this.draw();
    $("said").textContent = `${letter.toUpperCase()} is ${this.words(id)}`;
  },

  swap() {
    if (!this.possible()) return;
    [this.a, this.b] = [this.b, this.a];
    this.draw();
  },

  draw() {
    for (const player of this.players) player.remove();
    this.players = [];
    if (!this.possible()) return;
    const options = this.cells().map((cell) => [cell.id, labelOf(cell)]);
    if (this.source()) options.unshift([this.source(), "the clip itself"]);
    choose($("wipe-a"), options, this.a);
    choose($("wipe-b"), options, this.b);
    this.players = ["a", "b"].map((letter) => this.player(letter));
    $("wipe-layers").replaceChildren(...this.players.map((player) => player.box));
    $("corner-a").textContent = this.words(this.a);
    $("corner-b").textContent = this.words(this.b);
    $("wipe").style.setProperty("--shape", this.width() / this.height());
    this.move(this.at);
    this.setScale(this.scale);
    views.show();
    mark();
  },

  words(id) {
    const cell = cellOf(id);
    return cell ? labelOf(cell) : "the clip itself";
  },

  player(letter) {
    const cell = cellOf(this[letter]);
    const made = cell ? playerOf(cell, `${letter.toUpperCase()}: ${labelOf(cell)}`) : playerOfClip(this.clip);
    made.box.classList.add(letter);
    return made;
  },

  // Both fill one frame: the shape of B, in which they were made to be compared.
  width() { return Number(this.size().split("x")[0]); },
  height() { return Number(this.size().split("x")[1]); },
  size() { return (cellOf(this.b) ?? cellOf(this.a) ?? this.cells()[0]).video.size; },

  move(at) {
    this.at = Math.min(100, Math.max(0, at));
    $("wipe").style.setProperty("--at", `${this.at}%`);
    $("wipe-at").value = this.at;
    $("wipe-at").setAttribute("aria-valuetext", `A on the left ${Math.round(this.at)} %`);
  },

  zoom() {
    if (!this.possible()) return;
    this.setScale(ZOOMS[(ZOOMS.indexOf(this.scale) + 1) % ZOOMS.length]);
  },

  // The middle of the frame stays where it is.
  setScale(scale) {
    const frame = $("wipe-frame");
    const [wide, high] = this.shown();
    const middle = [(this.pan.x + frame.clientWidth / 2) / wide, (this.pan.y + frame.clientHeight / 2) / high];
    this.scale = scale;
    $("wipe-zoom").value = scale;
    const whole = scale === "fit";
    $("wipe").classList.toggle("zoomed", !whole);
    if (whole) frame.removeAttribute("tabindex");
    else frame.tabIndex = 0;
    const [newWide, newHigh] = this.shown();
    this.setPan(middle[0] * newWide - frame.clientWidth / 2, middle[1] * newHigh - frame.clientHeight / 2);
  },

  // The picture's size in the page's pixels; at 100 % one of its own covers one of the screen.
  shown() {
    const frame = $("wipe-frame");
    if (this.scale === "fit") return [frame.clientWidth, frame.clientHeight];
    const scale = Number(this.scale) / window.devicePixelRatio;
    return [this.width() * scale, this.height() * scale];
  },

  setPan(x, y) {
    const frame = $("wipe-frame");
    const [wide, high] = this.shown();
    const held = (at, all, seen) => (all <= seen ? (all - seen) / 2 : Math.min(Math.max(at, 0), all - seen));
    this.pan = { x: held(x, wide, frame.clientWidth), y: held(y, high, frame.clientHeight) };
    const style = $("wipe").style;
    style.setProperty("--wide", `${wide}px`);
    style.setProperty("--high", `${high}px`);
    style.setProperty("--x", `${-this.pan.x}px`);
    style.setProperty("--y", `${-this.pan.y}px`);
  },

  listen() {
    this.listenToPointer($("wipe-frame"));
    $("wipe-frame").addEventListener("keydown", (event) => {
      const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
      if (!way || this.scale === "fit") return;
      event.preventDefault();
      event.stopPropagation(); // here arrows move the picture, not the time
      this.setPan(this.pan.x + way[0] * 60, this.pan.y + way[1] * 60);
    });
    $("wipe-at").addEventListener("input", (event) => this.move(Number(event.target.value)));
    $("wipe-a").addEventListener("change", (event) => this.put("a", event.target.value));
    $("wipe-b").addEventListener("change", (event) => this.put("b", event.target.value));
    $("wipe-swap").addEventListener("click", () => this.swap());
    $("wipe-zoom").addEventListener("change", (event) => this.setScale(event.target.value));
    $("wipe-clip").addEventListener("change", (event) => { this.turnTo(Number(event.target.value)); this.draw(); });
    new ResizeObserver(() => this.setPan(this.pan.x, this.pan.y)).observe($("wipe-frame"));
  },

  // In the whole picture, anywhere moves the edge, or flips where one is shown at a time; in an
  // enlarged one the edge's surroundings move it, and the rest moves the picture.
  listenToPointer(frame) {
    let drag = null;
    frame.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      const box = frame.getBoundingClientRect();
      const away = Math.abs(event.clientX - box.left - (this.at / 100) * box.width);
      const edge = views.view === "edge" && (this.scale === "fit" || away < GRIP);
      if (views.view === "alone" && this.scale === "fit") views.press();
      drag = { edge, x: event.clientX + this.pan.x, y: event.clientY + this.pan.y };
      frame.setPointerCapture(event.pointerId);
      if (edge) this.move(((event.clientX - box.left) / box.width) * 100);
    });
    frame.addEventListener("pointermove", (event) => {
      if (!drag) return;
      const box = frame.getBoundingClientRect();
      if (drag.edge) this.move(((event.clientX - box.left) / box.width) * 100);
      else this.setPan(drag.x - event.clientX, drag.y - event.clientY);
    });
    for (const name of ["pointerup", "pointercancel"]) frame.addEventListener(name, () => { drag = null; views.release(); });
  },
};

// The two that are hardest to decide between: the choice and its rival; else the best two that
// nothing beats, where a better one costs more; else, unmeasured, the first against the reference.
function toDecide(cells) {
  const [taken, rival] = choice.rivals(cells);
  if (rival) return [taken, rival];
  const [cost, loss] = [COLUMN[data.chart.cost], COLUMN[data.chart.loss]];
  if (cost && loss) {
    const points = cells.map((cell) => ({ cell, x: cost.of(cell), y: loss.of(cell) }))
      .filter((point) => known(point.x) && known(point.y));
    const best = frontiers(points, loss).map((line) => line.points).findLast((line) => line.length > 1);
    if (best) return best.slice(-2).map((point) => point.cell);
  }
  const reference = cells.find(isReference) ?? cells[cells.length - 1];
  return [cells.find((cell) => cell !== reference), reference];
}
