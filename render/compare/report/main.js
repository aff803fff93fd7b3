// The page: what is shown of which clip, the transport, the keys.

const state = { clip: 0, cells: [], vary: [], selected: null };

function showClip(number) {
  clock.pause();
  state.clip = number;
  state.cells = cellsOf(number);
  state.vary = varying(state.cells);
  state.selected = null;
  const clip = data.clips[number];
  $("title").textContent = clip.name;
  const count = state.cells.length;
  const reference = state.cells.find(isReference);
  const from = exact(clip.start);
  const to = from + Math.max(...state.cells.map((cell) => cell.video.duration));
  const part = from > 0 || clip.part !== null ? `, ${round(from, 2)} s to ${round(to, 2)} s of it` : "";
  $("subtitle").textContent = `${count} preview${count === 1 ? "" : "s"}`
    + (state.vary.length ? ` by ${state.vary.map((axis) => AXIS_WORDS[axis]).join(", ")}` : "")
    + part + (reference && count > 1 ? ` · held against ${nameOf(reference, captionAxes())}` : "");
  clock.rate = fastest(state.cells);
  clock.duration = Math.max(...state.cells.map((cell) => cell.video.duration));
  clock.time = 0;
  $("scrub").max = lastTick(clock.duration, clock.rate) / clock.rate;
  const sounds = state.cells.map((cell) => [cell.id, nameOf(cell, captionAxes())]);
  choose($("sound"), [["", "off"], ...sounds], "");
  matrix.show();
  wipe.show();
  chart.show();
  table.show();
  table.explain();
  showAbout();
  clock.seek(0);
}

function select(id) {
  state.selected = state.selected === id ? null : id;
  mark();
}

// The selected cell, A and B: everywhere that they are shown.
function mark() {
  for (const one of document.querySelectorAll("[data-id]")) {
    const id = one.getAttribute("data-id");
    if (one.classList.contains("side")) {
      one.setAttribute("aria-pressed", String(wipe[one.classList.contains("side-a") ? "a" : "b"] === id));
    } else {
      one.classList.toggle("selected", id === state.selected);
    }
  }
}

function showClock() {
  $("time").textContent = `${clock.time.toFixed(2)} s`;
  $("scrub").value = clock.time;
  $("play").classList.toggle("playing", clock.playing);
  $("play").setAttribute("aria-label", clock.playing ? "Pause" : "Play");
}

function hear(id) {
  for (const player of clock.players) player.video.muted = true;
  const player = matrix.players.find((each) => each.name === id);
  if (player) player.video.muted = false;
}

function setSpeed(by) {
  const options = [...$("speed").options];
  const next = Math.min(options.length - 1, Math.max(0, $("speed").selectedIndex + by));
  $("speed").selectedIndex = next;
  clock.setSpeed(Number(options[next].value));
}

function toggleLoop() {
  clock.loop = !clock.loop;
  $("loop").setAttribute("aria-pressed", String(clock.loop));
}

function setTheme(theme) {
  document.documentElement.dataset.theme = theme;
  try { localStorage.setItem("render-theme", theme); } catch { /* a browser that keeps nothing */ }
}

function firstTheme() {
  try { return localStorage.getItem("render-theme") ?? ""; } catch { return ""; }
}

const KEYS = {
  " ": () => clock.toggle(),
  ",": () => clock.step(-1),
  ".": () => clock.step(1),
  ArrowLeft: (event) => event.shiftKey ? clock.seek(clock.time - 1) : clock.step(-1),
  ArrowRight: (event) => event.shiftKey ? clock.seek(clock.time + 1) : clock.step(1),
  Home: () => clock.seek(0),
  End: () => clock.seek(clock.duration),
  "-": () => setSpeed(-1),
  "+": () => setSpeed(1),
  "=": () => setSpeed(1),
  l: () => toggleLoop(),
  s: () => wipe.swap(),
  z: () => wipe.zoom(),
  f: () => wipe.flip(true),
  "?": () => $("help").showModal(),
};

function listen() {
  $("play").addEventListener("click", () => clock.toggle());
  $("back").addEventListener("click", () => clock.step(-1));
  $("forward").addEventListener("click", () => clock.step(1));
  $("scrub").addEventListener("input", (event) => clock.seek(Number(event.target.value)));
  $("speed").addEventListener("change", (event) => clock.setSpeed(Number(event.target.value)));
  $("loop").addEventListener("click", toggleLoop);
  $("sound").addEventListener("change", (event) => hear(event.target.value));
  $("help-open").addEventListener("click", () => $("help").showModal());
  $("theme").addEventListener("click", () => {
    const dark = matchMedia("(prefers-color-scheme: dark)").matches;
    const now = document.documentElement.dataset.theme || (dark ? "dark" : "light");
    setTheme(now === "dark" ? "light" : "dark");
  });
  $("clip").addEventListener("change", (event) => showClip(Number(event.target.value)));
  $("chart-x").addEventListener("change", (event) => { chart.x = event.target.value; chart.draw(); });
  $("chart-y").addEventListener("change", (event) => { chart.y = event.target.value; chart.draw(); });
  document.addEventListener("keydown", (event) => {
    // Controls keep the keys that they have a use for themselves.
    const own = { INPUT: true, SELECT: true, BUTTON: event.key === " ", SUMMARY: event.key === " " };
    if (own[event.target.tagName] || event.ctrlKey || event.metaKey || event.altKey || $("help").open) return;
    const act = KEYS[event.key];
    if (!act) return;
    event.preventDefault();
    act(event);
  });
  document.addEventListener("keyup", (event) => { if (event.key === "f") wipe.flip(false); });
  wipe.listen();
  clock.listeners.push(showClock);
}

function start() {
  document.documentElement.dataset.theme = firstTheme();
  const clips = data.clips.map((clip, n) => [n, clip.name]).filter(([n]) => cellsOf(n).length);
  if (!clips.length) {
    $("title").textContent = "Nothing rendered";
    for (const section of document.querySelectorAll("main, #transport")) section.hidden = true;
    return;
  }
  choose($("clip"), clips, clips[0][0]);
  $("clip-choice").hidden = clips.length < 2;
  listen();
  showClip(clips[0][0]);
  // For whoever looks in from outside: what is shown, and when.
  window.render = { data, state, clock, matrix, wipe, table, chart, frontier, tickAt };
}

start();
