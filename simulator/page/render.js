// From a Bot API message to DOM nodes. Foreign text only ever becomes text nodes; links are opened, never run.

const TAGS = { bold: "b", italic: "i", underline: "u", strikethrough: "s", code: "code" };
const BLOCKS = new Set(["blockquote", "expandable_blockquote", "pre"]);
const SAFE_LINK = /^(https?|tg|ton|tonsite|mailto):/i;

export function element(name, properties = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (key in made) made[key] = value;
    else made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}

// JavaScript counts UTF-16 code units, as entities do.
export function renderText(text, entities, actions) {
  const sorted = [...(entities ?? [])].sort((a, b) => a.offset - b.offset || b.length - a.length);
  const holder = element("span", { className: "text" });
  fill(holder, text, sorted, 0, text.length, actions);
  return holder;
}

function fill(parent, text, entities, start, end, actions) {
  let at = start;
  while (entities.length) {
    const entity = entities.shift();
    const stop = Math.min(entity.offset + entity.length, end);
    if (entity.offset < at || stop <= at) continue;
    parent.append(text.slice(at, entity.offset));
    const inner = [];
    while (entities.length && entities[0].offset < stop) inner.push(entities.shift());
    const { outer, core } = wrap(entity, text.slice(entity.offset, stop), actions);
    fill(core, text, inner, entity.offset, stop, actions);
    parent.append(outer);
    // A block ends its line by itself: the line break behind it would show as an empty line.
    at = BLOCKS.has(entity.type) && text[stop] === "\n" ? stop + 1 : stop;
  }
  parent.append(text.slice(at, end));
}

function wrap(entity, covered, actions) {
  const only = (node) => ({ outer: node, core: node });
  switch (entity.type) {
    case "text_link":
      return only(link(entity.url, actions));
    case "url":
      return only(link(/^[a-z]+:/i.test(covered) ? covered : `http://${covered}`, actions));
    case "bot_command":
      return only(element("a", { href: "#", role: "button", onclick: (event) => { event.preventDefault(); actions.command(covered); } }));
    case "blockquote":
      return only(element("blockquote"));
    case "expandable_blockquote":
      return expandable();
    case "pre":
      return only(element("pre", { "data-language": entity.language ?? "" }));
    case "spoiler":
      return only(element("span", { className: "spoiler", onclick: (event) => event.currentTarget.classList.add("is-shown") }));
    case "mention": case "text_mention": case "hashtag": case "cashtag": case "email": case "phone_number":
      return only(element("span", { className: "link" }));
    default:
      return only(element(TAGS[entity.type] ?? "span"));
  }
}

function link(address, actions) {
  const safe = SAFE_LINK.test(address);
  const made = element("a", { rel: "noopener noreferrer", target: "_blank", title: address });
  if (safe) made.href = address;
  made.onclick = (event) => { if (!safe || actions.open(address)) event.preventDefault(); };
  return made;
}

function expandable() {
  const core = element("span", { className: "inner" });
  const outer = element("blockquote", { className: "expandable", "aria-expanded": "false", role: "button", tabIndex: 0 }, core);
  const toggle = (event) => {
    if (event.target.closest("a")) return;
    outer.setAttribute("aria-expanded", String(outer.getAttribute("aria-expanded") !== "true"));
  };
  outer.onclick = toggle;
  outer.onkeydown = (event) => { if (event.key === "Enter") toggle(event); };
  return { outer, core };
}

export function renderMessage(message, viewer, actions) {
  const service = serviceText(message);
  if (service) return element("div", { className: "pill", "data-message": message.message_id }, service);
  const isMine = message.from?.id === viewer;
  const row = element("article", { className: `row${isMine ? " mine" : ""}${message.edit_date ? " is-edited" : ""}`, "data-message": message.message_id });
  const bubble = element("div", { className: "bubble" });
  const about = [];
  if (!isMine && message.chat.type !== "private") about.push(message.from?.first_name ?? message.chat.title);
  if (message.message_thread_id) about.push(actions.topic(message.message_thread_id));
  if (message.via_bot) about.push(`via ${message.via_bot.first_name}`);
  if (about.length) bubble.append(element("div", { className: "sender" }, about.join(" · ")));
  if (message.reply_to_message) bubble.append(quoted(message.reply_to_message, actions));
  if (message.photo) bubble.append(element("img", { className: "photo", src: `sim/files/${message.photo[0].file_id}`, alt: "Picture", width: message.photo[0].width, height: message.photo[0].height }));
  if (message.document) bubble.append(fileLink(message.document));
  bubble.append(renderText(message.text ?? message.caption ?? "", message.entities ?? message.caption_entities, actions));
  bubble.append(element("span", { className: "meta" }, `${message.edit_date ? "edited " : ""}${clock(message.date)}`));
  row.append(bubble);
  const keys = message.reply_markup?.inline_keyboard;
  if (keys?.length) {
    row.classList.add("has-keys");
    row.append(keyboard(keys, message, actions));
  }
  row.append(element("button", { className: "reply", type: "button", "aria-label": "Reply", onclick: () => actions.reply(message) }, "↩"));
  return row;
}

function quoted(message, actions) {
  const text = message.text ?? message.caption ?? "Message";
  return element("button", { className: "quoted", type: "button", onclick: () => actions.show(message.message_id) }, text.slice(0, 120));
}

function fileLink(file) {
  const size = file.file_size < 1024 ? `${file.file_size} B` : `${Math.round(file.file_size / 1024)} kB`;
  return element("a", { className: "file", href: `sim/files/${file.file_id}`, download: file.file_name }, element("i", {}, "↓"), `${file.file_name} · ${size}`);
}

function keyboard(rows, message, actions) {
  const holder = element("div", { className: "keys" });
  for (const row of rows) {
    const line = element("div");
    for (const button of row) {
      const made = element("button", { type: "button", title: button.text }, button.text);
      if (button.url) made.classList.add("is-link");
      made.onclick = () => actions.press(button, message, made);
      line.append(made);
    }
    holder.append(line);
  }
  return holder;
}

function serviceText(message) {
  const names = (people) => people.map((person) => person.first_name).join(", ");
  if (message.new_chat_members) return `${names(message.new_chat_members)} joined`;
  if (message.left_chat_member) return `${message.left_chat_member.first_name} was removed`;
  if (message.forum_topic_created) return `Topic “${message.forum_topic_created.name}” opened`;
  if (message.migrate_to_chat_id) return "This group moved to a supergroup";
  if (message.migrate_from_chat_id) return "This group became a supergroup";
  return "";
}

export const clock = (seconds) => new Date(seconds * 1000).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hour12: false });
export function day(seconds) {
  const date = new Date(seconds * 1000);
  return date.toDateString() === new Date().toDateString() ? "Today" : date.toLocaleDateString([], { day: "numeric", month: "long" });
}
export const tone = (id) => `tone-${Math.abs(id) % 7}`;
export const initials = (name) => [...name.trim()].slice(0, 1).join("").toUpperCase();
