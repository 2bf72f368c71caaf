/** The plan of a committee's floe: laid out once a committee by the worker, kept for as long as the window lives. Undefined until it is there. */
import { useEffect, useState } from 'react';
import type { FloeNode, FloePlan } from './lay-out.ts';
import type { LayOutAsked, LayOutDone } from './floe-worker.ts';

/** Committees whose plans are kept: this network's, the next one, and the small one of the onboarding. */
const plansMax = 8;

const plans = new Map<string, FloePlan>();
const waiting = new Map<string, Set<(plan: FloePlan) => void>>();
let worker: Worker | undefined;

function ask(asked: LayOutAsked, done: (plan: FloePlan) => void): () => void {
  let listeners = waiting.get(asked.seed);
  if (!listeners) {
    listeners = new Set();
    waiting.set(asked.seed, listeners);
    worker ??= startWorker();
    worker.postMessage(asked);
  }
  listeners.add(done);
  return () => void listeners.delete(done);
}

function startWorker(): Worker {
  const started = new Worker(new URL('./floe-worker.ts', import.meta.url), { type: 'module' });
  started.addEventListener('message', ({ data }: MessageEvent<LayOutDone>) => {
    plans.set(data.seed, data.plan);
    const [oldest] = plans.keys();
    if (plans.size > plansMax && oldest !== undefined) plans.delete(oldest);
    waiting.get(data.seed)?.forEach((done) => done(data.plan));
    waiting.delete(data.seed);
  });
  return started;
}

/** `nodes` in the order from the middle to the rim; a new order alone does not move plates. */
export function useFloePlan(seed: string, nodes: readonly FloeNode[]): FloePlan | undefined {
  const [made, setMade] = useState<{ readonly seed: string; readonly plan: FloePlan }>();
  const isWanted = nodes.length > 0;
  useEffect(() => {
    if (!isWanted || plans.has(seed)) return undefined;
    return ask({ seed, nodes }, (plan) => setMade({ seed, plan }));
    // The nodes are the seed's: they are read once, when it is new.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [seed, isWanted]);
  return plans.get(seed) ?? (made?.seed === seed ? made.plan : undefined);
}
