import { useSignal } from '@preact/signals'
import { Badge } from '../../pieces/badge.tsx'
import { Button } from '../../pieces/button.tsx'
import { type ModelRule, presets } from '../camera-store.ts'
import { type FieldProblem, problemAt } from '../edits.ts'
import type { Place } from '../places/place.ts'
import { presetTitle } from './preset-text.ts'
import type { Rule } from './rule.ts'
import { RuleDialog } from './rule-dialog.tsx'
import { text } from './text.ts'

const tones = { info: 'neutral', warning: 'warning', critical: 'critical' } as const

/** The rules that run on a camera. */
export function RuleList(props: {
  cameraId: string
  locked: boolean
  /** Whether the rules of the site were told. */
  known: boolean
  rules: readonly Rule[]
  /** Those of alerts.rules: shown, not changed here. */
  modelRules: readonly ModelRule[]
  /** Names of all rules, of other cameras too. */
  allNames: readonly string[]
  places: readonly Place[]
  problems: readonly FieldProblem[]
  onChange: (rule: Rule) => void
  onRemove: (name: string) => void
}) {
  const { cameraId, locked, known, rules, modelRules, allNames, places, problems, onChange, onRemove } = props
  const t = text.value
  /** The rule that is edited; null: a new one. */
  const edited = useSignal<Rule | null | undefined>(undefined)
  const close = () => {
    edited.value = undefined
  }
  return (
    <section class="card rule-list" aria-label={t.rules}>
      <div class="card-head">
        <h2>{t.rules}</h2>
        {!locked && (
          <Button
            icon="plus"
            disabled={!presets.value}
            onClick={() => {
              edited.value = null
            }}
          >
            {t.addRule}
          </Button>
        )}
      </div>
      {rules.length + modelRules.length === 0 && <p class="soft">{known ? t.noRules : t.rulesNotTold}</p>}
      <ul>
        {rules.map((rule) => {
          const preset = presets.value?.presets.find(({ name }) => name === rule.preset)
          const severity = rule.severity ?? preset?.severity ?? 'warning'
          const problem = problemAt(problems, { rule: rule.name }, '') ?? anyProblem(problems, rule.name)
          const shared = rule.cameras === undefined || rule.cameras.length > 1
          return (
            <li key={rule.name} class="rule-row">
              <label class="rule-on">
                <input
                  type="checkbox"
                  checked={rule.enabled !== false}
                  disabled={locked}
                  aria-label={t.ruleOn(rule.name)}
                  onChange={({ currentTarget: { checked } }) => onChange({ ...rule, enabled: checked })}
                />
              </label>
              <div class="rule-text">
                <strong>{rule.name}</strong>
                <span class="soft">
                  {rule.preset ? presetTitle(rule.preset) : t.ownRule}
                  {shared && ` · ${t.ofSeveralCameras}`}
                </span>
                {problem && <span class="field-problem">{problem}</span>}
              </div>
              <Badge tone={tones[severity]}>{t.severities[severity]}</Badge>
              {preset && !locked && (
                <Button
                  kind="quiet"
                  icon="edit"
                  label={t.editRule(rule.name)}
                  onClick={() => {
                    edited.value = rule
                  }}
                />
              )}
              {!locked && (
                <Button
                  kind="quiet"
                  icon="trash"
                  label={t.removeRule(rule.name)}
                  onClick={() => onRemove(rule.name)}
                />
              )}
            </li>
          )
        })}
      </ul>
      {modelRules.length > 0 && <ModelRules rules={modelRules} />}
      {edited.value !== undefined && presets.value && (
        <RuleDialog
          rule={edited.value}
          cameraId={cameraId}
          presets={presets.value}
          places={places}
          taken={allNames}
          onClose={close}
          onDone={(rule) => {
            close()
            onChange(rule)
          }}
        />
      )}
    </section>
  )
}

/** Rules about what models say: they stand in the file. */
function ModelRules({ rules }: { rules: readonly ModelRule[] }) {
  const t = text.value
  return (
    <>
      <h3>{t.modelRules}</h3>
      <ul>
        {rules.map(({ name, label, model, enabled, severity }) => (
          <li key={name} class="rule-row">
            <div class="rule-text">
              <strong>{name}</strong>
              <span class="soft">
                {[presetTitle(label), model, enabled ? null : t.off].filter(Boolean).join(' · ')}
              </span>
            </div>
            {severity && <Badge tone={tones[severity]}>{t.severities[severity]}</Badge>}
          </li>
        ))}
      </ul>
      <p class="field-hint">{t.modelRulesHint}</p>
    </>
  )
}

const anyProblem = (problems: readonly FieldProblem[], rule: string) =>
  problems.find((problem) => problem.rule === rule)?.message
