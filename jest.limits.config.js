import config from './jest.config.js';

/** `npm run test:limits`: inputs as large as are accepted and larger. No network; one worker, for their memory. */
export default { ...config, testMatch: ['**/__tests__/**/*.limits.ts'], maxWorkers: 1, testTimeout: 300_000 };
