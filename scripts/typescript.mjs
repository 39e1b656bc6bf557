/**
 * Lets a script import TypeScript: `node --import ./scripts/typescript.mjs scripts/x.mjs`. A module hook of Node loads `x.ts`
 * where `x.js` is imported, and strips the types with the compiler of the tests.
 */
import { readFileSync } from 'node:fs';
import { register } from 'node:module';
import { isMainThread } from 'node:worker_threads';
import { fileURLToPath } from 'node:url';
import swc from '@swc/core';

if (isMainThread) register(import.meta.url);

export async function resolve(specifier, context, next) {
  const isSource =
    specifier.startsWith('.') && context.parentURL !== undefined && !context.parentURL.includes('/node_modules/');
  if (!isSource || !specifier.endsWith('.js')) return next(specifier, context);
  try {
    return await next(specifier.replace(/\.js$/, '.ts'), context);
  } catch {
    return next(specifier, context);
  }
}

export async function load(url, context, next) {
  if (!url.endsWith('.ts')) return next(url, context);
  const { code } = swc.transformSync(readFileSync(fileURLToPath(url), 'utf8'), {
    jsc: { target: 'es2022', parser: { syntax: 'typescript' } },
  });
  return { format: 'module', source: code, shortCircuit: true };
}
