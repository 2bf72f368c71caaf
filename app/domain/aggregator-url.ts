/**
 * The address of an aggregator, in one form: https, or http on this computer; no user, no query. What it is asked for travels under its path, so nothing
 * else may stand there.
 */
import { Fault } from './fault.ts';

declare const aggregatorUrlBrand: unique symbol;
export type AggregatorUrl = string & { readonly [aggregatorUrlBrand]: true };

/** More would only make a read that none of them helps wait longer. */
export const aggregatorsMax = 8;
const charactersMax = 200;

const form =
  /^(https?):\/\/([a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\])(?::(\d{1,5}))?((?:\/[A-Za-z0-9._~-]+)*)\/?$/;
const loopback = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

export function parseAggregatorUrl(text: string): AggregatorUrl {
  const refused = (why: string): Fault =>
    new Fault('bad-input', 'after-user', `That is no aggregator's address: ${why}.`);
  const typed = text.trim();
  const [scheme = '', rest = ''] = typed.split(/:\/\/(.*)/s);
  const [host = '', path = ''] = rest.split(/(?=\/)(.*)/s);
  const match = form.exec(`${scheme.toLowerCase()}://${host.toLowerCase()}${path}`);
  if (match === null || typed.length > charactersMax)
    throw refused('it has to look like https://aggregator.example.org');
  const [, protocol, name = '', port, prefix = ''] = match;
  if (port !== undefined && (Number(port) === 0 || Number(port) > 65_535)) throw refused(`there is no port ${port}`);
  // A dot alone would be taken away by whoever resolves the address.
  if (prefix.split('/').some((part) => part === '.' || part === '..')) throw refused('its path leads elsewhere');
  if (protocol === 'http' && !loopback.test(name)) throw refused('only https goes to other computers');
  return `${protocol}://${name}${port === undefined ? '' : `:${Number(port)}`}${prefix}` as AggregatorUrl;
}

/** Each of them once, in the order given. */
export function parseAggregatorUrls(texts: readonly string[]): readonly AggregatorUrl[] {
  const urls = [...new Set(texts.map(parseAggregatorUrl))];
  if (urls.length > aggregatorsMax)
    throw new Fault('bad-input', 'after-user', `There may be ${aggregatorsMax} aggregators.`);
  return urls;
}
