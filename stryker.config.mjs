/**
 * Mutation testing, by hand and not in CI: `MUTATE=money npx stryker run`. One part of the code at a time, with the tests
 * of that part alone, so that a mutant costs seconds. Without MUTATE, all parts.
 */
export const PARTS = new Map([
  ['money', ['lib/money']],
  ['pricing', ['budget/pricing']],
  ['comparison', ['budget/comparison']],
  ['verdict', ['budget/verdict']],
  ['text', ['lib/text']],
]);
const part = process.env.MUTATE;
const mutated = part === undefined ? [...PARTS.keys()] : [part];
const folders = mutated.flatMap((name) => PARTS.get(name) ?? []);

export default {
  testRunner: 'jest',
  // Native ES modules, as in `npm test`.
  testRunnerNodeArgs: ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'],
  jest: {
    configFile: 'jest.config.js',
    // Every module imports money, so the related tests would be all tests.
    enableFindRelatedTests: false,
    config: { testMatch: folders.map((name) => `**/__tests__/${name}/**/*.test.ts`) },
  },
  coverageAnalysis: 'perTest',
  mutate: folders.map((name) => `src/${name}/**/*.ts`),
  ignorePatterns: ['dist', 'docs'],
  concurrency: 2,
  // Native ES modules are never freed: after a hundred runs a process has 3 GB and is slow.
  maxTestRunnerReuse: 12,
  timeoutMS: 20_000,
  reporters: ['clear-text', 'json', 'progress-append-only'],
  jsonReporter: { fileName: `reports/mutation-${part ?? 'all'}.json` },
  clearTextReporter: { logTests: false, allowColor: false },
};
