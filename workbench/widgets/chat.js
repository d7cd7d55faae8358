// A view on workbench.widgets.conversation: it draws what Python sends and says what the reader did.

const PROVISIONAL = new Set(["pending", "live"]);
const SPEAKER = { user: "You", assistant: "Answer", system: "System" };
const STICKY_PIXELS = 60;

class Message {
  constructor(act) {
    this.act = act;
    this.blocks = [];
    this.body = h("div", { class: "wb-prose" });
    this.note = h("span", { class: "wb-note" });
    this.actions = h("span", { class: "wb-actions" });
    this.foot = h("div", { class: "wb-foot" }, this.note, this.actions);
    this.node = h("article", { class: "wb-message" }, this.body, this.foot);
  }

  update(message) {
    const changed = JSON.stringify(message) !== this.last;
    this.last = JSON.stringify(message);
    if (!changed) return;
    this.message = message;
    this.node.dataset.role = message.role;
    this.node.dataset.status = message.status;
    this.node.setAttribute("aria-label", SPEAKER[message.role] ?? message.role);
    this.note.textContent = message.note;
    if (message.role === "assistant") this.paint(message.blocks.map((html, i) => [i, html]), message.blocks.length);
    else this.body.textContent = message.text;
    this.body.classList.toggle("wb-plain", message.role !== "assistant");
    this.actions.replaceChildren(...this.buttons());
  }

  // Only blocks that changed are replaced: the rest keeps its selection and does not flicker.
  paint(changed, count) {
    for (const [index, html] of changed) {
      if (this.blocks[index]?.html === html) continue;
      const node = h("div", { class: "wb-block" });
      safeHtml(node, html);
      if (this.blocks[index]) this.blocks[index].node.replaceWith(node);
      else this.body.append(node);
      this.blocks[index] = { html, node };
    }
    for (const block of this.blocks.splice(count)) block.node.remove();
    this.node.classList.toggle("wb-empty", count === 0);
  }

  buttons() {
    const { id, role, text, rating, status } = this.message;
    if (PROVISIONAL.has(id)) return [];
    const copy = iconButton("copy", "Copy text", () => copyText(text, copy));
    if (role === "user") return [iconButton("edit", "Edit and ask again", () => this.edit()), copy];
    if (role !== "assistant") return [copy];
    const thumb = (value, name, label) =>
      iconButton(name, label, () => this.act({ do: "rate", id, rating: rating === value ? 0 : value }), {
        "aria-pressed": String(rating === value),
      });
    const again = iconButton("retry", "Answer again", () => this.act({ do: "retry", id }));
    if (status === "cancelled" && !text) return [again];
    return [copy, thumb(1, "up", "Good answer"), thumb(-1, "down", "Bad answer"), again];
  }

  edit() {
    const area = h("textarea", { "aria-label": "Edit the question", rows: 3 });
    area.value = this.message.text;
    const leave = () => {
      form.replaceWith(this.body);
      this.foot.hidden = false;
    };
    const save = () => {
      if (area.value.trim()) this.act({ do: "edit", id: this.message.id, text: area.value });
      leave();
    };
    const form = h(
      "div", { class: "wb-edit" }, area,
      h("div", { class: "wb-edit-buttons" },
        h("button", { type: "button", class: "wb-plain-button", onclick: leave }, "Cancel"),
        h("button", { type: "button", class: "wb-main-button", onclick: save }, "Ask again")),
    );
    area.addEventListener("keydown", (event) => {
      if (event.key === "Escape") leave();
      else if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
        event.preventDefault();
        save();
      }
    });
    this.body.replaceWith(form);
    this.foot.hidden = true;
    area.style.height = `${Math.min(area.scrollHeight + 4, 320)}px`;
    area.focus();
  }
}

class Sessions {
  constructor(act) {
    this.act = act;
    this.list = h("ul", {});
    const fresh = h("button", { type: "button", class: "wb-plain-button wb-new", onclick: () => act({ do: "new" }) },
      icon("plus"), "New conversation");
    this.node = h("aside", { class: "wb-side", "aria-label": "Conversations" }, fresh, this.list);
  }

  draw(sessions, current) {
    if (this.list.querySelector("input")) return; // a title is being typed
    this.list.replaceChildren(...sessions.map((session) => this.item(session, session.id === current)));
  }

  item(session, current) {
    const open = h("button", {
      type: "button", class: "wb-session", title: session.title, "aria-current": current && "true",
      onclick: () => this.act({ do: "open", id: session.id }),
    }, session.title, session.busy ? h("span", { class: "wb-pulse", "aria-label": "answering" }) : "");
    const rename = iconButton("edit", `Rename ${session.title}`, () => this.rename(line, session));
    const remove = iconButton("trash", `Delete ${session.title}`, () => this.confirm(remove, session));
    const line = h("li", {}, open, h("span", { class: "wb-session-tools" }, rename, remove));
    return line;
  }

  rename(line, session) {
    const input = h("input", { type: "text", "aria-label": "Title of the conversation", maxlength: 200 });
    input.value = session.title;
    const finish = (save) => {
      if (!input.isConnected) return;
      const title = input.value.trim();
      line.replaceWith(this.item(session, line.querySelector("[aria-current]") !== null));
      if (save && title && title !== session.title) this.act({ do: "rename", id: session.id, title });
    };
    input.addEventListener("keydown", (event) => {
      if (event.key === "Enter") finish(true);
      else if (event.key === "Escape") finish(false);
    });
    input.addEventListener("blur", () => finish(true));
    line.replaceChildren(input);
    input.select();
  }

  confirm(button, session) {
    const sure = h("button", {
      type: "button", class: "wb-sure", onclick: () => this.act({ do: "delete", id: session.id }),
      onblur: () => sure.replaceWith(button),
    }, "Delete?");
    button.replaceWith(sure);
    sure.focus();
  }
}

class Picker {
  constructor(act) {
    this.node = h("select", { class: "wb-picker", "aria-label": "Model" });
    this.node.addEventListener("change", () => {
      const [provider, model] = JSON.parse(this.node.value);
      act({ do: "choose", provider, model });
    });
  }

  draw(models, choice) {
    const key = JSON.stringify([models, choice]);
    if (key === this.last) return;
    this.last = key;
    const groups = new Map();
    for (const each of models) groups.set(each.provider, [...(groups.get(each.provider) ?? []), each]);
    const chosen = JSON.stringify([choice?.provider, choice?.model]);
    const usable = ([, members]) => members.some((each) => each.available);
    const ordered = [...groups].sort((a, b) => usable(b) - usable(a));
    const options = ordered.map(([provider, members]) => {
      const reason = members.every((each) => !each.available) ? members[0].reason : null;
      return h("optgroup", { label: reason ? `${provider} — ${reason}` : provider },
        ...members.map((each) => this.option(each, chosen, reason)));
    });
    if (choice?.model && !models.some((each) => JSON.stringify([each.provider, each.model]) === chosen)) {
      options.unshift(this.option({ ...choice, available: true }, chosen, null));
    }
    this.node.replaceChildren(...options);
    this.node.title = choice?.model ? `${choice.provider}:${choice.model}` : "Model";
  }

  option({ provider, model, available, reason }, chosen, shared) {
    const value = JSON.stringify([provider, model]);
    const name = `${provider}:${model}`;
    const label = available || shared ? name : `${name} — ${reason}`;
    return h("option", { value, disabled: !available, selected: value === chosen }, label);
  }
}

class Chat {
  constructor(model, el) {
    this.model = model;
    this.root = el;
    this.messages = [];
    const act = (action) => model.send(action);
    this.act = act;
    this.sessions = new Sessions((action) => {
      if (this.narrow()) this.root.dataset.side = "closed";
      act(action);
      if (action.do !== "rename") this.input.focus();
    });
    this.picker = new Picker(act);
    this.build();
  }

  build() {
    const { act } = this;
    this.title = h("h2", { class: "wb-title" });
    this.toggle = iconButton("menu", "Show or hide the conversations", () => this.toggleSide());
    this.log = h("div", { class: "wb-log", role: "log", "aria-label": "Conversation", tabindex: 0 });
    this.log.addEventListener("scroll", () => this.followed());
    this.welcome = h("div", { class: "wb-welcome" });
    this.jump = h("button", { type: "button", class: "wb-jump", hidden: true, title: "To the latest",
      "aria-label": "To the latest", onclick: () => this.toEnd(true) }, icon("latest"));
    this.errors = h("div", { class: "wb-errors" });
    this.input = h("textarea", { rows: 1, placeholder: "Ask something…", "aria-label": "Your question" });
    this.input.addEventListener("input", () => this.grow());
    this.button = h("button", { type: "submit", class: "wb-main-button wb-send" });
    const form = h("form", { class: "wb-composer" }, this.input, this.button);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.busy() ? act({ do: "stop" }) : this.send();
      this.input.focus();
    });
    this.totals = h("span", { class: "wb-totals", "aria-live": "off" });
    const keys = h("span", { class: "wb-keys" }, "Enter sends · Shift+Enter new line · Esc stops");
    this.root.append(
      this.sessions.node,
      h("section", { class: "wb-talk", "aria-label": "Chat" },
        h("header", { class: "wb-head" }, this.toggle, this.title, this.picker.node),
        h("div", { class: "wb-scroll" }, this.log, this.jump),
        h("div", { class: "wb-bottom" }, this.errors, form, h("footer", { class: "wb-status" }, this.totals, keys))),
    );
    this.log.append(this.welcome);
    this.root.addEventListener("keydown", (event) => this.key(event));
  }

  status() { return this.model.get("status"); }
  busy() { return this.status().busy === true; }
  narrow() { return this.root.clientWidth < 760; }

  key(event) {
    if (event.key === "Escape" && this.busy() && !event.defaultPrevented) this.act({ do: "stop" });
    if (event.target !== this.input || event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    if (!this.busy()) this.send();
  }

  send() {
    const text = this.input.value;
    if (!text.trim()) return;
    this.input.value = "";
    this.grow();
    this.follow = true;
    this.act({ do: "send", text });
  }

  grow() {
    this.input.style.height = "auto";
    this.input.style.height = `${Math.min(this.input.scrollHeight + 2, 180)}px`;
  }

  toggleSide() {
    const shown = getComputedStyle(this.sessions.node).display !== "none";
    this.root.dataset.side = shown ? "closed" : "open";
  }

  draw() {
    const status = this.status();
    this.root.toggleAttribute("data-busy", this.busy());
    this.log.setAttribute("aria-busy", String(this.busy()));
    this.title.textContent = status.title ?? "New conversation";
    this.title.title = status.system_prompt ? `System prompt: ${status.system_prompt}` : "";
    this.totals.textContent = status.totals ?? "";
    this.picker.draw(this.model.get("models"), status.choice);
    this.sessions.draw(this.model.get("sessions"), status.session);
    this.drawMessages();
    this.drawErrors(status);
    this.button.replaceChildren(this.busy() ? h("span", { class: "wb-square" }) : icon("send"), this.busy() ? "Stop" : "Send");
    this.button.setAttribute("aria-label", this.busy() ? "Stop the answer" : "Send");
    this.tick();
  }

  drawMessages() {
    const wanted = this.model.get("messages");
    if (this.shown !== this.status().session && !wanted.some((each) => PROVISIONAL.has(each.id))) this.follow = true;
    this.shown = this.status().session;
    wanted.forEach((message, index) => {
      const old = this.messages[index];
      const same = old && old.message.role === message.role
        && (old.message.id === message.id || PROVISIONAL.has(old.message.id));
      if (!same) {
        const made = new Message(this.act);
        old ? old.node.replaceWith(made.node) : this.log.append(made.node);
        this.messages[index] = made;
      }
      this.messages[index].update(message);
    });
    for (const extra of this.messages.splice(wanted.length)) extra.node.remove();
    this.welcome.hidden = wanted.length > 0;
    this.toEnd(false);
  }

  drawErrors({ error, choice }) {
    const problem = error ?? (this.model.get("messages").length ? null : choice?.error);
    this.errors.replaceChildren();
    if (!problem) return;
    const unanswered = this.messages.at(-1)?.message.role === "user";
    const again = unanswered && h("button", { type: "button", class: "wb-plain-button", onclick: () => this.act({ do: "retry" }) }, "Try again");
    const away = error && iconButton("close", "Dismiss", () => this.act({ do: "dismiss" }));
    this.errors.append(errorBox(problem, again || "", away || ""));
  }

  live({ blocks, count }) {
    const last = this.messages.at(-1);
    if (last?.message.id !== "live") return;
    last.last = null;
    last.paint(blocks, count);
    this.toEnd(false);
  }

  // How long the reader has waited for the first word.
  tick() {
    clearInterval(this.timer);
    if (!this.busy()) return;
    const began = Date.now();
    this.timer = setInterval(() => {
      const last = this.messages.at(-1);
      const seconds = Math.floor((Date.now() - began) / 1000);
      if (last?.message.id === "live") last.note.textContent = seconds > 1 ? `${seconds} s` : "";
    }, 1000);
  }

  followed() {
    this.follow = this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < STICKY_PIXELS;
    this.jump.hidden = this.follow;
  }

  toEnd(force) {
    if (force) this.follow = true;
    if (this.follow !== false) this.log.scrollTop = this.log.scrollHeight;
    this.jump.hidden = this.follow !== false;
  }

  receive(event) {
    if (event.type === "live") this.live(event);
    if (event.type === "draft" && !this.input.value) {
      this.input.value = event.text;
      this.grow();
    }
  }
}

function render({ model, el }) {
  panelRoot(el, "wb-chat");
  const chat = new Chat(model, el);
  chat.welcome.append(
    h("h3", {}, "What would you like to know?"),
    h("p", {}, "Every answer is recorded as a Run: it can be compared, priced and replayed."),
  );
  let planned = false;
  const draw = () => {
    if (planned) return;
    planned = true; // several traits change together: one drawing is enough
    queueMicrotask(() => {
      planned = false;
      chat.draw();
    });
  };
  const receive = (event) => {
    chat.draw(); // pieces may overtake the planned drawing
    chat.receive(event);
  };
  const light = (event) => (event.type === "live" && !planned ? chat.receive(event) : receive(event));
  model.on("change:messages change:sessions change:models change:status", draw);
  model.on("msg:custom", light);
  chat.draw();
  model.send({ do: "hello" });
  return () => {
    clearInterval(chat.timer);
    model.off("change:messages change:sessions change:models change:status", draw);
    model.off("msg:custom", light);
  };
}

export default { render };
