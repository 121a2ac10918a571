// Focuses every control in turn: a list of sentences about those that stand behind something else, or out of the window.
() => {
  const wrong = [];
  for (const el of document.querySelectorAll("a[href], button, summary, input:not([type=hidden]), select, textarea")) {
    if (el.disabled || !el.checkVisibility({ visibilityProperty: true }) || el.closest(".skip, [popover]")) continue;
    el.focus();
    if (document.activeElement !== el) continue;
    const box = el.getClientRects()[0];
    const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
    const there = document.elementFromPoint(x, y);
    const isSeen = there && (el.contains(there) || there.contains(el) || [...(el.labels ?? [])].some((label) => label.contains(there)));
    if (!isSeen) wrong.push(`behind something: <${el.tagName.toLowerCase()}> "${(el.getAttribute("aria-label") ?? el.textContent).trim().slice(0, 40)}"`);
  }
  return wrong;
}
