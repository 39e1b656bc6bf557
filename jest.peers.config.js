import config from './jest.config.js';

/** `npm run test:peers`: other people's packages, installed from npm's registry and run. Minutes each, so one at a time. */
export default { ...config, testMatch: ['**/__tests__/peers/**/*.peers.ts'], maxWorkers: 1, testTimeout: 900_000 };
