// The chat page: one person at a time, the chats of that person, one chat open.

import { day, element, initials, renderMessage, tone } from "./render.js";

const $ = (id) => document.getElementById(id);
const world = { bot: { first_name: "Bot", username: "" }, people: [], chats: [], commands: [] };
const view = { person: 0, chat: 0, replyTo: null, messages: new Map(), unread: new Map(), search: "", searchTurn: 0, found: { id: "", results: [] }, statusTimer: 0, toastTimer: 0, refreshTimer: 0, turn: 0 };

async function ask(path, wish) {
  const options = wish ? { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(wish) } : {};
  const response = await fetch(path, options);
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error ?? response.statusText);
  return answer;
}

async function act(wish) {
  try {
    return await ask("sim/act", { person: view.person, chat: view.chat, ...wish });
  } catch (error) {
    toast(error.message);
    return null;
  }
}

const person = () => world.people.find((one) => one.id === view.person);
const chat = () => world.chats.find((one) => one.id === view.chat);
const chatsOf = (id) => world.chats.filter((one) => one.people.includes(id) && !one.moved_to);
const nameOf = (one) => (one.type === "private" ? world.bot.first_name : one.title);

async function refresh() {
  Object.assign(world, await ask("sim/state"));
  if (!person()) view.person = wanted("person") ?? world.people[0]?.id ?? 0;
  const own = chatsOf(view.person);
  if (!own.some((one) => one.id === view.chat)) view.chat = own.find((one) => one.id === wanted("chat"))?.id ?? own[0]?.id ?? 0;
  drawSide();
  drawHeader();
  if ($("text").value.startsWith("/")) suggest();
}

// Many things at once are read once.
function refreshSoon() {
  clearTimeout(view.refreshTimer);
  view.refreshTimer = setTimeout(refresh, 100);
}

const wanted = (name) => Number(new URLSearchParams(location.hash.slice(1)).get(name)) || undefined;

async function open(personId, chatId) {
  view.person = personId;
  view.chat = chatId ?? personId;
  view.replyTo = null;
  view.unread.delete(`${view.person}/${view.chat}`);
  history.replaceState(null, "", `#person=${view.person}&chat=${view.chat}`);
  document.body.classList.remove("is-choosing");
  drawSide();
  drawHeader();
  drawReply();
  suggest();
  await load();
}

async function load() {
  const turn = ++view.turn;
  if (!view.chat) return;
  const { messages } = await ask(`sim/messages?chat=${view.chat}`);
  if (turn !== view.turn) return; // another chat was opened meanwhile
  view.messages = new Map(messages.map((message) => [message.message_id, message]));
  drawMessages();
}

function drawSide() {
  $("people").replaceChildren(...world.people.map((one) => entry(one.id, one.first_name, `${one.language_code || "no language"}${one.is_blocking ? " · blocks the bot" : ""}`, one.id === view.person, unreadOf(one.id), () => open(one.id))));
  $("chats").replaceChildren(...chatsOf(view.person).map((one) => entry(one.id, nameOf(one), one.last?.text || kindOf(one), one.id === view.chat, view.unread.get(`${view.person}/${one.id}`) ?? 0, () => open(view.person, one.id))));
}

const unreadOf = (id) => chatsOf(id).reduce((sum, one) => sum + (view.unread.get(`${id}/${one.id}`) ?? 0), 0);
const kindOf = (one) => (one.type === "private" ? "private chat" : one.is_forum ? "forum" : one.type);

function entry(id, name, detail, isCurrent, unread, choose) {
  const avatar = element("span", { className: `avatar ${tone(id)}`, "aria-hidden": "true" }, initials(name));
  const label = element("span", { className: "name" }, element("b", {}, name), element("small", {}, detail.replaceAll("\n", " ")));
  const button = element("button", { type: "button", "aria-current": String(isCurrent), onclick: choose }, avatar, label);
  if (unread) button.append(element("span", { className: "unread" }, String(unread)));
  return element("li", {}, button);
}

function drawHeader() {
  const current = chat();
  const name = current ? nameOf(current) : "No chat";
  $("title").textContent = name;
  $("avatar").textContent = initials(name);
  $("avatar").className = `avatar ${tone(current?.type === "private" ? world.bot.id ?? 0 : current?.id ?? 0)}`;
  setStatus("");
  const topics = current?.topics ?? [];
  $("topics").hidden = !current?.is_forum;
  const chosen = $("topics").value;
  $("topics").replaceChildren(element("option", { value: "" }, "General"), ...topics.map((topic) => element("option", { value: String(topic.id) }, topic.name)));
  $("topics").value = topics.some((topic) => String(topic.id) === chosen) ? chosen : "";
  const isPrivate = current?.type === "private";
  const isBlocking = Boolean(person()?.is_blocking);
  $("block").hidden = !isPrivate || !current.is_open;
  $("block").textContent = isBlocking ? "" : "block";
  const needsStart = isPrivate && (!current.is_open || isBlocking);
  $("start").hidden = !needsStart;
  $("start").textContent = isBlocking ? "UNBLOCK" : "START";
  $("compose").hidden = needsStart || !current;
}

function setStatus(text) {
  const current = chat();
  const usual = current?.type === "private" ? `bot · you are ${person()?.first_name ?? "nobody"}` : current ? `${kindOf(current)} · you are ${person()?.first_name}` : "";
  $("status").textContent = text || usual;
  $("status").classList.toggle("is-active", Boolean(text));
}

function drawMessages() {
  const nodes = [];
  let shownDay = "";
  let lastSender = null;
  for (const message of view.messages.values()) {
    if (day(message.date) !== shownDay) nodes.push(element("div", { className: "pill" }, (shownDay = day(message.date))));
    nodes.push(draw(message, lastSender));
    lastSender = message.from?.id ?? 0;
  }
  if (!nodes.length) nodes.push(introduction());
  $("messages").replaceChildren(...nodes);
  toEnd();
}

function draw(message, lastSender) {
  const node = renderMessage(message, view.person, actions);
  if ((message.from?.id ?? 0) === lastSender) node.classList.add("same");
  return node;
}

function introduction() {
  const text = world.bot.description || "Nothing was written here yet.";
  return element("div", { className: "card" }, element("strong", {}, nameOf(chat() ?? { title: "No chat" })), element("p", {}, text));
}

const nodeOf = (id) => $("messages").querySelector(`[data-message="${Number(id)}"]`);
const toEnd = () => { $("messages").scrollTop = $("messages").scrollHeight; };
const isAtEnd = () => $("messages").scrollHeight - $("messages").scrollTop - $("messages").clientHeight < 120;

function arrive(message) {
  const stay = !isAtEnd() && message.from?.id !== view.person;
  const last = [...view.messages.values()].at(-1);
  if (!last || day(last.date) !== day(message.date)) {
    view.messages.set(message.message_id, message);
    drawMessages();
    return;
  }
  view.messages.set(message.message_id, message);
  const node = draw(message, last.from?.id ?? 0);
  node.classList.add("is-new");
  $("messages").append(node);
  if (!stay) toEnd();
}

function change(message) {
  const isLast = isAtEnd();
  view.messages.set(message.message_id, message);
  const old = nodeOf(message.message_id);
  if (old) {
    const node = renderMessage(message, view.person, actions);
    node.classList.toggle("same", old.classList.contains("same"));
    old.replaceWith(node);
  }
  if (isLast) toEnd();
}

const actions = {
  command: (text) => act({ do: "send", text }),
  reply: (message) => { view.replyTo = message; drawReply(); $("text").focus(); },
  topic: (id) => chat()?.topics.find((topic) => topic.id === id)?.name ?? "topic",
  show: (id) => nodeOf(id)?.scrollIntoView({ block: "center", behavior: "smooth" }),
  // True when the link was followed here instead of in the browser.
  open: (address) => {
    const deep = new RegExp(`^(?:https?://)?t\\.me/${world.bot.username}/?\\?start=([\\w-]{1,64})$`, "i").exec(address);
    if (deep) open(view.person).then(() => act({ do: "send", chat: view.person, text: `/start ${deep[1]}` }));
    return Boolean(deep);
  },
  press: async (button, message, node) => {
    if (button.url) {
      if (!actions.open(button.url)) window.open(button.url, "_blank", "noopener,noreferrer");
    } else if (button.callback_data) {
      node.classList.add("is-waiting");
      setTimeout(() => node.classList.remove("is-waiting"), 3000);
      await act({ do: "tap", message: message.message_id, label: button.text });
    } else if (button.switch_inline_query_current_chat !== undefined || button.switch_inline_query !== undefined) {
      $("text").value = `@${world.bot.username} ${button.switch_inline_query_current_chat ?? button.switch_inline_query}`;
      $("text").focus();
      suggest();
    } else if (button.copy_text) {
      await navigator.clipboard?.writeText(button.copy_text.text);
      toast("Copied");
    }
  },
};

function toast(text) {
  clearTimeout(view.toastTimer);
  $("toast").textContent = text;
  $("toast").hidden = !text;
  view.toastTimer = setTimeout(() => { $("toast").hidden = true; }, 3500);
}

function drawReply() {
  $("replying").hidden = !view.replyTo;
  $("replying").firstElementChild.textContent = view.replyTo ? view.replyTo.text ?? view.replyTo.caption ?? "Message" : "";
}

function menuOfCommands() {
  const scopes = chat()?.type === "private" ? ["all_private_chats", "default"] : ["all_group_chats", "default"];
  const language = person()?.language_code ?? "";
  for (const [scope, code] of [[`chat ${view.chat}`, language], [`chat ${view.chat}`, ""], ...scopes.flatMap((name) => [[name, language], [name, ""]])]) {
    const found = world.commands.find((one) => `${one.scope.type}${one.scope.chat_id ? ` ${one.scope.chat_id}` : ""}` === scope && one.language === code);
    if (found?.commands.length) return found.commands;
  }
  return [];
}

async function suggest() {
  const text = $("text").value;
  const inline = world.bot.username && text.toLowerCase().startsWith(`@${world.bot.username.toLowerCase()} `);
  if (inline) {
    const turn = ++view.searchTurn;
    const answer = await act({ do: "search", text: text.slice(world.bot.username.length + 2) });
    if (turn === view.searchTurn) view.search = answer?.query_id ?? "";
    offerResults();
    return;
  }
  view.search = "";
  const matching = /^\/\w*$/.test(text) ? menuOfCommands().filter((one) => one.command.startsWith(text.slice(1))) : [];
  offer(matching.map((one) => [`/${one.command}`, one.description, () => write(`/${one.command}`)]));
}

function offer(rows) {
  $("suggestions").replaceChildren(...rows.map(([name, detail, choose]) => element("li", {}, element("button", { type: "button", onclick: choose }, element("b", {}, name), element("span", {}, detail)))));
  $("suggestions").hidden = !rows.length;
}

// A quick bot answers before the page knows the number of its own question.
function offerResults() {
  const { id, results } = view.found;
  if (!id || id !== view.search) return;
  offer(results.map((result) => [result.title ?? result.id, result.description ?? "", async () => {
    if (await act({ do: "choose", query_id: id, result: String(result.id) })) { $("text").value = ""; offer([]); }
  }]));
}

async function write(text) {
  if (!text.trim()) return;
  const wish = { do: "send", text };
  if (view.replyTo) wish.reply_to = view.replyTo.message_id;
  if ($("topics").value && !$("topics").hidden) wish.topic = Number($("topics").value);
  if (!(await act(wish))) return;
  $("text").value = "";
  view.replyTo = null;
  drawReply();
  offer([]);
}

const happenings = {
  message: ({ chat_id: id, message }) => {
    const known = world.chats.find((one) => one.id === id);
    if (!known || message.forum_topic_created || message.migrate_to_chat_id) refreshSoon();
    if (known) known.last = { text: (message.text ?? message.caption ?? "").slice(0, 80), date: message.date, id: message.message_id };
    if (id === view.chat) {
      arrive(message);
      setStatus("");
    }
    for (const reader of known?.people ?? []) {
      const isSeen = reader === view.person && id === view.chat;
      if (!isSeen && message.from?.id !== reader) view.unread.set(`${reader}/${id}`, (view.unread.get(`${reader}/${id}`) ?? 0) + 1);
    }
    drawSide();
  },
  edit: ({ chat_id: id, message }) => { if (id === view.chat) change(message); },
  delete: ({ chat_id: id, message }) => {
    if (id !== view.chat) return;
    view.messages.delete(message.message_id);
    nodeOf(message.message_id)?.remove();
  },
  answer: ({ user_id: id, text, show_alert: isAlert, url }) => {
    if (id !== view.person) return;
    for (const node of document.querySelectorAll(".is-waiting")) node.classList.remove("is-waiting");
    if (url) actions.open(url);
    if (!text) return;
    if (!isAlert) return toast(text);
    $("alert").querySelector("p").textContent = text;
    $("alert").showModal();
  },
  inline: ({ query_id: id, results }) => {
    view.found = { id, results };
    offerResults();
  },
  action: ({ chat_id: id, action }) => {
    if (id !== view.chat) return;
    clearTimeout(view.statusTimer);
    setStatus(action === "typing" ? "typing…" : "sending a file…");
    view.statusTimer = setTimeout(() => setStatus(""), 5000);
  },
};

function watch() {
  const source = new EventSource("sim/events");
  source.onopen = async () => {
    $("link").textContent = "live";
    await refresh();
    await load();
  };
  source.onerror = () => { $("link").textContent = "reconnecting"; };
  source.onmessage = ({ data }) => {
    const event = JSON.parse(data);
    const happen = happenings[event.kind];
    if (happen) happen(event);
    else refreshSoon();
  };
}

$("compose").onsubmit = (event) => { event.preventDefault(); write($("text").value); };
$("text").onkeydown = (event) => { if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); write($("text").value); } };
$("text").oninput = suggest;
$("commands").onclick = () => { $("text").value = $("text").value ? "" : "/"; $("text").focus(); suggest(); };
$("start").onclick = async () => { if (person()?.is_blocking) { await act({ do: "unblock" }); await refresh(); } else await act({ do: "send", text: "/start" }); };
$("block").onclick = async () => { await act({ do: "block" }); await refresh(); };
$("menu").onclick = () => document.body.classList.toggle("is-choosing");
$("messages").onclick = () => document.body.classList.remove("is-choosing");
$("replying").lastElementChild.onclick = () => { view.replyTo = null; drawReply(); };
$("add-person").onsubmit = async (event) => {
  event.preventDefault();
  const fields = new FormData(event.target);
  const made = await act({ do: "join_world", name: fields.get("name"), language: fields.get("language") });
  if (made) { event.target.reset(); await refresh(); await open(made.person); }
};
$("add-chat").onsubmit = async (event) => {
  event.preventDefault();
  const fields = new FormData(event.target);
  const made = await act({ do: fields.get("kind"), title: fields.get("title") });
  if (made) { event.target.reset(); await refresh(); await open(view.person, made.chat.id); }
};
watch();
