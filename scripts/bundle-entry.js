/** The programs of `dist/`. `scripts/bundle.mjs` makes a file for each. They share one bundle, and each loads only its part. */
export const action = () => import('../src/action/index.ts');
export const commandLine = () => import('../src/cli/index.ts');
export const recordAction = () => import('../src/action/record/index.ts');
