import { beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { countTokens as countByLibrary } from 'gpt-tokenizer/encoding/o200k_base';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  loadCounter,
  type TokenCounter,
  accuracyText,
  tokenFamily,
  tokensOf,
} from '../../../src/manifest/prompt-tokens/count-tokens.js';

let count: TokenCounter;
beforeAll(async () => {
  count = await loadCounter();
});

describe('counts agree with the published ones', () => {
  // OpenAI's cookbook, "How to count tokens with tiktoken", as of 2025-01.
  test.each([
    ['tiktoken is great!', 6],
    ['antidisestablishmentarianism', 6],
    ['2 + 2 = 4', 7],
    ['お誕生日おめでとう', 8],
  ])('of the cookbook: %j is %d tokens', (text, tokens) => {
    expect(count(text)).toBe(tokens);
  });

  // The lengths of the token lists in jtokkit's o200k_base_encodings.csv, which tiktoken made.
  test.each([
    [
      "This is a longer text without any special characters or emojis. It includes spaces, punctuation, and multiple sentences. Let's see how the tokenizer handles it!",
      30,
    ],
    ['This     is     a     sentence     with     extra     spaces.', 14],
    ['How about numbers? 123 45.6 -78.9', 14],
    ['What about URLs? https://www.google.com', 9],
    ['const sum = (a, b) => a + b; const multiply = (a, b) => a * b; const divide = (a, b) => a / b;', 39],
    ['var i: Int = 0; while (i < 10) { print(i); i += 1 }', 24],
    [
      'public class Employee { private String name; private int age; public Employee(String name, int age) { this.name = name; this.age = age; } }',
      33,
    ],
    ["const fruits = ['apple', 'banana', 'orange', 'pear', 'grape']; const firstThree = fruits.slice(0, 3);", 31],
    ['这是一个没有特殊字符或表情符号的较长文本。它包括空格、标点符号和多个句子。让我们看看分词器如何处理它！', 39],
    ['你好，世界', 3],
    ['안녕하세요 세계', 3],
    ['Jakiego typu samochód lubisz używać w #Trackmania, gdy musisz wykonać skok z rampy i uniknąć ściany #@&%*?', 38],
    ['สวัสดีชาวโลก! สบายดีหรือ? 😄', 15],
    ['សួស្តី\u200bពិភពលោក! តើ\u200bអ្នក\u200bស្រលាញ់\u200bទេ? 😊', 24],
    ['स्वागत है दुनिया! क्या हाल है? 😍', 11],
    ['مرحبا بالعالم! كيف حالك؟ 😎', 11],
    ['👋🌎', 4],
    ['🐶🐱🐹🐰🐻🐨🐼🐵🐔🐸🦊🦝🐢', 28],
  ])('of jtokkit: %j is %d tokens', (text, tokens) => {
    expect(count(text)).toBe(tokens);
  });

  // The cookbook's conversation for gpt-4o: OpenAI's API counted 124 tokens. Each message adds 3 and its role, a name
  // adds 1 and itself, the answer is primed with 3.
  test('of the API, for a conversation with roles and names', () => {
    const messages: readonly (readonly [role: string, name: string | null, content: string])[] = [
      [
        'system',
        null,
        'You are a helpful, pattern-following assistant that translates corporate jargon into plain English.',
      ],
      ['system', 'example_user', 'New synergies will help drive top-line growth.'],
      ['system', 'example_assistant', 'Things working well together will increase revenue.'],
      [
        'system',
        'example_user',
        "Let's circle back when we have more bandwidth to touch base on opportunities for increased leverage.",
      ],
      ['system', 'example_assistant', "Let's talk later when we're less busy about how to do better."],
      ['user', null, "This late pivot means we don't have time to boil the ocean for the client deliverable."],
    ];
    const tokens = messages.map(
      ([role, name, content]) => 3 + count(role) + (name === null ? 0 : 1 + count(name)) + count(content),
    );
    expect(tokens.reduce((sum, one) => sum + one, 3)).toBe(124);
  });
});

describe('a text', () => {
  test('that is empty has no tokens', () => {
    expect(count('')).toBe(0);
  });

  // The special token would be one; as text it is at least its two brackets and a word.
  test.each(['<|endoftext|>', '<|fim_prefix|>', '<|im_start|>'])(
    'with special tokens is counted as the plain text it is: %j',
    (text) => {
      expect(count(text)).toBe(countByLibrary(text, { disallowedSpecial: new Set() }));
      expect(count(text)).toBeGreaterThanOrEqual(3);
    },
  );

  test('of JSON, code or Markdown has as many tokens as the library counts', () => {
    for (const file of ['package.json', 'tsconfig.json', 'src/lib/money/decimal.ts', 'node_modules/zod/README.md']) {
      const text = readFileSync(file, 'utf8');
      expect({ file, tokens: count(text) }).toEqual({
        file,
        tokens: countByLibrary(text, { disallowedSpecial: new Set() }),
      });
    }
  });

  test('of any characters has as many tokens as the library counts', () => {
    // White space that JavaScript and Unicode disagree on is split as tiktoken splits it, not as the library does.
    const text = fc
      .oneof(
        fc.string({ unit: 'binary', maxLength: 60 }),
        fc.string({ unit: fc.constantFrom(' ', '\n', '\t', 'a', 'b', 'A', 'B', '1', '.', ',', 'é', '中', '🦀') }),
      )
      .filter((one) => !/[\u0085\uFEFF]/.test(one));
    fc.assert(
      fc.property(text, (one) => {
        expect(count(one)).toBe(countByLibrary(one, { disallowedSpecial: new Set() }));
      }),
      { numRuns: 500 },
    );
  });

  const letters = (length: { readonly minLength: number; readonly maxLength: number }) =>
    fc.string({ unit: fc.constantFrom('a', 'b', 'e', 't', 'h', 'é', '中', '🦀'), ...length });

  test('of one piece of up to 512 characters has as many tokens as the library counts', () => {
    fc.assert(
      fc.property(letters({ minLength: 100, maxLength: 128 }), (one) => {
        expect(count(one)).toBe(countByLibrary(one, { disallowedSpecial: new Set() }));
      }),
      { numRuns: 100 },
    );
  });

  // A cut falls into one token at most, of which both halves are at most as many tokens as they have characters.
  test('of a longer piece is cut, and its count differs by little', () => {
    fc.assert(
      fc.property(letters({ minLength: 1025, maxLength: 1500 }), (one) => {
        const exact = countByLibrary(one, { disallowedSpecial: new Set() });
        expect(Math.abs(count(one) - exact)).toBeLessThanOrEqual(0.02 * exact);
      }),
      { numRuns: 20 },
    );
  });
});

describe('the vocabulary', () => {
  const sources = readdirSync('src', { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => ({ name: join('src', name), text: readFileSync(join('src', name), 'utf8') }));

  test('is imported by one module alone', () => {
    const importing = sources.filter(({ text }) => text.includes("from 'gpt-tokenizer")).map(({ name }) => name);
    expect(importing).toEqual([join('src', 'manifest', 'prompt-tokens', 'o200k.ts')]);
  });

  test('and that one only when it is asked for, so that other runs do not load it', () => {
    const naming = sources.filter(({ text }) => text.includes('o200k.js')).map(({ name }) => name);
    expect(naming).toEqual([join('src', 'manifest', 'prompt-tokens', 'count-tokens.ts')]);
    expect(naming.map((name) => /import [^;]*from '\.\/o200k\.js'/.test(readFileSync(name, 'utf8')))).toEqual([false]);
  });
});

describe('the tokenizer of a model', () => {
  test.each([
    ['openai/gpt-4o', 'exact'],
    ['openai/gpt-4o-mini-2024-07-18', 'exact'],
    ['openai/chatgpt-4o-latest', 'exact'],
    ['openai/gpt-4.1-nano', 'exact'],
    ['openai/gpt-4.5-preview', 'exact'],
    ['openai/gpt-5.6-sol:batch', 'exact'],
    ['openai/o4-mini', 'exact'],
    ['openai/gpt-oss-120b:free', 'exact'],
    ['~openai/gpt-latest', 'exact'],
    ['openai/gpt-4', 'about ±20 %'],
    ['openai/gpt-4-turbo', 'about ±20 %'],
    ['openai/gpt-4-1106-preview', 'about ±20 %'],
    ['openai/gpt-3.5-turbo-0613', 'about ±20 %'],
    ['openai/gpt-4:floor', 'about ±20 %'],
  ])('%s is o200k or not: %s', (model, accuracy) => {
    expect(accuracyText(tokenFamily(model))).toBe(accuracy);
  });

  test.each([
    ['anthropic/claude-sonnet-4.5', 'Claude'],
    ['anthropic/claude-opus-4.6-fast', 'Claude'],
    ['anthropic/claude-4.5-sonnet-20250929', 'Claude'],
    ['anthropic/claude-opus-4-20250514', 'Claude'],
    ['anthropic/claude-3-haiku', 'Claude'],
    ['anthropic/claude-haiku-4.5:batch', 'Claude'],
    ['anthropic/claude-opus-4.7', 'Claude from Opus 4.7 on'],
    ['anthropic/claude-opus-4.10', 'Claude from Opus 4.7 on'],
    ['anthropic/claude-sonnet-5', 'Claude from Opus 4.7 on'],
    ['anthropic/claude-fable-5:batch', 'Claude from Opus 4.7 on'],
    ['~anthropic/claude-opus-latest', 'Claude from Opus 4.7 on'],
    ['google/gemini-2.5-flash', 'Gemini'],
    ['google/gemma-4-31b-it:free', 'Gemini'],
    ['meta-llama/llama-3.3-70b-instruct', 'Llama'],
    ['deepseek/deepseek-r1-distill-llama-70b', 'Llama'],
    ['nousresearch/hermes-4-405b', 'Llama'],
    ['qwen/qwen3-coder', 'Qwen'],
    ['deepseek/deepseek-v3.2', 'DeepSeek'],
    ['mistralai/codestral-2508', 'Mistral'],
    ['cognitivecomputations/dolphin-mistral-24b-venice-edition', 'Mistral'],
    ['x-ai/grok-4.6', 'Grok'],
    ['amazon/nova-pro-v1', 'Nova'],
    ['moonshotai/kimi-k3', 'Kimi'],
    ['z-ai/glm-5.3', 'GLM'],
    ['us.anthropic.claude-sonnet-4-20250514-v1:0', 'Claude'],
    ['anthropic.claude-3-5-sonnet-20241022-v2:0', 'Claude'],
    ['claude-sonnet-4-5@20250929', 'Claude'],
    ['azure/gpt-4o', 'o200k'],
    ['o3-mini', 'o200k'],
    ['gpt-4-turbo', 'GPT-4 and GPT-3.5'],
    ['openai.gpt-oss-120b-1:0', 'o200k'],
    ['vertex_ai/gemini-2.5-pro', 'Gemini'],
    ['amazon.nova-pro-v1:0', 'Nova'],
    ['meta.llama3-1-70b-instruct-v1:0', 'Llama'],
    ['gryphe/mythomax-l2-13b', 'other models'],
    ['anything at all', 'other models'],
  ])('%s is of the family %s', (model, family) => {
    expect(tokenFamily(model).name).toBe(family);
  });
});

describe('tokens of a family', () => {
  // 1,000 x 1.20 = 1,200; 1,000 x 1.56 = 1,560; 1,000 x 1.10 = 1,100; 3 x 1.20 = 3.6, rounded 4.
  test.each([
    ['openai/gpt-5-mini', 1000, 1000],
    ['anthropic/claude-sonnet-4.5', 1000, 1200],
    ['anthropic/claude-opus-4.8', 1000, 1560],
    ['google/gemini-2.5-pro', 1000, 1100],
    ['anthropic/claude-sonnet-4.5', 3, 4],
    ['anthropic/claude-sonnet-4.5', 0, 0],
  ])('%s: %d of o200k are %d', (model, o200k, own) => {
    expect(tokensOf(tokenFamily(model), o200k)).toBe(own);
  });
});
