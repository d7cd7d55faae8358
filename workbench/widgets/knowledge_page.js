// The page that is open, with its passage marked and in view.

class PagePane {
  constructor(act, closed) {
    this.act = act;
    this.closed = closed;
    this.name = h("strong", {});
    this.title = h("span", { class: "wb-k-page-title" });
    this.previous = iconButton("previous", "Previous page (Page Up)", () => act({ do: "turn", by: -1 }));
    this.next = iconButton("next", "Next page (Page Down)", () => act({ do: "turn", by: 1 }));
    this.back = h("button", { type: "button", class: "wb-plain-button", hidden: true, onclick: () => act({ do: "back" }) }, "To the passage");
    this.copy = iconButton("copy", "Copy the citation", () => copyText(this.cited(), this.copy));
    this.copy.classList.add("wb-k-copy");
    this.text = h("div", { class: "wb-k-text", tabindex: 0, role: "document" });
    this.notes = h("p", { class: "wb-k-notes", hidden: true });
    const close = iconButton("close", "Close the page (Esc)", () => this.leave());
    close.classList.add("wb-k-close");
    this.node = h("aside", { class: "wb-k-page", "aria-label": "Page", hidden: true },
      h("header", {}, h("div", { class: "wb-k-page-name" }, this.name, this.title), this.back, this.previous, this.next, this.copy, close),
      this.notes, this.text);
    this.node.addEventListener("keydown", (event) => {
      const by = { PageUp: -1, PageDown: 1 }[event.key];
      const end = by && (by < 0 ? this.text.scrollTop <= 0 : this.text.scrollTop + this.text.clientHeight >= this.text.scrollHeight - 2);
      if (end) {
        event.preventDefault();
        act({ do: "turn", by });
      }
    });
  }

  cited() {
    const { quote, citation } = this.page;
    return quote ? `“${quote.replace(/\s+/g, " ").trim()}” (${citation})` : citation;
  }

  leave() {
    this.act({ do: "close" });
    this.closed();
  }

  draw(page) {
    const fresh = page.key !== this.page?.key;
    this.page = page;
    this.node.hidden = !page.key;
    if (!page.key || !fresh) return;
    this.name.textContent = this.name.title = page.filename;
    this.title.textContent = page.title;
    this.previous.disabled = page.at === 0;
    this.next.disabled = page.at >= page.count - 1;
    this.previous.hidden = this.next.hidden = page.count < 2;
    this.back.hidden = !page.passage || page.here;
    this.copy.title = page.passage ? `Copy the passage with its citation: ${page.citation}` : "Copy the citation";
    this.notes.textContent = page.notes.join(" ");
    this.notes.hidden = !page.notes.length;
    this.text.toggleAttribute("data-mono", page.mono);
    this.text.setAttribute("aria-label", `${page.filename}, ${page.title || "text"}`);
    safeHtml(this.text, page.html);
    this.show();
  }

  // Only the page scrolls: `scrollIntoView` would move the notebook too.
  show() {
    const mark = this.text.querySelector(".wb-passage");
    const room = this.text.clientHeight;
    this.text.scrollTop = mark ? Math.max(0, mark.offsetTop - Math.max(24, (room - mark.offsetHeight) / 3)) : 0;
  }

  focus() { this.text.focus({ preventScroll: true }); }
}
