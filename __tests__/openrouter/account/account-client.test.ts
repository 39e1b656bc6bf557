import { describe, expect, test } from '@jest/globals';
import { accountUrl } from '../../../src/openrouter/account/account-client.js';
import { keyMayBeSentTo } from '../../../src/openrouter/client.js';

describe('a key may be sent', () => {
  test.each([
    'https://openrouter.ai/api/v1/key',
    'https://openrouter.ai:443/',
    'http://127.0.0.1:8080/api/v1/key',
    'http://127.9.9.9/',
    'http://localhost:3000/api/v1',
    'https://localhost/api/v1',
    'http://[::1]:8080/key',
  ])('to %s', (url) => {
    expect(keyMayBeSentTo(new URL(url))).toBe(true);
  });

  test.each([
    ['OpenRouter without encryption', 'http://openrouter.ai/api/v1/key'],
    ['another port of OpenRouter', 'https://openrouter.ai:8443/api/v1/key'],
    ['a subdomain', 'https://api.openrouter.ai/api/v1/key'],
    ['a name that begins alike', 'https://openrouter.ai.example.com/api/v1/key'],
    ['a name that ends alike', 'https://notopenrouter.ai/api/v1/key'],
    ['a name with a trailing dot', 'https://openrouter.ai./api/v1/key'],
    ['a mirror of the catalogue', 'https://prices.example.com/api/v1'],
    ['a name that begins like a loopback address', 'http://127.0.0.1.example.com/'],
    ['a name that begins like localhost', 'http://localhost.example.com/'],
    ['an address of the local network', 'http://192.168.0.1/'],
    ['any address', 'http://0.0.0.0/'],
    ['OpenRouter with credentials in the URL', 'https://user:secret@openrouter.ai/api/v1/key'],
    ['OpenRouter as the user of another host', 'https://openrouter.ai@example.com/api/v1/key'],
    ['a file', 'file:///api/v1/key'],
  ])('not to %s', (_, url) => {
    expect(keyMayBeSentTo(new URL(url))).toBe(false);
  });
});

describe('an account is asked about', () => {
  test.each([
    ['https://openrouter.ai/api/v1', 'https://openrouter.ai/api/v1'],
    ['https://prices.example.com/mirror', 'https://openrouter.ai/api/v1'],
    ['http://127.0.0.1:8080/api/v1', 'http://127.0.0.1:8080/api/v1'],
    ['http://localhost:3000/base/', 'http://localhost:3000/base'],
  ])('with prices from %s at %s', (catalogue, account) => {
    expect(accountUrl(new URL(catalogue)).href).toBe(account);
  });
});
