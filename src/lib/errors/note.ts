import { z } from 'zod';

/** All codes that a note of the report can have. A code is never renamed. */
export type NoteCode =
  // the catalogue and its lock
  | 'catalogue_url'
  | 'duplicate_model'
  | 'malformed_models'
  | 'prices_from_lock'
  | 'lock_unreadable'
  | 'lock_incomplete'
  | 'lock_of_another_catalogue'
  | 'drift_incomplete'
  // the price of a call
  | 'price'
  | 'price_range'
  // the calls
  | 'no_requests'
  // base, and the default branch
  | 'expiring_model'
  | 'branch_outdated'
  | 'mixed_runs'
  | 'base_missing'
  | 'base_invalid'
  | 'default_branch_invalid'
  // prompt files
  | 'prompt_file_missing'
  | 'prompt_tokens_estimated'
  | 'files_not_counted'
  | 'rows_without_field'
  | 'promptfoo'
  // the change, and who approved it
  | 'workflow_changed'
  | 'lock_changed'
  | 'possibly_outdated'
  | 'changed_files_incomplete'
  | 'override_without_approval'
  | 'pull_request_unread'
  | 'labels_unread'
  | 'reviews_unread'
  | 'approvers_unread'
  | 'merge_conflict'
  // how this run reached the network
  | 'proxy'
  | 'certificate_authority'
  // recorded usage
  | 'usage_not_measured'
  | 'usage_incomplete'
  // the account
  | 'credits_unknown';

/** A note of the report: information that never changes the verdict. */
export interface Note {
  readonly code: NoteCode;
  readonly message: string;
}

/** A note of the report. Its schema accepts any code, so that a later version can add codes. */
export const noteSchema = z.strictObject({ code: z.string(), message: z.string() });
