// One message as it looks in a chat: bubble, attachment, buttons.

import { avatar, h, hue, icon, iconButton, language, word } from "./dom.js";
import { rich } from "./rich.js";
import { gist, isService, store } from "./store.js";

const ONLY_EMOJI = /^(?:\p{Extended_Pictographic}(?:\p{Emoji_Modifier}|\uFE0F|\u200D\p{Extended_Pictographic})*){1,3}$/u;

/** The line of a message. `pane` says who looks (person) and takes what they do (press, open, command). */
export function line(message, previous, pane) {
  if (isService(message)) return serviceLine(message);
  const isMine = message.from.id === pane.person().id;
  const follows = previous && !isService(previous) && previous.from.id === message.from.id
    && message.date - previous.date < 300;
  const isGroup = message.chat.type !== "private";
  const content = [quote(message, pane), ...attachment(message), text(message)].filter(Boolean);
  const bare = isBare(message);
  const bubble = h("div", { class: bare ? "bubble bare" : "bubble" },
    isGroup && !isMine && !follows ? sender(message.from) : null,
    message.forward_origin ? h("p", { class: "origin", dir: "auto", lang: language },
      word("forwarded", { name: message.forward_origin.sender_user?.first_name ?? "?" })) : null,
    content, meta(message));
  return h("li", {
    class: ["line", isMine ? "mine" : "theirs", follows ? "follows" : "", isGroup ? "in-group" : ""].join(" "),
    data: { id: message.message_id }, lang: pane.lang(),
  },
  h("div", { class: "stack" },
    h("div", { class: "row" },
      isGroup && !isMine ? avatar(message.from.first_name, message.from.id, message.from.is_bot) : null, bubble,
      iconButton("down", word("message_actions"), (event) => pane.openActions(message, event.currentTarget),
        { class: "round act", "aria-haspopup": "menu", lang: language })),
    reactions(message), keyboard(message, pane)));
}

export function day(seconds) {
  const date = new Date(seconds * 1000);
  const days = Math.round((new Date().setHours(0, 0, 0, 0) - new Date(date).setHours(0, 0, 0, 0)) / 86400000);
  if (days === 0) return word("today");
  if (days === 1) return word("yesterday");
  return date.toLocaleDateString(locale(), { weekday: "long", day: "numeric", month: "long" });
}

function locale() {
  return language === "fr" ? "fr-BE" : "en-GB";
}

export function time(seconds) {
  return new Date(seconds * 1000).toLocaleTimeString(locale(), { hour: "2-digit", minute: "2-digit" });
}

function isBare(message) {
  return "sticker" in message || (message.text && !message.reply_to_message && ONLY_EMOJI.test(message.text));
}

function sender(from) {
  const name = h("p", { class: "sender", dir: "auto" }, [from.first_name, from.last_name].filter(Boolean).join(" "));
  name.style.setProperty("--hue", hue(from.id));
  return name;
}

function text(message) {
  const body = message.text ?? message.caption;
  if (!body) return null;
  const entities = message.text ? message.entities : message.caption_entities;
  return h("div", { class: "text", dir: "auto" }, rich(body, entities));
}

function meta(message) {
  return h("p", { class: "meta", lang: language },
    message.has_protected_content
      ? h("span", { title: word("protected"), role: "img", "aria-label": word("protected") }, icon("lock")) : null,
    message.edit_date ? h("span", {}, word("edited")) : null,
    h("time", { datetime: new Date(message.date * 1000).toISOString() }, time(message.date)));
}

function quote(message, pane) {
  const answered = message.reply_to_message;
  if (!answered || isService(answered)) return null;
  const box = h("button", { type: "button", class: "quote", onclick: () => pane.show(answered.message_id) },
    h("b", { dir: "auto" }, answered.from.first_name), h("span", { dir: "auto" }, gist(answered)));
  box.style.setProperty("--hue", hue(answered.from.id));
  return box;
}

function reactions(message) {
  const all = store.chats.get(message.chat.id)?.reactions.get(message.message_id);
  const shown = [...(all?.values() ?? [])].flat();
  if (!shown.length) return null;
  return h("p", { class: "reactions" }, shown.map((emoji) => h("span", {}, emoji)));
}

function fileUrl(file) {
  return `/sandbox/file/${encodeURIComponent(file.file_id)}`;
}

function size(bytes) {
  if (bytes < 1000) return `${bytes} o`;
  const unit = language === "fr" ? ["ko", "Mo"] : ["kB", "MB"];
  return bytes < 1e6 ? `${Math.round(bytes / 1000)} ${unit[0]}` : `${(bytes / 1e6).toFixed(1)} ${unit[1]}`;
}

function attachment(message) {
  if (message.photo) {
    const photo = message.photo.at(-1);
    const image = h("img", { src: fileUrl(photo), alt: word("a_photo"), lang: language, loading: "lazy" });
    image.width = photo.width;
    image.height = photo.height;
    return [h("a", { class: "photo", href: fileUrl(photo), target: "_blank", rel: "noopener" }, image)];
  }
  const sound = message.voice ?? message.audio;
  if (sound) {
    const player = h("audio", { controls: true, preload: "metadata", src: fileUrl(sound) });
    player.lang = language;
    player.setAttribute("aria-label", word(message.voice ? "a_voice" : "a_audio"));
    return [h("div", { class: "sound" }, player)];
  }
  if (message.document) {
    const file = message.document;
    return [h("a", { class: "file", href: fileUrl(file), download: file.file_name },
      h("span", { class: "file-icon" }, icon("file")),
      h("span", {}, h("b", { dir: "auto" }, file.file_name), h("small", {}, size(file.file_size))))];
  }
  if (message.location) {
    const { latitude, longitude } = message.location;
    const map = `https://www.openstreetmap.org/?mlat=${latitude}&mlon=${longitude}#map=17/${latitude}/${longitude}`;
    return [h("a", { class: "place", lang: message.venue ? null : language, href: map, target: "_blank", rel: "noopener noreferrer" },
      h("span", { class: "map", "aria-hidden": "true" }, icon("pin")),
      h("b", { dir: "auto" }, message.venue?.title ?? word("a_location")),
      h("small", { dir: "auto" }, message.venue?.address ?? `${word("open_map")} · ${latitude.toFixed(4)}, ${longitude.toFixed(4)}`))];
  }
  if (message.contact) {
    const { first_name: name, phone_number: phone } = message.contact;
    return [h("div", { class: "file" }, avatar(name, 3), h("span", {}, h("b", { dir: "auto" }, name),
      h("small", { dir: "ltr" }, phone)))];
  }
  if (message.sticker) return [h("p", { class: "big" }, message.sticker.emoji)];
  for (const kind of ["video", "video_note", "animation"]) {
    if (message[kind]) return [h("video", { controls: true, preload: "metadata", src: fileUrl(message[kind]) })];
  }
  if (isBare(message)) return [];
  return message.text ? [] : [h("p", { class: "unknown", lang: language }, word("a_unknown"))];
}

function keyboard(message, pane) {
  const rows = message.reply_markup?.inline_keyboard;
  if (!rows) return null;
  return h("div", { class: "keyboard" }, rows.map((row) => h("div", { class: "keys" }, row.map((button) => {
    if (button.url) {
      return h("a", { class: "key", href: button.url, target: "_blank", rel: "noopener noreferrer", title: button.text },
        h("span", { dir: "auto" }, button.text), icon("out"));
    }
    return h("button", {
      type: "button", class: `key ${button.style ?? ""}`, title: button.text, data: { press: button.callback_data ?? "" },
      onclick: (event) => pane.press(message, button, event.currentTarget),
    }, h("span", { dir: "auto" }, button.text));
  }))));
}

function serviceLine(message) {
  const name = message.from.first_name;
  let said = "";
  if (message.forum_topic_created) said = word("topic_created", { name: message.forum_topic_created.name });
  else if (message.forum_topic_edited) said = word("topic_renamed", { name: message.forum_topic_edited.name ?? "" });
  else if (message.forum_topic_closed) said = word("topic_closed", { name });
  else if (message.forum_topic_reopened) said = word("topic_reopened", { name });
  else if (message.pinned_message) said = word("pinned", { name });
  else if (message.left_chat_member) said = word("left_group", { name });
  return h("li", { class: "service", data: { id: message.message_id } }, h("span", { dir: "auto" }, said));
}
