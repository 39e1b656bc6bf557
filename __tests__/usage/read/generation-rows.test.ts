import { expect, test } from '@jest/globals';
import { readFiles } from '../../support/usage.js';

const row = (id: string | null, prompt = 10) =>
  JSON.stringify({ id, model: 'a/b', usage: { prompt_tokens: prompt, completion_tokens: 1 } });

test("of all rows those whose id is one of OpenRouter's own are kept, each once, the last one of an id", async () => {
  const others = ['chatcmpl-1', 'gen-', 'gen-a/../key', 'gen-x?id=y', null].map((id) => row(id));
  const recorded = [row('gen-1732-abcDEF'), ...others, row('gen-1732-abcDEF', 20), row('gen-2')];
  const { usage } = await readFiles({ 'a.jsonl': recorded.join('\n') });
  const kept = [...usage.generations].map(([id, number]) => [id, usage.rows.get(number).tokens.prompt]);
  expect(kept).toEqual([
    ['gen-1732-abcDEF', 20],
    ['gen-2', 10],
  ]);
});
