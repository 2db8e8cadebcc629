import { Button } from '../pieces/button.tsx'
import { wordFor } from '../text/words.ts'
import type { ReviewItem, Verdict } from './review-types.ts'
import { text } from './text.ts'

/** What can be said of a clip; large enough for a thumb on a phone. */
export function VerdictBar(props: {
  item: ReviewItem
  quick: readonly string[]
  onVerdict: (verdict: Verdict) => void
  onQuick: (label: string) => void
  onRelabel: () => void
}) {
  const { item, quick, onVerdict, onQuick, onRelabel } = props
  const t = text.value
  return (
    <div class="verdicts">
      <div class="verdict-main">
        <Button
          kind="primary"
          icon="check"
          label={t.confirm}
          keyName="y"
          disabled={item.label === null}
          onClick={() => onVerdict('confirm')}
        >
          {item.label === null ? t.confirm : t.confirmLabel(wordFor(item.label))}
        </Button>
        <Button
          kind="danger"
          icon="cross"
          label={t.rejectHint}
          keyName="n"
          onClick={() => onVerdict('reject')}
        >
          {t.reject}
        </Button>
        <Button icon="edit" label={t.relabel} keyName="r" onClick={onRelabel}>
          {t.relabel}
        </Button>
        <Button label={t.unsure} keyName="u" onClick={() => onVerdict('unsure')}>
          {t.unsure}
        </Button>
        <Button label={t.skip} keyName="s" onClick={() => onVerdict('skip')}>
          {t.skip}
        </Button>
      </div>
      <div class="verdict-quick">
        {quick.map((label, at) => (
          <Button
            key={label}
            kind="quiet"
            label={t.quickLabel(wordFor(label))}
            keyName={String(at + 1)}
            onClick={() => onQuick(label)}
          >
            <kbd>{at + 1}</kbd> {wordFor(label)}
          </Button>
        ))}
      </div>
    </div>
  )
}
