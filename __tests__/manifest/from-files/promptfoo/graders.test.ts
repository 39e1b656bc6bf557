import { describe, expect, test } from '@jest/globals';
import { derivedCalls, derivedProblems, derivedRequests } from '../../../support/derived-calls.js';

/** Requests of model-graded assertions, as measured with promptfoo 0.121.20. */

const GRADER =
  'grader: {model: openai/gpt-5, prompt_tokens: {expected: 500, max: 900}, completion_tokens: 60, embedding: {model: openai/text-embedding-3-small, prompt_tokens: 40}}';
const FIELDS = `completion_tokens: 10, ${GRADER}`;

/** One test, asked of one provider with one prompt, with these assertions. */
const config = (assert: string, more = '') =>
  `prompts: [{raw: hi, label: p}]\nproviders: [openai:gpt-5-mini]\n${more}\ntests: [{vars: {x: y}, assert: ${assert}}]\n`;
const graded = async (assert: string, more = '') => {
  const requests = await derivedRequests({ config: config(assert, more), fields: FIELDS });
  return Object.fromEntries(Object.entries(requests).filter(([name]) => name !== 'openai:gpt-5-mini / p'));
};

describe('one evaluation of an answer', () => {
  test.each([
    ['llm-rubric', 1, 0],
    ['model-graded-closedqa', 1, 0],
    ['model-graded-factuality', 1, 0],
    ['factuality', 1, 0],
    ['search-rubric', 1, 0],
    ['context-relevance', 1, 0],
    ['context-recall', 1, 0],
    ['context-faithfulness', 2, 0],
    ['answer-relevance', 3, 4],
    ['similar', 0, 2],
    ['similar:cosine', 0, 2],
    ['similar:dot', 0, 2],
    ['similar:euclidean', 0, 2],
    ['select-best', 1, 0],
  ])('by %s makes %d requests and %d for embeddings', async (type, answers, embeddings) => {
    const found = await graded(`[{type: '${type}', value: x}]`);
    expect(found).toEqual({
      ...(answers > 0 ? { [`openai/gpt-5 / ${type}`]: answers } : {}),
      ...(embeddings > 0 ? { [`openai/text-embedding-3-small / ${type} embeddings`]: embeddings } : {}),
    });
  });

  test.each([
    ...['contains', 'contains-all', 'contains-any', 'contains-json', 'cost', 'equals', 'icontains', 'is-json'],
    ...['is-valid-openai-tools-call', 'javascript', 'latency', 'levenshtein', 'perplexity', 'python', 'regex'],
    ...['rouge-n', 'starts-with', 'webhook', 'word-count', 'bleu', 'max-score'],
  ])('by %s asks no model', async (type) => {
    expect(await graded(`[{type: ${type}, value: x}]`)).toEqual({});
  });

  test.each(['g-eval', 'moderation', 'classifier', 'pi', 'conversation-relevance', 'not-g-eval', 'made-up', ''])(
    'by %j is an error that names it, since its requests are not known',
    async (type) => {
      expect(await derivedProblems({ config: config(`[{type: '${type}', value: x}]`), fields: FIELDS })).toEqual([
        `evals/c.yaml has an assertion ${JSON.stringify(type)}, whose requests to a model are not known: list the calls with \`count\``,
      ]);
    },
  );
});

describe('assertions of a test', () => {
  test('count one by one: negated, repeated, and inside of sets', async () => {
    const set = '{type: assert-set, assert: [{type: llm-rubric, value: a}, {type: equals, value: b}]}';
    expect(
      await graded(
        `[{type: llm-rubric, value: c}, {type: not-llm-rubric, value: d}, ${set}, {type: factuality, value: e}]`,
      ),
    ).toEqual({ 'openai/gpt-5 / llm-rubric': 3, 'openai/gpt-5 / factuality': 1 });
  });

  test('add those of defaultTest, unless the test disables them', async () => {
    const defaults = 'defaultTest: {assert: [{type: llm-rubric, value: x}]}';
    expect(await graded('[{type: llm-rubric, value: y}]', defaults)).toEqual({ 'openai/gpt-5 / llm-rubric': 2 });
    const disabled = `prompts: [hi]\nproviders: [openai:gpt-5-mini]\n${defaults}\ntests: [{vars: {x: y}, options: {disableDefaultAsserts: true}}, {vars: {x: z}}]\n`;
    expect((await derivedRequests({ config: disabled, fields: FIELDS }))['openai/gpt-5 / llm-rubric']).toBe(1);
  });

  test('compare all answers of a test at once, by the first select-best of its list alone', async () => {
    const best = '{type: select-best, value: the shortest}';
    const assert = `[${best}, ${best}, {type: assert-set, assert: [${best}]}, {type: not-select-best, value: x}]`;
    const three = `prompts: [a, b, c]\nproviders: [openai:gpt-5-mini]\ntests: [{vars: {x: [y, z]}, assert: ${assert}}]\n`;
    // Two values of x make two tests of three answers each.
    expect((await derivedRequests({ config: three, fields: FIELDS }))['openai/gpt-5 / select-best']).toBe(2);
  });

  test('of a CSV are those of its __expected columns', async () => {
    const tests = `x,__expected1,__expected2\na,llm-rubric: polite,contains: b\nb,grade: polite,\nc,similar(0.8): d,not-factuality: e\n`;
    const csv = 'prompts: [hi]\nproviders: [openai:gpt-5-mini]\ntests: file://t.csv\n';
    expect(await derivedRequests({ config: csv, files: { 'evals/t.csv': tests }, fields: FIELDS })).toEqual({
      'openai:gpt-5-mini / prompt 8f4343': 3,
      'openai/gpt-5 / llm-rubric': 2,
      'openai/gpt-5 / factuality': 1,
      'openai/text-embedding-3-small / similar embeddings': 2,
    });
  });

  test('are asked of each answer: 2 tests x 2 prompts x 2 providers x 3 repeats x 2 requests = 48', async () => {
    const grid = `prompts: [a, b]\nproviders: [openai:gpt-5-mini, openai:gpt-5-nano]\nevaluateOptions: {repeat: 3}\ndefaultTest: {assert: [{type: context-faithfulness}]}\ntests: [{vars: {x: y}}, {vars: {x: z}}]\n`;
    expect((await derivedRequests({ config: grid, fields: FIELDS }))['openai/gpt-5 / context-faithfulness']).toBe(48);
  });

  test('are asked of an answer that stands in the test, though no provider is', async () => {
    const given = `prompts: [hi]\nproviders: [openai:gpt-5-mini]\ntests: [{providerOutput: done, assert: [{type: llm-rubric, value: x}]}]\n`;
    expect(await derivedRequests({ config: given, fields: FIELDS })).toEqual({ 'openai/gpt-5 / llm-rubric': 1 });
  });
});

describe('defaults of the manifest', () => {
  const config = 'prompts: [{raw: hi, label: p}]\nproviders: [openai:gpt-5-mini]\ntests: [{vars: {x: y}}]\n';
  const refused = async (defaults: string, fields = 'completion_tokens: 300') =>
    await derivedProblems({ config, fields, defaults });
  const unfit = (what: string) =>
    `evals/c.yaml makes openai:gpt-5-mini / p, to which defaults do not fit: ${what}, the whole`;

  test('that are parts of more than their whole are an error that names the call', async () => {
    expect(await refused('{cached_tokens: 2}')).toEqual([unfit('cached_tokens (2) is more than prompt_tokens (1)')]);
    expect(await refused('{image_output_tokens: 301}')).toEqual([
      unfit('image_output_tokens (301) is more than completion_tokens (300)'),
    ]);
    expect(await refused('{reasoning_tokens: 200, audio_output_tokens: 101}')).toEqual([
      unfit('reasoning_tokens (200) + audio_output_tokens (101) are more than completion_tokens (300)'),
    ]);
    expect(
      await refused('{reasoning_tokens: {expected: 0, max: 901}}', 'completion_tokens: {expected: 300, max: 900}'),
    ).toEqual([unfit('reasoning_tokens.max (901) is more than completion_tokens.max (900)')]);
    expect(
      await derivedRequests({ config, fields: 'completion_tokens: 300', defaults: '{reasoning_tokens: 300}' }),
    ).toEqual({
      'openai:gpt-5-mini / p': 1,
    });
  });

  test('for parts of a completion are not those of an embedding, which has none', async () => {
    const calls = await derivedCalls({
      config: config.replace('{vars: {x: y}}', '{vars: {x: y}, assert: [{type: similar, value: x}]}'),
      fields: FIELDS,
      defaults: '{reasoning_tokens: 5, image_output_tokens: 3, retries: 0.5}',
    });
    const none = { expected: 0, max: null };
    expect(calls.slice(1)).toMatchObject([
      {
        model: 'openai/text-embedding-3-small',
        reasoning_tokens: none,
        image_output_tokens: none,
        completion_tokens: none,
      },
    ]);
    expect(calls[0]).toMatchObject({ reasoning_tokens: { expected: 5 }, image_output_tokens: { expected: 3 } });
  });
});

describe('the grader', () => {
  const rubric = '{type: llm-rubric, value: x}';

  test('is the one of the assertion, else of its test, else of defaultTest, else of the manifest', async () => {
    const all = `prompts: [hi]
providers: [openai:gpt-5-mini]
defaultTest: {options: {provider: openai:gpt-4o}}
tests:
  - {vars: {x: a}, assert: [{type: llm-rubric, value: x, provider: anthropic:messages:claude-sonnet-4-5}]}
  - {vars: {x: b}, assert: [${rubric}], options: {provider: openai:o3}}
  - {vars: {x: c}, assert: [${rubric}]}
`;
    expect(Object.keys(await derivedRequests({ config: all, fields: FIELDS }))).toEqual([
      'openai:gpt-5-mini / prompt 8f4343',
      'anthropic:messages:claude-sonnet-4-5 / llm-rubric',
      'openai:o3 / llm-rubric',
      'openai:gpt-4o / llm-rubric',
    ]);
    expect(await graded(`[${rubric}]`)).toEqual({ 'openai/gpt-5 / llm-rubric': 1 });
  });

  test('may be one for text and one for embeddings', async () => {
    const both =
      'defaultTest: {options: {provider: {text: openai:o3, embedding: {id: openai:embedding:text-embedding-3-large}}}}';
    expect(await graded('[{type: answer-relevance}]', both)).toEqual({
      'openai:o3 / answer-relevance': 3,
      'openai:embedding:text-embedding-3-large / answer-relevance embeddings': 4,
    });
  });

  test('asks for the tokens that the manifest states; embeddings have no answer', async () => {
    const calls = await derivedCalls({ config: config('[{type: answer-relevance}]'), fields: FIELDS });
    expect(calls.slice(1)).toMatchObject([
      { model: 'openai/gpt-5', prompt_tokens: { expected: 500, max: 900 }, completion_tokens: { expected: 60 } },
      {
        model: 'openai/text-embedding-3-small',
        prompt_tokens: { expected: 40 },
        completion_tokens: { expected: 0, max: null },
      },
    ]);
  });

  test('that nobody names is an error that says what to write, and so are its tokens', async () => {
    const missing = (fields: string, assert = `[${rubric}]`) => derivedProblems({ config: config(assert), fields });
    const needs = (type: string, field: string) =>
      `evals/c.yaml: the model-graded assertion ${type} needs ${field} in the manifest, under promptfoo`;
    const tokens = 'grader: {prompt_tokens: …, completion_tokens: …}';
    const embedding = 'grader: {embedding: {model: …, prompt_tokens: …}}';
    expect(await missing('completion_tokens: 10')).toEqual([
      needs('llm-rubric', tokens),
      needs('llm-rubric', 'grader: {model: …}'),
    ]);
    expect(await missing('completion_tokens: 10, grader: {model: openai/gpt-5}')).toEqual([
      needs('llm-rubric', tokens),
    ]);
    expect(await missing('completion_tokens: 10', '[{type: similar, value: x}]')).toEqual([
      needs('similar', embedding),
    ]);
  });
});
