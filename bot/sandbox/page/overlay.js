// Things that lie over the page: menus, questions, notices. All usable with the keyboard alone.

import { act, h, word } from "./dom.js";

let open = null;

/** A menu beside a button. Items: {label, about, mark, lang, act, is_danger} or null for a line between them. */
export function menu(anchor, items) {
  closeMenu();
  const list = h("div", { class: "menu", role: "menu", tabindex: "-1" });
  for (const item of items) {
    if (!item) {
      list.append(h("hr"));
      continue;
    }
    list.append(
      h("button", {
        type: "button", role: "menuitem", tabindex: "-1", lang: item.lang, class: item.is_danger ? "danger" : null,
        onclick: () => { closeMenu(); item.act(); },
      }, item.mark ? h("span", { class: "mark-of", "aria-hidden": "true" }, item.mark) : null,
      h("span", { dir: "auto" }, item.label), item.about ? h("small", { dir: "auto" }, item.about) : null),
    );
  }
  list.addEventListener("keydown", onMenuKey);
  document.body.append(list);
  place(list, anchor);
  anchor.setAttribute("aria-expanded", "true");
  open = { list, anchor };
  list.querySelector("button")?.focus();
  setTimeout(() => document.addEventListener("pointerdown", onOutside), 0);
}

function place(list, anchor) {
  const at = anchor.getBoundingClientRect();
  const size = list.getBoundingClientRect();
  const fitsBelow = at.bottom + size.height + 8 < innerHeight;
  const top = fitsBelow ? at.bottom + 4 : Math.max(8, at.top - size.height - 4);
  const isLeft = at.left + size.width + 8 < innerWidth;
  const left = isLeft ? at.left : at.right - size.width;
  list.style.top = `${top}px`;
  list.style.left = `${Math.max(8, Math.min(left, innerWidth - size.width - 8))}px`;
}

function onMenuKey(event) {
  const items = [...open.list.querySelectorAll("button")];
  const now = items.indexOf(document.activeElement);
  const steps = { ArrowDown: now + 1, ArrowUp: now - 1 + items.length, Home: 0, End: items.length - 1 };
  if (event.key in steps) {
    event.preventDefault();
    items[steps[event.key] % items.length].focus();
  } else if (event.key === "Escape" || event.key === "Tab") {
    event.preventDefault();
    event.stopPropagation();
    closeMenu(true);
  }
}

function onOutside(event) {
  if (open && !open.list.contains(event.target)) closeMenu();
}

export function closeMenu(giveFocusBack = false) {
  if (!open) return;
  document.removeEventListener("pointerdown", onOutside);
  open.list.remove();
  open.anchor.setAttribute("aria-expanded", "false");
  if (giveFocusBack) open.anchor.focus();
  open = null;
}

/** Ask something in a dialog; gives the fields by name, or null when it was left. */
export function ask({ title, fields = [], yes, is_danger = false, no = word("cancel") }) {
  return new Promise((resolve) => {
    const inputs = fields.map((field) => {
      const input = field.choices
        ? h("select", { name: field.name }, field.choices.map((one) => h("option", { value: one.value }, one.label)))
        : h("input", { name: field.name, dir: "auto", maxlength: 120, autocomplete: "off" });
      if (field.value) input.value = field.value;
      return h("label", {}, h("span", {}, field.label), input);
    });
    const finish = (value) => { dialog.close(); dialog.remove(); resolve(value); };
    const form = h("form", {
      onsubmit: (event) => {
        event.preventDefault();
        finish(Object.fromEntries(new FormData(form)));
      },
    },
    h("h2", { dir: "auto" }, title), ...inputs,
    h("div", { class: "choices" },
      no ? h("button", { type: "button", onclick: () => finish(null) }, no) : null,
      h("button", { type: "submit", class: is_danger ? "danger" : "primary" }, yes)));
    const dialog = h("dialog", { "aria-label": title, oncancel: (event) => { event.preventDefault(); finish(null); } }, form);
    document.body.append(dialog);
    dialog.showModal();
    dialog.querySelector("input, select")?.focus();
  });
}

/** A sentence that goes away by itself. */
export function notice(text, kind = "") {
  const box = document.querySelector(".notes");
  const note = h("p", { class: `note ${kind}`, dir: "auto" }, text);
  box.append(note);
  setTimeout(() => note.classList.add("gone"), 4500);
  setTimeout(() => note.remove(), 5000);
}

/** A sentence that stays until it is taken back with "". */
export function standing(text) {
  const box = document.querySelector(".notes");
  box.querySelector(".standing")?.remove();
  if (text) box.prepend(h("p", { class: "note bad standing", dir: "auto" }, text));
}

/** Do something at the sandbox; a refusal becomes a notice, and gives undefined. */
export async function attempt(name, fields, file) {
  try {
    return await act(name, fields, file) ?? true;
  } catch (error) {
    notice(error.message, "bad");
    return undefined;
  }
}
