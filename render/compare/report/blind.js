// A blind comparison: two previews at a time without their names, each pair as often left as right,
// and a count at the end that says how sure it is. It covers the page, which knows the names.

const ROUNDS = [1, 2, 3, 4, 5, 10]; // in each, every pair is shown twice
const ANSWERS = { ArrowLeft: "left", ArrowRight: "right", ArrowDown: "none" };

const blind = {
  clip: null,
  ids: [], // of the previews that take part
  order: [], // the pairs, as they are shown
  votes: [],
  players: [],
  added: false, // a round after a result was seen
  before: { loop: true, playing: false }, // the clock's

  open() {
    const cells = this.cells();
    if (cells.length < 2) return;
    if (this.clip !== wipe.clip || !this.ids.every((id) => cells.some((cell) => cell.id === id))) this.forget();
    this.clip = wipe.clip;
    this.before = { loop: clock.loop, playing: clock.playing };
    clock.loop = true;
    $("blind").showModal();
    cover.put($("blind"));
    this.show();
  },

  // What is gone cannot be looked at.
  cells() {
    return wipe.cells().filter((cell) => data.files[cell.id]?.there);
  },

  // A comparison that was begun is gone on with when it is opened again.
  closed() {
    this.clear();
    cover.take($("blind"));
    clock.loop = this.before.loop;
    if (!this.before.playing) clock.pause();
  },

  forget() {
    [this.ids, this.order, this.votes, this.added] = [[], [], [], false];
  },

  clear() {
    for (const player of this.players) player.remove();
    this.players = [];
  },

  show() {
    this.clear();
    if (!this.order.length) this.showChoice();
    else if (this.votes.length < this.order.length) this.showPair();
    else this.showResult();
  },

  put(title, ...children) {
    $("blind-title").textContent = title;
    $("blind-body").replaceChildren(...children);
    $("blind-body").focus({ preventScroll: true });
  },

  showChoice() {
    const first = [wipe.a, wipe.b].filter((id) => cellOf(id));
    const boxes = this.cells().map((cell) => element("input", { type: "checkbox", value: cell.id, checked: first.includes(cell.id) }));
    const rounds = element("select", { id: "blind-rounds" });
    const words = element("p", { class: "note", id: "blind-count", role: "status" });
    const start = element("button", { type: "button", class: "main", text: "Start", onclick: () => this.start(this.chosen(boxes), Number(rounds.value)) });
    const count = () => {
      const pairs = pairsOf(this.chosen(boxes)).length;
      start.disabled = pairs === 0;
      words.textContent = pairs === 0 ? "Choose two previews or more."
        : `${pairs * 2 * Number(rounds.value)} comparisons. Before anything can be told of a pair, it needs ${needed(pairs)} votes for one side or the other.`;
    };
    // As many as can tell something.
    const change = () => {
      const votes = needed(Math.max(1, pairsOf(this.chosen(boxes)).length));
      choose(rounds, ROUNDS.map((n) => [n, `${2 * n} times`]), ROUNDS.find((n) => 2 * n >= votes) ?? ROUNDS.at(-1));
      count();
    };
    for (const box of boxes) box.addEventListener("change", change);
    rounds.addEventListener("change", count);
    this.put("Blind comparison",
      element("p", { text: "You will see two previews at a time, without their names, and say which looks better. Each pair comes as often one way round as the other." }),
      element("fieldset", {}, element("legend", { text: `Which previews of ${clipLabel(this.clip)}` }),
        ...boxes.map((box) => element("label", {}, box, ` ${labelOf(cellOf(box.value))}`))),
      element("p", { class: "row" }, element("label", {}, "Show each pair ", rounds), start),
      words);
    change();
  },

  chosen(boxes) {
    return boxes.filter((box) => box.checked).map((box) => box.value);
  },

  start(ids, rounds) {
    this.ids = ids;
    this.votes = [];
    this.order = [];
    for (let n = 0; n < rounds; n += 1) this.order.push(...drawn(ids));
    this.show();
  },

  // Nothing here may say which is which: no name, no badge, no file.
  showPair() {
    const pair = this.order[this.votes.length];
    const sides = ["left", "right"].map((side) => {
      const cell = cellOf(pair[side]);
      const player = playerOf(cell, capital(side));
      this.players.push(player);
      player.video.addEventListener("loadeddata", () => { player.had = true; }, { once: true });
      player.box.style.setProperty("--shape", shapeOf(wipe.size()));
      const answer = () => this.vote(side);
      player.box.addEventListener("click", answer);
      const words = side === "left" ? "← Left is better" : "Right is better →";
      return element("div", { class: "side-by-side" }, player.box, element("button", { type: "button", text: words, onclick: answer }));
    });
    this.put(`${this.votes.length + 1} of ${this.order.length}`,
      element("div", { class: "pair" }, ...sides),
      element("p", { class: "row" },
        element("button", { type: "button", text: "↓ No difference", onclick: () => this.vote("none") }),
        element("button", { type: "button", text: "⌫ Back", disabled: this.votes.length === 0, onclick: () => this.back() })));
    clock.seek(0);
    clock.play();
  },

  // What nobody has seen yet cannot be judged; a picture that a seek is waiting for was seen before.
  ready() {
    return this.players.length > 0 && this.players.every((player) => player.failed || player.had);
  },

  vote(answer) {
    if (!this.ready()) return;
    const number = this.votes.length;
    if (this.players.some((player) => player.failed)) this.order.splice(number, 1); // passed over
    else this.votes.push({ ...this.order[number], answer });
    this.show();
  },

  back() {
    if (!this.players.length || !this.votes.length) return;
    this.votes.pop();
    this.show();
  },

  showResult() {
    const { cells, pairs } = tally(this.ids, this.votes);
    const name = (id) => labelOf(cellOf(id));
    const copied = element("pre", { id: "blind-copied", tabindex: "0", role: "group", "aria-label": "What was copied", hidden: true });
    const copies = (words, make) => element("button", {
      type: "button", text: words,
      onclick: (event) => {
        copied.textContent = make();
        copied.hidden = false;
        copy(copied.textContent, copied, event.target);
      },
    });
    this.put("What you saw",
      tableOf(["preview", "better", "worse", "no difference"],
        cells.map((cell) => [name(cell.id), cell.wins, cell.losses, cell.none])),
      tableOf(["pair", "first better", "second better", "no difference", "how sure"],
        pairs.map((pair) => [`${name(pair.a)} against ${name(pair.b)}`, pair.first, pair.second, pair.none, sureWords(pair, pairs.length)])),
      element("p", { class: "note", text: this.explained(pairs.length) }),
      element("p", { class: "row" }, copies("Copy as text", () => this.asText()), copies("Copy as JSON", () => this.asJson()),
        element("button", { type: "button", text: "Another round", onclick: () => this.more() }),
        element("button", { type: "button", text: "Start again", onclick: () => { this.forget(); this.show(); } })),
      copied);
    clock.pause();
  },

  more() {
    this.added = true;
    this.order.push(...drawn(this.ids));
    this.show();
  },

  explained(pairs) {
    const sides = this.votes.filter((vote) => vote.answer !== "none");
    const left = sides.filter((vote) => vote.answer === "left").length;
    return "p: how often tossing a coin would be as one-sided or more (sign test, two-sided, without “no difference”"
      + (pairs > 1 ? `, times ${pairs} for as many pairs` : "") + `); below ${SURE} it is hardly chance. `
      + (this.added ? "You went on after seeing a result, which makes chance look surer than it is. " : "")
      + `These are the eyes of one viewer on one clip. Of ${sides.length} votes for a side, ${left} went to the left.`;
  },

  asText() {
    const { cells, pairs } = tally(this.ids, this.votes);
    const name = (id) => labelOf(cellOf(id));
    return [
      `Blind comparison of ${clipWords(this.clip).name}, ${this.votes.length} votes`,
      ...cells.map((cell) => `${name(cell.id)}: better ${cell.wins}, worse ${cell.losses}, no difference ${cell.none}`),
      ...pairs.map((pair) => `${name(pair.a)} against ${name(pair.b)}: ${pair.first} to ${pair.second}, no difference ${pair.none}: ${sureWords(pair, pairs.length)}`),
      this.explained(pairs.length),
    ].join("\n");
  },

  asJson() {
    const { cells, pairs } = tally(this.ids, this.votes);
    return JSON.stringify({
      clip: data.clips[this.clip].name,
      previews: cells.map(({ id, wins, losses, none }) => ({ file: id, label: labelOf(cellOf(id)), better: wins, worse: losses, no_difference: none })),
      pairs: pairs.map(({ a, b, first, second, none, p }) => ({ a, b, a_better: first, b_better: second, no_difference: none, p })),
      votes: this.votes,
    }, null, 2);
  },

  keyDown(event) {
    event.stopPropagation(); // the page's own keys would tell, or act behind this
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || !this.players.length) return;
    if (event.key === " " && !event.target.closest("button")) clock.toggle();
    else if (ANSWERS[event.key]) this.vote(ANSWERS[event.key]);
    else if (event.key === "Backspace") this.back();
    else return;
    event.preventDefault();
  },

  listen() {
    $("blind-open").addEventListener("click", () => this.open());
    $("blind").addEventListener("close", () => this.closed());
    $("blind").addEventListener("keydown", (event) => this.keyDown(event));
    // A video's menu offers its file by name.
    $("blind").addEventListener("contextmenu", (event) => { if (this.players.length) event.preventDefault(); });
  },
};

// The first column names the rows.
function tableOf(heads, rows) {
  const cell = (text, n) => (n === 0 ? element("th", { scope: "row", text }) : element("td", { text }));
  return element("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": heads[0] }, element("table", {},
    element("thead", {}, element("tr", {}, ...heads.map((text) => element("th", { scope: "col", text })))),
    element("tbody", {}, ...rows.map((row) => element("tr", {}, ...row.map(cell))))));
}
