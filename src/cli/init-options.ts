import { NAME_RULE, nameSchema } from '../manifest/schema.js';
import { priceOptionsOf } from './catalogue-for.js';
import type { PriceOptions } from './catalogue-for.js';
import type { ParsedOptions } from './options.js';
import { isGiven, listOption, parseOptions, textOption, usageError, wholeOption } from './options.js';
import { DEFAULT_MANIFEST } from './sources-on-disk.js';
import type { StarterCall } from './starter-manifest.js';
import { DEFAULT_ACTION, isAction } from './starter-workflow.js';

const OPTIONS = {
  model: { type: 'string' },
  suite: { type: 'string' },
  calls: { type: 'string' },
  'prompt-tokens': { type: 'string' },
  'completion-tokens': { type: 'string' },
  usage: { type: 'string', multiple: true },
  runs: { type: 'string' },
  action: { type: 'string' },
  stdout: { type: 'boolean' },
  'no-workflow': { type: 'boolean' },
  'catalogue-url': { type: 'string' },
  lock: { type: 'string' },
  offline: { type: 'boolean' },
} as const;

export interface InitOptions extends PriceOptions {
  readonly manifest: string;
  readonly call: StarterCall;
  /** Globs of recordings; none: the manifest is made from `call`. */
  readonly usage: readonly string[];
  readonly runs: number;
  readonly action: string;
  readonly toStdout: boolean;
  readonly withWorkflow: boolean;
}

const OF_THE_CALL = ['model', 'suite', 'calls', 'prompt-tokens', 'completion-tokens'];

/** The options of `llm-budget init`, each checked; NoVerdictError (2) that says what is accepted. */
export function readInitOptions(args: readonly string[]): InitOptions {
  const options = parseOptions('init', args, OPTIONS, 1);
  const usage = listOption(options, 'usage');
  const superfluous = OF_THE_CALL.find((name) => options.values.has(name));
  if (usage.length > 0 && superfluous !== undefined) {
    throw usageError('init', `takes --${superfluous} from the recordings where --usage names them`);
  }
  if (usage.length === 0 && options.values.has('runs')) throw usageError('init', 'takes --runs only with --usage');
  return {
    manifest: options.positionals[0] ?? DEFAULT_MANIFEST,
    call: callOf(options),
    usage,
    runs: wholeOption('init', options, 'runs', { least: 1, usual: 1 }),
    action: actionOf(options),
    toStdout: isGiven(options, 'stdout'),
    withWorkflow: !isGiven(options, 'no-workflow'),
    ...priceOptionsOf(options),
  };
}

function callOf(options: ParsedOptions): StarterCall {
  const suite = textOption(options, 'suite') ?? 'evals';
  if (!nameSchema.safeParse(suite).success) {
    throw usageError('init', `--suite accepts ${NAME_RULE}, not ${JSON.stringify(suite)}`);
  }
  const model = textOption(options, 'model') ?? 'openai/gpt-5-mini';
  if (model === '') throw usageError('init', '--model accepts the id of a model, such as openai/gpt-5-mini');
  return {
    model,
    suite,
    calls: wholeOption('init', options, 'calls', { least: 1, usual: 100 }),
    promptTokens: wholeOption('init', options, 'prompt-tokens', { least: 0, usual: 1000 }),
    completionTokens: wholeOption('init', options, 'completion-tokens', { least: 0, usual: 300 }),
  };
}

function actionOf(options: ParsedOptions): string {
  const action = textOption(options, 'action') ?? DEFAULT_ACTION;
  if (isAction(action)) return action;
  throw usageError('init', `--action accepts OWNER/REPOSITORY@REF, not ${JSON.stringify(action)}`);
}
