import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { patientDispatcher } from '../../src/lib/http/network.js';
import type { Decimal } from '../../src/lib/money/decimal.js';
import { priceBook, type PriceBook } from '../../src/usage/record/price-book.js';
import { startRecorder, type Recorder } from '../../src/usage/record/recorder.js';
import { openUsageFile } from '../../src/usage/record/rows.js';
import { upstreamsOf } from '../../src/usage/record/routes.js';
import { catalogue, model } from './catalogue.js';

/** A recorder in the process, before an upstream on loopback. */
export interface TestRecorder {
  readonly recorder: Recorder;
  /** The base URL of OpenAI's API at the recorder, and Anthropic's. */
  readonly openai: string;
  readonly anthropic: string;
  readonly openrouter: string;
  readonly said: readonly string[];
  readonly rows: () => readonly z.infer<typeof rowSchema>[];
  readonly text: () => string;
}

const rowSchema = z.object({
  llm_budget_record: z.literal(1),
  run: z.string(),
  time: z.string(),
  suite: z.string().nullable(),
  call: z.string().nullable(),
  model: z.string().nullable(),
  status: z.number().nullable(),
  id: z.string().nullable(),
  usage: z.record(z.string(), z.unknown()).nullable(),
  reason: z.string().nullable(),
});

/** acme/one at $1 a million prompt and $2 a million completion tokens, without endpoints. */
const PRICES: PriceBook = priceBook(catalogue([model({ id: 'acme/one' })]), (known) => Promise.resolve(known));

export interface RecorderSetting {
  readonly folder: string;
  readonly upstream: string;
  readonly cap?: Decimal;
  readonly allowUnpriced?: boolean;
  readonly suite?: string;
  readonly prices?: PriceBook;
  readonly environment?: Readonly<Record<string, string>>;
}

export async function startTestRecorder(setting: RecorderSetting): Promise<TestRecorder> {
  const said: string[] = [];
  const path = join(setting.folder, 'usage.jsonl');
  const environment = new Map([
    ['OPENAI_BASE_URL', `${setting.upstream}/v1`],
    ['ANTHROPIC_BASE_URL', setting.upstream],
    ['OPENROUTER_BASE_URL', `${setting.upstream}/api/v1`],
  ]);
  const recorder = await startRecorder({
    upstreams: upstreamsOf(environment),
    dispatcher: patientDispatcher(setting.environment ?? {}),
    file: openUsageFile(path, 'usage.jsonl'),
    suite: setting.suite ?? null,
    prices: setting.prices ?? PRICES,
    cap: setting.cap ?? null,
    allowUnpriced: setting.allowUnpriced ?? false,
    now: () => Date.parse('2026-11-24T09:00:00Z'),
    say: (line) => {
      said.push(line);
    },
  });
  const variables = recorder.variables(new Map());
  const text = (): string => readFileSync(path, 'utf8');
  return {
    recorder,
    openai: variables.get('OPENAI_BASE_URL') ?? '',
    anthropic: variables.get('ANTHROPIC_BASE_URL') ?? '',
    openrouter: variables.get('OPENROUTER_BASE_URL') ?? '',
    said,
    text,
    rows: () =>
      text()
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => rowSchema.parse(JSON.parse(line))),
  };
}
