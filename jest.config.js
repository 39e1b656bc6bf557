/**
 * Tests are ES modules; swc only strips the types, `npm run types` checks them. jest leaves one core idle by default; a
 * worker is started anew above the limit, since modules of finished test files are not freed.
 */
export default {
  testMatch: ['**/__tests__/**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '^.+\\.ts$': ['@swc/jest', { jsc: { target: 'es2022', parser: { syntax: 'typescript' } } }] },
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  modulePathIgnorePatterns: ['<rootDir>/dist/'],
  testTimeout: 60_000,
  maxWorkers: '100%',
  workerIdleMemoryLimit: '700MB',
};
