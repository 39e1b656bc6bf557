import type { Network } from '../lib/http/network.js';

/** All that a command touches outside itself; the door hands in the real one. */
export interface World {
  readonly cwd: string;
  readonly environment: ReadonlyMap<string, string>;
  /** Figures and documents. */
  readonly stdout: Output;
  /** Everything else: errors, progress, hints. */
  readonly stderr: Output;
  readonly effects: Network;
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
