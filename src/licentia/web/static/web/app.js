// What a page does beyond what it can without a script: keys, boxes that select many, rows that open. No sentence is here.
"use strict";
(() => {
  const one = (selector, root = document) => root.querySelector(selector);
  const every = (selector, root = document) => [...root.querySelectorAll(selector)];
  const isSeen = (element) => Boolean(element && element.getClientRects().length);
  const isTyping = (target) => target.closest("textarea, select, [contenteditable], input:not([type=checkbox], [type=radio])");
  const rowBoxes = (table) => every("tbody .ck input[type=checkbox]", table);
  const rowBox = (element) => element?.closest("tbody tr") && one(".ck input[type=checkbox]", element.closest("tr"));

  // Selecting: a range from the box that was set last, and the box that sets the page.
  let last = null;
  const setRange = (box) => {
    const boxes = rowBoxes(box.closest("table"));
    const [from, to] = [boxes.indexOf(last ?? box), boxes.indexOf(box)].sort((a, b) => a - b);
    for (const between of boxes.slice(Math.max(0, from), to + 1)) between.checked = box.checked;
  };
  document.addEventListener("click", (event) => {
    const box = event.target.matches(".ck input") && rowBox(event.target);
    if (!box) return;
    if (event.shiftKey) setRange(box);
    last = box;
  }, true);
  document.addEventListener("change", (event) => {
    const table = event.target.closest("table");
    const page = table && one(".every input", table);
    if (!page) return;
    const boxes = rowBoxes(table);
    if (event.target === page) for (const box of boxes) box.checked = page.checked;
    else page.checked = boxes.every((box) => box.checked);
  }, true);
  for (const page of every(".every")) {
    page.hidden = false;
    const boxes = rowBoxes(page.closest("table"));
    one("input", page).checked = boxes.length > 0 && boxes.every((box) => box.checked);
  }

  // Keys. Those of one letter can be switched off; Esc, F6 and Ctrl+Enter stay.
  const keys = one("#keys");
  const go = (letter) => one(`[data-go="${letter}"]`, keys)?.click();
  const singles = {
    "/": () => every("#find, main input[type=search]").find(isSeen)?.focus(),
    "?": () => { if (!keys.open) keys.showModal(), one("#keys-title").focus(); },
    x: () => rowBox(document.activeElement)?.click(),
    X: () => {
      const box = rowBox(document.activeElement);
      if (!box) return;
      box.checked = true;
      setRange(box);
      last = box;
      box.dispatchEvent(new Event("change", { bubbles: true }));
    },
  };
  let gPressed = 0;
  const pressSingle = (event) => {
    const isGoing = event.timeStamp - gPressed < 1500;
    gPressed = event.key === "g" ? event.timeStamp : 0;
    if (isGoing && "hulp".includes(event.key)) return go(event.key), true;
    const act = singles[event.key];
    if (act) act();
    return Boolean(act);
  };
  const close = () => {
    if (one(":popover-open, dialog[open]")) return;
    (one("#pane .ph a.ib") ?? one("#box .cancel"))?.click();
  };
  const switchSides = () => {
    const [list, pane] = [one(".with-pane .list"), one("#pane-name")];
    if (!pane) return;
    if (one("#pane").contains(document.activeElement) && isSeen(list)) (one("tr.open a", list) ?? one("tbody a", list))?.focus();
    else pane.focus();
  };
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !one("dialog[open]") && !isTyping(event.target)) {
      close();
      if (one("#discard[open]")) event.preventDefault();
      return;
    }
    if (event.key === "F6" && one("#pane")) return event.preventDefault(), switchSides();
    if (event.key === "Enter" && event.ctrlKey) return one("#pane .pf .btn.p:enabled")?.click();
    if (!keys || "keysOff" in document.body.dataset || event.ctrlKey || event.metaKey || event.altKey) return;
    if (!isTyping(event.target) && !one("dialog[open]") && pressSingle(event)) event.preventDefault();
  });

  // A pane with changes that are not saved: leaving it is asked about once, with their number.
  const isChanged = (box) => (box.checked !== box.defaultChecked) !== box.closest(".lic").matches(".chg");
  let onward = null;
  const asks = (way) => {
    const box = one("#discard");
    const n = onward === true || !box ? 0 : every("#pane .lic input:enabled").filter(isChanged).length;
    if (!n) return false;
    onward = way;
    one("p", box).textContent = box.dataset[n === 1 ? "one" : "many"].replace("{n}", n);
    box.showModal();
    return true;
  };
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href]");
    if (event.target.closest("#discard [value=discard]")) {
      const way = onward;
      onward = true;
      return way?.();
    }
    if (!link || link.matches("[download], [href^='#'], #pane .pf a") || event.ctrlKey || event.metaKey || event.button) return;
    if (asks(() => link.click())) event.preventDefault(), event.stopImmediatePropagation();
  }, true);
  document.addEventListener("submit", (event) => {
    const { target: form, submitter } = event;
    if (form.method !== "dialog" && !form.closest("#pane") && asks(() => form.requestSubmit(submitter))) event.preventDefault(), event.stopImmediatePropagation();
  }, true);

  // Arrows in the list move its open pane to the next user, without leaving the list.
  let at = location.pathname;
  const move = (step) => {
    const open = one("tbody tr.open");
    const row = step > 0 ? open?.nextElementSibling : open?.previousElementSibling;
    const link = row && one("th a", row);
    const turn = async () => {
      document.addEventListener("htmx:afterSettle", () => link.focus(), { once: true });
      await htmx.ajax("GET", link.href, { target: "#pane", swap: "outerHTML" });
      onward = null;
      history.pushState(null, "", link.href);
      at = location.pathname;
      open.classList.remove("open");
      row.classList.add("open");
      link.focus();
    };
    if (link && !asks(turn)) turn();
  };
  window.addEventListener("popstate", () => at === location.pathname || location.reload());
  document.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step || !one("#pane") || event.ctrlKey || event.altKey || event.shiftKey || !event.target.closest(".with-pane tbody")) return;
    event.preventDefault();
    move(step);
  });

  // A whole row opens what its name opens.
  document.addEventListener("click", (event) => {
    const row = event.target.closest("tbody tr");
    if (row && !event.target.closest("a, button, input, label, summary") && !String(window.getSelection())) one("th a", row)?.click();
  });
})();
