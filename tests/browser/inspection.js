(paper) => {
  // Looks at a page that is laid out and says in words what a reader would stumble over. Whatever scrolls has not been
  // scrolled yet, and will not be afterwards. With `paper`, nothing can be scrolled at all.
  const faults = new Set();

  const quoted = (text) => {
    const words = text.trim().replace(/\s+/g, " ");
    return JSON.stringify(words.length > 40 ? words.slice(0, 37) + "..." : words);
  };

  const visible = (element) => {
    const style = getComputedStyle(element);
    return style.visibility === "visible" && style.display !== "none";
  };

  // The middle of a line of text, where its letters are: boxes of lines may touch where letters do not.
  const middle = ({ left, right, top, bottom }) => {
    const margin = (bottom - top) * 0.15;
    return { left, right, top: top + margin, bottom: bottom - margin };
  };

  const pieces = () => {
    const found = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const element = node.parentElement;
      if (!node.data.trim() || !visible(element)) continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      const rects = [...range.getClientRects()].filter((rect) => rect.width > 0.5 && rect.height > 0.5);
      found.push({ element, words: quoted(node.data), rects: rects.map(middle) });
    }
    return found;
  };

  const inner = (element) => {
    const { left, top, width, height } = element.getBoundingClientRect();
    if (element instanceof SVGElement) return { left, top, right: left + width, bottom: top + height };
    const x = left + element.clientLeft;
    const y = top + element.clientTop;
    return { left: x, top: y, right: x + element.clientWidth, bottom: y + element.clientHeight };
  };

  // What is left of a rectangle after its surroundings have cut it, and whether a reader can bring the rest into sight.
  const shown = (rect, element) => {
    const left = { left: rect.left, right: rect.right, top: rect.top, bottom: rect.bottom };
    left.lost = rect.left < -1 || rect.top < -1;
    for (let around = element; around && around !== document.body; around = around.parentElement) {
      const style = getComputedStyle(around);
      const holds = around instanceof SVGSVGElement || !["inline", "contents"].includes(style.display);
      if (!holds) continue;
      const box = inner(around);
      const cuts = (axis) => style[axis] !== "visible";
      const scrolls = (axis) => !paper && (style[axis] === "auto" || style[axis] === "scroll");
      const leftward = style.direction === "rtl";
      if (cuts("overflowX")) {
        const reachable = scrolls("overflowX");
        if (rect.left < box.left - 1 && !(reachable && leftward)) left.lost = true;
        if (rect.right > box.right + 1 && !(reachable && !leftward)) left.lost = true;
        left.left = Math.max(left.left, box.left);
        left.right = Math.min(left.right, box.right);
      }
      if (cuts("overflowY")) {
        if (rect.top < box.top - 1) left.lost = true;
        if (rect.bottom > box.bottom + 1 && !scrolls("overflowY")) left.lost = true;
        left.top = Math.max(left.top, box.top);
        left.bottom = Math.min(left.bottom, box.bottom);
      }
    }
    return left;
  };

  const findOverflow = (texts) => {
    const width = document.documentElement.clientWidth;
    const wide = Math.max(document.documentElement.scrollWidth, document.body.scrollWidth);
    if (wide <= width) return;
    const outside = (rect, element) => shown(rect, element).right > width + 0.5;
    const text = texts.find(({ element, rects }) => rects.some((rect) => outside(rect, element)));
    const elements = [...document.body.querySelectorAll("*")];
    const box = elements.findLast((element) => outside(element.getBoundingClientRect(), element.parentElement));
    const culprit = text ? `, by the text ${text.words}` : box ? `, by <${box.localName}>` : "";
    faults.add(`the page is ${wide} px wide where ${width} px are${culprit}`);
  };

  const findCutAndOverlapping = (texts) => {
    const placed = [];
    for (const { element, words, rects } of texts) {
      for (const rect of rects) {
        const left = shown(rect, element);
        if (left.lost) faults.add(`the text ${words} is cut`);
        if (left.right - left.left > 1 && left.bottom - left.top > 1) placed.push({ ...left, words });
      }
    }
    placed.sort((one, other) => one.top - other.top);
    placed.forEach((upper, index) => {
      for (let next = index + 1; next < placed.length && placed[next].top < upper.bottom - 1; next += 1) {
        const lower = placed[next];
        if (Math.min(upper.right, lower.right) - Math.max(upper.left, lower.left) > 1) {
          faults.add(`the texts ${upper.words} and ${lower.words} overlap`);
        }
      }
    });
  };

  // Colours are red, green and blue from 0 to 255, and how opaque they are, from 0 to 1.
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const colours = new Map();
  const colour = (text) => {
    if (!colours.has(text)) {
      canvas.clearRect(0, 0, 1, 1);
      canvas.fillStyle = text;
      canvas.fillRect(0, 0, 1, 1);
      const [red, green, blue, alpha] = canvas.getImageData(0, 0, 1, 1).data;
      colours.set(text, [red, green, blue, alpha / 255]);
    }
    return colours.get(text);
  };

  const over = (front, back) => {
    const mixed = [0, 1, 2].map((index) => front[index] * front[3] + back[index] * (1 - front[3]));
    return [...mixed, 1];
  };

  const sheet = () => {
    const element = document.documentElement.appendChild(document.createElement("i"));
    element.style.backgroundColor = "Canvas";
    const found = colour(getComputedStyle(element).backgroundColor);
    element.remove();
    return found;
  };
  const blank = sheet();

  // The colour behind what stands in an element, or null where a picture is there.
  const background = (element, layers = []) => {
    for (let behind = element; behind; behind = behind.parentElement) {
      const style = getComputedStyle(behind);
      if (style.backgroundImage !== "none") return null;
      layers.push(colour(style.backgroundColor));
      if (layers.at(-1)[3] === 1) break;
    }
    return layers.reduceRight((back, front) => over(front, back), blank);
  };

  // The colour behind a point of an SVG drawing: its shapes there, and then what stands around the drawing.
  const drawnBackground = (element, x, y) => {
    const layers = [];
    for (const shape of document.elementsFromPoint(x, y)) {
      if (!(shape instanceof SVGGeometryElement) || shape.ownerSVGElement !== element.ownerSVGElement) continue;
      const { fill, fillOpacity } = getComputedStyle(shape);
      if (fill === "none") continue;
      if (fill.startsWith("url(")) return null;
      const [red, green, blue, alpha] = colour(fill);
      layers.push([red, green, blue, alpha * Number(fillOpacity)]);
    }
    return background(element.ownerSVGElement, layers);
  };

  const opacity = (element) => {
    let product = 1;
    for (let around = element; around; around = around.parentElement) product *= Number(getComputedStyle(around).opacity);
    return product;
  };

  const luminance = (rgb) => {
    const [red, green, blue] = rgb.slice(0, 3).map((part) => {
      const share = part / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };

  // WCAG 2.2, success criterion 1.4.3, with the limit for small text for all of it.
  const judge = (front, back, words) => {
    if (back === null) {
      faults.add(`the text ${words} stands on a picture, where contrast cannot be measured`);
      return;
    }
    const [darker, lighter] = [luminance(over(front, back)), luminance(back)].sort((one, other) => one - other);
    const contrast = (lighter + 0.05) / (darker + 0.05);
    if (contrast < 4.5) faults.add(`the text ${words} has a contrast of ${contrast.toFixed(2)}, not 4.5`);
  };

  const faded = ([red, green, blue, alpha], share) => [red, green, blue, alpha * share];

  const judgeDrawn = (element, words) => {
    const { fill, fillOpacity } = getComputedStyle(element);
    const front = faded(colour(fill), Number(fillOpacity) * opacity(element));
    element.scrollIntoView({ block: "center", inline: "center" });
    const { left, top, width, height } = element.getBoundingClientRect();
    for (const share of [0.1, 0.5, 0.9]) {
      judge(front, drawnBackground(element, left + share * width, top + height / 2), words);
    }
    for (let around = element; around; around = around.parentElement) around.scrollTo(0, 0);
  };

  const findLowContrast = (texts) => {
    for (const { element, words } of texts) {
      if (element instanceof SVGElement) judgeDrawn(element, words);
      else judge(faded(colour(getComputedStyle(element).color), opacity(element)), background(element), words);
    }
    for (const element of document.body.querySelectorAll("*")) {
      for (const pseudo of ["::before", "::after", "::marker"]) {
        const { content, color, display, listStyleType } = getComputedStyle(element, pseudo);
        const marked = getComputedStyle(element).display === "list-item" && listStyleType !== "none";
        if (pseudo === "::marker" ? !marked : !/["(]/.test(content) || display === "none") continue;
        judge(faded(colour(color), opacity(element)), background(element), `${pseudo} of ${quoted(element.textContent)}`);
      }
    }
  };

  const findBrokenPictures = () => {
    for (const picture of document.images) {
      if (!picture.complete || !picture.naturalWidth) faults.add(`the picture ${picture.src.slice(0, 40)} is not shown`);
    }
  };

  const texts = pieces();
  findBrokenPictures();
  findOverflow(texts);
  findCutAndOverlapping(texts);
  findLowContrast(texts);
  return [...faults];
}
