// Which target to build for a device, as `render choose` decided it: shown here, never decided.

const choice = {
  of: new Map(), // a cell's id to its candidate

  start() {
    if (!data.choice) return;
    for (const candidate of data.choice.candidates) {
      for (const id of candidate.cells) this.of.set(id, candidate);
    }
    $("choice-title").textContent = data.choice.taken === null
      ? capital(data.choice.headline) : `Build ${data.choice.headline}`;
    $("choice-reasons").replaceChildren(...data.choice.reasons.map((text) => element("li", { text })));
    // A choice file of before has none.
    const certain = data.choice.certain ?? null;
    $("choice-certain").hidden = certain === null;
    if (certain) {
      $("choice-certain").replaceChildren(
        document.createTextNode(`${certain.what} `), element("code", { text: certain.command }));
    }
    $("choice-assumptions").replaceChildren(...data.choice.assumptions.flatMap(({ is, change }) => [
      element("dt", { text: is }), element("dd", { text: change })]));
    $("choice").hidden = false;
  },

  // Of the clip on show: buttons that lead to what the words name.
  show() {
    if (!data.choice) return;
    const [taken, second, beyond] = ["taken", "second", "beyond"].map((name) => this.cell(data.choice[name]));
    const lead = (words, cell) => element("button", { type: "button", text: words, onclick: () => { select(cell.id, true); matrix.find(cell); } });
    const against = (words, cell) => element("button", {
      type: "button", text: words,
      onclick: () => { wipe.put("a", taken.id); wipe.put("b", cell.id); $("wipe-section").scrollIntoView({ block: "start" }); },
    });
    $("choice-tools").replaceChildren(
      ...(taken ? [lead("Show it", taken)] : []),
      ...(taken && second && wipe.possible(taken.clip) ? [against("Against the next", second)] : []),
      ...(taken && beyond && wipe.possible(taken.clip) ? [against("Against the better one", beyond)] : []));
  },

  // The one taken, and what it is to be held against: as good, the next, or better but too slow.
  rivals(cells) {
    if (!data.choice) return [null, null];
    const numbers = [...data.choice.tied, data.choice.second, data.choice.beyond];
    const found = numbers.map((number) => this.cell(number, cells)).filter((cell) => cell !== null);
    const taken = this.cell(data.choice.taken, cells);
    return [taken, taken && (found[0] ?? null)];
  },

  cell(number, cells = state.cells) {
    if (number === null || number === undefined) return null;
    return cells.find((cell) => this.of.get(cell.id) === data.choice.candidates[number]) ?? null;
  },

  taken(cell) {
    return Boolean(data.choice) && data.choice.taken !== null && this.of.get(cell.id) === data.choice.candidates[data.choice.taken];
  },

  // Too slow for the device, by its estimate.
  over(cell) {
    const candidate = this.of.get(cell.id);
    return Boolean(candidate) && known(candidate.ms) && candidate.ms > candidate.budget;
  },

  ms(cell) {
    const candidate = this.of.get(cell.id);
    return candidate ? candidate.ms : null;
  },

  // Of two cases both: no interval covers them, and nobody knows which it will be.
  words(cell) {
    const { ms, budget, verdict, other } = this.of.get(cell.id);
    const cases = other ? `${ms.toFixed(0)} or ${other.ms.toFixed(0)}` : ms.toFixed(0);
    return `${data.choice.device} ${cases} of ${budget.toFixed(0)} ms${this.over(cell) ? `, ${verdict}` : ""}`;
  },

  badge(cell) {
    if (this.taken(cell)) return element("em", { class: "taken", text: "to build" });
    return this.over(cell) ? element("em", { class: "over", text: `too slow for ${data.choice.device}` }) : null;
  },
};
