/** Move's checked integers: what leaves the range of its type ends the transaction, it never wraps. */
import { ExecutionFailure } from '../failure.ts';

export const u32Max = 0xffff_ffff;
export const u64Max = 0xffff_ffff_ffff_ffffn;

export function checkedU32(address: string, path: string, value: number): number {
  if (value < 0 || value > u32Max) overflow(address, path);
  return value;
}

export function checkedU64(address: string, path: string, value: bigint): bigint {
  if (value < 0n || value > u64Max) overflow(address, path);
  return value;
}

function overflow(address: string, path: string): never {
  const [module = '', name = ''] = path.split('::');
  throw new ExecutionFailure({ kind: 'arithmetic', at: { address, module, function: name } });
}
