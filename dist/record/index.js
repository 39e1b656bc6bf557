#!/usr/bin/env node
try {
  const { recordAction } = await import('../bundle/index.js');
  await recordAction();
} catch (error) {
  console.error(`llm-budget: a file of dist/ is missing or damaged (${error?.code ?? error?.name})`);
  process.exitCode = 2;
}
