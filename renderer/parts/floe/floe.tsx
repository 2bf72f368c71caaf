/**
 * The floe: one plate a node, its area its shards. An image with a one-sentence name; on the Network screen the plates are also a roving group.
 * Thickness is months paid ahead: the union of the solid plates, repeated downward.
 */
import { useId, type KeyboardEvent, type ReactElement } from 'react';
import { floeHeight, floeWidth, type FloePlan } from './lay-out.ts';

export type PlateState = 'holds' | 'slow' | 'forming' | 'waiting' | 'silent' | 'refused' | 'chosen';

const solid = new Set<PlateState>(['holds', 'slow', 'chosen']);
const thicknessLeast = 4;
const thicknessMost = 24;
/** Months paid ahead as units of thickness; open water has none. */
export const thicknessOf = (monthsAhead: number): number =>
  Math.round(Math.min(thicknessMost, Math.max(thicknessLeast, monthsAhead)));

export interface PlateChoice {
  readonly chosen: string | undefined;
  readonly choose: (id: string) => void;
  readonly nameOf: (id: string) => string;
}

export interface FloeProps {
  readonly plan: FloePlan | undefined;
  readonly stateOf: (id: string) => PlateState;
  readonly thickness: number;
  readonly label: string;
  readonly choice?: PlateChoice | undefined;
}

export function Floe({ plan, stateOf, thickness, label, choice }: FloeProps): ReactElement {
  const hatch = useId();
  const plates = (plan?.plates ?? []).map((plate) => ({ ...plate, state: stateOf(plate.id) }));
  const body = plates
    .filter(({ state }) => solid.has(state))
    .map(({ path }) => path)
    .join('');
  const water = plates.filter(({ state }) => !solid.has(state));
  const ice = plates.filter(({ state }) => solid.has(state));
  const chosen = choice ? plates.find(({ id }) => id === choice.chosen) : undefined;
  return (
    <div className="floe" {...(choice ? { role: 'group', 'aria-label': label } : {})}>
      <svg
        viewBox={`0 0 ${floeWidth} ${floeHeight + thickness}`}
        {...(choice ? {} : label === '' ? { 'aria-hidden': true } : { role: 'img', 'aria-label': label })}
      >
        <defs>
          <pattern id={hatch} width="4.5" height="4.5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
            <rect className="hatch-ground" width="4.5" height="4.5" />
            <rect className="hatch-line" width="2" height="4.5" />
          </pattern>
        </defs>
        {plan && plates.length === 0 && <path className="waiting" d={plan.outline} />}
        {water.map((plate) => (
          <Plate key={plate.id} {...plate} hatch={hatch} choice={choice} order={plan} />
        ))}
        <g className="side" aria-hidden="true">
          {body !== '' &&
            Array.from({ length: thickness }, (_, step) => thickness - step).map((step) => (
              <path key={step} d={body} transform={`translate(0 ${step})`} />
            ))}
        </g>
        {ice.map((plate) => (
          <Plate key={plate.id} {...plate} hatch={hatch} choice={choice} order={plan} />
        ))}
        {chosen && (
          <text x={chosen.centre[0]} y={chosen.centre[1] + 3.5} textAnchor="middle" aria-hidden="true">
            {choice?.nameOf(chosen.id)}
          </text>
        )}
      </svg>
    </div>
  );
}

function Plate({
  id,
  path,
  state,
  hatch,
  choice,
  order,
}: {
  readonly id: string;
  readonly path: string;
  readonly state: PlateState;
  readonly hatch: string;
  readonly choice: PlateChoice | undefined;
  readonly order: FloePlan | undefined;
}): ReactElement {
  const fill = state === 'slow' ? { fill: `url(#${hatch})` } : {};
  if (!choice) return <path className={state} d={path} style={fill} />;
  const ids = order?.plates.map((plate) => plate.id) ?? [];
  const isTabStop = id === (choice.chosen ?? ids[0]);
  return (
    <path
      className={`plate ${id === choice.chosen ? 'chosen' : state}`}
      d={path}
      style={id === choice.chosen ? {} : fill}
      data-plate={id}
      role="button"
      aria-pressed={id === choice.chosen}
      aria-label={choice.nameOf(id)}
      tabIndex={isTabStop ? 0 : -1}
      onClick={() => choice.choose(id)}
      onKeyDown={(event) => walk(event, ids, id, choice)}
    />
  );
}

/** Arrows go from the middle to the rim and back. */
function walk(event: KeyboardEvent<SVGPathElement>, ids: readonly string[], id: string, choice: PlateChoice): void {
  const at = ids.indexOf(id);
  const steps: Readonly<Record<string, number>> = {
    ArrowRight: at + 1,
    ArrowDown: at + 1,
    ArrowLeft: at - 1,
    ArrowUp: at - 1,
    Home: 0,
    End: ids.length - 1,
  };
  const to = event.key === 'Enter' || event.key === ' ' ? at : steps[event.key];
  const next = to === undefined ? undefined : ids[Math.min(ids.length - 1, Math.max(0, to))];
  if (next === undefined) return;
  event.preventDefault();
  choice.choose(next);
  event.currentTarget.ownerSVGElement?.querySelector<SVGPathElement>(`[data-plate="${CSS.escape(next)}"]`)?.focus();
}
