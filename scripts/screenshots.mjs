/**
 * Writes docs/screenshots/*.png: the comment and the job summary of the reports in __tests__/fixtures/reports, rendered
 * by cmark-gfm with GitHub's stylesheet in headless Chromium, light and dark.
 *
 *   node --import ./scripts/typescript.mjs scripts/screenshots.mjs [--all] [--open] [--width PIXELS] [--out FOLDER]
 *
 * --all takes every report. It prints each table that is wider than its page, with folds open too, and each comment whose
 * first screen (830 x 900) lacks verdict, violations or changes. --open shows the folds open. The script needs cmark-gfm and
 * chromium (CHROMIUM: its path). MERMAID is the path of mermaid.min.js; without it the chart of the summary stays code.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import { renderComment } from '../src/report/markdown/comment.js';
import { renderSummary } from '../src/report/markdown/summary.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const { values: options } = parseArgs({
  options: {
    all: { type: 'boolean', default: false },
    open: { type: 'boolean', default: false },
    width: { type: 'string', default: '912' },
    out: { type: 'string', default: `${root}docs/screenshots` },
  },
});

const CONTEXT = {
  repositoryUrl: 'https://github.com/octo-org/evals',
  headSha: 'c0ffee254729296a45a3885639ac7e10f9d54979',
  summaryUrl: 'https://github.com/octo-org/evals/actions/runs/42',
};

const reports = `${root}__tests__/fixtures/reports`;
const names = readdirSync(reports).map((file) => file.replace(/\.json$/, ''));
const COMMENTS = options.all
  ? names
  : [
      'prompt-file',
      'over-budget',
      'worst-case',
      'kinds-of-run',
      'several-manifests',
      'within-budget',
      'nothing-changed',
      'first-manifest',
      'error',
    ];
const SUMMARIES = options.all ? names : ['over-budget'];
/** Widths in pixels: 912 is a comment on a desktop (830 within its box), 400 a phone. */
const WIDTH = Number(options.width);

/** Colours for four emoji, because headless machines have no emoji font. */
const SIGNS = {
  '✅': '<rect width="16" height="16" rx="3" fill="#77b255"/><path d="M4 8.5l3 3L12.500 4.500" stroke="#fff" stroke-width="2" fill="none"/>',
  '⚠️': '<path d="M8 1l7.500 14H.5z" fill="#ffcc4d"/><path d="M8 5.500v5M8 12v1.500" stroke="#231f20" stroke-width="1.800"/>',
  '❌': '<path d="M3 3l10 10M13 3L3 13" stroke="#dd2e44" stroke-width="3.500" stroke-linecap="round"/>',
  '⛔': '<circle cx="8" cy="8" r="8" fill="#dd2e44"/><rect x="3" y="6.500" width="10" height="3" fill="#fff"/>',
};

function html(markdown, theme) {
  const extensions = ['table', 'autolink', 'strikethrough', 'tagfilter'].flatMap((extension) => ['-e', extension]);
  const body = execFileSync('cmark-gfm', ['--unsafe', ...extensions], { input: markdown, encoding: 'utf8' });
  const signed = Object.entries(SIGNS).reduce(
    (text, [sign, shape]) => text.replaceAll(sign, `<svg class="sign" viewBox="0 0 16 16">${shape}</svg>`),
    body,
  );
  const style = readFileSync(`${root}node_modules/github-markdown-css/github-markdown-${theme}.css`, 'utf8');
  const [page, line] = theme === 'dark' ? ['#0d1117', '#3d444d'] : ['#ffffff', '#d1d9e0'];
  return `<!doctype html><meta charset="utf-8"><style>${style}
    body { margin: 0; padding: 16px; background: ${page}; }
    .box { border: 1px solid ${line}; border-radius: 6px; padding: 16px; width: ${WIDTH - 66}px; }
    .markdown-body { font-size: 14px; }
    .sign { width: 1em; height: 1em; vertical-align: -0.1em; }
  </style><div class="box"><article class="markdown-body">${signed}</article></div>`;
}

async function picture(browser, markdown, theme, file) {
  const page = await browser.newPage();
  await page.setContent(html(markdown, theme));
  if (process.env.MERMAID !== undefined && markdown.includes('```mermaid')) await drawCharts(page, theme);
  if (options.all) {
    await reportWideTables(page, file);
    await reportFirstScreen(page, file);
  }
  if (options.open) {
    await page.evaluate(() => {
      for (const fold of document.querySelectorAll('details')) fold.open = true;
    });
  }
  // One pixel per point is enough for a long summary.
  await page.screenshot({ path: file, fullPage: true, scale: file.includes('summary-') ? 'css' : 'device' });
  await page.close();
}

/** Reports tables that do not fit. GitHub would make the reader scroll. */
async function reportWideTables(page, file) {
  const wide = await page.evaluate(() => {
    const columnsOf = (table) => [...table.rows[0].cells].map((cell) => Math.round(cell.offsetWidth)).join(', ');
    const folds = [...document.querySelectorAll('details:not([open])')];
    for (const fold of folds) fold.open = true;
    const found = [...document.querySelectorAll('table')].flatMap((table) =>
      table.scrollWidth > table.clientWidth + 1
        ? [
            `${table.scrollWidth} > ${table.clientWidth} (columns of ${columnsOf(table)} from "${table.innerText.slice(0, 40)}")`,
          ]
        : [],
    );
    if (document.documentElement.scrollWidth > window.innerWidth) found.push('the page itself');
    for (const fold of folds) fold.open = false;
    return found;
  });
  if (wide.length > 0) console.log(`${file}: wider than the page: ${wide.join(', ')}`);
}

/** What a reviewer sees without scrolling on a desktop. */
const FIRST_SCREEN = 900;

/** Of a comment that fails, the verdict with its figures, the violations and what changed stand on the first screen. */
async function reportFirstScreen(page, file) {
  if (WIDTH < 800 || !file.includes('comment-')) return;
  const below = await page.evaluate((height) => {
    const title = [...document.querySelectorAll('strong')].find(({ textContent }) => textContent === 'What changed');
    const lists = [...document.querySelectorAll('h3, ul')].slice(0, title === undefined ? 2 : 3);
    return lists.filter((element) => element.getBoundingClientRect().bottom > height).length;
  }, FIRST_SCREEN);
  if (below > 0) console.log(`${file}: not all of verdict, violations and changes is on the first screen`);
}

async function drawCharts(page, theme) {
  await page.addScriptTag({ path: process.env.MERMAID });
  await page.evaluate(
    async (name) => {
      const { mermaid } = globalThis;
      mermaid.initialize({ startOnLoad: false, theme: name, securityLevel: 'strict' });
      for (const code of document.querySelectorAll('code.language-mermaid, pre[lang="mermaid"] code')) {
        const drawn = await mermaid.render(`chart${Date.now()}`, code.textContent);
        const figure = document.createElement('div');
        figure.innerHTML = drawn.svg;
        code.closest('pre').replaceWith(figure);
      }
    },
    theme === 'dark' ? 'dark' : 'default',
  );
}

const profile = mkdtempSync(join(tmpdir(), 'llm-budget-screenshots-'));
mkdirSync(options.out, { recursive: true });
const browser = await chromium.launchPersistentContext(profile, {
  viewport: { width: WIDTH, height: 200 },
  deviceScaleFactor: 2,
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ],
});
try {
  const texts = [
    ...COMMENTS.map((name) => [`comment-${name}`, renderComment(report(name), CONTEXT)]),
    ...SUMMARIES.map((name) => [`summary-${name}`, renderSummary(report(name), CONTEXT)]),
  ];
  for (const [name, markdown] of texts) {
    for (const theme of ['light', 'dark']) {
      await picture(browser, markdown, theme, join(options.out, `${name}-${theme}.png`));
    }
  }
} finally {
  await browser.close();
  rmSync(profile, { recursive: true, force: true });
}

function report(name) {
  return JSON.parse(readFileSync(`${reports}/${name}.json`, 'utf8'));
}
