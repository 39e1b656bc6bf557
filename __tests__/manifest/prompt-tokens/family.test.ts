import { describe, expect, test } from '@jest/globals';
import { accuracyText, tokenFamily, tokensOf } from '../../../src/manifest/prompt-tokens/count-tokens.js';

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
