/** The engine for components: its topics, its calls, and answers that are asked for again when something they hang on changes. */
import { createContext, useCallback, useContext, useEffect, useRef, useState, useSyncExternalStore } from 'react';
import type { CallIn, CallName, CallOut, EngineTopics, TopicName } from '../../app/wire/contract.ts';
import type { WireFault } from '../../app/wire/fault-form.ts';
import type { Link } from '../state/connection.ts';
import { faultBehind, type EngineClient } from './engine-client.ts';

export const ClientContext = createContext<EngineClient | undefined>(undefined);

export function useClient(): EngineClient {
  const client = useContext(ClientContext);
  if (!client) throw new Error('a component that asks the engine stands outside of the window');
  return client;
}

export function useTopic<K extends TopicName>(topic: K): EngineTopics[K] | undefined {
  const client = useClient();
  return useSyncExternalStore(client.subscribe, () => client.view().topics[topic]);
}
export function useLink(): Link {
  const client = useClient();
  return useSyncExternalStore(client.subscribe, () => client.view().link);
}
export function useNewsMs(): number | undefined {
  const client = useClient();
  return useSyncExternalStore(client.subscribe, () => client.view().newsMs);
}

export interface Answer<T> {
  readonly value: T | undefined;
  readonly fault: WireFault | undefined;
  readonly isLoading: boolean;
  readonly again: () => void;
}

/** One answer, asked anew when the input or `revision` changes. The old value stays until the new one is there. Undefined input: not asked. */
export function useAnswer<K extends CallName>(
  name: K,
  input: CallIn<K> | undefined,
  revision: unknown = 0,
): Answer<CallOut<K>> {
  const client = useClient();
  const link = useLink();
  const [round, setRound] = useState(0);
  const [state, setState] = useState<{
    readonly key: string;
    readonly value?: CallOut<K>;
    readonly fault?: WireFault;
  }>();
  const key = JSON.stringify([name, input]);
  const asked = useRef(input);
  asked.current = input;
  const isLive = link.kind === 'live';
  useEffect(() => {
    if (asked.current === undefined || !isLive) return undefined;
    const asking = new AbortController();
    client.call(name, asked.current, asking.signal).then(
      (value) => !asking.signal.aborted && setState({ key, value }),
      (error: unknown) => !asking.signal.aborted && setState({ key, fault: faultBehind(error) }),
    );
    return () => asking.abort();
  }, [client, name, key, isLive, revision, round]);
  const isOwn = state?.key === key;
  return {
    value: isOwn ? state.value : undefined,
    fault: isOwn ? state.fault : undefined,
    isLoading: !isOwn && input !== undefined,
    again: useCallback(() => setRound((last) => last + 1), []),
  };
}

export interface Deed<K extends CallName> {
  readonly isBusy: boolean;
  readonly fault: WireFault | undefined;
  /** Resolves to undefined when it failed; the fault then stands beside the button. */
  readonly run: (input: CallIn<K>) => Promise<CallOut<K> | undefined>;
  readonly stop: () => void;
  readonly forget: () => void;
}

/** Something that a button does. One at a time; it stops when the component goes away. */
export function useDeed<K extends CallName>(name: K): Deed<K> {
  const client = useClient();
  const [isBusy, setBusy] = useState(false);
  const [fault, setFault] = useState<WireFault>();
  const doing = useRef<AbortController>(undefined);
  useEffect(() => () => doing.current?.abort(), []);
  const run = useCallback(
    async (input: CallIn<K>) => {
      doing.current?.abort();
      const mine = new AbortController();
      doing.current = mine;
      setBusy(true);
      setFault(undefined);
      try {
        return await client.call(name, input, mine.signal);
      } catch (error) {
        if (!mine.signal.aborted) setFault(faultBehind(error));
        return undefined;
      } finally {
        if (doing.current === mine) setBusy(false);
      }
    },
    [client, name],
  );
  const stop = useCallback(() => doing.current?.abort(), []);
  const forget = useCallback(() => setFault(undefined), []);
  return { isBusy, fault, run, stop, forget };
}

/** The time, coarse enough for "6 days ago" and "until 10:42". */
export function useNowMs(stepMs = 20_000): number {
  const [nowMs, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), stepMs);
    return () => clearInterval(timer);
  }, [stepMs]);
  return nowMs;
}
