import { setTimeout as pause } from 'node:timers/promises';
import type { Dispatcher } from 'undici';
import { configurationError, type Note } from '../errors/problem.js';
import { safeLine } from '../text/plain.js';
import { sendThrough, type Send } from './request.js';
import type { RetryEffects } from './retry.js';
import { Agent, EnvHttpProxyAgent } from './undici.js';

/** The outside world of an HTTP client: the clock, chance, and connections. Handed in, so that tests can replace it. */
export interface Network extends RetryEffects {
  /**
   * Returns the way to send requests, through the environment's proxy where it names one. It is called when a client is
   * made, so a command that needs no network never looks at the proxy. NoVerdictError (2) where the proxy cannot be used.
   */
  readonly connect: () => Send;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** The real clock, chance, and connections. */
export function systemNetwork(environment: Environment): Network {
  let send: Send | null = null;
  return {
    now: () => Date.now(),
    random: () => Math.random(),
    sleep: async (milliseconds) => {
      await pause(milliseconds);
    },
    alarm: (milliseconds, ring) => {
      const timer = setTimeout(ring, milliseconds);
      return () => {
        clearTimeout(timer);
      };
    },
    connect: () => {
      refuseUnverifiedTls((name) => environment[name]);
      return (send ??= sendThrough(proxyDispatcher(environment)));
    },
  };
}

/** Requests to this machine never use a proxy, which would look for these names on its own machine. */
const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];

/**
 * Makes the dispatcher for `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` (lower case first; an empty value counts as absent).
 * Null where no proxy is set. Without `HTTPS_PROXY`, https requests go through `HTTP_PROXY`. Throws a NoVerdictError (2)
 * where a value is not an http or https URL.
 */
export function proxyDispatcher(environment: Environment, timeouts: Timeouts = TIMEOUTS): Dispatcher | null {
  const httpProxy = proxyUrl(environment, 'HTTP_PROXY');
  const httpsProxy = proxyUrl(environment, 'HTTPS_PROXY');
  if (httpProxy === null && httpsProxy === null) return null;
  const noProxy = proxyText((name) => environment[name], 'NO_PROXY') ?? '';
  return new EnvHttpProxyAgent({
    // An empty text keeps undici from reading the variable itself.
    httpProxy: httpProxy ?? '',
    httpsProxy: httpsProxy ?? '',
    noProxy: noProxy.trim() === '*' ? '*' : [noProxy, ...LOOPBACK].join(','),
    ...timeouts,
  });
}

interface Timeouts {
  readonly connect: { readonly timeout: number };
  readonly headersTimeout: number;
  readonly bodyTimeout: number;
}

/** Attempts have a shorter deadline of their own; the last two close connections that an attempt left behind. */
const TIMEOUTS: Timeouts = { connect: { timeout: 10_000 }, headersTimeout: 30_000, bodyTimeout: 30_000 };

/**
 * Connections without any timeout, through the environment's proxy where it names one: for requests of others, whose
 * sender decides how long to wait. NoVerdictError (2) where the proxy cannot be used.
 */
export function patientDispatcher(environment: Environment): Dispatcher {
  const timeouts = { connect: { timeout: 0 }, headersTimeout: 0, bodyTimeout: 0 };
  return proxyDispatcher(environment, timeouts) ?? new Agent(timeouts);
}

/** The lower-case variable comes first. An empty value counts as absent. */
function proxyText(variableOf: (name: string) => string | undefined, name: string): string | undefined {
  return [variableOf(name.toLowerCase()), variableOf(name)].find((value) => value !== undefined && value.trim() !== '');
}

function proxyUrl(environment: Environment, name: string): string | null {
  const text = proxyText((key) => environment[key], name)?.trim();
  if (text === undefined) return null;
  const url = text.includes('://') ? text : `http://${text}`;
  if (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)) return url;
  // The message does not repeat the value, which may hold a password.
  const accepted = 'http://HOST:PORT or https://HOST:PORT is accepted';
  throw configurationError(
    /^socks/i.test(url)
      ? `The environment variable ${name} names a SOCKS proxy, which is not supported; ${accepted}.`
      : `The environment variable ${name} is not a proxy's URL; ${accepted}.`,
  );
}

/** Throws a NoVerdictError (2) where the environment has Node accept any certificate: anybody could then answer with prices. */
export function refuseUnverifiedTls(variableOf: (name: string) => string | undefined): void {
  if (variableOf('NODE_TLS_REJECT_UNAUTHORIZED')?.trim() !== '0') return;
  throw configurationError(
    'NODE_TLS_REJECT_UNAUTHORIZED is 0 in the environment, so no server would have to prove who it is; remove the variable. For a certificate authority of your own set NODE_EXTRA_CA_CERTS',
  );
}

/** Makes notes for the report on a proxy, and on certificate authorities beside Node's own. */
export function networkNotes(variableOf: (name: string) => string | undefined): Note[] {
  const notes: Note[] = [];
  const proxies = ['HTTPS_PROXY', 'HTTP_PROXY'].flatMap((name) => {
    const text = proxyText(variableOf, name);
    return text === undefined ? [] : [`${hostOf(text.trim())} (${name})`];
  });
  if (proxies.length > 0) {
    notes.push({ code: 'proxy', message: `Requests of this run went through a proxy: ${proxies.join(', ')}.` });
  }
  const extra = variableOf('NODE_EXTRA_CA_CERTS') ?? '';
  const authorities = [
    ...(extra === '' ? [] : [`${safeLine(extra)} (NODE_EXTRA_CA_CERTS)`]),
    // Node 24 reads this variable, and only this value: https://nodejs.org/api/cli.html#node_use_system_ca1
    ...(variableOf('NODE_USE_SYSTEM_CA') === '1' ? ["the system's (NODE_USE_SYSTEM_CA)"] : []),
  ];
  if (authorities.length > 0) {
    const message = `This run accepted further certificate authorities: ${authorities.join(', ')}.`;
    notes.push({ code: 'certificate_authority', message });
  }
  return notes;
}

/** The host and port of a proxy, without the password that may stand before them. */
function hostOf(text: string): string {
  const url = text.includes('://') ? text : `http://${text}`;
  return URL.canParse(url) ? new URL(url).host : 'an address that is no URL';
}
