// Boxes: what `data-box` leads to has an address and a page of its own; with a script it opens over the page that is there.
"use strict";
(() => {
  const one = (selector, root = document) => root.querySelector(selector);
  if (one("main #box")) return; // this page is such a page itself

  const box = document.createElement("dialog");
  box.id = "over";
  box.setAttribute("aria-labelledby", "box-title");
  document.body.append(box);
  let opener = null, isAsking = false, isInAddress = false;

  const show = (found, answer, hasAddress) => {
    for (const way of found.querySelectorAll("[data-over]")) way.hidden = !way.hidden;
    box.replaceChildren(...found.childNodes);
    window.htmx?.process(box);
    if (hasAddress) {
      history[isInAddress ? "replaceState" : "pushState"]({ box: true }, "", answer.url);
      isInAddress = true;
    }
    if (!box.open) box.showModal();
    for (const part of box.querySelectorAll(".db")) if (part.scrollHeight > part.clientHeight && !one("a, input, button", part)) part.tabIndex = 0;
    (one("[aria-invalid]", box) ?? one("[autofocus]", box) ?? one("#box-title", box)).focus();
  };

  // An answer that is no box: the page to go to, or this page as it is after what was sent.
  const turn = (page) => {
    if (box.open) box.close();
    one("#main").replaceWith(one("#main", page));
    document.title = page.title;
    window.htmx?.process(one("#main"));
    one("#main [autofocus]")?.focus();
  };

  // What went wrong with a form of the open box is said in it, above what was typed there.
  const complain = (found) => {
    const said = Object.assign(document.createElement("div"), { className: "note er", role: "alert", tabIndex: -1 });
    said.textContent = one(".lede", found).textContent;
    one(".note.er[role=alert]", box)?.remove();
    one(".db", box).prepend(said);
    said.focus();
  };

  const ask = async (address, sent) => {
    const answer = await fetch(address, sent);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const found = one("#box", page);
    if (found?.matches(".trouble") && sent.body && one("form .db", box)) complain(found);
    else if (found) show(found, answer, answer.ok && (answer.redirected || !sent.body));
    else if (answer.redirected || !sent.body) location[isInAddress ? "replace" : "assign"](answer.url);
    else turn(page);
  };

  const open = async (event, by, address, sent, natively) => {
    event.preventDefault();
    if (isAsking) return;
    isAsking = true;
    if (!box.open) opener = by;
    try { await ask(address, sent); } catch { natively(); } finally { isAsking = false; }
  };

  document.addEventListener("click", (event) => {
    if (event.target.closest("#over .cancel")) return event.preventDefault(), box.close();
    const link = event.target.closest("a[data-box]");
    if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    open(event, link, link.href, {}, () => location.assign(link.href));
  });

  document.addEventListener("submit", (event) => {
    const [form, by] = [event.target, event.submitter];
    if (!form.matches("[data-box]") && !by?.matches("[data-box]")) return;
    const said = new FormData(form);
    if (by?.name) said.append(by.name, by.value);
    const words = new URLSearchParams(said);
    const address = new URL(form.getAttribute("action") || location.href, location.href);
    if (form.method === "get") address.search = words;
    const sent = form.method === "get" ? {} : { method: "post", body: words };
    open(event, by ?? form, address, sent, () => {
      for (const part of [form, by]) part?.removeAttribute("data-box");
      form.requestSubmit(by);
    });
  });

  // Esc is Cancel: a draft that was made for the box goes, and the focus is where it was.
  box.addEventListener("close", () => {
    const draft = one("button.cancel", box)?.form;
    if (draft?.method === "post") fetch(draft.action, { method: "post", body: new URLSearchParams(new FormData(draft)), redirect: "manual", keepalive: true });
    box.replaceChildren();
    if (isInAddress) history.back();
    isInAddress = false;
    (opener?.isConnected && !opener.disabled ? opener : one("#main")).focus();
  });
  addEventListener("popstate", (event) => {
    if (event.state?.box) return location.reload();
    if (!box.open) return;
    isInAddress = false;
    box.close();
  });
})();
