import type { RetryEffects } from '../lib/http/retry.js';
import type { Annotation } from './annotations.js';
import type { Variable } from './environment.js';

/** All that the action touches outside itself; the door hands in the runner's. */
export interface ActionWorld {
  readonly variable: Variable;
  readonly input: (name: string) => string;
  /** A line of our own or one that passed the log's filter. */
  readonly log: (line: string) => void;
  readonly warn: (message: string) => void;
  readonly annotate: (annotation: Annotation) => void;
  readonly setOutput: (name: string, value: string) => void;
  readonly writeSummary: (markdown: string) => Promise<void>;
  /** Has the runner mask the value in every log from now on. */
  readonly hide: (secret: string) => void;
  /** Sends what follows through the environment's proxy, if it names one; NoVerdictError (2) where that is no URL. */
  readonly useProxy: () => void;
  readonly effects: RetryEffects;
}
