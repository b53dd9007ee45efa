// The messages of a chat as somebody scrolls through them: the newest stays in view until they scroll up.

import { h, icon } from "./dom.js";

/** This near to the end is the end: a zoomed page scrolls to fractions of a pixel. */
const AT_END = 3;
/** What is left free above a message that is shown from its top. */
const ABOVE = 8;
/** What the Tab key stops at inside a message. */
const CONTROLS = "a, button, audio, video, [role='button']";

export class Log {
  /** `seen` is called whenever the newest message has come into view. */
  constructor(seen) {
    this.seen = seen;
    // The log is around the list: as a log itself it would be no list, and its messages would have no names.
    this.lines = h("ol", { class: "lines", "aria-live": "polite", "aria-relevant": "additions" });
    this.scroller = h("div", { class: "log", role: "log" }, this.lines);
    this.jump = h("button", { type: "button", class: "round jump", hidden: true, onclick: () => this.toEnd(true) },
      icon("down"), h("b", { class: "badge", hidden: true }));
    this.element = h("div", { class: "log-box" }, this.scroller, this.jump);
    /** Where the log stands says nothing while it is still on its way: this does. Only scrolling up ends it. */
    this.follows = true;
    /** Somebody has pressed a button and waits for what comes of it. */
    this.awaits = false;
    this.missed = 0;
    this.top = 0;
    /** The message that the Tab key stops at: one of hundreds, arrow keys lead to the others. */
    this.stop = null;
    this.lines.addEventListener("focusin", (event) => this.setStop(event.target.closest(".line")));
    this.lines.addEventListener("keydown", (event) => this.onKey(event));
    this.scroller.addEventListener("scroll", () => this.scrolled(), { passive: true });
    // A picture that loads, a changed message, a smaller window: the end moves without any new message.
    const sizes = new ResizeObserver(() => { if (this.follows && !this.isAtEnd()) this.glide(Infinity); });
    sizes.observe(this.lines);
    sizes.observe(this.scroller);
  }

  isAtEnd() { return this.scroller.scrollHeight - this.scroller.scrollTop - this.scroller.clientHeight <= AT_END; }

  isTaller(line) { return line.offsetHeight > this.scroller.clientHeight; }

  /** Follow what comes from now on. */
  toEnd(isSmooth = false) {
    this.setFollows(true);
    this.glide(Infinity, isSmooth);
    this.caughtUp();
  }

  /** Show a line from its top, and stay there: its reader scrolls on. */
  toTop(line) {
    this.setFollows(false);
    const by = line.getBoundingClientRect().top - this.scroller.getBoundingClientRect().top;
    this.glide(this.scroller.scrollTop + by - ABOVE);
    this.caughtUp();
  }

  clear() {
    this.lines.replaceChildren();
    this.stop = null;
  }

  /** Put a line before another one, or at the end. */
  add(line, before) {
    this.lines.insertBefore(line, before);
    reach(line, false);
    if (line.matches(".line") && !this.lines.contains(document.activeElement)) this.setStop(line);
  }

  remove(line) {
    const hadFocus = line.contains(document.activeElement);
    const next = line === this.stop ? this.all().filter((one) => one !== line).at(-1) ?? null : this.stop;
    line.remove();
    this.setStop(next);
    if (hadFocus) next?.focus();
  }

  all() { return [...this.lines.querySelectorAll(".line:not(.typing)")]; }

  setStop(line) {
    if (line === this.stop) return;
    if (this.stop) reach(this.stop, false);
    this.stop = line;
    if (line) reach(line, true);
  }

  onKey(event) {
    const line = event.target.closest(".line");
    if (!line || event.target.matches("audio, video") || event.altKey || event.ctrlKey || event.metaKey) return;
    const lines = this.all();
    const now = lines.indexOf(line);
    const steps = { ArrowUp: now - 1, ArrowDown: now + 1, Home: 0, End: lines.length - 1 };
    if (event.key in steps) {
      event.preventDefault();
      lines[Math.max(0, Math.min(steps[event.key], lines.length - 1))].focus();
    } else if (event.key === "Enter" && event.target === line) {
      event.preventDefault();
      line.querySelector(".act").click();
    }
  }

  /** A new message: its beginning is what must be read first, then its end. */
  arrived(line, isOwn) {
    const isWanted = this.follows || this.awaits || isOwn;
    this.awaits = false;
    if (!isWanted) this.count(this.missed + 1);
    else if (!isOwn && this.isTaller(line)) this.toTop(line);
    else this.toEnd(true);
  }

  /** Put a changed line in the place of the old one. */
  swap(old, fresh) {
    const wasTaller = this.isTaller(old);
    const isLast = old === this.lines.querySelector(".line:last-of-type");
    old.replaceWith(fresh);
    reach(fresh, false);
    if (old === this.stop) this.setStop(fresh);
    if (this.follows && isLast && !wasTaller && this.isTaller(fresh)) this.toTop(fresh);
    // Where less is left, the browser itself has just moved the log: nobody scrolled up.
    this.top = this.scroller.scrollTop;
  }

  glide(top, isSmooth = true) {
    const isStill = !isSmooth || matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.scroller.scrollTo({ top: Math.min(top, this.scroller.scrollHeight), behavior: isStill ? "instant" : "smooth" });
    this.top = this.scroller.scrollTop;
  }

  scrolled() {
    const { scrollTop } = this.scroller;
    if (this.isAtEnd()) {
      if (!this.follows) {
        this.setFollows(true);
        this.caughtUp();
      }
    } else if (scrollTop < this.top - 1) {
      this.setFollows(false);
      this.awaits = false;
    }
    this.top = scrollTop;
    this.showJump();
  }

  setFollows(follows) {
    this.follows = follows;
    this.scroller.classList.toggle("follows", follows);
  }

  caughtUp() {
    this.count(0);
    if (this.scroller.offsetParent) this.seen();
  }

  count(missed) {
    this.missed = missed;
    const badge = this.jump.querySelector(".badge");
    badge.hidden = missed === 0;
    badge.textContent = missed;
    this.showJump();
  }

  showJump() { this.jump.hidden = this.missed === 0 && (this.follows || this.isAtEnd()); }
}

/** Let the Tab key stop at a line and at what can be pressed in it, or pass them by. */
function reach(line, isStop) {
  const index = isStop ? 0 : -1;
  if (line.matches(".line")) line.tabIndex = index;
  for (const one of line.querySelectorAll(CONTROLS)) one.tabIndex = index;
}
