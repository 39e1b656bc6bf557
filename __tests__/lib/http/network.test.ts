import { createServer, type Server } from 'node:http';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  networkNotes,
  proxyDispatcher,
  refuseUnverifiedTls,
  systemNetwork,
  type Environment,
} from '../../../src/lib/http/network.js';
import { sendThrough } from '../../../src/lib/http/request.js';
import { NoVerdictError } from '../../../src/lib/errors/problem.js';
import { portOf, startCatalogueServer, type CatalogueServer } from '../../support/catalogue-server.js';

let target: CatalogueServer;
let proxy: Server;
/** The hosts that tunnels were asked for. */
let tunnels: string[];
let proxyUrl: string;

beforeEach(async () => {
  target = await startCatalogueServer({ models: [] });
  tunnels = [];
  // Whatever host is asked for, the tunnel ends at the catalogue on loopback.
  proxy = createServer().on('connect', (request, socket) => {
    tunnels.push(request.url ?? '');
    const upstream = connect(Number(new URL(target.url).port), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      upstream.pipe(socket).pipe(upstream);
    });
    upstream.on('error', () => socket.destroy());
    socket.on('error', () => upstream.destroy());
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  proxyUrl = `http://127.0.0.1:${portOf(proxy.address())}`;
});

afterEach(async () => {
  proxy.closeAllConnections();
  proxy.close();
  await target.close();
});

async function statusThrough(environment: Environment, url: string): Promise<number> {
  const dispatcher = proxyDispatcher(environment);
  if (dispatcher === null) throw new Error('no proxy in the environment');
  const answer = await sendThrough(dispatcher)(url);
  await dispatcher.destroy();
  return answer.status;
}

describe('a proxy of the environment', () => {
  test.each([
    ['HTTP_PROXY', (url: string) => ({ HTTP_PROXY: url })],
    ['http_proxy', (url: string) => ({ http_proxy: url })],
    ['http_proxy before HTTP_PROXY', (url: string) => ({ http_proxy: url, HTTP_PROXY: 'http://127.0.0.1:1' })],
    ['HTTP_PROXY where http_proxy is empty', (url: string) => ({ http_proxy: '', HTTP_PROXY: url })],
    ['a proxy without a scheme', (url: string) => ({ HTTP_PROXY: url.replace('http://', '') })],
  ])('is used: %s', async (_, environment) => {
    expect(await statusThrough(environment(proxyUrl), 'http://catalogue.invalid/api/v1/models')).toBe(200);
    expect(tunnels).toEqual(['catalogue.invalid:80']);
  });

  test('HTTPS_PROXY is asked for a tunnel to port 443', async () => {
    const dispatcher = proxyDispatcher({ HTTPS_PROXY: proxyUrl });
    await expect(sendThrough(dispatcher)('https://catalogue.invalid/')).rejects.toMatchObject({
      kind: 'connection',
    });
    expect(tunnels).toEqual(['catalogue.invalid:443']);
    await dispatcher?.destroy();
  });

  test.each(['HTTP_PROXY', 'http_proxy', 'HTTPS_PROXY'])('is never used for loopback: %s', async (name) => {
    expect(await statusThrough({ [name]: proxyUrl }, `${target.url}/models`)).toBe(200);
    expect(tunnels).toEqual([]);
  });

  test.each(['NO_PROXY', 'no_proxy'])('is not used for hosts of %s', async (name) => {
    const environment = { HTTP_PROXY: proxyUrl, [name]: 'other.invalid,catalogue.invalid' };
    await expect(statusThrough(environment, 'http://catalogue.invalid/')).rejects.toMatchObject({ kind: 'connection' });
    expect(tunnels).toEqual([]);
  });

  test('refuses a tunnel: the message has the status', async () => {
    proxy.removeAllListeners('connect').on('connect', (_, socket) => {
      socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
    });
    await expect(statusThrough({ HTTP_PROXY: proxyUrl }, 'http://catalogue.invalid/')).rejects.toMatchObject({
      kind: 'connection',
      message: 'could not be reached: the proxy answered 407',
    });
  });

  test.each([{}, { HTTP_PROXY: '' }, { HTTPS_PROXY: ' ' }, { NO_PROXY: '*' }])('is absent from %j', (environment) => {
    expect(proxyDispatcher(environment)).toBeNull();
  });

  test.each(['http://', 'ftp://proxy.invalid', 'http://us er:pass@x y'])(
    'is a configuration error where it is no proxy URL, and is not repeated: %s',
    (value) => {
      const build = () => proxyDispatcher({ HTTPS_PROXY: value });
      expect(build).toThrow(NoVerdictError);
      expect(build).toThrow(
        /^The environment variable HTTPS_PROXY is not a proxy's URL; http:\/\/HOST:PORT or https:\/\/HOST:PORT is accepted\.$/,
      );
    },
  );

  test.each([
    'socks://proxy.invalid',
    'socks4a://proxy.invalid:1080',
    'SOCKS5://user:secret@proxy.invalid:1080',
    'socks5h://[::1]:1',
  ])('is a configuration error that says that SOCKS is not supported: %s', (value) => {
    const build = () => proxyDispatcher({ http_proxy: value });
    expect(build).toThrow(NoVerdictError);
    expect(build).toThrow(
      /^The environment variable HTTP_PROXY names a SOCKS proxy, which is not supported; http:\/\/HOST:PORT or https:\/\/HOST:PORT is accepted\.$/,
    );
  });
});

describe('the network of the process', () => {
  test('looks at the proxy when a client connects, not before', () => {
    const network = systemNetwork({ HTTPS_PROXY: 'socks5://127.0.0.1:1080' });
    expect(() => network.connect()).toThrow('names a SOCKS proxy');
  });

  test('connects through the proxy, and directly without one', async () => {
    const through = systemNetwork({ HTTP_PROXY: proxyUrl }).connect();
    expect((await through('http://catalogue.invalid/api/v1/models')).status).toBe(200);
    expect(tunnels).toEqual(['catalogue.invalid:80']);
    const direct = systemNetwork({}).connect();
    expect((await direct(`${target.url}/models`)).status).toBe(200);
    expect(tunnels).toHaveLength(1);
  });
});

describe('what stands between this process and the servers', () => {
  const reader = (environment: Environment) => (name: string) => environment[name];

  test('connections that accept any certificate are refused, exit 2', () => {
    const environment = { NODE_TLS_REJECT_UNAUTHORIZED: '0' };
    expect(() => {
      refuseUnverifiedTls(reader(environment));
    }).toThrow(NoVerdictError);
    expect(() => systemNetwork(environment).connect()).toThrow(/^NODE_TLS_REJECT_UNAUTHORIZED is 0/);
  });

  test.each([undefined, '', '1'])('NODE_TLS_REJECT_UNAUTHORIZED=%j changes nothing', (value) => {
    expect(() => systemNetwork({ NODE_TLS_REJECT_UNAUTHORIZED: value }).connect()).not.toThrow();
  });

  test.each<[Environment, [string, string][]]>([
    [{}, []],
    [{ NO_PROXY: 'x', HTTPS_PROXY: ' ' }, []],
    [
      { HTTPS_PROXY: 'http://user:secret@proxy.test:3128' },
      [['proxy', 'Requests of this run went through a proxy: proxy.test:3128 (HTTPS_PROXY).']],
    ],
    [
      { NODE_EXTRA_CA_CERTS: '/tmp/ca.pem' },
      [
        [
          'certificate_authority',
          'This run accepted further certificate authorities: /tmp/ca.pem (NODE_EXTRA_CA_CERTS).',
        ],
      ],
    ],
  ])('a note names a proxy without its password, and certificate authorities: %j', (environment, notes) => {
    expect(networkNotes(reader(environment)).map(({ code, message }) => [code, message])).toEqual(notes);
  });
});
