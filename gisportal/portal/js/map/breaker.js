// When a map host counts as unreachable. Knows no map, so that node can test it.

/** Errors in a row without one tile, and the silence in ms, after which the host counts as unreachable. */
export const LIMITS = { errors: 4, silence: 4000 };

/** Counts errors and silence; `trip` is called once. Pure but for the timer, so that it can be tested. */
export class Breaker {
  constructor(trip, limits = LIMITS) {
    this.trip = trip;
    this.limits = limits;
    this.errors = 0;
    this.isOpen = false;
    this.timer = 0;
  }

  started() {
    if (!this.timer && !this.isOpen) this.timer = setTimeout(() => this.open(), this.limits.silence);
  }

  /** One tile came; those still awaited have as long again. `calm` follows when nothing is awaited. */
  succeeded() {
    this.errors = 0;
    this.calm();
    this.started();
  }

  failed() {
    this.errors += 1;
    if (this.errors >= this.limits.errors) this.open();
  }

  /** Nothing is awaited any more. */
  calm() {
    clearTimeout(this.timer);
    this.timer = 0;
  }

  open() {
    this.calm();
    if (this.isOpen) return;
    this.isOpen = true;
    this.trip();
  }
}
