/**
 * Bytes that a window may look at, each under an address that works once and for a minute. What they are is read from the bytes, never from the
 * name: an image of a known kind, or text, which is served as plain text; anything else is refused, so that no page or script is ever served.
 */
import { randomBytes } from 'node:crypto';
import type { Clock } from '../../domain/clock.ts';

export const previewLimits = {
  textBytesMax: 2 * 1024 * 1024,
  imageBytesMax: 16 * 1024 * 1024,
  /** A window looks at two at a time (a comparison), and quickly at the next ones. */
  openMax: 16,
  lifeMs: 60_000,
} as const;

export interface PreviewBytes {
  readonly type: string;
  readonly bytes: Uint8Array;
}

export interface Previews {
  /** The address to get the bytes at, relative to the page; undefined when they are neither text nor a known image. */
  offer(bytes: Uint8Array): { readonly kind: 'text' | 'image'; readonly url: string } | undefined;
  /** The bytes behind a path such as '/preview/…', once. */
  take(path: string): PreviewBytes | undefined;
}

const starts = (bytes: Uint8Array, at: number, text: string): boolean =>
  Buffer.from(text, 'latin1').equals(bytes.subarray(at, at + text.length));

/** The image types that browsers draw without running anything; SVG is text here. */
function imageType(bytes: Uint8Array): string | undefined {
  if (starts(bytes, 0, '\u0089PNG\r\n\u001a\n')) return 'image/png';
  if (starts(bytes, 0, '\u00ff\u00d8\u00ff')) return 'image/jpeg';
  if (starts(bytes, 0, 'GIF87a') || starts(bytes, 0, 'GIF89a')) return 'image/gif';
  if (starts(bytes, 0, 'RIFF') && starts(bytes, 8, 'WEBP')) return 'image/webp';
  if (starts(bytes, 4, 'ftypavif')) return 'image/avif';
  return undefined;
}

function isPlainText(bytes: Uint8Array): boolean {
  if (bytes.length > previewLimits.textBytesMax || bytes.includes(0)) return false;
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return true;
  } catch (error) {
    if (error instanceof TypeError) return false;
    throw error;
  }
}

export function openPreviews(clock: Clock): Previews {
  const open = new Map<string, PreviewBytes & { readonly endMs: number }>();
  return {
    offer(bytes) {
      const image = imageType(bytes);
      if (image === undefined && !isPlainText(bytes)) return undefined;
      for (const [path, { endMs }] of open) if (endMs < clock.steady()) open.delete(path);
      for (const path of [...open.keys()].slice(0, Math.max(0, open.size + 1 - previewLimits.openMax)))
        open.delete(path);
      const path = `/preview/${randomBytes(32).toString('base64url')}`;
      open.set(path, {
        type: image ?? 'text/plain; charset=utf-8',
        bytes,
        endMs: clock.steady() + previewLimits.lifeMs,
      });
      return { kind: image === undefined ? 'text' : 'image', url: path };
    },
    take(path) {
      const found = open.get(path);
      open.delete(path);
      return found && found.endMs >= clock.steady() ? found : undefined;
    },
  };
}
