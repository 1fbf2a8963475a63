// Measures a page in a frame of the document it is called in, with what the browser computed.
function measure(frame) {
  const page = frame.contentWindow, document = frame.contentDocument;
  const parse = (text) => (text.match(/[\d.]+/g) || []).map(Number);
  const luminance = (rgb) => {
    const [r, g, b] = rgb.slice(0, 3).map((v) => {
      v /= 255;
      return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  // WCAG 2.2, contrast ratio.
  const contrast = (a, b) => {
    const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y);
    return (high + 0.05) / (low + 0.05);
  };
  const backdrop = (element) => {
    for (; element; element = element.parentElement) {
      const rgb = parse(page.getComputedStyle(element).backgroundColor);
      if (rgb.length === 3 || rgb[3] === 1) return rgb;
    }
    return [255, 255, 255];
  };
  const hidden = (element) => {
    const box = element.getBoundingClientRect();
    return box.width <= 1 || box.height <= 1 || !element.checkVisibility();
  };
  const name = (element) => element.tagName + '.' + (element.getAttribute('class') || '');

  const low_text = [], low_marks = [], outside = [], tiny = [];
  let texts = 0, marks = 0;
  for (const element of document.body.querySelectorAll('*')) {
    const own = [...element.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
    if (!own || hidden(element) || ['title', 'desc'].includes(element.tagName)) continue;
    const style = page.getComputedStyle(element);
    const color = element.tagName === 'text' ? style.fill : style.color;
    const ratio = contrast(parse(color), backdrop(element));
    texts += 1;
    if (ratio < 4.5) low_text.push([name(element), ratio]);
    const drawn = element.tagName === 'text' ? element.getScreenCTM() : {a: 1, b: 0};
    const scale = Math.hypot(drawn.a, drawn.b);
    if (parseFloat(style.fontSize) * scale < 9.5) tiny.push([name(element), style.fontSize]);
  }
  // What a drawing says; the grid and the other attackers' curves are there for orientation.
  for (const [selector, property] of [['.curve', 'stroke'], ['.whisker', 'stroke'],
      ['.point', 'stroke'], ['.guess', 'stroke'], ['.value', 'stroke'], ['.interval', 'fill'],
      ['.share', 'fill']]) {
    for (const element of document.querySelectorAll(selector)) {
      const color = parse(page.getComputedStyle(element)[property]);
      const behind = [backdrop(element.parentElement)];
      const band = element.closest('svg').querySelector('.band, .track');
      if (band && selector !== '.guess') behind.push(parse(page.getComputedStyle(band).fill));
      marks += 1;
      const ratio = Math.min(...behind.map((b) => contrast(color, b)));
      if (!(ratio >= 3)) low_marks.push([selector, ratio]);
    }
  }
  const width = document.documentElement.clientWidth;
  for (const element of document.body.querySelectorAll('*')) {
    const box = element.getBoundingClientRect();
    if (hidden(element)) continue;
    if (box.right > width + 0.5 || box.left < -0.5) outside.push(name(element));
  }
  return {
    width: page.innerWidth,
    scroll_width: document.documentElement.scrollWidth,
    height: document.documentElement.scrollHeight,
    dark: page.matchMedia('(prefers-color-scheme: dark)').matches,
    columns_shown: [...document.querySelectorAll('.wide thead')].some((e) => !hidden(e)),
    texts, marks, low_text, low_marks, outside, tiny,
  };
}
