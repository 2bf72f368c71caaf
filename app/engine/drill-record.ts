/** How the last exercise in restoring went, as a record of the catalog. */
import type { Catalog } from '../ports/catalog.ts';

/** What a drill found. */
export interface DrillOutcome {
  readonly atMs: number;
  readonly snapshot: string;
  readonly files: number;
  readonly bytes: number;
  readonly refusedShards: number;
  readonly shards: number;
  readonly seconds: number;
  readonly failed: number;
}

const recordKey = (space: number): string => `drill:${space}`;

export const recordDrill = (catalog: Catalog, space: number, outcome: DrillOutcome): Promise<void> =>
  catalog.setRecord(recordKey(space), JSON.stringify(outcome));

/** The last drill of a space; undefined when there was none, or the record is not one. */
export async function lastDrill(catalog: Catalog, space: number): Promise<DrillOutcome | undefined> {
  const text = await catalog.record(recordKey(space));
  return text === undefined ? undefined : parseOutcome(JSON.parse(text));
}

function parseOutcome(value: unknown): DrillOutcome | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const field = (name: keyof DrillOutcome): unknown => Reflect.get(value, name);
  const count = (name: keyof DrillOutcome): number => {
    const number = field(name);
    return typeof number === 'number' ? number : Number.NaN;
  };
  const snapshot = field('snapshot');
  const outcome = {
    atMs: count('atMs'),
    snapshot: typeof snapshot === 'string' ? snapshot : '',
    files: count('files'),
    bytes: count('bytes'),
    refusedShards: count('refusedShards'),
    shards: count('shards'),
    seconds: count('seconds'),
    failed: count('failed'),
  };
  return Object.values(outcome).some((each) => Number.isNaN(each)) ? undefined : outcome;
}
