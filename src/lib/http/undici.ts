import connect from 'undici/lib/api/api-connect.js';
import request from 'undici/lib/api/api-request.js';
import Agent from 'undici/lib/dispatcher/agent.js';
import Dispatcher from 'undici/lib/dispatcher/dispatcher.js';
import EnvHttpProxyAgent from 'undici/lib/dispatcher/env-http-proxy-agent.js';

/**
 * The files of undici that send requests. Its index loads `fetch`, web sockets, cookies, mocks and a cache as well, which takes six
 * times as long, and the action needs none of them before its first request (docs/performance.md). The package has no `exports`, so
 * its files can be imported, and its version is pinned: an update that moves a file breaks the build, and no run.
 */

// undici's index gives dispatchers their methods in the same way. An agent for a proxy calls `connect`.
Object.assign(Dispatcher.prototype, { connect, request });

export { Agent, EnvHttpProxyAgent };
