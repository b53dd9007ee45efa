// What the page knows: a copy of the sandbox's state, kept up by its stream of events.

import { notice, standing } from "./overlay.js";
import { word } from "./dom.js";

export const store = {
  bot: null,
  adviserChat: 0,
  people: new Map(),
  chats: new Map(),
  commands: [],
  descriptions: [],
};

const seen = new Map();
const watchers = new Set();
let stream = null;
let isLost = false;

/** Be told of every event, after the store has taken it in. {kind: "reset"} means: draw everything anew. */
export function watch(watcher) {
  watchers.add(watcher);
}

/** Read everything and follow what happens; tried again until it works. */
export async function connect() {
  let state;
  try {
    state = await (await fetch("/sandbox/state", { signal: AbortSignal.timeout(10_000) })).json();
  } catch {
    lost(1500);
    return;
  }
  if (isLost) {
    standing("");
    notice(word("connected"));
  }
  isLost = false;
  store.bot = state.bot;
  store.adviserChat = state.adviser_chat;
  store.commands = state.commands;
  store.descriptions = state.descriptions;
  store.people = new Map(state.people.map((person) => [person.id, person]));
  store.chats = new Map(state.chats.map((chat) => [chat.id, {
    ...chat,
    topics: new Map(chat.topics.map((topic) => [topic.id, topic])),
    messages: new Map(chat.messages.map((message) => [message.message_id, message])),
    reactions: new Map(Object.entries(chat.reactions).map(([id, by]) => [Number(id), new Map(Object.entries(by))])),
    typing: new Map(),
  }]));
  tell({ kind: "reset" });
  listen(state.seq);
}

function listen(after) {
  stream?.close();
  stream = new EventSource(`/sandbox/events?after=${after}`);
  stream.onmessage = (event) => take(JSON.parse(event.data));
  // The sandbox may have been started anew with nothing in it, so everything is read again.
  stream.onerror = () => {
    stream.close();
    lost(300);
  };
}

function lost(again_ms) {
  isLost = true;
  standing(word("not_connected"));
  setTimeout(connect, again_ms);
}

function tell(entry) {
  for (const watcher of watchers) watcher(entry);
}

function take(entry) {
  const chat = store.chats.get(entry.chat);
  switch (entry.kind) {
    case "message":
    case "edited":
      chat?.messages.set(entry.message.message_id, entry.message);
      if (entry.kind === "message" && entry.message.from.is_bot) chat?.typing.delete(entry.thread ?? 0);
      break;
    case "deleted": chat?.messages.delete(entry.message_id); break;
    case "topic": chat?.topics.set(entry.topic.id, entry.topic); break;
    case "topic_deleted":
      chat.topics.delete(entry.thread);
      for (const [id, message] of chat.messages) {
        if (message.message_thread_id === entry.thread) chat.messages.delete(id);
      }
      break;
    case "typing": type(chat, entry.thread === 1 ? 0 : entry.thread ?? 0); break;
    case "chat": if (chat) chat.bot_status = entry.bot_status; break;
    case "cleared": chat.visible_from = entry.below; break;
    case "reaction": react(chat, entry); break;
    case "commands":
      store.commands = store.commands.filter((one) => one.language !== entry.language);
      store.commands.push({ scope: "default", language: entry.language, commands: entry.commands });
      break;
    case "person":
    case "migrated":
      connect();
      return;
    case "left": store.people.get(entry.person).has_left = true; break;
  }
  tell(entry);
}

function type(chat, thread) {
  if (!chat) return;
  clearTimeout(chat.typing.get(thread));
  chat.typing.set(thread, setTimeout(() => {
    chat.typing.delete(thread);
    tell({ kind: "typing", chat: chat.id, thread });
  }, 5000));
}

function react(chat, entry) {
  const all = chat.reactions.get(entry.message_id) ?? new Map();
  if (entry.emoji.length) all.set(String(entry.by), entry.emoji);
  else all.delete(String(entry.by));
  chat.reactions.set(entry.message_id, all);
}

/** Messages of a chat, or of one thread of a forum (null for General), oldest first. */
export function messagesOf(chatId, thread = null) {
  const chat = store.chats.get(chatId);
  if (!chat) return [];
  return [...chat.messages.values()].filter((message) => message.message_id >= chat.visible_from
    && (!chat.is_forum || (message.message_thread_id ?? null) === thread));
}

export function isTyping(chatId, thread = null) {
  return store.chats.get(chatId)?.typing.has(thread ?? 0) ?? false;
}

export function commandsFor(languageCode) {
  const base = (languageCode || "").split("-")[0];
  const mine = store.commands.find((one) => one.language === base) ?? store.commands.find((one) => one.language === "");
  return mine?.commands ?? [];
}

export function descriptionFor(languageCode) {
  const base = (languageCode || "").split("-")[0];
  const mine = store.descriptions.find((one) => one.language === base)
    ?? store.descriptions.find((one) => one.language === "");
  return mine?.text ?? "";
}

export function newcomers() {
  return [...store.people.values()].filter((person) => !person.is_adviser);
}

export function advisers() {
  return [...store.people.values()].filter((person) => person.is_adviser && !person.has_left);
}

/** How many messages of others came into a chat or thread since it was last looked at. */
export function unread(chatId, thread, ownId) {
  const from = seen.get(`${chatId}:${thread ?? 0}`) ?? 0;
  return messagesOf(chatId, thread).filter((one) => one.message_id > from && one.from.id !== ownId && !isService(one))
    .length;
}

export function markSeen(chatId, thread) {
  const last = messagesOf(chatId, thread).at(-1);
  if (last) seen.set(`${chatId}:${thread ?? 0}`, last.message_id);
}

const SERVICE = [
  "forum_topic_created", "forum_topic_edited", "forum_topic_closed", "forum_topic_reopened", "pinned_message",
  "left_chat_member", "new_chat_members",
];

export function isService(message) {
  return SERVICE.some((name) => name in message);
}

/** One line that says what a message is, for lists and quotes. */
export function gist(message) {
  const text = message.text || message.caption;
  if (text) return text.replace(/\s+/g, " ");
  const kinds = ["photo", "document", "voice", "audio", "video", "video_note", "animation", "location", "contact",
    "sticker"];
  const kind = kinds.find((one) => one in message);
  if (kind) return word(`a_${kind}`);
  return isService(message) ? "" : word("a_unknown");
}
