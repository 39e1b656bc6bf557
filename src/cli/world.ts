import type { RetryEffects } from '../lib/http/retry.js';

/** All that a command touches outside itself; the door hands in the real one. */
export interface World {
  readonly cwd: string;
  readonly environment: ReadonlyMap<string, string>;
  /** Figures and documents. */
  readonly stdout: Output;
  /** Everything else: errors, progress, hints. */
  readonly stderr: Output;
  readonly effects: RetryEffects;
  /** Sends what follows through the environment's proxy, if it names one; NoVerdictError (2) where that is no URL. */
  useProxy(): void;
}

export interface Output {
  write(text: string): void;
  readonly isTerminal: boolean;
  /** Null where the width is not known. */
  readonly columns: number | null;
}

/** Colour only on a terminal, and never where NO_COLOR is set to anything (https://no-color.org). */
export function wantsColour(world: World): boolean {
  return world.stdout.isTerminal && (world.environment.get('NO_COLOR') ?? '') === '';
}
