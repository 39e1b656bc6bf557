import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { renderTerminal } from '../../../src/report/terminal/render.js';
import { widthOf } from '../../../src/lib/text/columns.js';
import { hostileErrors, hostileReport } from '../../support/hostile-report.js';
import { hostileText } from '../../support/hostile-text.js';
import { movedBy, readVerdict, readReport, REPORT_NAMES } from '../../support/reports.js';

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
