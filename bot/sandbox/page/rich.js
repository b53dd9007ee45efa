// Text of a message with its entities, as elements. Offsets are UTF-16 units, which is how JavaScript counts.

import { h, word } from "./dom.js";

const TAGS = {
  bold: "strong", italic: "em", underline: "u", strikethrough: "s", code: "code", pre: "pre",
  blockquote: "blockquote", expandable_blockquote: "blockquote",
};
const SAFE = /^(https?:|mailto:|tel:)/i;

/** Elements and text nodes for a text; nothing of it is ever read as markup. */
export function rich(text, entities = []) {
  const sorted = entities
    .filter((one) => one.length > 0 && one.offset >= 0 && one.offset < text.length)
    .toSorted((a, b) => a.offset - b.offset || b.length - a.length);
  return span(text, 0, text.length, sorted);
}

function span(text, from, to, entities) {
  const parts = [];
  let at = from;
  let index = 0;
  while (index < entities.length) {
    const entity = entities[index];
    const start = Math.max(entity.offset, at);
    const end = Math.min(entity.offset + entity.length, to);
    index += 1;
    if (start >= end) continue;
    const inside = [];
    while (index < entities.length && entities[index].offset < end) {
      inside.push(entities[index]);
      index += 1;
    }
    if (start > at) parts.push(text.slice(at, start));
    parts.push(dress(entity, text.slice(start, end), span(text, start, end, inside)));
    // An entity that sticks out of its neighbour goes on after it.
    const rest = inside.filter((one) => one.offset + one.length > end)
      .map((one) => ({ ...one, offset: end, length: one.offset + one.length - end }));
    entities = [...rest, ...entities.slice(index)];
    index = 0;
    at = end;
  }
  if (at < to) parts.push(text.slice(at, to));
  return parts;
}

function dress(entity, raw, inside) {
  if (entity.type in TAGS) return h(TAGS[entity.type], {}, inside);
  switch (entity.type) {
    case "text_link": return link(entity.url, inside);
    case "url": return link(raw.includes("://") ? raw : `https://${raw}`, inside);
    case "email": return link(`mailto:${raw}`, inside);
    case "phone_number": return link(`tel:${raw.replace(/[^+\d]/g, "")}`, inside);
    case "bot_command":
      return h("button", { type: "button", class: "command", dir: "ltr", data: { command: raw.split("@")[0] } }, inside);
    case "spoiler": {
      const veil = h("span", {
        class: "spoiler", role: "button", tabindex: "0", "aria-label": word("spoiler"),
        onclick: lift, onkeydown: (event) => { if (event.key === "Enter" || event.key === " ") lift(event); },
      }, inside);
      function lift(event) {
        event.preventDefault();
        veil.classList.add("open");
        veil.removeAttribute("role");
        veil.removeAttribute("aria-label");
      }
      return veil;
    }
    case "mention": case "hashtag": case "cashtag": return h("span", { class: "tag" }, inside);
    default: return h("span", {}, inside);
  }
}

function link(address, inside) {
  if (!SAFE.test(address)) return h("span", {}, inside);
  return h("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, inside);
}
