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

  const low_text = [], outside = [], tiny = [];
  let texts = 0;
  for (const element of document.body.querySelectorAll('*')) {
    const own = [...element.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
    if (!own || hidden(element)) continue;
    const style = page.getComputedStyle(element);
    const ratio = contrast(parse(style.color), backdrop(element));
    texts += 1;
    if (ratio < 4.5) low_text.push([name(element), ratio]);
    if (parseFloat(style.fontSize) < 9.5) tiny.push([name(element), style.fontSize]);
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
    texts, low_text, outside, tiny,
  };
}
