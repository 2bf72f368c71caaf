/** Catches a defect of the window itself: what happened is said in words, nothing is lost, and loading again begins afresh. */
import { Component, type ReactElement, type ReactNode } from 'react';
import { bugFault } from '../../app/wire/fault-form.ts';
import { FaultAnswers } from '../parts/answers.tsx';
import { Press } from '../parts/press.tsx';
import { useWords } from '../words/use-words.ts';
import { ScreenHead } from './screen-parts.tsx';

interface MishapState {
  readonly isBroken: boolean;
}

/** React tells of such defects only to a class. `place` begins a new try: going elsewhere leaves the broken screen behind. */
export class Mishap extends Component<{ readonly children: ReactNode; readonly place: string }, MishapState> {
  override readonly state: MishapState = { isBroken: false };

  static getDerivedStateFromError(): MishapState {
    return { isBroken: true };
  }

  override componentDidUpdate(before: { readonly place: string }): void {
    if (this.state.isBroken && before.place !== this.props.place) this.setState({ isBroken: false });
  }

  override render(): ReactNode {
    return this.state.isBroken ? <Words /> : this.props.children;
  }
}

function Words(): ReactElement {
  const { say } = useWords();
  return (
    <section className="screen">
      <ScreenHead name="Floe" />
      <div className="screen-body error-screen">
        <div>
          <p className="sentence">{say('fault.bug.happened')}</p>
          <FaultAnswers fault={bugFault}>
            <Press onPress={() => location.reload()}>{say('changed.reload')}</Press>
          </FaultAnswers>
        </div>
      </div>
    </section>
  );
}
