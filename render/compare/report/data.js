// The results, and the words that everything is shown in.

const data = JSON.parse(document.getElementById("data").textContent);

const AXES = ["style", "network", "size", "upscale", "upscaler", "strength", "fps", "on"];

const AXIS_WORDS = {
  style: "style", network: "network", size: "size", upscale: "display", upscaler: "upscaler",
  strength: "strength", fps: "rate", on: "phone",
};

function axisValue(cell, axis) {
  const target = cell.target;
  if (axis === "fps") return `${round(target.fps_float, 3)} fps`;
  if (axis === "size") return asHeld(target.size, data.clips[cell.clip].size);
  if (axis === "upscale") return target.upscale ? asHeld(target.upscale, data.clips[cell.clip].size) : "none";
  if (axis === "strength") return String(target.strength);
  if (axis === "on") return target.on ? `on ${target.on}` : "every frame";
  return target[axis];
}

// What a target's size is called on a clip displayed so: as the phone is held, whichever way the clip
// has turned it. As `as_held` in Python says it.
function asHeld(size, displayed) {
  const [width, height] = size.split("x").map(Number);
  const [across, down] = displayed.split("x").map(Number);
  if (width === height || across === down) return size;
  if (width > height !== across > down) return `${size} as given`;
  return width > height ? `${height}x${width}` : size;
}

// By depth, pixels, rate: as a reader expects them, whatever order they were rendered in.
function axisOrder(cell, axis) {
  const pixels = (text) => text ? text.split("x").reduce((a, b) => a * b, 1) : 0;
  if (axis === "fps") return cell.target.fps_float;
  if (axis === "size") return pixels(cell.target.size);
  if (axis === "upscale") return pixels(cell.target.upscale);
  if (axis === "network") return -cell.cost.macs / pixels(cell.target.size);
  if (axis === "strength") return cell.target.strength;
  if (axis === "on") return cell.target.on ?? "";
  return axisValue(cell, axis);
}

function valuesOf(cells, axis) {
  const found = new Map();
  for (const cell of cells) {
    const value = axisValue(cell, axis);
    if (!found.has(value)) found.set(value, axisOrder(cell, axis));
  }
  const compare = (a, b) => (a[1] < b[1] ? -1 : a[1] > b[1] ? 1 : 0);
  return [...found].sort(compare).map(([value]) => value);
}

function varying(cells) {
  return AXES.filter((axis) => valuesOf(cells, axis).length > 1);
}

function cellsOf(clip) {
  return data.cells.filter((cell) => cell.clip === clip);
}

// What tells a cell from its neighbours; all of rate, size and network where nothing does.
function nameOf(cell, axes) {
  const shown = axes.length ? axes : ["fps", "size", "network"];
  const order = ["fps", "size", "network", "style", "strength", "upscale", "upscaler", "on"];
  return order.filter((axis) => shown.includes(axis)).map((axis) => axisValue(cell, axis)).join(" · ");
}

// Its full label; with the file's name where another cell has the same.
function labelOf(cell) {
  const axes = [...new Set(["fps", "size", "network", ...state.vary])];
  const label = nameOf(cell, axes);
  const alone = state.cells.every((other) => other === cell || nameOf(other, axes) !== label);
  return alone ? label : `${label} · ${cell.id}`;
}

function cellOf(id) {
  return state.cells.find((cell) => cell.id === id);
}

// What others are held against: a cell alone in its style is no reference.
function isReference(cell) {
  return data.cells.some((other) => other.id !== cell.id && other.figures && other.figures.reference === cell.id);
}

// "13/10" seconds.
function exact(text) {
  const [over, under = "1"] = text.split("/");
  return Number(over) / Number(under);
}

// Of a clip, by its number: its name, and which part of it where that is not all.
function clipWords(number) {
  const clip = data.clips[number];
  const from = exact(clip.start);
  if (from === 0 && clip.part === null) return { name: clip.name, part: "" };
  const to = from + Math.max(...cellsOf(number).map((cell) => cell.video.duration));
  return { name: clip.name, part: `${round(from, 2)} s to ${round(to, 2)} s` };
}

function round(value, digits) {
  return Number(value.toFixed(digits));
}

// Frames a second of its file: a phone's preview has its display's.
function videoRate(cell) {
  return cell.video.fps_float ?? cell.target.fps_float;
}

const played = (name, scale) => (cell) => (cell.played && cell.played[name] !== null ? cell.played[name] * scale : null);
const figure = (name) => (cell) => (cell.figures ? cell.figures[name] : null);

// better: -1 where less is better, 1 where more is, 0 where neither says more than the other.
// single: about single pictures, so that it may not rank frame rates.
const COLUMNS = [
  { key: "macs", words: "GMAC", of: (c) => c.cost.macs / 1e9, digits: 1, better: -1,
    about: "Multiply-adds of the network for one frame, in billions." },
  { key: "macs_second", words: "GMAC/s", of: (c) => c.cost.macs_second / 1e9, digits: 0, better: -1,
    about: "The same for a second at the preview's rate: what the phone must afford." },
  { key: "phone", words: data.choice ? `${data.choice.device} ms` : "phone ms", of: (c) => choice.ms(c), digits: 0, better: -1,
    about: "Milliseconds of the network for a frame on the device that was chosen for, by its evidence." },
  { key: "busy", words: data.choice ? `${data.choice.device} busy %` : "busy %", of: (c) => choice.busy(c), digits: 0, better: -1, limit: 100,
    about: "Of the time, the share that the network is at work on that device at the preview's rate: over 100 it cannot keep up." },
  { key: "ms", words: "ms", of: (c) => c.cost.ms, digits: 1, better: -1,
    about: "Milliseconds of the network for a frame on the machine that rendered this, beside its other work. Not a phone's." },
  { key: "jod", words: "JOD ↑", of: figure("jod"), digits: 2, better: 1,
    about: "ColorVideoVDP's quality against the reference: 10 is alike. The one figure here that puts frame rate, resolution and flicker on one scale." },
  { key: "lpips", words: "LPIPS ↓", of: figure("lpips"), digits: 3, better: -1, single: true,
    about: "Perceptual distance of single pictures from the reference's at the same moments. Says nothing of frame rates." },
  { key: "ssim", words: "SSIM ↑", of: figure("ssim"), digits: 3, better: 1, single: true,
    about: "Structural similarity of single pictures to the reference's at the same moments. Says nothing of frame rates." },
  { key: "style", words: "style ↓", of: figure("style"), digits: 3, better: -1, single: true,
    about: "Distance of single pictures' textures (Gram matrices) from the reference's. Says nothing of frame rates." },
  { key: "flicker", words: "flicker", of: figure("flicker"), digits: 3, better: 0,
    about: "What the clip's motion does not explain between neighbouring frames, over contrast. Grows with the time between frames: it compares previews of one rate only." },
  { key: "flicker_gap", words: "flicker at a gap ↓", of: figure("flicker_gap"), digits: 3, better: -1,
    about: "The same between moments a fixed time apart, which compares across rates." },
  { key: "shown", words: "shown/s ↑", of: played("fps", 1), digits: 1, better: 1,
    about: "Pictures that the phone shows a second." },
  { key: "dropped", words: "dropped % ↓", of: played("dropped_share", 100), digits: 1, better: -1,
    about: "Of the camera's frames that the rate wants, the share that the phone never shows." },
  { key: "freeze", words: "freeze ms ↓", of: played("longest_freeze", 1000), digits: 0, better: -1,
    about: "The longest that one picture stays on the phone's display." },
  { key: "lag", words: "lag ms ↓", of: played("median_lag", 1000), digits: 0, better: -1,
    about: "From the camera's frame to the display: the median." },
  { key: "sharpness", words: "sharpness %", of: (c) => percent(figure("sharpness")(c)), digits: 1, better: 0,
    about: "How much of the picture's energy is fine detail. Describes; does not rank." },
  { key: "stroke", words: "stroke px", of: figure("stroke"), digits: 1, better: 0,
    about: "Size of the strokes in pixels of the display. Smaller inputs paint bolder; that is not quality." },
  { key: "parameters", words: "M parameters", of: (c) => c.cost.parameters / 1e6, digits: 2, better: -1,
    about: "Of the network, in millions." },
  { key: "bytes", words: "MB", of: (c) => c.video.bytes / 1e6, digits: 1, better: 0,
    about: "Size of the preview's file." },
];

const COLUMN = Object.fromEntries(COLUMNS.map((column) => [column.key, column]));

function percent(value) {
  return value === null || value === undefined ? null : value * 100;
}

function known(value) {
  return Number.isFinite(value);
}

function measured(cells, column) {
  return cells.some((cell) => known(column.of(cell)));
}

function shown(column, cell) {
  const value = column.of(cell);
  if (!known(value)) return "–";
  // A small network's thousandths are not nothing.
  const digits = value !== 0 && Math.abs(value) < 10 ** -column.digits ? 3 : column.digits;
  return value.toFixed(digits);
}

// Its words without the arrow, for sentences.
function bare(column) {
  return column.words.replace(/ [↑↓]$/, "");
}
