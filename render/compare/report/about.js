// What made this: commands, versions, machine; what was noted on the way.

function showAbout() {
  const box = $("about");
  box.replaceChildren(box.firstElementChild);
  const clip = data.clips[state.clip];
  const used = new Set(state.cells.map((cell) => cell.run));
  for (const number of used) {
    const run = data.runs[number];
    const versions = Object.entries(run.versions).map(([name, version]) => `${name} ${version}`).join(", ");
    box.append(
      element("pre", { class: "command", tabindex: "0" }, element("code", { text: run.command.map(quoted).join(" ") })),
      element("p", { class: "note", text: `${run.at.replace("T", " ").replace(/[+].*/, " UTC")}`
        + `${run.wall === null ? "" : `, ${round(run.wall, 1)} s`} · ${run.engine} on ${run.device} (${run.why})`
        + ` · ${run.machine} · ${versions}` }));
  }
  const lines = [`The clip: ${clip.path}`];
  const sampling = clip.sampling;
  if (sampling) {
    lines.push(`Figures (${sampling.mode}): single pictures at ${sampling.size}, ${sampling.moments} of ${sampling.of} moments; `
      + `flicker over ${sampling.pairs} pairs and ${round(sampling.gap, 3)} s apart`
      + (sampling.jod_seconds ? `; JOD on ${round(sampling.jod_seconds, 2)} s at ${sampling.jod_size}` : ""));
    lines.push(...sampling.notes);
  }
  const said = new Set();
  for (const cell of state.cells) {
    for (const words of [...cell.notes, ...cell.warnings]) said.add(words);
    for (const words of cell.figures ? cell.figures.missing : []) said.add(`${cell.id}: ${words}`);
  }
  for (const failure of data.failures) said.add(`${failure.cell ?? failure.clip} failed: ${failure.message}`);
  lines.push(...said);
  box.append(element("ul", {}, ...lines.map((text) => element("li", { text }))));
  const files = [...data.grids, ...data.sheets];
  if (files.length) box.append(element("p", {}, "Also here: ", ...files.flatMap((name, n) => [n ? ", " : "", link(name)])));
}

// As a shell takes it.
function quoted(word) {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
