import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runToEnd, type EndedProcess } from './process.js';

/** Installs other people's packages into a folder of their own, and runs scripts there, for `npm run test:peers`. */

export interface Peers {
  readonly folder: string;
  /** Runs an executable of an installed package: its name in `node_modules/.bin`. */
  readonly runBin: (name: string, args: readonly string[], options?: RunOptions) => Promise<EndedProcess>;
  /** Runs an ES module, given as text, on the Node that runs the tests. It can import the installed packages. */
  readonly runScript: (source: string, options?: RunOptions) => Promise<EndedProcess>;
  /** The same on Node 24, for packages that need more than Node 20. */
  readonly runScriptOnNode24: (source: string, options?: RunOptions) => Promise<EndedProcess>;
  readonly remove: () => Promise<void>;
}

interface RunOptions {
  /** Added to PATH and HOME, which are the only variables taken over. */
  readonly env?: Readonly<Record<string, string>>;
  /** Default: the folder of the packages. */
  readonly cwd?: string;
  readonly stdin?: string;
}

export interface InstallOptions {
  /** Whether install scripts of the packages run, as native parts need them. Default: false. */
  readonly scripts?: boolean;
  /** Whether npm itself runs on Node 24, so that packages that need it install. Default: false. */
  readonly onNode24?: boolean;
}

/** A package with an exact version, such as `openai@6.49.0`. */
export type PinnedPackage =
  `${string}@${number}.${number}.${string}` | `@${string}/${string}@${number}.${number}.${string}`;

/** The environment that programs of others get: no variable of npm, of this project or of a proxied network. */
function environment(more: Readonly<Record<string, string>> = {}): Record<string, string> {
  const { PATH = '', HOME = '', npm_config_registry: registry } = process.env;
  return { PATH, HOME, ...(registry === undefined ? {} : { npm_config_registry: registry }), ...more };
}

/**
 * Installs the packages into a new temporary folder. Throws with npm's own message where that fails: a test of a package
 * that cannot be had has no result.
 */
export async function installPeers(packages: readonly PinnedPackage[], options: InstallOptions = {}): Promise<Peers> {
  const folder = await mkdtemp(join(tmpdir(), 'llm-budget-peers-'));
  const remove = () => rm(folder, { recursive: true, force: true });
  await writeFile(join(folder, 'package.json'), JSON.stringify({ name: 'peers', private: true, type: 'module' }));
  const install = ['install', '--no-audit', '--no-fund', '--save-exact', '--loglevel=error'];
  if (options.scripts !== true) install.push('--ignore-scripts');
  const npm = options.onNode24 === true ? node24('npm') : ['npm'];
  const ended = await runProgram([...npm, ...install, ...packages], folder, {});
  if (ended.exitCode !== 0) {
    await remove();
    throw new Error(`npm install ${packages.join(' ')} ended with ${String(ended.exitCode)}:\n${ended.stderr}`);
  }

  let scripts = 0;
  const script = async (node: readonly string[], source: string, run: RunOptions): Promise<EndedProcess> => {
    scripts += 1;
    const file = join(folder, `script-${String(scripts)}.mjs`);
    await writeFile(file, source);
    return await runProgram([...node, file], folder, run);
  };
  return {
    folder,
    runBin: (name, args, run = {}) => runProgram([join(folder, 'node_modules', '.bin', name), ...args], folder, run),
    runScript: (source, run = {}) => script([process.execPath], source, run),
    runScriptOnNode24: (source, run = {}) => script(node24('node'), source, run),
    remove,
  };
}

function node24(program: 'node' | 'npm'): string[] {
  return ['npx', '-y', '-p', 'node@24', program];
}

function runProgram(line: readonly string[], folder: string, run: RunOptions): Promise<EndedProcess> {
  const [program = '', ...args] = line;
  const { env, cwd = folder, stdin = '' } = run;
  return runToEnd(program, args, { env: environment(env), cwd, stdin });
}
