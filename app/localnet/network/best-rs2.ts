/** The fastest codec on this machine: the native one, or the portable one where it was not built. */
import { loadNative } from '../../../native-workers/codec/codec.ts';
import { portableRs2 } from '../../../native-workers/portable/portable.ts';
import type { Rs2 } from '../../../native-workers/rs2.ts';

let chosen: Rs2 | undefined;

export function bestRs2(): Rs2 {
  chosen ??= loadNative() ?? portableRs2;
  return chosen;
}
