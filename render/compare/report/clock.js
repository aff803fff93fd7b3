// One clock for all that plays. Time is the clip's; players follow it. It waits for those that this
// computer cannot decode fast enough, so that slow playback is still playback in step.

const HOLD = 0.1; // seconds that the clock may be ahead of the slowest player
const LONGEST = 0.1; // seconds that one turn may last: a page that was hidden does not jump

const clock = {
  time: 0,
  playing: false,
  speed: 1,
  loop: true,
  duration: 0,
  rate: 1, // the fastest shown: what a step is one tick of
  kept: 1, // the share of its speed that it has kept lately
  players: new Set(),
  listeners: [],

  tick() {
    return tickAt(this.time, this.rate);
  },

  end() {
    return lastTick(this.duration, this.rate) / this.rate;
  },

  play() {
    if (this.playing || this.duration === 0) return;
    if (this.time >= this.end()) this.time = 0;
    this.playing = true;
    this.kept = 1;
    this.last = performance.now();
    this.gather();
    requestAnimationFrame((now) => this.turn(now));
  },

  pause() {
    this.playing = false;
    this.kept = 1;
    // On the tick that is shown, so that steps and the time agree.
    this.time = Math.min(this.tick() / this.rate, this.end());
    this.gather();
  },

  toggle() {
    if (this.playing) this.pause();
    else this.play();
  },

  seek(time) {
    this.time = Math.min(Math.max(time, 0), this.end());
    this.gather();
  },

  step(ticks) {
    if (this.playing) this.pause();
    this.seek((this.tick() + ticks) / this.rate);
  },

  setSpeed(speed) {
    this.speed = speed;
    this.kept = 1;
    this.tell();
  },

  // All to where the clock now is.
  gather() {
    for (const player of this.players) player.gather();
    this.tell();
  },

  turn(now) {
    if (!this.playing) return;
    const forth = Math.min(Math.max(0, (now - this.last) / 1000), LONGEST) * this.speed;
    this.last = now;
    const time = this.waiting(this.time + forth);
    if (forth > 0) this.kept += ((time - this.time) / forth - this.kept) * Math.min(1, forth / this.speed);
    this.time = time;
    if (time >= this.duration) {
      if (!this.loop) {
        this.time = this.end();
        this.pause();
        return;
      }
      this.time = 0;
      this.gather();
    }
    for (const player of this.players) player.follow();
    this.tell();
    requestAnimationFrame((next) => this.turn(next));
  },

  // As far towards the wanted time as the slowest player lets it.
  waiting(wanted) {
    let time = wanted;
    for (const player of this.players) {
      const reached = player.reached();
      if (reached !== null) time = Math.min(time, reached + HOLD * Math.max(1, this.speed));
    }
    return Math.max(time, this.time);
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
