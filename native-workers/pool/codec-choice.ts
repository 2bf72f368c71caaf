/**
 * Which RS2 codec a thread uses: the native one, else the official wasm encoder with the portable codec for what it cannot do. The
 * environment variable FLOE_CODEC forces one; a forced codec that is not there is a fault, never a silent second choice.
 */
import { Fault } from '../../app/domain/fault.ts';
import { loadNative, nativeProblem, type NativeCodec, type Sealing } from '../codec/codec.ts';
import type { EncodeParts } from '../codec/encode-parts.ts';
import { findCuts, type FindCuts } from '../codec/gear.ts';
import { portableRs2 } from '../portable/portable.ts';
import type { Rs2 } from '../rs2.ts';
import { loadWasm } from '../wasm/wasm.ts';

export const codecNames = ['native', 'wasm', 'portable'] as const;
export type CodecName = (typeof codecNames)[number];

/** Bytes, by codec: what an encode holds at its peak is about five times the pack natively and fifteen times in wasm. */
const packBytesMaxBy = { native: 64 * 1024 * 1024, wasm: 16 * 1024 * 1024, portable: 16 * 1024 * 1024 };

/**
 * How many times longer wasm takes than the native codec: medians of alternating runs with 1 MiB at 1,000 shards on an AVX2 processor.
 * It was 29 times at 1 KiB and 16 at 16 MiB there, and is more where the processor has GFNI; `npm run bench -- codec` measures it again.
 */
const wasmSlowerTimes = 14;

export function parseCodecName(text: string): CodecName {
  const name = codecNames.find((known) => known === text);
  if (name === undefined) throw new Fault('bad-input', 'after-user', `FLOE_CODEC must be ${codecNames.join(', ')}.`);
  return name;
}

export interface ChosenCodec {
  readonly name: CodecName;
  readonly rs2: Rs2;
  readonly findCuts: FindCuts;
  /** Naming and sealing chunks natively, where the codec and the process can. */
  readonly sealing: Sealing | undefined;
  /** Encoding one blob on several workers, where the codec can. */
  readonly parts: EncodeParts | undefined;
  readonly packBytesMax: number;
  /** Gives memory that was freed back to the system, where the codec can. Milliseconds. */
  readonly giveBack: () => void;
}

/** The codec for this thread; compiles no wasm yet. */
export function chooseCodec(forced: CodecName | undefined): ChosenCodec {
  const chosen = (name: CodecName, rs2: Rs2, native?: NativeCodec): ChosenCodec => ({
    name,
    rs2,
    findCuts: native?.findCuts ?? findCuts,
    sealing: native?.sealing,
    parts: native,
    packBytesMax: packBytesMaxBy[name],
    giveBack: () => native?.giveBack(),
  });
  if (forced === 'portable') return chosen('portable', portableRs2);
  if (forced === 'wasm') return chosen('wasm', loadWasm());
  const native = loadNative();
  if (native !== undefined) return chosen('native', native, native);
  if (forced === undefined) return chosen('wasm', loadWasm());
  throw new Fault('codec-refused', 'after-user', `There is no native codec (${whyNotNative()}).`);
}

/** Why there is no native codec, without the places where it was looked for. */
function whyNotNative(): string {
  const problems = (nativeProblem() ?? '')
    .split('; ')
    .filter((why) => why !== '' && !why.includes('Cannot find module'));
  return problems.length === 0 ? 'it is not built' : problems.join('; ');
}

/** One line for people: which codec does the work, and why not a better one. */
export function codecWords(forced?: CodecName): string {
  const { name, rs2 } = chooseCodec(forced);
  if (name === 'native') return `${rs2.engine} codec`;
  const why = forced === undefined ? whyNotNative() : 'FLOE_CODEC asks for another';
  if (name === 'portable')
    return `no native codec (${why}): the portable one does the work, which is for comparing only`;
  return `no native codec (${why}): the wasm encoder does the work, about ${wasmSlowerTimes} times slower`;
}
