import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { AccountPages } from './openrouter-server.js';
import { accountPages, API_KEY, creditsAnswer, keyAnswer } from './openrouter-server.js';
import { endpointRow, modelRow, startCatalogueServer } from './catalogue-server.js';
import type { CatalogueContent, CatalogueServer } from './catalogue-server.js';
import { commandLine, DATE, NOW } from './command-line.js';
import type { FileTree } from './github-state.js';
import { openChange, startFixture, type Fixture } from './pull-request.js';
import { testRepository } from './repository.js';

/**
 * The changes whose reports stand in fixtures/reports, and the comment, summary, terminal and pictures of them in golden
 * files: each is a pair of commits that the product itself judges, at prices of the suite's own.
 */

export interface Situation {
  readonly base: FileTree;
  readonly head: FileTree;
  /** Inputs of the action. */
  readonly inputs?: Readonly<Record<string, string>>;
  /** Files of the workspace. */
  readonly workspace?: Readonly<Record<string, string>>;
  readonly account?: AccountPages;
  /** The label is on the pull request, and somebody who may push has approved it. */
  readonly isOverridden?: true;
  /** The catalogue gives no answer. */
  readonly isOffline?: true;
  /** A lockfile of twelve days ago stands at both commits. */
  readonly hasLock?: true;
  /** Judged by the command line with `--explain`, which the action does not have. */
  readonly isExplained?: true;
}

const FILE = 'llm-budget.yml';

/** US dollars a token. */
const PRICES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'anthropic/claude-sonnet-4.5': { prompt: '0.000003', completion: '0.000015', input_cache_read: '0.0000003' },
  'openai/gpt-5-mini': { prompt: '0.00000025', completion: '0.000002' },
  'openai/gpt-5': { prompt: '0.00000125', completion: '0.00001' },
  'openai/gpt-4o': { prompt: '0.0000025', completion: '0.00001' },
  'google/gemini-2.5-flash': { prompt: '0.0000003', completion: '0.0000025' },
  'meta-llama/llama-3.3-70b-instruct:free': { prompt: '0', completion: '0' },
};
/** Twelve days before. */
const OLD_PRICES: typeof PRICES = {
  ...PRICES,
  'openai/gpt-5-mini': { prompt: '0.0000002', completion: '0.0000016' },
  'google/gemini-2.5-flash': { prompt: '0.0000004', completion: '0.0000025' },
};
const OLD_DATE = 'Thu, 12 Nov 2026 06:00:00 GMT';
const OLD_TIME = '2026-11-12T06:00:00Z';

/** A second endpoint is a fifth cheaper than the listed price. */
function catalogueOf(prices: typeof PRICES, date: string): CatalogueContent {
  const limits = { context_length: 200_000, max_completion_tokens: 64_000 };
  const cheaper = (price = '0'): string => (Number(price) * 0.8).toFixed(12);
  return {
    date,
    models: Object.entries(prices).map(([id, pricing]) =>
      modelRow(id, { pricing, context_length: 200_000, top_provider: limits }),
    ),
    endpoints: Object.fromEntries(
      Object.entries(prices).map(([id, pricing]) => [
        id,
        [
          endpointRow(id.split('/')[0] ?? id, { pricing, ...limits }),
          endpointRow('other', {
            pricing: { ...pricing, prompt: cheaper(pricing.prompt), completion: cheaper(pricing.completion) },
            ...limits,
          }),
        ],
      ]),
    ),
  };
}

interface Evals {
  /** The lines above `suites`. */
  readonly top?: string;
  /** Completion tokens of rag-evals / answer. */
  readonly answer?: number;
  readonly judge?: string;
  /** Requests of agent-smoke / plan. */
  readonly plan?: number;
  /** Whether agent-smoke asks openai/gpt-5 too. */
  readonly second?: boolean;
  readonly smokeBudget?: string;
  readonly more?: string;
}

/**
 * Five suites, in US dollars a run: rag-evals 360 x (300 x 3 + 1,500 x 0.3 + 350 x 15) / 1,000,000 = 2.376 and
 * 360 x (2,400 x 0.25 + 120 x 2) / 1,000,000 = 0.3024; agent-smoke 40 x (6,200 x 3 + 900 x 15) / 1,000,000 = 1.284 and
 * 20 x (3,000 x 1.25 + 1,200 x 10) / 1,000,000 = 0.315; translate 200 x (420 x 0.3 + 430 x 2.5) / 1,000,000 = 0.2402;
 * classify 100 x (300 x 0.25 + 10 x 2) / 1,000,000 = 0.0095; nightly-batch 900 x (3,800 x 0.25 + 420 x 2) / 1,000,000 =
 * 1.611. Together 6.1381. One completion token of `answer` is 360 x 15 / 1,000,000 = 0.0054 a run.
 */
function evals(options: Evals = {}): string {
  const { top = 'budget: {per_run: 8}\n', answer = 350, judge = 'openai/gpt-5-mini', plan = 40 } = options;
  const { second = true, smokeBudget = '', more = '' } = options;
  return `version: 1
runs_per_month: 600
${top}suites:
  rag-evals:
    repeat: 3
    calls:
      - name: answer
        model: anthropic/claude-sonnet-4.5
        count: 120
        prompt_tokens: 1800
        cached_tokens: 1500
        completion_tokens: ${answer}
        max_tokens: 1024
      - {name: judge, model: ${judge}, count: 120, prompt_tokens: 2400, completion_tokens: 120, max_tokens: 256}
  agent-smoke:
${smokeBudget}    calls:
      - {name: plan, model: anthropic/claude-sonnet-4.5, count: ${plan}, prompt_tokens: 6200, completion_tokens: 900}
${second ? '      - {model: openai/gpt-5, count: 20, prompt_tokens: 3000, completion_tokens: 1200, max_tokens: 4096}\n' : ''}  translate:
    calls:
      - {name: to-german, model: google/gemini-2.5-flash, count: 200, prompt_tokens: 420, completion_tokens: 430, max_tokens: 1000}
  classify:
    calls:
      - {name: intent, model: "meta-llama/llama-3.3-70b-instruct:free", count: 2, prompt_tokens: 300, completion_tokens: 10, max_tokens: 10}
      - {name: tone, model: openai/gpt-5-mini, count: 100, prompt_tokens: 300, completion_tokens: 10, max_tokens: 10}
${more}  nightly-batch:
    runs_per_month: 30
    calls:
      - {name: summaries, model: openai/gpt-5-mini, count: 900, prompt_tokens: 3800, completion_tokens: 420, max_tokens: 1000}
`;
}

/** 60 x (1,500 x 2.5 + 200 x 10) / 1,000,000 = 0.345 */
const LEGACY = `  legacy-evals:
    calls:
      - {name: grade, model: openai/gpt-4o, count: 60, prompt_tokens: 1500, completion_tokens: 200, max_tokens: 400}
`;

const STRICT = (perRun: string): string => `budget:
  per_run: ${perRun}
  per_month: 4000
  increase_percent: 8
policy:
  credit_fee: 5.5
  models: {deny: ["meta-llama/*"]}
`;

/** Two suites with prompts in files, $3 a run at most. */
function prompted(limit = '3'): string {
  return `version: 1
runs_per_month: 600
budget: {per_run: ${limit}}
suites:
  rag-evals:
    repeat: 3
    calls:
      - {name: answer, model: anthropic/claude-sonnet-4.5, count: 120, prompt_files: [prompts/answer.md], completion_tokens: 350, max_tokens: 1024}
      - {name: judge, model: openai/gpt-5-mini, count: 120, prompt_files: [prompts/answer.md], completion_tokens: 120, max_tokens: 256}
  translate:
    calls:
      - {name: to-german, model: openai/gpt-5-mini, count: 200, prompt_tokens: 420, completion_tokens: 430, max_tokens: 1000}
`;
}

/** A token each. */
const words = (count: number): string => Array.from({ length: count }, () => 'hello').join(' ');

function agent(retries: string, model: string): string {
  return `version: 1
runs_per_month: 600
budget: {per_run: 20, worst_case_per_run: 12}
suites:
  agent-smoke:
    calls:
      - name: plan
        model: ${model}
        count: 40
        prompt_tokens: {expected: 6200, max: 20000}
        completion_tokens: 900
        max_tokens: 4000
        retries: ${retries}
  translate:
    calls:
      - {name: to-german, model: openai/gpt-5-mini, count: 200, prompt_tokens: 420, completion_tokens: 430, max_tokens: 1000}
`;
}

function kinds(judged: number): string {
  return `version: 1
runs_per_month: 600
runs:
  nightly: {runs_per_month: 30, budget: {per_run: 15}}
budget: {per_run: 2, increase_per_run: 0.5}
suites:
  rag-evals:
    repeat: 3
    calls:
      - {name: answer, model: anthropic/claude-sonnet-4.5, count: 60, prompt_tokens: 1800, cached_tokens: 1500, completion_tokens: 350, max_tokens: 1024}
      - {name: judge, model: openai/gpt-5-mini, count: ${judged}, prompt_tokens: 2400, completion_tokens: 120, max_tokens: 256}
  regression:
    run: nightly
    calls:
      - {name: full, model: anthropic/claude-sonnet-4.5, count: 1000, prompt_tokens: 2000, completion_tokens: 400, max_tokens: 1024}
`;
}

const OVERRIDE = 'budget: {per_run: 6}\npolicy: {override_label: llm-budget-override}\n';

const MISTAKEN = `version: 1
runs_per_month: 600
budget:
  per_run: $6
suites:
  rag-evals:
    repeat: 3
    calls:
      - name: answer
        model: anthropic/claude-sonnet-4.5
        count: "120"
        promt_tokens: 1800
        completion_tokens: 350
`;

/** What a recorder wrote of so many requests. */
function recorded(suite: string, call: string | null, model: string, count: number, usage: object): string {
  return Array.from({ length: count }, (_, index) =>
    JSON.stringify({
      llm_budget_record: 1,
      run: 'a1b2c3',
      time: '2026-11-24T08:00:00.000Z',
      suite,
      call,
      model,
      status: 200,
      id: `chatcmpl-${suite}-${call ?? 'other'}-${index}`,
      service_tier: null,
      usage,
      reason: null,
    }),
  ).join('\n');
}

const tokens = (prompt: number, completion: number, cached = 0): object => ({
  prompt_tokens: prompt,
  completion_tokens: completion,
  total_tokens: prompt + completion,
  prompt_tokens_details: { cached_tokens: cached },
});

const USAGE = [
  // A tenth above the estimate: 480 x 3 + 1,500 x 0.3 + 385 x 15 for 300 x 3 + 1,500 x 0.3 + 350 x 15.
  recorded('rag-evals', 'answer', 'anthropic/claude-sonnet-4.5', 360, tokens(1980, 385, 1500)),
  recorded('rag-evals', 'judge', 'openai/gpt-5-mini', 360, tokens(2400, 118)),
  recorded('agent-smoke', 'plan', 'anthropic/claude-sonnet-4.5', 40, tokens(5800, 810)),
  recorded('agent-smoke', null, 'openai/gpt-5', 20, tokens(3000, 1240)),
  recorded('rag-evals', 'rewrite', 'openai/gpt-4o', 12, tokens(400, 60)),
  '{"llm_budget_record": 1, "suite": "rag-evals", "usa',
].join('\n');

export const SITUATIONS: Readonly<Record<string, Situation>> = {
  'over-budget': {
    base: {
      [FILE]: evals({
        top: STRICT('{warn: 5, fail: 6}'),
        answer: 299,
        plan: 32,
        second: false,
        smokeBudget: '    budget: {per_run: {warn: 1.5, fail: 2.5}, per_month: 1200}\n',
        more: LEGACY,
      }),
      '.github/workflows/evals.yml': 'on: pull_request\n',
    },
    head: {
      [FILE]: evals({ top: STRICT('50'), smokeBudget: '    budget: {per_run: {warn: 1.5, fail: 2.5}}\n' }),
      '.github/workflows/evals.yml': 'on: [pull_request]\n',
    },
    hasLock: true,
  },
  'prompt-file': {
    base: { [FILE]: prompted(), 'prompts/answer.md': words(1420) },
    head: { [FILE]: prompted(), 'prompts/answer.md': words(2840) },
  },
  'worst-case': {
    base: { [FILE]: agent('{expected: 0.02, max: 1}', 'openai/gpt-5') },
    head: { [FILE]: agent('{expected: 0.02, max: 3}', 'anthropic/claude-sonnet-4.5') },
    isExplained: true,
  },
  'kinds-of-run': { base: { [FILE]: kinds(180) }, head: { [FILE]: kinds(600) } },
  loosened: {
    base: { [FILE]: prompted('5'), 'prompts/answer.md': words(1420) },
    head: { [FILE]: prompted('50'), 'prompts/answer.md': words(1420) },
  },
  'within-budget': { base: { [FILE]: evals({ answer: 299 }) }, head: { [FILE]: evals() } },
  'prices-moved': {
    base: { [FILE]: evals({ top: 'budget: {per_run: 6}\n', answer: 340 }) },
    head: { [FILE]: evals({ top: 'budget: {per_run: 6}\n' }) },
    hasLock: true,
  },
  measured: {
    base: { [FILE]: evals({ answer: 299 }) },
    head: { [FILE]: evals() },
    inputs: { usage: 'usage/*.jsonl', 'openrouter-api-key': API_KEY },
    workspace: { 'usage/run.jsonl': USAGE },
    account: { key: keyAnswer(), credits: creditsAnswer(100, 42.7) },
  },
  'nothing-changed': {
    base: { [FILE]: evals() },
    head: { [FILE]: evals(), 'README.md': '# Evals\n' },
    inputs: { comment: 'always' },
  },
  'first-manifest': {
    base: { 'README.md': '# Evals\n' },
    head: { [FILE]: evals({ top: '' }), 'README.md': '# Evals\n' },
  },
  unpriced: {
    base: { [FILE]: evals() },
    head: { [FILE]: evals({ judge: 'acme/secret-model-1' }) },
  },
  'lock-prices': {
    base: { [FILE]: evals({ answer: 299 }) },
    head: { [FILE]: evals() },
    hasLock: true,
    isOffline: true,
  },
  overridden: {
    base: { [FILE]: evals({ top: OVERRIDE, answer: 299, plan: 32, second: false }) },
    head: { [FILE]: evals({ top: OVERRIDE }) },
    isOverridden: true,
  },
  'no-limit': { base: { [FILE]: evals({ top: '', answer: 299 }) }, head: { [FILE]: evals({ top: '' }) } },
  'manifest-gone': { base: { [FILE]: evals(), 'README.md': '' }, head: { 'README.md': '' } },
  error: { base: { [FILE]: evals() }, head: { [FILE]: MISTAKEN } },
  'several-manifests': {
    base: {
      'services/search/llm-budget.yml': evals({ answer: 299 }),
      'services/support/llm-budget.yml': prompted(),
      'services/web/llm-budget.yml': prompted('5'),
      'prompts/answer.md': words(800),
    },
    head: {
      'services/search/llm-budget.yml': evals(),
      'services/support/llm-budget.yml': MISTAKEN,
      'services/web/llm-budget.yml': prompted('5'),
      'prompts/answer.md': words(800),
    },
    inputs: { manifest: 'services/*/llm-budget.yml' },
  },
};

const LABEL = 'llm-budget-override';
const ADDRESS = 'https://openrouter.ai/api/v1';
/** A lockfile holds its address, and so a port. */
const SHA256 = '60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752';
const COMMITS = {
  head: 'c0ffee254729296a45a3885639ac7e10f9d54979',
  base: '4b825dc642cb6eb9a060e54bf8d69288fbee4904',
};

/** The report of a situation as the product writes it, with the addresses and commits of the golden files. */
export async function reportOfSituation(situation: Situation): Promise<string> {
  const fixture = await startFixture(catalogueOf(PRICES, DATE));
  const { catalogue } = fixture;
  try {
    const lock = situation.hasLock === true ? await lockfileOf(situation.base, catalogue.url) : {};
    const base = { ...situation.base, ...lock };
    const head = { ...situation.head, ...lock };
    if (situation.account !== undefined) catalogue.intercept(accountPages(situation.account));
    if (situation.isOffline === true) catalogue.intercept(() => ({ status: 503 }));
    return situation.isExplained === true
      ? await explained(base, head, catalogue)
      : await acted({ ...situation, base, head }, fixture);
  } finally {
    await fixture.close();
  }
}

/** What `llm-budget lock` wrote twelve days before, at the prices of then; `url` is where the prices of now come from. */
async function lockfileOf(files: FileTree, url: string): Promise<FileTree> {
  const [catalogue, repository] = [await startCatalogueServer(catalogueOf(OLD_PRICES, OLD_DATE)), testRepository()];
  try {
    const manifest = files[FILE];
    if (typeof manifest !== 'string') throw new Error('a lockfile needs a manifest');
    repository.write(FILE, manifest);
    const options = ['--catalogue-url', catalogue.url, '--lock', 'lock.json'];
    const ended = await commandLine(['lock', ...options], { cwd: repository.path, now: OLD_TIME });
    if (ended.exitCode !== 0) throw new Error(ended.stderr);
    const text = readFileSync(join(repository.path, 'lock.json'), 'utf8');
    return { 'llm-budget.lock.json': text.replaceAll(catalogue.url, url) };
  } finally {
    repository.remove();
    await catalogue.close();
  }
}

async function acted(situation: Situation, fixture: Fixture): Promise<string> {
  const { github, catalogue } = fixture;
  const number = await openChange(github, situation.base, situation.head);
  if (situation.isOverridden === true) {
    github.addLabel(number, LABEL);
    github.addReview(number, { author: 'carol' });
  }
  const { inputs = {}, workspace = {} } = situation;
  const { report } = await fixture.runOnPullRequest(number, { inputs, workspace, now: NOW });
  const { mergeSha, baseSha } = github.pullRequest(number);
  return golden(JSON.stringify(report, null, 2), catalogue, [mergeSha, baseSha]);
}

async function explained(base: FileTree, head: FileTree, catalogue: CatalogueServer): Promise<string> {
  const repository = testRepository();
  const commit = (files: FileTree): string => {
    for (const [path, content] of Object.entries(files))
      if (typeof content === 'string') repository.write(path, content);
    return repository.commit();
  };
  try {
    const before = commit(base);
    repository.git('checkout', '--quiet', '-b', 'change');
    const after = commit(head);
    const options = ['--base', 'main', '--policy', 'main', '--format', 'json', '--explain'];
    const { stdout } = await commandLine(['check', ...options, '--catalogue-url', catalogue.url], {
      cwd: repository.path,
    });
    return golden(stdout, catalogue, [after, before]);
  } finally {
    repository.remove();
  }
}

/** Ports and commits differ from run to run, and a port has a note of its own; everything else is as it was reported. */
function golden(document: string, catalogue: CatalogueServer, [head = '', base = '']: readonly string[]): string {
  const replaced: [string, string][] = [
    [catalogue.url, ADDRESS],
    [new URL(catalogue.url).host, new URL(ADDRESS).host],
  ];
  for (const length of [head.length, 10, 7]) {
    replaced.push([head.slice(0, length), COMMITS.head.slice(0, length)]);
    replaced.push([base.slice(0, length), COMMITS.base.slice(0, length)]);
  }
  const text = replaced
    .reduce((each, [found, shown]) => each.replaceAll(found, shown), document)
    .replace(/(?<="sha256": ")[0-9a-f]{64}/g, SHA256);
  const parsed: unknown = JSON.parse(text, (_, value: unknown) =>
    Array.isArray(value) ? value.filter(isKept) : value,
  );
  return `${JSON.stringify(parsed, null, 2)}\n`;
}

const portNote = z.looseObject({ code: z.literal('catalogue_url') });

function isKept(value: unknown): boolean {
  return !portNote.safeParse(value).success;
}
