// What only the browser can do: frames, sizes, keys, the countdown. It draws nothing and decides nothing.

/** Resolves in the next animation frame: the page renders at most once in each. */
export const nextFrame = () => new Promise(done => requestAnimationFrame(() => done()));

/** Copies a text of the dashboard's; null when that is done, else why not: the dashboard's words, or nothing where the browser does not let it. */
export async function copy(address) {
  let text;
  try {
    const answer = await fetch(address);
    if (!answer.ok) return (await answer.json()).detail ?? "";
    text = await answer.text();
  } catch {
    return "";
  }
  try {
    await navigator.clipboard.writeText(text);
    return null;
  } catch {
    // Only a page from this machine or over https has a clipboard; elsewhere a selection does.
    const box = document.createElement("textarea");
    box.value = text;
    box.style.position = "fixed";
    document.body.append(box);
    box.select();
    const done = document.execCommand("copy");
    box.remove();
    return done ? null : "";
  }
}

// --- countdown: once a second, by hand, so that no render and no animation runs meanwhile -------------------------------------------
// Each element with data-clock has the axis of its own run: two runs may stand on one page.
const origins = new WeakMap();
let timer = 0;

/** Tells what time it is (ms) on the axis of the run that an element shows. */
export function sync(clock, now) {
  if (clock) origins.set(clock, performance.now() - now);
  tick();
}

function tick() {
  clearTimeout(timer);
  let next = Infinity;
  for (const e of document.querySelectorAll("[data-clock] [data-end]")) {
    const origin = origins.get(e.closest("[data-clock]"));
    if (origin === undefined) continue;
    const now = performance.now() - origin;
    if (count(e, +e.dataset.end, now) > 0) next = Math.min(next, 1000 - (((now % 1000) + 1000) % 1000) + 5);
  }
  if (next < Infinity) timer = setTimeout(tick, next);
}

/** Shows on a ring, a fill or a number what is left at a moment until another (ms), and returns that. */
function count(e, end, now) {
  const left = Math.max(0, end - now);
  if (e.dataset.ring) {
    e.closest(".timewait").dataset.over = left > 0 ? "no" : "yes";
    e.style.strokeDashoffset = +e.dataset.ring * (1 - Math.min(1, left / +e.dataset.total));
  } else if (e.dataset.y1) {
    const t0 = +e.dataset.t0, share = end > t0 ? Math.min(1, Math.max(0, (now - t0) / (end - t0))) : 1;
    const y = +e.dataset.y0 + share * (+e.dataset.y1 - +e.dataset.y0);
    if (e.tagName === "rect") e.setAttribute("height", Math.max(0, y - +e.dataset.top).toFixed(1));
    else e.setAttribute("transform", `translate(0 ${y.toFixed(1)})`);
  } else if (e.firstChild) {
    const text = Math.ceil(left / 1000) + (e.dataset.unit ?? "");
    if (e.firstChild.data !== text) e.firstChild.data = text;
  }
  return left;
}

/** Scrolls what is chosen in a box into its view; no other scroller moves. */
export function reveal(box) {
  const e = box?.querySelector(".chosen, [aria-selected=true]");
  if (!e) return;
  const outer = box.getBoundingClientRect(), inner = e.getBoundingClientRect(), edge = 12;
  if (inner.top >= outer.top + edge && inner.bottom <= outer.bottom - edge) return;
  box.scrollTop += inner.top + Math.min(inner.height, outer.height) / 2 - outer.top - outer.height / 2;
}

// --- the diagram: its size, its zoom, and following the newest mark -----------------------------------------------------------------
export function watchDiagram(scroll, listener) {
  const past = pastOf(scroll);
  let width = 0, height = 0, away = false, hand = -Infinity, held = false, atChosen = false;
  const observer = new ResizeObserver(entries => {
    const { width: wide, height: high } = entries[0].contentRect, before = `${width} ${height}`;
    [width, height] = [Math.floor(wide), Math.floor(high)];
    if (width > 0 && before !== `${width} ${height}`) listener.invokeMethodAsync("Resized", width, height);
    follow();
  });
  observer.observe(scroll);
  const newest = () => {
    const svg = scroll.querySelector("svg[data-now]");
    return svg ? Math.max(0, Math.min(scroll.scrollHeight - scroll.clientHeight, (past.at ?? +svg.dataset.now) - scroll.clientHeight * 0.72)) : 0;
  };
  const show = () => {
    const said = scroll.parentElement.dataset.away, now = away ? "yes" : "no";
    scroll.parentElement.dataset.away = now;
    if (said && said !== now) listener.invokeMethodAsync("Left", away);
  };
  // Of a long run a part is drawn. Near its end another is asked for, one after the other.
  let asking = false;
  const goOn = async () => {
    const whole = scroll.querySelector("[data-before]"), box = whole?.firstElementChild.getBoundingClientRect(), view = scroll.getBoundingClientRect();
    if (asking || !box || !(+whole.dataset.before && box.top > view.top - view.height || +whole.dataset.after && box.bottom < view.bottom + view.height)) return;
    asking = true;
    await listener.invokeMethodAsync("Scrolled", scroll.scrollTop + scroll.clientHeight / 2);
    asking = false;
  };
  // While something is chosen the picture stays at it, until a hand or Jump to now moves on.
  const follow = () => {
    if (atChosen && !away && scroll.querySelector(".chosen")) return reveal(scroll);
    if (away || scroll.scrollHeight <= scroll.clientHeight) return;
    const top = newest();
    if (Math.abs(scroll.scrollTop - top) < 2) return;
    scroll.scrollTop = top;
  };
  // Only a hand scrolls away: a window that changes its size, or a picture that grows, scrolls too. Momentum goes on after the hand has left.
  const touched = e => {
    hand = performance.now();
    if (e.type === "pointerdown") held = true;
  };
  const left = () => { if (held) hand = performance.now(); held = false; };
  const byHand = ["wheel", "touchmove", "pointerdown", "keydown"];
  const scrolled = () => {
    // The headings stand above the picture that scrolls.
    scroll.parentElement.style.setProperty("--aside", `${-scroll.scrollLeft}px`);
    if (!held && performance.now() - hand > 700) return;
    hand = performance.now();
    away = Math.abs(scroll.scrollTop - newest()) > 60;
    show();
    if (away) goOn();
  };
  scroll.addEventListener("scroll", scrolled, { passive: true });
  for (const kind of byHand) scroll.addEventListener(kind, touched, { passive: true });
  addEventListener("pointerup", left);
  addEventListener("pointercancel", left);
  const pressed = e => {
    if (!["+", "=", "-", "0"].includes(e.key) || !isShortcut(e)) return;
    e.preventDefault();
    listener.invokeMethodAsync("Zoomed", e.key);
  };
  // The wheel with Ctrl zooms the diagram, not the page; so does a pinch on a touchpad.
  const wheeled = e => {
    if (!e.ctrlKey) return;
    e.preventDefault();
    listener.invokeMethodAsync("Zoomed", e.deltaY < 0 ? "ZoomIn" : "ZoomOut");
  };
  document.addEventListener("keydown", pressed);
  scroll.parentElement.addEventListener("wheel", wheeled, { passive: false });
  show();
  return {
    follow,
    // A replay stands at a moment; null for the newest.
    show(t, y, at, drawn, all) {
      past.show(t, y, at, drawn, all);
      if (drawn) return;
      // What was chosen or scrolled to before is left when the moment moves.
      away = atChosen = false;
      show();
      follow();
    },
    center(y) { scroll.scrollTop = y - scroll.clientHeight / 2; },
    // The press that chose a mark is no hand that scrolls.
    reveal() { atChosen = true; away = held = false; hand = -Infinity; show(); reveal(scroll); },
    jump() { away = held = atChosen = false; hand = -Infinity; show(); scroll.scrollTop = newest(); scroll.focus({ preventScroll: true }); },
    dispose() {
      observer.disconnect();
      scroll.removeEventListener("scroll", scrolled);
      for (const kind of byHand) scroll.removeEventListener(kind, touched);
      removeEventListener("pointerup", left);
      removeEventListener("pointercancel", left);
      document.removeEventListener("keydown", pressed);
      scroll.parentElement?.removeEventListener("wheel", wheeled);
    },
  };
}

/**
 * What a replay shows of a diagram: marks up to a moment. The picture is that of the whole run and stays as it is; a curtain hides what lasts longer, and each mark that is yet to come is hidden by itself.
 * So a move costs as much as there are marks between two moments, and nothing is laid out or drawn anew.
 */
function pastOf(scroll) {
  let marks = [], shown = 0, at = null;
  const set = (e, later) => later ? e.setAttribute("data-later", "") : e.removeAttribute("data-later");
  return {
    /** Where the moment is in what scrolls, px; null for no replay. */
    get at() { return at; },
    /** @param t ns, null for all; y: its place in the picture; place: the same in what scrolls; drawn: whether the picture is another than before; all: at the end, where marks that the picture has in advance are there too. */
    show(t, y, place, drawn, all) {
      const last = all ? Infinity : t;
      const svg = scroll.querySelector("svg.sequence");
      at = t === null ? null : place;
      if (!svg) return;
      svg.classList.toggle("replay", t !== null);
      if (drawn) {
        // What was hidden before may be no mark of a replay any more.
        for (const e of scroll.querySelectorAll("[data-later]")) set(e, false);
        marks = [...scroll.querySelectorAll("[data-t]")].map(e => [+e.dataset.t, e]).sort((a, b) => a[0] - b[0]);
        shown = 0;
        if (t !== null) for (const [, e] of marks) set(e, true);
      }
      if (t === null) return;
      while (shown < marks.length && marks[shown][0] <= last) set(marks[shown++][1], false);
      while (shown > 0 && marks[shown - 1][0] > last) set(marks[--shown][1], true);
      for (const e of svg.querySelectorAll("[data-until]")) set(e, +e.dataset.until <= t);
      for (const e of svg.querySelectorAll("[data-left]")) count(e, +e.dataset.left, t / 1e6);
      for (const e of svg.querySelectorAll("[data-rest]")) {
        const bottom = +e.dataset.rest, top = Math.min(bottom, Math.max(+e.dataset.from, y + +e.dataset.below));
        if (e.tagName === "rect") (e.setAttribute("y", top.toFixed(1)), e.setAttribute("height", (bottom - top).toFixed(1)));
        else (e.setAttribute("y1", top.toFixed(1)), e.setAttribute("y2", bottom.toFixed(1)));
      }
      svg.querySelector(".veil")?.setAttribute("transform", `translate(0 ${y.toFixed(1)})`);
      svg.querySelector(".cursor")?.setAttribute("transform", `translate(0 ${y.toFixed(1)})`);
    },
  };
}

// --- the line of a replay: a slider, as a hand drags it and as keys move it -----------------------------------------------------------
const SCRUBBER_KEYS = [" ", "Home", "End", "ArrowLeft", "ArrowDown", "ArrowRight", "ArrowUp", "PageDown", "PageUp"];

export function watchScrubber(line, listener) {
  let held = false, asked = null, telling = false;
  // One frame tells the newest place alone, and the next waits until that is shown.
  const tell = async () => {
    if (telling) return;
    telling = true;
    while (asked !== null) {
      await nextFrame();
      const place = asked;
      asked = null;
      await listener.invokeMethodAsync("Dragged", place);
    }
    telling = false;
  };
  const dragged = () => { asked = line.valueAsNumber; tell(); };
  const down = () => { held = true; }, up = () => { held = false; };
  const pressed = e => {
    if (e.ctrlKey || e.altKey || e.metaKey || !SCRUBBER_KEYS.includes(e.key)) return;
    e.preventDefault();
    if (e.key !== " " || !e.repeat) listener.invokeMethodAsync("Pressed", e.key, e.shiftKey);
  };
  line.addEventListener("input", dragged);
  line.addEventListener("keydown", pressed);
  line.addEventListener("pointerdown", down);
  for (const end of ["pointerup", "pointercancel"]) addEventListener(end, up);
  return {
    place(value) { if (!held) line.value = value; },
    dispose() {
      line.removeEventListener("input", dragged);
      line.removeEventListener("keydown", pressed);
      line.removeEventListener("pointerdown", down);
      for (const end of ["pointerup", "pointercancel"]) removeEventListener(end, up);
    },
  };
}

// --- files that are dropped ----------------------------------------------------------------------------------------------------------
/** A browser shows a file that is dropped beside a file input instead of the page: here the input gets it, wherever it is dropped. */
export function watchDrops(box) {
  const over = e => {
    if (!e.dataTransfer?.types.includes("Files")) return;
    e.preventDefault();
    box.toggleAttribute("data-over", true);
  };
  const left = e => { if (!e.relatedTarget) box.removeAttribute("data-over"); };
  const dropped = e => {
    if (!e.dataTransfer?.files.length) return;
    e.preventDefault();
    box.removeAttribute("data-over");
    const input = box.querySelector("input[type=file]");
    if (!input) return;
    // Several may be dropped; an input takes one.
    const one = new DataTransfer();
    one.items.add(e.dataTransfer.files[0]);
    input.files = one.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  };
  document.addEventListener("dragover", over);
  document.addEventListener("dragleave", left);
  document.addEventListener("drop", dropped);
  return {
    dispose() {
      document.removeEventListener("dragover", over);
      document.removeEventListener("dragleave", left);
      document.removeEventListener("drop", dropped);
    },
  };
}

// --- keys ---------------------------------------------------------------------------------------------------------------------------
/** A key of the page's own: not within a field, and with nothing open above the page. */
const isShortcut = e => !(e.ctrlKey || e.altKey || e.metaKey || e.repeat || document.querySelector(".mud-dialog, .mud-popover-open")
  || e.target.closest("input:not([type=radio]):not([type=checkbox]), textarea, select, [contenteditable]"));

/** @param keys The keys that the page answers, as a regular expression. */
export function listenKeys(listener, keys) {
  const all = new RegExp(`^(${keys})$`);
  const down = e => {
    if (!all.test(e.key) || !isShortcut(e)) return;
    if (e.key !== "Escape") e.preventDefault();
    listener.invokeMethodAsync("Pressed", e.key);
  };
  document.addEventListener("keydown", down);
  return { dispose() { document.removeEventListener("keydown", down); } };
}

// Lists, tabs, socket rows and runs by the keys that the ARIA authoring practices name. What the arrows reach is chosen at once, so that the picture follows; a run only gets the focus.
document.addEventListener("keydown", e => {
  if (e.ctrlKey || e.altKey || e.metaKey) return;
  const run = e.target.closest(".history a.run"), runs = document.querySelectorAll(".history a.run");
  if (run) return neighbour(e, [...runs], [...runs].indexOf(run), "ArrowUp", "ArrowDown")?.focus();
  const list = e.target.closest("[role=listbox]"), tab = e.target.closest(".tabs [role=tab]"), row = e.target.closest(".sockets [role=row][tabindex]");
  if (list) walk(e, [...list.querySelectorAll("[role=option]")], "ArrowUp", "ArrowDown");
  else if (tab) walk(e, [...tab.parentElement.querySelectorAll("[role=tab]")], "ArrowLeft", "ArrowRight", tab)?.focus();
  else if (row && ["Enter", " "].includes(e.key)) {
    e.preventDefault();
    row.click();
  }
});

/** Chooses the neighbour that the key names; from the one that has the focus, or else from the one that is chosen. */
function walk(e, all, back, on, focused) {
  const next = neighbour(e, all, focused ? all.indexOf(focused) : all.findIndex(o => o.ariaSelected === "true"), back, on);
  if (next !== focused) next?.click();
  return next;
}

/** The one that the key leads to from the one at that place, -1 for none; undefined for another key. */
function neighbour(e, all, at, back, on) {
  const to = { Home: 0, End: all.length - 1, [back]: at < 0 ? all.length - 1 : at - 1, [on]: at + 1 }[e.key];
  if (to === undefined) return;
  e.preventDefault();
  return all[Math.max(0, Math.min(all.length - 1, to))];
}

// A primary button that goes takes the focus with it; the next one gets it.
let hadFocus = false;
document.addEventListener("focusin", e => { hadFocus = !!e.target.closest(".primary"); });

// The step that was the present one at the last render.
let present = null;

/** Scrolls the column that a step is in to it, never the page. */
function bringIntoView(step) {
  const column = step?.closest(".left");
  if (!column?.clientHeight) return;
  const outer = column.getBoundingClientRect(), inner = step.getBoundingClientRect();
  if (inner.bottom > outer.bottom) column.scrollTop += inner.bottom - outer.bottom + 8;
  else if (inner.top < outer.top) column.scrollTop -= outer.top - inner.top + 8;
}

/** After each render. */
export function rendered() {
  const step = document.querySelector(".steps .now");
  if (step !== present) bringIntoView(present = step);
  if (hadFocus && document.activeElement === document.body) document.querySelector(".primary")?.focus({ preventScroll: true });
  tick();
}

