import { HttpFailure } from '../../lib/http/failure.js';
import { configurationError } from '../../lib/errors/problem.js';
import { utcTime } from '../../lib/text/amount.js';
import { refusalIn } from './refusal.js';

function remedyFor(failure: HttpFailure): string {
  const refusal = refusalIn(failure);
  switch (refusal?.reason) {
    case 'credentials':
      return 'The github-token is not valid (any more); pass `${{ github.token }}`';
    case 'permission':
    case 'not_found':
      return 'The github-token needs `contents: read` and `pull-requests: write` under `permissions:` in the workflow';
    case 'limit':
      return refusal.resetAt === null
        ? 'The token has asked too much; run the job again in some minutes'
        : `The token has asked too much; run the job again after ${utcTime(refusal.resetAt)}`;
    case 'locked':
    case 'other':
    case undefined:
      return failure.kind === 'shape'
        ? 'Check GITHUB_API_URL and GITHUB_GRAPHQL_URL, and any proxy between'
        : 'Run the job again; githubstatus.com tells of outages';
  }
}

/**
 * A read that failed for good, as the end of the run: what could not be read is never taken for absent. Errors that are
 * no failure of the network pass unchanged.
 */
export function unreadable(what: string, error: unknown): unknown {
  if (!(error instanceof HttpFailure)) return error;
  return configurationError(`${what} could not be read: GitHub ${error.message}. ${remedyFor(error)}.`);
}
