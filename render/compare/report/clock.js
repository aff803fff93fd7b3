// One clock for all players. Time is the clip's; players follow it, none leads.

const clock = {
  time: 0,
  playing: false,
  speed: 1,
  loop: true,
  duration: 0,
  rate: 1, // the fastest shown: what a step is one tick of
  players: new Set(),
  listeners: [],

  tick() {
    return tickAt(this.time, this.rate);
  },

  play() {
    if (this.playing || this.duration === 0) return;
    if (this.time >= lastTick(this.duration, this.rate) / this.rate) this.time = 0;
    this.playing = true;
    this.last = performance.now();
    for (const player of this.players) player.follow(true);
    requestAnimationFrame((now) => this.frame(now));
    this.tell();
  },

  pause() {
    this.playing = false;
    // On the tick that is shown, so that steps and the time agree.
    this.time = this.tick() / this.rate;
    for (const player of this.players) player.follow(true);
    this.tell();
  },

  toggle() {
    if (this.playing) this.pause();
    else this.play();
  },

  seek(time) {
    this.time = Math.min(Math.max(time, 0), lastTick(this.duration, this.rate) / this.rate);
    for (const player of this.players) player.follow(true);
    this.tell();
  },

  step(ticks) {
    if (this.playing) this.pause();
    this.seek((this.tick() + ticks) / this.rate);
  },

  setSpeed(speed) {
    this.speed = speed;
    this.tell();
  },

  frame(now) {
    if (!this.playing) return;
    this.time += ((now - this.last) / 1000) * this.speed;
    this.last = now;
    if (this.time >= this.duration) {
      if (!this.loop) {
        this.time = this.duration;
        this.pause();
        return;
      }
      this.time = 0;
      for (const player of this.players) player.follow(true);
    }
    for (const player of this.players) player.follow(false);
    this.tell();
    requestAnimationFrame((next) => this.frame(next));
  },

  tell() {
    for (const listener of this.listeners) listener();
  },
};

// A hair more, since thirds and fifteenths are not exact.
function tickAt(time, rate) {
  return Math.floor(time * rate + 1e-6);
}

function lastTick(duration, rate) {
  return Math.max(0, Math.round(duration * rate) - 1);
}
