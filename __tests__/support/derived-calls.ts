import { countHead } from '../../src/check/count-files.js';
import type { NamedCall } from '../../src/manifest/manifest.js';
import { parseManifest } from '../../src/manifest/parse.js';
import { filesInMemory } from './files-in-memory.js';
import { problemsOf } from './problems.js';

/** What a suite makes of a promptfoo configuration `evals/c.yaml` and the files beside it. */

export interface Suite {
  /** The configuration, as YAML. */
  readonly config: string;
  /** Further files, by their paths from the repository's root. */
  readonly files?: Readonly<Record<string, string>>;
  /** Fields of `promptfoo` beside `config`, as YAML in a flow mapping. */
  readonly fields?: string;
  /** `defaults` of the manifest, as YAML in a flow mapping. */
  readonly defaults?: string;
}

const counted = async ({ config, files = {}, fields = 'completion_tokens: 10', defaults = '{}' }: Suite) => {
  const manifest = `version: 1\ndefaults: ${defaults}\nsuites:\n  s:\n    promptfoo: {config: evals/c.yaml, ${fields}}\n`;
  const { reader } = filesInMemory({ head: { ...files, 'evals/c.yaml': config } });
  return await countHead(await parseManifest(manifest, 'llm-budget.yml'), reader);
};

export async function derivedCalls(suite: Suite): Promise<readonly NamedCall[]> {
  return (await counted(suite)).manifest.suites.flatMap(({ calls }) => calls);
}

/** Requests by the name of each call. */
export async function derivedRequests(suite: Suite): Promise<Readonly<Record<string, number>>> {
  return Object.fromEntries((await derivedCalls(suite)).map((call) => [call.display_name, call.count]));
}

export async function derivedNotes(suite: Suite): Promise<readonly string[]> {
  return (await counted(suite)).notes.map(({ message }) => message);
}

/** The messages that end the run, without the place in the manifest that all of them begin with. */
export async function derivedProblems(suite: Suite): Promise<readonly string[]> {
  const problems = await problemsOf(() => counted(suite));
  return problems.map((message) => message.replace(/^suites\.s\.promptfoo: /, ''));
}
