import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { marker, parseMarker, withoutMarker } from '../../../src/action/comment/own-comments.js';

const head = 'a'.repeat(40);
const run = { runId: 17, runAttempt: 2, headSha: head };

describe('marker', () => {
  it('keeps a path readable', () => {
    expect(marker({ key: 'evals/llm-budget_2.yml', ...run })).toBe(
      `<!-- llm-budget:v1 key=evals/llm-budget_2.yml run=17 attempt=2 head=${head} -->`,
    );
  });

  it.each([
    ['a-->b', 'a-%2D%3Eb'],
    ['----', '-%2D-%2D'],
    ['a b', 'a%20b'],
    ['a\nb', 'a%0Ab'],
    ['100%', '100%25'],
    ['é', '%C3%A9'],
    ['x run=1', 'x%20run%3D1'],
    ['', ''],
  ])('encodes the key %j as %j', (key, encoded) => {
    expect(marker({ key, ...run })).toBe(`<!-- llm-budget:v1 key=${encoded} run=17 attempt=2 head=${head} -->`);
  });

  it('is one line with one end, whatever the key', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (key) => {
        const line = marker({ key, ...run });
        expect(line).toMatch(/^<!-- [\x21-\x7e ]+ -->$/);
        expect(line.slice(4, -3)).not.toMatch(/--|[<>]/);
        expect(parseMarker(`${line}\ntext`, key)).toEqual({ key, ...run });
      }),
    );
  });
});

describe('parseMarker', () => {
  const line = marker({ key: 'a.yml', ...run });

  it.each([
    ['a space before it', ` ${line}`],
    ['a line before it', `Hello\n${line}`],
    ['a byte order mark before it', `\uFEFF${line}`],
    ['another version', line.replace('v1', 'v2')],
    ['a key that begins with ours', line.replace('a.yml', 'a.yml2')],
    ['a key that ours begins with', line.replace('a.yml', 'a.ym')],
    ['a key in other letters', line.replace('a.yml', 'A.yml')],
    ['text after it on the line', `${line} and more`],
    ['a run that is no number', line.replace('run=17', 'run=x')],
    ['a head that is no commit', line.replace(head, 'main')],
    ['no end', line.replace(' -->', '')],
    ['nothing', ''],
  ])('refuses a body with %s', (_, body) => {
    expect(parseMarker(body, 'a.yml')).toBeNull();
  });

  it('finds it where the body has Windows line ends', () => {
    expect(parseMarker(`${line}\r\ntext`, 'a.yml')).toEqual({ key: 'a.yml', ...run });
  });

  it('leaves the text behind it', () => {
    expect(withoutMarker(`${line}\nfirst\nsecond`)).toBe('first\nsecond');
    expect(withoutMarker('no marker\nsecond')).toBe('no marker\nsecond');
  });
});
