/** Room that is paid for, and how files become less on their way to it: found twice, compressed, packed. */
import type { ReactElement } from 'react';
import type { Leases } from '../../../app/wire/storage.ts';
import { useAnswer, useTopic } from '../../client/use-engine.ts';
import { FaultAnswers } from '../../parts/answers.tsx';
import { fallOf } from '../../state/spending.ts';
import { useWords } from '../../words/use-words.ts';

const percent = (share: number): string => `${(share * 100).toFixed(2)}%`;
const signs = { whole: '', more: '+ ', less: '− ' } as const;

export function StoredPart({ leases }: { readonly leases: Leases | undefined }): ReactElement {
  const { say, bytes, number } = useWords();
  const certified = useTopic('summary')?.certifiedFiles;
  // Not with every file that comes: adding up a large catalog takes a while.
  const stored = useAnswer('cost.stored', {}, certified);
  const { value } = stored;
  return (
    <div>
      <Room leases={leases} />
      {value && (
        <dl className="fall">
          {fallOf(value).map(({ name, bytes: size, from, to, kind }) => (
            <div key={name} className={name === 'stored' ? 'total' : ''}>
              <dt>{say(`fall.${name}`)}</dt>
              <dd className="bar">
                <i
                  className={`is-${kind}`}
                  style={{ insetInlineStart: percent(from), inlineSize: percent(to - from) }}
                />
              </dd>
              <dd className="figure">
                {signs[kind]}
                {bytes(size)}
              </dd>
            </div>
          ))}
        </dl>
      )}
      {value && value.packs > 0 && (
        <p className="small-text soft">
          {say('storage.encoded', {
            bytes: bytes(value.encodedBytes),
            count: value.packs,
            packs: number(value.packs),
          })}{' '}
          {value.apartBytes !== undefined &&
            value.apartBytes > value.encodedBytes &&
            say('fall.apart', { bytes: bytes(value.apartBytes) })}
        </p>
      )}
      {!value && !stored.fault && <p className="faint">{say('part.loading')}</p>}
      {stored.fault && <FaultAnswers fault={stored.fault} />}
    </div>
  );
}

/** Of this device: bought, used, and free to be used again. */
function Room({ leases }: { readonly leases: Leases | undefined }): ReactElement {
  const { say, bytes } = useWords();
  const own = (leases?.leases ?? []).filter(({ isOwn }) => isOwn);
  const all = own.reduce((sum, { capacityBytes }) => sum + capacityBytes, 0);
  const used = own.reduce((sum, { usedBytes }) => sum + usedBytes, 0);
  if (all === 0) return <h2 className="heading">{say('storage.stored')}</h2>;
  return (
    <>
      <h2 className="heading">{say('storage.room', { used: bytes(used), all: bytes(all) })}</h2>
      <div className="room" aria-hidden="true">
        <b style={{ inlineSize: percent(Math.min(1, used / all)) }} />
      </div>
      <p className="small-text soft">
        {used < all ? say('storage.room-free', { bytes: bytes(all - used) }) : say('storage.room-full')}
      </p>
    </>
  );
}
