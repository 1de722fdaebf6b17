// The diagram as a picture of its own: what the page shows of it, with its colours, sizes and fonts, and nothing that has to be fetched.

const properties = ["fill", "fill-opacity", "stroke", "stroke-width", "stroke-dasharray", "stroke-linecap", "stroke-linejoin", "opacity", "font-family", "font-size", "font-weight", "font-style",
  "font-variant-numeric", "paint-order", "text-anchor", "text-decoration-line", "white-space", "visibility", "display", "marker-end"];
const fonts = [["Inter", "inter.woff2", "100 900"], ["JetBrains Mono", "jetbrains-mono.woff2", "100 800"]];
// Beyond this many pixels a side no browser draws.
const most = 16384;

/** Saves what the page shows of the diagram as NAME.svg or NAME.png; false where it shows none. */
export async function save(kind, name) {
  const card = document.querySelector(".diagram"), shown = card?.querySelector("svg.sequence");
  if (!shown) return false;
  const svg = await picture(card, shown);
  const file = new Blob([new XMLSerializer().serializeToString(svg)], { type: "image/svg+xml" });
  download(kind === "png" ? await painted(file, svg.width.baseVal.value, svg.height.baseVal.value) : file, `${name}.${kind}`);
  return true;
}

async function picture(card, shown) {
  const copy = shown.cloneNode(true), classes = new Map(), zoom = shown.clientWidth / shown.viewBox.baseVal.width;
  const from = [shown, ...shown.querySelectorAll("*")], to = [copy, ...copy.querySelectorAll("*")];
  from.forEach((e, i) => {
    const style = getComputedStyle(e), text = properties.map(p => `${p}:${style.getPropertyValue(p).replace(/url\("[^"#]*#/g, 'url("#')}`).join(";");
    if (!classes.has(text)) classes.set(text, `p${classes.size}`);
    for (const { name } of [...to[i].attributes]) if (/^(class|style|data-|b-|aria-|role$)/.test(name)) to[i].removeAttribute(name);
    to[i].setAttribute("class", classes.get(text));
  });
  const { width, height } = shown.viewBox.baseVal, top = card.querySelector(".heads").clientHeight / zoom;
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  copy.setAttribute("viewBox", `0 ${-top} ${width} ${height + top}`);
  copy.setAttribute("width", Math.round(width * zoom));
  copy.setAttribute("height", Math.round((height + top) * zoom));
  const ground = element("rect", { x: 0, y: -top, width, height: height + top, fill: getComputedStyle(card).backgroundColor });
  const left = card.querySelector(".heads").getBoundingClientRect();
  const heads = [...card.querySelectorAll(".heads :is(b, span)")].map(e => {
    const box = e.getBoundingClientRect(), style = getComputedStyle(e), size = parseFloat(style.fontSize) / zoom;
    const text = element("text", { x: (box.left + box.width / 2 - left.left) / zoom, y: (box.top + box.height / 2 - left.top) / zoom - top + size * 0.35, "text-anchor": "middle", fill: style.color,
      "font-family": style.fontFamily, "font-size": size, "font-weight": style.fontWeight });
    text.textContent = e.textContent;
    return text;
  });
  const style = element("style", {});
  style.textContent = (await Promise.all(fonts.map(face))).join("") + [...classes].map(([text, name]) => `.${name}{${text}}`).join("");
  copy.prepend(style, ground, ...heads);
  return copy;
}

async function face([family, file, weight]) {
  const octets = new Uint8Array(await (await fetch(new URL(`../fonts/${file}`, import.meta.url))).arrayBuffer());
  return `@font-face{font-family:"${family}";src:url(data:font/woff2;base64,${btoa(octets.reduce((all, o) => all + String.fromCharCode(o), ""))}) format("woff2");font-weight:${weight}}`;
}

// Twice as sharp as the page, as far as the browser goes.
async function painted(file, width, height) {
  const url = URL.createObjectURL(file), image = new Image();
  try {
    image.src = url;
    await image.decode();
    const scale = Math.min(2, most / width, most / height), canvas = document.createElement("canvas");
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise(done => canvas.toBlob(done, "image/png"));
  } finally {
    URL.revokeObjectURL(url);
  }
}

function download(file, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  // The download has begun once this task is over.
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

function element(name, attributes) {
  const e = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) e.setAttribute(key, value);
  return e;
}
