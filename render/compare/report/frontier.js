// Which previews nothing beats: the one place that decides it.

// Of points {x: cost, y: figure}, those that no other beats, from the cheapest up: each next one is
// better, or as good for as little. way: 1 where more is better, -1 where less is.
function frontier(points, way) {
  const sorted = [...points].sort((a, b) => a.x - b.x || way * (b.y - a.y));
  const best = [];
  for (const point of sorted) {
    const last = best[best.length - 1];
    const better = !last || way * (point.y - last.y) > 0;
    if (better || (point.x === last.x && point.y === last.y)) best.push(point);
  }
  return best;
}

// A frontier for each group of cells that may be compared; where the figure may not rank rates, say, one
// for each of them.
function frontiers(points, column) {
  if (column.better === 0) return [];
  const values = column.apart === null ? [null] : valuesOf(points.map((point) => point.cell), column.apart);
  return groupsOf(points.map((point) => point.cell)).flatMap((cells) => values.map((value) => {
    const some = points.filter((point) => cells.includes(point.cell)
      && (value === null || axisValue(point.cell, column.apart) === value));
    return { points: frontier(some, column.better) };
  })).filter((line) => line.points.length);
}
