/**
 * The requests of a run and nothing else, by the best schedule that their dependencies allow: GitHub's query beside the
 * list of models; when both are there the endpoints, at most eight at once; then the rest of GitHub's, one after the other.
 */
import { readFileSync } from 'node:fs';

const { query, models, endpoints, rest } = JSON.parse(readFileSync(process.argv[2], 'utf8'));

async function ask({ method, url, body, authorization }) {
  const headers = authorization === undefined ? {} : { authorization };
  const response = await fetch(url, { method, headers, body: body === '' ? undefined : body });
  return await response.json();
}

await Promise.all([ask(query), ask(models)]);
const waiting = endpoints.values();
const worker = async () => {
  for (const request of waiting) await ask(request);
};
await Promise.all(Array.from({ length: 8 }, worker));
for (const request of rest) await ask(request);
// As the action does: connections that are kept alive hold nothing up.
process.exit();
