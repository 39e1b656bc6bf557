import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { buildSchema, parse, validate, type GraphQLSchema } from 'graphql';
import { prunedSchema } from './github-schema.js';

const whole = readFileSync(
  new URL('../../node_modules/@octokit/graphql-schema/schema.graphql', import.meta.url),
  'utf8',
);
const committed = readFileSync(new URL('../fixtures/github/schema.graphql', import.meta.url), 'utf8');

test('the committed schema is the whole one of the installed package, pruned', () => {
  // Otherwise: node --import ./scripts/typescript.mjs scripts/prune-graphql-schema.mjs
  expect(prunedSchema(whole)).toBe(committed);
});

describe('the pruned schema refuses what the whole one refuses:', () => {
  let schemas: readonly GraphQLSchema[] = [];
  beforeAll(() => {
    schemas = [committed, whole].map((text) => buildSchema(text, { assumeValid: true, noLocation: true }));
  });

  test.each([
    ['a field that GitHub lacks', '{ repository(owner: "a", name: "b") { colour } }'],
    ['an argument that GitHub lacks', '{ repository(owner: "a", name: "b") { labels(firstly: 1) { totalCount } } }'],
    ['a field of another type', '{ repository(owner: "a", name: "b") { object(oid: "c") { ... on Blob { file } } } }'],
  ])('%s', (_, query) => {
    expect(schemas.map((schema) => validate(schema, parse(query)).length)).toEqual([1, 1]);
  });
});
