/** A renewal voucher, saved for a computer that is always on. Making one spends nothing. */
import { useState, type ReactElement } from 'react';
import type { VoucherIssued } from '../../../app/wire/cost.ts';
import { useDeed } from '../../client/use-engine.ts';
import type { Money } from '../../client/use-money.ts';
import { usePickFolder } from '../../client/use-pick-folder.ts';
import { FaultAnswers } from '../../parts/answers.tsx';
import { FolderChooser } from '../../parts/folder-chooser.tsx';
import { shownName } from '../../parts/name.tsx';
import { Press } from '../../parts/press.tsx';
import { useWords } from '../../words/use-words.ts';

export function Voucher({ money }: { readonly money: Money }): ReactElement {
  const { say } = useWords();
  const issue = useDeed('voucher.issue');
  const [issued, setIssued] = useState<VoucherIssued>();
  const saveIn = (folder: string): void => {
    void issue.run({ folder }).then((answer) => answer && setIssued(answer));
  };
  const picking = usePickFolder(saveIn);
  return (
    <div>
      <h2 className="heading">{say('voucher.title')}</h2>
      <p className="small-text soft">{say('voucher.about')}</p>
      <div className="buttons">
        <Press isBusy={issue.isBusy} onPress={picking.begin}>
          {say('voucher.issue')}
        </Press>
      </div>
      {issued && (
        <p role="status" className="small-text">
          {say('receipts.saved')} <span className="mono breaks">{shownName(issued.path)}</span>{' '}
          {say('voucher.saved', { count: issued.leases, amount: money.amount(issued.frostMax) })}
        </p>
      )}
      {issue.fault && <FaultAnswers fault={issue.fault} />}
      <FolderChooser isOpen={picking.isOpen} title={say('voucher.where')} onClose={picking.end} onChoose={saveIn} />
    </div>
  );
}
