/** The requests of a run and nothing else: GitHub's one after the other, the models, their endpoints side by side. */
import { readFileSync } from 'node:fs';

const { github, catalogue } = JSON.parse(readFileSync(process.argv[2], 'utf8'));
for (const { method, url, body, authorization } of github) {
  const response = await fetch(url, { method, headers: { authorization }, body: body === '' ? undefined : body });
  await response.json();
}
const [models, ...endpoints] = catalogue;
await (await fetch(models)).json();
await Promise.all(endpoints.map(async (url) => (await fetch(url)).json()));
