/** Where the window is, for components. */
import { createContext, useContext } from 'react';
import { firstWay, type Route } from '../state/route.ts';

export interface Going {
  readonly route: Route;
  readonly go: (to: Route) => void;
  readonly back: () => void;
}
export const WayContext = createContext<Going>({ route: firstWay.now, go: () => undefined, back: () => undefined });
export const useWay = (): Going => useContext(WayContext);
