import type { Network } from '../lib/http/network.js';
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
  readonly effects: Network;
}
