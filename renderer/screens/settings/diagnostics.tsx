/** Whether Floe's own state is whole, in words that can be acted on. */
import { Check } from 'lucide-react';
import type { ReactElement } from 'react';
import { useDeed, useTopic } from '../../client/use-engine.ts';
import { FaultAnswers } from '../../parts/answers.tsx';
import { Press } from '../../parts/press.tsx';
import { useState } from 'react';
import type { DoctorReport } from '../../../app/wire/storage.ts';
import { useWords } from '../../words/use-words.ts';

export function Diagnostics(): ReactElement {
  const { say, dateAndTime } = useWords();
  const account = useTopic('account');
  const doctor = useDeed('doctor.run');
  const [report, setReport] = useState<DoctorReport>();
  return (
    <>
      <p className="sentence">
        {!report
          ? say('doctor.sentence')
          : report.problems.length === 0
            ? say('doctor.well')
            : say('doctor.problems', { count: report.problems.length })}
      </p>
      <p className="under">
        {report ? say('doctor.checked', { date: dateAndTime(report.checkedMs) }) : say('doctor.under')}
      </p>
      <div className="section">
        <Press isBusy={doctor.isBusy} onPress={() => void doctor.run({}).then((found) => found && setReport(found))}>
          {say('doctor.run')}
        </Press>
      </div>
      {doctor.fault && <FaultAnswers fault={doctor.fault} />}
      {report?.problems.length === 0 && (
        <ul className="checks-list">
          <li>
            <Check className="icon" aria-hidden="true" />
            {say('doctor.whole')}
          </li>
        </ul>
      )}
      {report?.problems.map(({ code, message, mend }) => (
        <div key={`${code}${message}`} className="note amber section">
          <b>{message}</b>
          <p>{mend}</p>
        </div>
      ))}
      <p className="section faint small-text">{say('doctor.version', { version: account?.version ?? '' })}</p>
    </>
  );
}
