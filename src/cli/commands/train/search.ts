import type { Command } from 'commander'
import { searchPlan } from '../../../../pipelines/learn/search-plan.ts'
import type { GridSearch, Trial } from '../../../train/run/grid-search.ts'
import { parseGrid } from '../../../train/run/parse-grid.ts'
import { repeated } from '../../options/list.ts'
import { addStepOptions, epochsOption, presetOption, runStep, type StepOptions } from './run-step.ts'

interface SearchOptions extends StepOptions {
  grid: string[]
}

/** Settings of fine-tuning are found by trying them. */
export function trainSearch(command: Command): void {
  addStepOptions(command)
    .requiredOption(
      '--grid <field=values>',
      'field of plan.finetune with its values, such as peakRate=1e-4,3e-4; once for each field (docs/training.md)',
      repeated(),
    )
    .addOption(presetOption())
    .addOption(epochsOption('passes over the labelled footage, where the grid does not say'))
    .action(async (options: SearchOptions) => {
      const grid = parseGrid(options.grid)
      const { out, json = false } = options
      await runStep(options, async (job) => {
        const found = await searchPlan(job, grid, (trial, index, count) =>
          process.stderr.write(
            json
              ? `${JSON.stringify({ trial, index, count })}\n`
              : `trial ${index + 1} of ${count}: ${changesText(trial)}: ${figuresText(trial)}\n`,
          ),
        )
        const { best, bestTrial, trials } = found
        const trained = `${out}/trained`
        if (json) return { trained, best, bestTrial, trials }
        process.stdout.write(trialsTable(found))
        return { best: changesText(bestTrial), trained }
      })
    })
}

const changesText = ({ changes }: Trial) =>
  Object.entries(changes)
    .map(([field, value]) => `${field}=${value}`)
    .join(' ')

const figuresText = ({ accuracy, loss, epoch }: Trial) =>
  `accuracy ${accuracy.toFixed(4)}, loss ${loss.toFixed(4)}, epoch ${epoch}`

/** A line for each trial, the best marked with a star. */
function trialsTable({ trials, bestTrial }: Pick<GridSearch, 'trials' | 'bestTrial'>): string {
  const fields = Object.keys(bestTrial.changes)
  const rows = [
    ['', ...fields, 'accuracy', 'loss', 'epoch', 'folder'],
    ...trials.map((trial) => [
      trial === bestTrial ? '*' : '',
      ...fields.map((field) => String(trial.changes[field])),
      ...[trial.accuracy.toFixed(4), trial.loss.toFixed(4), `${trial.epoch}`, trial.folder],
    ]),
  ]
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)))
  return rows
    .map(
      (row) =>
        `${row
          .map((cell, column) => cell.padEnd(widths[column]!))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('')
}
