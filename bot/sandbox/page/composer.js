// The place to write in a chat: drafts, answering, editing, and one message sent after the other.

import { h, icon, iconButton, word } from "./dom.js";
import { attempt } from "./overlay.js";
import { gist } from "./store.js";

/** So long nobody needs to be told that a message is on its way. */
const SOON_MS = 600;
const NOTHING = { text: "", answering: null, editing: null, aside: "" };

export class Composer {
  /** `pane` says who writes where, and what stands beside the box. */
  constructor(pane) {
    this.pane = pane;
    this.place = "";
    this.answering = null;
    this.editing = null;
    /** What was being written when an edit was begun. */
    this.aside = "";
    /** Unsent words by the place where they were begun. */
    this.drafts = new Map();
    this.outgoing = [];
    this.bar = h("div", { class: "bar", hidden: true });
    this.sending = h("p", { class: "sending", role: "status", hidden: true });
    this.input = h("textarea", {
      rows: 1, dir: "auto", enterkeyhint: "send", oninput: () => this.grow(), onkeydown: (event) => this.onKey(event),
    });
    this.tools = h("div", { class: "tools" });
    this.attach = iconButton("clip", "", (event) => pane.openAttach(event.currentTarget),
      { "aria-haspopup": "menu", class: "round attach" });
    this.go = iconButton("send", "", () => { this.submit(); this.input.focus(); }, { class: "round send" });
    addEventListener("resize", () => this.grow());
    this.element = h("div", { class: "writing" }, this.sending, this.bar, h("div", { class: "composer" }, this.tools,
      h("div", { class: "field" }, this.input, this.attach), this.go));
  }

  /** Name everything anew, and show the draft of the place where one is now. */
  draw() {
    const { side } = this.pane;
    this.input.placeholder = side.placeholder();
    this.input.lang = side.lang() ?? "";
    this.input.setAttribute("aria-label", side.placeholder());
    for (const [button, label] of [[this.attach, word("attach")], [this.go, word("send")]]) {
      button.title = label;
      button.setAttribute("aria-label", label);
    }
    this.tools.replaceChildren(...side.tools(this.pane));
    const { chat, thread } = side.place();
    const place = `${chat}:${thread ?? 0}`;
    if (place !== this.place) {
      this.keep();
      this.place = place;
      this.take(this.drafts.get(place) ?? NOTHING);
    } else if (this.editing && this.editing.from.id !== this.pane.person().id) {
      this.take({ ...NOTHING, text: this.aside });
    }
    this.drawBar();
    this.grow();
  }

  keep() {
    const { answering, editing, aside } = this;
    this.drafts.set(this.place, { text: this.input.value, answering, editing, aside });
  }

  take({ text, answering, editing, aside }) {
    Object.assign(this, { answering, editing, aside });
    this.input.value = text;
    this.drawBar();
    this.grow();
  }

  /** As tall as what is written. Out of sight nothing has a height. */
  grow() {
    this.input.style.height = "";
    if (this.input.offsetParent) this.input.style.height = `${Math.min(this.input.scrollHeight, 140)}px`;
  }

  onKey(event) {
    if (event.isComposing) return;
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      this.submit();
    } else if (event.key === "Escape" && (this.editing || this.answering)) {
      this.stop();
    } else if (event.key === "ArrowUp" && !this.input.value) {
      const mine = this.pane.lastOwnText();
      if (mine) { event.preventDefault(); this.startEdit(mine); }
    }
  }

  // Sending

  /** The words leave the box at once: a second Enter cannot send them again, and what is typed now is the next message. */
  submit() {
    const text = this.input.value.trim();
    if (!text) return;
    const { place, answering, editing, aside } = this;
    const fields = { ...this.pane.here(), text };
    this.outgoing.push(editing
      ? { place, answering, editing, aside, text, name: "edit", fields: { ...fields, message_id: editing.message_id } }
      : { place, answering, editing, aside, text, name: "say", fields: { ...fields, reply_to: answering?.message_id } });
    this.take({ ...NOTHING, text: aside });
    if (this.outgoing.length === 1) this.deliver();
  }

  async deliver() {
    const soon = setTimeout(() => this.drawSending(), SOON_MS);
    while (this.outgoing.length) {
      const [{ name, fields }] = this.outgoing;
      if (await attempt(name, fields) === undefined) this.giveBack();
      else this.outgoing.shift();
      if (!this.sending.hidden) this.drawSending();
    }
    clearTimeout(soon);
  }

  drawSending() {
    const [first] = this.outgoing;
    this.sending.hidden = !first;
    this.sending.replaceChildren(...(first ? [word("sending"), " ", h("bdi", {}, first.text)] : []));
  }

  /** Nothing that could not be sent is lost: it stands before what was begun since, where it was written. */
  giveBack() {
    this.keep();
    for (const one of this.outgoing.splice(0).toReversed()) {
      this.drafts.set(one.place, together(one, this.drafts.get(one.place) ?? NOTHING));
    }
    this.take(this.drafts.get(this.place));
  }

  // Answering and editing

  startReply(message) {
    if (this.editing) this.stop();
    this.answering = message;
    this.drawBar();
    this.input.focus();
  }

  startEdit(message) {
    const aside = this.editing ? this.aside : this.input.value;
    this.take({ text: message.text ?? message.caption ?? "", answering: null, editing: message, aside });
    this.input.focus();
  }

  stop() {
    this.take({ ...NOTHING, text: this.editing ? this.aside : this.input.value });
    this.input.focus();
  }

  drawBar() {
    const about = this.editing ?? this.answering;
    this.bar.hidden = !about;
    if (!about) return;
    const title = this.editing ? word("editing") : word("replying", { name: about.from.first_name });
    this.bar.replaceChildren(icon(this.editing ? "pen" : "reply"),
      h("p", {}, h("b", { dir: "auto" }, title), h("span", { dir: "auto" }, gist(about))),
      iconButton("close", word("stop"), () => this.stop()));
  }
}

/** Two drafts as one: an answer or an edit stays what it was when nothing else was begun since. */
function together(first, since) {
  const isAlone = !since.answering && !since.editing && since.text === first.aside;
  if (isAlone) return first;
  const join = (text) => [first.text, text].filter(Boolean).join("\n");
  return since.editing ? { ...since, aside: join(since.aside) } : { ...since, text: join(since.text) };
}
