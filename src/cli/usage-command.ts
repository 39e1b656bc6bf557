import { jsonDocument, logVerbatim } from '../lib/text/plain.js';
import { readUsage } from '../usage/read/read-usage.js';
import type { Usage } from '../usage/read/usage.js';
import { modelTotals } from '../usage/totals/model-totals.js';
import { renderUsage, usageDocument } from '../usage/totals/usage-output.js';
import { catalogueIfAny, priceOptionsOf } from './prices-and-account.js';
import { isGiven, parseOptions, usageError } from './options.js';
import { USUAL_WIDTH, writeLine, writeProblem, type World } from './world.js';

/**
 * `llm-budget usage`: adds up what recordings say was used, and accounts for every file and every exchange. Exit 2 where
 * nothing was read, unless every exchange is explained as one without usage.
 */
export async function usageCommand(args: readonly string[], world: World): Promise<number> {
  const options = parseOptions('usage', args);
  if (options.positionals.length === 0) throw usageError('usage', 'needs GLOB...: the recordings to add up');
  const usage = await readUsage(options.positionals, { cwd: world.cwd, within: null });
  const models = usage.rows.groups().flatMap(({ model }) => model ?? []);
  const catalogue = models.length === 0 ? null : await catalogueIfAny(priceOptionsOf(options), models, world);
  const totals = modelTotals(usage, catalogue);
  if (isGiven(options, 'json')) {
    world.stdout.write(jsonDocument(usageDocument(usage, totals)));
  } else {
    world.stdout.write(
      logVerbatim(renderUsage(usage, totals, catalogue !== null, world.stdout.columns ?? USUAL_WIDTH)),
    );
  }
  for (const unmatched of usage.unmatched) writeProblem(unmatched, world.stderr);
  if (isExplained(usage)) return 0;
  writeLine('No usage was read; llm-budget usage --help lists the recordings that are.', world.stderr);
  return 2;
}

/** Whether something was read, or every exchange used nothing. */
function isExplained({ exchanges }: Usage): boolean {
  return exchanges.read > 0 || (exchanges.without_usage > 0 && exchanges.not_understood === 0);
}
