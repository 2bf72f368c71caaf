/** Lays floes out beside the page, so that a large committee never makes the window stutter. Started by `use-floe-plan`; takes one committee a message. */
import { layOutFloe, type FloeNode, type FloePlan } from './lay-out.ts';

export interface LayOutAsked {
  readonly seed: string;
  readonly nodes: readonly FloeNode[];
}
export interface LayOutDone {
  readonly seed: string;
  readonly plan: FloePlan;
}

addEventListener('message', ({ data }: MessageEvent<LayOutAsked>) => {
  const done: LayOutDone = { seed: data.seed, plan: layOutFloe(data.seed, data.nodes) };
  postMessage(done);
});
