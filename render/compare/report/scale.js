// A scale over values with a little room, its ticks at round numbers; logarithmic where they span
// much and it may be.

function scale(values, from, to, mayBeLog) {
  let [low, high] = [Math.min(...values), Math.max(...values)];
  const log = mayBeLog && low > 0 && high / low > 6;
  const forth = log ? Math.log : (value) => value;
  const room = (forth(high) - forth(low) || Math.abs(forth(high)) || 1) * 0.08;
  const [first, last] = [forth(low) - room, forth(high) + room];
  const at = (value) => from + ((forth(value) - first) / (last - first)) * (to - from);
  [low, high] = log ? [Math.exp(first), Math.exp(last)] : [first, last];
  return { at, ticks: log ? logTicks(low, high) : ticksOf(low, high) };
}

function ticksOf(low, high) {
  const rough = (high - low) / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((n) => n * power).find((size) => size >= rough * 0.999);
  const ticks = [];
  for (let n = Math.ceil(low / step); n * step <= high; n += 1) ticks.push(round(n * step, 10));
  return ticks;
}

function logTicks(low, high) {
  const ticks = [];
  for (let power = Math.floor(Math.log10(low)); 10 ** power <= high; power += 1) {
    for (const n of [1, 2, 5]) {
      const value = round(n * 10 ** power, 10);
      if (value >= low && value <= high) ticks.push(value);
    }
  }
  return ticks;
}
