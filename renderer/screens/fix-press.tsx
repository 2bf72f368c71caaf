/** The one button of a failure: what most likely mends it. Where only a person can, it leads to where that is done. */
import type { ReactElement } from 'react';
import type { WireFault } from '../../app/wire/fault-form.ts';
import { useDeed } from '../client/use-engine.ts';
import { useWay } from '../client/way.ts';
import { Press } from '../parts/press.tsx';
import { useWords } from '../words/use-words.ts';

export function FixPress({
  fault,
  space,
}: {
  readonly fault: WireFault;
  readonly space: string | undefined;
}): ReactElement {
  const { say } = useWords();
  const { go } = useWay();
  const again = useDeed('sync.now');
  switch (fault.code) {
    case 'money-short':
    case 'budget-reached':
      return <Press onPress={() => go({ screen: 'storage' })}>{say('fix.money')}</Press>;
    case 'vault-locked':
    case 'vault-refused':
      return <Press onPress={() => go({ screen: 'settings', group: 'security' })}>{say('fix.security')}</Press>;
    case 'catalog-damaged':
    case 'device-copied':
      return <Press onPress={() => go({ screen: 'settings', group: 'diagnostics' })}>{say('fix.look')}</Press>;
    case 'file-unreadable':
      return fault.detail.includes('.floeignore') && space !== undefined ? (
        <Press onPress={() => go({ screen: 'space', space, tab: 'left-out' })}>{say('fix.rules')}</Press>
      ) : (
        <Press isBusy={again.isBusy} onPress={() => void again.run({})}>
          {say('fix.again')}
        </Press>
      );
    default:
      return (
        <Press isBusy={again.isBusy} onPress={() => void again.run({})}>
          {say('part.again')}
        </Press>
      );
  }
}
