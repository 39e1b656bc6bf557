import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { renderComment } from '../../../src/report/markdown/comment.js';
import { renderSummary } from '../../../src/report/markdown/summary.js';
import { HAS_CMARK, nodesOf, parse, plainTextOf, textOf, type MarkdownNode } from '../../support/cmark.js';
import { hostileErrors, hostileReport } from '../../support/hostile-report.js';
import { hostileText } from '../../support/hostile-text.js';

const onGitHub = HAS_CMARK ? describe : describe.skip;

const WHERE = { repositoryUrl: 'https://github.com/octo-org/evals', headSha: 'c0ffee2547' };
const COMMENT = { ...WHERE, summaryUrl: 'https://github.com/octo-org/evals/actions/runs/42' };

/** What a report is rendered with; anything else came out of its texts. */
const KINDS = new Set(
  'root document heading paragraph text code strong emph list item softbreak link html_block html_inline code_block table table_header table_row table_cell'.split(
    ' ',
  ),
);
const OUR_HTML = /^(?:<br>|<wbr>|<\/?code>|<details(?: open)?><summary>[\w\s$.,:+()–-]*<\/summary>|<\/details>)$/;
const OUR_LINK = /^https:\/\/github\.com\/octo-org\/evals\/(?:blob\/[0-9a-f]+\/[^#()\s]+(?:#L\d+)?|actions\/runs\/42)$/;

/** Mentions, references, commits, emoji, addresses, slash commands and mathematics in plain text. */
const ACTIVE =
  /(?:^|[^\w`])@\w|#\d|\bgh-\d|\b(?=[0-9]*[a-f])[0-9a-f]{7,40}\b|:[a-z0-9_+-]+:|(?<![0-9a-z])www\.|:\/\/|\S@\S|^\s*\/\w|\$[^\d\s]/im;

function expectOurs(markdown: string): MarkdownNode[] {
  const tree = parse(markdown);
  const nodes = nodesOf(tree);
  const of = (...kinds: string[]) => nodes.filter((node) => kinds.includes(node.kind));
  expect([...new Set(nodes.map((node) => node.kind))].filter((kind) => !KINDS.has(kind))).toEqual([]);
  expect(of('heading').map((node) => node.attributes.trim())).toEqual(['level="3"']);
  expect(of('html_block', 'html_inline').flatMap(strange(OUR_HTML))).toEqual([]);
  const targets = of('link').map((node) => /destination="([^"]*)"/.exec(node.attributes)?.[1] ?? '');
  expect(targets.filter((target) => !OUR_LINK.test(target))).toEqual([]);
  expect(ACTIVE.exec(plainTextOf(tree))?.[0]).toBeUndefined();
  return nodes;
}

function strange(pattern: RegExp): (node: MarkdownNode) => string[] {
  return ({ text }) => (pattern.test(text.trim()) ? [] : [text]);
}

const MONEY = /^(?:new|(?:(?:[-+]?\$[\d,.]+|gone|\d[\d,.]*\u00a0%|[+-][\d,.]+\u00a0%)(?:\u00a0→ )?)+)$/u;

onGitHub('whatever stands in a report, GitHub makes nothing of it', () => {
  const texts = fc.array(hostileText, { minLength: 60, maxLength: 60 });

  test('in the comment: our heading, our folds, our links, and tables that keep their shape', () => {
    fc.assert(
      fc.property(texts, (given) => {
        const report = hostileReport(given);
        const markdown = renderComment(report, COMMENT);
        const nodes = expectOurs(markdown);
        // The only comment in a body is the marker, which is put before this text.
        expect(markdown).not.toContain('<!--');
        expect(markdown.startsWith('### ')).toBe(true);
        const [suites] = nodes.filter((node) => node.kind === 'table');
        const rows = suites?.children.filter((node) => node.kind === 'table_row') ?? [];
        expect(rows).toHaveLength(1 + report.suites.filter((suite) => suite.status !== 'unchanged').length);
        for (const row of rows) {
          expect(row.children).toHaveLength(3);
          expect(
            row.children
              .slice(1, 3)
              .map(textOf)
              .filter((text) => !MONEY.test(text)),
          ).toEqual([]);
        }
      }),
      { numRuns: 60 },
    );
  });

  test('in the job summary, the chart included', () => {
    fc.assert(
      fc.property(texts, (given) => {
        const nodes = expectOurs(renderSummary(hostileReport(given), WHERE));
        const charts = nodes.filter((node) => node.kind === 'code_block' && node.text.startsWith('pie '));
        expect(charts).toHaveLength(1);
        const [, ...lines] = charts[0]?.text.trimEnd().split('\n').slice(1) ?? [];
        expect(lines.filter((line) => !/^ {2}"[\p{L}\p{N} ._/@+…-]+" : \d+(?:\.\d+)?$/u.test(line))).toEqual([]);
      }),
      { numRuns: 30 },
    );
  });

  test('in a list of problems', () => {
    fc.assert(
      fc.property(texts, (given) => {
        const nodes = expectOurs(renderComment(hostileErrors(given), COMMENT));
        expect(nodes.filter((node) => node.kind === 'item')).toHaveLength(given.length);
      }),
      { numRuns: 30 },
    );
  });
});
