import { resolve } from 'node:path'
import type { Command } from 'commander'
import { exportServed } from '../../../../pipelines/learn/learn-export.ts'
import { fineTuneModel } from '../../../../pipelines/learn/learn-model.ts'
import { loadBundle } from '../../../bundle/load-bundle.ts'
import { nextVersion } from '../../model/next-version.ts'
import { choice } from '../../options/choice.ts'
import {
  addStepOptions,
  epochsOption,
  nameOption,
  runStep,
  type StepOptions,
  versionOption,
} from './run-step.ts'

interface ImportedOptions extends StepOptions {
  freeze?: 'backbone'
  people?: string
}

/** Fine-tuning a model that was imported, from its bundle to a new bundle. */
export function trainImported(command: Command): void {
  addStepOptions(command)
    .addOption(epochsOption())
    .option(
      '--freeze <part>',
      'backbone: teach only a new head, on features that are computed once',
      choice(['backbone']),
    )
    .option('--people <dir>', 'bundle of a detector: footage is cut around the person who is seen longest')
    .addOption(nameOption('name of the new bundle (default: as the imported one)'))
    .addOption(versionOption('version of the new bundle (default: the next one)'))
    .action(async (bundle: string, options: ImportedOptions) => {
      const { freeze } = options
      const given = (await loadBundle(bundle)).bundle
      const { name = given.name, modelVersion = nextVersion(given.version) } = options
      await runStep(
        { ...options, name, modelVersion },
        async (job) => {
          const taught = await fineTuneModel(job)
          await exportServed(job)
          const { bundle: made } = await loadBundle(`${options.out}/served`)
          return {
            bundle: `${options.out}/served`,
            model: `${made.name} ${made.version}`,
            labels: made.labels.map((label) => label.name).join(', '),
            ...taught,
            parity: made.metrics['export.parity'],
          }
        },
        {
          backbone: resolve(bundle),
          ...(freeze !== undefined && { freeze }),
          ...(options.people !== undefined && { people: resolve(options.people) }),
        },
      )
    })
}
