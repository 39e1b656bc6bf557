import { describe, expect, test } from '@jest/globals';
import { derivedProblems, derivedRequests } from '../../../support/derived-calls.js';

describe('the largest configurations', () => {
  const suite = (more: string) => `prompts: [hi]\nproviders: [openai:gpt-5]\n${more}\n`;
  const values = (many: number) => `[${Array.from({ length: many }, (_, index) => `v${index}`).join(', ')}]`;
  const pairs = (first: number, second: number) => `{vars: {x: ${values(first)}, y: ${values(second)}}}`;
  const tooMany = 'more than 100,000 tests, with scenarios crossed and variables expanded';

  test('100,000 expanded tests are accepted at most: 400 x 250', async () => {
    expect(Object.values(await derivedRequests({ config: suite(`tests: [${pairs(400, 250)}]`) }))).toEqual([100_000]);
    for (const tests of [pairs(400, 251), `${pairs(400, 250)}, {vars: {x: one}}`]) {
      expect(await derivedProblems({ config: suite(`tests: [${tests}]`) })).toEqual([`evals/c.yaml makes ${tooMany}`]);
    }
  });

  test('so are scenarios that are crossed with their tests: 400 x 300', async () => {
    const many = (number: number) => `[${'{vars: {x: y}}, '.repeat(number)}]`;
    const crossed = `scenarios: [{config: ${many(400)}, tests: ${many(300)}}]`;
    expect(await derivedProblems({ config: suite(crossed) })).toEqual([`evals/c.yaml: ${tooMany}`]);
  });

  test('1,000,000 requests before repeat are accepted at most, and 100,000 x 11 are more', async () => {
    const providers = Array.from({ length: 11 }, (_, index) => `'openai:gpt-${index}'`).join(', ');
    const config = `prompts: [hi]\nproviders: [${providers}]\ntests: [${pairs(400, 250)}]\n`;
    expect(await derivedProblems({ config })).toEqual([
      'evals/c.yaml makes more than 1,000,000 requests of its tests, prompts and providers',
    ]);
  });

  test('a configuration of more than 1,000,000 bytes is refused, and a prompt file of more than 500,000', async () => {
    expect(await derivedProblems({ config: `${suite('')}# ${'x'.repeat(1_000_000)}\n` })).toEqual([
      'evals/c.yaml is too large; at most 1,000,000 bytes are read',
    ]);
    const config = 'prompts: [long.txt]\nproviders: [openai:gpt-5]\n';
    expect(await derivedProblems({ config, files: { 'evals/long.txt': 'x'.repeat(500_001) } })).toEqual([
      'evals/long.txt is too large; at most 500,000 bytes are read',
    ]);
  });

  test('what a short configuration stands for many times is counted before it is made', async () => {
    const big = `big: [${'1, '.repeat(20_000)}]`;
    const references = `tests: [${'{vars: {x: {$ref: "#/big"}}}, '.repeat(900)}]`;
    expect(await derivedProblems({ config: suite(`${big}\n${references}`) })).toEqual([
      'evals/c.yaml has more than 1,000,000 values with its aliases and $ref',
    ]);
    const many = `x: {y: z}\ntests: [${'{vars: {x: {$ref: "#/x"}}}, '.repeat(1001)}]`;
    expect(await derivedProblems({ config: suite(many) })).toEqual(['evals/c.yaml has more than 1000 $ref']);
  });

  test('5,000 calls are accepted at most, with those of promptfoo: 100 x 51', async () => {
    const list = (number: number, of: (index: number) => string) =>
      `[${Array.from({ length: number }, (_, index) => of(index)).join(', ')}]`;
    const config = `prompts: ${list(100, (index) => `p${index} x`)}\nproviders: ${list(51, (index) => `'openai:gpt-${index}'`)}\n`;
    expect(await derivedProblems({ config })).toEqual([
      'suites: expected at most 5000 calls in all suites; got 5100 with those of promptfoo',
    ]);
  });
});
