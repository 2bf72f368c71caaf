/** Can I prove it to somebody else? A receipt for one file, issued and saved; and any receipt checked, without account or network. */
import { Check, FileCheck } from 'lucide-react';
import { useState, type ReactElement } from 'react';
import { FileTrigger } from 'react-aria-components';
import type { ReceiptVerdict } from '../../app/wire/proof.ts';
import { useDeed, useTopic } from '../client/use-engine.ts';
import { usePickFolder } from '../client/use-pick-folder.ts';
import { FaultAnswers, More } from '../parts/answers.tsx';
import { CheckLine } from '../parts/choices.tsx';
import { FolderChooser } from '../parts/folder-chooser.tsx';
import { lastName, shownName } from '../parts/name.tsx';
import { Press } from '../parts/press.tsx';
import { Status } from '../parts/status.tsx';
import { useWords } from '../words/use-words.ts';
import { NodesCheck } from './nodes-check.tsx';
import { ScreenHead } from './screen-parts.tsx';

/** More than any receipt has. */
const fileBytesMax = 3 * 1024 * 1024;

export function Receipts({
  space: id,
  path,
}: {
  readonly space: string | undefined;
  readonly path: string | undefined;
}): ReactElement {
  const { say } = useWords();
  const space = useTopic('spaces')?.find((each) => each.space === id);
  return (
    <section className="screen">
      <ScreenHead name={say('receipts.name')} beside={space && <bdi className="faint">{shownName(space.name)}</bdi>} />
      <div className="screen-body" data-pane="list">
        {space && path !== undefined ? (
          <Issue space={space.space} path={path} />
        ) : (
          <>
            <p className="sentence">{say('receipts.sentence')}</p>
            <p className="under">{say('receipts.under')}</p>
          </>
        )}
        <Verify />
        <NodesCheck />
      </div>
    </section>
  );
}

function Issue({ space, path }: { readonly space: string; readonly path: string }): ReactElement {
  const { say } = useWords();
  const issue = useDeed('receipt.issue');
  const save = useDeed('receipt.save');
  const [withName, setNamed] = useState(false);
  const [issued, setIssued] = useState<{ readonly text: string; readonly verdict: ReceiptVerdict }>();
  const [saved, setSaved] = useState<string>();
  const saveIn = (folder: string): void => {
    if (issued) void save.run({ folder, text: issued.text }).then((answer) => answer && setSaved(answer.path));
  };
  const picking = usePickFolder(saveIn);
  return (
    <>
      <p className="sentence">
        <bdi>{shownName(lastName(path))}</bdi>
      </p>
      <p className="under">{say('receipts.about')}</p>
      {issued ? (
        <>
          <Claims verdict={issued.verdict} />
          {saved !== undefined && (
            <p role="status">
              {say('receipts.saved')} <span className="mono breaks">{shownName(saved)}</span>
            </p>
          )}
          {save.fault && <FaultAnswers fault={save.fault} />}
          <div className="buttons">
            <Press kind="primary" isBusy={save.isBusy} onPress={picking.begin}>
              {say('receipts.save')}
            </Press>
          </div>
          <FolderChooser
            isOpen={picking.isOpen}
            title={say('receipts.where')}
            onClose={picking.end}
            onChoose={saveIn}
          />
        </>
      ) : (
        <>
          <div className="section">
            <CheckLine isOn={withName} onChange={setNamed}>
              {say('receipts.with-name')}
            </CheckLine>
          </div>
          {issue.fault && <FaultAnswers fault={issue.fault} />}
          <div className="buttons">
            <Press
              kind="primary"
              isBusy={issue.isBusy}
              onPress={() => void issue.run({ space, path, withName }).then((answer) => answer && setIssued(answer))}
            >
              {say('receipts.issue')}
            </Press>
          </div>
          {issue.isBusy && <p className="note cold">{say('receipts.issuing')}</p>}
        </>
      )}
    </>
  );
}

/** What a receipt that holds proves; or why it proves nothing. */
function Claims({ verdict }: { readonly verdict: ReceiptVerdict }): ReactElement {
  const { say, bytes, percent } = useWords();
  if (!verdict.isValid)
    return (
      <div className="note amber section" role="alert">
        <Status word="attention" words={say('receipts.invalid')} />
        <p>{verdict.reason}</p>
      </div>
    );
  return (
    <div className="paper section">
      <p className="claim">
        <Check className="icon" aria-hidden="true" />
        {say('receipts.claim', {
          bytes: bytes(verdict.bytes),
          share: percent(verdict.signedShards / verdict.ofShards),
          network: verdict.network,
        })}
      </p>
      <dl className="facts wide">
        <dt>{say('receipts.content')}</dt>
        <dd className="mono breaks">SHA-256 {verdict.sha256}</dd>
        {verdict.name && (
          <>
            <dt>{say('receipts.named')}</dt>
            <dd>
              <bdi>{shownName(`${verdict.name.space}/${verdict.name.path}`)}</bdi>
            </dd>
          </>
        )}
        <dt>{say('receipts.issuer')}</dt>
        <dd className="mono breaks">{verdict.issuer}</dd>
      </dl>
      <p className="small-text soft section">{say('receipts.limits')}</p>
      <More>
        <dl className="facts">
          <dt>{say('receipts.epoch')}</dt>
          <dd>{say('receipts.epochs', { from: verdict.epoch, end: verdict.endEpoch })}</dd>
          <dt>{say('receipts.signed')}</dt>
          <dd>
            {say('receipts.shards', { signed: verdict.signedShards, all: verdict.ofShards, nodes: verdict.nodes })}
          </dd>
          <dt>{say('receipts.committee')}</dt>
          <dd className="mono breaks">{verdict.committeeDigest}</dd>
          <dt>{say('lease.packs')}</dt>
          <dd className="mono breaks">{verdict.blobIds.join(', ')}</dd>
        </dl>
      </More>
    </div>
  );
}

function Verify(): ReactElement {
  const { say } = useWords();
  const verify = useDeed('receipt.verify');
  const [looked, setLooked] = useState<{ readonly name: string; readonly verdict: ReceiptVerdict }>();
  const look = async (file: File): Promise<void> => {
    setLooked(undefined);
    const isLarge = file.size > fileBytesMax;
    const verdict = isLarge
      ? ({ isValid: false, reason: say('receipts.large') } as const)
      : await verify.run({ text: await file.text() });
    if (verdict) setLooked({ name: file.name, verdict });
  };
  return (
    <section className="section checked-part">
      <h2 className="heading">{say('receipts.verify')}</h2>
      <p className="under">{say('receipts.verify-under')}</p>
      <div className="buttons">
        <FileTrigger
          acceptedFileTypes={['.json', 'application/json']}
          onSelect={(files) => {
            const file = files?.[0];
            if (file) void look(file);
          }}
        >
          <Press isBusy={verify.isBusy}>
            <FileCheck className="icon" aria-hidden="true" />
            {say('receipts.choose')}
          </Press>
        </FileTrigger>
      </div>
      {verify.fault && <FaultAnswers fault={verify.fault} />}
      {looked && (
        <div role="status">
          <p className="small-text soft section">
            <bdi>{shownName(looked.name)}</bdi>
          </p>
          <Claims verdict={looked.verdict} />
        </div>
      )}
    </section>
  );
}
