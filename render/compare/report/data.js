// The results, and the words that everything is shown in.

const data = JSON.parse(document.getElementById("data").textContent);

const AXES = data.axes.map((axis) => axis.key);

const AXIS_WORDS = Object.fromEntries(data.axes.map((axis) => [axis.key, axis.words]));

function axisValue(cell, axis) {
  return data.cells_axes[cell.id][axis].said;
}

// By depth, pixels, rate: as a reader expects them, whatever order they were rendered in.
function axisOrder(cell, axis) {
  return data.cells_axes[cell.id][axis].order;
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
  return clip === ALL ? data.cells : data.cells.filter((cell) => cell.clip === clip);
}

// Those that may be compared with each other, as they were measured; the largest first.
function groupsOf(cells) {
  const found = new Map();
  for (const cell of cells) {
    const group = data.groups[cell.id] ?? null;
    found.set(group, [...(found.get(group) ?? []), cell]);
  }
  return [...found.values()].sort((a, b) => b.length - a.length);
}

// What tells a cell from its neighbours; what is always said where nothing does.
function nameOf(cell, axes) {
  const shown = axes.length ? axes : data.orders.always;
  return data.orders.named.filter((axis) => shown.includes(axis))
    .map((axis) => data.cells_axes[cell.id][axis].name).join(" · ");
}

// Its full label; with the file's name where another cell has the same.
function labelOf(cell) {
  const label = fullName(cell);
  const alone = state.cells.every((other) => other === cell || fullName(other) !== label);
  return alone ? label : `${label} · ${cell.id}`;
}

// Where all are of one target, styles and strengths come first: they are what the page is about.
function fullName(cell) {
  const { always } = data.orders;
  if (!state.vary.length || state.vary.some((axis) => always.includes(axis))) {
    return nameOf(cell, [...new Set([...always, ...state.vary])]);
  }
  return `${nameOf(cell, state.vary)} · ${nameOf(cell, always)}`;
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

function clipLabel(number) {
  const { name, part } = clipWords(number);
  return part ? `${name}, ${part}` : name;
}

function round(value, digits) {
  return Number(value.toFixed(digits));
}

// Frames a second of its file: a phone's preview has its display's.
function videoRate(cell) {
  return cell.video.fps_float ?? cell.target.fps_float;
}

// What each says of itself stands in the data; a number is null where a cell has none.
const COLUMNS = data.columns.map((column) => ({
  ...column, of: (cell) => data.cells_values[cell.id][column.key]?.value ?? null,
}));

const COLUMN = Object.fromEntries(COLUMNS.map((column) => [column.key, column]));

// What tells best what a cell loses, first.
const LOSSES = data.chart.losses.map((key) => COLUMN[key]);

function known(value) {
  return Number.isFinite(value);
}

function measured(cells, column) {
  return cells.some((cell) => known(column.of(cell)));
}

function shown(column, cell) {
  return known(column.of(cell)) ? data.cells_values[cell.id][column.key].text : "–";
}

// Its words without the arrow, for sentences.
function bare(column) {
  return column.words.replace(/ [↑↓]$/, "");
}
