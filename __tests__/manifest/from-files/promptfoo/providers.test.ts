import { describe, expect, test } from '@jest/globals';
import { derivedCalls, derivedNotes, derivedProblems, derivedRequests } from '../../../support/derived-calls.js';

const config = (providers: string, prompts = '[{raw: hi, label: p}]') =>
  `prompts: ${prompts}\nproviders: ${providers}\n`;
const models = async (providers: string, fields = 'completion_tokens: 10') =>
  (await derivedCalls({ config: config(providers), fields })).map(({ model }) => model);

describe('the model that a provider asks', () => {
  test.each([
    ['openai:gpt-5-mini', 'openai/gpt-5-mini'],
    ['openai:chat:gpt-4o', 'openai/gpt-4o'],
    ['openai:responses:gpt-5', 'openai/gpt-5'],
    ['openai:completion:gpt-3.5-turbo-instruct', 'openai/gpt-3.5-turbo-instruct'],
    ['openai:embedding:text-embedding-3-small', 'openai/text-embedding-3-small'],
    ['anthropic:messages:claude-sonnet-4-5-20250929', 'anthropic/claude-sonnet-4-5-20250929'],
    ['anthropic:claude-opus-4-6', 'anthropic/claude-opus-4-6'],
    ['google:gemini-2.5-flash', 'google/gemini-2.5-flash'],
    ['vertex:gemini-2.5-pro', 'google/gemini-2.5-pro'],
    ['vertex:claude-sonnet-4-5@20250929', 'anthropic/claude-sonnet-4-5@20250929'],
    ['mistral:mistral-large-latest', 'mistralai/mistral-large-latest'],
    ['cohere:command-r', 'cohere/command-r'],
    ['deepseek:deepseek-chat', 'deepseek/deepseek-chat'],
    ['xai:grok-4', 'x-ai/grok-4'],
    ['perplexity:sonar', 'perplexity/sonar'],
    ['openrouter:anthropic/claude-sonnet-4.5', 'anthropic/claude-sonnet-4.5'],
    ['openrouter:deepseek/deepseek-r1:free', 'deepseek/deepseek-r1:free'],
    ['bedrock:us.anthropic.claude-sonnet-4-20250514-v1:0', 'us.anthropic.claude-sonnet-4-20250514-v1:0'],
    ['bedrock:converse:amazon.nova-pro-v1:0', 'amazon.nova-pro-v1:0'],
    ['groq:openai/gpt-oss-120b', 'openai/gpt-oss-120b'],
    ['togetherai:meta-llama/Llama-3.3-70B-Instruct-Turbo', 'meta-llama/Llama-3.3-70B-Instruct-Turbo'],
  ])('%s is %s', async (provider, model) => {
    expect(await models(`['${provider}']`)).toEqual([model]);
  });

  test.each([
    'azure:chat:my-deployment',
    'bedrock:arn:aws:bedrock:us-east-1:123456789012:inference-profile/abc',
    'openai:assistant:asst_123',
    'openai:realtime:gpt-4o-realtime',
    'openai:image:dall-e-3',
    'openai:chat',
    'openrouter:${MODEL}',
    'ollama:chat:llama3.3',
    'mycompany',
  ])('%s does not tell it, which is an error that says what to write', async (provider) => {
    expect(await derivedProblems({ config: config(`['${provider}']`) })).toEqual([
      `evals/c.yaml: provider ${provider} does not tell its model: name the model in the manifest, promptfoo: {models: {"${provider}": openai/gpt-5-mini}}`,
    ]);
  });

  test.each([
    ...['file://rag.py', 'file://rag.js:ask', 'python:rag.py', 'exec: ./ask.sh', 'golang:main.go', 'ruby:ask.rb'],
    ...['package:@acme/provider:ask', 'https://example.com/ask', 'http://localhost:3000', 'ws://localhost:3000'],
    ...['webhook:https://example.com', 'rag.ts'],
  ])('%s is code, which is not run: an error that says what to write, or null', async (provider) => {
    expect(await derivedProblems({ config: config(`['${provider}']`) })).toEqual([
      `evals/c.yaml: provider ${provider} is code, which is not run: name the model in the manifest, promptfoo: {models: {${JSON.stringify(provider)}: openai/gpt-5-mini}}, or null if it asks no model`,
    ]);
  });

  test('is not read from the environment, which is said', async () => {
    const [message] = await derivedProblems({ config: config("['openai:{{env.MODEL}}']") });
    expect(message).toContain(
      'provider openai:{{env.MODEL}} is filled in from the environment, which is not read: name the model',
    );
  });

  test.each(['anthropic:claude-agent-sdk', 'openai:codex-sdk:x', 'openai:tts:tts-1'])(
    'is not that of %s, which is no model',
    async (provider) => {
      const [message] = await derivedProblems({ config: config(`['${provider}']`) });
      expect(message).toContain(`provider ${provider} does not tell its model`);
    },
  );

  test('is the one that the manifest names, by id or by label, before any other', async () => {
    const fields = 'completion_tokens: 10, models: {"file://rag.py": openai/gpt-5, mine: openai/gpt-4o}';
    expect(await models("['file://rag.py', {id: 'azure:chat:x', label: mine}, 'openai:o3']", fields)).toEqual([
      'openai/gpt-5',
      'openai/gpt-4o',
      'openai/o3',
    ]);
  });

  test('is none for the echo, and for code that the manifest says asks none, with a note', async () => {
    const suite = {
      config: config("[echo, 'file://rules.py', 'openai:gpt-5']"),
      fields: 'completion_tokens: 10, models: {"file://rules.py": null}',
    };
    expect(await derivedRequests(suite)).toEqual({ 'openai:gpt-5 / p': 1 });
    expect(await derivedNotes(suite)).toContain(
      'evals/c.yaml: no request to a model is counted for echo, file://rules.py.',
    );
  });

  test('cannot be none for a provider that asks one', async () => {
    const fields = 'completion_tokens: 10, models: {"openai:gpt-5": null}';
    const [message] = await derivedProblems({ config: config("['openai:gpt-5']"), fields });
    expect(message).toContain('openai:gpt-5 asks a model; null is accepted for a provider that code defines');
  });

  test('of a test is the one of its own provider, asked once for each provider of the evaluation', async () => {
    const own =
      'prompts: [{raw: hi, label: p}]\nproviders: [openai:gpt-5, openai:o3]\ntests: [{vars: {x: y}, provider: openai:gpt-4o}]\n';
    expect(await derivedRequests({ config: own })).toEqual({ 'openai:gpt-4o / p': 2 });
  });
});

describe('providers', () => {
  test('are text, mappings, maps and files, under either key; equal ones count once', async () => {
    const list = `[openai:gpt-5, openai:gpt-5, {id: openai:o3, label: thinker}, {'openai:gpt-4o': {config: {temperature: 0}}}, file://more.yaml]`;
    const files = { 'evals/more.yaml': '- {id: xai:grok-4}\n- {id: google:gemini-2.5-pro, label: gem}\n' };
    const expected = ['openai:gpt-5 / p', 'thinker / p', 'openai:gpt-4o / p', 'xai:grok-4 / p', 'gem / p'];
    expect(Object.keys(await derivedRequests({ config: config(list), files }))).toEqual(expected);
    const targets = config(list).replace('providers:', 'targets:');
    expect(Object.keys(await derivedRequests({ config: targets, files }))).toEqual(expected);
  });

  test('of one name that their configurations tell apart are calls of their own, each with its cap', async () => {
    const two = '[{id: openai:gpt-4o, config: {max_tokens: 100}}, {id: openai:gpt-4o, config: {max_tokens: 4000}}]';
    const calls = await derivedCalls({ config: config(two) });
    expect(calls.map(({ display_name, max_tokens }) => [display_name, max_tokens])).toEqual([
      ['openai:gpt-4o / p', 100],
      ['openai:gpt-4o #2 / p', 4000],
    ]);
  });

  test('of one label are priced each by its own model', async () => {
    const two = '[{id: openai:gpt-4o, label: main}, {id: anthropic:messages:claude-sonnet-4-5, label: main}]';
    const calls = await derivedCalls({ config: config(two) });
    expect(calls.map(({ display_name, model }) => [display_name, model])).toEqual([
      ['main / p', 'openai/gpt-4o'],
      ['main #2 / p', 'anthropic/claude-sonnet-4-5'],
    ]);
  });

  test.each([
    ['[]', {}, 'evals/c.yaml: no providers; expected providers or targets'],
    ['[file://p.yaml]', { 'evals/p.yaml': '[]' }, 'evals/c.yaml: no providers; expected providers or targets'],
    [
      '[file://p.yaml]',
      { 'evals/p.yaml': '[file://p.yaml]' },
      'evals/p.yaml is no list of providers: expected mappings with id',
    ],
    ['[file://p.yaml]', {}, 'evals/p.yaml does not exist'],
    ['[{label: x, config: {}}]', {}, 'evals/c.yaml: expected a provider with id; got one with label alone'],
    ['[5]', {}, 'evals/c.yaml: expected a provider: text such as openai:gpt-5-mini, or a mapping with id'],
  ])('%s is an error', async (providers, files: Readonly<Record<string, string>>, message) => {
    expect(await derivedProblems({ config: config(providers), files })).toEqual([message]);
  });
});

describe('completion_tokens', () => {
  test('may be one number for each provider, by label or id', async () => {
    const calls = await derivedCalls({
      config: config('[{id: openai:gpt-5, label: a}, openai:o3]'),
      fields: 'completion_tokens: {a: 20, "openai:o3": {expected: 30, max: 90}}',
    });
    expect(calls.map((call) => call.completion_tokens)).toEqual([
      { expected: 20, max: null },
      { expected: 30, max: 90 },
    ]);
  });

  test('that lack a provider are an error that names it', async () => {
    const problems = await derivedProblems({
      config: config('[openai:gpt-5]'),
      fields: 'completion_tokens: {"openai:o3": 30}',
    });
    expect(problems).toEqual([
      'evals/c.yaml has the provider openai:gpt-5, for which promptfoo.completion_tokens in the manifest has no number',
    ]);
  });

  test('above the cap that promptfoo sends are an error that states both', async () => {
    expect(await derivedProblems({ config: config('[openai:gpt-4o]'), fields: 'completion_tokens: 1025' })).toEqual([
      'evals/c.yaml caps openai:gpt-4o / p at 1024 tokens, which is less than the completion_tokens of the manifest (1025)',
    ]);
  });
});

describe('the cap that promptfoo sends', () => {
  test.each([
    ['openai:gpt-4o', '{}', 1024],
    ['openai:gpt-4o', '{max_tokens: 300}', 300],
    ['openai:gpt-4o', '{max_tokens: 300, passthrough: {max_tokens: 50}}', 50],
    ['openai:gpt-5', '{}', undefined],
    ['openai:gpt-5', '{max_tokens: 300}', undefined],
    ['openai:gpt-5', '{max_completion_tokens: 300}', 300],
    ['openai:o3', '{max_tokens: 300}', undefined],
    ['openai:responses:gpt-4o', '{max_output_tokens: 300}', 300],
    ['openrouter:meta-llama/llama-3.3-70b-instruct', '{}', 1024],
    ['anthropic:messages:claude-sonnet-4-5', '{}', 1024],
    ['anthropic:messages:claude-sonnet-4-5', '{max_tokens: 2000}', 2000],
    ['google:gemini-2.5-flash', '{}', undefined],
    ['google:gemini-2.5-flash', '{maxOutputTokens: 300}', 300],
    ['google:gemini-2.5-flash', '{generationConfig: {maxOutputTokens: 300}}', 300],
  ])('by %s with %s is %s', async (id, options, cap) => {
    const [call] = await derivedCalls({ config: config(`[{id: '${id}', config: ${options}}]`) });
    expect(call?.max_tokens).toBe(cap);
  });
});
