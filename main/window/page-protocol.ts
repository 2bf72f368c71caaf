/** Serves the built page and its previews to the window under a scheme of its own, with the same headers as in a browser. Nothing listens. */
import { protocol } from 'electron';
import { listPageFiles } from '../../app/daemon/page/page-files.ts';
import { pagePolicy, previewPolicy, safeHeaders } from '../../app/daemon/page/page-headers.ts';
import type { Supervisor } from '../engine/supervisor.ts';

export const pageScheme = 'app';
export const pageHost = 'floe';
export const pageUrl = `${pageScheme}://${pageHost}/`;

/** A body that may be handed on: bytes with a buffer of their own. */
const bodyOf = (bytes: Uint8Array): ArrayBuffer => Uint8Array.from(bytes).buffer;

export function servePage(dir: string, engine: Pick<Supervisor, 'preview'>): void {
  const files = listPageFiles(dir);
  const pageHeaders = { ...safeHeaders, 'content-security-policy': pagePolicy('') };
  protocol.handle(pageScheme, async (request) => {
    const { host, pathname } = new URL(request.url);
    if (host !== pageHost || request.method !== 'GET') return new Response(null, { status: 403, headers: pageHeaders });
    if (pathname.startsWith('/preview/')) {
      const preview = await engine.preview(pathname);
      if (!preview) return new Response(null, { status: 404, headers: pageHeaders });
      const headers = { ...safeHeaders, 'content-security-policy': previewPolicy, 'content-type': preview.type };
      return new Response(bodyOf(preview.bytes), { headers });
    }
    const file = files.get(pathname);
    if (!file) return new Response(null, { status: 404, headers: pageHeaders });
    return new Response(bodyOf(await file.read()), { headers: { ...pageHeaders, 'content-type': file.type } });
  });
}
