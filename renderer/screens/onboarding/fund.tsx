/**
 * The third step. On a network without money it is one button. Elsewhere: how long is paid ahead, what to send where, and the wait for it; starting
 * without the payment is possible, since what is saved here waits.
 */
import { Copy } from 'lucide-react';
import { useEffect, useState, type ReactElement } from 'react';
import type { FolderQuote } from '../../../app/wire/space.ts';
import { useAnswer, useClient, useDeed, useNowMs, useTopic } from '../../client/use-engine.ts';
import { faultBehind } from '../../client/engine-client.ts';
import type { WireFault } from '../../../app/wire/fault-form.ts';
import { FaultAnswers } from '../../parts/answers.tsx';
import { Segment } from '../../parts/choices.tsx';
import { Press } from '../../parts/press.tsx';
import type { OnboardingMove } from '../../state/onboarding.ts';
import { covers, epochsFor, sumOf } from '../../state/quotes.ts';
import { useWords } from '../../words/use-words.ts';

const leases = ['usual', '3', '6', '12', '24'] as const;
type Lease = (typeof leases)[number];

export function Fund({
  folders,
  move,
  onDone,
}: {
  readonly folders: readonly string[];
  readonly move: (to: OnboardingMove) => void;
  readonly onDone: () => void;
}): ReactElement {
  const words = useWords();
  const { say } = words;
  const account = useTopic('account');
  const [lease, setLease] = useState<Lease>('usual');
  const { quotes, epochs } = useQuotes(folders, lease);
  const start = useStart(folders, epochs, onDone);
  const isFree = account?.isPlayMoney ?? quotes.some((quote) => quote.isPlayMoney);
  const money = useAnswer('money.state', isFree ? undefined : {}, useNowMs(5000));
  const [frost, mist] = [sumOf(quotes, 'frost'), sumOf(quotes, 'mist')];
  const isPaid = isFree || covers(money.value?.balance, frost, mist);
  const paidUntilMs = Math.min(...quotes.map((quote) => quote.paidUntilMs));
  const date = quotes.length === 0 ? '' : words.date(paidUntilMs);
  return (
    <>
      <h1 className="sentence">
        {isFree ? say('fund.sentence-free') : say('fund.sentence', { date, wal: words.wal(frost) })}
      </h1>
      <p className="under">{isFree ? say('fund.under-free') : say('fund.under')}</p>
      <div className="fund">
        {!isFree && (
          <div className="fund-line">
            <span>{say('fund.ahead')}</span>
            <Segment
              label={say('fund.ahead')}
              chosen={lease}
              onChoose={setLease}
              options={leases.map((id) => ({ id, words: say(`fund.lease-${id}`) }))}
            />
          </div>
        )}
        {!isFree && account?.device && (
          <>
            <div className="fund-line">
              <span>{say('fund.send')}</span>
              <b>{say('fund.amounts', { wal: words.wal(frost), sui: words.sui(mist) })}</b>
            </div>
            <div className="fund-line">
              <span>{say('fund.to')}</span>
              <span className="line wraps">
                <span className="mono">{account.device.address}</span>
                <CopyPress text={account.device.address} />
              </span>
            </div>
            <p className="note cold" role="status">
              {say(isPaid ? 'fund.arrived' : 'fund.waiting')}
            </p>
          </>
        )}
        {isFree && <p className="note">{say('fund.note-free')}</p>}
        {start.fault && <FaultAnswers fault={start.fault} />}
      </div>
      <div className="onboarding-foot">
        <Press kind="quiet" size="large" onPress={() => move({ kind: 'back' })}>
          {say('part.back')}
        </Press>
        <span className="grow" />
        {!isPaid && (
          <Press size="large" isBusy={start.isBusy} onPress={() => void start.run()}>
            {say('fund.start-later')}
          </Press>
        )}
        <Press
          kind="primary"
          size="large"
          isDisabled={!isPaid}
          isBusy={start.isBusy}
          onPress={() => void start.run()}
          autoFocus
        >
          {say('fund.start')}
        </Press>
      </div>
    </>
  );
}

function CopyPress({ text }: { readonly text: string }): ReactElement {
  const { say } = useWords();
  const [isCopied, setCopied] = useState(false);
  return (
    <Press size="small" onPress={() => void navigator.clipboard.writeText(text).then(() => setCopied(true))}>
      <Copy className="icon" aria-hidden="true" />
      {say(isCopied ? 'part.copied' : 'fund.copy')}
    </Press>
  );
}

/** All folders again, for the lease that is chosen. */
function useQuotes(
  folders: readonly string[],
  lease: Lease,
): { readonly quotes: readonly FolderQuote[]; readonly epochs: number | undefined } {
  const client = useClient();
  const [quotes, setQuotes] = useState<readonly FolderQuote[]>([]);
  const [epochs, setEpochs] = useState<number>();
  const [first] = quotes;
  useEffect(() => {
    const leaseEpochs = lease === 'usual' || !first ? undefined : epochsFor(Number(lease), first, Date.now());
    const asking = new AbortController();
    setEpochs(leaseEpochs);
    Promise.all(folders.map((path) => client.call('folder.quote', { path, leaseEpochs }, asking.signal))).then(
      (answers) => setQuotes(answers),
      // The folders step showed the same quotes a moment ago; when they cannot be had now, starting says why.
      () => undefined,
    );
    return () => asking.abort();
    // A new lease is asked for once; the answer itself must not ask again.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [client, folders, lease]);
  return { quotes, epochs };
}

interface Start {
  readonly isBusy: boolean;
  readonly fault: WireFault | undefined;
  readonly run: () => Promise<void>;
}

/** Adds the folders one after another. What was added stays added when a later one fails. */
function useStart(folders: readonly string[], leaseEpochs: number | undefined, onDone: () => void): Start {
  const client = useClient();
  const spaces = useTopic('spaces') ?? [];
  const account = useTopic('account');
  const fund = useDeed('money.fund');
  const [state, setState] = useState<{ readonly isBusy: boolean; readonly fault: WireFault | undefined }>({
    isBusy: false,
    fault: undefined,
  });
  return {
    ...state,
    async run() {
      setState({ isBusy: true, fault: undefined });
      try {
        if (account?.isPlayMoney) await fund.run({});
        for (const folder of folders) {
          if (spaces.some((space) => space.folder === folder)) continue;
          await client.call('space.add', { folder, mode: 'sync', leaseEpochs });
        }
        setState({ isBusy: false, fault: undefined });
        onDone();
      } catch (error) {
        setState({ isBusy: false, fault: faultBehind(error) });
      }
    },
  };
}
