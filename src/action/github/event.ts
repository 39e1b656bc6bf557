import { z } from 'zod';
import { configurationError } from '../../lib/errors/problem.js';
import { readOnce } from '../../lib/read-once.js';

/** The run as its event describes it: which commits are compared, for which pull request, and whether a comment is written. */
export interface RunEvent {
  readonly name: EventName;
  readonly repository: { readonly owner: string; readonly name: string };
  readonly run: { readonly id: number; readonly attempt: number };
  /** The commit whose manifest is judged, unless the base rule is `test_merge` and there is one. */
  readonly head: string;
  readonly base: BaseRule;
  /** The branch that the change goes to, as the event names it; null where it does not. */
  readonly baseBranch: string | null;
  readonly pullRequest: PullRequestRule;
  readonly writesComment: boolean;
}

/** Whether the verdict decides the exit code. A `workflow_run` runs after the checks, on the default branch, so it blocks nothing. */
export function isGate(eventName: string): boolean {
  return eventName !== 'workflow_run';
}

/** How the commit to compare with is found. */
type BaseRule =
  | { readonly kind: 'none' }
  | { readonly kind: 'commit'; readonly sha: string }
  /** Head's first parent, or the given commit where head has no parent. */
  | { readonly kind: 'first_parent'; readonly otherwise: string }
  /**
   * GitHub's test merge of the pull request is judged instead of head, against its first parent. Where there is none (a
   * conflict, or the pull request moved on), head is judged against its merge base with the base branch, or with the given
   * commit where that branch is gone.
   */
  | { readonly kind: 'test_merge'; readonly otherwise: string | null };

/** How the pull request is found; `head` is the commit of its branch that this run is about, where the event says so. */
type PullRequestRule =
  | { readonly kind: 'none' }
  | { readonly kind: 'number'; readonly number: number; readonly head: string | null }
  | { readonly kind: 'search'; readonly repository: string; readonly branch: string; readonly head: string };

/** The runner's variables (GITHUB_EVENT_NAME, GITHUB_REPOSITORY, ...), as they are. */
export interface EventEnvironment {
  readonly eventName: string | undefined;
  readonly repository: string | undefined;
  readonly sha: string | undefined;
  readonly ref: string | undefined;
  readonly runId: string | undefined;
  readonly runAttempt: string | undefined;
}

const SHA = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;
const NO_COMMIT = /^0+$/;

/** What is read of payloads. A run has one event, so each schema is made where its event is read. */
const sha = z.string().regex(SHA);
const number = z.number().int().positive();
const pullRequestPayload = () =>
  z.object({
    pull_request: z.object({ number, head: z.object({ sha }), base: z.object({ ref: z.string().min(1), sha }) }),
  });
const workflowRunPayload = () =>
  z.object({
    workflow_run: z.object({
      head_sha: sha,
      head_branch: z.string().nullable(),
      head_repository: z.object({ full_name: z.string() }).nullable(),
      // Of the same repository; empty for forks.
      pull_requests: z.array(z.object({ number, head: z.object({ sha }).optional() })).nullish(),
    }),
  });
const mergeGroupPayload = () =>
  z.object({
    merge_group: z.object({ head_sha: sha, base_sha: sha, base_ref: z.string().min(1), head_ref: z.string().min(1) }),
  });
const pushPayload = () => z.object({ before: sha, deleted: z.boolean().optional() });

const QUEUE_REF = /^refs\/heads\/gh-readonly-queue\/.+\/pr-(\d{1,9})-[0-9a-f]+$/;

type EventFacts = Pick<RunEvent, 'head' | 'base' | 'baseBranch' | 'pullRequest' | 'writesComment'>;
type Reader = (payload: unknown, environment: EventEnvironment) => EventFacts;

function read<T>(name: string, schema: z.ZodType<T>, payload: unknown): T {
  const result = readOnce(schema, payload);
  if (result.success) return result.data;
  const fields = [...new Set(result.error.issues.map((issue) => issue.path.join('.')))].join(', ');
  throw configurationError(
    `The file at GITHUB_EVENT_PATH is not the payload of a ${name} event: missing or not as expected: ${fields || 'all of it'}`,
  );
}

function currentCommit(environment: EventEnvironment): string {
  if (environment.sha !== undefined && SHA.test(environment.sha)) return environment.sha;
  throw configurationError('GITHUB_SHA is not a commit; it is set by the runner to the full commit id of the run');
}

function branchOf(ref: string | undefined): string | null {
  return ref?.startsWith('refs/heads/') === true ? ref.slice('refs/heads/'.length) : null;
}

const plainRun: Reader = (_payload, environment) => ({
  head: currentCommit(environment),
  base: { kind: 'none' },
  baseBranch: branchOf(environment.ref),
  pullRequest: { kind: 'none' },
  writesComment: false,
});

/** GITHUB_SHA is the merge commit. */
const pullRequestRun: Reader = (payload, environment) => {
  const { pull_request: pull } = read('pull_request', pullRequestPayload(), payload);
  return {
    head: currentCommit(environment),
    base: { kind: 'first_parent', otherwise: pull.base.sha },
    baseBranch: pull.base.ref,
    pullRequest: { kind: 'number', number: pull.number, head: pull.head.sha },
    writesComment: true,
  };
};

const READERS = {
  pull_request: pullRequestRun,
  pull_request_review: pullRequestRun,
  pull_request_target(payload) {
    const { pull_request: pull } = read('pull_request_target', pullRequestPayload(), payload);
    return {
      head: pull.head.sha,
      base: { kind: 'test_merge', otherwise: pull.base.sha },
      baseBranch: pull.base.ref,
      pullRequest: { kind: 'number', number: pull.number, head: pull.head.sha },
      writesComment: true,
    };
  },
  workflow_run(payload) {
    const { workflow_run: run } = read('workflow_run', workflowRunPayload(), payload);
    return {
      head: run.head_sha,
      base: { kind: 'test_merge', otherwise: null },
      baseBranch: null,
      pullRequest: pullRequestOfRun(run),
      writesComment: true,
    };
  },
  merge_group(payload) {
    const { merge_group: group } = read('merge_group', mergeGroupPayload(), payload);
    const queued = QUEUE_REF.exec(group.head_ref)?.[1];
    return {
      head: group.head_sha,
      base: { kind: 'commit', sha: group.base_sha },
      baseBranch: branchOf(group.base_ref) ?? group.base_ref,
      pullRequest: queued === undefined ? { kind: 'none' } : { kind: 'number', number: Number(queued), head: null },
      writesComment: false,
    };
  },
  push(payload, environment) {
    const push = read('push', pushPayload(), payload);
    if (push.deleted === true || NO_COMMIT.test(environment.sha ?? '')) {
      throw configurationError(
        'This push deleted a branch or tag, so there is no commit to judge. Leave such runs out: `if: ${{ !github.event.deleted }}`',
      );
    }
    return {
      ...plainRun(payload, environment),
      base: NO_COMMIT.test(push.before) ? { kind: 'none' } : { kind: 'commit', sha: push.before },
    };
  },
  schedule: plainRun,
  workflow_dispatch: plainRun,
  repository_dispatch: plainRun,
  release: plainRun,
  create: plainRun,
} satisfies Record<string, Reader>;

/** One head commit may have several pull requests. Those that the payload names are of the run; else one is searched for. */
function pullRequestOfRun({
  head_sha: head,
  head_branch: branch,
  head_repository: repository,
  pull_requests: named,
}: z.infer<ReturnType<typeof workflowRunPayload>>['workflow_run']): PullRequestRule {
  const first = (named ?? []).find((pull) => pull.head === undefined || pull.head.sha === head);
  if (first !== undefined) return { kind: 'number', number: first.number, head };
  if (repository === null || branch === null) return { kind: 'none' };
  return { kind: 'search', repository: repository.full_name, branch, head };
}

type EventName = keyof typeof READERS;

const EVENT_NAMES: readonly string[] = Object.keys(READERS);

function isEventName(name: string | undefined): name is EventName {
  return name !== undefined && EVENT_NAMES.includes(name);
}

/** GITHUB_RUN_ID and GITHUB_RUN_ATTEMPT order the runs: an older one never overwrites a newer one's comment. */
function counted(name: string, value: string | undefined): number {
  if (value !== undefined && /^\d{1,15}$/.test(value)) return Number(value);
  throw configurationError(`${name} is not a whole number; it is set by the runner`);
}

/** Reads the run's event. Throws NoVerdictError 2 for an event that is not supported and for a payload that is not one. */
export function parseEvent(environment: EventEnvironment, payload: unknown): RunEvent {
  const { eventName } = environment;
  if (!isEventName(eventName)) {
    const given = eventName === undefined ? 'not set' : JSON.stringify(eventName.slice(0, 60));
    throw configurationError(`The event (GITHUB_EVENT_NAME) is ${given}; LLM Budget runs on ${EVENT_NAMES.join(', ')}`);
  }
  const [owner, name, ...more] = (environment.repository ?? '').split('/');
  if (owner === undefined || owner === '' || name === undefined || name === '' || more.length > 0) {
    throw configurationError('GITHUB_REPOSITORY is not "owner/name"; it is set by the runner');
  }
  return {
    name: eventName,
    repository: { owner, name },
    run: {
      id: counted('GITHUB_RUN_ID', environment.runId),
      attempt: counted('GITHUB_RUN_ATTEMPT', environment.runAttempt),
    },
    ...READERS[eventName](payload, environment),
  };
}
