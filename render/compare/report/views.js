// How A and B are shown: with an edge between them, one at a time, or only where they differ.

const TAP = 300; // milliseconds: who lets go of a key sooner has tapped it, and did not hold it

const views = {
  view: "edge", // or "alone", or how many times the difference is as bright: "1", "4", "16"
  before: "edge", // where the difference leads back to
  gain: "4", // the one of the difference that was seen last
  flipped: false, // B alone
  pressed: null, // when the key or button that flips went down

  set(view) {
    if (!wipe.possible()) return;
    if (this.isDifference(view)) this.gain = view;
    else this.before = view;
    this.view = view;
    this.flipped = false;
    this.show();
    $("said").textContent = this.words();
  },

  isDifference(view = this.view) {
    return view !== "edge" && view !== "alone";
  },

  toggleDifference() {
    this.set(this.isDifference() ? this.before : this.gain);
  },

  show() {
    const box = $("wipe");
    box.classList.toggle("alone", this.view === "alone");
    box.classList.toggle("difference", this.isDifference());
    box.classList.toggle("flipped", this.flipped);
    box.style.setProperty("--gain", this.isDifference() ? this.view : 1);
    $("wipe-view").value = this.view;
    $("wipe-flip").textContent = this.view === "alone" ? "Flip" : "Hold for B";
    $("wipe-flip").setAttribute("aria-pressed", String(this.flipped));
    $("wipe-frame").setAttribute("aria-label", this.words());
    $("wipe-words").textContent = this.isDifference() ? this.words() : "";
  },

  words() {
    if (this.view === "edge") return "A on the left, B on the right of the edge";
    if (this.view === "alone") return this.flipped ? `B alone: ${wipe.words(wipe.b)}` : `A alone: ${wipe.words(wipe.a)}`;
    const [a, b] = ["a", "b"].map((letter) => cellOf(wipe[letter])?.video.size);
    return "The difference between A and B, colour by colour"
      + (this.view === "1" ? "" : `, ${this.view} times as bright`)
      + ": black is where both are the same."
      + (a && b && a !== b ? ` A has ${a} pixels and B ${b}; both are scaled to one frame.` : "")
      + " While they play, one may be a frame ahead: pause to be exact.";
  },

  // B, for as long as it is held; where one is shown at a time, a tap stays.
  press() {
    if (this.pressed !== null || !wipe.possible()) return;
    this.pressed = performance.now();
    this.turn(!this.flipped);
  },

  release() {
    if (this.pressed === null) return;
    const tapped = performance.now() - this.pressed < TAP;
    this.pressed = null;
    if (this.view === "alone" && tapped) $("said").textContent = this.words();
    else this.turn(this.view === "alone" ? !this.flipped : false);
  },

  turn(flipped) {
    this.flipped = flipped;
    this.show();
  },

  listen() {
    $("wipe-view").addEventListener("change", (event) => this.set(event.target.value));
    const button = $("wipe-flip");
    button.addEventListener("pointerdown", () => this.press());
    button.addEventListener("contextmenu", (event) => event.preventDefault()); // of a long touch
    button.addEventListener("keydown", (event) => { if (event.key === " " || event.key === "Enter") this.press(); });
    for (const name of ["pointerup", "pointerleave", "pointercancel", "blur", "keyup"]) {
      button.addEventListener(name, () => this.release());
    }
    window.addEventListener("blur", () => this.release());
  },
};
