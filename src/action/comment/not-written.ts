import { HttpFailure } from '../../lib/http/failure.js';
import { utcTime } from '../../lib/text/amount.js';
import { refusalIn } from '../github/refusal.js';

/** Why a comment could not be written: a status, and a sentence with GitHub's words and the remedy. */
export interface NotWritten {
  readonly status: 'skipped' | 'forbidden' | 'failed';
  readonly warning: string;
}

export const MAY_NOT_WRITE: NotWritten = {
  status: 'forbidden',
  warning:
    'The comment was not written: the token lacks `pull-requests: write`; add it under `permissions:` in the workflow. ' +
    'Runs for forks have a token that only reads; a second workflow on workflow_run can comment for them.',
};

export function notWritten(error: unknown): NotWritten {
  if (!(error instanceof HttpFailure)) return failed('something unexpected happened in LLM Budget itself');
  const refusal = refusalIn(error);
  switch (refusal?.reason) {
    case 'permission':
      return MAY_NOT_WRITE;
    case 'locked':
      return { status: 'forbidden', warning: 'The comment was not written: the conversation is locked.' };
    case 'limit':
      return {
        status: 'skipped',
        warning:
          refusal.resetAt === null
            ? 'The comment was skipped: this token has made too many requests, and GitHub does not say for how long.'
            : `The comment was skipped: this token has made too many requests; GitHub accepts none before ${utcTime(refusal.resetAt)}.`,
      };
    case 'credentials':
      return failed('the github-token is not valid (any more); pass `${{ github.token }}`');
    case 'not_found':
      return failed(`GitHub ${error.message}: the pull request or the comment is gone, or the token may not see it`);
    case 'unknown_field':
    case 'resources':
    case 'other':
    case undefined:
      return failed(`GitHub ${error.message}`);
  }
}

function failed(reason: string): NotWritten {
  return { status: 'failed', warning: `The comment was not written: ${reason}.` };
}

/** What was to be changed or removed is not there any more. */
export function isGone(error: unknown): boolean {
  return error instanceof HttpFailure && (error.status === 404 || error.status === 410);
}
