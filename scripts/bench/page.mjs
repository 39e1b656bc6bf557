/** Holds measured ratios against those that docs/performance.md states. */

/** By how much a ratio may be worse than the page before the benchmark fails: a third. */
const TOLERANCE = 4 / 3;

/** The figures of the page's tables by their names: the first number in the column beside the name. */
export function figuresOf(page) {
  const rows = page.split('\n').flatMap((line) => {
    const [, name, measured] = /^\| (.+?) +\| ([^|]*)\|/.exec(line) ?? [];
    const number = /^\d+(?:\.\d+)?/.exec((measured ?? '').trim())?.[0];
    return name === undefined || number === undefined ? [] : [[name.trim(), Number(number)]];
  });
  return new Map(rows);
}

/**
 * What is worse than the page by more than a third, in sentences. `ratios` are `{name, value, isBetter}`, where `isBetter`
 * is `lower` or `higher`. A ratio that the page does not have is reported too, since nothing would hold it.
 */
export function worseThanPage(page, ratios) {
  const figures = figuresOf(page);
  return ratios.flatMap(({ name, value, isBetter }) => {
    const stated = figures.get(name);
    if (stated === undefined) return [`docs/performance.md has no figure named "${name}".`];
    const isWorse = isBetter === 'lower' ? value > stated * TOLERANCE : value < stated / TOLERANCE;
    const bound = isBetter === 'lower' ? 'above' : 'below';
    return isWorse
      ? [`${name}: ${value.toFixed(2)} is more than a third ${bound} the ${stated} of docs/performance.md.`]
      : [];
  });
}
