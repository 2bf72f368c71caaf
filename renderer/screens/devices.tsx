/** Who takes part? Every installation of the account, as the chain shows it. */
import { Laptop } from 'lucide-react';
import type { ReactElement } from 'react';
import { useAnswer, useTopic } from '../client/use-engine.ts';
import { FaultAnswers, More } from '../parts/answers.tsx';
import { shownName } from '../parts/name.tsx';
import { Press } from '../parts/press.tsx';
import { useWords } from '../words/use-words.ts';
import { ScreenHead } from './screen-parts.tsx';

export function Devices(): ReactElement {
  const { say, date, number } = useWords();
  const account = useTopic('account');
  const devices = useAnswer('device.list', {});
  const lines = devices.value ?? [];
  return (
    <section className="screen">
      <ScreenHead name={say('place.devices')}>
        <Press isBusy={devices.isLoading} onPress={devices.again}>
          {say('devices.look-again')}
        </Press>
      </ScreenHead>
      <div className="screen-body" data-pane="list">
        <p className="sentence">
          {devices.value
            ? say('devices.sentence', { count: lines.length })
            : devices.fault
              ? say('devices.unknown')
              : say('part.loading')}
        </p>
        {devices.fault && <FaultAnswers fault={devices.fault} />}
        {lines.length === 0 && devices.value && account?.device && (
          <p className="under">{say('devices.only-here', { name: account.device.name })}</p>
        )}
        <ul className="devices section">
          {lines.map((device) => (
            <li key={device.device}>
              <Laptop className="icon" aria-hidden="true" />
              <div className="grow">
                <b>
                  <bdi>{shownName(device.name)}</bdi>
                </b>{' '}
                {device.isThis && <span className="soft">{say('devices.this')}</span>}
                <div className="small-text soft">
                  {say('devices.since', { date: date(device.madeMs) })}
                  {device.spaces.length > 0 &&
                    `. ${device.spaces.map(({ name, sequence }) => say('devices.space', { name: shownName(name), number: number(sequence) })).join(', ')}`}
                </div>
                <More>
                  <dl className="facts">
                    <dt>{say('wallet.address')}</dt>
                    <dd className="mono">{device.address}</dd>
                    <dt>{say('devices.id')}</dt>
                    <dd className="mono">{device.device}</dd>
                  </dl>
                </More>
              </div>
            </li>
          ))}
        </ul>
        <p className="section unbuilt">{say('devices.not-built')}</p>
      </div>
    </section>
  );
}
