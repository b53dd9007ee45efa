// Small tools for the page: making elements, words of the interface, talking to the sandbox.

/** Make an element. Text goes in as text nodes only, never as markup. */
export function h(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "class") element.className = value;
    else if (name === "data") Object.assign(element.dataset, value);
    else if (name in element && !name.startsWith("aria") && typeof value !== "string") element[name] = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

const SVG = "http://www.w3.org/2000/svg";

export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `#i-${name}`);
  svg.append(use);
  return svg;
}

export function iconButton(name, label, onclick, more = {}) {
  return h("button", { type: "button", class: "round", "aria-label": label, title: label, onclick, ...more }, icon(name));
}

let strings = {};
export let language = "fr";

export async function loadWords() {
  strings = await (await fetch("strings.json")).json();
  const wanted = new URLSearchParams(location.search).get("lang") || remembered("language");
  language = wanted === "en" ? "en" : "fr";
}

export function switchLanguage() {
  language = language === "fr" ? "en" : "fr";
  remember("language", language);
}

/** A sentence of the interface, with its values put in. */
export function word(name, values = {}) {
  const text = strings[language]?.[name] ?? name;
  return text.replace(/\{(\w+)\}/g, (_, key) => values[key] ?? "");
}

/** The few words a phone shows in its own language. */
export function phoneWords(code) {
  const base = (code || "en").split("-")[0];
  return strings.phone[code] ?? strings.phone[base] ?? { name: code || "?", start: "Start", message: "Message" };
}

export function phoneLanguages() {
  return Object.entries(strings.phone).map(([code, words]) => ({ code, name: words.name }));
}

export function remembered(name) {
  try { return localStorage.getItem(`guichet.${name}`); } catch { return null; }
}

export function remember(name, value) {
  try { localStorage.setItem(`guichet.${name}`, value); } catch { /* private windows may refuse */ }
}

/** Longer than a sandbox that works ever takes, files and slow lines included. */
const PATIENCE_MS = 30_000;

/** Ask the sandbox to do something; an Error carries its sentence, or ours when there is no answer. */
export async function act(name, fields, file) {
  let options;
  if (file) {
    const form = new FormData();
    for (const [key, value] of Object.entries(fields)) {
      if (value !== undefined && value !== null) form.append(key, value);
    }
    form.append("file", file, file.name);
    options = { method: "POST", body: form };
  } else {
    options = { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(fields) };
  }
  let answer, body;
  try {
    answer = await fetch(`/sandbox/${name}`, { ...options, signal: AbortSignal.timeout(PATIENCE_MS) });
    body = await answer.json();
  } catch (error) {
    const isLate = error.name === "TimeoutError";
    throw new Error(word(isLate ? "no_answer" : "not_sent"));
  }
  if (!answer.ok) throw new Error(body.problem);
  return body.done;
}

/** A colour for a person or a topic, always the same for the same number. */
export function hue(number) {
  const hues = [168, 205, 262, 330, 18, 42, 96, 230, 290, 350];
  return hues[Math.abs(Number(number)) % hues.length];
}

export function avatar(name, number, isBot = false) {
  const circle = h("span", { class: isBot ? "avatar bot" : "avatar", "aria-hidden": "true" });
  if (isBot) circle.append(icon("door"));
  else circle.append([...name][0] ?? "?");
  circle.style.setProperty("--hue", hue(number));
  return circle;
}
