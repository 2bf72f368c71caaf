/** The answer to PROPFIND (RFC 4918 section 9.1), in pieces: all properties that a share for reading has, whatever was asked for. */
import { segmentOf, writableTime, xmlText } from './dav-path.ts';
import type { DavEntry, DavResource } from './dav-tree.ts';

/** Entries in one piece. */
const entriesAtOnce = 500;

function responseOf(href: string, entry: DavEntry): string {
  const { name, isFolder, bytes, modifiedMs, tag } = entry;
  const kind = isFolder
    ? '<D:resourcetype><D:collection/></D:resourcetype>'
    : `<D:resourcetype/><D:getcontentlength>${bytes}</D:getcontentlength><D:getcontenttype>application/octet-stream</D:getcontenttype><D:getetag>${xmlText(tag)}</D:getetag>`;
  // Spaces have no time of their own.
  const time =
    modifiedMs === 0 ? '' : `<D:getlastmodified>${writableTime(modifiedMs).toUTCString()}</D:getlastmodified>`;
  return `<D:response><D:href>${href}</D:href><D:propstat><D:prop><D:displayname>${xmlText(name)}</D:displayname>${kind}${time}</D:prop><D:status>HTTP/1.1 200 OK</D:status></D:propstat></D:response>\n`;
}

/** `base`: the resource's own address without a slash at its end, encoded. */
export function* multistatus(base: string, { entry, children }: DavResource, isDeep: boolean): Generator<string> {
  yield '<?xml version="1.0" encoding="utf-8"?>\n<D:multistatus xmlns:D="DAV:">\n';
  yield responseOf(entry.isFolder ? `${base}/` : base, entry);
  const shown = isDeep ? (children ?? []) : [];
  for (let at = 0; at < shown.length; at += entriesAtOnce) {
    const some = shown.slice(at, at + entriesAtOnce);
    yield some
      .map((child) => responseOf(`${base}/${segmentOf(child.name)}${child.isFolder ? '/' : ''}`, child))
      .join('');
  }
  yield '</D:multistatus>\n';
}
