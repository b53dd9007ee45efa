// A chat that somebody looks at and writes in: the phone of a newcomer, or a topic on an adviser's desk.

import { h, word } from "./dom.js";
import { day, line } from "./bubble.js";
import { Composer } from "./composer.js";
import { ask, attempt, menu, notice } from "./overlay.js";
import { Log } from "./log.js";
import { PLACES, samplePhoto, sampleVoice } from "./samples.js";
import { isTyping, markSeen, messagesOf, store } from "./store.js";

export class Pane {
  /** `side` gives person(), place() → {chat, thread}, foot() → element or null, placeholder(), tools() → elements. */
  constructor(host, side) {
    this.side = side;
    this.waiting = new Map();
    this.head = h("header", { class: "chat-head" });
    this.log = new Log(() => {
      const { chat, thread } = this.side.place();
      markSeen(chat, thread);
      this.side.seen();
    });
    this.lines = this.log.lines;
    this.foot = h("footer", { class: "foot" });
    this.composer = new Composer(this);
    host.replaceChildren(this.head, this.log.element, this.foot);
    this.lines.addEventListener("click", (event) => {
      const command = event.target.closest?.("[data-command]");
      if (command) this.send(command.dataset.command);
    });
  }

  person() { return this.side.person(); }

  /** The language that is read here, when it is not the page's own. */
  lang() { return this.side.lang(); }

  /** Draw everything anew: another person, another topic, another language. */
  draw() {
    const { chat, thread } = this.side.place();
    this.log.jump.setAttribute("aria-label", word("to_end"));
    this.log.clear();
    this.last = null;
    const messages = messagesOf(chat, thread);
    for (const message of messages) this.append(message);
    if (!messages.length) this.lines.append(h("li", { class: "empty" }, this.side.welcome()));
    this.showTyping();
    this.drawFoot();
    this.drawName();
    this.log.toEnd();
  }

  drawName() { this.log.scroller.setAttribute("aria-label", this.side.title()); }

  /** It was out of sight, where nothing has a height. */
  shown() {
    this.composer.grow();
    this.log.toEnd();
  }

  /** Take in one event of the store. */
  take(entry) {
    const { chat, thread } = this.side.place();
    if (entry.kind === "answered") { this.answered(entry); return; }
    if (entry.chat !== chat) return;
    const isHere = !store.chats.get(chat).is_forum || (entry.thread ?? null) === thread;
    switch (entry.kind) {
      case "message":
        if (isHere) this.arrive(entry.message);
        break;
      case "edited": this.redraw(entry.message.message_id); break;
      case "reaction": this.redraw(entry.message_id); break;
      case "deleted": this.remove(entry.message_id); break;
      case "typing": this.showTyping(); break;
      case "chat": this.drawFoot(); break;
      case "topic":
        this.composer.draw();
        this.drawName();
        break;
      case "cleared": this.draw(); break;
    }
  }

  arrive(message) {
    this.lines.querySelector(".empty")?.remove();
    const line = this.append(message);
    this.showTyping();
    this.log.arrived(line, message.from.id === this.person().id);
  }

  append(message) {
    const typing = this.lines.querySelector(".typing");
    if (!this.last || day(this.last.date) !== day(message.date)) {
      this.lines.insertBefore(h("li", { class: "day" }, h("span", {}, day(message.date))), typing);
    }
    const added = line(message, this.last, this);
    this.log.add(added, typing);
    this.last = message;
    return added;
  }

  redraw(id) {
    const old = this.element(id);
    const { chat } = this.side.place();
    const message = store.chats.get(chat)?.messages.get(id);
    if (!old || !message) return;
    const held = old.contains(document.activeElement) ? document.activeElement : null;
    const follows = old.classList.contains("follows");
    const fresh = line(message, null, this);
    fresh.classList.toggle("follows", follows);
    if (follows) fresh.querySelector(".sender")?.remove();
    this.log.swap(old, fresh);
    if (held) (alike(fresh, held) ?? fresh).focus();
    if (this.last?.message_id === id) this.last = message;
  }

  remove(id) {
    const gone = this.element(id);
    if (gone) this.log.remove(gone);
  }

  element(id) { return this.lines.querySelector(`[data-id="${id}"]`); }

  show(id) {
    const found = this.element(id);
    if (!found) return;
    found.scrollIntoView({ block: "center", behavior: "smooth" });
    found.classList.add("shown");
    setTimeout(() => found.classList.remove("shown"), 1600);
  }

  showTyping() {
    const { chat, thread } = this.side.place();
    const old = this.lines.querySelector(".typing");
    if (isTyping(chat, thread)) {
      if (!old) {
        this.lines.append(h("li", { class: "line theirs typing", "aria-hidden": "true" },
          h("div", { class: "bubble" }, h("i"), h("i"), h("i"))));
      }
    } else old?.remove();
    this.side.headChanged();
  }

  // Writing

  /** What stands instead of the place to write, or that place. */
  drawFoot() {
    const instead = this.side.foot();
    if (instead) this.foot.replaceChildren(instead);
    else if (!this.composer.element.isConnected) this.foot.replaceChildren(this.composer.element);
    this.composer.draw();
  }

  /** Who does something here, for the sandbox. */
  here() {
    const { chat, thread } = this.side.place();
    return { person: this.person().id, chat, thread: thread ?? undefined };
  }

  /** Do something in this person's name here; a refusal becomes a notice. */
  try(name, fields, file) { return attempt(name, { ...this.here(), ...fields }, file); }

  send(text) { return this.try("say", { text }); }

  lastOwnText() {
    const { chat, thread } = this.side.place();
    return messagesOf(chat, thread).findLast((one) => one.from.id === this.person().id && one.text);
  }

  openAttach(anchor) {
    const pick = (kind, accept) => {
      const input = h("input", { type: "file", accept });
      input.onchange = () => { if (input.files[0]) this.try("send", { kind }, input.files[0]); };
      input.click();
    };
    menu(anchor, [
      { mark: "🖼️", label: word("photo"), act: () => pick("photo", "image/*") },
      { mark: "📄", label: word("document"), act: () => pick("document", "") },
      { mark: "🎙️", label: word("voice_file"), act: () => pick("voice", "audio/*") },
      null,
      { mark: "✉️", label: word("sample_photo"), act: async () => this.try("send", { kind: "photo" }, await samplePhoto()) },
      { mark: "🔊", label: word("sample_voice"), act: () => this.try("send", { kind: "voice", duration: 2 }, sampleVoice()) },
      ...PLACES.map((place) => ({
        mark: "📍", label: word("location", { place: place.name }), act: () => this.try("send", { kind: "location", ...place }),
      })),
      { mark: "👤", label: word("contact"), act: () => this.try("send", { kind: "contact" }) },
      { mark: "🙂", label: word("sticker"), act: () => this.try("send", { kind: "sticker", emoji: "👍" }) },
    ]);
  }

  openActions(message, anchor) {
    const isMine = message.from.id === this.person().id;
    const body = message.text ?? message.caption;
    menu(anchor, [
      { mark: "↩️", label: word("reply"), act: () => this.composer.startReply(message) },
      ...["👍", "❤"].map((emoji) => ({
        mark: emoji, label: word("react", { emoji }),
        act: () => this.try("react", { message_id: message.message_id, emoji: this.hasReacted(message, emoji) ? "" : emoji }),
      })),
      body ? { mark: "📋", label: word("copy"), act: () => navigator.clipboard?.writeText(body) } : undefined,
      isMine && body ? { mark: "✏️", label: word("edit"), act: () => this.composer.startEdit(message) } : undefined,
      isMine || message.chat.type === "private"
        ? { mark: "🗑️", label: word("delete"), is_danger: true, act: () => this.try("withdraw", { message_id: message.message_id }) }
        : undefined,
    ].filter((item) => item !== undefined));
  }

  hasReacted(message, emoji) {
    const mine = store.chats.get(message.chat.id)?.reactions.get(message.message_id)?.get(String(this.person().id));
    return mine?.includes(emoji) ?? false;
  }

  // Buttons under messages

  async press(message, button, element) {
    element.setAttribute("aria-busy", "true");
    this.log.awaits = true;
    const done = await this.try("press", { message_id: message.message_id, data: button.callback_data });
    if (!done) { element.removeAttribute("aria-busy"); return; }
    const stop = () => { element.removeAttribute("aria-busy"); this.waiting.delete(done.query); };
    if (this.early === done.query) { stop(); return; }
    this.waiting.set(done.query, stop);
    setTimeout(stop, 15000);
  }

  async answered(entry) {
    if (entry.person !== this.person().id) return;
    this.early = entry.query;
    this.waiting.get(entry.query)?.();
    if (!entry.text) return;
    if (entry.is_alert) await ask({ title: entry.text, yes: word("ok"), no: null });
    else notice(entry.text);
  }
}

/** What does the same in a line that was drawn anew. What only stands in the same place may do the contrary. */
function alike(line, held) {
  const name = (one) => one.getAttribute("aria-label") ?? one.textContent;
  return [...line.querySelectorAll("button, a")].find((one) => name(one) === name(held));
}
