import { catalogueUrlText, DEFAULT_CATALOGUE_URL, isLoopback } from '../../lib/inputs/catalogue-url.js';

const OPENROUTER = new URL(DEFAULT_CATALOGUE_URL);

/** Whether an API key may go there: to OpenRouter itself over https, or to this machine. */
export function keyMayBeSentTo(url: URL): boolean {
  if (url.username !== '' || url.password !== '') return false;
  if (url.origin === OPENROUTER.origin) return true;
  return (url.protocol === 'http:' || url.protocol === 'https:') && isLoopback(url.hostname);
}

/** Where a key's account is asked about: at the catalogue where that is this machine, else always at OpenRouter. */
export function accountUrl(catalogueUrl: URL): URL {
  return isLoopback(catalogueUrl.hostname) ? new URL(catalogueUrlText(catalogueUrl)) : OPENROUTER;
}
