/** Pauses everything or one space, or goes on: the same pause that the command line and the tray know. */
import { Pause as PauseMark, Play } from 'lucide-react';
import type { ReactElement } from 'react';
import { Menu, MenuItem, MenuTrigger, Popover } from 'react-aria-components';
import type { Pause } from '../../app/wire/steering.ts';
import { useDeed, useLink } from '../client/use-engine.ts';
import { useWay } from '../client/way.ts';
import { Press } from '../parts/press.tsx';
import { useWords } from '../words/use-words.ts';

const hourMs = 3_600_000;
/** Eight o'clock of tomorrow, where the user is. */
const morningHour = 24 + 8;

const spans = ['hour', 'tomorrow', 'told'] as const;

function endOf(span: (typeof spans)[number], nowMs: number): number | undefined {
  if (span === 'told') return undefined;
  if (span === 'hour') return nowMs + hourMs;
  return new Date(nowMs).setHours(morningHour, 0, 0, 0);
}

export function PauseMenu({
  space,
  pause,
}: {
  /** Undefined: everything. */
  readonly space?: string;
  readonly pause: Pause | undefined;
}): ReactElement {
  const { say } = useWords();
  const { go } = useWay();
  const link = useLink();
  const begin = useDeed('sync.pause');
  const end = useDeed('sync.resume');
  const isSmall = space === undefined;
  if (pause && pause.reason !== 'user')
    // What the schedule or the power says only other settings end.
    return (
      <Press
        kind="quiet"
        isIcon={isSmall}
        label={isSmall ? say('pause.why') : undefined}
        onPress={() => go({ screen: 'settings', group: 'pace' })}
      >
        {isSmall ? <PauseMark className="icon solid" aria-hidden="true" /> : say('pause.why')}
      </Press>
    );
  if (pause)
    return (
      <Press
        kind={isSmall ? 'quiet' : 'plain'}
        isIcon={isSmall}
        label={isSmall ? say('pause.resume') : undefined}
        isBusy={end.isBusy}
        onPress={() => void end.run({ space })}
      >
        {isSmall ? <Play className="icon" aria-hidden="true" /> : say('pause.resume')}
      </Press>
    );
  return (
    <MenuTrigger>
      <Press
        kind="quiet"
        isIcon={isSmall}
        label={isSmall ? say('pause.pause') : undefined}
        isDisabled={link.kind !== 'live'}
        isBusy={begin.isBusy}
      >
        {isSmall ? <PauseMark className="icon solid" aria-hidden="true" /> : say('pause.pause')}
      </Press>
      <Popover placement={isSmall ? 'top end' : 'bottom end'}>
        <Menu className="menu" aria-label={say('pause.pause')}>
          {spans.map((each) => (
            <MenuItem
              key={each}
              id={each}
              className="menu-item"
              onAction={() => void begin.run({ space, untilMs: endOf(each, Date.now()) })}
            >
              {say(`pause.${each}`)}
            </MenuItem>
          ))}
        </Menu>
      </Popover>
    </MenuTrigger>
  );
}
