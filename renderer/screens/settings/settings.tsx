/** Does it stay out of my way? Only settings that do something. */
import { Activity, Bell, Gauge, Shield, SlidersHorizontal } from 'lucide-react';
import type { ReactElement } from 'react';
import { Button } from 'react-aria-components';
import { useWay } from '../../client/way.ts';
import type { SettingsGroup } from '../../state/route.ts';
import { useWords } from '../../words/use-words.ts';
import { ScreenHead } from '../screen-parts.tsx';
import { Diagnostics } from './diagnostics.tsx';
import { General, Notifications } from './groups.tsx';
import { Pace } from './pace.tsx';
import { Security } from './security.tsx';

const marks = {
  general: SlidersHorizontal,
  pace: Gauge,
  notifications: Bell,
  security: Shield,
  diagnostics: Activity,
} as const;
const groups = [
  'general',
  'pace',
  'notifications',
  'security',
  'diagnostics',
] as const satisfies readonly SettingsGroup[];

export function SettingsScreen({ group }: { readonly group: SettingsGroup }): ReactElement {
  const { say } = useWords();
  const { go } = useWay();
  return (
    <section className="screen">
      <ScreenHead name={say('place.settings')} />
      <div className="settings">
        <nav aria-label={say('place.settings')}>
          {groups.map((each) => {
            const Mark = marks[each];
            return (
              <Button
                key={each}
                className="nav-item"
                onPress={() => go({ screen: 'settings', group: each })}
                {...(each === group ? { 'aria-current': 'page' } : {})}
              >
                <Mark className="icon" aria-hidden="true" />
                <span className="cut">{say(`settings.${each}`)}</span>
              </Button>
            );
          })}
        </nav>
        <div className="settings-body" data-pane="list">
          {group === 'general' && <General />}
          {group === 'pace' && <Pace />}
          {group === 'notifications' && <Notifications />}
          {group === 'security' && <Security />}
          {group === 'diagnostics' && <Diagnostics />}
        </div>
      </div>
    </section>
  );
}
