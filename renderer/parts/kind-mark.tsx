/** The sign of a file by the ending of its name; only a help for the eye, the name says the same. */
import { Box, File, FileImage, FileSpreadsheet, FileText, AudioLines, Film, Folder, Link, Archive } from 'lucide-react';
import type { ReactElement } from 'react';

const byEnding = new Map([
  ...['md', 'txt', 'doc', 'docx', 'odt', 'rtf', 'tex', 'html', 'xml', 'json', 'bib'].map(
    (end) => [end, FileText] as const,
  ),
  ...['xls', 'xlsx', 'ods', 'csv', 'tsv'].map((end) => [end, FileSpreadsheet] as const),
  ...['png', 'jpg', 'jpeg', 'gif', 'webp', 'svg', 'tif', 'tiff', 'heic', 'nef', 'cr2', 'dng', 'avif'].map(
    (end) => [end, FileImage] as const,
  ),
  ...['wav', 'flac', 'mp3', 'ogg', 'm4a', 'opus'].map((end) => [end, AudioLines] as const),
  ...['mp4', 'mov', 'mkv', 'webm', 'avi'].map((end) => [end, Film] as const),
  ...['zip', 'tar', 'gz', '7z', 'zst', 'xz'].map((end) => [end, Archive] as const),
  ...['skp', 'blend', 'stl', 'obj', 'dwg', 'step'].map((end) => [end, Box] as const),
]);

export function KindMark({
  kind,
  name,
}: {
  readonly kind: 'file' | 'folder' | 'symlink';
  readonly name: string;
}): ReactElement {
  const ending = name.slice(name.lastIndexOf('.') + 1).toLowerCase();
  const Mark = kind === 'folder' ? Folder : kind === 'symlink' ? Link : (byEnding.get(ending) ?? File);
  return <Mark className="icon" aria-hidden="true" />;
}
