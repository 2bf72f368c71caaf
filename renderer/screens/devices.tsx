/** Who takes part? Every installation of the account, as the chain shows it. */
import { Laptop } from 'lucide-react';
import { useState, type ReactElement } from 'react';
import type { DeviceLine } from '../../app/wire/account.ts';
import { useAnswer, useDeed, useTopic } from '../client/use-engine.ts';
import { FaultAnswers, More } from '../parts/answers.tsx';
import { DialogBox } from '../parts/dialog.tsx';
import { shownName } from '../parts/name.tsx';
import { Press } from '../parts/press.tsx';
import { useWords } from '../words/use-words.ts';
import { ScreenHead } from './screen-parts.tsx';

export function Devices(): ReactElement {
  const { say } = useWords();
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
            <Device key={device.device} device={device} onChanged={devices.again} />
          ))}
        </ul>
      </div>
    </section>
  );
}

function Device({ device, onChanged }: { readonly device: DeviceLine; readonly onChanged: () => void }): ReactElement {
  const { say, date, number } = useWords();
  const [isAsking, setAsking] = useState(false);
  const { run, isBusy, fault } = useDeed('device.gone');
  const name = shownName(device.name);
  const setGone = (isGone: boolean): void => {
    void run({ device: device.device, isGone }).then((done) => {
      setAsking(false);
      if (done) onChanged();
    });
  };
  return (
    <li>
      <Laptop className="icon" aria-hidden="true" />
      <div className="grow">
        <b>
          <bdi>{name}</bdi>
        </b>{' '}
        {device.isThis && <span className="soft">{say('devices.this')}</span>}
        {device.isGone && <span className="soft">{say('devices.is-gone')}</span>}
        <div className="small-text soft">
          {say('devices.since', { date: date(device.madeMs) })}
          {device.spaces.length > 0 &&
            `. ${device.spaces.map((space) => say('devices.space', { name: shownName(space.name), number: number(space.sequence) })).join('; ')}`}
        </div>
        {fault && <FaultAnswers fault={fault} />}
        <More>
          <dl className="facts">
            <dt>{say('wallet.address')}</dt>
            <dd className="mono">{device.address}</dd>
            <dt>{say('devices.id')}</dt>
            <dd className="mono">{device.device}</dd>
          </dl>
        </More>
      </div>
      {!device.isThis && (
        <Press
          kind="quiet"
          size="small"
          isBusy={isBusy}
          onPress={() => (device.isGone ? setGone(false) : setAsking(true))}
        >
          {device.isGone ? say('devices.came-back') : say('devices.gone')}
        </Press>
      )}
      <DialogBox title={say('devices.gone-title', { name })} isOpen={isAsking} onClose={() => setAsking(false)}>
        <p>{say('devices.gone-what', { name })}</p>
        <p>{say('devices.gone-not')}</p>
        <div className="buttons">
          <Press onPress={() => setAsking(false)}>{say('part.cancel')}</Press>
          <Press kind="primary" isBusy={isBusy} onPress={() => setGone(true)}>
            {say('devices.gone-do')}
          </Press>
        </div>
      </DialogBox>
    </li>
  );
}
