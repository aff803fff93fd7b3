// What is shown, as the part of the address behind the #: a link leads to it. Nothing that stands there
// is trusted: what the page does not know is passed over, and nothing becomes markup.

const LONGEST_LINK = 8000; // characters; what is longer is not read
const WRITTEN_AFTER = 400; // milliseconds: browsers refuse addresses that change all the time

const fragment = {
  at: null, // a time that a link says: the page stands there
  written: null,
  waiting: 0,

  // [name, value] of all that is not as the page opens by itself; a time stands there while the page does.
  parts(stands) {
    const { rows, columns, fixed } = matrix.axes;
    const across = pick(null, data.orders.across, []);
    const { sorted } = table;
    return [
      ["clip", state.clip],
      ...(wipe.possible() ? [["a", wipe.a], ["b", wipe.b]] : []),
      ...(views.view !== "edge" ? [["view", views.view]] : []),
      ...(wipe.at !== 50 ? [["edge", round(wipe.at, 1)]] : []),
      ...(stands ? [["t", (clock.tick() / clock.rate).toFixed(2)]] : []),
      ...(rows !== pick(null, data.orders.down, [across]) || columns !== across ? [["rows", rows], ["columns", columns]] : []),
      ...Object.entries(fixed).map(([axis, value]) => [`at-${axis}`, value]),
      ["cell", state.selected],
      ...(filter.text ? [["find", filter.text]] : []),
      ...[...filter.only].map(([axis, values]) => [`only-${axis}`, [...values]]),
      ["speed", filter.speed || null],
      ["stars", filter.stars || null],
      ...(sorted.key !== data.sort || !sorted.descending ? [["sort", `${sorted.descending ? "-" : ""}${sorted.key}`]] : []),
      ...(chart.x !== data.chart.cost ? [["x", chart.x]] : []),
      ...(chart.y !== data.chart.loss ? [["y", chart.y]] : []),
    ].filter(([, value]) => value !== null && value !== undefined);
  },

  words(stands = !clock.playing) {
    return this.parts(stands).flatMap(([name, value]) => {
      try {
        return [`${name}=${[value].flat().map(asInAddress).join(",")}`];
      } catch {
        return []; // a name of bytes that are no text cannot stand in an address
      }
    }).join("&");
  },

  write() {
    clearTimeout(this.waiting);
    this.waiting = 0;
    const words = this.words();
    if (words === this.written) return;
    this.written = words;
    try {
      history.replaceState(history.state, "", `#${words}`);
    } catch { /* a browser that lets no page of its kind do so; the page works without */ }
  },

  later() {
    if (!this.waiting) this.waiting = setTimeout(() => this.write(), WRITTEN_AFTER);
  },

  // What an address says, and the page as it says: where it says nothing, as it opens by itself.
  restore(first) {
    const said = fragmentSays(location.hash);
    const get = (name) => said.get(name)?.[0] ?? null;
    const wanted = get("clip") ?? String(first);
    const there = [...$("clip").options].some((option) => option.value === wanted);
    const clip = there ? Number(wanted) : first;
    this.aim(clip, said, get);
    $("clip").value = String(clip);
    showClip(clip);
    this.move(get);
    const gone = there ? this.gone(clip, [get("a"), get("b"), get("cell")]) : ["the clip"];
    $("link-gone").hidden = gone.length === 0;
    $("link-gone-words").textContent = gone.length
      ? `The link speaks of ${gone.join(" and ")}, which ${gone.length === 1 ? "is" : "are"} not in this report.` : "";
    this.written = null;
    this.later();
  },

  // Before the clip is shown: each part looks itself whether what is wanted is there.
  aim(clip, said, get) {
    const cells = cellsOf(clip);
    const axes = clip === ALL ? [...varying(cells), TARGET] : varying(cells);
    const among = (value, list) => (list.includes(value) ? value : null);
    const clips = clipsOf(cells);
    wipe.clip = clips.find((each) => holds(each, get("a")) && holds(each, get("b"))) ?? clips[0];
    [wipe.a, wipe.b] = ["a", "b"].map((letter) => (holds(wipe.clip, get(letter)) ? get(letter) : null));
    if (wipe.a === wipe.b) wipe.b = null;
    views.view = among(get("view"), [...$("wipe-view").options].map((option) => option.value)) ?? "edge";
    const edge = Number(get("edge") ?? 50);
    wipe.move(known(edge) ? edge : 50);
    matrix.all = clip === ALL;
    matrix.axes = { rows: among(get("rows"), axes), columns: among(get("columns"), axes), fixed: {} };
    for (const axis of axes) {
      if (said.has(`at-${axis}`)) matrix.axes.fixed[axis] = get(`at-${axis}`);
    }
    filter.clear();
    filter.text = (get("find") ?? "").slice(0, 200);
    for (const axis of axes) filter.ask(axis, said.get(`only-${axis}`) ?? []);
    filter.speed = among(get("speed"), ["fits", "slow"]) ?? "";
    filter.stars = Number(among(get("stars"), ["1", "2", "3", "4", "5"]) ?? 0);
    const sort = get("sort");
    const key = sort === null ? data.sort : sort.replace(/^-/, "");
    const sortable = [...AXES, ...NOTED.map((column) => column.key), ...COLUMNS.map((column) => column.key)].includes(key);
    table.sorted = sortable && sort !== null ? { key, descending: sort.startsWith("-") } : { key: data.sort, descending: true };
    chart.x = among(get("x"), data.chart.costs) ?? data.chart.cost;
    chart.y = among(get("y"), data.chart.losses) ?? data.chart.loss;
  },

  // When it is: the time, and what is chosen.
  move(get) {
    const time = Number(get("t") ?? NaN);
    this.at = known(time) && time >= 0 ? Math.round(time * clock.rate) / clock.rate : null;
    if (this.at !== null) clock.seek(this.at);
    if (cellOf(get("cell"))) select(get("cell"), true);
  },

  // Names of previews that a link says and that are not there.
  gone(clip, names) {
    const there = (name) => clipsOf(cellsOf(clip)).some((each) => holds(each, name));
    return [...new Set(names)].filter((name) => name !== null && !there(name))
      .map((name) => (name.length > 80 ? `${name.slice(0, 80)}…` : name));
  },

  // For people, with the moment that they see; where there is no clipboard, the link is there to be
  // copied by hand.
  async copy() {
    this.write();
    const address = location.href.split("#")[0];
    const link = `${address}#${this.words(true)}`;
    $("link-text").value = link;
    try {
      await navigator.clipboard.writeText(link);
      $("said").textContent = "The link is copied";
      this.copied(true);
      setTimeout(() => this.copied(false), 1500);
    } catch {
      $("link").hidden = false;
      $("link-text").focus();
      $("link-text").select();
    }
  },

  copied(done) {
    $("link-copy").classList.toggle("done", done);
    $("link-copy-words").textContent = done ? "Copied" : "Copy link";
  },

  listen(first) {
    $("link-copy").addEventListener("click", () => this.copy());
    $("link-close").addEventListener("click", () => { $("link").hidden = true; $("link-copy").focus(); });
    $("link-gone-close").addEventListener("click", () => { $("link-gone").hidden = true; });
    // Whatever was done, by whichever part of the page: looked at a moment later.
    for (const name of ["click", "change", "input", "keyup", "pointerup"]) {
      document.addEventListener(name, () => this.later(), true);
    }
    clock.listeners.push(() => { if (!clock.playing) this.later(); });
    window.addEventListener("hashchange", () => this.restore(first));
  },
};

// Whether a name is of one of the clip's previews, or of the clip itself.
function holds(clip, name) {
  return name !== null && (name === data.clips[clip].preview || cellsOf(clip).some((cell) => cell.id === name));
}

// "#clip=0&only-fps=10+fps,15+fps" → a list of values for each name; of two of a name the first counts.
function fragmentSays(hash) {
  const said = new Map();
  if (hash.length > LONGEST_LINK) return said;
  for (const part of hash.replace(/^#/, "").split("&")) {
    const [name, ...rest] = part.split("=");
    try {
      const values = rest.join("=").split(",").map((value) => decodeURIComponent(value.replaceAll("+", " ")));
      if (rest.length && !said.has(name)) said.set(name, values);
    } catch { /* no address that this page wrote */ }
  }
  return said;
}

function asInAddress(value) {
  return encodeURIComponent(value).replaceAll("%20", "+").replaceAll("%2F", "/");
}
