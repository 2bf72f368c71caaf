/** The device's own wallet: what it holds, what was spent and on what. Only what this device's ledger and the chain say. */
import type { ReactElement } from 'react';
import type { Money, Payment } from '../../../app/wire/storage.ts';
import { useTopic } from '../../client/use-engine.ts';
import { More } from '../../parts/answers.tsx';
import { shownName } from '../../parts/name.tsx';
import { useWords } from '../../words/use-words.ts';

const paymentsShown = 8;

export function Wallet({ money }: { readonly money: Money | undefined }): ReactElement {
  const { say, wal, sui } = useWords();
  if (!money) return <p className="faint">{say('part.loading')}</p>;
  return (
    <div>
      <h2 className="heading">{say('wallet.title')}</h2>
      <dl className="facts wide">
        <dt>{say('wallet.balance')}</dt>
        <dd>
          {money.balance
            ? say('fund.amounts', { wal: wal(money.balance.frost), sui: sui(money.balance.mist) })
            : say('money.unknown')}
        </dd>
        <dt>{say('wallet.spent')}</dt>
        <dd>{say('fund.amounts', { wal: wal(money.spent.frost), sui: sui(money.spent.mist) })}</dd>
      </dl>
      <More>
        <dl className="facts">
          <dt>{say('wallet.address')}</dt>
          <dd className="mono">{money.address}</dd>
        </dl>
        {money.payments.length > 0 && (
          <table className="table section" aria-label={say('wallet.payments')}>
            <thead>
              <tr>
                <th>{say('wallet.purpose')}</th>
                <th className="figure">WAL</th>
                <th className="figure">SUI</th>
              </tr>
            </thead>
            <tbody>
              {money.payments.slice(0, paymentsShown).map((payment) => (
                <PaymentRow key={payment.digest} payment={payment} />
              ))}
            </tbody>
          </table>
        )}
        {money.payments.length > paymentsShown && (
          <p className="faint small-text">{say('wallet.more', { count: money.payments.length - paymentsShown })}</p>
        )}
      </More>
    </div>
  );
}

/** The spending steps of the engine; another one is shown by its own name. */
const purposes = ['make-bag', 'put-entry', 'register', 'certify', 'extend-pool', 'delete-blob', 'exchange'] as const;

function PaymentRow({ payment }: { readonly payment: Payment }): ReactElement {
  const { say, wal, sui } = useWords();
  const space = useTopic('spaces')?.find((each) => each.space === payment.space);
  const purpose = purposes.find((each) => each === payment.purpose);
  return (
    <tr>
      <td>
        {purpose ? say(`purpose.${purpose}`) : <bdi>{payment.purpose}</bdi>}{' '}
        {space && <bdi className="faint">{shownName(space.name)}</bdi>}{' '}
        {payment.state === 'failed' && <span className="faint">{say('wallet.failed')}</span>}
      </td>
      <td className="figure">{wal(payment.frost)}</td>
      <td className="figure">{sui(payment.mist)}</td>
    </tr>
  );
}
