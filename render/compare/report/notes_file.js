// Files of stars and notes: written, read with a guard, joined. docs/report.md describes them.

const NOTES_SCHEMA = 1;
const NOTES_KIND = "render notes";
const LARGEST_NOTES = 4_000_000; // bytes
const MOST_NOTED = 10_000; // cells of a file
const MOST_AUTHORS = 50; // of a cell
const LONGEST_AUTHOR = 80; // characters
const A_MARK = /^[0-9a-f]{16}$/;
const A_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$/;

class BadNotes extends Error {}

function exportNotes() {
  const cells = data.cells.filter((cell) => notes.kept.has(data.marks[cell.id])).map((cell) => {
    const { mine, others } = notes.of(cell);
    return {
      mark: data.marks[cell.id], cell: cell.id, clip: data.clips[cell.clip].name,
      notes: [...(mine ? [{ author: notes.author || null, ...mine }] : []), ...others],
    };
  });
  const text = JSON.stringify({ schema: NOTES_SCHEMA, kind: NOTES_KIND, sweep: data.sweep, cells }, null, 1);
  const url = URL.createObjectURL(new Blob([`${text}\n`], { type: "application/json" }));
  const by = notes.author.replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-+|-+$/g, "");
  element("a", { href: url, download: by ? `notes-${by}.json` : "notes.json" }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
  $("notes-said").textContent = `${counted(cells.length, "preview")} with stars or notes exported.`;
}

// A file joined with what is here; what came of it, in a line.
async function importNotes(file) {
  try {
    if (file.size > LARGEST_NOTES) throw new BadNotes(`is larger than ${LARGEST_NOTES / 1e6} MB, which no file of notes is`);
    return `${file.name}: ${joinNotes(notesOf(await file.text()))}`;
  } catch (error) {
    const why = error instanceof BadNotes ? error.message : "cannot be read";
    return `${file.name}: ${why}. Nothing was changed.`;
  }
}

// A file's text → [mark, notes] of each cell. Raises BadNotes where anything in it is not as it should be.
function notesOf(text) {
  let told;
  try { told = JSON.parse(text); } catch { throw new BadNotes("is no JSON"); }
  if (!isObject(told) || told.kind !== NOTES_KIND || !Number.isInteger(told.schema)) {
    throw new BadNotes("is no file of notes; a report exports them");
  }
  if (told.schema > NOTES_SCHEMA) throw new BadNotes("was written by a newer render");
  return listOf(told.cells, MOST_NOTED, "cells").map((cell, n) => {
    if (!isObject(cell) || typeof cell.mark !== "string" || !A_MARK.test(cell.mark)) throw new BadNotes(`is damaged (cells.${n}.mark)`);
    return [cell.mark, listOf(cell.notes, MOST_AUTHORS, `cells.${n}.notes`).map((one, m) => noteOf(one, `cells.${n}.notes.${m}`))];
  });
}

function listOf(list, most, where) {
  if (!Array.isArray(list)) throw new BadNotes(`is damaged (${where}: is no list)`);
  if (list.length > most) throw new BadNotes(`has ${list.length} ${where}; at most ${most} are taken`);
  return list;
}

function noteOf(one, where) {
  const bad = (key, why) => { throw new BadNotes(`is damaged (${where}.${key}: ${why})`); };
  if (!isObject(one)) bad("", "is no note");
  const { author = null, stars = 0, note = "", at = null } = one;
  if (author !== null && (typeof author !== "string" || author.length > LONGEST_AUTHOR)) bad("author", `is no name of at most ${LONGEST_AUTHOR} characters`);
  if (!Number.isInteger(stars) || stars < 0 || stars > MOST_STARS) bad("stars", `must be 0 to ${MOST_STARS}`);
  if (typeof note !== "string" || note.length > LONGEST_NOTE) bad("note", `is no text of at most ${LONGEST_NOTE} characters`);
  if (at !== null && (typeof at !== "string" || !A_TIME.test(at))) bad("at", "is no time");
  return { author: author?.trim() || null, stars, note, at };
}

// What the browser kept; any page on this disk may have written it.
function keptFrom(text) {
  try {
    const told = JSON.parse(text);
    const mine = told.mine ? noteOf(told.mine, "mine") : null;
    if (mine) delete mine.author;
    return { mine, others: listOf(told.others, MOST_AUTHORS, "others").map((one) => noteOf(one, "others")) };
  } catch { return nothingNoted(); }
}

// Each author's newer note replaces the older one; those of no name are nobody's to replace: two that
// differ are both kept.
function joinNotes(cells) {
  let [taken, before, elsewhere, full] = [0, 0, 0, 0];
  const here = new Set(Object.values(data.marks));
  for (const [mark, found] of cells) {
    const has = notes.kept.get(mark) ?? keptElsewhere(mark);
    const was = JSON.stringify(has);
    for (const one of found) full += Number(!joinOne(has, one));
    const changed = JSON.stringify(has) !== was;
    if (changed) notes.put(mark, has);
    if (!here.has(mark)) elsewhere += 1;
    else if (changed) taken += 1;
    else before += 1;
  }
  notes.show();
  const cell = cellOf(notes.editing);
  if (cell) $("note").value = notes.of(cell).mine?.note ?? "";
  return [
    `${counted(taken, "preview")} with new stars or notes`,
    ...(before ? [`${before} as before`] : []),
    ...(elsewhere ? [`${counted(elsewhere, "preview")} not in this report, kept for where ${elsewhere === 1 ? "it is" : "they are"}`] : []),
    ...(full ? [`${counted(full, "note")} left out: a preview takes those of ${MOST_AUTHORS} others`] : []),
  ].join(", ") + ".";
}

function keptElsewhere(mark) {
  try { return keptFrom(localStorage.getItem(NOTE_KEY + mark) ?? "{}"); } catch { return nothingNoted(); }
}

// Whether there was room for it.
function joinOne(has, one) {
  const { author, ...words } = one;
  const newer = (a, b) => (a.at ?? "") > (b.at ?? "");
  const alike = (a, b) => a.stars === b.stars && a.note === b.note;
  if ((!one.stars && !one.note.trim()) || (has.mine && !author && alike(words, has.mine))) return true;
  if ((author ?? "") === notes.author && (!has.mine || author)) {
    if (!has.mine || newer(words, has.mine)) has.mine = words;
    return true;
  }
  const same = has.others.findIndex((other) => other.author === author && (author !== null || alike(other, one)));
  if (same >= 0 && newer(one, has.others[same])) has.others[same] = one;
  if (same < 0 && has.others.length < MOST_AUTHORS) has.others.push(one);
  return same >= 0 || has.others.includes(one);
}

function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function counted(number, word) {
  return `${number} ${word}${number === 1 ? "" : "s"}`;
}
