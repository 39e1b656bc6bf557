import { describe, expect, test } from '@jest/globals';
import { CHANGE_KINDS } from '../../src/budget/comparison/causes.js';
import { RULE_WORDS } from '../../src/budget/verdict/rule-words.js';
import { reportJsonSchemaText } from '../../src/report/model/schema.js';
import { readProjectFile } from '../support/project-files.js';

const page = await readProjectFile('docs/report.md');
/** Everything in backticks, once each. */
const named = new Set([...page.matchAll(/`([^`\n]+)`/g)].map(([, name]) => name));

/** The names of all properties of a JSON Schema, at any depth. */
function propertyNames(schema: unknown): string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  return Object.entries(schema).flatMap(([key, value]: [string, unknown]) => [
    ...(key === 'properties' && typeof value === 'object' && value !== null ? Object.keys(value) : []),
    ...propertyNames(value),
  ]);
}

const fields = new Set(propertyNames(JSON.parse(reportJsonSchemaText())));

describe('docs/report.md', () => {
  test('has every field of the schema', () => {
    expect(fields.size).toBeGreaterThan(90);
    expect([...fields].filter((name) => !named.has(name))).toEqual([]);
  });

  test('has every rule and every cause of a change', () => {
    expect([...Object.keys(RULE_WORDS), ...CHANGE_KINDS].filter((name) => !named.has(name))).toEqual([]);
  });

  test('names no field in a table that the schema does not have', () => {
    const firstCells = [...page.matchAll(/^\| (`[^|]*`) +\|/gm)].flatMap(
      ([, cell = '']) => cell.match(/[a-z_]+/g) ?? [],
    );
    expect(firstCells.length).toBeGreaterThan(60);
    const known = new Set<string>([...fields, ...CHANGE_KINDS]);
    expect(firstCells.filter((name) => !known.has(name))).toEqual([]);
  });
});
