import { lockfileSchema } from '../../src/openrouter/catalogue/lockfile.js';
import { type CatalogueContent, modelRow } from './catalogue-server.js';
import { ROOT, projectFiles, readProjectFile } from './project-files.js';
import { commandLine, type Ended } from './command-line.js';

/** The examples, and the command line run on them. */

export const exampleManifests = (): Promise<string[]> => projectFiles(/^examples\/.+\/llm-budget\.yml$/);

export const lockOf = (manifest: string): string => manifest.replace(/llm-budget\.yml$/, 'llm-budget.lock.json');

/** OpenRouter as it was when the example locks were written, as far as the models of the examples go. */
export async function catalogueOfTheExamples(): Promise<CatalogueContent> {
  const locks = await Promise.all(
    (await exampleManifests()).map(async (manifest) =>
      lockfileSchema.parse(JSON.parse(await readProjectFile(lockOf(manifest)))),
    ),
  );
  const models = new Map(locks.flatMap((lock) => lock.models).map((model) => [model.id, model]));
  return {
    models: [...models.values()].map((model) =>
      modelRow(model.id, {
        canonical_slug: model.canonical_slug ?? model.id,
        context_length: model.context_length,
        architecture: { input_modalities: ['text'], output_modalities: model.output_modalities },
        pricing: model.pricing,
        top_provider: model.top_provider,
      }),
    ),
    endpoints: Object.fromEntries([...models.values()].map((model) => [model.id, model.endpoints ?? []])),
  };
}

/** Nothing listens there: whoever asks is refused at once. */
const CLOSED_PORT = 'http://127.0.0.1:1';

/**
 * `llm-budget ARGS` in the project's folder, on a machine without a network: what is not on loopback is sent to a proxy that
 * is not there. `docs/commands.test.ts` runs what the pages show as processes.
 */
export function runWithoutNetwork(args: readonly string[]): Promise<Ended> {
  const environment = { HTTPS_PROXY: CLOSED_PORT, HTTP_PROXY: CLOSED_PORT, NO_PROXY: '127.0.0.1' };
  return commandLine(args, { cwd: ROOT, environment });
}
