/**
 * Faults as they cross to a window: a code that chooses the sentence, when trying again can help, and the engine's own plain sentence for
 * "Details". Never a stack, never a cause. A defect of Floe's own crosses as 'bug' and says nothing of itself.
 */
import { faultOf, type FaultCode, type Retry } from '../domain/fault.ts';

export interface WireFault {
  readonly code: FaultCode | 'bug' | 'link-lost' | 'link-refused' | 'contract-changed';
  readonly retry: Retry;
  readonly detail: string;
}

export const bugFault: WireFault = { code: 'bug', retry: 'later', detail: '' };

export function wireFault(error: unknown): WireFault {
  const fault = faultOf(error);
  return fault ? { code: fault.code, retry: fault.retry, detail: fault.message } : bugFault;
}
