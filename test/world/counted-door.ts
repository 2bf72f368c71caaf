/** The doors of a world's network as one device has them: requests are named and counted there. */
import type { Lifeline } from './lifeline.ts';
import type { RequestLog, World } from './world.ts';

/** A door that counts, may be disturbed, and is shut when the engine is killed. */
export function countedDoor(
  door: typeof fetch,
  nameOf: (url: URL, method: string) => string,
  parts: DoorParts,
): typeof fetch {
  return async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    const method = input instanceof Request ? input.method : (init?.method ?? 'GET');
    const name = nameOf(url, method);
    if (parts.line.isCut) return new Promise<never>(() => {});
    parts.requests.all.push(name);
    await parts.world.onRequest?.(name, url);
    // A request that is carried twice needs its body twice.
    const body = input instanceof Request && parts.world.carry ? await input.arrayBuffer() : undefined;
    const ask = (): Promise<Response> =>
      body && input instanceof Request
        ? door(new Request(input.url, { method, headers: input.headers, body }))
        : door(input, init);
    const response = await (parts.world.carry?.(name, ask) ?? ask());
    parts.requests.answered(name, Number(response.headers.get('content-length') ?? 0));
    return parts.line.isCut ? new Promise<never>(() => {}) : response;
  };
}

interface DoorParts {
  readonly line: Lifeline;
  readonly requests: RequestLog;
  readonly world: World;
}

export const suiName = (url: URL): string => `sui ${url.pathname.split('/').at(-1) ?? ''}`;
export const aggregatorName = (url: URL, method: string): string =>
  `${method} aggregator ${url.pathname.split('/').slice(2).join('/')}`;
export const nodeName = (url: URL, method: string): string =>
  `${method} ${url.hostname.replace('.local', '')} ${url.pathname.split('/').slice(4).join('/')}`;
