import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { renderTerminal } from '../../../src/report/terminal/render.js';
import { widthOf } from '../../../src/lib/text/columns.js';
import { hostileErrors, hostileReport } from '../../support/hostile-report.js';
import { hostileText } from '../../support/hostile-text.js';
import {
  movedBy,
  readVerdict,
  readReport,
  REPORT_NAMES,
  expectGolden,
  readReports,
  SEVERAL,
} from '../../support/reports.js';

const PLAIN = { colour: false, width: 100, explain: true };

describe('colour', () => {
  test.each(REPORT_NAMES)('%s: colours add nothing but themselves, and only where they are asked for', (name) => {
    const plain = renderTerminal(readReport(name), PLAIN);
    const coloured = renderTerminal(readReport(name), { ...PLAIN, colour: true });
    expect(plain).not.toContain('\u001b');
    expect(coloured).toContain('\u001b[');
    expect(stripVTControlCharacters(coloured)).toBe(plain);
  });
});

describe('the table of suites', () => {
  function tableLines(width: number, name: string): string[] {
    const report = readVerdict('over-budget');
    const suites = report.suites.map((suite, index) => (index === 0 ? { ...suite, name } : suite));
    const lines = renderTerminal({ ...report, suites }, { colour: false, width, explain: false }).split('\n');
    const start = lines.findIndex((line) => line.startsWith('  Suite'));
    return lines.slice(start, start + suites.length + 2);
  }

  test('a long name gives way to the width of the terminal', () => {
    const lines = tableLines(80, 'a-suite-with-a-name-of-sixty-four-characters-which-is-the-longest');
    expect(lines[1]).toContain('a-suite-wi');
    expect(lines[1]).toContain('…  ');
    expect(Math.max(...lines.map(widthOf))).toBeLessThanOrEqual(80);
  });

  test('wide characters take two columns, so the figures stay in line', () => {
    const [, wide, next] = tableLines(100, '評価スイート');
    expect(widthOf(wide?.slice(0, wide.indexOf('$')) ?? '')).toBe(widthOf(next?.slice(0, next.indexOf('$')) ?? ''));
  });
});

describe('a terminal of 60 columns', () => {
  const sixty = (report: Parameters<typeof renderTerminal>[0]) =>
    renderTerminal(report, { colour: false, width: 60, explain: true }).split('\n');

  test.each(REPORT_NAMES.filter((name) => name !== 'hostile'))(
    '%s: no line is longer, but for a single word',
    (name) => {
      for (const line of sixty(readReport(name)))
        if (line.trim().includes(' ')) expect(widthOf(line)).toBeLessThanOrEqual(60);
    },
  );

  test('has the cost, the change and the share of each suite still, and names it whole', () => {
    const lines = sixty(readVerdict('over-budget'));
    expect(lines).toContain('  Suite             Base     Head  Change  Share of limit');
    expect(lines).toContain('  nightly-batch    $1.61    $1.61   $0.00  27 % of $6.00');
  });

  test('says the same as a wide one: where the width is not known, nothing is wrapped or left out', () => {
    const words = (width: number | null) =>
      renderTerminal(readVerdict('unpriced'), { colour: false, width, explain: true })
        .replace(/^ {2}Suite(?:\n|.)*?\n\n/m, '')
        .split(/\s+/);
    expect(words(60)).toEqual(words(null));
    expect(words(null).length).toBeGreaterThan(60);
  });
});

describe('a report without a manifest at head', () => {
  const { suites, base } = readVerdict('over-budget');
  const removed = suites.map((suite) => ({
    ...suite,
    status: 'removed' as const,
    head: null,
    calls: suite.calls.map((call) => ({ ...call, status: 'removed' as const, head: null })),
  }));
  const text = renderTerminal({ ...readVerdict('manifest-gone'), base, suites: removed }, PLAIN);

  test('lists what base has as removed', () => {
    for (const { name } of suites) expect(text).toMatch(new RegExp(`^  ${name} .* gone`, 'm'));
  });

  test('has no range, no count of calls, no share and no arithmetic: there is nothing to show', () => {
    for (const word of ['Range of a run', 'Calls:', 'Share of', 'requests']) expect(text).not.toContain(word);
    for (const { name } of suites) expect(text.split('\n')).not.toContain(name);
  });
});

describe('prices from the lock', () => {
  test('are called so, with their age', () => {
    expect(renderTerminal(readVerdict('lock-prices'), PLAIN)).toContain('Prices from the lockfile, 12 days old');
  });
});

describe('whatever stands in a report, a terminal or a runner makes nothing of it', () => {
  const texts = fc.array(
    fc.oneof(hostileText, fc.constantFrom('::error::x', '\u001b[2J', '##[error]x', 'a\r::x::', '\u009b31m', '::')),
    { minLength: 60, maxLength: 60 },
  );

  test('no command, no escape sequence, no line end', () => {
    fc.assert(
      fc.property(texts, (given) => {
        for (const report of [hostileReport(given), hostileErrors(given)]) {
          const text = renderTerminal(report, PLAIN);
          expect(text).not.toMatch(/^\s*::|##\[/mu);
          expect(text).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/u);
        }
      }),
    );
  });
});

describe('what changed', () => {
  const changed = (amounts: readonly string[]) => {
    const text = renderTerminal(movedBy(readVerdict('over-budget'), amounts), { ...PLAIN, width: null });
    return (text.split('What changed\n')[1]?.split('\n\n')[0] ?? '').split('\n');
  };
  const TEN = Array.from({ length: 10 }, (_, index) => `${20 - index}`);

  test('has ten lines, and a count of the others: 2 + 1 = 3', () => {
    const lines = changed([...TEN, '2', '1']);
    expect(lines).toHaveLength(11);
    expect(lines[0]).toBe('  rag / call-0: 1 -> 2 requests, +$20.00');
    expect(lines[10]).toBe('  2 more changes, +$3.00 in all');
  });

  test('counts several below a hundredth of the largest with the others: 0.01 + 0.02 = 0.03', () => {
    expect(changed(['20', '0.02', '0.01'])).toEqual([
      '  rag / call-0: 1 -> 2 requests, +$20.00',
      '  2 more changes, +$0.03 in all',
    ]);
  });
});

describe('what a terminal shows of a report is its golden file', () => {
  test.each(REPORT_NAMES)('%s', (name) => {
    const text = renderTerminal(readReport(name), { colour: false, width: 100, explain: false });
    expectGolden(text, new URL(`${name}.golden.txt`, import.meta.url));
  });

  test('several manifests, one of them broken', () => {
    const text = renderTerminal(readReports(), { colour: false, width: 100, explain: false });
    expectGolden(text, new URL(`${SEVERAL}.golden.txt`, import.meta.url));
  });

  test('worst-case, with the arithmetic of each call', () => {
    const text = renderTerminal(readReport('worst-case'), { colour: false, width: 100, explain: true });
    expectGolden(text, new URL('explained.golden.txt', import.meta.url));
  });
});

/** Every line as `--explain` prints it, without its indentation. */
const lines = renderTerminal(readVerdict('worst-case'), { colour: false, width: null, explain: true })
  .split('\n')
  .map((line) => line.trim());

function after(start: string, count: number): string[] {
  const index = lines.indexOf(start);
  return lines.slice(index, index + count + 1);
}

test('the expected cost of a call is explained from a token to a run', () => {
  // 6,200 x $3/M = 0.0186; 900 x $15/M = 0.0135; 0.0186 + 0.0135 = 0.0321; 40 x 1.02 = 40.8; 40.8 x 0.0321 = 1.30968.
  expect(after('anthropic/claude-sonnet-4.5 at its listed price', 4)).toEqual([
    'anthropic/claude-sonnet-4.5 at its listed price',
    '6200 prompt tokens x 0.000003 = 0.0186',
    '900 completion tokens x 0.000015 = 0.0135',
    'sum = 0.0321',
    '40 requests x 1.02 attempts x 0.0321 = 1.30968',
  ]);
});

test('so is its worst case: the most expensive endpoint, the longest prompt, the cap, and every retry', () => {
  // 20,000 x $3/M = 0.06; 4,000 x $15/M = 0.06; retries.max is 3, so 4 attempts; 40 x 4 x 0.12 = 19.2.
  expect(after('worst case: anthropic/claude-sonnet-4.5 at anthropic', 4)).toEqual([
    'worst case: anthropic/claude-sonnet-4.5 at anthropic',
    '20000 prompt tokens x 0.000003 = 0.06',
    '4000 completion tokens x 0.000015 = 0.06',
    'sum = 0.12',
    '40 requests x 4 attempts x 0.12 = 19.2',
  ]);
});

test('of a call without retries and without a longest prompt the cap alone is more than is expected', () => {
  // 420 x $0.25/M = 0.000105; 1,000 x $2/M = 0.002; 200 x 0.002105 = 0.421.
  expect(after('worst case: openai/gpt-5-mini at openai', 4)).toEqual([
    'worst case: openai/gpt-5-mini at openai',
    '420 prompt tokens x 0.00000025 = 0.000105',
    '1000 completion tokens x 0.000002 = 0.002',
    'sum = 0.002105',
    '200 requests x 0.002105 = 0.421',
  ]);
});

test('what is explained is what is judged: 19.2 + 0.421 = 19.621', () => {
  const { head, violations } = readVerdict('worst-case');
  expect(head.worst_case_per_run).toBe('19.621');
  expect(violations).toMatchObject([{ rule: 'worst_case_per_run', actual: '19.621', limit: '12' }]);
});
