import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { z } from 'zod';
import type { Catalogue, EndpointList } from '../../src/openrouter/catalogue/catalogue.js';
import { type CallPrice, priceCall } from '../../src/budget/pricing/price-call.js';
import { catalogue, model } from './catalogue.js';
import { startCatalogueServer, type CatalogueServer } from './catalogue-server.js';
import { call, tokens } from './manifest.js';

/** Real responses and charges, beside the repository; tests that read them are skipped where they are not there. */

const FOLDER = join(process.cwd(), '..', 'shared', 'openrouter-data');

export const hasOpenRouterData = existsSync(FOLDER);

const pricing = z.record(z.string(), z.unknown());

const modelsBody = z.object({
  data: z.array(
    z.object({
      id: z.string(),
      canonical_slug: z.string().nullable(),
      context_length: z.number().nullable(),
      architecture: z.object({ output_modalities: z.array(z.string()) }),
      pricing,
      top_provider: z.object({
        context_length: z.number().nullable(),
        max_completion_tokens: z.number().nullable(),
      }),
      hugging_face_id: z.string().nullish(),
      alias_target: z.object({ slug: z.string() }).nullish(),
    }),
  ),
});

const endpointsBodies = z.record(
  z.string(),
  z.object({
    data: z.object({
      endpoints: z.array(
        z.object({
          provider_name: z.string(),
          tag: z.string(),
          context_length: z.number().nullable(),
          max_prompt_tokens: z.number().nullable(),
          max_completion_tokens: z.number().nullable(),
          pricing,
          status: z.number(),
        }),
      ),
    }),
  }),
);

function unzipped(file: string): unknown {
  return JSON.parse(gunzipSync(readFileSync(join(FOLDER, file))).toString('utf8'));
}

/** The whole catalogue of 2026-08-22 with the endpoints of every model. */
export function realCatalogue(): Catalogue {
  const rows = modelsBody.parse(unzipped('models-2026-08-22.json.gz')).data;
  const bodies = endpointsBodies.parse(unzipped('endpoints-2026-08-22.json.gz'));
  const endpoints = new Map(
    Object.entries(bodies).map(([id, body]): [string, EndpointList] => [
      id,
      { state: 'known', endpoints: body.data.endpoints },
    ]),
  );
  const models = rows.map(({ architecture, alias_target, hugging_face_id, ...row }) => ({
    ...row,
    output_modalities: architecture.output_modalities,
    alias_target: alias_target?.slug ?? null,
    hugging_face_id: hugging_face_id ?? null,
    expiration_date: null,
  }));
  return catalogue(models, { endpoints });
}

/** The same catalogue as a server on loopback, with the bodies as OpenRouter sent them. */
export async function startRealCatalogueServer(date: string): Promise<CatalogueServer> {
  const models = JSON.stringify(unzipped('models-2026-08-22.json.gz'));
  const endpoints = z.record(z.string(), z.unknown()).parse(unzipped('endpoints-2026-08-22.json.gz'));
  const server = await startCatalogueServer({ models: [], date });
  server.intercept(({ path }) => {
    if (path === '/api/v1/models') return { status: 200, body: models };
    const body = endpoints[/^\/api\/v1\/models\/(.+)\/endpoints$/.exec(path)?.[1] ?? ''];
    return body === undefined ? null : { status: 200, body: JSON.stringify(body) };
  });
  return server;
}

const chargeSchema = z.object({
  model: z.string(),
  date: z.string(),
  prompt_tokens: z.number(),
  completion_tokens: z.number(),
  reasoning_tokens: z.number(),
  cached_tokens: z.number(),
  cache_write_tokens: z.number(),
  audio_tokens: z.number(),
  image_output_tokens: z.number(),
  web_searches: z.number().default(0),
  pricing,
  charged: z.string(),
});
export type Charge = z.infer<typeof chargeSchema>;

/** Requests that were really made, and what was charged for them. */
export function realCharges(): Charge[] {
  const lines = readFileSync(join(FOLDER, 'charges.jsonl'), 'utf8').trim().split('\n');
  return lines.map((line) => chargeSchema.parse(JSON.parse(line)));
}

/** Prices the request of a charge by the prices that held when it was made. */
export function priceOfCharge(charge: Charge): CallPrice {
  return priceCall(
    call({
      model: charge.model,
      prompt_tokens: tokens(charge.prompt_tokens),
      completion_tokens: tokens(charge.completion_tokens),
      reasoning_tokens: tokens(charge.reasoning_tokens),
      cached_tokens: tokens(charge.cached_tokens),
      cache_write_tokens: tokens(charge.cache_write_tokens),
      audio_tokens: tokens(charge.audio_tokens),
      image_output_tokens: tokens(charge.image_output_tokens),
      web_searches: charge.web_searches,
    }),
    catalogue([model({ id: charge.model, pricing: charge.pricing })]),
    null,
  );
}
