// Stars and notes: what people think of each preview. This browser keeps them, by the preview's mark:
// moved, renamed or rendered into a larger sweep it is the same preview. Files of them (notes_file.js)
// carry them to others.

const MOST_STARS = 5;
const LONGEST_NOTE = 2000; // characters
const NOTE_KEY = "render-note-"; // and a mark, in the browser's storage
const NAME_KEY = "render-notes-name";

// What a preview has: mine, {stars, note, at}, or null; and those of others, with their author.
const nothingNoted = () => ({ mine: null, others: [] });

const notes = {
  kept: new Map(), // mark → what it has
  author: "", // whose mine are
  refused: false, // this browser keeps nothing
  editing: null, // the cell whose note is open

  start() {
    try {
      this.author = (localStorage.getItem(NAME_KEY) ?? "").slice(0, LONGEST_AUTHOR);
      for (const mark of new Set(Object.values(data.marks))) {
        const found = localStorage.getItem(NOTE_KEY + mark);
        if (found !== null) this.keep(mark, keptFrom(found));
      }
      localStorage.setItem(NAME_KEY, this.author);
    } catch { this.refuse(); }
    $("notes-author").value = this.author;
    $("notes-export").disabled = !this.any(data.cells);
    this.listen();
  },

  refuse() {
    this.refused = true;
    $("notes-refused").hidden = false;
  },

  of(cell) {
    return this.kept.get(data.marks[cell.id]) ?? nothingNoted();
  },

  any(cells) {
    return cells.some((cell) => this.kept.has(data.marks[cell.id]));
  },

  // Everything that anybody said of it.
  all(cell) {
    const { mine, others } = this.of(cell);
    return mine ? [{ ...mine, author: null }, ...others] : others;
  },

  words(cell) {
    return this.all(cell).flatMap((one) => [one.note, one.author ?? ""]);
  },

  // The mean of those who gave any; NaN where nobody did.
  rating(cell) {
    const given = this.all(cell).map((one) => one.stars).filter((stars) => stars > 0);
    return given.reduce((sum, stars) => sum + stars, 0) / given.length;
  },

  // Mine of a cell: changes are {stars} or {note}.
  write(cell, changes) {
    const mark = data.marks[cell.id];
    const { mine, others } = this.of(cell);
    const now = { stars: 0, note: "", ...mine, ...changes, at: new Date().toISOString() };
    this.put(mark, { mine: now.stars || now.note.trim() ? now : null, others });
    this.show();
  },

  put(mark, has) {
    const empty = this.keep(mark, has);
    try {
      if (empty) localStorage.removeItem(NOTE_KEY + mark);
      else localStorage.setItem(NOTE_KEY + mark, JSON.stringify(has));
    } catch { this.refuse(); }
  },

  // Whether it is empty.
  keep(mark, has) {
    const empty = !has.mine && has.others.length === 0;
    if (empty) this.kept.delete(mark);
    else this.kept.set(mark, has);
    return empty;
  },

  // Wherever a cell's stars and notes are on show.
  show() {
    for (const box of document.querySelectorAll("[data-noted]")) {
      const cell = cellOf(box.dataset.noted);
      if (cell) this.fill(box, cell);
    }
    $("notes-export").disabled = !this.any(data.cells);
    table.show();
  },

  // In a cell of the matrix: the stars to give, and what was written.
  beside(cell) {
    const box = element("div", { class: "noted", "data-noted": cell.id }, starsOf(cell),
      element("button", {
        type: "button", class: "write", title: "Write a note", "aria-label": `Write a note on ${labelOf(cell)}`, text: "Note",
        onclick: () => { select(cell.id, true); $("note").focus(); },
      }), element("div", { class: "said" }));
    this.fill(box, cell);
    return box;
  },

  fill(box, cell) {
    const { mine, others } = this.of(cell);
    fillStars(box.querySelector(".stars"), mine?.stars ?? 0);
    const said = box.querySelector(".said");
    const whole = said.classList.contains("whole"); // beside the field, which holds mine
    said.replaceChildren(...(mine?.note && !whole ? [element("p", { text: mine.note, dir: "auto" })] : []),
      ...others.map((one) => element("p", { dir: "auto" },
        element("b", { text: `${one.author ?? "Someone"}: ` }),
        one.stars ? element("span", { role: "img", "aria-label": starWords(one.stars), text: `${"★".repeat(one.stars)} ` }) : null,
        element("span", { text: one.note }),
        whole ? element("button", { type: "button", class: "remove", "aria-label": `Remove the note of ${one.author ?? "someone"}`, text: "Remove", onclick: () => this.remove(cell, one) }) : null)));
  },

  remove(cell, one) {
    const { mine, others } = this.of(cell);
    this.put(data.marks[cell.id], { mine, others: others.filter((other) => other !== one) });
    this.show();
    $("note").focus();
  },

  // Of the selected cell, whose note is written there.
  edit(cell) {
    const box = $("selected-note");
    box.hidden = !cell;
    if (!cell) { this.editing = null; return; }
    if (this.editing !== cell.id) {
      this.editing = cell.id;
      box.dataset.noted = cell.id;
      box.querySelector(".stars").replaceWith(starsOf(cell));
      $("note").value = this.of(cell).mine?.note ?? "";
    }
    this.fill(box, cell);
  },

  listen() {
    $("note").maxLength = LONGEST_NOTE;
    $("note").addEventListener("input", () => {
      const cell = cellOf(this.editing);
      if (cell) this.write(cell, { note: $("note").value });
    });
    $("note").addEventListener("keydown", (event) => { if (event.key === "Escape") $("note").blur(); });
    $("notes-author").maxLength = LONGEST_AUTHOR;
    $("notes-author").addEventListener("input", (event) => {
      this.author = event.target.value.trim();
      try { localStorage.setItem(NAME_KEY, this.author); } catch { this.refuse(); }
    });
    $("notes-export").addEventListener("click", () => exportNotes());
    $("notes-import").addEventListener("click", () => $("notes-file").click());
    $("notes-file").addEventListener("change", async (event) => {
      const [file] = event.target.files;
      if (file) $("notes-said").textContent = await importNotes(file);
      event.target.value = ""; // the same file can be taken again
    });
    // Another tab with the same preview.
    window.addEventListener("storage", (event) => {
      const mark = event.key?.startsWith(NOTE_KEY) ? event.key.slice(NOTE_KEY.length) : null;
      if (!Object.values(data.marks).includes(mark)) return;
      this.keep(mark, event.newValue === null ? nothingNoted() : keptFrom(event.newValue));
      const cell = cellOf(this.editing);
      if (cell && document.activeElement !== $("note")) $("note").value = this.of(cell).mine?.note ?? "";
      this.show();
    });
  },
};

// As columns of the table, where there are any.
const NOTED = [
  {
    key: "stars", words: "stars", better: 1, about: "What you and others gave it; the mean, where several did.",
    of: (cell) => notes.rating(cell),
    shown: (cell) => {
      const given = notes.all(cell).filter((one) => one.stars > 0);
      if (!given.length) return "";
      const mean = notes.rating(cell);
      const text = given.length === 1 ? "★".repeat(mean) : `${mean.toFixed(1)} ★ (${given.length})`;
      return element("span", { role: "img", "aria-label": `${starWords(round(mean, 1))}${given.length > 1 ? `, the mean of ${given.length}` : ""}`, text });
    },
  },
  {
    key: "note", words: "note", better: -1, kind: "comment", about: "What you and others wrote.",
    of: (cell) => notes.all(cell).map((one) => one.note).find((note) => note)?.toLowerCase() ?? null,
    shown: (cell) => element("span", {
      dir: "auto",
      text: notes.all(cell).filter((one) => one.note).map((one) => (one.author ? `${one.author}: ${one.note}` : one.note)).join(" / "),
    }),
  },
];

function starWords(stars) {
  return stars ? `${stars} of ${MOST_STARS} stars` : "no stars";
}

// One control for all five, as a slider: arrows, digits, or a click on a star; on the last one given
// it takes all back.
function starsOf(cell) {
  const give = (stars) => notes.write(cell, { stars: Math.min(MOST_STARS, Math.max(0, stars)) });
  const now = () => notes.of(cell).mine?.stars ?? 0;
  const moves = {
    ArrowRight: () => now() + 1, ArrowUp: () => now() + 1, ArrowLeft: () => now() - 1, ArrowDown: () => now() - 1,
    Home: () => 0, End: () => MOST_STARS, Delete: () => 0, Backspace: () => 0,
  };
  return element("span", {
    class: "stars", role: "slider", tabindex: "0", "aria-label": `Stars for ${labelOf(cell)}`,
    "aria-valuemin": "0", "aria-valuemax": String(MOST_STARS), title: "Stars: arrows or 0 to 5",
    onclick: (event) => {
      const n = Number(event.target.dataset?.star);
      if (n) give(n === now() ? 0 : n);
    },
    onkeydown: (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const digit = /^[0-5]$/.test(event.key) ? () => Number(event.key) : null;
      const wanted = moves[event.key] ?? digit;
      if (!wanted) return;
      event.preventDefault();
      event.stopPropagation(); // here they give stars
      give(wanted());
    },
  }, ...[1, 2, 3, 4, 5].map((n) => element("span", { "data-star": n, "aria-hidden": "true", text: "☆" })));
}

function fillStars(box, stars) {
  box.setAttribute("aria-valuenow", stars);
  box.setAttribute("aria-valuetext", starWords(stars));
  for (const star of box.children) {
    const on = Number(star.dataset.star) <= stars;
    star.textContent = on ? "★" : "☆";
    star.classList.toggle("on", on);
  }
}
