import { expect, test } from '@jest/globals';
import { readProjectFile } from '../support/project-files.js';

const page = await readProjectFile('docs/unproven.md');
/** The cells of a row; `\|` is no border. */
const rows = page
  .split('\n')
  .filter((line) => line.startsWith('| ') && !/^\| (?:fact|-)/.test(line))
  .map((line) =>
    line
      .slice(1, -1)
      .split(/(?<!\\)\|/)
      .map((cell) => cell.trim()),
  );

test('each fact about GitHub that no source states has the command that would prove it', () => {
  expect(rows.length).toBeGreaterThan(15);
  const without = rows.filter(([fact = '', command = '', ...more]) => {
    const code = [...command.matchAll(/`([^`]+)`/g)].map(([, text = '']) => text);
    const isProvable = code.some((text) => /\b(?:gh (?:api|pr|run)|git|jq) /.test(text));
    return fact === '' || more.length > 0 || !isProvable;
  });
  expect(without).toEqual([]);
});
