import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { CELL_WORD, cell, fileLink, inlineText, pageLink, prose, proseCell } from '../../../src/lib/text/markdown.js';
import { widthOf } from '../../../src/lib/text/columns.js';
import { safeLine } from '../../../src/lib/text/plain.js';
import {
  HAS_CMARK,
  nodesOf,
  parse,
  plainTextOf,
  textOf,
  unbreakableWords,
  type MarkdownNode,
} from '../../support/cmark.js';
import { hostileText } from '../../support/hostile-text.js';

const onGitHub = HAS_CMARK ? describe : describe.skip;

/** What GitHub makes of plain text after the Markdown is parsed. */
const ACTIVE = [
  ['a mention', /(?:^|[^\w`])@\w/],
  ['an issue reference', /#\d/],
  ['a numbered reference', /\bgh-\d/i],
  ['a commit', /\b[0-9a-f]{7,40}\b/i],
  ['an emoji', /:[a-z0-9_+-]+:/i],
  ['an address', /(?<![0-9a-z])www\.|:\/\/|\S@\S/i],
  ['a slash command', /^\s*\/\w/m],
  ['mathematics', /\$[^\d\s]/],
  ['a comment', /<!--/],
] as const;

const ALLOWED_KINDS = new Set(['root', 'document', 'paragraph', 'text', 'code', 'list', 'item']);
const TABLE_KINDS = new Set([...ALLOWED_KINDS, 'html_inline', 'table', 'table_header', 'table_row', 'table_cell']);

function expectHarmless(tree: MarkdownNode, kinds: ReadonlySet<string>): void {
  expect([...new Set(nodesOf(tree).map((node) => node.kind))].filter((kind) => !kinds.has(kind))).toEqual([]);
  const plain = plainTextOf(tree);
  expect(ACTIVE.flatMap(([name, pattern]) => (pattern.test(plain) ? [[name, pattern.exec(plain)?.[0]]] : []))).toEqual(
    [],
  );
}

describe('names in Markdown', () => {
  test.each([
    ['a model id', 'anthropic/claude-sonnet-4.5', '`anthropic/claude-sonnet-4.5`'],
    ['a name with a backtick', 'a`b', '`` a`b ``'],
    ['backticks at both ends', '`a`', '`` `a` ``'],
    ['a longer fence for more backticks', 'a``b`', '``` a``b` ```'],
    ['nothing', '', '`(empty)`'],
    ['nothing visible', '\u200b\u202e', '`(empty)`'],
    ['a comment', '<!-- llm-budget:v1 -->', '`‹!-- llm-budget:v1 -->`'],
    ['a line end', 'a\nb', '`a b`'],
    ["a command of the runner's", 'a##[error]b', '`a## [error]b`'],
  ])('%s is a code span', (_, text, expected) => {
    expect(inlineText(text)).toBe(expected);
  });

  test('a pipe is escaped in a cell, and only there', () => {
    expect([cell('a|b'), inlineText('a|b')]).toEqual(['`a\\|b`', '`a|b`']);
  });

  test('at most 100 characters stand in a cell', () => {
    expect(cell('word '.repeat(100))).toBe(`\`${'word '.repeat(19)}word…\``);
  });
});

describe('a name in a cell of a table, which is as wide as its longest word', () => {
  test.each([
    ['short', 'rag-evals', '`rag-evals`'],
    ['long, of short words', 'nightly-regression of all-languages', '`nightly-regression of all-languages`'],
    ['a model id', 'anthropic/claude-sonnet-4.5', '<code>anthropic/<wbr>claude-sonnet-4.5</code>'],
    ['a digit behind a hyphen', 'llama-3.3-70b-instruct:free', '<code>llama-3.3-<wbr>70b-instruct:<wbr>free</code>'],
    ['underscores', 'answer_quality_checks', '<code>answer&#95;<wbr>quality&#95;<wbr>checks</code>'],
    ['capitals', 'answerQualityChecks', '<code>answer<wbr>Quality<wbr>Checks</code>'],
    ['no place to break', 'x'.repeat(26), `<code>${'x'.repeat(12)}<wbr>${'x'.repeat(12)}<wbr>xx</code>`],
    ['what could be a mention', 'someone@octocat-team', '`someone@`<wbr>`octocat-team`'],
    ['what could be an address', 'www.octocat.example', '`www.octocat.`<wbr>`example`'],
    ['an address', 'https://octocat', '`https://`<wbr>`octocat`'],
    ['pipes', 'a|b|c|d|e|f|g|h', '`a\\|b\\|c\\|d\\|e\\|f\\|`<wbr>`g\\|h`'],
    ['wide characters', '評価スイート評価', '`評価スイート`<wbr>`評価`'],
  ])('%s', (_, text, expected) => {
    expect(cell(text)).toBe(expected);
  });
});

test('a sentence in a cell has its pipes escaped, is cut like a name, and has its long words broken', () => {
  expect(proseCell('either a|b or c')).toBe('either `a\\|b` or c');
  expect(proseCell('word '.repeat(100))).toBe(`${'word '.repeat(19)}\`word…\``);
  expect(proseCell('one two three', 8)).toBe('one `two…`');
  expect(proseCell('an incomprehensibility')).toBe('an <code>incomprehens<wbr>ibility</code>');
});

describe('sentences in Markdown', () => {
  test.each([
    ['A run costs $5.21, above the limit of $5.00.', 'A run costs $5.21, above the limit of $5.00.'],
    ['rag-evals / answer has no price.', 'rag-evals / answer has no price.'],
    ['openai/gpt-5 is denied by openai/*.', '`openai/gpt-5` is denied by `openai/*`.'],
    ['the key "promt_tokens" is unknown (see line 3)', 'the key `promt_tokens` is unknown (see line 3)'],
    ['refresh it: `llm-budget lock`.', 'refresh it: `llm-budget lock`.'],
    ['write one (`llm-budget init` does), or not', 'write one (`llm-budget init` does), or not'],
    ['with (`a b`).', 'with (`a b`).'],
    ['a number, or {expected: …, max: …}; got text', 'a number, or `{expected: …, max: …}`; got text'],
    ['{a: 1} {b: 2}', '`{a: 1} {b: 2}`'],
    ['{@octocat} and {#1', '`{@octocat}` and `{#1`'],
    ['{}', '`{}`'],
    ['"openai/gpt-5 is', '`"openai/gpt-5` is'],
    ['openai/gpt-5" is', '`openai/gpt-5"` is'],
    ['a/b, c/d e/f (g/h) i/j', '`a/b`, `c/d e/f` (`g/h`) `i/j`'],
    ['a/b word c/d', '`a/b` word `c/d`'],
    ['GH-1 and gh-22 and high-', '`GH-1` and `gh-22` and high-'],
    ['$1,000.50/M or $/M', '$1,000.50/M or `$/M`'],
    ['(', '`(`'],
    ['+', '`+`'],
    ['10.5) and on', '`10.5)` and on'],
    ['an empty ` ` span', 'an empty `` ` ` `` span'],
    ['it is ±5 %, +3 or $1.50/M', 'it is ±5 %, +3 or $1.50/M'],
    ['1,800 tokens x 2 = 3,600', '1,800 tokens x 2 = 3,600'],
    ["the user's word", "the user's word"],
    ['"quoted" and “quoted”', '"quoted" and “quoted”'],
    ['a (b(c)) d', 'a `(b(c))` d'],
    ['2) first', '`2)` first'],
    ['= 3', '`=` 3'],
    ['thanks @octocat', 'thanks `@octocat`'],
    ['1. first', '`1.` first'],
    ['- first', '`-` first'],
    ['/close this', '`/close` this'],
    ['fixes #12 and GH-3', 'fixes `#12` and `GH-3`'],
    ['as of deadbeef', 'as of `deadbeef`'],
    ["as of deadbeef's child", "as of `deadbeef's` child"],
    ['run llm-budget.mjs lock --check now', 'run `llm-budget.mjs` lock `--check` now'],
    ['[click](https://a.example) ![x](y) here', '`[click](https://a.example) ![x](y)` here'],
    ['see www.a.example or https://a.example/x', 'see `www.a.example` or `https://a.example/x`'],
    ['', '`(empty)`'],
  ])('%s', (text, expected) => {
    expect(prose(text)).toBe(expected);
  });
});

/** What a name reads as: the safe line without the start of a comment and of a runner's command. */
function shownName(text: string): string {
  const shown = safeLine(text).replaceAll('<!--', '‹!--').replaceAll('##[', '## [');
  return shown === '' ? '(empty)' : shown;
}

onGitHub('whatever the text, GitHub makes nothing of it', () => {
  const COLUMNS = 3;
  /** Many strings at once: one process for each property. */
  const texts = fc.array(hostileText, { minLength: 300, maxLength: 300 });
  const once = { numRuns: 4, endOnFailure: true };

  test('a table keeps its shape, and every cell is text or code', () => {
    fc.assert(
      fc.property(texts, (given) => {
        const rows = given.map((text) => `| ${cell(text)} | x | ${proseCell(text)} |`);
        const tree = parse(['| a | b | c |', '|---|---|---|', ...rows].join('\n'));
        expectHarmless(tree, TABLE_KINDS);
        const found = nodesOf(tree).filter((node) => node.kind === 'table_row');
        expect(found).toHaveLength(given.length);
        for (const row of found) {
          expect(row.children).toHaveLength(COLUMNS);
          expect(row.children[1]?.children.map((node) => node.text)).toEqual(['x']);
        }
        const names = found.flatMap((row) => row.children.slice(0, 1));
        // A cell has no blanks around its text.
        expect(names.map((node) => textOf(node).trim())).toEqual(given.map(shownName));
        const tooWide = (node: MarkdownNode | undefined, outside: RegExp): string[] =>
          (node === undefined ? [] : unbreakableWords(node))
            .map(({ text }) => text.replace(outside, ''))
            .filter((text) => widthOf(text) > CELL_WORD);
        for (const { children } of found) {
          expect(tooWide(children[0], /$/)).toEqual([]);
          // Punctuation stays with the word of a sentence.
          expect(tooWide(children[2], /^[("'“‘]+|["'”’.,;:!?)]+$/gu)).toEqual([]);
        }
      }),
      once,
    );
  });

  test('a name is one code span that says what the text says', () => {
    fc.assert(
      fc.property(texts, (given) => {
        const tree = parse(given.map((text) => inlineText(text)).join('\n\n'));
        expectHarmless(tree, ALLOWED_KINDS);
        const spans = nodesOf(tree).filter((node) => node.kind === 'code');
        expect(spans).toHaveLength(given.length);
      }),
      once,
    );
  });

  test('a sentence is a paragraph of text and code', () => {
    fc.assert(
      fc.property(texts, (given) => {
        const tree = parse(given.map((text) => prose(text)).join('\n\n'));
        expectHarmless(tree, ALLOWED_KINDS);
        expect(tree.children[0]?.children.map((node) => node.kind)).toEqual(given.map(() => 'paragraph'));
      }),
      once,
    );
  });

  test('a file has a link of ours around a code span, or none', () => {
    const base = { repositoryUrl: 'https://github.com/octo-org/evals', sha: '4b825dc642' };
    fc.assert(
      fc.property(texts, (given) => {
        const tree = parse(given.map((text) => fileLink(text, 3, base)).join('\n\n'));
        expectHarmless(tree, new Set([...ALLOWED_KINDS, 'link']));
        const targets = nodesOf(tree).flatMap((node) => /destination="([^"]*)"/.exec(node.attributes)?.[1] ?? []);
        const ours = /^https:\/\/github\.com\/octo-org\/evals\/blob\/4b825dc642\/[^#()\s]+#L3$/;
        expect(targets.filter((target) => !ours.test(target))).toEqual([]);
      }),
      once,
    );
  });

  test('a name says in its code span what the safe line says', () => {
    const tree = parse(['| a |', '|---|', `| ${cell('x\\|y|z `q` \\')} |`].join('\n'));
    expect(nodesOf(tree).find((node) => node.kind === 'code')?.text).toBe('x\\|y|z `q` \\');
  });
});

describe('links of ours', () => {
  const base = { repositoryUrl: 'https://github.com/octo-org/evals', sha: '4b825dc642' };

  test.each([
    [
      'llm-budget.yml',
      12,
      '[`llm-budget.yml:12`](https://github.com/octo-org/evals/blob/4b825dc642/llm-budget.yml#L12)',
    ],
    ['a b/(c).yml', null, '[`a b/(c).yml`](https://github.com/octo-org/evals/blob/4b825dc642/a%20b/%28c%29.yml)'],
    ['ä#?.yml', 1, '[`ä#?.yml:1`](https://github.com/octo-org/evals/blob/4b825dc642/%C3%A4%23%3F.yml#L1)'],
    ['../x.yml', 1, '`../x.yml:1`'],
    ['./x.yml', 1, '`./x.yml:1`'],
    ['a//x.yml', 1, '`a//x.yml:1`'],
    ['a/..', 1, '`a/..:1`'],
    ['a\u200b.yml', 1, '`a.yml:1`'],
    ['a/..b/.c.yml', null, '[`a/..b/.c.yml`](https://github.com/octo-org/evals/blob/4b825dc642/a/..b/.c.yml)'],
    [
      'x'.repeat(100),
      7,
      `[\`${'x'.repeat(91)}…:7\`](https://github.com/octo-org/evals/blob/4b825dc642/${'x'.repeat(100)}#L7)`,
    ],
    ['/etc/passwd', null, '`/etc/passwd`'],
  ])('%s at line %s', (path, line, expected) => {
    expect(fileLink(path, line, base)).toBe(expected);
  });

  test.each([
    ['no repository', { repositoryUrl: null, sha: '4b825dc642' }],
    ['no commit', { repositoryUrl: 'https://github.com/o/r', sha: null }],
    ['no commit but a name', { repositoryUrl: 'https://github.com/o/r', sha: 'main)' }],
    ['a commit and more', { repositoryUrl: 'https://github.com/o/r', sha: '4b825dc642)' }],
    ['more and a commit', { repositoryUrl: 'https://github.com/o/r', sha: '(4b825dc642' }],
    ['no address', { repositoryUrl: 'github.com/o/r', sha: '4b825dc642' }],
    ['an address of files', { repositoryUrl: 'ftp://github.com/o/r', sha: '4b825dc642' }],
    ['an address that is not of the web', { repositoryUrl: 'javascript:alert(1)', sha: '4b825dc642' }],
  ])('%s: the file is named without a link', (_, where) => {
    expect(fileLink('llm-budget.yml', 3, where)).toBe('`llm-budget.yml:3`');
  });

  test('an address of ours keeps to the link that it stands in', () => {
    expect(pageLink('page', 'http://ghe.example/a(b)|c?d=`e\\f')).toBe(
      '[page](http://ghe.example/a%28b%29%7Cc?d=%60e%5Cf)',
    );
    expect(pageLink('page', 'https://github.com/o/r/')).toBe('[page](https://github.com/o/r)');
    expect(pageLink('page', 'not an address')).toBe('page');
    expect(pageLink('page', 'data:text/html,x')).toBe('page');
  });

  test('a page without an address is its text', () => {
    expect(pageLink('the job summary', null)).toBe('the job summary');
    expect(pageLink('the job summary', 'https://github.com/o/r/actions/runs/1')).toBe(
      '[the job summary](https://github.com/o/r/actions/runs/1)',
    );
  });
});
