// The page: a newcomer's phone on one side, the advisers' group on the other.

import {
  avatar, h, hue, icon, iconButton, language, loadWords, phoneLanguages, phoneWords, remember, remembered,
  switchLanguage, word,
} from "./dom.js";
import { time } from "./bubble.js";
import { ask, attempt, menu, notice } from "./overlay.js";
import { Pane } from "./pane.js";
import {
  advisers, commandsFor, connect, descriptionFor, gist, isService, isTyping, messagesOf, newcomers, store, unread,
  watch,
} from "./store.js";

const $ = (selector) => document.querySelector(selector);
/** As in style.css. */
const narrow = matchMedia("(max-width: 860px)");
const at = { newcomer: 0, adviser: 0, thread: null };
const newcomer = () => store.people.get(at.newcomer);
const adviser = () => store.people.get(at.adviser);
const topic = () => store.chats.get(store.adviserChat).topics.get(at.thread);

// The phone

const phone = new Pane($("#phone .device"), {
  person: newcomer,
  place: () => ({ chat: at.newcomer, thread: null }),
  title: () => `${word("phone_side")} : ${newcomer().first_name}`,
  placeholder: () => phoneWords(newcomer().language_code).message,
  lang: () => newcomer().language_code,
  seen: () => drawPeople(),
  headChanged: () => drawPhoneHead(),
  welcome: () => h("div", { class: "welcome" }, avatar("", 0, true), h("b", {}, store.bot.first_name), description()),
  tools: (pane) => {
    const commands = commandsFor(newcomer().language_code);
    if (!commands.length) return [];
    return [h("button", {
      type: "button", class: "commands", "aria-haspopup": "menu", title: word("commands"),
      onclick: (event) => menu(event.currentTarget, commands.map((one) => ({
        label: one.description, lang: newcomer().language_code, about: `/${one.command}`, act: () => pane.send(`/${one.command}`),
      }))),
    }, icon("menu"), h("span", {}, word("commands_short")))];
  },
  foot: () => {
    const words = phoneWords(newcomer().language_code);
    const wide = (label, run, lang) => h("button", { type: "button", class: "wide", lang, onclick: run }, label);
    switch (store.chats.get(at.newcomer).bot_status) {
      case "stranger": return wide(words.start, () => phone.try("start", {}), newcomer().language_code);
      case "blocked": return h("div", {}, h("p", { class: "sub", dir: "auto" }, word("blocked")),
        wide(word("unblock"), () => phone.try("unblock", {})));
      case "deactivated": return h("p", { class: "sub", dir: "auto" }, word("deactivated"));
    }
    return null;
  },
});

function description() {
  const { language_code: lang } = newcomer();
  const told = descriptionFor(lang);
  return h("p", { dir: "auto", lang: told ? lang : null }, told || word("start_hint"));
}

function drawPhoneHead() {
  const isBusy = isTyping(at.newcomer);
  const status = store.chats.get(at.newcomer).bot_status;
  phone.head.replaceChildren(
    avatar("", 0, true),
    h("div", { class: "who" }, h("b", {}, store.bot.first_name),
      h("small", { class: isBusy ? "busy" : "" }, isBusy ? word("typing") : word("bot"))),
    iconButton("more", word("more"), (event) => menu(event.currentTarget, [
      status === "blocked"
        ? { mark: "✅", label: word("unblock"), act: () => phone.try("unblock", {}) }
        : { mark: "🚫", label: word("block"), is_danger: true, act: () => phone.try("block", {}) },
      { mark: "🧹", label: word("clear_chat"), act: () => phone.try("clear-chat", {}) },
    ]), { "aria-haspopup": "menu", id: "phone-more" }),
  );
}

function drawPeople() {
  const list = newcomers().map((person) => {
    const count = person.id === at.newcomer ? 0 : unread(person.id, null, person.id);
    return h("button", {
      type: "button", class: "person", "aria-current": person.id === at.newcomer ? "true" : null,
      data: { key: person.id }, onclick: () => choose(person.id),
    },
    h("span", { class: "face" }, avatar(person.first_name, person.id), badge(count)),
    h("span", { class: "name", dir: "auto" }, person.first_name),
    h("small", { dir: "auto", lang: person.language_code }, phoneWords(person.language_code).name));
  });
  list.push(h("button", { type: "button", class: "person add", data: { key: "add" }, onclick: addNewcomer },
    h("span", { class: "face" }, h("span", { class: "avatar" }, icon("plus"))),
    h("span", { class: "name" }, word("add")), h("small", {}, "…")));
  refill($("#phone .people"), list);
  const missed = newcomers().reduce((sum, one) => sum + (unread(one.id, null, one.id) > 0 ? 1 : 0), 0);
  setBadge($("#tab-phone .badge"), missed);
}

function choose(id) {
  at.newcomer = id;
  remember("newcomer", id);
  const words = phoneWords(newcomer().language_code);
  const device = $("#phone .device");
  device.dir = words.dir ?? "ltr";
  phone.draw();
  drawPeople();
}

async function addNewcomer() {
  const given = await ask({
    title: word("add_person"), yes: word("add"),
    fields: [
      { name: "first_name", label: word("first_name") },
      { name: "language_code", label: word("phone_language"), value: "fr",
        choices: phoneLanguages().map((one) => ({ value: one.code, label: one.name })) },
    ],
  });
  if (!given) return;
  const person = await attempt("newcomers", { ...given, first_name: given.first_name.trim() || undefined });
  if (!person) return;
  if (store.people.has(person.id)) choose(person.id);
  else at.wanted = person.id;
}

// The desk

const desk = new Pane($("#desk .thread"), {
  person: adviser,
  place: () => ({ chat: store.adviserChat, thread: at.thread }),
  title: () => `${word("desk_side")} : ${topic()?.name ?? word("general")}`,
  lang: () => undefined,
  placeholder: () => word("desk_placeholder", { topic: topic()?.name ?? word("general") }),
  seen: () => drawTopics(),
  headChanged: () => drawDeskHead(),
  welcome: () => h("div", { class: "welcome" }, h("p", {}, word(at.thread === null ? "no_topics" : "nothing_here"))),
  foot: () => null,
  tools: () => {
    const one = adviser();
    return [h("button", {
      type: "button", class: "adviser", "aria-haspopup": "menu", title: `${word("as")} ${one.first_name}`,
      "aria-label": `${word("as")} ${one.first_name}. ${word("choose_adviser")}`,
      onclick: (event) => menu(event.currentTarget, [
        ...advisers().map((person) => ({
          mark: person.id === at.adviser ? "●" : "○", label: person.first_name, about: person.about,
          act: () => sitAs(person.id),
        })),
        null,
        { mark: "＋", label: word("add_adviser"), act: addAdviser },
      ]),
    }, avatar(one.first_name, one.id), h("span", { dir: "auto" }, one.first_name))];
  },
});

function sitAs(id) {
  at.adviser = id;
  remember("adviser", id);
  desk.draw();
}

async function addAdviser() {
  const given = await ask({
    title: word("add_adviser"), yes: word("add"), fields: [{ name: "first_name", label: word("first_name") }],
  });
  if (given) await attempt("advisers", { first_name: given.first_name.trim() || undefined });
}

function drawDeskHead() {
  const now = topic();
  const isBusy = isTyping(store.adviserChat, at.thread);
  const about = isBusy ? `${store.bot.first_name} ${word("typing")}`
    : now ? word("topic_of") + (now.is_closed ? ` · ${word("closed")}` : "")
      : word("members", { n: advisers().length });
  desk.head.replaceChildren(...[
    now ? hash(now) : h("span", { class: "hash general" }, "#"),
    h("div", { class: "who" }, h("b", { dir: "auto" }, now?.name ?? word("general")),
      h("small", { class: isBusy ? "busy" : "" }, about)),
    now ? iconButton("more", word("more"), (event) => menu(event.currentTarget, [
      { mark: "✏️", label: word("rename_topic"), act: renameTopic },
      now.is_closed
        ? { mark: "🔓", label: word("reopen_topic"), act: () => desk.try("change-topic", { is_closed: false }) }
        : { mark: "🔒", label: word("close_topic"), act: () => desk.try("change-topic", { is_closed: true }) },
      { mark: "🗑️", label: word("delete_topic"), is_danger: true, act: deleteTopic },
    ]), { "aria-haspopup": "menu", id: "topic-more" }) : null,
  ].filter(Boolean));
}

function hash(one) {
  const mark = h("span", { class: "hash" }, one.is_closed ? icon("lock") : one.name.match(/\p{L}/u)?.[0].toUpperCase() ?? "#");
  mark.style.setProperty("--hue", hue(one.id));
  return mark;
}

function drawTopics() {
  const group = store.chats.get(store.adviserChat);
  const rooms = [{ id: null, name: word("general") }, ...[...group.topics.values()].toSorted((a, b) => latest(b) - latest(a))];
  refill($("#desk .topics"), rooms.map((one) => {
    const last = messagesOf(group.id, one.id).findLast((message) => !isService(message));
    const isHere = one.id === at.thread;
    return h("button", {
      type: "button", class: "topic", "aria-current": isHere ? "true" : null, data: { key: one.id ?? "general" },
      onclick: () => enter(one.id),
    },
    one.id === null ? h("span", { class: "hash general" }, "#") : hash(one),
    h("span", { class: "about" }, h("b", { dir: "auto" }, one.name),
      h("small", { dir: "auto" }, last ? `${last.from.first_name} : ${gist(last)}` : "")),
    h("span", { class: "side" }, h("time", {}, last ? time(last.date) : ""),
      badge(isHere ? 0 : unread(group.id, one.id, at.adviser))));
  }));
  const missed = [null, ...group.topics.keys()].filter((id) => unread(group.id, id, at.adviser) > 0).length;
  setBadge($("#tab-desk .badge"), missed);
}

function latest(one) {
  return messagesOf(store.adviserChat, one.id).at(-1)?.message_id ?? 0;
}

function enter(id) {
  at.thread = id;
  desk.draw();
  drawTopics();
}

async function newTopic() {
  const given = await ask({
    title: word("new_topic"), yes: word("create"), fields: [{ name: "name", label: word("topic_name") }],
  });
  if (!given?.name.trim()) return;
  const made = await desk.try("open-topic", { name: given.name.trim() });
  if (made) enter(made.id);
}

async function renameTopic() {
  const given = await ask({
    title: word("rename_topic"), yes: word("save"), fields: [{ name: "name", label: word("topic_name"), value: topic().name }],
  });
  if (given?.name.trim()) await desk.try("change-topic", { name: given.name.trim() });
}

async function deleteTopic() {
  const sure = await ask({ title: word("delete_topic_sure", { topic: topic().name }), yes: word("delete"), is_danger: true });
  if (sure) await desk.try("delete-topic", {});
}

// Both

function badge(count) {
  return count ? h("b", { class: "badge", "aria-label": word("unread", { n: count }) }, count) : null;
}

function setBadge(element, count) {
  element.hidden = count === 0;
  element.textContent = count;
}

/** Fill a list anew and keep the keyboard on the same person or topic, wherever it stands now. */
function refill(list, items) {
  const held = list.contains(document.activeElement) ? document.activeElement.dataset.key : undefined;
  list.replaceChildren(...items);
  if (held === undefined) return;
  (items.find((one) => one.dataset.key === held) ?? list.querySelector("[aria-current]"))?.focus();
}

function drawWords() {
  document.documentElement.lang = language;
  for (const element of document.querySelectorAll("[data-word]")) element.textContent = word(element.dataset.word);
  for (const element of document.querySelectorAll("[data-label]")) {
    element.setAttribute("aria-label", word(element.dataset.label));
    if (element.matches("button")) element.title = word(element.dataset.label);
  }
  $("#language").textContent = word("other_language");
  $("#language").lang = language === "fr" ? "en" : "fr";
}

function drawAll() {
  if (at.wanted && store.people.has(at.wanted)) {
    at.newcomer = at.wanted;
    at.wanted = 0;
  }
  if (!store.people.has(at.newcomer)) at.newcomer = newcomers()[0].id;
  if (!advisers().some((one) => one.id === at.adviser)) at.adviser = advisers()[0]?.id;
  if (at.thread !== null && !topic()) at.thread = null;
  drawWords();
  choose(at.newcomer);
  desk.draw();
  drawTopics();
}

function onEvent(entry) {
  if (entry.kind === "reset") { drawAll(); return; }
  if (entry.kind === "topic_deleted" && entry.chat === store.adviserChat && entry.thread === at.thread) enter(null);
  phone.take(entry);
  desk.take(entry);
  if (entry.kind === "commands") phone.drawFoot();
  if (entry.chat === store.adviserChat) { drawTopics(); drawDeskHead(); }
  else if (entry.kind !== "typing") drawPeople();
}

function setTheme(theme) {
  if (theme === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

function show(side) {
  document.body.dataset.side = side;
  for (const one of ["phone", "desk"]) {
    const tab = $(`#tab-${one}`);
    tab.setAttribute("aria-selected", String(one === side));
    tab.tabIndex = one === side ? 0 : -1;
  }
  if (store.bot) (side === "phone" ? phone : desk).shown();
}

/** Where one side hides the other they are panels of tabs; side by side they are two regions. */
function setRoles() {
  for (const one of ["phone", "desk"]) {
    if (narrow.matches) $(`#${one}`).setAttribute("role", "tabpanel");
    else $(`#${one}`).removeAttribute("role");
  }
}

async function begin() {
  await loadWords();
  setTheme(remembered("theme") ?? "auto");
  at.newcomer = Number(remembered("newcomer"));
  at.adviser = Number(remembered("adviser"));
  $("#theme").onclick = () => {
    const themes = ["auto", "light", "dark"];
    const next = themes[(themes.indexOf(remembered("theme") ?? "auto") + 1) % 3];
    remember("theme", next);
    setTheme(next);
    notice(word(`theme_${next}`));
  };
  $("#language").onclick = () => { switchLanguage(); drawAll(); };
  $("#new-topic").onclick = newTopic;
  for (const side of ["phone", "desk"]) $(`#tab-${side}`).onclick = () => show(side);
  $(".tabs").onkeydown = (event) => {
    if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
    const other = document.body.dataset.side === "phone" ? "desk" : "phone";
    show(other);
    $(`#tab-${other}`).focus();
  };
  show("phone");
  setRoles();
  narrow.addEventListener("change", setRoles);
  watch(onEvent);
  await connect();
}

begin();
