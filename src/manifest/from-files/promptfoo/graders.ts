import { type Mapping, isMapping, listOf } from './config-file.js';

/** The requests that assertions make to a model, per evaluated answer, as measured with promptfoo 0.121.20. */

interface Requests {
  /** Requests for a text. */
  readonly answers: number;
  /** Requests for an embedding. */
  readonly embeddings: number;
}

const ONE: Requests = { answers: 1, embeddings: 0 };

const GRADED: ReadonlyMap<string, Requests> = new Map([
  ['llm-rubric', ONE],
  ['model-graded-closedqa', ONE],
  ['model-graded-factuality', ONE],
  ['factuality', ONE],
  ['context-relevance', ONE],
  ['context-recall', ONE],
  ['context-faithfulness', { answers: 2, embeddings: 0 }],
  ['search-rubric', ONE],
  ['answer-relevance', { answers: 3, embeddings: 4 }],
  ['similar', { answers: 0, embeddings: 2 }],
  ['similar:cosine', { answers: 0, embeddings: 2 }],
  ['similar:dot', { answers: 0, embeddings: 2 }],
  ['similar:euclidean', { answers: 0, embeddings: 2 }],
]);

/**
 * It makes one request for all answers of a test. Only the first one counts that is in the test's own list and not
 * negated.
 */
const COMPARING = 'select-best';

/**
 * Assertions that make no request to a model. Requests that code makes (javascript, python, ruby, webhook) are not known.
 */
const WITHOUT_MODEL = new Set([
  ...[
    'bleu',
    'contains',
    'contains-all',
    'contains-any',
    'contains-html',
    'contains-json',
    'contains-sql',
    'contains-xml',
  ],
  ...['cost', 'equals', 'finish-reason', 'gleu', 'guardrails', 'human', 'icontains', 'icontains-all', 'icontains-any'],
  ...['is-html', 'is-json', 'is-refusal', 'is-sql', 'is-valid-function-call', 'is-valid-openai-function-call'],
  ...[
    'is-valid-openai-tools-call',
    'is-xml',
    'javascript',
    'latency',
    'levenshtein',
    'max-score',
    'meteor',
    'perplexity',
  ],
  ...['perplexity-score', 'python', 'regex', 'rouge-n', 'ruby', 'skill-used', 'starts-with', 'tool-call-f1'],
  ...[
    'trace-error-spans',
    'trace-span-count',
    'trace-span-duration',
    'trajectory:step-count',
    'trajectory:tool-args-match',
  ],
  ...['trajectory:tool-sequence', 'trajectory:tool-used', 'webhook', 'word-count'],
]);

export interface Grading extends Requests {
  readonly type: string;
  /** The assertion's own grader as it is written; undefined where it names none. */
  readonly provider: unknown;
  /** Whether there is one request for all answers of a test. */
  readonly isComparing: boolean;
}

/**
 * Returns the model-graded assertions of a test, with those of an `assert-set`. `unknown` is the first type that is not
 * known.
 */
export function gradingsOf(asserts: readonly Mapping[]): {
  readonly gradings: Grading[];
  readonly unknown: string | null;
} {
  const gradings: Grading[] = [];
  let unknown: string | null = null;
  const visit = (assertion: Mapping, isInSet: boolean): void => {
    const written = typeof assertion.type === 'string' ? assertion.type : '';
    if (written === 'assert-set') {
      for (const inner of listOf(assertion.assert)) if (isMapping(inner)) visit(inner, true);
      return;
    }
    const type = written.replace(/^not-/, '');
    const { provider } = assertion;
    const requests = GRADED.get(type);
    if (requests !== undefined) gradings.push({ type, provider, isComparing: false, ...requests });
    else if (type === COMPARING) {
      const isAsked = written === COMPARING && !isInSet && gradings.every(({ isComparing }) => !isComparing);
      if (isAsked) gradings.push({ type, provider, isComparing: true, ...ONE });
    } else if (!WITHOUT_MODEL.has(type)) unknown ??= written;
  };
  for (const assertion of asserts) visit(assertion, false);
  return { gradings, unknown };
}
