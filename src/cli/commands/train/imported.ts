import type { Command } from 'commander'
import { AppError } from '../../../core/errors.ts'
import { addStep, type StepOptions, withJob } from './run-step.ts'

interface ImportedOptions extends StepOptions {
  freeze?: string
}

/** Fine-tuning a model that was imported, from its bundle to a new bundle. */
export function registerTrainImported(train: Command): void {
  addStep(train, 'imported <bundle>', 'Fine-tune the graph of an imported clip bundle; gives a new bundle.')
    .option('--epochs <n>', 'passes over the labelled footage')
    .option('--freeze <part>', 'backbone: teach only a new head, on features that are computed once')
    .option('--name <slug>', 'name of the new bundle (default: as the imported one)')
    .option('--model-version <version>', 'version of the new bundle (default: the next one)')
    .action(async (bundle: string, options: ImportedOptions) => {
      const { freeze } = options
      if (freeze !== undefined && freeze !== 'backbone')
        throw new AppError('API_BAD_REQUEST', `--freeze ${freeze}: accepted: backbone`)
      const { loadBundle } = await import('../../../bundle/load-bundle.ts')
      const { resolve } = await import('node:path')
      const given = (await loadBundle(bundle)).bundle
      const name = options.name ?? given.name
      await withJob(
        { ...options, name, modelVersion: options.modelVersion ?? nextVersion(given.version) },
        async (job) => {
          const { exportServed } = await import('../../../../pipelines/learn/learn-export.ts')
          const { fineTuneModel } = await import('../../../../pipelines/learn/learn-model.ts')
          const told = await fineTuneModel(job)
          await exportServed(job)
          const { bundle: made } = await loadBundle(`${options.out}/served`)
          return {
            bundle: `${options.out}/served`,
            model: `${made.name} ${made.version}`,
            labels: made.labels.map((label) => label.name).join(', '),
            ...told,
            parity: made.metrics['export.parity'],
          }
        },
        { backbone: resolve(bundle), ...(freeze !== undefined && { freeze }) },
      )
    })
}

/** 1.4.0 → 1.5.0; what follows on a hyphen or a plus is left out. */
function nextVersion(version: string): string {
  const [major = '1', minor = '0'] = version.split(/[-+]/)[0]!.split('.')
  return `${major}.${Number(minor) + 1}.0`
}
