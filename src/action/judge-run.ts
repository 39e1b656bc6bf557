import { check } from '../check/check.js';
import { accountClient } from '../openrouter/account/account-client.js';
import { isGate } from './github/event.js';
import { NoVerdictError } from '../lib/errors/problem.js';
import { combineReports, errorExitCode, errorReport, exitCodeOf } from '../report/model/document.js';
import type { Sources } from '../check/sources.js';
import type { Network } from '../lib/http/network.js';
import type { HttpResponse } from '../lib/http/request.js';
import type { ErrorReport, Report, ReportDocument } from '../report/model/schema.js';
import { type FirstRequests, readRunContext, type RunContext, sourcesOf, sourcesOfOne } from './run-context.js';
import { publish } from './publish.js';
import type { ActionWorld } from './environment.js';
import type { Recordings } from './recordings.js';

/**
 * Awaits the first requests, reads the rest, checks, and publishes the report; or publishes why there is no
 * verdict. Returns the exit code, and hands it to `decided` as soon as it is known.
 */
export async function judgeRun(
  started: FirstRequests | NoVerdictError,
  world: ActionWorld,
  decided: (exitCode: number) => void,
): Promise<number> {
  const opening = await settle(async () => {
    if (started instanceof NoVerdictError) throw started;
    return await readRunContext(started, world.variable);
  });
  if (opening.kind === 'no verdict') {
    return await conclude(world, null, opening.report, opening.error.processExitCode, decided);
  }
  const context = opening.value;
  for (const { message } of context.facts.notes) world.warn(message);
  const { report, exitCode } = await judge(context, world);
  return await conclude(world, context, report, exitCode, decided);
}

interface Judged<T extends ReportDocument> {
  readonly report: T;
  readonly exitCode: number;
}

/** Checks the one manifest, or each of several from one snapshot of the catalogue. */
async function judge(context: RunContext, world: ActionWorld): Promise<Judged<ReportDocument>> {
  const recordings = await recordingsOf(context.inputs.usage, world);
  const { several } = context;
  if (several === null) return await judgeOne(context, () => sourcesOf(context), recordings, world.effects);
  const effects = rememberingAnswers(world.effects);
  const judged: Judged<Report | ErrorReport>[] = [];
  for (const manifest of several) {
    const one = await judgeOne(context, () => sourcesOfOne(context, manifest), recordings, effects);
    judged.push({ ...one, report: withFile(one.report, manifest.file) });
  }
  // A wrong configuration comes before missing prices, and both before a broken limit.
  const exitCode = [2, 3, 1].find((code) => judged.some((one) => one.exitCode === code)) ?? 0;
  return { report: combineReports(judged.map(({ report }) => report)), exitCode };
}

/** Most steps name no recordings, and the readers of their many formats are large. */
async function recordingsOf(globs: readonly string[], world: ActionWorld): Promise<Recordings> {
  if (globs.length === 0) return { usage: null, usageNotes: [] };
  const { readRecordings } = await import('./recordings.js');
  return await readRecordings(globs, world);
}

async function judgeOne(
  { inputs, models }: RunContext,
  sources: () => Sources,
  recordings: Recordings,
  effects: Network,
): Promise<Judged<Report | ErrorReport>> {
  const catalogueUrl = inputs['catalogue-url'];
  const apiKey = inputs['openrouter-api-key'] || null;
  const account = apiKey === null ? null : accountClient({ catalogueUrl, apiKey, effects });
  const options = { catalogueUrl, offline: false, at: null, explain: false, account, apiKey, models, ...recordings };
  const failOn = inputs['fail-on'];
  const checking = await settle(async () => await check(sources(), options, effects));
  return checking.kind === 'no verdict'
    ? { report: checking.report, exitCode: errorExitCode(checking.error.exitCode, failOn) }
    : { report: checking.value, exitCode: exitCodeOf(checking.value, failOn) };
}

/** Adds the name of the manifest to a report without a verdict, and to each of its errors that names no file. */
function withFile(report: Report | ErrorReport, file: string): Report | ErrorReport {
  if (report.verdict !== 'error') return report;
  const errors = report.errors.map((error) => ({ ...error, file: error.file ?? file }));
  return { ...report, manifest: file, errors };
}

/** Returns the same network, which fetches each document once: several manifests are then priced from the same answers. */
function rememberingAnswers(network: Network): Network {
  const known = new Map<string, HttpResponse>();
  return {
    ...network,
    connect: () => {
      const send = network.connect();
      return async (url, request, wanted) => {
        const key = `${request?.method ?? 'GET'} ${String(url)}`;
        const before = known.get(key);
        if (before !== undefined) return before;
        const answer = await send(url, request, wanted);
        if (answer.status === 200) known.set(key, answer);
        return answer;
      };
    },
  };
}

async function conclude(
  world: ActionWorld,
  context: RunContext | null,
  report: ReportDocument,
  exitCode: number,
  decided: (exitCode: number) => void,
): Promise<number> {
  const final = isGate(world.variable('GITHUB_EVENT_NAME')) ? exitCode : 0;
  decided(final);
  await publish(report, context, world);
  return final;
}

type Settled<T> =
  | { readonly kind: 'done'; readonly value: T }
  | { readonly kind: 'no verdict'; readonly error: NoVerdictError; readonly report: ErrorReport };

async function settle<T>(step: () => Promise<T>): Promise<Settled<T>> {
  try {
    return { kind: 'done', value: await step() };
  } catch (error) {
    if (!(error instanceof NoVerdictError)) throw error;
    return { kind: 'no verdict', error, report: errorReport(error) };
  }
}
