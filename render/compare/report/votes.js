// The sums of a blind comparison: which pairs are drawn, what was voted, and how sure that is.

const SURE = 0.05; // chance's share, below which a result is hardly its work

function pairsOf(ids) {
  return ids.flatMap((a, n) => ids.slice(n + 1).map((b) => [a, b]));
}

// Each pair twice, with its sides swapped, in random order.
function drawn(ids) {
  const all = pairsOf(ids).flatMap(([a, b]) => [{ left: a, right: b }, { left: b, right: a }]);
  for (let n = all.length - 1; n > 0; n -= 1) {
    const other = Math.floor(Math.random() * (n + 1));
    [all[n], all[other]] = [all[other], all[n]];
  }
  return all;
}

// votes: {left, right, answer}, which is "left", "right" or "none". Of each preview and each pair.
function tally(ids, votes) {
  const won = (vote) => (vote.answer === "none" ? null : vote[vote.answer]);
  const pairs = pairsOf(ids);
  const cells = ids.map((id) => {
    const here = votes.filter((vote) => vote.left === id || vote.right === id);
    const wins = here.filter((vote) => won(vote) === id).length;
    const none = here.filter((vote) => won(vote) === null).length;
    return { id, wins, losses: here.length - wins - none, none };
  });
  return {
    cells: cells.sort((x, y) => (y.wins - y.losses) - (x.wins - x.losses)),
    pairs: pairs.map(([a, b]) => {
      const here = votes.filter((vote) => [vote.left, vote.right].sort().join("\n") === [a, b].sort().join("\n"));
      const of = (id) => here.filter((vote) => won(vote) === id).length;
      const [first, second] = [of(a), of(b)];
      return { a, b, first, second, none: here.length - first - second, p: chance(first, second, pairs.length) };
    }),
  };
}

// How often as one-sided a result as this, or more so, would come of tossing a coin (two-sided); of
// as many pairs as there are, since one of many is one-sided by chance sooner (Bonferroni).
function chance(first, second, pairs) {
  const all = first + second;
  let share = 0.5 ** all; // of none against all
  let sum = 0;
  for (let n = 0; n <= Math.min(first, second); n += 1) {
    sum += share;
    share *= (all - n) / (n + 1);
  }
  return Math.min(1, 2 * sum * pairs);
}

// Votes that a pair needs before any result of it can be sure.
function needed(pairs) {
  let votes = 1;
  while (chance(votes, 0, pairs) >= SURE) votes += 1;
  return votes;
}

function sureWords({ first, second, p }, pairs) {
  if (first + second < needed(pairs)) return "too few votes to tell";
  const said = p < 0.001 ? "p < 0.001" : `p = ${p.toFixed(p < 0.1 ? 3 : 2)}`;
  return p < SURE ? `hardly by chance (${said})` : `may well be chance (${said})`;
}
