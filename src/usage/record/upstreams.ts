import { configurationError } from '../../lib/errors/problem.js';

/** Where requests go, and the variables by which clients are told so. */

type UpstreamName = 'openrouter' | 'openai' | 'anthropic';

export interface Upstream {
  readonly name: UpstreamName;
  /** The base URL that clients used before. */
  readonly base: URL;
  /** The variables that get the recorder's address. */
  readonly variables: readonly string[];
}

interface Maker {
  readonly name: UpstreamName;
  /** The variable of today's clients first, then the older one. */
  readonly variables: readonly string[];
  readonly base: string;
}

/** Names and defaults: the clients of OpenAI, Anthropic and OpenRouter, as of 2026-11. */
const MAKERS: readonly Maker[] = [
  {
    name: 'openrouter',
    variables: ['OPENROUTER_BASE_URL', 'OPENROUTER_API_BASE'],
    base: 'https://openrouter.ai/api/v1',
  },
  { name: 'openai', variables: ['OPENAI_BASE_URL', 'OPENAI_API_BASE'], base: 'https://api.openai.com/v1' },
  { name: 'anthropic', variables: ['ANTHROPIC_BASE_URL'], base: 'https://api.anthropic.com' },
];

/**
 * The upstreams: for each maker the address in its variable, else in the older one, else the maker's own. An empty
 * variable counts as absent. NoVerdictError (2) where a value is no http or https URL; its value is not shown, since it
 * may hold a password.
 */
export function upstreamsOf(environment: ReadonlyMap<string, string>): readonly Upstream[] {
  return MAKERS.map(({ name, variables, base }) => {
    const given = variables.find((variable) => (environment.get(variable) ?? '').trim() !== '');
    const text = given === undefined ? base : (environment.get(given) ?? '').trim();
    const url = URL.canParse(text) ? new URL(text) : null;
    if (url !== null && (url.protocol === 'https:' || url.protocol === 'http:')) return { name, base: url, variables };
    throw configurationError(
      `The environment variable ${given ?? name} is not the URL of an API; https://HOST/PATH or http://HOST/PATH is accepted.`,
    );
  });
}

/**
 * The variables that the command gets: each upstream's address at the recorder, and the recorder's host among those
 * that need no proxy. `address` is `http://127.0.0.1:PORT/SECRET`. The path of the base URL stays at the end, since some
 * clients look at it, and so do credentials and a query.
 */
export function commandVariables(
  upstreams: readonly Upstream[],
  address: string,
  environment: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  const variables = new Map<string, string>();
  for (const { name, base, variables: names } of upstreams) {
    const url = new URL(`${address}/${name}${base.pathname === '/' ? '' : base.pathname}${base.search}`);
    url.username = base.username;
    url.password = base.password;
    for (const variable of names) variables.set(variable, url.href);
  }
  for (const variable of ['NO_PROXY', 'no_proxy']) {
    const hosts = environment.get(variable) ?? environment.get(otherCase(variable)) ?? '';
    variables.set(variable, [hosts, '127.0.0.1'].filter((part) => part.trim() !== '').join(','));
  }
  return variables;
}

function otherCase(variable: string): string {
  return variable === 'NO_PROXY' ? 'no_proxy' : 'NO_PROXY';
}
