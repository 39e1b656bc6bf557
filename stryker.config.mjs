/**
 * Mutation testing, by hand and not in CI: `MUTATE=money npx stryker run`. One room at a time, held by that room's own
 * tests, so that a mutant costs seconds; without MUTATE, all of them.
 */
const ROOMS = new Map([
  ['money', ['lib/money']],
  ['pricing', ['budget/pricing']],
  ['comparison', ['budget/comparison']],
  ['verdict', ['budget/verdict']],
  ['text', ['lib/text']],
]);
const room = process.env.MUTATE;
const mutated = room === undefined ? [...ROOMS.keys()] : [room];
const tests = mutated.flatMap((name) => ROOMS.get(name) ?? []);

export default {
  testRunner: 'jest',
  // Native ES modules, as in `npm test`.
  testRunnerNodeArgs: ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'],
  jest: {
    configFile: 'jest.config.js',
    // Every module depends on money: the related tests would be all tests.
    enableFindRelatedTests: false,
    config: { testMatch: tests.map((name) => `**/__tests__/${name}/**/*.test.ts`) },
  },
  coverageAnalysis: 'perTest',
  mutate: tests.map((name) => `src/${name}/**/*.ts`),
  ignorePatterns: ['dist', 'docs'],
  concurrency: 2,
  // Native ES modules stay in the process for good: after a hundred runs it has 3 GB and hardly moves.
  maxTestRunnerReuse: 12,
  timeoutMS: 20_000,
  reporters: ['clear-text', 'json', 'progress-append-only'],
  jsonReporter: { fileName: `reports/mutation-${room ?? 'all'}.json` },
  clearTextReporter: { logTests: false, allowColor: false },
};
