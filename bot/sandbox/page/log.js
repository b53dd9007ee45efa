// The messages of a chat as somebody scrolls through them: the newest stays in view until they scroll up.

import { h, icon } from "./dom.js";

/** This near to the end is the end: a zoomed page scrolls to fractions of a pixel. */
const AT_END = 3;
/** What is left free above a message that is shown from its top. */
const ABOVE = 8;

export class Log {
  /** `seen` is called whenever the newest message has come into view. */
  constructor(seen) {
    this.seen = seen;
    this.lines = h("ol", { class: "lines", role: "log", "aria-live": "polite", "aria-relevant": "additions" });
    this.scroller = h("div", { class: "log", tabindex: "0" }, this.lines);
    this.jump = h("button", { type: "button", class: "round jump", hidden: true, onclick: () => this.toEnd(true) },
      icon("down"), h("b", { class: "badge", hidden: true }));
    this.element = h("div", { class: "log-box" }, this.scroller, this.jump);
    /** Where the log stands says nothing while it is still on its way: this does. Only scrolling up ends it. */
    this.follows = true;
    /** Somebody has pressed a button and waits for what comes of it. */
    this.awaits = false;
    this.missed = 0;
    this.top = 0;
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
