import { EnvHttpProxyAgent, setGlobalDispatcher, type Dispatcher } from 'undici';
import { configurationError } from '../errors/problem.js';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Never through a proxy: it would look for these on its own machine. */
const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];

/**
 * The dispatcher for `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` (lower case first, an empty value counts as absent); null where
 * no proxy is set. Without `HTTPS_PROXY`, https goes through `HTTP_PROXY`. Throws a configuration error on a proxy that is no URL.
 */
export function proxyDispatcher(environment: Environment): Dispatcher | null {
  const httpProxy = proxyUrl(environment, 'HTTP_PROXY');
  const httpsProxy = proxyUrl(environment, 'HTTPS_PROXY');
  if (httpProxy === null && httpsProxy === null) return null;
  const noProxy = variable(environment, 'NO_PROXY') ?? '';
  return new EnvHttpProxyAgent({
    // An empty text keeps undici from reading the variable by itself.
    httpProxy: httpProxy ?? '',
    httpsProxy: httpsProxy ?? '',
    noProxy: noProxy.trim() === '*' ? '*' : [noProxy, ...LOOPBACK].join(','),
    connect: { timeout: 10_000 },
    // The deadline of an attempt is the shorter one; these end what nobody waits for any more.
    headersTimeout: 30_000,
    bodyTimeout: 30_000,
  });
}

/** Sends every request of this process through the proxy of the environment, if it names one. To be called once. */
export function useProxyOf(environment: Environment): void {
  const dispatcher = proxyDispatcher(environment);
  if (dispatcher !== null) setGlobalDispatcher(dispatcher);
}

function variable(environment: Environment, name: string): string | undefined {
  return [environment[name.toLowerCase()], environment[name]].find(
    (value) => value !== undefined && value.trim() !== '',
  );
}

function proxyUrl(environment: Environment, name: string): string | null {
  const text = variable(environment, name)?.trim();
  if (text === undefined) return null;
  const url = text.includes('://') ? text : `http://${text}`;
  if (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)) return url;
  // The value may hold a password: it is not shown.
  throw configurationError(
    `The environment variable ${name} is not a proxy's URL; http://HOST:PORT or https://HOST:PORT is accepted.`,
  );
}
