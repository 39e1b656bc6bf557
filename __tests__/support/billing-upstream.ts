import type { Catalogue } from '../../src/openrouter/catalogue/catalogue.js';
import { add, sum, toText, decimal, times, ZERO, type Decimal } from '../../src/lib/money/decimal.js';

/** Tokens of one answer, in OpenRouter's convention: parts are inside. */
export interface Answer {
  readonly model: string;
  readonly prompt: number;
  readonly completion: number;
  readonly cached?: number;
}

/** An upstream that answers as OpenRouter does and bills by the prices of a catalogue, by its own arithmetic. */
export interface BillingUpstream {
  /** The body of the next answer: JSON, or every second time an event stream with the usage in its last chunk. */
  readonly answer: (answer: Answer) => string;
  readonly bill: () => Decimal;
}

export function billingUpstream(catalogue: Catalogue): BillingUpstream {
  let answers = 0;
  let billed = ZERO;
  const price = (model: string, key: string): Decimal => {
    const value = catalogue.models.get(model)?.pricing[key];
    return decimal(typeof value === 'string' ? value : '0');
  };
  return {
    answer: ({ model, prompt, completion, cached = 0 }) => {
      const cost = sum([
        times(price(model, 'prompt'), prompt - cached),
        times(price(model, 'input_cache_read'), cached),
        times(price(model, 'completion'), completion),
      ]);
      billed = add(billed, cost);
      answers += 1;
      const id = `gen-${answers}`;
      const usage = {
        prompt_tokens: prompt,
        completion_tokens: completion,
        total_tokens: prompt + completion,
        cost: Number(toText(cost)),
        is_byok: false,
        prompt_tokens_details: { cached_tokens: cached },
      };
      return answers % 2 === 0 ? streamed(id, model, usage) : whole(id, model, usage);
    },
    bill: () => billed,
  };
}

function whole(id: string, model: string, usage: object): string {
  const choices = [{ index: 0, message: { role: 'assistant', content: 'An answer.' }, finish_reason: 'stop' }];
  return JSON.stringify({ id, object: 'chat.completion', created: 1_764_000_000, model, choices, usage });
}

function streamed(id: string, model: string, usage: object): string {
  const chunk = (fields: object): string =>
    `data: ${JSON.stringify({ id, object: 'chat.completion.chunk', created: 1_764_000_000, model, ...fields })}\n\n`;
  return [
    ': OPENROUTER PROCESSING\n\n',
    chunk({ choices: [{ index: 0, delta: { role: 'assistant', content: 'An ' } }], usage: null }),
    chunk({ choices: [{ index: 0, delta: { content: 'answer.' }, finish_reason: 'stop' }], usage: null }),
    chunk({ choices: [], usage }),
    'data: [DONE]\n\n',
  ].join('');
}
