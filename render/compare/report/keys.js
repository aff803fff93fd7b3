// What the keyboard does, wherever the focus is; controls keep the keys that they need themselves.

const KEYS = {
  " ": () => clock.toggle(),
  ",": () => clock.step(-1),
  ".": () => clock.step(1),
  ArrowLeft: (event) => event.shiftKey ? clock.seek(clock.time - 1) : clock.step(-1),
  ArrowRight: (event) => event.shiftKey ? clock.seek(clock.time + 1) : clock.step(1),
  Home: () => clock.seek(0),
  End: () => clock.seek(clock.end()),
  "-": () => setSpeed(-1),
  "+": () => setSpeed(1),
  "=": () => setSpeed(1),
  l: () => toggleLoop(),
  s: () => wipe.swap(),
  z: () => wipe.zoom(),
  x: (event) => { if (!event.repeat) views.press(); },
  d: () => views.toggleDifference(),
  f: (event) => { if (!event.repeat) fullscreen.toggle(); },
  b: () => blind.open(),
  "[": () => wipe.move(wipe.at - 2),
  "]": () => wipe.move(wipe.at + 2),
  "?": () => $("help").showModal(),
};

const MOVES = ["ArrowLeft", "ArrowRight", "Home", "End"];

function keeps(target, key) {
  if (target.closest("textarea, [type=text], [type=search]")) return true;
  if (target.closest("[type=checkbox]")) return key === " ";
  if (target.closest("select")) return ![",", ".", "[", "]", "?"].includes(key);
  if (target.closest("input")) return [...MOVES, "-", "+", "="].includes(key);
  if (target.closest("button, summary, a")) return key === " ";
  return target.closest(".scroll, pre") !== null && MOVES.includes(key);
}

function keyDown(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  fullscreen.stir();
  if (keeps(event.target, event.key)) return;
  // By its place on the keyboard, since shift changes what a digit types.
  const digit = /^Digit([1-9])$/.exec(event.code);
  const act = digit ? () => putNth(Number(digit[1]), event.shiftKey ? "b" : "a") : KEYS[event.key];
  if (!act) return;
  event.preventDefault();
  act(event);
}

function putNth(number, letter) {
  const cell = matrix.cells[number - 1];
  if (cell && wipe.possible()) wipe.put(letter, cell.id);
}

function listenToKeys() {
  document.addEventListener("keydown", keyDown);
  document.addEventListener("keyup", (event) => { if (event.key === "x" || event.key === "X") views.release(); });
}
