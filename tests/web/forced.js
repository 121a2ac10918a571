// What cannot be told apart where the reader's own few colors are used: a list of sentences.
() => {
  const canvas = getComputedStyle(document.body).backgroundColor, wrong = [];
  const name = (el) => `<${el.tagName.toLowerCase()}> "${(el.getAttribute("aria-label") ?? el.textContent).trim().slice(0, 40)}"`;
  for (const el of document.querySelectorAll("button.btn, a.btn, .inp, .find input, .chip"))
    if (el.checkVisibility() && parseFloat(getComputedStyle(el).borderTopWidth) < 1) wrong.push(`without a border: ${name(el)}`);
  for (const el of document.querySelectorAll(".nav a[aria-current]"))
    if (el.checkVisibility() && getComputedStyle(el, "::before").backgroundColor === canvas) wrong.push(`not marked: ${name(el)}`);
  for (const el of document.querySelectorAll(".tabs a[aria-current]"))
    if (el.checkVisibility() && getComputedStyle(el, "::after").backgroundColor === canvas) wrong.push(`not marked: ${name(el)}`);
  for (const el of document.querySelectorAll(".chip[aria-current], .chip[aria-pressed=true]"))
    if (getComputedStyle(el).backgroundColor === canvas) wrong.push(`not marked: ${name(el)}`);
  const enabled = [...document.querySelectorAll(".btn:enabled")].map((el) => getComputedStyle(el).color);
  for (const el of document.querySelectorAll(".btn:disabled"))
    if (enabled.includes(getComputedStyle(el).color)) wrong.push(`looks as if it could be pressed: ${name(el)}`);
  for (const el of document.querySelectorAll("a[href], button, input:not([type=hidden]), select, summary")) {
    if (el.disabled || !el.checkVisibility({ visibilityProperty: true }) || el.closest("[popover]")) continue;
    el.focus({ focusVisible: true });
    const style = getComputedStyle(el);
    if (document.activeElement === el && (style.outlineStyle === "none" || parseFloat(style.outlineWidth) < 2)) wrong.push(`no focus: ${name(el)}`);
  }
  return wrong;
}
