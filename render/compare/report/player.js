// A video that follows the clock: exactly while it stands, closely while it plays.

const SEEK_BEYOND = 0.15; // seconds of drift that a faster or slower pace no longer mends
const OBSERVER = new IntersectionObserver((entries) => {
  for (const entry of entries) entry.target.player.see(entry.isIntersecting);
}, { rootMargin: "200px" });

class Player {
  // name: a file of the results; rate: frames a second; frames: how many, or null.
  constructor(name, rate, frames, words) {
    this.name = name;
    this.rate = rate;
    this.frames = frames;
    this.seen = false;
    this.video = element("video", {
      muted: true, playsinline: true, preload: "auto", "aria-label": words, disablepictureinpicture: true,
    });
    this.video.muted = true;
    this.box = element("div", { class: "player" }, this.video);
    this.box.player = this;
    const file = data.files[name];
    if (!file || !file.there) {
      this.fail("its file is gone; render it again");
      return;
    }
    this.video.addEventListener("error", () => this.fail("this browser cannot play it"));
    this.video.addEventListener("loadedmetadata", () => this.follow(true));
    this.video.src = file.url;
    clock.players.add(this);
    OBSERVER.observe(this.box);
  }

  fail(reason) {
    this.failed = true;
    clock.players.delete(this);
    this.video.remove();
    this.box.classList.add("failed");
    this.box.replaceChildren(element("p", { text: reason }));
  }

  remove() {
    OBSERVER.unobserve(this.box);
    clock.players.delete(this);
    this.video.pause();
    this.video.removeAttribute("src");
    this.video.load(); // lets go of the file and its decoder
    this.box.remove();
  }

  see(seen) {
    this.seen = seen;
    this.follow(true);
  }

  // The frame that is on show at the clock's time.
  frame() {
    const last = this.frames === null ? Infinity : this.frames - 1;
    return Math.min(tickAt(clock.time, this.rate), last);
  }

  // sure: also where nothing but the time has changed.
  follow(sure) {
    const video = this.video;
    if (this.failed || video.readyState < 1) return;
    const ended = this.frames !== null && clock.time >= this.frames / this.rate;
    if (!clock.playing || !this.seen || ended) {
      if (!video.paused) video.pause();
      const middle = (this.frame() + 0.5) / this.rate;
      const wanted = Math.min(middle, Math.max(0, video.duration - 0.001));
      if (this.seen && (sure || ended) && Math.abs(video.currentTime - wanted) > 1e-4) {
        video.currentTime = wanted;
      }
      return;
    }
    const drift = video.currentTime - clock.time;
    if (Math.abs(drift) > SEEK_BEYOND || (sure && video.paused)) {
      if (!video.seeking) video.currentTime = Math.min(clock.time, video.duration);
    }
    const pace = clock.speed * (1 - Math.max(-0.2, Math.min(0.2, drift * 2)));
    if (Math.abs(video.playbackRate - pace) > 0.01) video.playbackRate = pace;
    if (video.paused) video.play().catch(() => {}); // interrupted by the next pause
  }
}

function playerOf(cell, words) {
  return new Player(cell.id, cell.target.fps_float, cell.video.frames, words);
}
