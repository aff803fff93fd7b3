// The page: what is shown of which clip, what is selected, the transport.

const state = { clip: 0, cells: [], vary: [], selected: null };

function showClip(number) {
  clock.pause();
  state.clip = number;
  state.cells = cellsOf(number);
  state.vary = varying(state.cells);
  state.selected = null;
  clock.rate = fastest(state.cells);
  clock.duration = Math.max(...state.cells.map((cell) => cell.video.duration));
  clock.time = 0;
  $("scrub").max = clock.end();
  $("scrub").step = 1 / clock.rate;
  showTitle(number);
  const sounds = state.cells.map((cell) => [cell.id, labelOf(cell)]);
  choose($("sound"), [["", "off"], ...sounds], "");
  sound.hear("");
  choice.show();
  filter.show();
  matrix.show();
  wipe.show();
  chart.show();
  table.show();
  table.explain();
  showAbout();
  clock.seek(0);
}

function showTitle(number) {
  const count = state.cells.length;
  const clips = clipsOf(state.cells);
  const all = number === ALL;
  const { name, part } = all ? { name: `${clips.length} clips`, part: "" } : clipWords(number);
  const references = all ? [] : state.cells.filter(isReference);
  const by = state.vary.map((axis) => AXIS_WORDS[axis]);
  $("title").textContent = name;
  $("subtitle").textContent = `${count} preview${count === 1 ? "" : "s"}`
    + (by.length ? ` by ${by.join(", ")}` : "") + (part ? `, ${part} of the clip` : "")
    + (references.length === 1 && count > 1 ? ` · held against ${labelOf(references[0])}` : "")
    + (references.length > 1 ? ` · held against ${references.length} references, each in its own style` : "")
    + (all ? " · a shorter clip holds its last frame until the longest ends" : "");
}

function select(id, stays = false) {
  state.selected = state.selected === id && !stays ? null : id;
  mark();
}

// The selected cell, A and B: everywhere that they are shown.
function mark() {
  for (const one of document.querySelectorAll("[data-id]")) {
    const id = one.getAttribute("data-id");
    if (one.classList.contains("side")) {
      one.setAttribute("aria-pressed", String(wipe[one.classList.contains("side-a") ? "a" : "b"] === id));
      continue;
    }
    const selected = id === state.selected;
    one.classList.toggle("selected", selected);
    const button = one.matches("[role=button]") ? one : one.querySelector(".name, th button");
    if (button) button.setAttribute("aria-pressed", String(selected));
  }
  showSelected();
}

// Beside the chart, where the cell itself is out of sight.
function showSelected() {
  const cell = cellOf(state.selected);
  const figures = cell ? COLUMNS.filter((column) => known(column.of(cell))) : [];
  $("selected").hidden = !cell;
  $("selected-facts").replaceChildren(...(cell ? [
    element("strong", { text: labelOf(cell) }),
    sides(cell) ?? "",
    element("button", { type: "button", text: "Show it", onclick: () => matrix.find(cell) }),
    element("span", { class: "facts", text: together(figures.map((column) => `${bare(column)} ${shown(column, cell)}`)) }),
  ] : []));
  notes.edit(cell);
  for (const side of $("selected").querySelectorAll(".side")) {
    side.setAttribute("aria-pressed", String(wipe[side.textContent.toLowerCase()] === side.dataset.id));
  }
}

function showClock() {
  const words = `${clock.time.toFixed(2)} s`;
  $("time").textContent = `${clock.time.toFixed(2)} / ${clock.duration.toFixed(2)} s`;
  $("scrub").value = clock.time;
  $("scrub").setAttribute("aria-valuetext", words);
  const slow = clock.playing && clock.kept < 0.85;
  $("pace").hidden = !slow;
  if (slow) $("pace").textContent = `at ${(clock.kept * clock.speed).toFixed(1)}×`;
  if ($("play").classList.contains("playing") === clock.playing) return;
  $("play").classList.toggle("playing", clock.playing);
  $("play").setAttribute("aria-label", clock.playing ? "Pause" : "Play");
  $("play").title = clock.playing ? "Pause (space)" : "Play (space)";
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

function toggleTheme() {
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  const now = document.documentElement.dataset.theme || (dark ? "dark" : "light");
  setTheme(now === "dark" ? "light" : "dark");
}

function listen() {
  const on = (id, name, act) => $(id).addEventListener(name, act);
  on("play", "click", () => clock.toggle());
  on("back", "click", () => clock.step(-1));
  on("forward", "click", () => clock.step(1));
  on("scrub", "input", (event) => clock.seek(Number(event.target.value)));
  on("speed", "change", (event) => clock.setSpeed(Number(event.target.value)));
  on("loop", "click", toggleLoop);
  on("sound", "change", (event) => sound.hear(event.target.value));
  on("help-open", "click", () => $("help").showModal());
  on("clip", "change", (event) => showClip(Number(event.target.value)));
  on("chart-x", "change", (event) => { chart.x = event.target.value; chart.draw(); });
  on("chart-y", "change", (event) => { chart.y = event.target.value; chart.draw(); });
  let width = $("chart").clientWidth;
  new ResizeObserver(() => {
    if ($("chart-section").hidden || $("chart").clientWidth === width) return;
    width = $("chart").clientWidth;
    chart.draw();
  }).observe($("chart"));
  wipe.listen();
  views.listen();
  fullscreen.listen();
  blind.listen();
  filter.listen();
  listenToKeys();
  clock.listeners.push(showClock);
}

function start() {
  document.documentElement.dataset.theme = firstTheme();
  $("theme").addEventListener("click", toggleTheme);
  showFailures();
  choice.start();
  const clips = data.clips.map((_, n) => n).filter((n) => cellsOf(n).length);
  if (!clips.length) {
    $("title").textContent = "Nothing rendered";
    for (const part of document.querySelectorAll("main, #transport, #help-open")) part.hidden = true;
    return;
  }
  const all = clips.length > 1 && shareTargets(data.cells) ? [[ALL, "all clips"]] : [];
  nameTargets(data.cells);
  choose($("clip"), [...clips.map((n) => [n, clipLabel(n)]), ...all], clips[0]);
  $("clip-choice").hidden = clips.length < 2;
  notes.start();
  listen();
  fragment.restore(clips[0]);
  fragment.listen(clips[0]);
  // Motion is what this is about, unless someone has said that they want none, or stands somewhere.
  if (fragment.at === null && !matchMedia("(prefers-reduced-motion: reduce)").matches) clock.play();
  // For whoever looks in from outside: what is shown, and when.
  window.render = {
    data, state, clock, matrix, wipe, table, chart, choice, filter, notes, fragment, sound, frontier,
    tickAt, loaded, views, fullscreen, blind, drawn, tally, sureWords,
  };
}

start();
