// All clips together: a row a clip, a column a target, all by one clock.

const ALL = -1; // in place of a clip's number
const TARGET = "target"; // the axis of all that cells differ in but their clip

// Those that have previews: of the page, or of what is on show.
function clipsOf(cells) {
  return [...new Set(cells.map((cell) => cell.clip))].sort((a, b) => a - b);
}

// Where no target has two clips there is nothing to see side by side.
function shareTargets(cells) {
  const clips = new Map();
  for (const cell of cells) {
    const target = targetOf(cell);
    if (clips.has(target) && clips.get(target) !== cell.clip) return true;
    clips.set(target, cell.clip);
  }
  return false;
}

function targetOf(cell) {
  return nameOf(cell, AXES.filter((axis) => axis !== "clip"));
}

// What a cell's target is called among these, and where it stands: one more axis.
function nameTargets(cells) {
  AXIS_WORDS[TARGET] = "target";
  const axes = varying(cells).filter((axis) => axis !== "clip");
  const compare = (a, b) => {
    const axis = axes.find((each) => axisOrder(a, each) !== axisOrder(b, each));
    return axis === undefined ? 0 : axisOrder(a, axis) < axisOrder(b, axis) ? -1 : 1;
  };
  const found = new Map();
  for (const cell of [...cells].sort(compare)) {
    const said = nameOf(cell, axes);
    if (!found.has(said)) found.set(said, found.size);
    data.cells_axes[cell.id][TARGET] = { said, name: said, order: found.get(said) };
  }
}

// The preview of another clip at the same target; of the clip itself, the other one. Or null.
function counterpart(id, clip) {
  const cell = cellOf(id);
  if (!cell) return data.clips[clip].preview;
  return cellsOf(clip).find((other) => targetOf(other) === targetOf(cell))?.id ?? null;
}
