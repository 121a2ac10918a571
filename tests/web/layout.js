// What is wrong with the page as it is laid out now: a list of sentences, empty when all is well.
() => {
  const wrong = [];
  const width = document.documentElement.clientWidth;
  const name = (el) => {
    const said = (el.getAttribute("aria-label") || el.textContent || "").trim().replace(/\s+/g, " ").slice(0, 40);
    return `<${el.tagName.toLowerCase()}${el.id ? "#" + el.id : ""} class="${el.getAttribute("class") ?? ""}"> "${said}"`;
  };
  const isSeen = (el) => el.checkVisibility({ visibilityProperty: true, opacityProperty: true });
  const isHiddenFromEyes = (el) => el.closest(".vh, .skip, svg, noscript, option") !== null || getComputedStyle(el).clipPath === "inset(50%)";
  const layer = (el) => {
    for (let at = el; at; at = at.parentElement) if (/fixed|sticky|absolute/.test(getComputedStyle(at).position)) return at;
    return document.body;
  };
  const all = [...document.body.querySelectorAll("*")].filter((el) => !isHiddenFromEyes(el) && isSeen(el));

  if (document.documentElement.scrollWidth > width) wrong.push(`the page scrolls sideways: ${document.documentElement.scrollWidth} > ${width}`);
  for (const el of all) {
    const box = el.getBoundingClientRect();
    if (!box.width || !box.height) continue;
    if (box.right > width + 1 || box.left < -1) wrong.push(`outside the window: ${name(el)} ${Math.round(box.left)}..${Math.round(box.right)}`);
    const style = getComputedStyle(el);
    if (!/INPUT|SELECT|TEXTAREA/.test(el.tagName)) {
      if (style.overflowX !== "visible" && el.scrollWidth > el.clientWidth + 1) wrong.push(`cut or scrolled sideways: ${name(el)} ${el.scrollWidth} > ${el.clientWidth}`);
      if (/hidden|clip/.test(style.overflowY) && el.scrollHeight > el.clientHeight + 1) wrong.push(`cut below: ${name(el)}`);
    }
  }

  // Targets of a pointer: a control with the labels that belong to it; a link in running text is free (WCAG 2.5.8).
  for (const el of all.filter((one) => one.matches("a[href], button, summary, input:not([type=hidden]), select, textarea"))) {
    const parts = [el, ...(el.labels ?? [])].map((one) => one.getBoundingClientRect());
    const wide = Math.max(...parts.map((box) => box.right)) - Math.min(...parts.map((box) => box.left));
    const high = Math.max(...parts.map((box) => box.bottom)) - Math.min(...parts.map((box) => box.top));
    const isInText = el.matches("a") && getComputedStyle(el).display === "inline" && el.parentElement.textContent.trim() !== el.textContent.trim();
    if (!isInText && (wide < 24 || high < 24)) wrong.push(`smaller than 24: ${name(el)} ${Math.round(wide)} x ${Math.round(high)}`);
  }

  // Texts over each other. What is pinned to the window may stand over what scrolls under it.
  const windows = new Map();
  const window_of = (el) => {
    if (!el || el === document.documentElement) return [-Infinity, Infinity];
    if (!windows.has(el)) {
      const [top, bottom] = window_of(el.parentElement);
      const box = getComputedStyle(el).overflowY === "visible" ? null : el.getBoundingClientRect();
      windows.set(el, box ? [Math.max(top, box.top), Math.min(bottom, box.bottom)] : [top, bottom]);
    }
    return windows.get(el);
  };
  const texts = [];
  for (const el of all) {
    for (const node of el.childNodes) {
      if (node.nodeType !== Node.TEXT_NODE || !node.data.trim()) continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      const [top, bottom] = window_of(el);
      for (const box of range.getClientRects()) if (box.width > 1 && box.bottom > top + 3 && box.top < bottom - 3) texts.push({ el, box, layer: layer(el), text: node.data.trim().slice(0, 30) });
    }
  }
  texts.sort((a, b) => a.box.top - b.box.top);
  texts.forEach((one, at) => {
    for (let next = at + 1; next < texts.length && texts[next].box.top < one.box.bottom - 3; next++) {
      const two = texts[next];
      const across = Math.min(one.box.right, two.box.right) - Math.max(one.box.left, two.box.left);
      const down = Math.min(one.box.bottom, two.box.bottom) - two.box.top;
      if (one.layer === two.layer && across > 2 && down > 3) wrong.push(`over each other: "${one.text}" and "${two.text}"`);
    }
  });
  return wrong;
}
