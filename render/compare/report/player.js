// What follows the clock: exactly while it stands, closely while it plays.

const SEEK_BEYOND = 0.5; // seconds of drift that a faster or slower pace no longer mends
const SEEK_AGAIN = 1000; // milliseconds before it may be mended so again
const NEAR = 0.02; // seconds of drift that nobody sees, and that sound is not bent for
const STUCK = 1500; // milliseconds without progress after which nobody waits for it

class Follower {
  // media: a video or audio element; rate: frames a second; frames: how many, or null if unknown.
  constructor(media, rate, frames) {
    this.media = media;
    this.rate = rate;
    this.frames = frames;
    this.seen = true;
    this.joined = false; // in step with the others: they wait for it
    this.sought = -Infinity;
    this.moved = { at: 0, time: -1 };
  }

  // The frame that is on show at the clock's time.
  frame() {
    const last = this.frames === null ? Infinity : this.frames - 1;
    return Math.min(tickAt(clock.time, this.rate), last);
  }

  // Whether it is in sight, where that can change.
  look() {}

  over() {
    return this.frames !== null && clock.time >= this.frames / this.rate;
  }

  gather() {
    this.joined = this.seen;
    this.moved.at = performance.now();
    this.sought = -Infinity;
    this.follow();
  }

  // The time that it shows, for those who wait for it; null where nobody should.
  reached() {
    if (!this.joined || !this.seen || this.over() || this.media.readyState < 1) return null;
    const now = performance.now();
    if (this.media.currentTime !== this.moved.time) this.moved = { at: now, time: this.media.currentTime };
    return now - this.moved.at > STUCK || this.media.ended ? null : this.media.currentTime;
  }

  follow() {
    if (this.media.readyState < 1) return;
    if (clock.playing && this.seen && !this.over()) this.keepUp();
    else this.standStill();
  }

  // In the middle of the frame's time: at its edge, rounding would show the one before.
  standStill() {
    const media = this.media;
    if (!media.paused) media.pause();
    const wanted = Math.min((this.frame() + 0.5) / this.rate, Math.max(0, media.duration - 0.001));
    if (this.seen && Math.abs(media.currentTime - wanted) > 1e-4) media.currentTime = wanted;
  }

  keepUp() {
    const media = this.media;
    const drift = media.currentTime - clock.time;
    const now = performance.now();
    // Not again and again, which would only make it later.
    if (Math.abs(drift) > SEEK_BEYOND && now - this.sought > SEEK_AGAIN) {
      media.currentTime = Math.min(clock.time, media.duration);
      this.sought = now;
    }
    if (media.ended) return; // a little early; to play it now would be from its start
    if (Math.abs(drift) < HOLD) this.joined = true;
    const bent = Math.abs(drift) < NEAR ? 0 : drift * 3;
    const pace = Math.max(0.0625, clock.speed * (1 - Math.max(-0.3, Math.min(0.95, bent))));
    if (Math.abs(media.playbackRate - pace) > 0.01) media.playbackRate = pace;
    if (media.paused) media.play().catch(() => {}); // interrupted by the next pause
  }
}

// A browser holds some 75 videos at most, and each takes memory: those out of sight give way.
const MOST_LOADED = 40;
const loaded = new Set();

// Margins: loaded before they come into sight, played when they are in it.
const LOADER = new IntersectionObserver((entries) => {
  for (const entry of entries) if (entry.isIntersecting) entry.target.player.load();
}, { rootMargin: "400px" });
const OBSERVER = new IntersectionObserver((entries) => {
  for (const entry of entries) entry.target.player.see(entry.isIntersecting);
}, { rootMargin: "40px" });

// What covers the page, if something does, the last one in front: what lies behind it is not in sight.
const cover = {
  boxes: [],

  put(box) {
    this.boxes.push(box);
    this.look();
  },

  take(box) {
    this.boxes = this.boxes.filter((each) => each !== box);
    this.look();
  },

  look() {
    for (const player of clock.players) player.look();
  },

  hides(box) {
    return this.boxes.length > 0 && !this.boxes.at(-1).contains(box);
  },
};

class Player extends Follower {
  // name: a file of the results; size: its WxH; words: what it is, for those who cannot see it.
  constructor(name, { rate, frames, size, words }) {
    const video = element("video", {
      muted: true, playsinline: true, preload: "auto", "aria-label": words, disablepictureinpicture: true,
    });
    super(video, rate, frames);
    this.name = name;
    this.video = video;
    video.muted = true;
    this.seen = false;
    this.inView = false;
    this.box = element("div", { class: "player" }, video);
    this.box.style.setProperty("--shape", shapeOf(size));
    this.box.player = this;
    const file = data.files[name];
    this.url = file && file.there ? file.url : null;
    if (this.url === null) {
      this.fail(file?.why ? `${capital(file.why)}.` : "Its file is gone. Render it again.");
      return;
    }
    video.addEventListener("error", () => {
      if (loaded.has(this)) this.fail("This browser cannot play it, or its file is gone.");
    });
    video.addEventListener("loadedmetadata", () => this.follow());
    clock.players.add(this);
    LOADER.observe(this.box);
    OBSERVER.observe(this.box);
  }

  load() {
    if (this.failed || loaded.has(this)) return;
    loaded.add(this);
    this.video.src = this.url;
    if (loaded.size <= MOST_LOADED) return;
    for (const other of loaded) if (other !== this && !other.seen) { other.unload(); break; }
  }

  // Lets go of the file and its decoder.
  unload() {
    if (!loaded.delete(this)) return;
    this.video.pause();
    this.video.removeAttribute("src");
    this.video.load();
  }

  fail(reason) {
    this.failed = true;
    this.forget();
    this.video.remove();
    this.box.classList.add("failed");
    this.box.replaceChildren(element("p", { text: reason }));
  }

  forget() {
    LOADER.unobserve(this.box);
    OBSERVER.unobserve(this.box);
    clock.players.delete(this);
    this.unload();
  }

  remove() {
    this.forget();
    this.box.remove();
  }

  see(inView) {
    this.inView = inView;
    this.look();
  }

  look() {
    const seen = this.inView && !cover.hides(this.box);
    if (seen === this.seen) return;
    this.seen = seen;
    this.joined = false;
    if (seen) this.load();
    this.follow();
  }
}

function playerOf(cell, words) {
  return new Player(cell.id, {
    rate: videoRate(cell), frames: cell.video.frames, size: cell.video.size, words,
  });
}

// The clip itself; it is written at the rate of the fastest preview and at their size.
function playerOfClip(number) {
  const cells = cellsOf(number);
  return new Player(data.clips[number].preview, {
    rate: fastest(cells), frames: null, size: cells[0].video.size, words: "The clip itself",
  });
}

function shapeOf(size) {
  const [width, height] = size.split("x").map(Number);
  return width / height;
}

// Sound of one preview, whether it is in sight or not.
const sound = {
  follower: null,

  hear(id) {
    if (this.follower) {
      clock.players.delete(this.follower);
      this.follower.media.pause();
      this.follower.media.removeAttribute("src");
      this.follower = null;
    }
    const cell = state.cells.find((each) => each.id === id);
    const file = cell && data.files[id];
    if (!file || !file.there) return;
    const media = element("audio", { preload: "auto" });
    this.follower = new Follower(media, videoRate(cell), cell.video.frames);
    media.addEventListener("loadedmetadata", () => this.follower && this.follower.follow());
    media.src = file.url;
    clock.players.add(this.follower);
  },
};
