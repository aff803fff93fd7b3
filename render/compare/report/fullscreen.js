// A and B over the whole screen, or over the window where a browser lends no screen; what else is on
// the page can be neither seen nor reached meanwhile, and does not play.

const IDLE = 2500; // milliseconds without a hand on anything, after which the controls fade

const fullscreen = {
  open: false,
  view: "edge", // to which it goes back
  focus: null,
  timer: 0,

  toggle() {
    if (this.open) this.leave();
    else this.enter();
  },

  enter() {
    if (this.open || !wipe.possible()) return;
    this.open = true;
    this.focus = document.activeElement;
    this.focus?.blur();
    this.view = views.view;
    if (views.view === "edge") views.set("alone");
    this.lay(true);
    cover.put($("wipe-section"));
    this.stir();
    document.documentElement.requestFullscreen?.().catch(() => {}); // then the window has to do
  },

  leave() {
    if (!this.open) return;
    this.open = false;
    this.lay(false);
    cover.take($("wipe-section"));
    clearTimeout(this.timer);
    document.documentElement.classList.remove("idle");
    if (this.view === "edge" && views.view === "alone") views.set("edge");
    if (document.fullscreenElement) document.exitFullscreen().catch(() => {});
    $("wipe-section").scrollIntoView({ block: "nearest" });
    this.focus?.focus({ preventScroll: true });
  },

  lay(covered) {
    document.documentElement.classList.toggle("covered", covered);
    $("wipe-section").classList.toggle("full", covered);
    const words = covered ? "Leave fullscreen" : "Fullscreen";
    $("wipe-full").setAttribute("aria-label", words);
    $("wipe-full").title = `${words} (f)`;
    for (const each of document.querySelectorAll("#top, #notice, main > :not(#wipe-section, #said)")) each.inert = covered;
    wipe.setScale(wipe.scale);
  },

  // Controls are there while someone moves.
  stir() {
    document.documentElement.classList.remove("idle");
    clearTimeout(this.timer);
    if (this.open) this.timer = setTimeout(() => document.documentElement.classList.add("idle"), IDLE);
  },

  listen() {
    $("wipe-full").addEventListener("click", () => this.toggle());
    // Browsers keep Escape to themselves while they lend the screen.
    document.addEventListener("fullscreenchange", () => { if (!document.fullscreenElement) this.leave(); });
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !document.querySelector("dialog[open]")) this.leave();
    });
    for (const name of ["pointermove", "pointerdown", "focusin"]) document.addEventListener(name, () => this.stir());
  },
};
