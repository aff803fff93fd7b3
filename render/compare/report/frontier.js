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

// A frontier for all; or one for each value of what the figure may not rank: each rate.
function frontiers(points, column) {
  if (column.better === 0) return [];
  if (column.apart === null) return [{ points: frontier(points, column.better) }];
  const cells = points.map((point) => point.cell);
  return valuesOf(cells, column.apart).map((value) => ({
    points: frontier(points.filter((point) => axisValue(point.cell, column.apart) === value), column.better),
  }));
}
