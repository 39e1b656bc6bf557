/** What the files that `scripts/bundle.mjs` lists start. They share one bundle, and each loads no more of it than it needs. */
export const action = () => import('../src/action/index.ts');
export const commandLine = () => import('../src/cli/index.ts');
export const recordAction = () => import('../src/action/record/index.ts');
