// What made this: commands, versions, machine; what was noted on the way.

function showAbout() {
  const used = [...new Set(state.cells.map((cell) => cell.run))].sort((a, b) => a - b);
  $("about-body").replaceChildren(
    ...used.flatMap((number) => aboutRun(data.runs[number])),
    element("ul", {}, ...[...clipsOf(state.cells).map((clip) => `The clip: ${state.clip === ALL ? clipLabel(clip) : data.clips[clip].name}`), ...aboutFigures(), ...aboutCells()]
      .map((text) => element("li", { text }))),
    aboutFiles());
}

function aboutRun(run) {
  const command = run.command.map(quoted).join(" ");
  const versions = Object.entries(run.versions).map(([name, version]) => `${name} ${version}`).join(", ");
  const at = run.at.replace("T", " ").replace(/(\+00:00|Z)$/, " UTC");
  const wall = known(run.wall) ? `, ${round(run.wall, 1)} s` : "";
  const code = element("code", { text: command });
  return [
    element("div", { class: "command" },
      element("pre", { tabindex: "0", role: "group", "aria-label": "The command" }, code),
      element("button", { type: "button", text: "Copy", onclick: (event) => copy(command, code, event.target) })),
    element("p", { class: "note", text: `${at}${wall} · ${run.engine} on ${run.device} (${run.why}) · ${run.machine} · ${versions}` }),
  ];
}

function aboutFigures() {
  const clips = clipsOf(state.cells).filter((clip) => data.clips[clip].sampling);
  const sampled = [...new Set(clips.flatMap((clip) => [data.sampled[clip], ...data.clips[clip].sampling.notes]))];
  const alone = state.cells.length > 1 && groupsOf(state.cells)[0].length === 1;
  if (alone && data.orders.apart.some((axis) => state.vary.includes(axis))) {
    return [
      "No figures compare styles or strengths: each paints another picture on purpose. Render one of them at several rates, sizes or networks to compare these.",
      ...sampled,
    ];
  }
  if (!sampled.length) return ["No figures were taken; render with --metrics fast for them."];
  const lone = groupsOf(state.cells).filter((cells) => cells.length === 1).length;
  return [
    ...sampled,
    ...(lone && state.cells.length > 1 ? [`${counted(lone, "preview")} ${lone === 1 ? "is" : "are"} compared with none: no other has the same style, strength and crop.`] : []),
  ];
}

// What several cells have in common is said once, and of how many.
function aboutCells() {
  const said = new Map();
  const say = (words, cell) => said.set(words, [...(said.get(words) ?? []), labelOf(cell)]);
  for (const cell of state.cells) {
    for (const words of [...cell.notes, ...cell.warnings]) say(words, cell);
    for (const words of cell.figures ? cell.figures.missing : []) say(words, cell);
  }
  return [...said].map(([words, cells]) => {
    if (cells.length === state.cells.length) return words;
    return cells.length > 4 ? `${words} (${cells.length} previews)` : `${words} (${cells.join(", ")})`;
  });
}

function aboutFiles() {
  const files = [...data.grids, ...data.sheets];
  const results = data.files["results.json"] ? link("results.json")
    : element("a", { href: "results.json", text: "results.json" });
  return element("p", {}, "Also here: ", ...files.flatMap((name) => [link(name), ", "]), results);
}

// What could not be rendered belongs where it is seen first.
function showFailures() {
  const count = data.failures.length;
  $("notice").hidden = count === 0;
  $("notice").querySelector("summary").textContent = count === 1 ? "One could not be rendered" : `${count} could not be rendered`;
  $("failures").replaceChildren(...data.failures.map((failure) => {
    const of = failure.cell ?? failure.clip;
    const words = failure.message.startsWith(of) ? failure.message : `${of}: ${failure.message}`;
    return element("li", { text: words });
  }));
}

// As a shell takes it.
function quoted(word) {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

// Where the browser lends no clipboard to a file, the words are at least chosen.
async function copy(words, code, button) {
  try {
    await navigator.clipboard.writeText(words);
    const before = button.dataset.words ??= button.textContent;
    button.textContent = "Copied";
    setTimeout(() => { button.textContent = before; }, 1500);
  } catch {
    getSelection().selectAllChildren(code);
  }
}
